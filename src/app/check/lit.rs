//! What belongs together: the parts of an explanation, the places in policies that they speak of, and the fields of
//! the form that say the facts they use. Pointing at one of them lights the others.
//!
//! The links are those of the explanation's own data; nothing is searched for in sentences.

use std::collections::BTreeSet;

use super::answer::Answer;
use super::matrix::{At, Matrix, Question};
use crate::order::{self, sorted};
use crate::policy::diagnostic::Span;
use crate::policy::evaluate::Place;
use crate::policy::fix::Change;
use crate::policy::lint::Finding;
use crate::policy::variable::Key;
use crate::words::{Used, places_of};

/// A field of the form, or a group of controls that says one fact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The attached things.
    Things,
    /// How the principal is attached to them.
    Attachment,
    /// The state of the certificate.
    CertificateState,
    /// The value of this variable or condition key, by AWS's name.
    Value(String),
    /// The client IDs.
    ClientIds,
    /// Topics to publish to.
    Publish,
    /// Filters to subscribe to.
    Subscribe,
    /// Topics whose messages should arrive.
    Receive,
    /// Other actions.
    Other,
    /// The topic of the will.
    Will,
}

/// A part of the answer's side of the screen. Numbers count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The one sentence.
    Headline,
    /// A step, by its number.
    Step(usize),
    /// A resource under a step.
    Row(usize, usize),
    /// A statement in the trail: the check, the policy in it, the statement.
    Statement(usize, usize, usize),
    /// A near miss.
    Near(usize),
    /// A variable and its value.
    Value(usize),
    /// A surprise.
    Surprise(usize),
    /// A finding of the linter.
    Finding(usize),
}

/// What the user points at, with the pointer, the caret or the focus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pointed {
    /// A byte of the policy at this place of the workspace.
    Text(usize, usize),
    /// A field of the form.
    Field(Field),
    /// A part of the answer.
    Part(Part),
}

/// Why a place in a policy is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It decided.
    Decisive,
    /// It belongs to what the user points at.
    Lit,
}

/// What is to be marked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lit {
    /// Places in policies: the policy's place in the workspace, bytes of its text, why.
    pub spans: Vec<(usize, Span, Kind)>,
    /// Fields of the form.
    pub fields: BTreeSet<Field>,
    /// Parts of the answer.
    pub parts: BTreeSet<Part>,
}

/// What one part speaks of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Links {
    /// The policy's place in the workspace, and bytes of its text.
    spans: Vec<(usize, Span)>,
    fields: BTreeSet<Field>,
}

/// The links of every part of an answer.
pub(super) fn links(
    matrix: &Matrix,
    at: At,
    answer: Option<&Answer>,
    findings: &[Finding],
) -> Vec<(Part, Links)> {
    let mut out = Vec::new();
    if let (Some(answer), Some(question)) = (answer, matrix.questions.get(at.question)) {
        Linker { matrix, question, out: &mut out }.answer(answer);
    }
    for (number, finding) in findings.iter().enumerate() {
        let places = finding.found.places.iter().map(|place| (place.policy, place.span.clone()));
        out.push((Part::Finding(number), Links { spans: sourced(matrix, places), fields: BTreeSet::new() }));
    }
    out
}

struct Linker<'a> {
    matrix: &'a Matrix,
    question: &'a Question,
    out: &'a mut Vec<(Part, Links)>,
}

