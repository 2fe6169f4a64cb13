//! Answers as JSON: the formats `policylab-explanation/1`, `policylab-test/1` and `policylab-lint/1`.
//!
//! The shape is a promise to programs: fields may be added, none is renamed or removed within a version. Names are
//! those of the suite format; verdicts are `allow`, `explicitDeny`, `implicitDeny` and `cannotTell`; policies,
//! statements and resources are counted from 0; a span is first and last byte of the policy's text, the last one not
//! included; `null` stands for what there is none of. Sentences come from the caller and may change at any time.

use serde::Serialize;

use super::{Case, VerdictWord};
use crate::policy::{
    Explanation, Verdict,
    condition::Truth,
    diagnostic::{Severity, Span},
    document::Effect,
    evaluate::Place,
    explain::{
        Branch, Confidence, Gap, GapKind, Mismatch, Origin, PartTrail, PolicyTrail, Skipped, StatementTrail,
        Substitution,
    },
    missing::{self, MissingValue},
    request::Part,
    variable::{Key, NoValue},
};

/// What the caller says about an explanation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Said {
    /// One sentence that says why.
    pub headline: String,
    /// The way to the verdict.
    pub steps: Vec<String>,
    /// The pages that it rests on.
    pub sources: Vec<String>,
}

/// An explanation as JSON, with a line break at its end.
#[must_use]
pub fn explanation(case: &Case, explanation: &Explanation, said: &Said) -> String {
    let decision = explanation.decision;
    write(&ExplanationJson {
        format: "policylab-explanation/1",
        id: &case.id,
        title: &case.title,
        expected: word(case.expect),
        verdict: word(decision.verdict),
        reason: decision.reason.as_str(),
        confidence: confidence(explanation.confidence),
        switches: case.policies.switches().names(),
        said,
        decided_by: decision.place.map(|place| PlaceJson::new(explanation, place)),
        deciding_check: explanation.decisive,
        checks: explanation.parts.iter().map(CheckJson::new).collect(),
        substitutions: explanation.substitutions.iter().map(SubstitutionJson::new).collect(),
        values_needed: missing::values(explanation).iter().map(NeededJson::new).collect(),
        branches: explanation.branches.iter().map(BranchJson::new).collect(),
        not_evaluated: explanation.gaps.iter().map(GapJson::new).collect(),
    })
}

/// One judged case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The file that it stands in.
    pub file: String,
    /// Its name.
    pub id: String,
    /// The verdict that is expected.
    pub expected: Verdict,
    /// The verdict.
    pub verdict: Verdict,
    /// The stable code of the reason.
    pub reason: &'static str,
    /// One sentence that says why.
    pub headline: String,
    /// What else is to be known, such as a policy that AWS would not accept.
    pub notes: Vec<String>,
}

impl Judged {
    /// Whether the verdict is the expected one.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.verdict == self.expected
    }
}

/// The outcome of a test run as JSON, with a line break at its end.
#[must_use]
pub fn outcome(judged: &[Judged]) -> String {
    let passed = judged.iter().filter(|case| case.passed()).count();
    write(&OutcomeJson {
        format: "policylab-test/1",
        passed,
        failed: judged.len() - passed,
        cases: judged.iter().map(JudgedJson::new).collect(),
    })
}

/// One finding of `lint`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linted {
    /// The file.
    pub file: String,
    /// Which policy of the file, from 0; `None` for what surrounds the policies.
    pub policy: Option<usize>,
    /// Its name, where the file gives one.
    pub policy_name: Option<String>,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// Bytes of the file.
    pub span: Span,
    /// How bad it is.
    pub severity: Severity,
    /// The stable code.
    pub code: &'static str,
    /// What is wrong.
    pub sentence: String,
}

