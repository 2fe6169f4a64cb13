//! `IPL-L025` foreign-region-or-account.

use super::about;
use crate::{
    policy::{
        lint::{Found, arn::Arn, probe::Nothing, subject::Subject},
        pattern::{Match, Pattern, Syntax},
    },
    text::Text,
};

about! {
    /// A resource of another Region, account or partition
    ///
    /// # What it flags
    /// A resource whose Region or account is empty; with a context also one that names another Region, account or
    /// partition than the endpoint.
    /// # Why it hurts
    /// The fields of an ARN are compared as text. A resource that differs in one of them never matches.
    /// # What to do
    /// Write the Region and account of the endpoint, or `*`.
    /// # Flagged
    /// `arn:aws:iot:::client/x`
    /// # Clean
    /// `arn:aws:iot:eu-west-1:123456789012:client/x`
    /// # Sources
    /// - Developer Guide, AWS IoT Core action resources
    /// - IAM User Guide, Amazon Resource Names
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    let syntax = Syntax { wildcards: true, variables: false, arn: false };
    let fits = |written: &str, value: &str| {
        Pattern::compile(written, syntax, &mut Vec::new()).matches(value, &Nothing) == Match::Yes
    };
    for stated in subject.all() {
        for named in &stated.resources {
            // Actions of other services and what is no ARN are reported elsewhere.
            let iot = |arn: &Arn<'_>| {
                ["iot", "greengrass"].contains(&arn.service) && named.written.value.starts_with("arn:")
            };
            let Some(arn) = named.arn.filter(iot) else { continue };
            let fields = [
                ("partition", arn.partition, subject.context.map(|context| &context.partition)),
                ("Region", arn.region, subject.context.map(|context| &context.region)),
                ("account", arn.account, subject.context.map(|context| &context.account)),
            ];
            for (what, written, endpoint) in fields {
                let text = match endpoint {
                    _ if written.is_empty() => {
                        Text::new().say(format!("The {what} is empty in ")).code(&named.written.value)
                    }
                    Some(endpoint) if !fits(written, endpoint) => {
                        let text = Text::new().say(format!("The {what} is ")).code(written);
                        text.say(", the endpoint's is ").code(endpoint)
                    }
                    _ => continue,
                };
                let one =
                    Found::at(stated.policy, named.written.span.clone(), text.say(", so it never matches."));
                found.push(one.with("field", what));
            }
        }
    }
    found
}
