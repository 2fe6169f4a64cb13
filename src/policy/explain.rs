//! An explanation as data: what was looked at, what came out, and why. The sentences are in `words`.
//!
//! Filled by [`super::evaluate`] while it decides; knows nothing of how.

pub use super::flaw::Flaw;
pub use super::switch::Switch;
use super::{
    condition::{Operator, Truth},
    context::BoundBy,
    diagnostic::Span,
    document::Effect,
    evaluate::{Decision, Place, ReasonCode, Verdict},
    pattern::Progress,
    quota::Quota,
    request::Part,
    variable::{Key, NoValue},
};
pub use crate::iot::fact::Confidence;

/// A page that a claim rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Developer Guide, "Thing policy variables"
    ThingVariables,
    /// Developer Guide, "Thing policy examples"
    ThingExamples,
    /// Developer Guide, "Associating an AWS IoT thing to an MQTT client connection"
    ExclusiveThing,
    /// Developer Guide, "Publish/Subscribe policy examples"
    PubSubPolicy,
    /// Developer Guide, "Connect policy examples"
    ConnectPolicy,
    /// Developer Guide, "AWS IoT Core policy actions"
    PolicyActions,
    /// Developer Guide, "X.509 certificate policy variables"
    CertificateVariables,
    /// Developer Guide, "Authorization with Amazon Cognito identities"
    CognitoPolicies,
    /// Developer Guide, "AWS IoT Core policies"
    Policies,
    /// Developer Guide, "Thing groups"
    ThingGroups,
    /// Developer Guide, "Retained message policy examples"
    RetainedMessages,
    /// IAM User Guide, "JSON policy elements: Resource"
    IamResource,
    /// IAM User Guide, "Policy variables"
    IamVariables,
    /// IAM User Guide, "Condition operators"
    IamConditions,
    /// IAM User Guide, "Policy evaluation logic"
    IamEvaluation,
}

/// The whole answer to one request.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// Verdict, reason and deciding statement: the same value that `decide` gives.
    pub decision: Decision,
    /// What the sentences speak of.
    pub facts: Facts,
    /// The checks in order; all must succeed, save alternatives (see [`Part::ShareForm`]).
    pub parts: Vec<PartTrail>,
    /// Which part decided, as an index into `parts`.
    pub decisive: Option<usize>,
    /// The variables that the policies use where the action matched, each once.
    pub substitutions: Vec<Substitution>,
    /// What nobody gave, supposed both ways.
    pub branches: Vec<Branch>,
    /// What was not evaluated, and whether it can change the verdict.
    pub gaps: Vec<Gap>,
    /// What is wrong with the texts of the policies that were looked at.
    pub flaws: Vec<Flaw>,
    /// Limits of AWS IoT Core that the request breaks whatever the policies say.
    pub quotas: Vec<Quota>,
    /// Resources that look as if they admitted clients and admit none.
    pub surprises: Vec<Surprise>,
    /// What the device sees of the refusal; `None` when it is not refused, or over HTTPS.
    pub seen: Option<Seen>,
    /// For a PUBLISH, SUBSCRIBE or delivery over MQTT: the decision on the session's CONNECT, when that is refused.
    /// Then the request is never made.
    pub connect_refused: Option<Decision>,
    /// Undecided points that the verdict turns on: each alone changes it when thrown.
    pub switches: Vec<Switch>,
    /// How sure the verdict is.
    pub confidence: Confidence,
    /// What it rests on.
    pub sources: Vec<Source>,
}

/// A resource of `iot:Connect` that holds the thing's name and more. Without exclusive attachment the variable has a
/// value only when the client ID *equals* the thing's name, and the pattern asks for a longer one: it admits nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surprise {
    /// The resource.
    pub place: Place,
}

/// What a device sees of a refusal, by version of MQTT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// MQTT 3.1.1
    pub v3: (Sight, Confidence),
    /// MQTT 5
    pub v5: (Sight, Confidence),
}

/// What a device sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// The connection closes without CONNACK.
    ClosedWithoutConnack,
    /// CONNACK 0x87 (Not authorized), then the connection closes.
    ConnackNotAuthorized,
    /// The connection closes.
    Closed,
    /// DISCONNECT 0x87 (Not authorized), then the connection closes.
    DisconnectNotAuthorized,
    /// PUBACK 0x87 (Not authorized); the connection stays.
    PubackNotAuthorized,
    /// SUBACK 0x87 (Not authorized) for the filter; the connection stays.
    SubackNotAuthorized,
    /// Nothing: the message does not arrive, the connection stays.
    Nothing,
    /// The TLS handshake fails, before any MQTT.
    TlsAlert,
}

/// The facts that sentences need, taken from context and request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The client ID, when given.
    pub client_id: Option<String>,
    /// Names of the attached things.
    pub things: Vec<String>,
    /// Whether the attachment is exclusive; `None` when nobody said.
    pub exclusive: Option<bool>,
    /// The bound thing, and why it.
    pub bound: Option<(String, BoundBy)>,
    /// Why no thing is bound.
    pub unbound: Option<NoValue>,
    /// Whether the principal is a certificate, for "this certificate".
    pub certificate: bool,
    /// Whether the connection is MQTT.
    pub mqtt: bool,
}

impl Facts {
    /// Whether the one thing of an exclusive attachment is several, which AWS refuses.
    #[must_use]
    pub fn exclusive_of_several(&self) -> bool {
        self.certificate && self.exclusive == Some(true) && self.things.len() > 1
    }
}

