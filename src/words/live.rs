//! What was predicted of live sessions, what was seen, and what to look at.

use super::Text;
use crate::iot::calendar::UtcTime;
use crate::iot::time::{Millis, UnixTime};
use crate::live::compare::{Suspect, Undecided, Unseen, Verdict};
use crate::live::observe::{MAX_OBSERVATIONS, MAX_TEXT, Outcome, Problem, Witness, Wrong};
use crate::live::predict::{Ask, Because, Predicted, Rights, SignIn, Source};
use crate::live::risk::Risk;
use crate::share::secrets;
use crate::timeline::{Certainty, SessionId};

/// What stands above real sessions.
pub const REAL: &str = "They are real: a client ID that a device uses now throws that device off.";
/// Something that is no plan.
pub const NO_PLAN: &str = "That is the log of a run, not a plan. Open it in Simulate.";
/// What a plan is.
pub const PLAN: &str = "The sessions and steps above, as a file without credentials and without the endpoint. An observer hears of every \
     connection of the account, which AWS IoT Core tells with its reason; it needs the right to subscribe to $aws/events/presence/#.";

/// Sessions of Simulate that are no plan.
#[must_use]
pub fn not_taken(why: &str) -> String {
    format!("The sessions of Simulate cannot be run for real: {why}.")
}

/// A session on its way.
pub const CONNECTING: &str = "Connecting.";
/// The steps of the plan are being taken.
pub const RUNNING: &str = "The plan runs.";
/// The limits of a tab.
pub const LIFT: &str = "Without the limits of this tab: 5 sessions at a time, 10 messages a second, 5 minutes a run, 5 comebacks in a row";

/// How many sessions stand.
#[must_use]
pub fn standing(connected: usize, sessions: usize) -> String {
    match connected {
        0 => "Nothing is connected. Nothing connects until you press.".to_owned(),
        _ => format!("{connected} of {sessions} connected."),
    }
}

/// A run without anything to do.
pub const NO_STEPS: &str =
    "There is nothing to run: the plan has no step. Add one, or connect the sessions by hand.";
/// How often something is published, which is no time.
pub const NOT_A_PERIOD: &str =
    "Write after how many seconds it is published again, such as 2 or 0.5, or nothing for once.";
/// A press on Connect while something is to be confirmed.
pub const CONFIRM_FIRST: &str = "Confirm first what could hurt a device: it stands above the sessions.";

/// What could hurt somebody else's devices.
#[must_use]
pub fn risk(risk: &Risk) -> Text {
    let text = Text::new();
    match risk {
        Risk::ClientId(id) => text
            .say("If a device is using the client ID ")
            .code(id)
            .say(" now, connecting will disconnect it."),
        Risk::Will(topic) => text
            .say("A will is published to ")
            .code(topic)
            .say(" when the connection is lost; whoever subscribes there may take it for a device's."),
        Risk::Retained(topic) => text
            .say("A retained message stays at ")
            .code(topic)
            .say(" after this page is closed, and each new subscriber gets it."),
        Risk::Reserved(topic) => {
            text.say("A message to ").code(topic).say(" changes what AWS's own services hold of a device.")
        }
        Risk::Everything(filter) => text
            .say("The filter ")
            .code(filter)
            .say(" brings every message that may be received, of every device; each is charged."),
        Risk::Shared(filter) => text
            .say("The subscription ")
            .code(filter)
            .say(" is shared: each message that this page gets is taken away from the others in the group, which never see it."),
    }
}

/// More sessions than run side by side.
#[must_use]
pub fn too_many_sessions(limit: usize) -> String {
    format!("At most {limit} sessions run side by side, so nothing was changed.")
}

/// As whom the sessions of a run connect, and whose policies AWS IoT Core then asks.
#[must_use]
pub const fn who(sign_in: SignIn) -> &'static str {
    match sign_in {
        SignIn::Certificate => {
            "The sessions connect with the certificate: its policies and those of its thing's groups are asked."
        }
        SignIn::SigV4 => {
            "You connect as an IAM role or user, not as your device's certificate. AWS IoT Core asks the policies of that role; \
             those of the certificate have no say, and thing policy variables have no value."
        }
        SignIn::Cognito => {
            "You connect as a Cognito identity, not as your device's certificate. The policy of the identity pool's role and \
             the AWS IoT policy that is attached to the identity must both allow."
        }
        SignIn::CognitoGuest => {
            "You connect as a guest of the identity pool, not as your device's certificate. AWS IoT Core asks the policy of \
             the pool's role for guests."
        }
        SignIn::CustomAuthorizer => {
            "You connect through a custom authorizer, not with your device's certificate. AWS IoT Core asks the policies that \
             the authorizer returns."
        }
        SignIn::OtherBroker => {
            "This is not AWS IoT Core: the policies here have no say, so nothing is predicted of rights."
        }
    }
}