/// The findings of a lint run as JSON, with a line break at its end. `unread`: what was left out, as sentences.
#[must_use]
pub fn lint(linted: &[Linted], unread: &[String]) -> String {
    let count = |wanted| linted.iter().filter(|finding| finding.severity == wanted).count();
    write(&LintJson {
        format: "policylab-lint/1",
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        notes: count(Severity::Note),
        findings: linted.iter().map(LintedJson::new).collect(),
        unread,
    })
}

/// The word of a severity: `error`, `warning` or `note`.
#[must_use]
pub const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// Maps with text keys and finite numbers only: writing cannot fail.
fn write(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).map(|text| text + "\n").unwrap_or_default()
}

#[derive(Serialize)]
struct OutcomeJson<'a> {
    format: &'static str,
    passed: usize,
    failed: usize,
    cases: Vec<JudgedJson<'a>>,
}

#[derive(Serialize)]
struct JudgedJson<'a> {
    file: &'a str,
    id: &'a str,
    passed: bool,
    expected: String,
    verdict: String,
    reason: &'static str,
    headline: &'a str,
    notes: &'a [String],
}

impl<'a> JudgedJson<'a> {
    fn new(case: &'a Judged) -> Self {
        Self {
            file: &case.file,
            id: &case.id,
            passed: case.passed(),
            expected: word(case.expected),
            verdict: word(case.verdict),
            reason: case.reason,
            headline: &case.headline,
            notes: &case.notes,
        }
    }
}

#[derive(Serialize)]
struct LintJson<'a> {
    format: &'static str,
    errors: usize,
    warnings: usize,
    notes: usize,
    findings: Vec<LintedJson<'a>>,
    unread: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LintedJson<'a> {
    file: &'a str,
    policy: Option<usize>,
    policy_name: Option<&'a str>,
    line: usize,
    column: usize,
    span: [usize; 2],
    severity: &'static str,
    code: &'static str,
    sentence: &'a str,
}

impl<'a> LintedJson<'a> {
    fn new(linted: &'a Linted) -> Self {
        Self {
            file: &linted.file,
            policy: linted.policy,
            policy_name: linted.policy_name.as_deref(),
            line: linted.line,
            column: linted.column,
            span: span(&linted.span),
            severity: severity(linted.severity),
            code: linted.code,
            sentence: &linted.sentence,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExplanationJson<'a> {
    format: &'static str,
    id: &'a str,
    title: &'a str,
    expected: String,
    verdict: String,
    reason: &'static str,
    confidence: &'static str,
    switches: Vec<&'static str>,
    #[serde(flatten)]
    said: &'a Said,
    decided_by: Option<PlaceJson<'a>>,
    deciding_check: Option<usize>,
    checks: Vec<CheckJson<'a>>,
    substitutions: Vec<SubstitutionJson<'a>>,
    values_needed: Vec<NeededJson>,
    branches: Vec<BranchJson<'a>>,
    not_evaluated: Vec<GapJson>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlaceJson<'a> {
    policy: usize,
    policy_name: &'a str,
    statement: usize,
    resource: Option<usize>,
}

impl<'a> PlaceJson<'a> {
    fn new(explanation: &'a Explanation, place: Place) -> Self {
        let mut policies = explanation.parts.iter().flat_map(|part| &part.policies);
        let name = policies.find(|policy| policy.policy == place.policy).map_or("", |policy| &policy.name);
        let Place { policy, statement, resource } = place;
        Self { policy, policy_name: name, statement, resource }
    }
}

#[derive(Serialize)]
struct CheckJson<'a> {
    part: &'static str,
    kind: &'static str,
    action: &'a str,
    resource: &'a str,
    verdict: String,
    reason: &'static str,
    policies: Vec<PolicyJson<'a>>,
}

impl<'a> CheckJson<'a> {
    fn new(part: &'a PartTrail) -> Self {
        Self {
            part: match part.part {
                Part::Request => "request",
                Part::Retain => "retain",
                Part::Will => "will",
                Part::WillRetain => "willRetain",
                Part::ShareForm => "shareForm",
            },
            kind: kind(part.iam),
            action: &part.action,
            resource: &part.resource,
            verdict: word(part.verdict),
            reason: part.reason.as_str(),
            policies: part.policies.iter().map(PolicyJson::new).collect(),
        }
    }
}

#[derive(Serialize)]
struct PolicyJson<'a> {
    policy: usize,
    name: &'a str,
    skipped: Option<&'static str>,
    statements: Vec<StatementJson<'a>>,
}

