//! From the text to the lesson: JSON, read by the machinery of suites and scenarios.
//!
//! Every name must lead somewhere, every text has a length, every alternative must be playable: what is wrong is named
//! with its place.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use super::{
    Alternative, Ask, Change, Check, Choice, Claim, Control, Editable, FORMAT, HINTS, INDEX_FORMAT, Kind,
    Lesson, Level, Listed, MAX_ID, MAX_SECONDS, MAX_SENTENCE, MAX_STEPS, MAX_TEXT, MAX_TITLE, Prediction,
    Stated, Step, Target, Value,
};
use crate::lab::format::{self, Names, ScenarioError};
use crate::lab::scenario::Scenario;
use crate::policy::context::Field;
use crate::policy::reindent::reindent;
use crate::policy::{Request, Verdict};
use crate::suite::format::fields::{FromJson, Object, Word, Wrong, list};

pub(super) fn read(text: &str) -> Result<Lesson, ScenarioError> {
    format::whole(text, "lesson", MAX_TEXT, lesson)
}

pub(super) fn read_index(text: &str) -> Result<Vec<Listed>, ScenarioError> {
    format::whole(text, "list of lessons", MAX_TEXT, |raw| {
        let mut file = Object::new(raw, "")?;
        the_format(&mut file, INDEX_FORMAT)?;
        let mut lessons: Vec<Listed> = Vec::new();
        for (raw, path) in items(&mut file, "lessons", "the lessons")? {
            let lesson = Listed::read(raw, &path)?;
            if lessons.iter().any(|other| other.id == lesson.id) {
                let problem = format!("`{}` is the ID of two; rename one", lesson.id);
                return Err(Wrong::new(format!("{path}.id"), problem));
            }
            lessons.push(lesson);
        }
        file.finish()?;
        Ok(lessons)
    })
}

impl FromJson for Listed {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        let mut object = Object::new(raw, path)?;
        let id = text(&mut object, "id", "the name of its file", MAX_ID)?;
        if !id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
            return Err(Wrong::new(object.path("id"), "write small letters, digits and hyphens"));
        }
        let listed = Self {
            id,
            title: text(&mut object, "title", "a few words", MAX_TITLE)?,
            about: text(&mut object, "about", "one sentence", MAX_SENTENCE)?,
            kind: object.needed("kind", "`\"lesson\"` or `\"challenge\"`")?,
            level: object.needed("level", "for whom it is, such as `\"beginner\"`")?,
            minutes: object.needed::<Number<60>>("minutes", "how long it takes, such as `5`")?.0,
            steps: object.needed::<Number<MAX_STEPS>>("steps", "how many steps it has")?.0,
        };
        object.finish()?;
        Ok(listed)
    }
}

/// Takes the name of the format, which must be this one.
fn the_format(file: &mut Object<'_>, wanted: &str) -> Result<(), Wrong> {
    let format: String = file.needed("format", &format!("`\"{wanted}\"`"))?;
    if format == wanted {
        return Ok(());
    }
    Err(Wrong::new("format", format!("unknown format `{format}`; write `\"{wanted}\"`")))
}

fn lesson(raw: &RawValue) -> Result<Lesson, Wrong> {
    let mut file = Object::new(raw, "")?;
    the_format(&mut file, FORMAT)?;
    let title = text(&mut file, "title", "a few words", MAX_TITLE)?;
    let about = text(&mut file, "about", "one sentence for the list of lessons", MAX_SENTENCE)?;
    let kind = file.needed("kind", "`\"lesson\"` or `\"challenge\"`")?;
    let level = file.needed("level", "for whom it is, such as `\"beginner\"`")?;
    let minutes: Number<60> = file.needed("minutes", "how long it takes, such as `5`")?;
    let policies = file.or_default::<BTreeMap<String, Document>>("policies")?;
    let policies: BTreeMap<String, String> =
        policies.into_iter().map(|(name, text)| (name, text.0)).collect();
    let mut used = BTreeSet::new();
    let mut steps = Vec::new();
    for (raw, path) in items(&mut file, "steps", "the steps")? {
        steps.push(step(raw, &path, &policies, &mut used)?);
    }
    if steps.is_empty() || steps.len() > MAX_STEPS {
        let problem = format!("there are {} steps; write 1 to {MAX_STEPS}", steps.len());
        return Err(Wrong::new("steps", problem));
    }
    file.finish()?;
    if let Some(name) = policies.keys().find(|name| !used.contains(*name)) {
        return Err(Wrong::new(format!("policies.{name}"), "is used by no step; remove it"));
    }
    Ok(Lesson { title, about, kind, level, minutes: minutes.0, steps, policies })
}

