//! What is typed on Live besides the endpoint and the plan, as the workspace keeps it: one text, which nobody else reads.
//! A field that looks like a secret, such as a private key in place of the name of its file, is kept empty.

use serde::{Deserialize, Serialize};

use super::access::Typed;
use super::compare::Needs;
use crate::share::secrets;

/// Longest text of a field, in bytes: the longest ARN of a role (Security Token Service API Reference, AssumeRole).
pub(super) const MAX_TYPED: usize = 2048;

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Kept {
    /// How sessions get in.
    #[serde(flatten)]
    pub(super) access: Typed,
    /// What a run needs.
    pub(super) needs: Needs,
}

impl Kept {
    /// The default for a text that cannot be read.
    pub(super) fn read(text: &str) -> Self {
        let mut kept: Self = serde_json::from_str(text).unwrap_or_default();
        kept.texts().for_each(shorten);
        kept
    }

    pub(super) fn write(mut self) -> String {
        self.texts().filter(|text| !secrets::find(text).is_empty()).for_each(String::clear);
        // Plain strings and flags: serialising them cannot fail.
        serde_json::to_string(&self).unwrap_or_default()
    }

    fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        self.access.texts().into_iter().chain(self.needs.texts())
    }
}

/// No longer than [`MAX_TYPED`].
pub(super) fn shorten(text: &mut String) {
    text.truncate(text.floor_char_boundary(MAX_TYPED));
}

#[cfg(test)]
mod tests {
    use super::super::access::{Carry, Kind};
    use super::*;

    #[test]
    fn both_parts_come_back_and_an_unreadable_text_is_as_none() {
        let access = Typed {
            kind: Kind::Authorizer,
            login: true,
            token_key: "token".to_owned(),
            carry: Carry::UserName,
            ..Typed::default()
        };
        let needs = Needs { account: Some(String::new()), role: "r".to_owned(), ..Needs::default() };
        let kept = Kept { access, needs };
        assert_eq!(Kept::read(&kept.clone().write()), kept);
        for text in ["", "{", "[]", "{}", r#"{"other": 1}"#] {
            assert_eq!(Kept::read(text), Kept::default(), "{text}");
        }
        // An earlier version knew no needs.
        assert_eq!(Kept::read(r#"{"kind":"Broker"}"#).access.kind, Kind::Broker);
    }

    #[test]
    fn nothing_is_endless() {
        let long = "é".repeat(MAX_TYPED);
        let kept = Kept::read(&format!(r#"{{"needs": {{"role": "{long}", "account": "{long}"}}}}"#));
        assert_eq!(
            (kept.needs.role.len(), kept.needs.account.map(|it| it.len())),
            (MAX_TYPED, Some(MAX_TYPED))
        );
    }
}
