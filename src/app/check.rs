//! What the Check screen shows: the workspace's policies, asked every question for every client ID.
//!
//! Pure: a function of the workspace. Knows no sentence and no markup.

use crate::app::workspace::{Attachment, MqttVersion, Who, Workspace};
use crate::policy::context::{Certificate, Context, Field, MqttVersion as Version, Principal, Thing};
use crate::policy::document::{Document, parse};
use crate::policy::evaluate::{Attachment as AttachedTo, Decision, Policy, PolicyKind, PolicySet, Verdict};
use crate::policy::explain::Explanation;
use crate::policy::fix::{Fix, NearMiss, fixes, near_misses};
use crate::policy::request::Request;

/// At most this many client IDs are asked; further lines are counted and said to be left out.
pub const MAX_CLIENT_IDS: usize = 50;
/// At most this many questions are asked for each client ID.
pub const MAX_QUESTIONS: usize = 40;
/// Used while no policy names a region.
pub const DEFAULT_REGION: &str = "us-east-1";
/// Used while no policy names an account.
pub const DEFAULT_ACCOUNT: &str = "123456789012";

/// One row of the matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// May this client ID connect?
    Connect,
    /// May it publish to this topic?
    Publish(String),
    /// May it subscribe to this filter?
    Subscribe(String),
    /// Do messages of this topic reach it?
    Receive(String),
}

/// One cell of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// The decision.
    Decided(Decision),
    /// Nothing to ask: this client ID is not let in.
    NoConnection,
}

/// A cell's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    /// Index into [`Check::questions`].
    pub question: usize,
    /// Index into [`Check::client_ids`].
    pub client: usize,
}

/// The whole answer of the screen.
#[derive(Clone, Debug)]
pub struct Check {
    /// The policies, ready to be asked; their documents hold what is wrong with the texts.
    pub policies: PolicySet,
    /// Where the questions are asked, as the policies name it.
    pub place: Place,
    /// The columns.
    pub client_ids: Vec<String>,
    /// The rows; the first is always Connect.
    pub questions: Vec<Question>,
    /// Row by row, a cell for each client ID.
    pub cells: Vec<Vec<Cell>>,
    /// Lines beyond [`MAX_CLIENT_IDS`] and [`MAX_QUESTIONS`], not asked.
    pub left_out: usize,
    who: Who,
}

/// The region and account in which the questions are asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Such as `eu-west-1`.
    pub region: String,
    /// Twelve digits.
    pub account: String,
    /// Whether no policy names both, so that [`DEFAULT_REGION`] and [`DEFAULT_ACCOUNT`] stand in.
    pub assumed: bool,
}

impl Check {
    /// Asks everything.
    #[must_use]
    pub fn new(workspace: &Workspace) -> Self {
        let policies = compile(workspace);
        let place = Place::of(policies.policies().iter().map(|policy| &policy.document));
        let ask = &workspace.ask;
        let mut client_ids = lines(&ask.client_ids);
        let mut questions = vec![Question::Connect];
        questions.extend(lines(&ask.publish).into_iter().map(Question::Publish));
        questions.extend(lines(&ask.subscribe).into_iter().map(Question::Subscribe));
        questions.extend(lines(&ask.receive).into_iter().map(Question::Receive));
        let left_out =
            client_ids.len().saturating_sub(MAX_CLIENT_IDS) + questions.len().saturating_sub(MAX_QUESTIONS);
        client_ids.truncate(MAX_CLIENT_IDS);
        questions.truncate(MAX_QUESTIONS);

        let mut check = Self {
            policies,
            place,
            client_ids,
            questions,
            cells: Vec::new(),
            left_out,
            who: workspace.who.clone(),
        };
        check.cells = check.ask_all();
        check
    }

    /// The full explanation of one cell; nothing when the place is outside the matrix or its cell was not asked.
    #[must_use]
    pub fn explain(&self, at: At) -> Option<Explanation> {
        let (context, request) = self.asked(at)?;
        Some(self.policies.explain(&context, &request))
    }

    /// What one cell falls short by; `explanation` is the one of the same cell.
    #[must_use]
    pub fn near_misses(&self, at: At, explanation: &Explanation) -> Vec<NearMiss> {
        self.asked(at)
            .map(|(context, request)| near_misses(&self.policies, &context, &request, explanation))
            .unwrap_or_default()
    }

    /// What would change the answer of one cell, each change tried.
    #[must_use]
    pub fn ways_out(&self, at: At) -> Vec<Fix> {
        self.asked(at).map(|(context, request)| fixes(&self.policies, &context, &request)).unwrap_or_default()
    }

    fn asked(&self, at: At) -> Option<(Context, Request)> {
        match self.cell(at)? {
            Cell::NoConnection => None,
            Cell::Decided(_) => {
                let client_id = self.client_ids.get(at.client)?;
                let context = context(&self.who, &self.place, client_id, MqttVersion::V311);
                Some((context, self.questions.get(at.question)?.request()))
            }
        }
    }

