//! Secrets in a text that is about to be shared.
//!
//! Knows how AWS credentials, signed URLs, tokens and private keys look, plain or in the escapes of JSON and URLs, and
//! the names that stand before them in any spelling. It looks for what is a secret by its form; a password that looks
//! like a word is found in a URL only. Certificate IDs, ARNs and the IDs of users and roles (`AIDA...`, `AROA...`) are
//! no secrets. The time grows with the length of the text alone. `tests/cases/secrets.json` has examples of both kinds.

use std::{cmp::Reverse, ops::Range};

/// Something that looks like a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Where it stands; no two overlap.
    pub span: Range<usize>,
    /// What it looks like.
    pub kind: Kind,
}

/// What a secret looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A private key in PEM.
    PrivateKey,
    /// A secret access key.
    SecretAccessKey,
    /// An access key ID: no secret by itself, but one half of one (IAM User Guide, IAM identifiers).
    AccessKeyId,
    /// A session token of AWS.
    SessionToken,
    /// The credential part of a signed URL.
    Credential,
    /// The signature of a signed URL, which is good until it expires.
    Signature,
    /// An `Authorization` header.
    Authorization,
    /// A JSON Web Token, such as Cognito gives.
    WebToken,
    /// A password in a URL.
    UrlPassword,
}

/// What [`remove`] puts in the place of a secret; nothing that [`find`] finds.
const REMOVED: &str = "<removed>";

/// Finds what looks like a secret, in the order of the text.
#[must_use]
pub fn find(text: &str) -> Vec<Secret> {
    let raw = Reading::raw(text);
    let reading = raw.unescaped();
    let mut found = reading.secrets();
    // An escape in a password would look like the end of the host.
    found.extend(raw.at(raw.url_passwords().into_iter()));
    found.sort_unstable_by_key(|secret| (secret.span.start, Reverse(secret.span.end)));
    let mut merged: Vec<Secret> = Vec::new();
    for secret in found {
        match merged.last_mut() {
            Some(last) if secret.span.start < last.span.end => {
                last.span.end = last.span.end.max(secret.span.end)
            }
            _ => merged.push(secret),
        }
    }
    merged
}

/// The text with `<removed>` in the place of each of `secrets`, as [`find`] found them.
#[must_use]
pub fn remove(text: &str, secrets: &[Secret]) -> String {
    let (mut left, mut at) = (String::with_capacity(text.len()), 0);
    for secret in secrets {
        left.push_str(text.get(at..secret.span.start).unwrap_or_default());
        left.push_str(REMOVED);
        at = secret.span.end;
    }
    left + text.get(at..).unwrap_or_default()
}

/// A text as bytes, each with the place that it comes from. A character beyond ASCII is one byte of [`OTHER`].
struct Reading {
    bytes: Vec<u8>,
    places: Vec<Range<usize>>,
}

const OTHER: u8 = 0x80;
/// JSON in JSON in a URL.
const DEEPEST_ESCAPES: usize = 3;
/// Characters between a word that announces a secret access key and the key.
const NEAR: usize = 100;

/// What was found, in places of the [`Reading`].
type Found = (Range<usize>, Kind);

