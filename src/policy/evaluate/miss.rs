//! Why an Allow did not match, and which miss is the nearest.

use super::{
    super::{
        explain::Mismatch,
        pattern::{Match, SegmentKind},
        request::Check,
    },
    ReasonCode, VariableGroup,
    compile::Resource,
};

/// Why an Allow did not match; the greatest is the nearest miss.
#[derive(Clone, Copy, Debug)]
pub(super) struct Miss {
    pub(super) rank: u8,
    pub(super) reason: ReasonCode,
    pub(super) resource: Option<usize>,
}

impl Resource {
    pub(super) fn mismatch(&self, written: &str, check: &Check, result: &Match) -> Mismatch {
        let needed = check.relative();
        let kind = needed.split_once('/').map_or("", |(kind, _)| kind);
        if let Match::NoValue { why, at, otherwise } = result {
            let variable = self.pattern.segments().iter().find(|segment| segment.at == *at);
            let variable = variable.and_then(|segment| match &segment.kind {
                SegmentKind::Variable(key) => Some(key.clone()),
                _ => None,
            });
            let other_kind = self.kind.as_ref().is_some_and(|written| written != kind);
            if !other_kind || *otherwise {
                return Mismatch::NoValue { variable, why: *why, otherwise: *otherwise };
            }
        }
        if let Some(written) = self.kind.as_ref().filter(|written| *written != kind) {
            return Mismatch::ResourceType { written: written.clone(), needed: kind.to_owned() };
        }
        if self.variables_off {
            return Mismatch::VariablesOff;
        }
        let no_wildcards = !written.contains(['*', '?', '$']);
        let (written_head, written_rest) = split_arn(written);
        let (head, rest) = split_arn(&check.resource);
        if no_wildcards {
            if written_rest == rest && written_head != head {
                return Mismatch::ArnField;
            }
            if written.eq_ignore_ascii_case(&check.resource) {
                return Mismatch::LetterCase;
            }
            if written_rest.contains(['+', '#']) && mqtt_matches(written_rest, rest) {
                return Mismatch::MqttWildcard;
            }
        } else if let Match::No(progress) = result
            && progress.value < check.resource.len() - rest.len()
        {
            return Mismatch::ArnField;
        }
        Mismatch::Text
    }
}

/// The first five fields and the sixth.
pub(super) fn split_arn(arn: &str) -> (&str, &str) {
    let at = arn.match_indices(':').nth(4).map_or(0, |(at, _)| at + 1);
    arn.split_at_checked(at).unwrap_or(("", arn))
}

/// Whether `filter` covers `topic` in the sense of MQTT.
pub(in crate::policy) fn mqtt_matches(filter: &str, topic: &str) -> bool {
    let mut levels = topic.split('/');
    for part in filter.split('/') {
        if part == "#" {
            return true;
        }
        match levels.next() {
            Some(level) if part == "+" || part == level => {}
            _ => return false,
        }
    }
    levels.next().is_none()
}

/// How near a miss is, and its reason.
pub(super) fn rank(mismatch: &Mismatch) -> (u8, ReasonCode) {
    match mismatch {
        Mismatch::NoValue { variable, why, otherwise } => {
            let group = match variable {
                Some(key) if key.is_thing() => VariableGroup::Thing,
                Some(key) if key.is_certificate() => VariableGroup::Certificate,
                _ => VariableGroup::Other,
            };
            (if *otherwise { 80 } else { 40 }, ReasonCode::Unresolved { group, why: *why })
        }
        Mismatch::MqttWildcard => (75, ReasonCode::MqttWildcard),
        Mismatch::VariablesOff => (72, ReasonCode::VariablesOff),
        Mismatch::LetterCase => (70, ReasonCode::LetterCase),
        Mismatch::ArnField => (65, ReasonCode::ArnField),
        Mismatch::Text => (50, ReasonCode::ResourceMismatch),
        Mismatch::ResourceType { .. } => (30, ReasonCode::ResourceType),
    }
}
