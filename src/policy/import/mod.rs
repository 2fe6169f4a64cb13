//! Policies as people have them: alone, or inside what tools print and templates hold.
//!
//! Reads the output of `aws iot get-policy` and `get-policy-version` and of their like in IAM, the answer of a custom
//! authorizer (`policyDocuments`), CloudFormation templates in JSON and Terraform configurations; several policies in one text
//! are separated. Never fails and never guesses: what a template computes is named, not replaced. Every span of a
//! policy found leads back into the text that was pasted.
//!
//! Sources: AWS CLI Reference; Developer Guide, "Creating custom authorizer Lambda functions"; CloudFormation User
//! Guide, "AWS::IoT::Policy" and "Fn::Sub"; Terraform documentation.

mod cloudformation;
mod excerpt;
mod iam;
mod template;
mod terraform;

use std::collections::BTreeMap;

use cloudformation::{get, get_text, intrinsic, intrinsics, is_policy_resource, template_string};
use excerpt::Excerpt;
use template::Template;

use super::{
    certificate::holds_private_key,
    diagnostic::{Diagnostic, Problem, Span},
    document::{self, Document},
    json::{self, Member, Node, Value},
};

/// Longest text that is read, in bytes: a template holds more than its policies.
pub const MAX_PASTE: usize = 1_048_576;
/// Policies that are taken from one text; further ones are not read.
pub const MAX_FOUND: usize = 32;
/// Notes that are kept.
pub const MAX_NOTES: usize = json::MAX_DIAGNOSTICS;
/// Texts within texts, such as a policy in quotes in a template in quotes.
const MAX_LAYERS: usize = 4;
/// Longest expression that is quoted in a note, in characters.
const MAX_EXPRESSION: usize = 60;

/// A finding about what surrounds the policies; its span points into the paste.
type Note = Diagnostic;

impl Note {
    const fn new(problem: Problem, span: Span) -> Self {
        Self { problem, span }
    }

    fn computed(what: &str, span: Span) -> Self {
        let mut short: String = what.chars().take(MAX_EXPRESSION).collect();
        if short.len() < what.len() {
            short.push('\u{2026}');
        }
        Self::new(Problem::Computed { what: short }, span)
    }
}

/// Notes up to [`MAX_NOTES`]: beyond that the text is hardly what it seems.
#[derive(Default)]
struct Notes(Vec<Note>);

impl Notes {
    fn push(&mut self, note: Note) {
        if self.0.len() < MAX_NOTES {
            self.0.push(note);
        }
    }
}

/// What is in a paste.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Import {
    /// The policies in order. More than one: offer them as separate policies.
    pub found: Vec<Found>,
    /// What is wrong around them, and what could not be read. Spans point into the paste, and so do the repairs.
    pub notes: Vec<Diagnostic>,
}

/// A policy found in a paste.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its name, where the paste gives one.
    pub name: Option<String>,
    /// What it was taken out of, the outermost first; empty when it was pasted as it is.
    pub unwrapped: Vec<Unwrapped>,
    /// Whether all of it could be read. When a template computes a part, a verdict that turns on it is not known before
    /// the template is deployed.
    pub complete: bool,
    /// The names that stand as `${name}` in its text for what a template computes.
    pub computed: Vec<String>,
    /// The policy. Its spans and repairs speak of its own text; [`Found::origin`] leads back into the paste.
    pub document: Document,
    excerpt: Excerpt,
}

impl Found {
    /// The text of the policy alone, as AWS would get it.
    #[must_use]
    pub fn text(&self) -> &str {
        self.excerpt.text()
    }

    /// The bytes of the paste that `span` of the policy's text stands for.
    #[must_use]
    pub fn origin(&self, span: Span) -> Span {
        self.excerpt.origin(span)
    }
}

/// What a policy was taken out of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unwrapped {
    /// Other text before the policy, such as a command line.
    Preamble,
    /// The output of `aws iot get-policy`.
    GetPolicy,
    /// The output of `aws iot get-policy-version`.
    GetPolicyVersion,
    /// An answer of IAM.
    Iam {
        /// What prints it.
        command: &'static str,
    },
    /// URL-encoding.
    UrlEncoded,
    /// The `policyDocuments` that a custom authorizer returned.
    AuthorizerAnswer,
    /// A list of policies.
    List,
    /// Text in quotes with JSON escapes.
    Quoted,
    /// A resource `AWS::IoT::Policy`, or intrinsic functions of CloudFormation.
    CloudFormation,
    /// A here-document of Terraform.
    TerraformHeredoc,
    /// `jsonencode` of Terraform.
    TerraformJsonencode,
    /// Text in quotes of Terraform.
    TerraformQuoted,
    /// Escapes of a template.
    Escapes {
        /// `${!` or `$${`, written where the policy has `${`.
        written: &'static str,
        /// How many.
        count: usize,
    },
}