fn step(
    raw: &RawValue,
    path: &str,
    policies: &BTreeMap<String, String>,
    used: &mut BTreeSet<String>,
) -> Result<Step, Wrong> {
    let mut object = Object::new(raw, path)?;
    let title = text(&mut object, "title", "a few words", MAX_TITLE)?;
    let at = object.path("scenario");
    let raw = object.raw("scenario").ok_or_else(|| Wrong::new(&at, "is missing; write what is played"))?;
    let scenario = scenario(raw, &at, policies)?;
    used.extend(scenario.identities.iter().flat_map(|who| &who.policies).map(|policy| policy.name.clone()));
    let scene = Scene { names: Names::of(&scenario), written: raw.get(), policies };
    let step = Step {
        title,
        text: claims(&mut object, "text", &scene)?,
        prediction: prediction(&mut object, &scene)?,
        after: claims(&mut object, "after", &scene)?,
        facts: object.or_default("facts")?,
        change: change(&mut object, &scene)?,
        written: raw.get().to_owned(),
        scenario: scenario.clone(),
    };
    if step.text.is_empty() {
        return Err(Wrong::new(object.path("text"), "is missing; write at least one paragraph"));
    }
    object.finish()?;
    Ok(step)
}

/// What the parts of a step speak of.
struct Scene<'a> {
    names: Names,
    written: &'a str,
    policies: &'a BTreeMap<String, String>,
}

fn scenario(raw: &RawValue, path: &str, policies: &BTreeMap<String, String>) -> Result<Scenario, Wrong> {
    let within = |Wrong { field, problem }: Wrong| {
        let dot = if field.is_empty() { "" } else { "." };
        Wrong::new(format!("{path}{dot}{field}"), problem)
    };
    let scenario = format::scenario(raw, &|name| policies.get(name).cloned()).map_err(within)?;
    if scenario.end.0 > MAX_SECONDS * 1000 {
        let problem = format!("a run of a lesson ends within {MAX_SECONDS} seconds; shorten it");
        return Err(Wrong::new(format!("{path}.end"), problem));
    }
    Ok(scenario)
}

fn prediction(step: &mut Object<'_>, scene: &Scene<'_>) -> Result<Option<Prediction>, Wrong> {
    let path = step.path("predict");
    let Some(raw) = step.raw("predict") else { return Ok(None) };
    let mut object = Object::new(raw, &path)?;
    let question = text(&mut object, "question", "what the learner predicts", MAX_SENTENCE)?;
    let mut choices = Vec::new();
    for (raw, path) in items(&mut object, "choices", "what can be predicted")? {
        let mut choice = Object::new(raw, &path)?;
        let assumes = optional_text(&mut choice, "assumes", MAX_SENTENCE)?;
        let claim = claim(&mut choice, scene)?;
        choice.finish()?;
        if claim.holds.is_empty() {
            return Err(Wrong::new(
                format!("{path}.holds"),
                "is missing; write what makes this choice the right one",
            ));
        }
        choices.push(Choice { claim, assumes });
    }
    if !(2..=5).contains(&choices.len()) {
        let problem = format!("there are {} choices; write 2 to 5", choices.len());
        return Err(Wrong::new(object.path("choices"), problem));
    }
    object.finish()?;
    Ok(Some(Prediction { question, choices }))
}

