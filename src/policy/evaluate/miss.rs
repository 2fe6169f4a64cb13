//! Why an Allow did not match, and which miss is the nearest.

use super::{
    super::{
        explain::Mismatch,
        pattern::{Match, SegmentKind},
        request::Check,
        variable::{Key, NoValue},
    },
    ReasonCode, VariableGroup,
    compile::Resource,
};
use crate::iot::topic::{self, ParentLevel};

/// Why an Allow did not match; the greatest is the nearest miss.
#[derive(Clone, Copy, Debug)]
pub(super) struct Miss {
    pub(super) rank: u8,
    pub(super) reason: ReasonCode,
    pub(super) resource: Option<usize>,
}

/// A [`Mismatch`] that owns nothing: most are ranked and forgotten.
#[derive(Clone, Copy, Debug)]
pub(super) enum Near<'a> {
    NoValue { variable: Option<&'a Key>, why: NoValue, otherwise: bool },
    ResourceType { written: &'a str, needed: &'a str },
    ArnField,
    LetterCase,
    MqttWildcard,
    VariablesOff,
    Text,
}

impl Near<'_> {
    /// The same to keep.
    pub(super) fn told(self) -> Mismatch {
        match self {
            Self::NoValue { variable, why, otherwise } => {
                Mismatch::NoValue { variable: variable.cloned(), why, otherwise }
            }
            Self::ResourceType { written, needed } => {
                Mismatch::ResourceType { written: written.to_owned(), needed: needed.to_owned() }
            }
            Self::ArnField => Mismatch::ArnField,
            Self::LetterCase => Mismatch::LetterCase,
            Self::MqttWildcard => Mismatch::MqttWildcard,
            Self::VariablesOff => Mismatch::VariablesOff,
            Self::Text => Mismatch::Text,
        }
    }
}

impl Resource {
    pub(super) fn mismatch<'a>(&'a self, written: &str, check: &'a Check, result: &Match) -> Near<'a> {
        let needed = check.relative();
        let kind = needed.split_once('/').map_or("", |(kind, _)| kind);
        if let Match::NoValue { why, at, otherwise } = result {
            let variable = self.pattern.segments().iter().find(|segment| segment.at == *at);
            let variable = variable.and_then(|segment| match &segment.kind {
                SegmentKind::Variable(key) => Some(key),
                _ => None,
            });
            let other_kind = self.kind.as_ref().is_some_and(|written| written != kind);
            if !other_kind || *otherwise {
                return Near::NoValue { variable, why: *why, otherwise: *otherwise };
            }
        }
        if let Some(written) = self.kind.as_ref().filter(|written| *written != kind) {
            return Near::ResourceType { written, needed: kind };
        }
        if self.variables_off {
            return Near::VariablesOff;
        }
        let no_wildcards = !written.contains(['*', '?', '$']);
        let (written_head, written_rest) = split_arn(written);
        let (head, rest) = split_arn(&check.resource);
        if no_wildcards {
            if written_rest == rest && written_head != head {
                return Near::ArnField;
            }
            if written.eq_ignore_ascii_case(&check.resource) {
                return Near::LetterCase;
            }
            if written_rest.contains(['+', '#'])
                && topic::matches(written_rest, rest, ParentLevel::NotMatched)
            {
                return Near::MqttWildcard;
            }
        } else if let Match::No(progress) = result
            && progress.value < check.resource.len() - rest.len()
        {
            return Near::ArnField;
        }
        Near::Text
    }
}

/// The first five fields and the sixth.
pub(super) fn split_arn(arn: &str) -> (&str, &str) {
    let at = arn.match_indices(':').nth(4).map_or(0, |(at, _)| at + 1);
    arn.split_at_checked(at).unwrap_or(("", arn))
}

/// How near a miss is, and its reason.
pub(super) fn rank(mismatch: Near<'_>) -> (u8, ReasonCode) {
    match mismatch {
        Near::NoValue { variable, why, otherwise } => {
            let group = match variable {
                Some(key) if key.is_thing() => VariableGroup::Thing,
                Some(key) if key.is_certificate() => VariableGroup::Certificate,
                _ => VariableGroup::Other,
            };
            (if otherwise { 80 } else { 40 }, ReasonCode::Unresolved { group, why })
        }
        Near::MqttWildcard => (75, ReasonCode::MqttWildcard),
        Near::VariablesOff => (72, ReasonCode::VariablesOff),
        Near::LetterCase => (70, ReasonCode::LetterCase),
        Near::ArnField => (65, ReasonCode::ArnField),
        Near::Text => (50, ReasonCode::ResourceMismatch),
        Near::ResourceType { .. } => (30, ReasonCode::ResourceType),
    }
}
