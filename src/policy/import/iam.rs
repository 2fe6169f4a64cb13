//! What IAM answers: inline policies of roles, users and groups, and versions of managed policies (IAM API Reference,
//! GetRolePolicy, GetUserPolicy, GetGroupPolicy, GetPolicyVersion). Knows shapes only, and the URL-encoding in which the API
//! gives a policy; `aws iam` prints it decoded.

use super::cloudformation::get;
use super::excerpt::Excerpt;
use crate::policy::json::{Member, Node, Value};

/// The policy in an answer, and the command that prints this one.
pub(super) fn policy(members: &[Member]) -> Option<(&'static str, &Node)> {
    if let Some(Node { value: Value::Object(version), .. }) = get(members, "PolicyVersion") {
        return Some(("aws iam get-policy-version", get(version, "Document")?));
    }
    let commands = [
        ("RoleName", "aws iam get-role-policy"),
        ("UserName", "aws iam get-user-policy"),
        ("GroupName", "aws iam get-group-policy"),
    ];
    let (_, command) = commands.into_iter().find(|(owner, _)| get(members, owner).is_some())?;
    Some((command, get(members, "PolicyDocument")?))
}

/// A text without its URL-encoding (RFC 3986 section 2.1); nothing when that makes no object of it.
pub(super) fn decoded(text: &Excerpt) -> Option<Excerpt> {
    let whole = text.text();
    let (mut out, mut at) = (Excerpt::default(), 0);
    while let Some(skip) = whole.get(at..)?.find('%') {
        out.copy(text, at..at + skip);
        at += skip;
        let mut rest = whole.get(at..)?;
        let mut bytes = Vec::new();
        while let Some((byte, after)) = escape(rest) {
            bytes.push(byte);
            rest = after;
        }
        if bytes.is_empty() {
            return None;
        }
        for c in str::from_utf8(&bytes).ok()?.chars() {
            let end = at + 3 * c.len_utf8();
            out.put(text, at..end, c.encode_utf8(&mut [0; 4]));
            at = end;
        }
    }
    out.copy(text, at..whole.len());
    out.text().trim_start().starts_with('{').then_some(out)
}

/// The byte that an escape at the beginning stands for, and what follows it.
fn escape(text: &str) -> Option<(u8, &str)> {
    let (digits, rest) = text.strip_prefix('%')?.split_at_checked(2)?;
    // A sign would be taken as part of a number.
    let all = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    Some((u8::from_str_radix(digits, 16).ok().filter(|_| all)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_letter_leads_back_to_its_escapes() {
        let text = "%0a%7B%22a%22:%C3%A9+%F0%9F%98%80}";
        let decoded = decoded(&Excerpt::whole(text)).unwrap();
        assert_eq!(decoded.text(), "\n{\"a\":é+😀}");
        let from = |part: &str| {
            let at = decoded.text().find(part).unwrap();
            text.get(decoded.origin(at..at + part.len())).unwrap()
        };
        assert_eq!(["\"a\"", "é", "+", "😀", "}"].map(from), ["%22a%22", "%C3%A9", "+", "%F0%9F%98%80", "}"]);
    }

    #[test]
    fn what_is_not_encoded_right_or_is_no_object_is_left() {
        for text in ["%", "%7", "%7B%", "%7B%+1", "%7B%zz", "%7B%ff%22", "%7B%é1", "", "a", "%5B%7B%7D%5D"] {
            assert_eq!(decoded(&Excerpt::whole(text)), None, "{text}");
        }
    }
}