impl<'a> PolicyJson<'a> {
    fn new(policy: &'a PolicyTrail) -> Self {
        Self {
            policy: policy.policy,
            name: &policy.name,
            skipped: policy.skipped.map(|why| match why {
                Skipped::OtherKind => "otherKind",
                Skipped::OtherAttachment => "otherAttachment",
                Skipped::NoThingBound => "noThingBound",
                Skipped::NotInGroup => "notInGroup",
                Skipped::ClientIdNotThingName => "clientIdNotThingName",
            }),
            statements: policy.statements.iter().map(StatementJson::new).collect(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StatementJson<'a> {
    statement: usize,
    span: [usize; 2],
    effect: Option<&'static str>,
    matches: &'static str,
    action_matches: &'static str,
    not_resource: bool,
    resources: Vec<ResourceJson<'a>>,
    conditions: Vec<ConditionJson<'a>>,
}

impl<'a> StatementJson<'a> {
    fn new(statement: &'a StatementTrail) -> Self {
        let resources = statement.resources.iter().map(|resource| ResourceJson {
            written: &resource.written,
            resolved: &resource.resolved,
            span: span(&resource.span),
            matches: truth(resource.outcome),
            mismatch: resource.mismatch.as_ref().map(mismatch),
        });
        let conditions = statement.conditions.iter().map(|condition| {
            let found = condition.found.as_ref().map(|found| found.as_ref().map_err(|why| no_value(*why)));
            ConditionJson {
                operator: &condition.operator,
                key: &condition.key,
                span: span(&condition.span),
                wanted: &condition.wanted,
                found: found.and_then(Result::ok).map(Vec::as_slice),
                no_value: found.and_then(Result::err),
                matches: truth(condition.outcome),
            }
        });
        Self {
            statement: statement.statement,
            span: span(&statement.span),
            effect: statement.effect.map(|effect| match effect {
                Effect::Allow => "Allow",
                Effect::Deny => "Deny",
            }),
            matches: truth(statement.outcome),
            action_matches: truth(statement.action),
            not_resource: statement.not_resource,
            resources: resources.collect(),
            conditions: conditions.collect(),
        }
    }
}

#[derive(Serialize)]
struct ResourceJson<'a> {
    written: &'a str,
    resolved: &'a [Option<String>],
    span: [usize; 2],
    matches: &'static str,
    mismatch: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConditionJson<'a> {
    operator: &'a str,
    key: &'a str,
    span: [usize; 2],
    wanted: &'a [String],
    found: Option<&'a [String]>,
    no_value: Option<&'static str>,
    matches: &'static str,
}

/// `value` and `noValue` are both `null` when nobody knows.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SubstitutionJson<'a> {
    variable: String,
    kind: &'static str,
    value: Option<&'a str>,
    no_value: Option<&'static str>,
    origin: &'static str,
}

impl<'a> SubstitutionJson<'a> {
    fn new(substitution: &'a Substitution) -> Self {
        let value = substitution.value.as_ref();
        Self {
            variable: substitution.key.name(),
            kind: kind(substitution.iam),
            value: value.and_then(|value| value.as_deref().ok()),
            no_value: value.and_then(|value| value.as_ref().err()).map(|why| no_value(*why)),
            origin: match substitution.origin {
                Origin::ClientId => "clientId",
                Origin::ThingByClientId => "thingByClientId",
                Origin::ThingByAttachment => "thingByAttachment",
                Origin::Certificate => "certificate",
                Origin::Identity => "identity",
                Origin::Connection => "connection",
                Origin::Nowhere => "nowhere",
            },
        }
    }
}

#[derive(Serialize)]
struct NeededJson {
    variable: String,
    policy: usize,
    statement: usize,
    span: [usize; 2],
}

impl NeededJson {
    fn new(needed: &MissingValue) -> Self {
        let MissingValue { key, policy, statement, span: at } = needed;
        Self { variable: key.name(), policy: *policy, statement: *statement, span: span(at) }
    }
}

#[derive(Serialize)]
struct BranchJson<'a> {
    assumed: Vec<AssumedJson<'a>>,
    exclusive: Option<bool>,
    verdict: String,
}

