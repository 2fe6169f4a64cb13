//! What the form of Check says: what it asks for, what it took out of a paste, and why it took nothing.

use std::fmt;

use super::Text;
use crate::policy::variable::Key;

/// A private key in a field.
pub const PRIVATE_KEY: &str = "What you pasted holds a private key. It was not taken and nothing of it was kept. If others saw it, replace it.";
/// Where a policy comes from, while there is none.
pub const NO_POLICY: &str = "Paste a policy, or what holds one: the output of aws iot get-policy, a CloudFormation or Terraform file. Or drop files here.";
/// What the form fills itself in from.
pub const FILL_IN: &str = "Paste or drop a public certificate (PEM) or what the AWS CLI prints for describe-thing, describe-certificate, list-thing-principals-v2 or list-principal-things-v2.";
/// An authenticated Cognito identity.
pub const COGNITO_AUTHENTICATED: &str = "Two policies decide, and both must allow: the IAM policy of the role and the IoT policy of the identity.";
/// A Cognito guest.
pub const COGNITO_GUEST: &str = "Only the IAM policy of the role for guests decides.";
/// An IAM role.
pub const IAM_ROLE: &str = "Only IAM policies decide.";
/// A custom authorizer.
pub const AUTHORIZER: &str = "The policies that the authorizer returns decide.";
/// Nobody connects over HTTPS.
pub const HTTPS: &str = "Over HTTPS a device publishes and calls other actions; it does not connect, subscribe or receive, and no thing is bound.";
/// How a list of names is written.
pub const ONE_A_LINE: &str = "One a line.";

/// How client IDs are written, and what becomes of them.
pub const CLIENT_IDS: &str = "One a line; each is asked everything below.";

/// How the groups of a thing are written.
pub const GROUPS: &str = "One a line, with the groups above it.";

/// What is not set here, the certificate does not have.
pub const CERTIFICATE_COMPLETE: &str = "The certificate has no fields but those set here";

/// An exclusive attachment of several things.
pub const EXCLUSIVE_OF_SEVERAL: &str =
    "Several things are named, but an exclusive attachment is to one thing. AWS refuses such an attachment.";
/// An IAM policy where only IoT policies are looked at.
pub const NO_ROLE_HERE: &str = "Not looked at: this principal has no IAM role.";
/// An IoT policy where only IAM policies are looked at.
pub const NO_IOT_POLICY_HERE: &str = "Not looked at: for this principal only policies of its IAM role count.";
/// A group where no thing is bound.
pub const NO_GROUP_HERE: &str =
    "Not looked at: for this principal no thing is bound, so no thing group counts.";
/// How actions without a field of their own are written.
pub const OTHER_ACTIONS: &str = "One a line: the action, a space, the ARN it is checked against.";

/// How a delivery through a shared subscription is asked.
pub const RECEIVE: &str = "Through a shared subscription: $share/name/topic.";

/// How many values the policies ask for.
#[must_use]
pub fn asks_for(count: usize) -> String {
    match count {
        1 => "These policies ask for a value that you have not set:".to_owned(),
        count => format!("These policies ask for {count} values that you have not set:"),
    }
}

/// Where the questions are asked; `assumed` when no policy names a place.
#[must_use]
pub fn asked_in(region: &str, account: &str, assumed: bool) -> Text {
    let text = Text::new().say("Asked in ").code(region).say(", account ").code(account);
    text.say(if assumed { "; no policy names others." } else { "." })
}

/// Where they are asked while the fields for it are empty.
#[must_use]
pub fn place_of_policies(region: &str, account: &str) -> Text {
    let text = Text::new().say("Without a region and an account those of the policies count, now ");
    text.code(region).say(" and ").code(account).say(".")
}

/// Lines for which there is no place.
#[must_use]
pub fn lines_left_out(count: usize, client_ids: usize, questions: usize) -> String {
    format!(
        "{count} lines were not asked: at most {client_ids} client IDs and {questions} questions at a time."
    )
}