/// Finds the policies in a text. Never fails: a text in which nothing is recognised counts as one policy.
#[must_use]
pub fn read(paste: &str) -> Import {
    let refused = |problem| Import { found: Vec::new(), notes: vec![Note::new(problem, 0..0)] };
    if holds_private_key(paste) {
        return refused(Problem::PrivateKey);
    }
    if paste.len() > MAX_PASTE {
        return refused(Problem::PasteTooLarge { bytes: paste.len() });
    }
    let mut finder = Finder::default();
    finder.paste(&Excerpt::whole(paste));
    finder.finish()
}

/// Where the search stands: the way to here and the name found on it.
#[derive(Clone, Default)]
struct Trail {
    unwrapped: Vec<Unwrapped>,
    name: Option<String>,
    layers: usize,
}

impl Trail {
    fn through(&self, step: Unwrapped) -> Self {
        let mut next = self.clone();
        next.unwrapped.push(step);
        next
    }

    fn named(mut self, name: Option<&str>) -> Self {
        self.name = name.map(str::to_owned).or(self.name);
        self
    }
}

#[derive(Default)]
struct Finder {
    found: Vec<Found>,
    notes: Notes,
    /// Findings of the JSON reader about texts that policies were taken out of.
    around: Notes,
}

impl Finder {
    fn paste(&mut self, paste: &Excerpt) {
        let text = paste.text();
        let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if start.starts_with(['{', '[', '/']) || start.starts_with(json::is_quote) {
            return self.text(paste, &Trail::default());
        }
        let attributes = terraform::policies(paste, &mut self.notes);
        if !attributes.is_empty() {
            for attribute in attributes {
                self.terraform(attribute);
            }
            return;
        }
        // A comment before the policy is the JSON reader's to report.
        let brace = text.find("\n{").map(|at| at + 1).filter(|_| !start.starts_with('#'));
        match brace {
            Some(at) => {
                self.text(&paste.slice(at..text.len()), &Trail::default().through(Unwrapped::Preamble))
            }
            None if text.contains("AWS::IoT::Policy") || text.contains("PolicyDocument:") => {
                self.notes.push(Note::new(Problem::YamlTemplate, 0..text.len()));
            }
            None => self.text(paste, &Trail::default()),
        }
    }

    fn terraform(&mut self, attribute: terraform::Attribute) {
        let Some(text) = attribute.text else { return };
        let mut trail = Trail::default().named(attribute.name.as_deref()).through(match attribute.form {
            terraform::Form::Heredoc => Unwrapped::TerraformHeredoc,
            terraform::Form::Jsonencode => Unwrapped::TerraformJsonencode,
            terraform::Form::Quoted => Unwrapped::TerraformQuoted,
        });
        if attribute.escapes > 0 {
            trail = trail.through(Unwrapped::Escapes {
                written: Template::Terraform.escape(),
                count: attribute.escapes,
            });
        }
        match attribute.form {
            terraform::Form::Quoted => {
                let inner = unescaped(&text, 0..text.text().len());
                self.text(&inner, &trail);
            }
            _ => self.text(&text, &trail),
        }
    }

    /// Every JSON value of a text.
    fn text(&mut self, text: &Excerpt, trail: &Trail) {
        let mut rest = text.clone();
        for _ in 0..MAX_FOUND {
            let (node, mut findings) = json::read(rest.text());
            let second = findings.iter().position(|found| found.problem == Problem::SecondDocument);
            let second = second.map(|at| findings.remove(at).span.start);
            let end = rest.text().len();
            let first = second.map_or_else(|| rest.clone(), |at| rest.slice(0..at));
            for found in findings {
                self.around.push(Note::new(found.problem, rest.origin(found.span)));
            }
            match &node {
                Some(node) => self.value(&first, node, true, trail),
                None => self.policy(first, trail),
            }
            match second {
                Some(at) => rest = rest.slice(at..end),
                None => return,
            }
        }
    }

