//! Every question asked for every client ID, of the policies that are on.
//!
//! Pure: a function of the workspace. Knows no sentence and no markup.

use serde::{Deserialize, Serialize};

use super::who::{context, given, used_keys};
use crate::app::workspace::{
    Ask, Attached, MqttVersion, PolicyText, PrincipalKind, Transport, Who, Workspace,
};
use crate::iot::topic;
use crate::order;
use crate::policy::context::{Binding, Context, Field};
use crate::policy::document::Document;
use crate::policy::evaluate::{Attachment, Decision, Policy, PolicyKind, PolicySet, Switches, Verdict};
use crate::policy::explain::{Explanation, Switch};
use crate::policy::fix::{Fix, NearMiss, fixes, near_misses};
use crate::policy::request::{Request, Will};
use crate::policy::variable::Key;
use crate::text::Text;
use crate::words::{check, sheet};

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
    /// Do messages of this topic reach it? Through a shared subscription when `$share/<name>/` stands before the topic.
    Receive(String),
    /// Another action, on the resource of this ARN.
    Other(String, String),
}

/// One cell of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// The decision.
    Decided(Decision),
    /// Nothing to ask: this client ID is not let in.
    NoConnection,
    /// Nothing to ask: nobody does this over HTTPS.
    NotOverHttps,
}

impl Cell {
    /// Why there is nothing to ask.
    #[must_use]
    pub const fn unasked(self) -> Option<&'static str> {
        match self {
            Self::Decided(_) => None,
            Self::NoConnection => Some(check::NO_CONNECTION),
            Self::NotOverHttps => Some(check::NOT_OVER_HTTPS),
        }
    }
}

/// A cell's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct At {
    /// Index into [`Matrix::questions`].
    pub question: usize,
    /// Index into [`Matrix::client_ids`].
    pub client: usize,
}

/// The whole answer of the screen.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// The policies, ready to be asked; their documents hold what is wrong with the texts.
    pub policies: PolicySet,
    /// For each of them, its place in the workspace: policies that are off are left out.
    pub sources: Vec<usize>,
    /// The variables and condition keys that they name.
    pub used: Vec<Key>,
    /// The variables whose values a template computes when it is deployed.
    pub computed: Vec<Key>,
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
    /// Lines of other actions that are not `action ARN`.
    pub not_understood: Vec<String>,
    who: Who,
    ask: Ask,
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