/// One check by policies of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct PartTrail {
    /// Why the check is made.
    pub part: Part,
    /// Whether IAM policies answer it, rather than AWS IoT Core policies.
    pub iam: bool,
    /// The action.
    pub action: String,
    /// The ARN.
    pub resource: String,
    /// What this check alone says.
    pub verdict: Verdict,
    /// Why.
    pub reason: ReasonCode,
    /// The policies in order.
    pub policies: Vec<PolicyTrail>,
}

/// One policy in one check.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyTrail {
    /// Its index in the set.
    pub policy: usize,
    /// Its name.
    pub name: String,
    /// Why it does not count, if it does not.
    pub skipped: Option<Skipped>,
    /// Its statements; empty when skipped.
    pub statements: Vec<StatementTrail>,
}

/// Why a policy does not take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skipped {
    /// IAM policies do not speak for this principal, or IoT policies do not.
    OtherKind,
    /// It is attached to something that this principal does not have.
    OtherAttachment,
    /// A group policy, and no thing is bound to the connection.
    NoThingBound,
    /// A group policy, and the bound thing is not in the group.
    NotInGroup,
    /// A group policy, and the client ID is not the name of the (exclusively attached) thing.
    ClientIdNotThingName,
}

/// One statement in one check.
#[derive(Clone, Debug, PartialEq)]
pub struct StatementTrail {
    /// Its index in the policy.
    pub statement: usize,
    /// Where it stands in the text.
    pub span: Span,
    /// Allow or deny; `None` when the effect is broken.
    pub effect: Option<Effect>,
    /// Whether it matches as a whole.
    pub outcome: Truth,
    /// Whether it names the action.
    pub action: Truth,
    /// Its resources; empty when the action does not match.
    pub resources: Vec<ResourceTrail>,
    /// Whether the list is a `NotResource`.
    pub not_resource: bool,
    /// Its conditions; empty when action or resource does not match.
    pub conditions: Vec<ConditionTrail>,
}

/// One resource of a statement.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceTrail {
    /// As written.
    pub written: String,
    /// Where it stands in the text.
    pub span: Span,
    /// With values in place; `None` stands for no value.
    pub resolved: Vec<Option<String>>,
    /// Whether it matches the resource of the check.
    pub outcome: Truth,
    /// Why not.
    pub mismatch: Option<Mismatch>,
    /// How far it matched before it failed.
    pub progress: Option<Progress>,
}

/// Why a resource of a policy does not match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// A variable has no value.
    NoValue {
        /// The variable; `None` when the text in `${}` is none.
        variable: Option<Key>,
        /// Why it has none.
        why: NoValue,
        /// Whether the rest fits: only the value is missing.
        otherwise: bool,
    },
    /// Another kind of resource, such as `topic` for `topicfilter`.
    ResourceType {
        /// In the policy.
        written: String,
        /// What the action is checked against.
        needed: String,
    },
    /// Another region, account or partition.
    ArnField,
    /// The same but for letter case.
    LetterCase,
    /// `+` or `#`, which are plain characters in a policy, would match as MQTT wildcards.
    MqttWildcard,
    /// `${` is plain text because of `Version`.
    VariablesOff,
    /// Other text.
    Text,
}

/// One condition of a statement.
#[derive(Clone, Debug, PartialEq)]
pub struct ConditionTrail {
    /// The operator as written.
    pub operator: String,
    /// The key as written.
    pub key: String,
    /// Where the key stands in the text.
    pub span: Span,
    /// The policy's values as written.
    pub wanted: Vec<String>,
    /// The request's values; `Err` when there is none, `None` when nobody knows.
    pub found: Option<Result<Vec<String>, NoValue>>,
    /// Whether it holds.
    pub outcome: Truth,
}

impl ConditionTrail {
    /// The variables in the policy's values, for a condition of an IAM policy or another. Only operators on text and
    /// ARNs have any.
    pub fn variables<'a>(
        &'a self,
        iam: bool,
        substitutions: &'a [Substitution],
    ) -> impl Iterator<Item = &'a Substitution> {
        let works = Operator::parse(&self.operator).is_some_and(|operator| operator.syntax(true).variables);
        let holds = |name: String| {
            let name = name.to_ascii_lowercase();
            self.wanted.iter().any(|wanted| wanted.to_ascii_lowercase().contains(&name))
        };
        substitutions
            .iter()
            .filter(move |one| works && one.iam == iam && holds(format!("${{{}}}", one.key.name())))
    }
}

/// A variable and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substitution {
    /// The variable.
    pub key: Key,
    /// Whether it stands in an IAM policy.
    pub iam: bool,
    /// Its value, or why it has none; `None` when nobody knows.
    pub value: Option<Result<String, NoValue>>,
    /// Where the value comes from.
    pub origin: Origin,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The CONNECT packet.
    ClientId,
    /// The thing with the name of the client ID.
    ThingByClientId,
    /// The exclusively attached thing.
    ThingByAttachment,
    /// The certificate.
    Certificate,
    /// The Cognito identity.
    Identity,
    /// The connection or the request.
    Connection,
    /// There is none.
    Nowhere,
}

/// A supposition and what would follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The value supposed for each unknown key; `None` for no value. Empty for the exclusive attachment alone.
    pub assumed: Vec<(Key, Option<String>)>,
    /// Whether the attachment is supposed to be exclusive.
    pub exclusive: Option<bool>,
    /// The verdict then.
    pub verdict: Verdict,
}

/// Something that was not evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The policy.
    pub policy: usize,
    /// The statement.
    pub statement: usize,
    /// Where in the text.
    pub span: Span,
    /// What.
    pub kind: GapKind,
    /// Whether it can change the verdict.
    pub matters: bool,
}

/// What was not evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapKind {
    /// A condition operator that is not known.
    Operator,
    /// A condition that cannot be read.
    Condition,
    /// A statement without effect, action or resource matches nothing.
    Statement,
}
