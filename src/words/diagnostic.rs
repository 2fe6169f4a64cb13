//! What is wrong with the text of a policy, said.

use super::Text;
use crate::policy::diagnostic::{Diagnostic, Problem};

/// The sentence for a finding. The place is the caller's to name.
#[must_use]
pub fn diagnostic(found: &Diagnostic) -> Text {
    let text = Text::new();
    match &found.problem {
        Problem::Empty => text.say("There is no policy here. Paste one that begins with ").code("{").say("."),
        Problem::Syntax { expected, found } => {
            let text = text.say(format!("This is not JSON yet: {expected} is expected"));
            match found {
                Some(found) => text.say(" before ").code(found.to_string()).say("."),
                None => text.say(", and the text ends."),
            }
        }
        Problem::Comment { opener } => text
            .say("Comments are not allowed in policies: ")
            .code(*opener)
            .say(". It is ignored here; AWS would refuse the policy."),
        Problem::TrailingComma => text.say("A comma with nothing after it. AWS would refuse the policy."),
        Problem::ByteOrderMark => text.say("The text begins with a byte order mark (U+FEFF). It is ignored."),
        Problem::DuplicateKey { key } => {
            text.code(key).say(" stands twice in one object. The later one counts here.")
        }
        Problem::TypographicQuotes { quote } => {
            text.say("Typographic quotes: ").code(quote.to_string()).say(" in place of ").code("\"").say(".")
        }
        Problem::SecondDocument => text.say("Two policies in one paste? Only the first one is read."),
        Problem::TooLong { characters } => text.say(format!(
            "Policy too long: {characters} characters after removing spaces, the limit is 2 048. Evaluation still works here."
        )),
        Problem::TextTooLarge { bytes } => {
            text.say(format!("The text has {bytes} bytes; at most 404 600 are read."))
        }
        Problem::TooDeep => text.say("Nested deeper than any policy; this part is skipped."),
        Problem::MissingElement { element, statement: Some(statement) } => text
            .code(*element)
            .say(format!(" is missing in statement {}. Without it the statement matches nothing.", statement + 1)),
        Problem::MissingElement { element, statement: None } => {
            text.code(*element).say(" is missing. Without it the policy allows nothing.")
        }
        Problem::WrongType { element, expected } => {
            text.code(*element).say(format!(" has to be {expected}."))
        }
        Problem::UnknownElement { name } => text.code(name).say(" is no element of a policy."),
        Problem::UnsupportedElement { name } => {
            text.code(name).say(" belongs to policies on resources. An AWS IoT Core policy is attached instead.")
        }
        Problem::BothElements { element } => text
            .code(*element)
            .say(" and ")
            .code(format!("Not{element}"))
            .say(" exclude each other. The later one counts here."),
        Problem::BadEffect { value } => {
            text.code(value).say(" is no effect: write ").code("Allow").say(" or ").code("Deny").say(".")
        }
        Problem::DuplicateSid { sid } => text.code(sid).say(" names two statements."),
        Problem::UnsupportedVersion { value } => {
            text.code(value).say(" is no version of the policy language: write ").code("2012-10-17").say(".")
        }
        Problem::MissingVersion { uses_variables: true } => text
            .code("Version")
            .say(" is missing, so ")
            .code("${...}")
            .say(" is plain text. Write ")
            .code("2012-10-17")
            .say("."),
        Problem::MissingVersion { uses_variables: false } => {
            text.code("Version").say(" is missing; it counts as ").code("2008-10-17").say(".")
        }
        Problem::VariablesOff => {
            text.say("With this version ").code("${...}").say(" is plain text. Write ").code("2012-10-17").say(".")
        }
        Problem::UnknownAction { name, nearest: Some(nearest) } => text
            .say("Unknown action ")
            .code(name)
            .say(". Did you mean ")
            .code(*nearest)
            .say("? It matches nothing as it is."),
        Problem::UnknownAction { name, nearest: None } => {
            text.code(name).say(" is no data-plane action of AWS IoT Core; devices never ask for it.")
        }
        Problem::ActionCase { known } => text.say("AWS writes ").code(*known).say("."),
        Problem::UnknownVariable { name } => text
            .code(format!("${{{name}}}"))
            .say(" is no variable of AWS IoT Core. It never has a value, so the text around it matches nothing."),
        Problem::DefaultValue => {
            text.say("Default values of variables are not documented for AWS IoT Core; this matches nothing here.")
        }
        Problem::OpenVariable => text.code("${").say(" without ").code("}").say(" is plain text."),
        Problem::VariableTooEarly => text.say("Variables work only after the fifth colon of an ARN."),
        Problem::UnknownOperator { name } => {
            text.say("Not modelled: condition operator ").code(name).say(". The answer depends on it.")
        }
        Problem::NotAnArn => {
            text.say("A resource is ").code("*").say(" or an ARN that begins with ").code("arn:").say(".")
        }
    }
}
