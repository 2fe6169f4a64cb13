//! `IPL-L032` malformed-arn.

use super::about;
use crate::{
    iot::region::Region,
    policy::lint::{Found, arn::Arn, subject::Subject},
    text::Text,
};

about! {
    /// A resource that is no ARN of AWS IoT
    ///
    /// # What it flags
    /// A resource with fewer than six fields, with an unknown partition or service, with a Region that has not
    /// the form of one, or with an account that is not twelve digits. A wildcard counts as right; an empty Region
    /// or account is a rule of its own.
    /// # Why it hurts
    /// AWS refuses the policy, or the resource never matches.
    /// # What to do
    /// Write `arn:aws:iot:<region>:<account>:<type>/<name>`.
    /// # Flagged
    /// `arn:aws:iot:iot:us-west-2:...`
    /// # Clean
    /// `arn:aws:iot:us-west-2:123456789012:topic/a`
    /// # Sources
    /// - IAM User Guide, Amazon Resource Names
    /// - aws-iot-device-sdk-java issue 73, aws-iot-device-sdk-cpp issue 50 (as published)
}

pub(super) fn find(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for stated in subject.all() {
        for named in stated.resources.iter().chain(&stated.not_resources) {
            let written = &named.written.value;
            // What does not begin like an ARN is reported with the text.
            if !written.starts_with("arn:") {
                continue;
            }
            let text = Text::new().code(written);
            let text = match named.arn.map(|arn| (arn, wrong(&arn))) {
                None => text.say(" has fewer than six fields between colons."),
                Some((_, Some((what, value)))) => text.say(format!(": the {what} is ")).code(value).say("."),
                Some((_, None)) => continue,
            };
            found.push(Found::at(stated.policy, named.written.span.clone(), text));
        }
    }
    found
}

/// The first field that cannot be right, and its value.
fn wrong<'a>(arn: &Arn<'a>) -> Option<(&'static str, &'a str)> {
    let open = |field: &str| field.contains(['*', '?']);
    let services = ["iot", "greengrass"];
    if !open(arn.partition) && !["aws", "aws-cn", "aws-us-gov"].contains(&arn.partition) {
        return Some(("partition", arn.partition));
    }
    // Other services stand beside actions of theirs, which is reported there.
    if arn.service.is_empty() || (services.contains(&arn.service) && arn.region == arn.service) {
        return Some(("Region", arn.region));
    }
    if !services.contains(&arn.service) {
        return None;
    }
    if !arn.region.is_empty() && !open(arn.region) && Region::parse(arn.region).is_err() {
        return Some(("Region", arn.region));
    }
    let digits = arn.account.len() == 12 && arn.account.bytes().all(|b| b.is_ascii_digit());
    (!arn.account.is_empty() && !open(arn.account) && !digits).then_some(("account", arn.account))
}
