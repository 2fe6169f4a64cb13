//! From the typed text to a [`Filter`] and its mistakes.

use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

use super::{
    DIRECTIONS, EVENTS, Filter, Group, KEYS, Key, MAX_TERMS, MAX_TEXT, Mistake, STATES, State, Test, Wrong,
};
use crate::iot::time::Instant;
use crate::iot::topic;
use crate::mqtt::PacketKind;

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// What is asked for, mistakes aside.
    pub filter: Filter,
    /// In the order of the text.
    pub mistakes: Vec<Mistake>,
}

/// A term as it stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    /// All of it, quotes and `-` included.
    pub(super) span: Range<usize>,
    pub(super) negated: bool,
    /// What stands before the first colon outside quotes.
    pub(super) key: Option<String>,
    /// Without quotes and escapes.
    pub(super) value: String,
    /// Where the value begins, with its quote.
    pub(super) value_at: usize,
    /// It has a quote, so that it means a text even if it looks like a word of the language.
    quoted: bool,
    open: bool,
}

/// Reads what was typed.
#[must_use]
pub fn read(typed: &str) -> Reading {
    let mut reading = Reading::default();
    if typed.len() > MAX_TEXT {
        reading.mistakes.push(Mistake { span: 0..typed.len(), wrong: Wrong::TooLong });
        return reading;
    }
    let mut groups: Vec<(Option<Key>, Group)> = Vec::new();
    for (count, term) in terms(typed).enumerate() {
        if count == MAX_TERMS {
            reading.mistakes.push(Mistake { span: term.span.start..typed.len(), wrong: Wrong::TooManyTerms });
            break;
        }
        if term.open {
            reading.mistakes.push(Mistake { span: term.span.clone(), wrong: Wrong::QuoteNotClosed });
        }
        match test(&term) {
            Ok(Some((key, test))) => {
                let joins = |(other, group): &&mut (Option<Key>, Group)| *other == key && !group.none;
                match groups.iter_mut().find(joins).filter(|_| key.is_some() && !term.negated) {
                    Some((_, group)) => group.tests.push(test),
                    None => groups.push((key, Group { none: term.negated, tests: vec![test] })),
                }
            }
            Ok(None) => {}
            Err(wrong) => reading.mistakes.push(Mistake { span: term.span, wrong }),
        }
    }
    // Stable: what is cheap comes first, the payload late and the line last.
    groups.sort_by_key(|(_, group)| match group.tests.first() {
        Some(Test::Text(_)) => 2,
        Some(Test::Payload(_)) => 1,
        _ => 0,
    });
    reading.filter.groups = groups.into_iter().map(|(_, group)| group).collect();
    reading
}

/// The test of a term, with its key where values of that key are alternatives; nothing while it is half typed.
fn test(term: &Term) -> Result<Option<(Option<Key>, Test)>, Wrong> {
    let value = term.value.as_str();
    let Some(word) = &term.key else {
        return Ok(match value {
            "" => None,
            value if !term.quoted && value.eq_ignore_ascii_case("denied") => {
                Some((Some(Key::Is), Test::Is(State::Denied)))
            }
            value => Some((None, Test::Text(value.to_lowercase()))),
        });
    };
    let key = find(KEYS, word).ok_or(Wrong::UnknownKey)?;
    if value.is_empty() {
        return Ok(None);
    }
    let number = |most: u32| {
        let number = match value.strip_prefix("0x").or_else(|| value.strip_prefix("0X")) {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => value.parse(),
        };
        number.ok().filter(|number| *number <= most).ok_or(Wrong::NotANumber(key))
    };
    let known = Wrong::UnknownValue(key);
    let test = match key {
        Key::Session => Test::Session(value.to_lowercase()),
        Key::Client => Test::Client(value.to_owned()),
        Key::Connection => Test::Connection(number(u32::MAX)?),
        Key::Type => {
            let kinds = (1..=15_u8).filter_map(|kind| PacketKind::of(kind << 4));
            match (
                find(EVENTS, value),
                kinds.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(value)),
            ) {
                (Some(event), _) => Test::Event(event),
                (None, kind) => Test::Packet(kind.ok_or(known)?),
            }
        }
        Key::Topic => {
            topic::check_filter(value).map_err(Wrong::NotAFilter)?;
            Test::Topic(value.to_owned())
        }
        Key::Dir => Test::Dir(find(DIRECTIONS, value).ok_or(known)?),
        Key::Qos => Test::Qos(number(2).ok().and_then(|level| u8::try_from(level).ok()).ok_or(known)?),
        Key::Code => Test::Code(u16::try_from(number(0xFFFF)?).unwrap_or(u16::MAX)),
        Key::Is => Test::Is(find(STATES, value).ok_or(known)?),
        Key::Payload => Test::Payload(value.as_bytes().to_vec()),
        Key::After => Test::After(seconds(value).ok_or(Wrong::NotATime(key))?),
        Key::Before => Test::Before(seconds(value).ok_or(Wrong::NotATime(key))?),
    };
    let joins = !matches!(key, Key::Payload | Key::After | Key::Before);
    Ok(Some((joins.then_some(key), test)))
}

fn find<T: Copy>(words: &[(&str, T)], word: &str) -> Option<T> {
    words.iter().find(|(one, _)| one.eq_ignore_ascii_case(word)).map(|(_, value)| *value)
}

/// Seconds with at most three decimals.
fn seconds(text: &str) -> Option<Instant> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 3 {
        return None;
    }
    let (whole, part): (u64, u64) = (whole.parse().ok()?, format!("{part:0<3}").parse().ok()?);
    Some(Instant(whole.checked_mul(1000)?.checked_add(part)?))
}

/// The terms of a text, one after the other.
pub(super) fn terms(text: &str) -> impl Iterator<Item = Term> {
    let mut characters = text.char_indices().peekable();
    std::iter::from_fn(move || {
        while characters.next_if(|(_, c)| c.is_whitespace()).is_some() {}
        let start = characters.peek()?.0;
        Some(term(start, text.len(), &mut characters))
    })
}

fn term(start: usize, end: usize, characters: &mut Peekable<CharIndices<'_>>) -> Term {
    let negated = characters.next_if(|(_, c)| *c == '-').is_some();
    let value_at = start + usize::from(negated);
    let mut term = Term {
        span: start..end,
        negated,
        key: None,
        value: String::new(),
        value_at,
        quoted: false,
        open: false,
    };
    while let Some((at, c)) = characters.next_if(|(_, c)| term.open || !c.is_whitespace()) {
        match c {
            '"' => {
                term.quoted = true;
                term.open = !term.open;
            }
            '\\' if term.open => term.value.extend(characters.next().map(|(_, c)| c)),
            ':' if !term.quoted && term.key.is_none() => {
                term.key = Some(std::mem::take(&mut term.value));
                term.value_at = at + 1;
            }
            c => term.value.push(c),
        }
    }
    term.span.end = characters.peek().map_or(end, |(at, _)| *at);
    term
}