/// What a value of this key has to look like.
#[must_use]
pub fn unreadable(key: &Key) -> Text {
    match key {
        Key::SourceIp => Text::new()
            .say("This is no IP address. Write one such as ")
            .code("203.0.113.7")
            .say(" or ")
            .code("2001:db8::7")
            .say("; until then it counts as unknown."),
        _ => Text::new()
            .say("This is no time. Write it in UTC such as ")
            .code("2026-11-22T16:00:00Z")
            .say(" or as seconds since 1970; until then it counts as unknown."),
    }
}

/// Lines of other actions that are not asked.
#[must_use]
pub fn not_understood(lines: &[String]) -> Text {
    let text = Text::new().say(match lines.len() {
        1 => "Not asked, because it is not an action and an ARN: ",
        _ => "Not asked, because they are not an action and an ARN: ",
    });
    let last = lines.len().saturating_sub(1);
    lines
        .iter()
        .enumerate()
        .fold(text, |text, (index, line)| text.code(line).say(if index == last { "." } else { ", " }))
}

/// A field took no text of this length.
#[must_use]
pub fn too_long(bytes: usize, limit: usize) -> String {
    format!(
        "Not taken: the text has {bytes} bytes, and at most {limit} are read. What stood there before stands there again."
    )
}

/// Policies for which there is no place.
#[must_use]
pub fn policies_left_out(count: usize, limit: usize) -> String {
    format!("At most {limit} policies stand side by side; {count} more were left out.")
}

/// A button that takes policies out of a paste.
#[must_use]
pub fn take_out(count: usize) -> String {
    match count {
        1 => "Take the policy out of this".to_owned(),
        count => format!("Take the {count} policies out of this"),
    }
}

/// What such a paste is.
#[must_use]
pub fn holds(count: usize) -> String {
    match count {
        0 => "No policy can be read out of this text.".to_owned(),
        1 => "This is more than a policy.".to_owned(),
        count => format!("This text holds {count} policies."),
    }
}

/// A part of a template that is computed when it is deployed.
pub const INCOMPLETE: &str = "A part of it is computed when the template is deployed: an answer that turns on that part cannot be told.";

/// A file of which nothing was taken.
#[must_use]
pub fn file_refused(name: &str, why: &str) -> Text {
    Text::new().code(name).say(format!(" was not taken: {why}. Nothing was changed."))
}

/// Why a file is not read: its size.
#[must_use]
pub fn file_too_large(bytes: u64, limit: usize) -> String {
    format!("it has {bytes} bytes, and at most {limit} are read")
}

/// Why a file is not read: it is no text.
#[must_use]
pub fn file_not_utf8(at: usize) -> String {
    format!("it is not text in UTF-8 (byte {at}). Save it as UTF-8")
}

/// Why a file is not read: the browser does not give it.
pub const FILE_UNREADABLE: &str = "the browser could not read it; is it still there?";

/// More files than are read at once.
#[must_use]
pub fn files_left_out(count: usize, limit: usize) -> Text {
    Text::new().say(format!("{count} files were left out: at most {limit} are read at once."))
}

/// Files became policies.
#[must_use]
pub fn files_taken(policies: usize) -> Text {
    Text::new().say(match policies {
        1 => "One policy was taken.".to_owned(),
        count => format!("{count} policies were taken."),
    })
}

/// Why a text is not read: its length.
#[must_use]
pub fn too_long_to_read(bytes: usize, limit: usize) -> String {
    format!("the text has {bytes} bytes; at most {limit} are read")
}

/// The form is not the one that a paste was to go into.
pub const FORM_CHANGED: &str = "the form was changed meanwhile; paste it again";

/// Nothing was taken out of a paste.
#[must_use]
pub fn nothing_taken(why: &impl fmt::Display) -> Text {
    let (mut text, mut code) = (Text::new().say("Nothing was taken: "), false);
    for piece in why.to_string().split('`') {
        text = if code { text.code(piece) } else { text.say(piece) };
        code = !code;
    }
    text.say(".")
}

/// What was taken out of a certificate: its ID, serial number and this many fields.
#[must_use]
pub fn certificate_taken(fields: usize) -> Text {
    Text::new().say(match fields {
        1 => "Taken from the certificate: its ID, serial number and one field.".to_owned(),
        fields => format!("Taken from the certificate: its ID, serial number and {fields} fields."),
    })
}