fn change(step: &mut Object<'_>, scene: &Scene<'_>) -> Result<Option<Change>, Wrong> {
    let path = step.path("change");
    let Some(raw) = step.raw("change") else { return Ok(None) };
    let mut object = Object::new(raw, &path)?;
    let task = text(&mut object, "task", "what the learner is to do", MAX_SENTENCE)?;
    let mut editable = Vec::new();
    for (raw, path) in items(&mut object, "editable", "what can be changed")? {
        editable.push(self::editable(raw, &path, scene)?);
    }
    if !editable.iter().any(|place| place.solution.is_some()) {
        return Err(Wrong::new(
            object.path("editable"),
            "no `solution` stands in it; write how the goal is reached",
        ));
    }
    let goal = claims(&mut object, "goal", scene)?;
    if goal.is_empty() || goal.iter().any(|claim| claim.holds.is_empty()) {
        let problem = "write what is wanted, each with what it `holds`";
        return Err(Wrong::new(object.path("goal"), problem));
    }
    let mut hints = Vec::new();
    for (raw, path) in items(&mut object, "hints", "a nudge, a narrowing and the way itself")? {
        hints.push(limited(String::read(raw, &path)?, &path, MAX_SENTENCE)?);
    }
    if hints.len() != HINTS {
        let problem = format!(
            "there are {} hints; write {HINTS}: a nudge, a narrowing and the way itself",
            hints.len()
        );
        return Err(Wrong::new(object.path("hints"), problem));
    }
    let solved = claims(&mut object, "solved", scene)?;
    object.finish()?;
    Ok(Some(Change { task, editable, goal, hints, solved }))
}

fn editable(raw: &RawValue, path: &str, scene: &Scene<'_>) -> Result<Editable, Wrong> {
    let mut object = Object::new(raw, path)?;
    let label = text(&mut object, "label", "what it is", MAX_TITLE)?;
    let solution_at = object.path("solution");
    let editable = match (object.optional::<String>("path")?, object.optional::<String>("policy")?) {
        (Some(place), None) => {
            let solution = object.raw("solution");
            let range = format::range(scene.written, &place).and_then(|range| scene.written.get(range));
            let stands = range.ok_or_else(|| {
                Wrong::new(
                    object.path("path"),
                    format!("in the scenario there is no `{place}`; write what stands there"),
                )
            })?;
            let control = match object.raw("options") {
                Some(raw) => Control::Options(alternatives(raw, &object.path("options"), &place, scene)?),
                None => Control::Line,
            };
            let value = |json: &str, at: &str| match &control {
                Control::Options(options) => {
                    let option = options.iter().position(|option| same(&option.json, json));
                    option
                        .map(Value::Option)
                        .ok_or_else(|| Wrong::new(at, "is none of the `options`; add it to them"))
                }
                _ => serde_json::from_str(json)
                    .map(Value::Text)
                    .map_err(|_| Wrong::new(at, "is no text; write `options` for what is none")),
            };
            let start = value(stands, path)?;
            let solution = solution.map(|raw| value(raw.get(), &solution_at)).transpose()?;
            Editable { label, target: Target::Path(place), control, start, solution }
        }
        (None, Some(name)) => {
            let text = scene.policies.get(&name).ok_or_else(|| {
                Wrong::new(
                    object.path("policy"),
                    format!("there is no `{name}` under `policies`; write it there"),
                )
            })?;
            let solution = object.optional::<Document>("solution")?.map(|text| Value::Text(text.0));
            let start = Value::Text(text.clone());
            Editable { label, target: Target::Policy(name), control: Control::Policy, start, solution }
        }
        _ => {
            let problem = "write either the `path` to it in the scenario or the name of a `policy`";
            return Err(Wrong::new(path, problem));
        }
    };
    object.finish()?;
    if editable.solution.as_ref() == Some(&editable.start) {
        return Err(Wrong::new(solution_at, "is what stands there at first; remove it"));
    }
    Ok(editable)
}

