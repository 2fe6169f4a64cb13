//! `IPL-L006` mixed-regions-or-accounts.

use super::about;
use crate::{
    policy::lint::{
        Found,
        subject::{Named, Stated, Subject},
    },
    text::Text,
};

about! {
    /// Resources name several Regions or accounts
    ///
    /// # What it flags
    /// Resources of the policies that name more than one Region, or more than one account.
    /// # Why it hurts
    /// A policy works in the one Region and account where it is attached. Statements for another one never match
    /// there.
    /// # What to do
    /// Write the Region and account of the endpoint, or `*` where that is meant.
    /// # Flagged
    /// `arn:aws:iot:eu-west-1:...` beside `arn:aws:iot:us-east-1:...`
    /// # Clean
    /// one Region, one account
    /// # Sources
    /// - IAM User Guide, Amazon Resource Names
    /// - Developer Guide, AWS IoT Core action resources
}

/// Takes one field of the ARN.
type Field = for<'n> fn(&'n Named<'_>) -> &'n str;

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    let fields: [(_, Field); 2] = [
        ("Regions", |named| named.arn.map_or("", |arn| arn.region)),
        ("accounts", |named| named.arn.map_or("", |arn| arn.account)),
    ];
    for (what, field) in fields {
        let mut first: Option<(&Stated<'_>, &Named<'_>)> = None;
        let all = subject.all().flat_map(|stated| stated.resources.iter().map(move |named| (stated, named)));
        for (stated, named) in all {
            let value = field(named);
            if value.is_empty() || value.contains(['*', '?', '$']) {
                continue;
            }
            let Some((other, before)) = first else {
                first = Some((stated, named));
                continue;
            };
            if field(before) != value {
                let text = Text::new()
                    .say(format!("Resources name two {what}: "))
                    .code(field(before))
                    .say(" and ")
                    .code(value);
                let one = Found::at(stated.policy, named.written.span.clone(), text.say("."));
                found.push(one.and_at(other.policy, before.written.span.clone()));
                break;
            }
        }
    }
    found
}