/// Which policies of one identity are asked, which are not, and of which sources none was given.
#[must_use]
pub fn rights(rights: &Rights) -> Vec<Text> {
    let named = |said: &str, names: &[String]| {
        (!names.is_empty()).then(|| {
            let (first, rest) = (names.iter().take(1), names.iter().skip(1));
            let text = first.fold(Text::new().say(said), |text, name| text.code(name));
            rest.fold(text, |text, name| text.say(", ").code(name)).say(".")
        })
    };
    let sources: Vec<&str> = rights.missing.iter().map(|missing| source(*missing)).collect();
    let missing = (!sources.is_empty()).then(|| {
        Text::new().say(format!(
            "Of {} no policy is here, so it cannot be told what is allowed.",
            sources.join(" and ")
        ))
    });
    let asked = named("Asked: ", &rights.speaking);
    let silent = named("Not asked, whatever they say: ", &rights.silent);
    [asked, silent, missing].into_iter().flatten().collect()
}

const fn source(source: Source) -> &'static str {
    match source {
        Source::Certificate => "the certificate",
        Source::Role => "the IAM role",
        Source::CognitoIdentity => "the Cognito identity",
        Source::Authorizer => "the custom authorizer",
    }
}

/// What a row is about; `client_id` is the session's.
#[must_use]
pub fn ask(ask: &Ask, client_id: &str) -> Text {
    let text = Text::new();
    match ask {
        Ask::Connect => text.say("connects as ").code(client_id),
        Ask::Subscribe { filter } => text.say("subscribes to ").code(filter),
        Ask::Publish { topic } => text.say("publishes to ").code(topic),
        Ask::Receive { topic } => text.say("receives a message of ").code(topic),
        Ask::Takeover => text.say("is thrown out by another connection as ").code(client_id),
    }
}

/// What is predicted of a row.
#[must_use]
pub const fn predicted(ask: &Ask, predicted: Predicted) -> &'static str {
    match (predicted, ask) {
        (Predicted::CannotTell, _) => "cannot tell",
        (Predicted::Yes, Ask::Takeover) => "closed: the newcomer wins",
        (Predicted::No, Ask::Takeover) => "stays",
        (Predicted::Yes, Ask::Receive { .. }) => "delivered",
        (Predicted::No, Ask::Receive { .. }) => "withheld without a word",
        (Predicted::Yes, _) => "accepted",
        (Predicted::No, _) => "refused",
    }
}

/// Why that is predicted, where the policies are not all of the reason; `name` gives a session's name.
#[must_use]
pub fn because(because: Because, name: impl Fn(SessionId) -> String) -> Option<String> {
    match because {
        Because::Policies => None,
        Because::Missing => Some("A policy that would be asked is not here.".to_owned()),
        Because::OtherBroker => Some("What this broker allows is not known.".to_owned()),
        Because::Qos2 => Some("AWS IoT Core does not support QoS 2.".to_owned()),
        Because::Follows(row) => Some(format!("As row {}.", row + 1)),
        Because::TooSoon { before, after } => Some(format!(
            "{} connects with the same client ID {}.{:03} s before, and AWS IoT Core takes one CONNECT in a second for a client \
             ID.",
            name(before),
            after.0 / 1000,
            after.0 % 1000
        )),
        Because::Newcomer(session) => Some(format!("{} comes later with the same client ID.", name(session))),
    }
}

/// Who saw it.
#[must_use]
pub const fn witness(witness: Witness) -> &'static str {
    match witness {
        Witness::Packets => "live",
        Witness::Mosquitto => "pasted mosquitto output",
        Witness::Lifecycle => "lifecycle event",
        Witness::Log => "AWS IoT log",
        Witness::TestAuthorization => "test-authorization",
    }
}

/// What was seen of what a row is about.
#[must_use]
pub fn outcome(ask: &Ask, outcome: Outcome) -> String {
    let came = match ask {
        Ask::Takeover => "closed: the newcomer won",
        Ask::Receive { .. } => "delivered",
        _ => "accepted",
    };
    match outcome {
        Outcome::Yes(Certainty::Stated) => came.to_owned(),
        Outcome::Yes(Certainty::Likely) => format!("most likely {came}"),
        Outcome::Refused(Certainty::Stated) => "refused: not authorized".to_owned(),
        Outcome::Refused(Certainty::Likely) => "closed without an answer, most likely refused".to_owned(),
        Outcome::OtherReason(Some(code)) => format!("failed with code {}, which is no missing right", code.0),
        Outcome::OtherReason(None) => "failed for a reason that is no missing right".to_owned(),
        Outcome::Unclear => "failed, and nothing says why".to_owned(),
    }
}