    /// A value in which policies may be. `whole`: nothing else stands in `text` but blanks and comments.
    fn value(&mut self, text: &Excerpt, node: &Node, whole: bool, trail: &Trail) {
        let plain = |finder: &mut Self| {
            let policy = if whole { text.clone() } else { text.slice(node.span.clone()) };
            finder.policy(policy, trail);
        };
        match &node.value {
            Value::Object(members) if get(members, "Statement").is_none() => {
                if !self.wrapper(text, members, trail) {
                    plain(self);
                }
            }
            Value::Array(items) if items.iter().any(|item| is_inside(&item.value)) => {
                for item in items {
                    self.value(text, item, false, &trail.through(Unwrapped::List));
                }
            }
            Value::String(value) if value.trim_start().starts_with('{') && trail.layers < MAX_LAYERS => {
                let mut trail = trail.through(Unwrapped::Quoted);
                trail.layers += 1;
                let inner = unescaped(text, node.span.clone());
                self.text(&inner, &trail);
            }
            Value::String(value) if value.trim_start().starts_with('%') && trail.layers < MAX_LAYERS => {
                let mut trail = trail.through(Unwrapped::UrlEncoded);
                trail.layers += 1;
                match iam::decoded(&unescaped(text, node.span.clone())) {
                    Some(inner) => self.text(&inner, &trail),
                    None => plain(self),
                }
            }
            _ => plain(self),
        }
    }

    /// An object that is no policy but may hold some; false when it holds none that is known.
    fn wrapper(&mut self, text: &Excerpt, members: &[Member], trail: &Trail) -> bool {
        if let Some(document) = get(members, "policyDocument") {
            let step = if get(members, "policyVersionId").is_some() {
                Unwrapped::GetPolicyVersion
            } else {
                Unwrapped::GetPolicy
            };
            self.value(text, document, false, &trail.through(step).named(get_text(members, "policyName")));
            return true;
        }
        if let Some(Node { value: Value::Array(items), .. }) = get(members, "policyDocuments") {
            for item in items {
                self.value(text, item, false, &trail.through(Unwrapped::AuthorizerAnswer));
            }
            return true;
        }
        if let Some((command, document)) = iam::policy(members) {
            let trail = trail.through(Unwrapped::Iam { command }).named(get_text(members, "PolicyName"));
            self.value(text, document, false, &trail);
            return true;
        }
        if is_policy_resource(members) {
            self.resource(text, members, &trail.through(Unwrapped::CloudFormation));
            return true;
        }
        let resources = match get(members, "Resources") {
            Some(Node { value: Value::Object(resources), .. }) => resources.as_slice(),
            _ => members,
        };
        let mut any = false;
        for member in resources {
            if let Value::Object(inner) = &member.value.value
                && is_policy_resource(inner)
            {
                any = true;
                let trail = trail.through(Unwrapped::CloudFormation).named(Some(&member.key));
                self.resource(text, inner, &trail);
            }
        }
        any
    }

    /// A resource `AWS::IoT::Policy`.
    fn resource(&mut self, text: &Excerpt, members: &[Member], trail: &Trail) {
        let Some(Node { value: Value::Object(properties), .. }) = get(members, "Properties") else { return };
        let Some(document) = get(properties, "PolicyDocument") else { return };
        let trail = trail.clone().named(get_text(properties, "PolicyName"));
        let Some((name, argument)) = intrinsic(document) else {
            return self.value(text, document, false, &trail);
        };
        match template_string(name, argument) {
            // The whole policy as the text of a template.
            Some(string) => {
                let (undone, escapes) = self.sub(text, string.span.clone());
                let inner = unescaped(&undone, 0..undone.text().len());
                self.text(&inner, &with_escapes(&trail, escapes));
            }
            None => self.notes.push(Note::computed(name, text.origin(document.span.clone()))),
        }
    }

    fn sub(&mut self, text: &Excerpt, span: Span) -> (Excerpt, usize) {
        let mut out = Excerpt::default();
        let escapes = template::undo(text, span, Template::FnSub, &mut out, &mut self.notes);
        (out, escapes)
    }

