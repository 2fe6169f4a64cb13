//! The JSON of a suite, read strictly: what is malformed is named with its case and field, in our words.
//!
//! Policies are judged whatever AWS would say of them, as a suite may be about just that.

pub(crate) mod fields;
pub(crate) mod mapping;
pub(crate) mod schema;
pub(crate) mod write;

use std::{collections::BTreeMap, error::Error, fmt};

use fields::{FromJson as _, Object, Wrong, list};
use serde_json::{error::Category, value::RawValue};

pub(super) use write::suite as write;

use super::{Case, MAX_CASES, MAX_TEXT, Suite};
use crate::policy::{Switches, explain::Switch};

const FORMAT: &str = "policylab-suite/1";

/// Why a text is not a suite. Its words are the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SuiteError {
    /// Longer than [`MAX_TEXT`].
    TooLong {
        /// Bytes.
        bytes: usize,
    },
    /// More than [`MAX_CASES`].
    TooMany {
        /// Cases.
        cases: usize,
    },
    /// Not JSON.
    Json {
        /// From 1.
        line: usize,
        /// In bytes, from 1; 0 before the first.
        column: usize,
        /// What is wrong there.
        problem: &'static str,
    },
    /// No case in it.
    Empty,
    /// The `format` is another one.
    Format {
        /// As written.
        found: String,
    },
    /// A field is missing, unknown or cannot be what is written.
    Field {
        /// The case; `None` for what surrounds the cases.
        case: Option<CaseName>,
        /// The way to the field from the case, such as `policies[0].type`; empty for the case itself.
        field: String,
        /// What is wrong and what to write.
        problem: String,
    },
    /// Two cases have one name.
    Twice {
        /// The name.
        id: String,
        /// The cases, from 1.
        cases: [usize; 2],
    },
}

/// How a case is called in an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseName {
    /// By its name.
    Id(String),
    /// By its place, from 1, when it has no name that could be read.
    Number(usize),
}

impl fmt::Display for SuiteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { bytes } => write!(f, "the suite has {bytes} bytes; at most {MAX_TEXT} are read"),
            Self::TooMany { cases } => {
                write!(f, "the suite has {cases} cases; at most {MAX_CASES} are judged, so split it")
            }
            Self::Json { line, column, problem } => write!(f, "line {line}, column {column}: {problem}"),
            Self::Empty => f.write_str("the suite has no case; write at least one"),
            Self::Format { found } => write!(f, "unknown format `{found}`; write `{FORMAT}`"),
            Self::Field { case, field, problem } => {
                match case {
                    Some(CaseName::Id(id)) => write!(f, "case `{id}`")?,
                    Some(CaseName::Number(number)) => write!(f, "case number {number}")?,
                    None => {}
                }
                let comma = if case.is_some() && !field.is_empty() { ", " } else { "" };
                f.write_str(comma)?;
                if !field.is_empty() {
                    write!(f, "field `{field}`")?;
                }
                let colon = if case.is_some() || !field.is_empty() { ": " } else { "" };
                write!(f, "{colon}{problem}")
            }
            Self::Twice { id, cases: [first, second] } => {
                write!(f, "the cases number {first} and {second} are both called `{id}`; rename one")
            }
        }
    }
}

impl Error for SuiteError {}

impl From<Wrong> for SuiteError {
    fn from(Wrong { field, problem }: Wrong) -> Self {
        Self::Field { case: None, field, problem }
    }
}

/// Reads a suite.
pub(super) fn parse(text: &str) -> Result<Suite, SuiteError> {
    if text.len() > MAX_TEXT {
        return Err(SuiteError::TooLong { bytes: text.len() });
    }
    let text = text.trim_start_matches('\u{feff}');
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| not_json(text, &error))?;
    let (cases, switches) = if raw.get().starts_with('[') {
        (list(raw, "")?, Switches::NONE)
    } else if raw.get().starts_with('{') {
        let mut file = Object::new(raw, "")?;
        let format: String = file.needed("format", &format!("`\"{FORMAT}\"`"))?;
        if format != FORMAT {
            return Err(SuiteError::Format { found: format });
        }
        let switches = switches(&file.or_default::<Vec<String>>("switches")?)?;
        let cases = file.raw("cases");
        file.finish()?;
        let cases = cases.ok_or_else(|| Wrong::new("cases", "is missing; write a list of cases"))?;
        (list(cases, "cases")?, switches)
    } else {
        let problem = format!("write a list of cases, or `{{\"format\": \"{FORMAT}\", \"cases\": [...]}}`");
        return Err(Wrong::new("", problem).into());
    };
    if cases.len() > MAX_CASES {
        return Err(SuiteError::TooMany { cases: cases.len() });
    }
    let cases = cases.into_iter().zip(1..).map(|(raw, number)| case(raw, number, switches));
    let cases = cases.collect::<Result<Vec<_>, _>>()?;
    let mut seen = BTreeMap::new();
    for (case, number) in cases.iter().zip(1..) {
        if let Some(first) = seen.insert(case.id.as_str(), number) {
            return Err(SuiteError::Twice { id: case.id.clone(), cases: [first, number] });
        }
    }
    if cases.is_empty() { Err(SuiteError::Empty) } else { Ok(Suite { cases }) }
}

/// The undecided points that are turned over, by name.
fn switches(names: &[String]) -> Result<Switches, Wrong> {
    names.iter().enumerate().try_fold(Switches::NONE, |switches, (at, name)| match Switch::parse(name) {
        Some(switch) if switches.thrown(switch) => {
            Err(Wrong::new(format!("switches[{at}]"), format!("`{name}` stands there twice; write it once")))
        }
        Some(switch) => Ok(switches.turned(switch)),
        None => Err(Wrong::new(
            format!("switches[{at}]"),
            format!("`{name}` is no undecided point; write one, such as `GROUP_NEEDS_CLIENT_ID`"),
        )),
    })
}

fn case(raw: &RawValue, number: usize, switches: Switches) -> Result<Case, SuiteError> {
    schema::CaseJson::read(raw, "").and_then(|json| mapping::case(json, switches)).map_err(
        |Wrong { field, problem }| {
            let id = Object::new(raw, "").and_then(|mut object| object.or_default::<String>("id"));
            let name = match id {
                Ok(id) if !id.is_empty() => CaseName::Id(id),
                _ => CaseName::Number(number),
            };
            SuiteError::Field { case: Some(name), field, problem }
        },
    )
}

fn not_json(text: &str, error: &serde_json::Error) -> SuiteError {
    let problem = match error.classify() {
        _ if text.trim().is_empty() => "the text is empty; write a list of cases",
        Category::Eof => "the JSON is not complete; a bracket or a quote is not closed",
        _ => {
            "this is not JSON; look for a comment, a missing or superfluous comma, a name without quotes, \
             or text after the end"
        }
    };
    SuiteError::Json { line: error.line(), column: error.column(), problem }
}
