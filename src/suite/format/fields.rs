//! JSON objects read field by field, so that every error names its place and says what to write.
//!
//! `null` stands for a field that is not there. A field that nobody asks for, or that stands twice, is an error.
//! Values stay raw until they are asked for: a policy keeps its text, byte for byte.

use std::{collections::BTreeMap, fmt};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// What is wrong with a field of a case.
#[derive(Debug)]
pub(crate) struct Wrong {
    /// The way from the case, such as `policies[0].type`; empty for the case itself.
    pub(crate) field: String,
    /// What is wrong and what to write.
    pub(crate) problem: String,
}

impl Wrong {
    pub(crate) fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }
}

/// A value that JSON can hold.
pub(crate) trait FromJson: Sized {
    /// Reads the value that stands at `path`.
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong>;
}

/// An enum whose values are words.
pub(crate) trait Word: Copy + 'static {
    /// The words and what they stand for.
    const WORDS: &'static [(&'static str, Self)];
}

/// What a raw value is, with its article; numbers and such as they are written.
fn kind(raw: &RawValue) -> String {
    match raw.get().chars().next() {
        Some('"') => "a text".to_owned(),
        Some('{') => "an object".to_owned(),
        Some('[') => "a list".to_owned(),
        _ => format!("`{}`", raw.get().chars().take(40).collect::<String>()),
    }
}

impl FromJson for String {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        if !raw.get().starts_with('"') {
            return Err(Wrong::new(path, format!("write a text in quotes, not {}", kind(raw))));
        }
        // JSON all the same, as the text around it was read: only half a character is left to go wrong.
        serde_json::from_str(raw.get())
            .map_err(|_| Wrong::new(path, "a `\\u` escape is half a character; write both halves or none"))
    }
}

impl FromJson for bool {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        match raw.get() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(Wrong::new(path, format!("write true or false without quotes, not {}", kind(raw)))),
        }
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        list(raw, path)?
            .iter()
            .zip(0_usize..)
            .map(|(item, at)| T::read(item, &format!("{path}[{at}]")))
            .collect()
    }
}

impl<T: FromJson> FromJson for BTreeMap<String, T> {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        let Object { fields, .. } = Object::new(raw, path)?;
        let read = |(name, raw): (String, &RawValue)| {
            let value = T::read(raw, &join(path, &name))?;
            Ok((name, value))
        };
        fields.into_iter().map(read).collect()
    }
}

impl<T: Word> FromJson for T {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        let written: Option<String> = serde_json::from_str(raw.get()).ok();
        let found = T::WORDS.iter().find(|(word, _)| written.as_deref() == Some(word));
        found.map(|(_, value)| *value).ok_or_else(|| {
            let words =
                T::WORDS.iter().map(|(word, _)| format!("`\"{word}\"`")).collect::<Vec<_>>().join(", ");
            let found = written.map_or_else(|| kind(raw), |written| format!("`\"{written}\"`"));
            Wrong::new(path, format!("{found} is none of the values; write one of {words}"))
        })
    }
}

/// The items of a list.
pub(crate) fn list<'a>(raw: &'a RawValue, path: &str) -> Result<Vec<&'a RawValue>, Wrong> {
    serde_json::from_str(raw.get())
        .map_err(|_| Wrong::new(path, format!("write a list in `[` and `]`, not {}", kind(raw))))
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// An object whose fields are taken one by one.
pub(crate) struct Object<'a> {
    path: String,
    fields: Vec<(String, &'a RawValue)>,
    asked: Vec<&'static str>,
}

impl<'a> Object<'a> {
    /// Reads an object; no name stands in it twice.
    pub(crate) fn new(raw: &'a RawValue, path: &str) -> Result<Self, Wrong> {
        if !raw.get().starts_with('{') {
            return Err(Wrong::new(path, format!("write an object in `{{` and `}}`, not {}", kind(raw))));
        }
        let Members(fields) = serde_json::from_str(raw.get()).map_err(|_| {
            Wrong::new(path, "the name of a field is no text; write both halves of a `\\u` escape")
        })?;
        let mut seen = std::collections::BTreeSet::new();
        if let Some((name, _)) = fields.iter().find(|(name, _)| !seen.insert(name.as_str())) {
            return Err(Wrong::new(join(path, name), "stands twice; remove one"));
        }
        Ok(Self { path: path.to_owned(), fields, asked: Vec::new() })
    }

    /// The way to a field.
    pub(crate) fn path(&self, name: &str) -> String {
        join(&self.path, name)
    }

    /// The names of all fields that were not taken.
    pub(crate) fn names(&self) -> Vec<String> {
        self.fields.iter().map(|(name, _)| name.clone()).collect()
    }

    /// A field that was not taken.
    pub(crate) fn find(&self, name: &str) -> Option<&'a RawValue> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, raw)| *raw)
    }

    /// Takes a field as it is written; `None` when it is not there or `null`.
    pub(crate) fn raw(&mut self, name: &'static str) -> Option<&'a RawValue> {
        self.asked.push(name);
        let at = self.fields.iter().position(|(field, _)| field == name)?;
        let (_, raw) = self.fields.remove(at);
        (raw.get() != "null").then_some(raw)
    }

    /// Takes a field that may be missing.
    pub(crate) fn optional<T: FromJson>(&mut self, name: &'static str) -> Result<Option<T>, Wrong> {
        let path = self.path(name);
        self.raw(name).map(|raw| T::read(raw, &path)).transpose()
    }

    /// Takes a field that is the empty or usual value when it is missing.
    pub(crate) fn or_default<T: FromJson + Default>(&mut self, name: &'static str) -> Result<T, Wrong> {
        self.optional(name).map(Option::unwrap_or_default)
    }

    /// Takes a field that must be there; `meaning` says what to write.
    pub(crate) fn needed<T: FromJson>(&mut self, name: &'static str, meaning: &str) -> Result<T, Wrong> {
        let path = self.path(name);
        self.optional(name)?.ok_or_else(|| Wrong::new(path, format!("is missing; write {meaning}")))
    }

    /// Ends the reading: what was not taken is not of the format.
    pub(crate) fn finish(self) -> Result<(), Wrong> {
        let Some((name, _)) = self.fields.first() else { return Ok(()) };
        let known = self.asked.join("`, `");
        Err(Wrong::new(self.path(name), format!("is no field of the format; there are `{known}`")))
    }
}

/// The fields of an object in their order, repeated names included.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Members(fields))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}
