//! What the lessons say around their own texts: the scene, the questions, the goal.

use super::Text;
use crate::iot::time::Instant;
use crate::lab::lesson::{Ask, Kind, Level};
use crate::lab::{Actor, Comeback, Identity, Scenario};
use crate::mqtt::Version;
use crate::policy::context::{Field, Principal, Thing};
use crate::policy::{Request, Verdict};

/// A file did not come.
pub const MISSING: &str = "The lesson could not be fetched from the server that this page came from.";
/// The list did not come.
pub const LIST_MISSING: &str =
    "The list of lessons could not be fetched from the server that this page came from.";
/// What is kept of a learner.
pub const KEPT: &str = "Which steps you have gone through is kept in this browser and sent nowhere.";
/// What lessons are.
pub const ABOUT: &str = "Predict what happens, run it, read why, change one thing. Every answer is worked out by the engine of this page, \
     with its broker; nothing is connected.";
/// Before a prediction.
pub const CHOOSE_FIRST: &str = "Choose an answer, then run it.";
/// After the right prediction.
pub const RIGHT: &str = "That is what happens.";
/// Presenter mode hides the answers.
pub const HIDDEN: &str = "The answer is hidden in presenter mode. Press R to show it, with the run.";
/// A policy that a learner types is not whole.
pub const UNREADABLE_POLICY: &str =
    "This cannot be played: the policy cannot be read yet. What is wrong stands below its text.";
/// What a link does.
pub const LINK: &str = "Copy a link to this step";

/// A file that is no lesson of this version.
#[must_use]
pub fn unreadable(why: &str) -> String {
    format!("What the server sent is not a lesson of this version ({why}). Reload the page, or try again.")
}

/// A link names a lesson that there is not.
#[must_use]
pub fn unknown(id: &str) -> String {
    format!("There is no lesson `{id}`. The link is damaged, or made for another version of this page.")
}

/// For whom and how long, such as "beginner, 5 minutes".
#[must_use]
pub fn head(kind: Kind, level: Level, minutes: usize) -> String {
    let level = match level {
        Level::Beginner => "beginner",
        Level::Intermediate => "intermediate",
        Level::Advanced => "advanced",
    };
    let kind = match kind {
        Kind::Lesson => "",
        Kind::Challenge => "challenge, ",
    };
    format!("{kind}{level}, {minutes} minutes")
}

/// How much of a goal is reached, of what can be played.
#[must_use]
pub fn reached(met: usize, of: usize, playable: bool) -> String {
    match playable {
        false => "Waits for something that can be played.".to_owned(),
        true if met == of => "Goal reached.".to_owned(),
        true => format!("{met} of {of} reached"),
    }
}

/// How far a learner has come.
#[must_use]
pub fn progress(done: usize, steps: usize) -> String {
    match (done, steps) {
        (0, 1) => "1 step".to_owned(),
        (0, _) => format!("{steps} steps"),
        _ if done == steps => "done".to_owned(),
        _ => format!("{done} of {steps} steps done"),
    }
}

/// An identity: by what it proves who it is, and how that hangs on its things.
#[must_use]
pub fn identity(identity: &Identity) -> Text {
    let context = &identity.context;
    let text = Text::new().say(match context.principal {
        Principal::X509(_) => "A certificate",
        Principal::CognitoAuthenticated { .. } => "An authenticated Cognito identity",
        Principal::CognitoUnauthenticated { .. } => "A Cognito guest",
        Principal::IamRole => "An IAM role",
        Principal::CustomAuthorizer => "A custom authorizer",
    });
    let things: &[Thing] = context.things.given().map_or(&[], Vec::as_slice);
    let exclusive = context.exclusive == Field::Given(true);
    let text = match things {
        [] => text.say(", attached to no thing"),
        [first, rest @ ..] => {
            let text = text.say(if exclusive { ", attached exclusively to " } else { ", attached to " });
            rest.iter().fold(text.code(&first.name), |text, thing| text.say(" and ").code(&thing.name))
        }
    };
    let text = match context.registered.as_slice() {
        [] => text,
        registered => registered
            .iter()
            .fold(text.say("; registered, but not attached:"), |text, thing| text.say(" ").code(thing)),
    };
    text.say(".")
}

/// Who a session is and what it does by itself.
#[must_use]
pub fn session(scenario: &Scenario, actor: &Actor) -> Text {
    let who = usize::try_from(actor.identity).ok().and_then(|at| scenario.identities.get(at));
    let text = Text::new().say("Client ID ").code(&actor.connect.client_id);
    let text = match who {
        Some(who) if scenario.identities.len() > 1 => text.say(format!(", of the {}", who.name)),
        _ => text,
    };
    let text = text.say(match actor.connect.version {
        Version::V311 => ", MQTT 3.1.1",
        Version::V5 => ", MQTT 5",
    });
    let text = match &actor.connect.will {
        Some(will) => {
            let payload = String::from_utf8_lossy(&will.payload);
            text.say(", last will ").code(payload).say(" on ").code(&will.topic)
        }
        None => text,
    };
    match actor.comeback {
        Comeback::Never => text.say("."),
        Comeback::Backoff => text.say(". It comes back with growing random pauses."),
        Comeback::After(pause) => text.say(format!(". It comes back {} s after a loss.", seconds(pause.0))),
    }
}

/// When something is done, in seconds.
#[must_use]
pub fn at(at: Instant) -> String {
    format!("{} s", seconds(at.0))
}

fn seconds(millis: u64) -> String {
    let text = format!("{}.{:03}", millis / 1000, millis % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A question to the policies.
#[must_use]
pub fn ask(scenario: &Scenario, ask: &Ask) -> Text {
    let who = scenario.identities.get(ask.who).map_or("", |who| who.name.as_str());
    let text = Text::new();
    let text = match &ask.request {
        Request::Connect { .. } => {
            return text.code("iot:Connect").say(format!(" by the {who} as ")).code(&ask.client_id);
        }
        Request::Publish { topic, .. } => text.code("iot:Publish").say(" on ").code(topic),
        Request::Subscribe { filter, .. } => text.code("iot:Subscribe").say(" on ").code(filter),
        Request::Receive { topic, .. } => text.code("iot:Receive").say(" on ").code(topic),
        Request::Action { action, resource, .. } => text.code(action).say(" on ").code(resource),
    };
    text.say(format!(" by the {who} as ")).code(&ask.client_id)
}

/// A verdict in one word.
#[must_use]
pub const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allowed => "allowed",
        Verdict::ExplicitDeny => "denied by a statement",
        Verdict::ImplicitDeny => "denied, nothing allows it",
        Verdict::CannotTell => "cannot tell",
    }
}