    /// A policy. Intrinsic functions in it are undone where they only quote, and named where they compute.
    fn policy(&mut self, text: Excerpt, trail: &Trail) {
        if self.found.len() >= MAX_FOUND {
            return;
        }
        let mut functions = Vec::new();
        if let (Some(node), _) = json::read(text.text()) {
            intrinsics(&node, &mut functions);
        }
        let mut trail = trail.clone();
        if !functions.is_empty() && !trail.unwrapped.contains(&Unwrapped::CloudFormation) {
            trail = trail.through(Unwrapped::CloudFormation);
        }
        let (mut out, mut at, mut escapes) = (Excerpt::default(), 0, 0);
        let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
        for (span, name, string) in functions {
            out.copy(&text, at..span.start);
            match string {
                Some(string) => {
                    let (undone, count) = self.sub(&text, string);
                    out.copy(&undone, 0..undone.text().len());
                    escapes += count;
                }
                None => {
                    self.notes.push(Note::computed(&name, text.origin(span.clone())));
                    // Two functions of one name may compute two values.
                    let number = *numbers.entry(name.clone()).and_modify(|number| *number += 1).or_insert(1);
                    let name = if number > 1 { format!("{name} {number}") } else { name };
                    out.put(&text, span.clone(), &format!("\"{}\"", template::placeholder_of(&name)));
                }
            }
            at = span.end;
        }
        out.copy(&text, at..text.text().len());
        let trail = with_escapes(&trail, escapes);
        let mut document = document::parse(out.text());
        // What is named as computed needs no second finding about what stands in its place.
        let computed = |note: &&Note| matches!(note.problem, Problem::Computed { .. });
        let computed: Vec<&Span> = self.notes.0.iter().filter(computed).map(|note| &note.span).collect();
        let extent = out.origin(0..out.text().len());
        // With all notes taken some may be missing: then nothing is sure.
        let complete = self.notes.0.len() < MAX_NOTES && !computed.iter().any(|span| within(span, &extent));
        let computed_names = template::names(out.text())
            .filter(|(_, span)| computed.iter().any(|note| within(&out.origin(span.clone()), note)))
            .map(|(name, _)| name.to_owned())
            .collect();
        document.diagnostics.retain(|found| {
            let origin = out.origin(found.span.clone());
            found.span.is_empty() || !computed.iter().any(|span| within(&origin, span))
        });
        let Trail { name, unwrapped, .. } = trail;
        self.found.push(Found {
            name,
            unwrapped,
            complete,
            computed: computed_names,
            document,
            excerpt: out,
        });
    }

    fn finish(self) -> Import {
        let Self { found, notes: Notes(mut notes), around } = self;
        // What stands inside a policy is reported with the policy.
        let inside = |note: &Note| {
            found.iter().any(|policy| within(&note.span, &policy.origin(0..policy.text().len())))
        };
        notes.extend(around.0.into_iter().filter(|note| !inside(note)));
        notes.sort_by_key(|note| (note.span.start, note.span.end));
        notes.dedup();
        notes.truncate(MAX_NOTES);
        Import { found, notes }
    }
}

const fn within(inner: &Span, outer: &Span) -> bool {
    inner.start >= outer.start && inner.end <= outer.end
}

/// An object or a text in quotes: policies may be in it.
fn is_inside(value: &Value) -> bool {
    matches!(value, Value::Object(_))
        || matches!(value, Value::String(text) if text.trim_start().starts_with(['{', '%']))
}

fn with_escapes(trail: &Trail, count: usize) -> Trail {
    if count == 0 {
        return trail.clone();
    }
    trail.through(Unwrapped::Escapes { written: Template::FnSub.escape(), count })
}

/// The text of a string in quotes, its JSON escapes resolved. `span` includes the quotes.
fn unescaped(text: &Excerpt, span: Span) -> Excerpt {
    let inner = text.text().get(span.clone()).unwrap_or_default();
    let opened = inner.strip_prefix(json::is_quote).unwrap_or(inner);
    let closed = opened.strip_suffix(json::is_quote).unwrap_or(opened);
    let start = span.start + (inner.len() - opened.len());
    let end = start + closed.len();
    let mut out = Excerpt::default();
    let mut at = start;
    while let Some(skip) = text.text().get(at..end).and_then(|rest| rest.find('\\')) {
        out.copy(text, at..at + skip);
        at += skip;
        let (c, after) = json::escape_at(text.text(), at);
        let after = after.clamp(at + 1, end);
        out.put(text, at..after, &c.map(String::from).unwrap_or_default());
        at = after;
    }
    out.copy(text, at..end);
    out
}