/// What became of a row.
#[must_use]
pub const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Agrees(_) => "agrees",
        Verdict::Contradicts(_) => "contradicts",
        Verdict::CannotTell(_) => "cannot tell",
        Verdict::NotObserved(_) => "not observed",
    }
}

/// What is to be said of that besides.
#[must_use]
pub const fn verdict_more(verdict: Verdict) -> Option<&'static str> {
    Some(match verdict {
        Verdict::Agrees(Certainty::Stated)
        | Verdict::Contradicts(Certainty::Stated)
        | Verdict::NotObserved(Unseen::NoWitness) => return None,
        Verdict::Agrees(Certainty::Likely) => {
            "Most likely: the connection was closed without a reason, and nothing else explains it better."
        }
        Verdict::Contradicts(Certainty::Likely) => {
            "Most likely: the connection was closed without a reason. A lost network looks the same."
        }
        Verdict::CannotTell(Undecided::NoPrediction) => "Nothing was predicted.",
        Verdict::CannotTell(Undecided::OtherReason) => "It failed for a reason that is no missing right.",
        Verdict::CannotTell(Undecided::NoReason) => {
            "It failed, and a missing right looks like other causes here."
        }
        Verdict::CannotTell(Undecided::Mixed) => "It came about and was refused.",
        Verdict::NotObserved(Unseen::Silent) => {
            "No packet tells that a message was withheld, so that none came proves nothing."
        }
    })
}

/// How the rows came out, or that nothing was seen yet.
#[must_use]
pub fn count(agree: usize, contradict: usize, cannot_tell: usize, not_observed: usize) -> String {
    if agree + contradict + cannot_tell == 0 {
        return "Nothing was observed yet.".to_owned();
    }
    let (agrees, contradicts) = (
        if agree == 1 { "agrees" } else { "agree" },
        if contradict == 1 { "contradicts" } else { "contradict" },
    );
    format!(
        "Of the predictions {agree} {agrees} with what was observed, {contradict} {contradicts} it, {cannot_tell} cannot be \
         told, {not_observed} not observed."
    )
}

/// A prediction that still follows.
pub const FOLLOWS: &str = "Follows the plan and the policies until something is observed.";

/// When a prediction was frozen; `late` when something had been seen by then.
#[must_use]
pub fn frozen(at: UnixTime, late: bool) -> String {
    let time = UtcTime::from_unix(at).map(UtcTime::spaced).unwrap_or_default();
    if late {
        format!("Predicted at {time} UTC, after something had been observed.")
    } else {
        format!("Frozen at {time} UTC, before anything was observed.")
    }
}

/// What is otherwise than when a prediction was frozen; nothing when nothing is.
#[must_use]
pub fn differs(policies: bool, plan: bool, sign_in: bool) -> Option<String> {
    let parts = [
        (policies, "the policies or who connects"),
        (plan, "the plan"),
        (sign_in, "the way in which the sessions sign in"),
    ];
    let changed: Vec<&str> =
        parts.into_iter().filter(|(otherwise, _)| *otherwise).map(|(_, part)| part).collect();
    (!changed.is_empty())
        .then(|| format!("Changed since: {}. This prediction does not follow.", changed.join(", ")))
}

/// What became of saving the evidence.
#[must_use]
pub fn evidence(cases: usize, left_out: usize) -> String {
    let rows = if left_out == 1 { "row was" } else { "rows were" };
    let left =
        format!("{left_out} {rows} left out: not observed, not decided, or not asked of the policies.");
    match cases {
        0 => format!("Nothing to save: {left}"),
        1 => format!("Saved as a suite of 1 case. It expects what was observed. {left}"),
        _ => format!("Saved as a suite of {cases} cases. They expect what was observed. {left}"),
    }
}

/// Where the policy of a role comes from.
pub const ROLE_POLICY: &str = "The JSON with Version and Statement as IAM shows it, or what aws iam get-role-policy or get-policy-version prints. It is \
     added to the policies of Check, attached to the role.";
/// A text that is no policy.
pub const NO_ROLE_POLICY: &str =
    "No policy with a statement could be read there. Paste the JSON of the role's policy.";

/// What the session policy is for.
pub const SMALLEST: &str = "Credentials that can do what the plan does and nothing else: the session policy narrows what the role may do, and never \
     widens it.";
