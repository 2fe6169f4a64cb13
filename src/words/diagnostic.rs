//! What is wrong with the text of a policy, said.

use super::{Text, check::ticked, condition::unknown_operator};
use crate::policy::{
    diagnostic::{Diagnostic, Problem},
    import::{MAX_PASTE, Unwrapped},
    missing::MissingValue,
    repair::{Change, Repair},
};

/// What a repair does, for a button.
#[must_use]
pub fn repair(repair: &Repair) -> Text {
    match &repair.change {
        Change::Split(_) => Text::new().say("Split into two"),
        Change::Edit(edit) if edit.text.trim().is_empty() => Text::new().say("Remove"),
        Change::Edit(edit) if edit.span.is_empty() => Text::new().say("Insert ").code(edit.text.trim()),
        Change::Edit(edit) => Text::new().say("Replace with ").code(edit.text.trim()),
    }
}

/// The sentence for a value that the verdict waits for.
#[must_use]
pub fn missing(missing: &MissingValue) -> Text {
    Text::new()
        .say(format!("Value needed: statement {} uses ", missing.statement + 1))
        .code(missing.key.name())
        .say(". Until it is set the answer depends on it.")
}

/// What a policy was taken out of.
#[must_use]
pub fn unwrapped(step: &Unwrapped) -> Text {
    let text = Text::new();
    match step {
        Unwrapped::Preamble => text.say("The text before the first ").code("{").say(" was left out."),
        Unwrapped::GetPolicy => text.say("Taken out of the output of ").code("aws iot get-policy").say("."),
        Unwrapped::GetPolicyVersion => {
            text.say("Taken out of the output of ").code("aws iot get-policy-version").say(".")
        }
        Unwrapped::Iam { command } => text.say("Taken out of the output of ").code(*command).say("."),
        Unwrapped::UrlEncoded => text.say("The policy was URL-encoded; that is undone."),
        Unwrapped::AuthorizerAnswer => {
            text.say("Taken out of ").code("policyDocuments").say(" of a custom authorizer's answer.")
        }
        Unwrapped::List => text.say("Taken out of a list."),
        Unwrapped::Quoted => text.say("The policy stood in quotes; its escapes are undone."),
        Unwrapped::CloudFormation => text.say("Taken out of a CloudFormation template."),
        Unwrapped::TerraformHeredoc => text.say("Taken out of a here-document of a Terraform configuration."),
        Unwrapped::TerraformJsonencode => {
            text.say("Taken out of ").code("jsonencode").say(" of a Terraform configuration.")
        }
        Unwrapped::TerraformQuoted => {
            text.say("Taken out of quotes in a Terraform configuration; the escapes are undone.")
        }
        Unwrapped::Escapes { written, count: 1 } => {
            text.code(*written).say(" of the template is read as ").code("${").say(", once.")
        }
        Unwrapped::Escapes { written, count } => text
            .code(*written)
            .say(" of the template is read as ")
            .code("${")
            .say(format!(", {count} times.")),
    }
}

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
            text.code(*element).say(" has to be ").join(ticked(expected)).say(".")
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
            unknown_operator(text, name).say(". Its condition is not evaluated.")
        }
        Problem::Computed { what } => text
            .code(what)
            .say(" is computed when the template is deployed, so its value cannot be read here. Write the value in its place."),
        Problem::EatenByTemplate { name, escape } => text
            .say("The template takes ")
            .code(format!("${{{name}}}"))
            .say(" for its own and the policy never sees it. Write ")
            .code(format!("{escape}{name}}}"))
            .say("."),
        Problem::YamlTemplate => {
            text.say("A template in YAML is not read here. Paste it as JSON, or the policy alone.")
        }
        Problem::PrivateKey => text.say(
            "The text holds a private key; nothing of it was read or kept. Paste the policy alone, and replace the key if others saw it.",
        ),
        Problem::PasteTooLarge { bytes } => {
            text.say(format!("The text has {bytes} bytes; at most {MAX_PASTE} are searched for policies."))
        }
        Problem::NotAnArn => {
            text.say("A resource is ").code("*").say(" or an ARN that begins with ").code("arn:").say(".")
        }
    }
}