impl Linker<'_> {
    fn add<'u>(
        &mut self,
        part: Part,
        spans: impl IntoIterator<Item = (usize, Span)>,
        uses: impl IntoIterator<Item = &'u Used>,
    ) {
        let fields = order::set(uses.into_iter().flat_map(|used| fields(used, self.question)));
        self.out.push((part, Links { spans: sourced(self.matrix, spans), fields }));
    }

    fn answer(&mut self, answer: &Answer) {
        let explanation = &answer.explanation;
        let decisive = explanation.decision.place;
        for (number, step) in answer.steps.iter().enumerate() {
            self.add(Part::Step(number), step.spans.iter().cloned(), &step.uses);
            for (row_number, row) in step.rows.iter().enumerate() {
                self.add(Part::Row(number, row_number), [row.place.clone()], &row.uses);
            }
            let statement = decisive.and_then(|place| self.span(Place { resource: None, ..place }));
            let decides = statement.is_some_and(|span| step.spans.contains(&span));
            if decides && !self.out.iter().any(|(part, _)| *part == Part::Headline) {
                let inner = step.spans.iter().skip(1).cloned();
                self.add(Part::Headline, inner, &step.uses);
            }
        }
        for (check, part) in explanation.parts.iter().enumerate() {
            for (place, policy) in part.policies.iter().enumerate() {
                for statement in &policy.statements {
                    let keys: Vec<Used> = statement
                        .conditions
                        .iter()
                        .map(|condition| Used::Variable(Key::parse(&condition.key)))
                        .collect();
                    let at = Part::Statement(check, place, statement.statement);
                    self.add(at, [(policy.policy, statement.span.clone())], &keys);
                }
            }
        }
        for (number, near) in answer.near_misses.iter().enumerate() {
            let place = near.place.and_then(|place| self.span(place));
            let (spans, used) = match &near.change {
                Change::Policy(patch) => (vec![(patch.policy, patch.range.clone())], None),
                Change::Exclusive(_) => (place.into_iter().collect(), Some(Used::Attachment)),
                Change::AttachThing(_) => (place.into_iter().collect(), Some(Used::Things)),
                Change::ClientId(_) => (place.into_iter().collect(), Some(Used::ClientId)),
                Change::Name(_) => (place.into_iter().collect(), Some(Used::Asked)),
            };
            self.add(Part::Near(number), spans, &used);
        }
        for (number, value) in explanation.substitutions.iter().enumerate() {
            let spans = places_of(explanation, |key| *key == value.key);
            self.add(Part::Value(number), spans, &[Used::Variable(value.key.clone())]);
        }
        for (number, surprise) in explanation.surprises.iter().enumerate() {
            let span = self.span(surprise.place);
            self.add(Part::Surprise(number), span, &[Used::Attachment, Used::Things, Used::ClientId]);
        }
    }

    /// Where a resource stands, or its statement.
    fn span(&self, place: Place) -> Option<(usize, Span)> {
        let document = &self.matrix.policies.policies().get(place.policy)?.document;
        let statement = document.statements.get(place.statement)?;
        let resource = place.resource.and_then(|at| statement.resources.as_ref()?.values.get(at));
        Some((place.policy, resource.map_or(&statement.span, |resource| &resource.span).clone()))
    }
}

/// Places as the workspace counts policies.
fn sourced(matrix: &Matrix, spans: impl IntoIterator<Item = (usize, Span)>) -> Vec<(usize, Span)> {
    spans.into_iter().filter_map(|(policy, span)| Some((*matrix.sources.get(policy)?, span))).collect()
}

/// The fields that say a fact.
fn fields(used: &Used, question: &Question) -> Vec<Field> {
    match used {
        Used::Asked => vec![match question {
            Question::Connect => Field::ClientIds,
            Question::Publish(_) => Field::Publish,
            Question::Subscribe(_) => Field::Subscribe,
            Question::Receive(_) => Field::Receive,
            Question::Other(..) => Field::Other,
        }],
        Used::ClientId | Used::Variable(Key::ClientId) => vec![Field::ClientIds],
        Used::Things => vec![Field::Things],
        Used::Attachment => vec![Field::Attachment],
        Used::CertificateState => vec![Field::CertificateState],
        Used::Variable(Key::LastWillTopic) => vec![Field::Will],
        Used::Variable(key) if key.is_thing() => {
            let binding = [Field::Things, Field::Attachment, Field::ClientIds];
            let own = !matches!(key, Key::ThingName | Key::IsAttached);
            binding.into_iter().chain(own.then(|| Field::Value(key.name()))).collect()
        }
        Used::Variable(key) => vec![Field::Value(key.name())],
    }
}