impl Matrix {
    /// Asks everything.
    #[must_use]
    pub fn new(workspace: &Workspace) -> Self {
        let policies = compile(workspace);
        let place = Place::of(&workspace.who, policies.policies().iter().map(|policy| &policy.document));
        let ask = &workspace.ask;
        let mut client_ids = names(&ask.client_ids);
        let mut questions = vec![Question::Connect];
        questions.extend(names(&ask.publish).into_iter().map(Question::Publish));
        questions.extend(names(&ask.subscribe).into_iter().map(Question::Subscribe));
        questions.extend(names(&ask.receive).into_iter().map(Question::Receive));
        let mut not_understood = Vec::new();
        for line in lines(&ask.other) {
            match other(&line) {
                Some(question) => questions.push(question),
                None => not_understood.push(line),
            }
        }
        let left_out =
            client_ids.len().saturating_sub(MAX_CLIENT_IDS) + questions.len().saturating_sub(MAX_QUESTIONS);
        client_ids.truncate(MAX_CLIENT_IDS);
        questions.truncate(MAX_QUESTIONS);

        let used = used_keys(policies.policies(), |_| true);
        let mut matrix = Self {
            computed: computed(workspace, &used),
            used,
            sources: on(workspace).map(|(index, _)| index).collect(),
            policies,
            place,
            client_ids,
            questions,
            cells: Vec::new(),
            left_out,
            not_understood,
            who: workspace.who.clone(),
            ask: ask.clone(),
        };
        matrix.cells = matrix.ask_all();
        matrix
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

    pub(super) fn asked(&self, at: At) -> Option<(Context, Request)> {
        match self.cell(at)? {
            Cell::NoConnection | Cell::NotOverHttps => None,
            Cell::Decided(_) => {
                let client_id = self.client_ids.get(at.client)?;
                Some((self.context(client_id), self.request(self.questions.get(at.question)?)))
            }
        }
    }

    /// The thing that AWS IoT Core binds to a connection with this client ID, as far as the form tells.
    #[must_use]
    pub fn bound_thing(&self, client_id: &str) -> Option<String> {
        match self.context(client_id).binding() {
            Binding::Thing { thing, .. } => Some(thing.name.clone()),
            _ => None,
        }
    }

    /// Those of all client IDs, each once, in their order.
    #[must_use]
    pub fn bound_things(&self) -> Vec<String> {
        let mut things = Vec::new();
        for thing in self.client_ids.iter().filter_map(|id| self.bound_thing(id)) {
            if !things.contains(&thing) {
                things.push(thing);
            }
        }
        things
    }

    /// The document of the policy at this place of the workspace; nothing for one that is off.
    #[must_use]
    pub fn document(&self, index: usize) -> Option<&Document> {
        let place = self.sources.iter().position(|source| *source == index)?;
        self.policies.policies().get(place).map(|policy| &policy.document)
    }

    /// What is asked at this place.
    #[must_use]
    pub fn title(&self, at: At) -> Text {
        let (Some(question), Some(client_id)) =
            (self.questions.get(at.question), self.client_ids.get(at.client))
        else {
            return Text::new();
        };
        let title = Text::new().code(question.action()).say(" as ").code(client_id);
        match question.target() {
            None => title,
            Some(target) => title.say(" on ").code(target),
        }
    }

    /// Every question with a word for the answer to each client ID.
    #[must_use]
    pub fn rows(&self) -> Vec<(Text, Vec<&'static str>)> {
        let word = |cell: &Cell| match cell {
            Cell::Decided(decision) => sheet::answer(Some(decision.verdict)),
            Cell::NoConnection => sheet::answer(None),
            Cell::NotOverHttps => sheet::NOT_OVER_HTTPS,
        };
        let rows = self.questions.iter().zip(&self.cells).map(|(question, row)| {
            let title = Text::new().code(question.action());
            let title = match question.target() {
                None => title,
                Some(target) => title.say(" ").code(target),
            };
            (title, row.iter().map(word).collect())
        });
        rows.collect()
    }

    /// One cell.
    #[must_use]
    pub fn cell(&self, at: At) -> Option<Cell> {
        self.cells.get(at.question)?.get(at.client).copied()
    }

    /// Where to look first: the first refusal, else the first answer.
    #[must_use]
    pub fn most_interesting(&self) -> At {
        let rows = self.cells.iter().enumerate();
        let mut answers = rows.flat_map(|(question, row)| {
            row.iter().enumerate().filter_map(move |(client, cell)| match cell {
                Cell::Decided(decision) => Some((At { question, client }, decision.verdict)),
                _ => None,
            })
        });
        let first = answers.next();
        let refused = first.into_iter().chain(answers).find(|(_, verdict)| *verdict != Verdict::Allowed);
        refused.or(first).map_or(At { question: 0, client: 0 }, |(at, _)| at)
    }

    /// Which line of its field a question is, among those that were understood.
    #[must_use]
    pub fn line(&self, question: usize) -> Option<usize> {
        let kind = std::mem::discriminant(self.questions.get(question)?);
        let before = self.questions.iter().take(question);
        Some(before.filter(|other| std::mem::discriminant(*other) == kind).count())
    }

    /// Who connects, whatever the client ID.
    #[must_use]
    pub fn device(&self) -> Context {
        Context { client_id: Field::Unknown, ..self.context("") }
    }

    fn context(&self, client_id: &str) -> Context {
        let mut context = context(&self.who, &self.place, &self.used, client_id, MqttVersion::V311);
        context.unknown.extend_from_slice(&self.computed);
        context
    }

    /// What the engine is asked.
    fn request(&self, question: &Question) -> Request {
        let ask = &self.ask;
        let (qos, retain) = (u8::from(ask.qos1), ask.retain);
        match question.clone() {
            Question::Connect => {
                let topic = Some(&ask.will).filter(|topic| !topic.trim().is_empty());
                let will = topic.map(|topic| Will { topic: topic.clone(), qos, retain });
                Request::Connect { persistent: Field::Given(ask.persistent), will }
            }
            Question::Publish(topic) => Request::Publish { topic, qos, retain },
            Question::Subscribe(filter) => Request::Subscribe { filter, qos },
            Question::Receive(topic) => match topic::share(&topic) {
                Some(topic::Share { name, filter }) => {
                    Request::Receive { topic: filter.to_owned(), share: Some(name.to_owned()) }
                }
                None => Request::Receive { topic, share: None },
            },
            Question::Other(action, resource) => {
                Request::Action { action, resource, topic: given(&self.who, &Key::Topic) }
            }
        }
    }

    fn ask_all(&self) -> Vec<Vec<Cell>> {
        let https = self.who.transport == Transport::Https;
        let contexts: Vec<Context> =
            self.client_ids.iter().map(|client_id| self.context(client_id)).collect();
        let connects: Vec<Decision> = contexts
            .iter()
            .map(|context| self.policies.decide(context, &self.request(&Question::Connect)))
            .collect();
        self.questions
            .iter()
            .map(|question| {
                let request = self.request(question);
                contexts
                    .iter()
                    .zip(&connects)
                    .map(|(context, connect)| match (question, connect.verdict) {
                        // Over HTTPS nobody connects, first or at all (Developer Guide, HTTPS).
                        (Question::Publish(_) | Question::Other(..), _) if https => {
                            Cell::Decided(self.policies.decide(context, &request))
                        }
                        _ if https => Cell::NotOverHttps,
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
    /// The same about another topic or filter.
    #[must_use]
    pub fn named(self, name: String) -> Self {
        match self {
            Self::Publish(_) => Self::Publish(name),
            Self::Subscribe(_) => Self::Subscribe(name),
            Self::Receive(_) => Self::Receive(name),
            other @ (Self::Connect | Self::Other(..)) => other,
        }
    }

    /// The action as AWS names it.
    #[must_use]
    pub fn action(&self) -> &str {
        match self {
            Self::Connect => "iot:Connect",
            Self::Publish(_) => "iot:Publish",
            Self::Subscribe(_) => "iot:Subscribe",
            Self::Receive(_) => "iot:Receive",
            Self::Other(action, _) => action,
        }
    }

    /// The topic or filter; nothing for Connect.
    #[must_use]
    pub fn target(&self) -> Option<&str> {
        match self {
            Self::Connect => None,
            Self::Publish(target)
            | Self::Subscribe(target)
            | Self::Receive(target)
            | Self::Other(_, target) => Some(target),
        }
    }
}

impl Place {
    /// What the user says; where he says nothing, the first region and account that a resource of these policies
    /// writes out.
    fn of<'a>(who: &Who, documents: impl Iterator<Item = &'a Document>) -> Self {
        let found = Self::written(documents);
        let or = |typed: &str, other: String| match typed.trim() {
            "" => other,
            typed => typed.to_owned(),
        };
        let typed = !who.region.trim().is_empty() && !who.account.trim().is_empty();
        Self {
            region: or(&who.region, found.region),
            account: or(&who.account, found.account),
            assumed: found.assumed && !typed,
        }
    }

    fn written<'a>(documents: impl Iterator<Item = &'a Document>) -> Self {
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

/// The workspace's policies that are on, each with its place in it.
fn on(workspace: &Workspace) -> impl Iterator<Item = (usize, &PolicyText)> {
    workspace.policies.iter().enumerate().filter(|(_, policy)| !policy.off)
}

/// The workspace's policies that are on, under the user's switches.
#[must_use]
pub fn compile(workspace: &Workspace) -> PolicySet {
    let principal = workspace.who.principal;
    let policies = on(workspace).map(|(_, policy)| Policy {
        name: policy.name.clone(),
        kind: if policy.attached == Attached::Role { PolicyKind::Iam } else { PolicyKind::Iot },
        attached_to: match (&policy.attached, principal) {
            (Attached::Role, _) => Attachment::Role,
            (Attached::ThingGroup(name), _) => {
                Attachment::ThingGroup(Some(name.trim().to_owned()).filter(|name| !name.is_empty()))
            }
            (Attached::Principal, PrincipalKind::CustomAuthorizer) => Attachment::Authorizer,
            (Attached::Principal, PrincipalKind::X509) => Attachment::Certificate,
            (Attached::Principal, _) => Attachment::CognitoIdentity,
        },
        document: policy.document(),
    });
    PolicySet::with_switches(policies.collect(), switches(workspace))
}

/// Those of the variables that a template computes.
fn computed(workspace: &Workspace, used: &[Key]) -> Vec<Key> {
    let names = order::set(on(workspace).flat_map(|(_, policy)| &policy.computed));
    used.iter().filter(|key| matches!(key, Key::Unknown(name) if names.contains(name))).cloned().collect()
}

/// The switches that the user turned over; a name that this version does not know is left alone.
#[must_use]
pub fn switches(workspace: &Workspace) -> Switches {
    let turned = Switch::ALL.iter().filter(|switch| workspace.switches.contains(switch.as_str()));
    turned.fold(Switches::NONE, |switches, switch| switches.turned(*switch))
}

/// An action and the ARN that it is checked against, or `*`.
fn other(line: &str) -> Option<Question> {
    let (action, resource) = line.split_once(char::is_whitespace)?;
    let resource = resource.trim();
    let is_action =
        action.split_once(':').is_some_and(|(service, name)| !service.is_empty() && !name.is_empty());
    (is_action && (resource == "*" || resource.starts_with("arn:")))
        .then(|| Question::Other(action.to_owned(), resource.to_owned()))
}

/// The client IDs or topics of a field with one a line, as they stand there: spaces belong to them. A line of nothing but
/// white space is none.
#[must_use]
pub fn names(text: &str) -> Vec<String> {
    text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
}

/// The entries of a field with one entry a line; spaces at the ends are part of no name, empty lines are none.
#[must_use]
pub fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::workspace::Entry;

    #[test]
    fn over_https_nobody_waits_for_a_connection_and_only_what_is_done_there_is_asked() {
        let mut workspace = Workspace::example();
        let blocked = |workspace: &Workspace| {
            Matrix::new(workspace).cells.iter().flatten().filter(|cell| **cell == Cell::NoConnection).count()
        };
        assert_eq!(blocked(&workspace), 3);
        workspace.who.transport = Transport::WebSocket;
        assert_eq!(blocked(&workspace), 3);
        workspace.who.transport = Transport::Https;
        assert_eq!(blocked(&workspace), 0);
        workspace.ask.other = "iot:GetThingShadow arn:aws:iot:eu-west-1:123456789012:thing/a".into();
        assert_eq!(Matrix::new(&workspace).most_interesting().question, 4);
        workspace.ask.other.clear();
        assert_eq!(Matrix::new(&workspace).most_interesting().question, 1);
        workspace.ask.other = "iot:GetThingShadow arn:aws:iot:eu-west-1:123456789012:thing/a".into();
        let matrix = Matrix::new(&workspace);
        let asked = |question| matches!(matrix.cell(At { question, client: 0 }), Some(Cell::Decided(_)));
        assert_eq!([0, 1, 2, 3, 4].map(asked), [false, true, false, false, true]);
        assert_eq!(matrix.cell(At { question: 2, client: 1 }), Some(Cell::NotOverHttps));
        assert!(matrix.explain(At { question: 0, client: 0 }).is_none());
    }

    #[test]
    fn a_direct_message_of_which_nobody_says_the_topic_is_not_denied() {
        let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:SendDirectMessage","Resource":"arn:aws:iot:eu-west-1:123456789012:client/*","Condition":{"StringEquals":{"iot:Topic":"cmd/x"}}}]}"#;
        let mut workspace =
            Workspace { policies: vec![PolicyText::new("p", policy)], ..Workspace::example() };
        workspace.who.transport = Transport::Https;
        workspace.ask.other = "iot:SendDirectMessage arn:aws:iot:eu-west-1:123456789012:client/b".into();
        let verdict = |workspace: &Workspace| {
            let matrix = Matrix::new(workspace);
            let question = matrix.questions.len() - 1;
            matrix.explain(At { question, client: 0 }).map(|explained| explained.decision.verdict)
        };
        assert_eq!(verdict(&workspace), Some(Verdict::CannotTell));
        let topic = Key::Topic.name();
        for (entry, expected) in [
            (Entry::Is("cmd/x".into()), Verdict::Allowed),
            (Entry::Is("cmd/y".into()), Verdict::ImplicitDeny),
            (Entry::None, Verdict::ImplicitDeny),
        ] {
            workspace.who.say(&topic, Some(entry));
            assert_eq!(verdict(&workspace), Some(expected));
        }
    }

    #[test]
    fn what_may_be_part_of_a_name_is_asked_and_named() {
        let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"arn:aws:iot:eu-west-1:123456789012:client/dev"}]}"#;
        let mut workspace =
            Workspace { policies: vec![PolicyText::new("p", policy)], ..Workspace::example() };
        workspace.ask = Ask::default();
        for (typed, says) in [
            ("dev ", "The client ID has `U+0020` (space) after `dev`."),
            (" dev", "The client ID has `U+0020` (space) at its beginning."),
            ("dev\u{a0}", "The client ID has `U+00A0` (no-break space) after `dev`."),
            ("dev\u{2028}", "The client ID has `U+2028` (line separator) after `dev`."),
            ("d\u{200b}ev", "The client ID has `U+200B` (zero width space) after `d`."),
            ("d\u{435}v", "The client ID has `U+0435` (a Cyrillic letter) after `d`."),
        ] {
            workspace.ask.client_ids = format!("{typed}\n \n");
            let matrix = Matrix::new(&workspace);
            assert_eq!(matrix.client_ids, [typed]);
            let explained = matrix.explain(At { question: 0, client: 0 }).unwrap();
            assert_eq!(explained.decision.verdict, Verdict::ImplicitDeny, "{typed:?}");
            let said = crate::words::headline(&explained);
            assert!(said.starts_with(says), "{said}");
        }
    }

    #[test]
    fn a_delivery_through_a_share_is_asked_by_its_name() {
        let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Connect","Resource":"*"},{"Effect":"Allow","Action":"iot:Receive","Resource":"arn:aws:iot:eu-west-1:123456789012:topic/$share/g/dt/*"}]}"#;
        let mut workspace =
            Workspace { policies: vec![PolicyText::new("p", policy)], ..Workspace::example() };
        workspace.ask = Ask {
            client_ids: "a".into(),
            receive: "dt/1\n$share/g/dt/1\n$share/h/dt/1".into(),
            ..Ask::default()
        };
        let matrix = Matrix::new(&workspace);
        let verdict =
            |question| matrix.explain(At { question, client: 0 }).map(|explained| explained.decision.verdict);
        assert_eq!(
            [1, 2, 3].map(verdict),
            [Verdict::ImplicitDeny, Verdict::Allowed, Verdict::ImplicitDeny].map(Some)
        );
    }

    #[test]
    fn lines_that_are_no_question_are_named() {
        let mut workspace = Workspace::example();
        workspace.ask.other =
            "iot:GetThingShadow  arn:aws:iot:eu-west-1:123456789012:thing/a b\n\n nonsense \nfoo bar\niot:GetThingShadow thing/a".into();
        let matrix = Matrix::new(&workspace);
        assert_eq!(matrix.not_understood, ["nonsense", "foo bar", "iot:GetThingShadow thing/a"]);
        let target = "arn:aws:iot:eu-west-1:123456789012:thing/a b".to_owned();
        assert_eq!(matrix.questions.last(), Some(&Question::Other("iot:GetThingShadow".into(), target)));
    }

    #[test]
    fn a_policy_that_is_off_leaves_the_others_their_places() {
        let mut workspace = Workspace::example();
        workspace.policies.insert(0, PolicyText { off: true, ..PolicyText::new("off", "{") });
        let matrix = Matrix::new(&workspace);
        assert!(matrix.document(0).is_none());
        assert_eq!(matrix.document(1).map(|document| document.statements.len()), Some(4));
    }
}
