//! What the reference page lists: everything that the engine goes by, drawn from its own tables.
//!
//! `static/reference.json` holds it, because the page fetches it only when somebody opens the reference; a native test
//! (`tests/reference.rs`) holds the file to what [`all`] says. In a cell, what stands in backticks is code.

use serde::{Deserialize, Serialize};

use super::{confidence, source};
use crate::broker;
use crate::iot::action::{ACTIONS, ResourceType};
use crate::policy::diagnostic::Severity;
use crate::policy::variable::{self, Key, NoValue};
use crate::policy::{ReasonCode, certificate, document, facts, lint::RULES, quota, switch::ON_THE_WIRE};

/// A table with its heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Its place on the page.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// A sentence above the table.
    pub about: String,
    /// The heads of the columns.
    pub columns: Vec<String>,
    /// Line by line, a cell for each column.
    pub rows: Vec<Vec<String>>,
}

fn section<const N: usize>(
    id: &str,
    title: &str,
    about: &str,
    columns: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Section {
    Section {
        id: id.to_owned(),
        title: title.to_owned(),
        about: about.to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: rows.into_iter().map(Vec::from).collect(),
    }
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

/// The whole reference.
#[must_use]
pub fn all() -> Vec<Section> {
    vec![
        variables(),
        actions(),
        wildcards(),
        limits(),
        reasons(),
        rules(),
        not_modelled(),
        wire(),
        table_of_facts(),
    ]
}

fn variables() -> Section {
    let rows = variable::all().map(|key| {
        let (from, none) = variable(&key);
        let place = if key.is_set() { "conditions" } else { "resources and conditions" };
        [code(&key.name()), place.to_owned(), from.to_owned(), none.to_owned()]
    });
    section(
        "variables",
        "Variables and condition keys",
        "A variable without a value matches nothing: its resource drops out. Any attribute name can stand in the place \
         of `name`. A certificate field has values `.0`, `.1` and so on, the first five of them, and `.List` for all of \
         them in a condition.",
        ["Name", "Stands in", "Where the value comes from", "When it has none"],
        rows,
    )
}

/// Where the value comes from, and when there is none. Developer Guide, policy variables; the engine's way is in
/// `policy::values`.
const fn variable(key: &Key) -> (&'static str, &'static str) {
    match key {
        Key::ClientId => ("the client ID of CONNECT", "over HTTPS"),
        Key::SourceIp => ("the address that the client comes from", "when it is not known"),
        Key::DomainName => ("the host name that the client connected to", "when it is not known"),
        Key::ThingName => (
            "the thing of the connection: with exclusive attachment the attached thing, else the attached thing whose \
             name is the client ID",
            "when there is no such thing; over HTTPS; for every principal but a certificate and an authenticated \
             Cognito identity",
        ),
        Key::ThingTypeName => {
            ("the type of the thing of the connection", "without such a thing, or when it has no type")
        }
        Key::ThingAttribute(_) => (
            "the attribute of this name of the thing of the connection",
            "without such a thing, or when it has no such attribute",
        ),
        Key::IsAttached => (
            "`true` when there is a thing of the connection, else `false`",
            "over HTTPS; for every principal but a certificate and an authenticated Cognito identity",
        ),
        Key::CertificateId => {
            ("the ID of the client certificate", "when the principal brings no certificate")
        }
        Key::Certificate { .. } => (
            "the client certificate",
            "when the certificate has no such field; in a resource also when the value has one of `*` `$` `+` `?` `#` \
             or more than 1024 characters",
        ),
        Key::CertificateSerial => (
            "the serial number of the client certificate, in decimal",
            "when the principal brings no certificate",
        ),
        Key::CertificateKeys => (
            "the names of the certificate variables that have a value",
            "when the principal brings no certificate",
        ),
        Key::CognitoSub => ("the Cognito identity ID", "for other principals"),
        Key::CognitoAud => ("the Cognito identity pool ID", "for other principals"),
        Key::CognitoAmr => ("how the Cognito identity was proved", "for other principals"),
        Key::JobId => ("the job of the request", "for actions that are not about a job execution"),
        Key::IncludeSocketInformation => {
            ("whether the request asks for socket information", "for every action but `iot:GetConnection`")
        }
        Key::ConnectAttributes => (
            "`PersistentConnect` and `LastWill`, as CONNECT asks for them",
            "for every action but `iot:Connect`",
        ),
        Key::LastWillTopic => {
            ("the ARN of the will's topic", "for every action but `iot:Connect`; without a will")
        }
        Key::Topic => ("the topic of the direct message", "for every action but `iot:SendDirectMessage`"),
        Key::CurrentTime => ("the time of the request", "when it is not known"),
        Key::EpochTime => ("the time of the request, in seconds since 1970", "when it is not known"),
        Key::Undocumented(_) | Key::Unknown(_) => ("nothing", "always"),
    }
}

fn actions() -> Section {
    let rows = ACTIONS.iter().map(|action| {
        let resource = match action.resource {
            ResourceType::Client => "`client/<client ID>`",
            ResourceType::Topic => "`topic/<topic>`",
            ResourceType::TopicFilter => "`topicfilter/<filter>`",
            ResourceType::Thing => "`thing/<thing>`",
            ResourceType::RoleAlias => "`rolealias/<alias>`",
            ResourceType::Any => "`*`, or what the service names",
        };
        [code(action.name), resource.to_owned()]
    });
    section(
        "actions",
        "Actions",
        "Every data-plane action that an AWS IoT Core policy can grant, and the resource that it is checked on.",
        ["Action", "Resource"],
        rows,
    )
}

fn wildcards() -> Section {
    let rows = [
        (
            "*",
            "any run of characters, also none, also with `/` in it",
            "a plain character",
            "a plain character; put into a policy by `${iot:ClientId}` it is still one (inferred)",
        ),
        ("?", "exactly one character", "a plain character", "a plain character, as `*` is"),
        (
            "+",
            "a plain character",
            "one whole level",
            "a plain character of a client ID: a policy's `topicfilter/${iot:ClientId}` is then a filter over every client",
        ),
        (
            "#",
            "a plain character",
            "this level and all below it, at the end only",
            "a plain character of a client ID",
        ),
    ];
    let rows = rows.map(|(sign, policy, filter, value)| {
        [code(sign), policy.to_owned(), filter.to_owned(), value.to_owned()]
    });
    section(
        "wildcards",
        "Wildcards",
        "One character means three things, by the place in which it stands. A topic that is published to holds neither \
         `+` nor `#`.",
        ["Character", "In a policy's resource", "In the filter of SUBSCRIBE", "In a client ID or a value"],
        rows,
    )
}

fn limits() -> Section {
    const AWS: &str = "AWS General Reference, AWS IoT Core endpoints and quotas";
    let policy = [
        ("Characters of a policy, without white space", document::MAX_CHARACTERS, AWS),
        ("Policies on one certificate or Cognito identity", quota::MAX_ATTACHED, AWS),
        ("Bytes of a client ID", quota::MAX_CLIENT_ID, AWS),
        ("Bytes of a topic or filter", quota::MAX_TOPIC, AWS),
        ("Slashes in a topic or filter", quota::MAX_SLASHES, AWS),
    ];
    let here = [
        ("Bytes of a policy that is read here", document::MAX_TEXT),
        ("Bytes of a policy that is linted here", crate::policy::lint::MAX_TEXT),
        ("Bytes of a certificate that is read here", certificate::MAX_PEM),
        ("Bytes of a paste in which policies are found here", crate::policy::import::MAX_PASTE),
        ("Characters of a link that is opened here", crate::share::link::MAX_FRAGMENT),
        ("Cases in a suite", crate::suite::MAX_CASES),
    ];
    let row = |what: &str, most: String, says: &str| [what.to_owned(), most, says.to_owned()];
    let broker = broker::limits(&broker::Config::default());
    let rows = policy
        .into_iter()
        .map(|(what, most, says)| row(what, most.to_string(), says))
        .chain(broker.into_iter().map(|(what, most)| row(what, most.to_string(), AWS)))
        .chain(here.into_iter().map(|(what, most)| row(what, most.to_string(), "IoT Policy Lab")));
    section(
        "limits",
        "Limits",
        "What AWS IoT Core takes, and what this program takes. A verdict does not depend on AWS's limits; where a \
         request is beyond one, the answer says so first.",
        ["What", "Most", "Whose"],
        rows,
    )
}

fn reasons() -> Section {
    let rows = ReasonCode::all().into_iter().map(|reason| {
        let sure = reason.standing().map_or_else(
            || "Documented: nothing is allowed unless a statement allows it, and a Deny wins".to_owned(),
            |(sure, pages)| {
                let pages: Vec<&str> = pages.into_iter().map(source).collect();
                format!("{}: {}", confidence(sure), pages.join("; "))
            },
        );
        [code(reason.as_str()), meaning(reason).to_owned(), sure]
    });
    section(
        "reasons",
        "Reason codes",
        "The stable code of every answer, in the page, in reports and in suites. What is documented, observed or \
         inferred is the claim behind the code; an answer can be less sure than that.",
        ["Code", "What it means", "How sure, and where it comes from"],
        rows,
    )
}

/// What a reason code means, whatever the request.
const fn meaning(reason: ReasonCode) -> &'static str {
    match reason {
        ReasonCode::Allowed => "A statement allows it and none denies it.",
        ReasonCode::Denied => "A statement denies it. No Allow can change that.",
        ReasonCode::CertificateNotActive => "The certificate is not active, so it may not connect.",
        ReasonCode::NoPolicy => "No policy that counts is attached to this principal.",
        ReasonCode::NoIotPolicy => {
            "An authenticated Cognito identity needs an AWS IoT Core policy too, and has none."
        }
        ReasonCode::NoIamPolicy => {
            "A Cognito identity or an IAM principal needs an IAM policy, and has none."
        }
        ReasonCode::GroupPolicyNotApplied => {
            "Only a thing group's policy could allow it, and that does not count for this connection."
        }
        ReasonCode::ActionNotAllowed => "No statement allows this action, on whatever resource.",
        ReasonCode::ResourceType => {
            "The resources of the statements that allow the action are of another kind, such as `topic/` where the \
             action needs `topicfilter/`."
        }
        ReasonCode::ArnField => "Only partition, service, region or account of a resource differ.",
        ReasonCode::LetterCase => "A resource differs in letter case only.",
        ReasonCode::MqttWildcard => {
            "A resource would fit if `+` or `#` were a wildcard. In a policy both are plain characters."
        }
        ReasonCode::VariablesOff => "`${...}` is plain text, because `Version` is absent or old.",
        ReasonCode::ResourceMismatch => "No resource of the statements that allow the action fits.",
        ReasonCode::NotResource => "`NotResource` leaves this resource out.",
        ReasonCode::Unresolved { why, .. } => match reason.as_str().as_bytes() {
            b"THING_VAR_UNRESOLVED" | b"CERT_VAR_UNRESOLVED" => {
                "A variable has no value where it stands, such as one with a default value."
            }
            b"VAR_UNRESOLVED/NOT_IN_REQUEST" => no_value(NoValue::NotInRequest),
            _ => no_value(why),
        },
        ReasonCode::ConditionFailed => "A condition of the statement that would allow it does not hold.",
        ReasonCode::ValueUnknown => "The answer depends on a value that nobody gave.",
        ReasonCode::NotModelled => {
            "The answer depends on a condition that cannot be read or that is not modelled here."
        }
    }
}

const fn no_value(why: NoValue) -> &'static str {
    match why {
        NoValue::ClientIdNotThing => {
            "The attachment is not exclusive, and the client ID is not the name of an attached thing."
        }
        NoValue::ThingNotAttached => "The client ID is the name of a thing, but that thing is not attached.",
        NoValue::NoThingAttached => "No thing is attached to the principal.",
        NoValue::NotOverHttps => "Thing variables have values over MQTT only.",
        NoValue::PrincipalHasNoThing => "This kind of principal has no thing.",
        NoValue::NotInIamPolicy => "Thing and certificate variables have no value in IAM policies.",
        NoValue::ThingHasNoType => "The thing has no type.",
        NoValue::AttributeMissing => "The thing has no such attribute.",
        NoValue::NoCertificate => "The principal brings no certificate.",
        NoValue::CertificateFieldAbsent => "The certificate has no such field.",
        NoValue::IndexPastEnd => "The certificate has fewer values in this field than the index asks for.",
        NoValue::ForbiddenCharacter => {
            "The certificate's value holds one of `*` `$` `+` `?` `#` and is not put in."
        }
        NoValue::TooLong => "The certificate's value has more than 1024 characters and is not put in.",
        NoValue::ListInText => "A list of values works in conditions only.",
        NoValue::NotInRequest => "The request carries no such value.",
        NoValue::UnknownName => "AWS IoT Core has no variable of this name.",
        NoValue::Undocumented => {
            "The name exists in AWS, but no page says that it has a value in AWS IoT Core."
        }
        NoValue::DefaultValue => "Default values of variables are not documented for AWS IoT Core.",
        NoValue::BeforeFifthColon => "Variables work after the fifth colon of an ARN only.",
    }
}

