//! A policy document as a tree with byte spans, and what is wrong with it.
//!
//! Knows the elements of the language (Developer Guide, "AWS IoT Core policies"; IAM, JSON policy elements). Knows
//! nothing of requests: see [`super::evaluate`]. [`parse`] never fails; broken parts are kept and reported.

use std::collections::BTreeSet;

use super::{
    condition::Operator,
    diagnostic::{Diagnostic, Problem, Span},
    json::{self, Node, Value},
    pattern::{Pattern, Syntax},
    variable::Key,
};
use crate::iot::action;
use crate::order::sorted;

/// Longest text that is read, in bytes: the limit of `CreatePolicy` in the API model. Documented.
pub const MAX_TEXT: usize = 404_600;
/// Longest policy that AWS takes, in characters without white space (AWS IoT Core quotas). Documented.
pub const MAX_CHARACTERS: usize = 2048;

/// The names that the policy language has.
pub const ELEMENTS: &[&str] = &[
    "Version",
    "Id",
    "Statement",
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Bytes of the text, quotes included.
    pub span: Span,
}

/// The version of the policy language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// `2012-10-17`: variables work.
    V2012,
    /// `2008-10-17`: `${...}` is plain text.
    V2008,
    /// Not given: counts as `2008-10-17` (IAM; inferred for AWS IoT Core).
    #[default]
    Missing,
    /// Something else: AWS would refuse the policy. Evaluated as `2008-10-17`.
    Other(String),
}

/// What a statement does when it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Allows.
    Allow,
    /// Denies, whatever else allows.
    Deny,
}

/// `Action` or `NotAction`, `Resource` or `NotResource`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The `Not...` form.
    pub negated: bool,
    /// The name of the element.
    pub key_span: Span,
    /// Its values.
    pub values: Vec<Spanned<String>>,
}

/// One key of one operator of a `Condition`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The operator as written.
    pub operator: Spanned<String>,
    /// The operator, when it is one.
    pub parsed: Option<Operator>,
    /// The key as written.
    pub key: Spanned<String>,
    /// The values as text; `true` and numbers without quotes are taken as text.
    pub values: Vec<Spanned<String>>,
}

/// One statement. Absent parts are reported; without effect, action or resource it matches nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The whole statement.
    pub span: Span,
    /// Its name.
    pub sid: Option<Spanned<String>>,
    /// Allow or deny.
    pub effect: Option<Spanned<Effect>>,
    /// The actions.
    pub actions: Option<Listed>,
    /// The resources.
    pub resources: Option<Listed>,
    /// The conditions, all of which must hold.
    pub conditions: Vec<Condition>,
    /// A `Condition` that could not be read: whether the statement matches is then unknown.
    pub broken_condition: Option<Span>,
}

/// A policy document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The text that the spans point into.
    pub text: String,
    /// The version.
    pub version: Version,
    /// Where it stands.
    pub version_span: Option<Span>,
    /// The statements in order.
    pub statements: Vec<Statement>,
    /// What is wrong with the text, in order of place.
    pub diagnostics: Vec<Diagnostic>,
}

