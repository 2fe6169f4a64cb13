//! The actions of AWS IoT Core's data plane, and the kind of resource each is checked against.
//!
//! Source: Developer Guide, "AWS IoT Core policy actions" and "AWS IoT Core action resources"; Service
//! Authorization Reference for `iot`, `iotjobsdata` and `greengrass`. Documented.
//! Invariant: every name stands once; there are at most 64, so a set of them fits a `u64`.

/// What the last part of a resource ARN begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResourceType {
    /// `client/<client ID>`
    Client,
    /// `topic/<topic name>`
    Topic,
    /// `topicfilter/<topic filter>`
    TopicFilter,
    /// `thing/<thing name>`, possibly with a shadow name
    Thing,
    /// `rolealias/<alias>`
    RoleAlias,
    /// The action has no resource of its own: only `*` (or a component ARN) fits.
    Any,
}

impl ResourceType {
    /// The word before the first slash; empty for [`ResourceType::Any`].
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Topic => "topic",
            Self::TopicFilter => "topicfilter",
            Self::Thing => "thing",
            Self::RoleAlias => "rolealias",
            Self::Any => "",
        }
    }
}

/// A known data-plane action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// The name as AWS writes it, such as `iot:Connect`.
    pub name: &'static str,
    /// The kind of resource that the action is checked against.
    pub resource: ResourceType,
}

const fn action(name: &'static str, resource: ResourceType) -> Action {
    Action { name, resource }
}

use ResourceType::{Any, Client, RoleAlias, Thing, Topic, TopicFilter};

/// Every data-plane action that an AWS IoT Core policy can grant.
pub const ACTIONS: &[Action] = &[
    action("iot:Connect", Client),
    action("iot:Publish", Topic),
    action("iot:RetainPublish", Topic),
    action("iot:Subscribe", TopicFilter),
    action("iot:Receive", Topic),
    action("iot:GetRetainedMessage", Topic),
    action("iot:ListRetainedMessages", Any),
    action("iot:GetThingShadow", Thing),
    action("iot:UpdateThingShadow", Thing),
    action("iot:DeleteThingShadow", Thing),
    action("iot:ListNamedShadowsForThing", Thing),
    action("iot:DeleteConnection", Client),
    action("iot:GetConnection", Client),
    action("iot:ListSubscriptions", Client),
    action("iot:SendDirectMessage", Client),
    action("iotjobsdata:DescribeJobExecution", Thing),
    action("iotjobsdata:GetPendingJobExecutions", Thing),
    action("iotjobsdata:StartNextPendingJobExecution", Thing),
    action("iotjobsdata:UpdateJobExecution", Thing),
    action("iot:DescribeJobExecution", Thing),
    action("iot:GetPendingJobExecutions", Thing),
    action("iot:StartNextPendingJobExecution", Thing),
    action("iot:UpdateJobExecution", Thing),
    action("iot:AssumeRoleWithCertificate", RoleAlias),
    action("greengrass:Discover", Thing),
    action("greengrass:GetComponentVersionArtifact", Any),
    action("greengrass:ResolveComponentCandidates", Any),
    action("greengrass:GetDeploymentConfiguration", Any),
    action("greengrass:VerifyClientDeviceIdentity", Any),
    action("greengrass:PutCertificateAuthorities", Any),
    action("greengrass:ListThingGroupsForCoreDevice", Thing),
    action("greengrass:GetConnectivityInfo", Thing),
    action("greengrass:UpdateConnectivityInfo", Thing),
    action("greengrass:VerifyClientDeviceIoTCertificateAssociation", Thing),
];

/// The place of `name` in [`ACTIONS`]. Letter case is ignored: IAM documents that for action names, AWS IoT
/// is inferred to follow.
#[must_use]
pub fn position(name: &str) -> Option<usize> {
    ACTIONS.iter().position(|known| known.name.eq_ignore_ascii_case(name))
}

/// The known action that `name` was most likely meant to be: at most three letters away.
#[must_use]
pub fn nearest(name: &str) -> Option<&'static str> {
    const LONGEST: usize = 80;
    if name.len() > LONGEST {
        return None;
    }
    let name = name.to_ascii_lowercase();
    ACTIONS
        .iter()
        .map(|known| (distance(&name, &known.name.to_ascii_lowercase()), known.name))
        .filter(|(far, _)| *far <= 3)
        .min_by_key(|(far, _)| *far)
        .map(|(_, known)| known)
}

/// Levenshtein distance in characters.
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (line, from) in a.chars().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, to) in row.iter_mut().skip(1).zip(b.chars()) {
            let above = *cell;
            left = (diagonal + usize::from(from != to)).min(above + 1).min(left + 1);
            diagonal = above;
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_action_finds_its_neighbour() {
        assert_eq!(nearest("iot:Conect"), Some("iot:Connect"));
        assert_eq!(nearest("iot:GetThingSadow"), Some("iot:GetThingShadow"));
        assert_eq!(nearest("s3:GetObject"), None);
        assert!(ACTIONS.len() <= 64);
    }
}
