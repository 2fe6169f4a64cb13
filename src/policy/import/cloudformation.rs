//! The shapes of CloudFormation in JSON: resources and intrinsic functions (CloudFormation User Guide,
//! "AWS::IoT::Policy", "Intrinsic function reference"). Knows shapes only; what `Fn::Sub` does to a text is in
//! [`super::template`].

use crate::policy::{
    diagnostic::Span,
    json::{Member, Node, Value},
};

/// The first member of that name.
pub(super) fn get<'a>(members: &'a [Member], key: &str) -> Option<&'a Node> {
    members.iter().find(|member| member.key == key).map(|member| &member.value)
}

/// The first member of that name, when it is text.
pub(super) fn get_text<'a>(members: &'a [Member], key: &str) -> Option<&'a str> {
    match get(members, key) {
        Some(Node { value: Value::String(text), .. }) => Some(text),
        _ => None,
    }
}

/// Whether an object is a resource `AWS::IoT::Policy`.
pub(super) fn is_policy_resource(members: &[Member]) -> bool {
    get_text(members, "Type") == Some("AWS::IoT::Policy")
}

/// The name and argument of an intrinsic function of CloudFormation.
pub(super) fn intrinsic(node: &Node) -> Option<(&str, &Node)> {
    match &node.value {
        Value::Object(members) => match members.as_slice() {
            [only] if only.key == "Ref" || only.key.starts_with("Fn::") => Some((&only.key, &only.value)),
            _ => None,
        },
        _ => None,
    }
}

/// The text of an `Fn::Sub`, alone or before its map of values.
pub(super) fn template_string<'a>(name: &str, argument: &'a Node) -> Option<&'a Node> {
    let string = match &argument.value {
        Value::Array(items) => items.first()?,
        _ => argument,
    };
    (name == "Fn::Sub" && matches!(string.value, Value::String(_))).then_some(string)
}

/// The intrinsic functions of a policy in their order: where, what, and the string when it is an `Fn::Sub`.
pub(super) fn intrinsics(node: &Node, out: &mut Vec<(Span, String, Option<Span>)>) {
    if let Some((name, argument)) = intrinsic(node) {
        let string = template_string(name, argument).map(|string| string.span.clone());
        let name = match &argument.value {
            Value::String(value) if string.is_none() => format!("{name} {value}"),
            _ => name.to_owned(),
        };
        return out.push((node.span.clone(), name, string));
    }
    match &node.value {
        Value::Array(items) => items.iter().for_each(|item| intrinsics(item, out)),
        Value::Object(members) => members.iter().for_each(|member| intrinsics(&member.value, out)),
        _ => {}
    }
}
