//! A resource of a policy, taken apart as written.
//!
//! Knows the form `arn:partition:service:region:account:type/name` (IAM, Amazon Resource Names). Wildcards and
//! variables stay as they are.

use crate::iot::action::ResourceType;

/// The parts of a written resource. `*` alone is every part at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov` or a pattern.
    pub(super) partition: &'a str,
    /// Such as `iot`.
    pub(super) service: &'a str,
    /// Such as `eu-west-1`.
    pub(super) region: &'a str,
    /// Twelve digits or a pattern.
    pub(super) account: &'a str,
    /// The word before the first `/`; `None` when a wildcard can stand for it.
    pub(super) kind: Option<&'a str>,
    /// What follows the first `/`.
    pub(super) name: &'a str,
    /// Where the name begins in the written text.
    pub(super) name_at: usize,
}

impl<'a> Arn<'a> {
    /// Takes a resource apart; `None` when it has fewer than six fields.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let mut fields = text.splitn(6, ':');
        let (_, partition, service) = (fields.next()?, fields.next()?, fields.next()?);
        let (region, account, rest) = (fields.next()?, fields.next()?, fields.next()?);
        let (kind, name) = match rest.split_once('/') {
            Some((kind, name)) if !kind.contains(['*', '?']) => (Some(kind), name),
            None if !rest.contains(['*', '?']) => (Some(rest), ""),
            _ => (None, rest),
        };
        Some(Self { partition, service, region, account, kind, name, name_at: text.len() - name.len() })
    }

    /// Whether it can name something of this type.
    pub(super) fn can_be(&self, kind: ResourceType) -> bool {
        kind == ResourceType::Any || self.kind.is_none_or(|written| written == kind.word())
    }

    /// Whether it names this type and no other.
    pub(super) fn is(&self, kind: ResourceType) -> bool {
        self.kind == Some(kind.word())
    }
}