impl Reading {
    fn raw(text: &str) -> Self {
        let visible = |c: &char| !matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}');
        let characters = text.char_indices().filter(|(_, c)| visible(c));
        let (bytes, places) = characters
            .map(|(at, c)| {
                (u8::try_from(c).ok().filter(u8::is_ascii).unwrap_or(OTHER), at..at + c.len_utf8())
            })
            .unzip();
        Self { bytes, places }
    }

    /// Without the escapes of JSON and URLs.
    fn unescaped(&self) -> Self {
        let mut reading = self.once();
        for _ in 1..DEEPEST_ESCAPES {
            reading = reading.once();
        }
        reading
    }

    fn once(&self) -> Self {
        let hex = |digits: &[u8]| -> Option<u8> {
            let digits =
                str::from_utf8(digits).ok().filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()))?;
            let code = u32::from_str_radix(digits, 16).ok()?;
            Some(u8::try_from(code).ok().filter(u8::is_ascii).unwrap_or(OTHER))
        };
        let (mut bytes, mut places) =
            (Vec::with_capacity(self.bytes.len()), Vec::with_capacity(self.bytes.len()));
        let mut rest = self.bytes.as_slice();
        let mut from = self.places.as_slice();
        while let Some(&first) = rest.first() {
            let (byte, length) = match rest {
                [b'\\', b'n' | b'r' | b't' | b'b' | b'f', ..] => (b'\n', 2),
                [b'\\', same @ (b'"' | b'\\' | b'/'), ..] => (*same, 2),
                [b'\\', b'u', a, b, c, d, ..] => hex(&[*a, *b, *c, *d]).map_or((first, 1), |byte| (byte, 6)),
                [b'%', a, b, ..] => hex(&[*a, *b]).map_or((first, 1), |byte| (byte, 3)),
                _ => (first, 1),
            };
            let ((_, after), (taken, later)) = (rest.split_at(length), from.split_at(length));
            bytes.push(byte);
            let end = taken.last().map_or(0, |place| place.end);
            places.push(taken.first().map_or(end, |place| place.start)..end);
            (rest, from) = (after, later);
        }
        Self { bytes, places }
    }

    /// What was found, in places of the text.
    fn at(&self, found: impl Iterator<Item = Found>) -> impl Iterator<Item = Secret> {
        found.filter_map(|(range, kind)| {
            let places = self.places.get(range)?;
            Some(Secret { span: places.first()?.start..places.last()?.end, kind })
        })
    }

    fn secrets(&self) -> Vec<Secret> {
        let key_ids: Vec<Range<usize>> = self.key_ids().collect();
        let secret_keys = self.secret_keys(&key_ids);
        let found = secret_keys.map(|range| (range, Kind::SecretAccessKey)).collect::<Vec<_>>().into_iter();
        let found = found.chain(key_ids.into_iter().map(|range| (range, Kind::AccessKeyId)));
        let found = found.chain(self.private_keys()).chain(self.named()).chain(self.tokens());
        self.at(found.chain(self.url_passwords())).collect()
    }

    /// The longest pieces of characters of a class.
    fn runs(&self, class: fn(u8) -> bool) -> impl Iterator<Item = (Range<usize>, &[u8])> {
        let pieces = self.bytes.chunk_by(move |a, b| class(*a) == class(*b)).scan(0, |end, piece| {
            *end += piece.len();
            Some((*end - piece.len()..*end, piece))
        });
        pieces.filter(move |(_, piece)| piece.first().is_some_and(|byte| class(*byte)))
    }

    /// Everything from a place on.
    fn from(&self, at: usize) -> &[u8] {
        self.bytes.get(at..).unwrap_or_default()
    }

    /// Four letters for the kind of ID, sixteen of base32 (observed; AWS states the letters only). `ABIA` and `ACCA` are
    /// credentials of single services.
    fn key_ids(&self) -> impl Iterator<Item = Range<usize>> {
        self.runs(|byte| byte.is_ascii_alphanumeric())
            .filter(|(_, run)| {
                run.len() == 20
                    && [b"AKIA", b"ASIA", b"ABIA", b"ACCA"].iter().any(|kind| run.starts_with(*kind))
                    && !run.iter().any(u8::is_ascii_lowercase)
            })
            .map(|(range, _)| range)
    }

    /// Forty characters of base64 near the word "secret" or an access key ID.
    fn secret_keys(&self, key_ids: &[Range<usize>]) -> impl Iterator<Item = Range<usize>> {
        let mut near: Vec<usize> = places(&self.bytes, b"secret").collect();
        near.extend(key_ids.iter().flat_map(|id| [id.start, id.end]));
        near.sort_unstable();
        self.runs(|byte| byte.is_ascii_alphanumeric() || b"/+".contains(&byte))
            .filter(move |(range, run)| {
                let has = |class: fn(&u8) -> bool| run.iter().any(class);
                let next = near.partition_point(|at| *at < range.start);
                let before = next.checked_sub(1).and_then(|last| near.get(last)).map(|at| range.start - at);
                let after = near.get(next).map(|at| at.saturating_sub(range.end));
                run.len() == 40
                    && before.into_iter().chain(after).any(|distance| distance <= NEAR)
                    && has(u8::is_ascii_uppercase)
                    && has(u8::is_ascii_lowercase)
                    && has(|byte| !byte.is_ascii_alphabetic())
                    && !run.iter().all(u8::is_ascii_hexdigit)
            })
            .map(|(range, _)| range)
    }

    /// From `-----BEGIN` to the end of the `-----END` line, or to where the base64 text ends.
    fn private_keys(&self) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        for begin in places(&self.bytes, b"-begin ") {
            if found.last().is_some_and(|(last, _)| begin < last.end) {
                continue;
            }
            let title = self.from(begin).get(..60).unwrap_or_else(|| self.from(begin));
            let Some(title) = places(title, b"private key").next() else { continue };
            let dashes = self
                .bytes
                .get(..begin)
                .unwrap_or_default()
                .iter()
                .rev()
                .take_while(|byte| **byte == b'-')
                .count();
            let end = self.end_of_key(begin + title + "private key".len());
            found.push((begin - dashes..end, Kind::PrivateKey));
        }
        found
    }

    /// The end of a private key, from behind the words "private key" of its first line.
    fn end_of_key(&self, title: usize) -> usize {
        let rest =
            skip(self.from(title), |byte| *byte == b'-' || byte.is_ascii_alphabetic() || *byte == b' ');
        let pair = (0..rest.len()).find(|at| rest.get(*at..*at + 2) == Some(b"--")).unwrap_or(rest.len());
        let last = skip(rest.get(pair..).unwrap_or_default(), |byte| *byte == b'-');
        let left = if places(last.get(..3).unwrap_or_default(), b"end").next().is_some() {
            let title = last.iter().position(|byte| b"-\n\"".contains(byte)).unwrap_or(last.len());
            skip(last.get(title..).unwrap_or_default(), |byte| *byte == b'-')
        } else {
            // Cut: as far as it looks like a key.
            skip(rest, |byte| {
                byte.is_ascii_whitespace() || byte.is_ascii_alphanumeric() || b"+/=".contains(byte)
            })
        };
        self.bytes.len() - left.len()
    }

    /// Values whose name says what they are, as in signed URLs and headers.
    fn named(&self) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        for (range, name) in self.runs(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
            if name.len() > 40 || found.last().is_some_and(|(last, _)| range.start < last.end) {
                continue;
            }
            let name = folded(name);
            let kind = match name.as_str() {
                "xamzsignature" => Kind::Signature,
                "xamzcredential" => Kind::Credential,
                "authorization" => Kind::Authorization,
                _ if name.starts_with("aws4hmac") => Kind::Authorization,
                _ if name.ends_with("securitytoken") || name.ends_with("sessiontoken") => Kind::SessionToken,
                _ => continue,
            };
            let quiet = |byte: &u8| b"\"' \t".contains(byte);
            let rest = skip(self.from(range.end), quiet);
            let value = if name.starts_with("aws4hmac") {
                // In a URL this is the algorithm; in a header the rest follows.
                Some(rest).filter(|rest| {
                    places(rest.get(..11).unwrap_or_default(), b"credential=").next() == Some(0)
                })
            } else {
                rest.split_first()
                    .filter(|(sign, _)| b"=:".contains(sign))
                    .map(|(_, value)| skip(value, quiet))
            };
            let Some(value) = value else { continue };
            let scheme = folded(value.get(..10).unwrap_or(value));
            let length = if kind != Kind::Authorization {
                value.iter().position(|byte| !token(*byte)).unwrap_or(value.len())
            } else if ["aws4hmac", "bearer", "basic", "credential"]
                .iter()
                .any(|known| scheme.starts_with(known))
            {
                value.iter().position(|byte| b"\n\r\"'".contains(byte)).unwrap_or(value.len())
            } else {
                continue;
            };
            let mut words = value.get(..length).unwrap_or_default().split(|byte| !token(*byte));
            // What stands for a value is shorter: `...`, or no word at all. Behind these two schemes comes one word.
            let word = match scheme.get(..5) {
                Some("beare" | "basic") if kind == Kind::Authorization => words.nth(1),
                _ => words.max_by_key(|word| word.len()),
            };
            if word.is_some_and(|word| word.len() >= 8) {
                let start = self.bytes.len() - value.len();
                found.push((start..start + length, kind));
            }
        }
        found
    }

    /// Tokens that say by their beginning what they are: those of AWS (observed), and three parts of base64url that begin
    /// with `{"`.
    fn tokens(&self) -> impl Iterator<Item = Found> {
        let aws =
            self.runs(|byte| byte.is_ascii_alphanumeric() || b"/+".contains(&byte)).filter(|(_, run)| {
                run.len() >= 64
                    && ["IQoJ", "FwoG", "FQoG", "AQoD"].iter().any(|begin| run.starts_with(begin.as_bytes()))
            });
        let web =
            self.runs(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)).filter(|(_, run)| {
                let mut parts = run.split(|byte| *byte == b'.');
                let mut part = || parts.next().filter(|part| part.len() >= 10);
                let (header, payload, signature) = (part(), part(), part());
                header.is_some_and(|header| header.starts_with(b"eyJ"))
                    && payload.is_some_and(|payload| signature.is_some() || payload.starts_with(b"eyJ"))
            });
        let aws = aws.map(|(range, _)| (range, Kind::SessionToken));
        aws.chain(web.map(|(range, _)| (range, Kind::WebToken)))
    }

    fn url_passwords(&self) -> Vec<Found> {
        let end = |byte: &u8| byte.is_ascii_whitespace() || b"/?#\"'<>\\".contains(byte);
        let passwords = places(&self.bytes, b"://").filter_map(|at| {
            let authority = self.from(at + 3).split(end).next()?;
            let host = authority.iter().rposition(|byte| *byte == b'@')?;
            let colon = authority.iter().position(|byte| *byte == b':').filter(|colon| colon + 1 < host)?;
            // Not what stands for a password in a template.
            let first = authority.get(colon + 1)?;
            (!b"$<{*[".contains(first)).then_some((at + 4 + colon..at + 3 + host, Kind::UrlPassword))
        });
        passwords.collect()
    }
}

/// The places of a word in any letter case, `-`, `_` and space being the same.
fn places<'a>(bytes: &'a [u8], word: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let same = |a: &u8, b: &u8| a.eq_ignore_ascii_case(b) || (b"-_ ".contains(a) && *b == b' ');
    let fits = move |window: &[u8]| window.iter().zip(word).all(|(a, b)| same(a, b));
    bytes.windows(word.len()).enumerate().filter(move |(_, window)| fits(window)).map(|(at, _)| at)
}

/// A name without letter case and separators.
fn folded(name: &[u8]) -> String {
    let kept = name.iter().filter(|byte| !b"-_".contains(byte));
    kept.map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}

fn skip(bytes: &[u8], class: impl Fn(&u8) -> bool) -> &[u8] {
    let length = bytes.iter().position(|byte| !class(byte)).unwrap_or(bytes.len());
    bytes.get(length..).unwrap_or_default()
}

const fn token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'.' | b'~' | b'-')
}