/// What the commands are for.
pub const COMMANDS: &str = "The same plan with the certificate, one command for each subscriber and each message. Run them there in the order of the plan, \
     then paste what they print. A browser cannot use a device's certificate.";

/// A session of which no program does what the plan says.
#[must_use]
pub fn no_command(session: &str) -> String {
    format!("{session} neither subscribes nor publishes, and neither program only connects.")
}

/// A session whose commands cannot be written.
#[must_use]
pub fn unwritable(session: &str, why: &impl std::fmt::Display) -> String {
    format!("{session} cannot be written as commands: {why}.")
}

/// More pastes than are kept.
#[must_use]
pub fn too_many_pastes(pastes: usize, observations: usize) -> String {
    format!("At most {pastes} pastes with {observations} observations are kept. Remove one first.")
}

/// What was read of a paste.
#[must_use]
pub fn read(observations: usize) -> String {
    match observations {
        0 => "No observation in it.".to_owned(),
        1 => "1 observation.".to_owned(),
        _ => format!("{observations} observations."),
    }
}

/// What was cut out of a paste; nothing when nothing was.
#[must_use]
pub fn cut_out(kinds: &[secrets::Kind]) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    for kind in kinds.iter().map(|kind| super::share::secret_kind(*kind)) {
        if !names.contains(&kind) {
            names.push(kind);
        }
    }
    (!names.is_empty()).then(|| {
        format!("Cut out before it was kept: {}. Where it was copied from it still stands.", names.join(", "))
    })
}

/// What to look at when a row is contradicted.
#[must_use]
pub fn suspect(suspect: Suspect, sign_in: SignIn) -> String {
    match suspect {
        Suspect::Network => "Run it again: a network that fails at that moment looks the same.".to_owned(),
        Suspect::PolicyCache { wait: None } => {
            "When was the policy changed? AWS IoT Core keeps policies in a cache; a change takes 6 to 8 minutes.".to_owned()
        }
        Suspect::PolicyCache { wait: Some(Millis(0)) } => {
            "The policy had been changed shortly before, and a change takes 6 to 8 minutes. They are over: run it again."
                .to_owned()
        }
        Suspect::PolicyCache { wait: Some(wait) } => {
            let seconds = wait.0.div_ceil(1000);
            format!(
                "The policy was changed lately, and a change takes 6 to 8 minutes. Run it again in {} min {} s.",
                seconds / 60,
                seconds % 60
            )
        }
        Suspect::OtherPolicy => {
            "Is this the policy that is attached, in its default version, and is there no other one?".to_owned()
        }
        Suspect::OtherPrincipal if sign_in == SignIn::Certificate => {
            "Was it this certificate, attached to this thing in this way?".to_owned()
        }
        Suspect::OtherPrincipal => {
            "Whose credentials were these? A browser has the rights of whoever signed in, never the certificate's."
                .to_owned()
        }
        Suspect::Credentials => "Have the credentials expired?".to_owned(),
        Suspect::Quota => "Was a quota of the account reached, such as one CONNECT a second for a client ID?".to_owned(),
        Suspect::Clock => "Is this computer's clock right? A signature holds for a few minutes only.".to_owned(),
    }
}

/// A line of a paste that could not be read.
#[must_use]
pub fn problem(problem: &Problem) -> Text {
    let text = Text::new().say(format!("Line {}: ", problem.line));
    match &problem.wrong {
        Wrong::TooLong => {
            Text::new().say(format!("The paste is longer than {MAX_TEXT} bytes. Paste a part of it."))
        }
        Wrong::TooMany => {
            text.say(format!("more than {MAX_OBSERVATIONS} observations; the rest was not read."))
        }
        Wrong::NotRecognised => text
            .say("this is no output of ")
            .code("mosquitto_sub -d")
            .say(" or ")
            .code("mosquitto_pub -d")
            .say(", and no JSON."),
        Wrong::NotJson { lines: 0, column } => {
            text.say(format!("this is not JSON, from column {column} on."))
        }
        Wrong::NotJson { lines, column } => {
            text.say(format!("this is not JSON, from line {}, column {column} on.", problem.line + lines))
        }
        Wrong::OtherJson => text
            .say("this is no lifecycle event, no line of ")
            .code("AWSIotLogsV2")
            .say(" and no answer of ")
            .code("test-authorization")
            .say("."),
        Wrong::Field(field) => text.code(*field).say(" is missing, or is not what AWS writes there."),
        Wrong::NoClient => {
            text.say("this line names no client ID, so it cannot be told which session it is about.")
        }
    }
}