impl Document {
    /// The variables and condition keys that it names, each once, in the order of the text.
    #[must_use]
    pub fn keys(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        for statement in &self.statements {
            let resources = statement.resources.iter().flat_map(|listed| &listed.values);
            let wanted = statement.conditions.iter().flat_map(|condition| &condition.values);
            let variables = resources.chain(wanted).flat_map(|written| variables(&written.value));
            let conditions = statement.conditions.iter().map(|condition| condition.key.value.as_str());
            for key in variables.chain(conditions).map(Key::parse) {
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        keys
    }

    /// Leaves out what is wrong with resources and variables only because a template has still to put something in place
    /// of these names.
    pub fn forgive(&mut self, computed: &[String]) {
        let placeholders: Vec<String> = computed.iter().map(|name| format!("${{{name}}}")).collect();
        let is_open = |span: &Span| {
            let written = self.text.get(span.clone()).unwrap_or_default();
            placeholders.iter().any(|placeholder| written.contains(placeholder))
        };
        self.diagnostics.retain(|found| {
            let by_value = matches!(
                found.problem,
                Problem::UnknownVariable { .. } | Problem::VariableTooEarly | Problem::NotAnArn
            );
            !(by_value && is_open(&found.span))
        });
    }

    /// Whether `${...}` is a variable.
    #[must_use]
    pub fn has_variables(&self) -> bool {
        self.version == Version::V2012
    }
}

/// The names between `${` and `}`, without their default values.
fn variables(written: &str) -> impl Iterator<Item = &str> {
    let names = written.split("${").skip(1).filter_map(|rest| rest.split_once('}'));
    names.map(|(name, _)| name.split(',').next().unwrap_or_default().trim())
}

/// Reads a policy. Never fails.
#[must_use]
pub fn parse(text: &str) -> Document {
    if text.len() > MAX_TEXT {
        let problem = Problem::TextTooLarge { bytes: text.len() };
        return Document { diagnostics: vec![Diagnostic { problem, span: 0..0 }], ..Document::default() };
    }
    let (node, diagnostics) = json::read(text);
    let mut reader = Reader { diagnostics };
    let mut document = Document { text: text.to_owned(), ..Document::default() };
    let characters = text.chars().filter(|c| !c.is_whitespace()).count();
    if characters > MAX_CHARACTERS {
        reader.report(Problem::TooLong { characters }, 0..text.len());
    }
    if let Some(node) = node {
        reader.policy(&node, &mut document);
    }
    document.diagnostics = sorted(reader.diagnostics, &|found| (found.span.start, found.span.end));
    document
}

struct Reader {
    diagnostics: Vec<Diagnostic>,
}

impl Reader {
    /// Twice the limit of the JSON reader, so that its findings never crowd out those about the policy.
    fn is_full(&self) -> bool {
        self.diagnostics.len() >= 2 * json::MAX_DIAGNOSTICS
    }

    fn report(&mut self, problem: Problem, span: Span) {
        if self.is_full() {
            return;
        }
        self.diagnostics.push(Diagnostic { problem, span });
    }

    fn policy(&mut self, node: &Node, document: &mut Document) {
        let Value::Object(members) = &node.value else {
            let problem = Problem::WrongType { element: "policy", expected: "an object in `{` and `}`" };
            return self.report(problem, node.span.clone());
        };
        let mut has_statement = false;
        for member in members {
            match member.key.as_str() {
                "Version" => {
                    document.version_span = Some(member.value.span.clone());
                    document.version = match &member.value.value {
                        Value::String(text) if text == "2012-10-17" => Version::V2012,
                        Value::String(text) if text == "2008-10-17" => Version::V2008,
                        Value::String(text) => Version::Other(text.clone()),
                        _ => Version::Other(String::new()),
                    };
                    if let Version::Other(value) = &document.version {
                        let problem = Problem::UnsupportedVersion { value: value.clone() };
                        self.report(problem, member.value.span.clone());
                    }
                }
                "Id" => {}
                "Statement" => {
                    has_statement = true;
                    let nodes = match &member.value.value {
                        Value::Array(items) => items.as_slice(),
                        _ => std::slice::from_ref(&member.value),
                    };
                    document.statements = Vec::new();
                    for (index, node) in nodes.iter().enumerate() {
                        let statement = self.statement(node, index);
                        document.statements.push(statement);
                    }
                }
                name => {
                    self.report(Problem::UnknownElement { name: name.to_owned() }, member.key_span.clone())
                }
            }
        }
        if !has_statement {
            let problem = Problem::MissingElement { element: "Statement", statement: None };
            self.report(problem, node.span.clone());
        }
        self.variables(document, node);
        self.sids(document);
    }

    fn sids(&mut self, document: &Document) {
        let mut seen = BTreeSet::new();
        for sid in document.statements.iter().filter_map(|statement| statement.sid.as_ref()) {
            if !seen.insert(&sid.value) {
                self.report(Problem::DuplicateSid { sid: sid.value.clone() }, sid.span.clone());
            }
        }
    }

    /// Reports about variables, which need the version.
    fn variables(&mut self, document: &Document, node: &Node) {
        let syntax = Syntax { wildcards: true, variables: true, arn: false };
        let mut uses = false;
        let mut found = Vec::new();
        for statement in &document.statements {
            let resources = statement.resources.iter().flat_map(|listed| &listed.values);
            let values = statement.conditions.iter().flat_map(|condition| &condition.values);
            let all = resources.map(|value| (value, true)).chain(values.map(|value| (value, false)));
            for (value, arn) in all.filter(|(value, _)| value.value.contains("${")) {
                uses = true;
                let _ = Pattern::compile(&value.value, Syntax { arn, ..syntax }, &mut found);
                for (problem, inner) in found.drain(..) {
                    // Escapes in the JSON text shift offsets: then the whole string is meant.
                    let plain = document.text.get(value.span.start + 1..value.span.end.saturating_sub(1))
                        == Some(value.value.as_str());
                    let span = if plain {
                        value.span.start + 1 + inner.start..value.span.start + 1 + inner.end
                    } else {
                        value.span.clone()
                    };
                    self.report(problem, span);
                }
            }
        }
        match document.version {
            Version::Missing => {
                let start = node.span.start;
                self.report(Problem::MissingVersion { uses_variables: uses }, start..start + 1);
            }
            Version::V2008 if uses => {
                self.report(Problem::VariablesOff, document.version_span.clone().unwrap_or_default());
            }
            _ => {}
        }
    }

    fn statement(&mut self, node: &Node, index: usize) -> Statement {
        let mut statement = Statement {
            span: node.span.clone(),
            sid: None,
            effect: None,
            actions: None,
            resources: None,
            conditions: Vec::new(),
            broken_condition: None,
        };
        let Value::Object(members) = &node.value else {
            let problem = Problem::WrongType { element: "Statement", expected: "an object in `{` and `}`" };
            self.report(problem, node.span.clone());
            return statement;
        };
        let mut has_effect = false;
        for member in members {
            let span = member.value.span.clone();
            match member.key.as_str() {
                "Sid" => match &member.value.value {
                    Value::String(value) => statement.sid = Some(Spanned { value: value.clone(), span }),
                    _ => self.report(Problem::WrongType { element: "Sid", expected: "text" }, span),
                },
                "Effect" => {
                    has_effect = true;
                    let value = match &member.value.value {
                        Value::String(text) => text.as_str(),
                        _ => "",
                    };
                    statement.effect = match value {
                        "Allow" => Some(Spanned { value: Effect::Allow, span }),
                        "Deny" => Some(Spanned { value: Effect::Deny, span }),
                        _ => {
                            self.report(Problem::BadEffect { value: value.to_owned() }, span);
                            None
                        }
                    };
                }
                name @ ("Action" | "NotAction") => {
                    self.listed(&mut statement.actions, "Action", name != "Action", member);
                }
                name @ ("Resource" | "NotResource") => {
                    self.listed(&mut statement.resources, "Resource", name != "Resource", member);
                }
                "Condition" => self.conditions(&mut statement, &member.value),
                "Principal" | "NotPrincipal" => {
                    let problem = Problem::UnsupportedElement { name: member.key.clone() };
                    self.report(problem, member.key_span.clone());
                }
                name => {
                    self.report(Problem::UnknownElement { name: name.to_owned() }, member.key_span.clone())
                }
            }
        }
        for (element, present) in [
            ("Effect", has_effect),
            ("Action", statement.actions.is_some()),
            ("Resource", statement.resources.is_some()),
        ] {
            if !present {
                let problem = Problem::MissingElement { element, statement: Some(index) };
                self.report(problem, node.span.clone());
            }
        }
        if let Some(actions) = &statement.actions {
            for value in &actions.values {
                self.action(value);
            }
        }
        if let Some(resources) = &statement.resources {
            for value in &resources.values {
                if !value.value.starts_with("arn:") && !value.value.starts_with('*') {
                    self.report(Problem::NotAnArn, value.span.clone());
                }
            }
        }
        statement
    }

    fn action(&mut self, written: &Spanned<String>) {
        let name = &written.value;
        if name.contains(['*', '?']) || self.is_full() {
            return;
        }
        match action::position(name).and_then(|at| action::ACTIONS.get(at)) {
            Some(known) if known.name == name => {}
            Some(known) => self.report(Problem::ActionCase { known: known.name }, written.span.clone()),
            None => {
                let problem = Problem::UnknownAction { name: name.clone(), nearest: action::nearest(name) };
                self.report(problem, written.span.clone());
            }
        }
    }

    fn listed(
        &mut self,
        slot: &mut Option<Listed>,
        element: &'static str,
        negated: bool,
        member: &json::Member,
    ) {
        if slot.as_ref().is_some_and(|other| other.negated != negated) {
            self.report(Problem::BothElements { element }, member.key_span.clone());
        }
        let values = self.texts(&member.value, element);
        *slot = Some(Listed { negated, key_span: member.key_span.clone(), values });
    }

    /// A text or a list of texts.
    fn texts(&mut self, node: &Node, element: &'static str) -> Vec<Spanned<String>> {
        let nodes = match &node.value {
            Value::Array(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut out = Vec::with_capacity(nodes.len());
        for node in nodes {
            let span = node.span.clone();
            match &node.value {
                Value::String(value) => out.push(Spanned { value: value.clone(), span }),
                Value::Bool(value) if element == "Condition" => {
                    out.push(Spanned { value: value.to_string(), span });
                }
                Value::Number(value) if element == "Condition" => {
                    out.push(Spanned { value: value.clone(), span });
                }
                // Reported as broken JSON already.
                Value::Broken => {}
                _ => self.report(Problem::WrongType { element, expected: "text or a list of texts" }, span),
            }
        }
        out
    }

    fn conditions(&mut self, statement: &mut Statement, node: &Node) {
        let problem = Problem::WrongType {
            element: "Condition",
            expected: "operator, key and value, such as `{\"Bool\": {\"key\": \"true\"}}`",
        };
        let Value::Object(operators) = &node.value else {
            statement.broken_condition = Some(node.span.clone());
            return self.report(problem, node.span.clone());
        };
        for operator in operators {
            let parsed = Operator::parse(&operator.key);
            if parsed.is_none() {
                let problem = Problem::UnknownOperator { name: operator.key.clone() };
                self.report(problem, operator.key_span.clone());
            }
            let Value::Object(keys) = &operator.value.value else {
                statement.broken_condition = Some(operator.value.span.clone());
                self.report(problem.clone(), operator.value.span.clone());
                continue;
            };
            for key in keys {
                let values = self.texts(&key.value, "Condition");
                statement.conditions.push(Condition {
                    operator: Spanned { value: operator.key.clone(), span: operator.key_span.clone() },
                    parsed,
                    key: Spanned { value: key.key.clone(), span: key.key_span.clone() },
                    values,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_with_comments_keeps_its_spans() {
        let text = "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"iot:Conect\",\n\
                    \"Resource\": [\"arn:aws:iot:r:a:client/${iot:Nope}\" # comment\n]}]}";
        let document = parse(text);
        let statement = &document.statements[0];
        let resource = &statement.resources.as_ref().unwrap().values[0];
        assert_eq!(text.get(resource.span.clone()).unwrap(), "\"arn:aws:iot:r:a:client/${iot:Nope}\"");
        let found: Vec<_> =
            document.diagnostics.iter().map(|d| (d.code(), text.get(d.span.clone()).unwrap())).collect();
        assert_eq!(
            found,
            [("IPL-P004", "\"iot:Conect\""), ("IPL-P010", "${iot:Nope}"), ("IPL-P002", "# comment")]
        );
    }

    #[test]
    fn broken_policies_keep_what_can_be_read() {
        let document = parse("{\"Statement\": {\"Effect\": \"allow\", \"Action\": 5, \"Condition\": 1}");
        assert_eq!(document.statements.len(), 1);
        assert!(document.statements[0].broken_condition.is_some());
        for text in [
            "",
            "[]",
            "3",
            "{\"Statement\": 1}",
            "{\"Statement\": [[1]]}",
            "{\"Statement\":[{\"Condition\":{\"X\":1}}]}",
        ] {
            assert!(!parse(text).diagnostics.is_empty(), "{text}");
        }
        assert!(!parse(&" ".repeat(MAX_TEXT + 1)).diagnostics.is_empty());
    }
}