/// Each must leave a scenario that can be played.
fn alternatives(
    raw: &RawValue,
    path: &str,
    place: &str,
    scene: &Scene<'_>,
) -> Result<Vec<Alternative>, Wrong> {
    let mut alternatives = Vec::new();
    for (raw, at) in list(raw, path)?.into_iter().zip(0_usize..) {
        let path = format!("{path}[{at}]");
        let mut object = Object::new(raw, &path)?;
        let text = text(&mut object, "text", "what it is", MAX_TITLE)?;
        let at = object.path("value");
        let raw =
            object.raw("value").ok_or_else(|| Wrong::new(&at, "is missing; write what then stands there"))?;
        object.finish()?;
        let mut written = scene.written.to_owned();
        if let Some(range) = format::range(&written, place) {
            written.replace_range(range, raw.get());
        }
        if let Err(error) = format::read(&written, |name| scene.policies.get(name).cloned()) {
            return Err(Wrong::new(at, format!("the scenario cannot be read with it: {}", error.problem)));
        }
        alternatives.push(Alternative { text, json: raw.get().to_owned() });
    }
    if alternatives.len() < 2 {
        return Err(Wrong::new(path, "write at least two alternatives"));
    }
    Ok(alternatives)
}

/// Whether two texts are the same JSON.
fn same(one: &str, other: &str) -> bool {
    let read = |text| serde_json::from_str::<serde_json::Value>(text).ok();
    read(one) == read(other)
}

fn claims(object: &mut Object<'_>, name: &'static str, scene: &Scene<'_>) -> Result<Vec<Claim>, Wrong> {
    let path = object.path(name);
    let Some(raw) = object.raw(name) else { return Ok(Vec::new()) };
    let items = list(raw, &path)?.into_iter().zip(0_usize..);
    let read = |(raw, at): (&RawValue, usize)| {
        let path = format!("{path}[{at}]");
        if raw.get().starts_with('"') {
            let text = limited(String::read(raw, &path)?, &path, MAX_SENTENCE)?;
            return Ok(Claim { text, holds: Vec::new() });
        }
        let mut object = Object::new(raw, &path)?;
        let claim = claim(&mut object, scene)?;
        object.finish()?;
        Ok(claim)
    };
    items.map(read).collect()
}

/// The fields of a claim; others may stand beside them.
fn claim(object: &mut Object<'_>, scene: &Scene<'_>) -> Result<Claim, Wrong> {
    let text = text(object, "text", "the sentence", MAX_SENTENCE)?;
    let path = object.path("holds");
    let raw = object.raw("holds").map(|raw| list(raw, &path)).transpose()?.unwrap_or_default();
    let holds = raw.into_iter().zip(0_usize..).map(|(raw, at)| check(raw, &format!("{path}[{at}]"), scene));
    Ok(Claim { text, holds: holds.collect::<Result<_, _>>()? })
}

fn check(raw: &RawValue, path: &str, scene: &Scene<'_>) -> Result<Check, Wrong> {
    let mut object = Object::new(raw, path)?;
    let check = match object.optional::<Asked>("ask")? {
        None => Check::Came(format::expected(&mut object, path, &scene.names)?),
        Some(action) => {
            let who: String = object.needed("who", "who asks, by a name under `who`")?;
            let who = scene.names.who(&who, &object.path("who"))?;
            let ask = Ask {
                who: usize::try_from(who).unwrap_or(usize::MAX),
                client_id: object.needed("clientId", "the client ID of who asks")?,
                request: request(&mut object, action)?,
            };
            let path = object.path("verdict");
            let verdicts = match object.raw("verdict") {
                Some(raw) if raw.get().starts_with('[') => FromJson::read(raw, &path)?,
                Some(raw) => vec![Verdict::read(raw, &path)?],
                None => return Err(Wrong::new(path, "is missing; write the verdict, such as `\"allow\"`")),
            };
            Check::Answered(ask, verdicts)
        }
    };
    object.finish()?;
    Ok(check)
}

#[derive(Clone, Copy)]
enum Asked {
    Connect,
    Publish,
    Subscribe,
    Receive,
}