/// What pointing lights up. `stale` are the policies whose spans are of another text than the one on the screen.
pub(super) fn lit(
    links: &[(Part, Links)],
    decisive: Option<&(usize, Span)>,
    pointed: Option<&Pointed>,
    stale: &[usize],
) -> Lit {
    let mut lit = Lit::default();
    match pointed {
        None => {}
        Some(Pointed::Part(part)) => {
            lit.parts.insert(*part);
            for (_, one) in links.iter().filter(|(known, _)| known == part) {
                lit.spans.extend(one.spans.iter().map(|(policy, span)| (*policy, span.clone(), Kind::Lit)));
                lit.fields.extend(one.fields.iter().cloned());
            }
        }
        Some(Pointed::Field(field)) => {
            let about = links.iter().filter(|(_, one)| one.fields.contains(field));
            for (part, one) in about {
                lit.parts.insert(*part);
                // A step speaks of whole statements too; its rows and variables are what uses the field.
                if matches!(part, Part::Row(..) | Part::Value(_) | Part::Statement(..)) {
                    lit.spans
                        .extend(one.spans.iter().map(|(policy, span)| (*policy, span.clone(), Kind::Lit)));
                }
            }
        }
        Some(Pointed::Text(policy, offset)) => {
            let here = |(source, span): &&(usize, Span)| source == policy && span.contains(offset);
            let narrowest =
                links.iter().flat_map(|(_, one)| one.spans.iter().filter(here)).map(|(_, span)| span);
            let narrowest = narrowest.min_by_key(|span| span.len()).cloned();
            for (part, one) in links {
                if one.spans.iter().any(|place| here(&place)) {
                    lit.parts.insert(*part);
                    if one
                        .spans
                        .iter()
                        .any(|(source, span)| source == policy && Some(span) == narrowest.as_ref())
                    {
                        lit.fields.extend(one.fields.iter().cloned());
                    }
                }
            }
            lit.spans.extend(narrowest.map(|span| (*policy, span, Kind::Lit)));
        }
    }
    lit.spans.extend(decisive.map(|(policy, span)| (*policy, span.clone(), Kind::Decisive)));
    lit.spans.retain(|(policy, ..)| !stale.contains(policy));
    lit.spans = sorted(lit.spans, &|(policy, span, kind)| (*policy, span.start, span.end, *kind));
    lit.spans.dedup();
    lit
}

/// The deciding resource, or the statement when no resource of it is named.
pub(super) fn decisive(matrix: &Matrix, answer: &Answer) -> Option<(usize, Span)> {
    let question = matrix.questions.first()?;
    let span = Linker { matrix, question, out: &mut Vec::new() }.span(answer.explanation.decision.place?)?;
    sourced(matrix, [span]).pop()
}

/// Names under which markup and model speak of the same thing.
impl Field {
    /// The name, for an attribute.
    #[must_use]
    pub fn name(&self) -> String {
        let plain = match self {
            Self::Value(key) => return format!("value {key}"),
            Self::Things => "things",
            Self::Attachment => "attachment",
            Self::CertificateState => "certificate-state",
            Self::ClientIds => "client-ids",
            Self::Publish => "publish",
            Self::Subscribe => "subscribe",
            Self::Receive => "receive",
            Self::Other => "other",
            Self::Will => "will",
        };
        plain.to_owned()
    }

    /// The field of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        use Field::{
            Attachment, CertificateState, ClientIds, Other, Publish, Receive, Subscribe, Things, Will,
        };
        if let Some(key) = name.strip_prefix("value ") {
            return Some(Self::Value(key.to_owned()));
        }
        let plain =
            [Things, Attachment, CertificateState, ClientIds, Publish, Subscribe, Receive, Other, Will];
        plain.into_iter().find(|field| field.name() == name)
    }
}

impl Part {
    /// The name, for an attribute.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Headline => "headline".to_owned(),
            Self::Step(step) => format!("step {step}"),
            Self::Row(step, row) => format!("row {step} {row}"),
            Self::Statement(check, policy, statement) => format!("statement {check} {policy} {statement}"),
            Self::Near(near) => format!("near {near}"),
            Self::Value(value) => format!("value {value}"),
            Self::Surprise(surprise) => format!("surprise {surprise}"),
            Self::Finding(finding) => format!("finding {finding}"),
        }
    }

    /// The part of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let mut words = name.split(' ');
        let kind = words.next()?;
        let numbers: Vec<usize> = words.map(str::parse).collect::<Result<_, _>>().ok()?;
        Some(match (kind, numbers.as_slice()) {
            ("headline", []) => Self::Headline,
            ("step", [step]) => Self::Step(*step),
            ("row", [step, row]) => Self::Row(*step, *row),
            ("statement", [check, policy, statement]) => Self::Statement(*check, *policy, *statement),
            ("near", [near]) => Self::Near(*near),
            ("value", [value]) => Self::Value(*value),
            ("surprise", [surprise]) => Self::Surprise(*surprise),
            ("finding", [finding]) => Self::Finding(*finding),
            _ => return None,
        })
    }
}