fn rules() -> Section {
    let rows = RULES.iter().map(|rule| {
        let severity = match rule.severity {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        [
            code(rule.code),
            rule.title().to_owned(),
            one_line(&rule.section("Why it hurts")),
            one_line(&rule.section("What to do")),
            format!("{severity}, {}", confidence(rule.confidence).to_lowercase()),
        ]
    });
    section(
        "rules",
        "Lint rules",
        "What AWS takes and what does something else than its author thinks.",
        ["Code", "Title", "Why it hurts", "What to do", "Kind"],
        rows,
    )
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn not_modelled() -> Section {
    let rows = facts::all()
        .chain(broker::facts::all())
        .filter_map(|fact| Some([code(fact.id), fact.claim.to_owned(), fact.not_modelled?.to_owned()]));
    section(
        "not-modelled",
        "Not modelled",
        "Facts about AWS IoT Core that no verdict here takes into account, and why not.",
        ["Fact", "What AWS does", "Why it is not modelled"],
        rows,
    )
}

fn wire() -> Section {
    let rows = ON_THE_WIRE.iter().map(|(name, what, _)| [code(name), (*what).to_owned()]);
    section(
        "wire",
        "Undecided on the wire",
        "Points that change no verdict, only what a device sees and when. The simulator does this:",
        ["Name", "What the simulator does"],
        rows,
    )
}

fn table_of_facts() -> Section {
    let rows = facts::all().chain(broker::facts::all()).map(|fact| {
        [code(fact.id), fact.claim.to_owned(), fact.source.to_owned(), confidence(fact.confidence).to_owned()]
    });
    section(
        "facts",
        "Facts",
        "What the engine rests on. Every fact is shown by a test case, or stands above as not modelled.",
        ["Fact", "What AWS IoT Core does", "Source", "How sure"],
        rows,
    )
}