impl Word for Asked {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("iot:Connect", Self::Connect),
        ("iot:Publish", Self::Publish),
        ("iot:Subscribe", Self::Subscribe),
        ("iot:Receive", Self::Receive),
    ];
}

fn request(object: &mut Object<'_>, action: Asked) -> Result<Request, Wrong> {
    let qos = 0;
    Ok(match action {
        Asked::Connect => Request::Connect { persistent: Field::Given(false), will: None },
        Asked::Publish => {
            Request::Publish { topic: object.needed("topic", "the topic name")?, qos, retain: false }
        }
        Asked::Subscribe => {
            Request::Subscribe { filter: object.needed("topicFilter", "the topic filter")?, qos }
        }
        Asked::Receive => Request::Receive { topic: object.needed("topic", "the topic name")?, share: None },
    })
}

impl FromJson for Stated {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        let mut object = Object::new(raw, path)?;
        let stated = Self {
            text: text(&mut object, "text", "the fact", MAX_SENTENCE)?,
            sure: object.needed("sure", "how sure it is, such as `\"documented\"`")?,
            source: text(&mut object, "source", "who says so", MAX_SENTENCE)?,
            fact: object.needed("fact", "the row of the reference that it is, such as `\"D-deny-wins\"`")?,
        };
        object.finish()?;
        Ok(stated)
    }
}

impl Word for Kind {
    const WORDS: &'static [(&'static str, Self)] =
        &[("lesson", Self::Lesson), ("challenge", Self::Challenge)];
}

impl Word for Level {
    const WORDS: &'static [(&'static str, Self)] =
        &[("beginner", Self::Beginner), ("intermediate", Self::Intermediate), ("advanced", Self::Advanced)];
}

/// From 1 to `MOST`.
struct Number<const MOST: usize>(usize);

impl<const MOST: usize> FromJson for Number<MOST> {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        let number = raw.get().parse().ok().filter(|number| (1..=MOST).contains(number));
        let problem = || Wrong::new(path, format!("write a whole number from 1 to {MOST}, without quotes"));
        number.map(Self).ok_or_else(problem)
    }
}

/// The text of a policy that stands there as an object, a line for each member.
struct Document(String);

impl FromJson for Document {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        Object::new(raw, path)?;
        let text = reindent(raw.get())
            .map_err(|_| Wrong::new(path, "is longer than a policy can be; shorten it"))?;
        Ok(Self(text))
    }
}

/// The items of a list that must be there, each with its path.
fn items<'a>(
    object: &mut Object<'a>,
    name: &'static str,
    meaning: &str,
) -> Result<Vec<(&'a RawValue, String)>, Wrong> {
    let path = object.path(name);
    let raw = object.raw(name);
    let raw = raw.ok_or_else(|| Wrong::new(&path, format!("is missing; write {meaning} as a list")))?;
    let items = list(raw, &path)?.into_iter().zip(0_usize..);
    Ok(items.map(|(raw, at)| (raw, format!("{path}[{at}]"))).collect())
}

fn text(object: &mut Object<'_>, name: &'static str, meaning: &str, most: usize) -> Result<String, Wrong> {
    let path = object.path(name);
    limited(object.needed(name, meaning)?, &path, most)
}

fn optional_text(object: &mut Object<'_>, name: &'static str, most: usize) -> Result<Option<String>, Wrong> {
    let path = object.path(name);
    let text: Option<String> = object.optional(name)?;
    text.map(|text| limited(text, &path, most)).transpose()
}

/// Not empty, not too long, and every backtick has its other half.
fn limited(text: String, path: &str, most: usize) -> Result<String, Wrong> {
    let length = text.chars().count();
    if text.trim().is_empty() {
        return Err(Wrong::new(path, "is empty; write something"));
    }
    if length > most {
        return Err(Wrong::new(
            path,
            format!("has {length} characters; at most {most} are read, so split it"),
        ));
    }
    if text.matches('`').count() % 2 == 1 {
        return Err(Wrong::new(path, "a backtick has no other half; close the code"));
    }
    Ok(text)
}