/// Fields that the certificate has, but whose form in AWS IoT Core is not known.
#[must_use]
pub fn certificate_fields_unknown(keys: &[Key]) -> Text {
    let text = Text::new().say("How AWS IoT Core writes this is documented nowhere, so it stays unknown: ");
    list(text, keys.iter().map(Key::name))
}

/// Certificates after the first.
#[must_use]
pub fn certificates_left_out(count: usize) -> Text {
    Text::new().say(match count {
        1 => "Another certificate in the text was not read.".to_owned(),
        count => format!("{count} more certificates in the text were not read."),
    })
}

/// The state that `describe-certificate` tells.
#[must_use]
pub fn certificate_state(state: &str) -> Text {
    Text::new().say("The state of the certificate is ").code(state).say(".")
}

/// It is another certificate than the one that was known.
#[must_use]
pub fn other_certificate(before: &str) -> Text {
    Text::new().say("Before, it was another certificate: ").code(before).say(".")
}

/// The form was about another kind of principal.
pub const NOW_X509: &str = "The principal is an X.509 certificate now.";
/// The form was about another kind of principal.
pub const NOW_COGNITO: &str = "The principal is an authenticated Cognito identity now.";

/// What was taken out of `describe-thing`.
#[must_use]
pub fn thing_taken(name: &str, thing_type: Option<&str>, attributes: usize) -> Text {
    let text = Text::new().say("Taken of thing ").code(name).say(": ");
    let text = match thing_type {
        Some(thing_type) => text.say("type ").code(thing_type),
        None => text.say("no type"),
    };
    text.say(match attributes {
        0 => ", no attributes.".to_owned(),
        1 => ", one attribute.".to_owned(),
        count => format!(", {count} attributes."),
    })
}

/// The thing is none of the attached ones.
#[must_use]
pub fn thing_not_attached(name: &str) -> Text {
    Text::new()
        .code(name)
        .say(" is none of the attached things above. This output does not tell what it is attached to: add it there if it is.")
}

/// The thing was put into the empty list.
#[must_use]
pub fn thing_attached(name: &str) -> Text {
    Text::new().code(name).say(
        " now stands above as the attached thing; the output itself does not tell whether it is attached.",
    )
}

/// What was taken out of a list of the things of a principal.
#[must_use]
pub fn things_taken(things: &[String]) -> Text {
    match things {
        [] => Text::new().say("The principal is attached to no thing."),
        things => list(Text::new().say("Attached: "), things.iter().cloned()),
    }
}

/// Things that stood there before.
#[must_use]
pub fn other_things(before: &[String]) -> Text {
    list(Text::new().say("No longer attached: "), before.iter().cloned())
}

/// How it is attached.
#[must_use]
pub fn attachment(exclusive: bool) -> Text {
    let text = Text::new().say("The attachment is ");
    text.code(if exclusive { "EXCLUSIVE_THING" } else { "NON_EXCLUSIVE_THING" }).say(".")
}

/// The list does not tell how it is attached.
#[must_use]
pub fn attachment_not_told(command: &str) -> Text {
    Text::new().say("Whether the attachment is exclusive is told only by ").code(command).say(".")
}

/// What was taken out of a list of the principals of a thing.
#[must_use]
pub fn principal_taken(id: &str) -> Text {
    Text::new().say("Taken: the principal ").code(id).say(".")
}

/// The list is empty.
pub const NO_PRINCIPAL: &str = "No principal is attached to this thing. Nothing was changed.";

/// Several principals, none of which is the known one.
#[must_use]
pub fn several_principals(count: usize) -> Text {
    Text::new().say(format!(
        "There are {count} principals. Which one connects is not told; set its ID or drop its certificate first."
    ))
}

/// The known certificate is not in the list.
#[must_use]
pub fn not_among_principals(id: &str) -> Text {
    Text::new().say("The certificate that is set, ").code(id).say(", is not in this list.")
}

/// The list has further pages.
pub const MORE_PAGES: &str = "The list goes on: this is its first page only.";

fn list(text: Text, items: impl Iterator<Item = String>) -> Text {
    let text =
        items.enumerate().fold(
            text,
            |text, (index, item)| {
                if index == 0 { text.code(item) } else { text.say(", ").code(item) }
            },
        );
    text.say(".")
}