    /// One cell.
    #[must_use]
    pub fn cell(&self, at: At) -> Option<Cell> {
        self.cells.get(at.question)?.get(at.client).copied()
    }

    /// Where to look first: the first refusal, else the first cell.
    #[must_use]
    pub fn most_interesting(&self) -> At {
        self.cells
            .iter()
            .enumerate()
            .flat_map(|(question, row)| {
                row.iter().enumerate().map(move |(client, cell)| (At { question, client }, cell))
            })
            .find(|(_, cell)| matches!(cell, Cell::Decided(decision) if decision.verdict != Verdict::Allowed))
            .map_or(At { question: 0, client: 0 }, |(at, _)| at)
    }

    fn ask_all(&self) -> Vec<Vec<Cell>> {
        let contexts: Vec<Context> = self
            .client_ids
            .iter()
            .map(|client_id| context(&self.who, &self.place, client_id, MqttVersion::V311))
            .collect();
        let connects: Vec<Decision> = contexts
            .iter()
            .map(|context| self.policies.decide(context, &Question::Connect.request()))
            .collect();
        self.questions
            .iter()
            .map(|question| {
                let request = question.request();
                contexts
                    .iter()
                    .zip(&connects)
                    .map(|(context, connect)| match (question, connect.verdict) {
                        (Question::Connect, _) => Cell::Decided(*connect),
                        (_, Verdict::ExplicitDeny | Verdict::ImplicitDeny) => Cell::NoConnection,
                        _ => Cell::Decided(self.policies.decide(context, &request)),
                    })
                    .collect()
            })
            .collect()
    }
}

impl Question {
    /// What the engine is asked.
    #[must_use]
    pub fn request(&self) -> Request {
        match self.clone() {
            Self::Connect => Request::Connect { persistent: Field::Given(false), will: None },
            Self::Publish(topic) => Request::Publish { topic, qos: 0, retain: false },
            Self::Subscribe(filter) => Request::Subscribe { filter, qos: 0 },
            Self::Receive(topic) => Request::Receive { topic, share: None },
        }
    }

    /// The action as AWS names it.
    #[must_use]
    pub const fn action(&self) -> &'static str {
        match self {
            Self::Connect => "iot:Connect",
            Self::Publish(_) => "iot:Publish",
            Self::Subscribe(_) => "iot:Subscribe",
            Self::Receive(_) => "iot:Receive",
        }
    }

    /// The topic or filter; nothing for Connect.
    #[must_use]
    pub fn target(&self) -> Option<&str> {
        match self {
            Self::Connect => None,
            Self::Publish(target) | Self::Subscribe(target) | Self::Receive(target) => Some(target),
        }
    }
}

impl Place {
    /// The first region and account that a resource of these policies writes out.
    fn of<'a>(documents: impl Iterator<Item = &'a Document>) -> Self {
        let resources = documents
            .flat_map(|document| &document.statements)
            .filter_map(|statement| statement.resources.as_ref())
            .flat_map(|resources| &resources.values);
        for resource in resources {
            let mut fields = resource.value.splitn(6, ':');
            if let (Some("arn"), Some(_), Some("iot"), Some(region), Some(account)) =
                (fields.next(), fields.next(), fields.next(), fields.next(), fields.next())
                && !region.is_empty()
                && region
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
                && account.len() == 12
                && account.bytes().all(|byte| byte.is_ascii_digit())
            {
                return Self { region: region.to_owned(), account: account.to_owned(), assumed: false };
            }
        }
        Self { region: DEFAULT_REGION.to_owned(), account: DEFAULT_ACCOUNT.to_owned(), assumed: true }
    }
}

/// The workspace's policies, attached to its certificate.
#[must_use]
pub fn compile(workspace: &Workspace) -> PolicySet {
    PolicySet::compile(
        workspace
            .policies
            .iter()
            .map(|policy| Policy {
                name: policy.name.clone(),
                kind: PolicyKind::Iot,
                attached_to: AttachedTo::Certificate,
                document: parse(&policy.text),
            })
            .collect(),
    )
}

/// The engine's view of who connects with this client ID.
#[must_use]
pub fn context(who: &Who, place: &Place, client_id: &str, version: MqttVersion) -> Context {
    let mut context = Context::new(Principal::X509(Certificate::default()), &place.region, &place.account);
    let things = lines(&who.things).into_iter().map(|name| Thing { name, ..Thing::default() }).collect();
    (context.things, context.exclusive) = match who.attachment {
        Attachment::NonExclusive => (Field::Given(things), Field::Given(false)),
        Attachment::Exclusive => (Field::Given(things), Field::Given(true)),
        Attachment::None => (Field::Absent, Field::Absent),
    };
    context.client_id = Field::Given(client_id.to_owned());
    context.mqtt_version = match version {
        MqttVersion::V311 => Version::V3,
        MqttVersion::V5 => Version::V5,
    };
    context
}

/// The entries of a field with one entry a line; spaces at the ends are part of no name, empty lines are none.
#[must_use]
pub fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}