#[derive(Serialize)]
struct AssumedJson<'a> {
    variable: String,
    value: Option<&'a str>,
}

impl<'a> BranchJson<'a> {
    fn new(branch: &'a Branch) -> Self {
        let assumed = |(key, value): &'a (Key, Option<String>)| AssumedJson {
            variable: key.name(),
            value: value.as_deref(),
        };
        Self {
            assumed: branch.assumed.iter().map(assumed).collect(),
            exclusive: branch.exclusive,
            verdict: word(branch.verdict),
        }
    }
}

#[derive(Serialize)]
struct GapJson {
    policy: usize,
    statement: usize,
    span: [usize; 2],
    what: &'static str,
    matters: bool,
}

impl GapJson {
    fn new(gap: &Gap) -> Self {
        Self {
            policy: gap.policy,
            statement: gap.statement,
            span: span(&gap.span),
            what: match gap.kind {
                GapKind::Operator => "operator",
                GapKind::Condition => "condition",
                GapKind::Statement => "statement",
            },
            matters: gap.matters,
        }
    }
}

fn word(verdict: Verdict) -> String {
    VerdictWord(verdict).to_string()
}

const fn span(span: &Span) -> [usize; 2] {
    [span.start, span.end]
}

const fn kind(iam: bool) -> &'static str {
    if iam { "iam" } else { "iot" }
}

const fn truth(truth: Truth) -> &'static str {
    match truth {
        Truth::Yes => "yes",
        Truth::No => "no",
        Truth::Unknown => "unknown",
    }
}

const fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Documented => "documented",
        Confidence::Observed => "observed",
        Confidence::Inferred => "inferred",
    }
}

const fn mismatch(mismatch: &Mismatch) -> &'static str {
    match mismatch {
        Mismatch::NoValue { .. } => "noValue",
        Mismatch::ResourceType { .. } => "resourceType",
        Mismatch::ArnField => "arnField",
        Mismatch::LetterCase => "letterCase",
        Mismatch::MqttWildcard => "mqttWildcard",
        Mismatch::VariablesOff => "variablesOff",
        Mismatch::Text => "text",
    }
}

const fn no_value(why: NoValue) -> &'static str {
    match why {
        NoValue::ClientIdNotThing => "clientIdNotThing",
        NoValue::ThingNotAttached => "thingNotAttached",
        NoValue::NoThingAttached => "noThingAttached",
        NoValue::NotOverHttps => "notOverHttps",
        NoValue::PrincipalHasNoThing => "principalHasNoThing",
        NoValue::NotInIamPolicy => "notInIamPolicy",
        NoValue::ThingHasNoType => "thingHasNoType",
        NoValue::AttributeMissing => "attributeMissing",
        NoValue::NoCertificate => "noCertificate",
        NoValue::CertificateFieldAbsent => "certificateFieldAbsent",
        NoValue::IndexPastEnd => "indexPastEnd",
        NoValue::ForbiddenCharacter => "forbiddenCharacter",
        NoValue::TooLong => "tooLong",
        NoValue::ListInText => "listInText",
        NoValue::NotInRequest => "notInRequest",
        NoValue::UnknownName => "unknownName",
        NoValue::Undocumented => "undocumented",
        NoValue::DefaultValue => "defaultValue",
        NoValue::BeforeFifthColon => "beforeFifthColon",
    }
}
