//! Permalinks: a JSON text as the fragment of a URL, and back.
//!
//! # Format
//!
//! `<version>.<payload>`, version 1 being the only one so far. The payload is base64url (RFC 4648, section 5) without
//! padding of this frame:
//!
//! | bytes | meaning |
//! |---|---|
//! | 2 | length of the stream in bytes, most significant byte first |
//! | 4 | CRC-32 (as in gzip and PNG) of the stream followed by the text, most significant byte first |
//! | rest | the stream: the text in UTF-8 as raw DEFLATE (RFC 1951) with `dictionary-1.txt` as preset dictionary |
//!
//! The length tells a link that was cut from one that was damaged; the checksum covers every bit that the length does
//! not, and the text, so that a wrong dictionary is noticed too. With zlib, in Python:
//!
//! ```python
//! stream = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, dictionary)
//! stream = stream.compress(text) + stream.flush()
//! frame = struct.pack(">HI", len(stream), zlib.crc32(text, zlib.crc32(stream))) + stream
//! "1." + base64.urlsafe_b64encode(frame).rstrip(b"=").decode()
//! ```
//!
//! # Invariants
//!
//! - What [`write()`] makes, [`read`] reads, in this and in every later version of this program: a dictionary never
//!   changes, a change of the format is a new version beside the old ones. `tests/cases/links` holds it to that.
//! - The same text gives the same link everywhere; other programs may pack it differently.
//! - Damage is an error, never another text.
//!
//! The text nests at most [`MAX_DEPTH`] deep, so that readers with recursion are safe; whether it is JSON at all, and of
//! which shape, its reader decides. Hand-made links are read by [`read_plain`].

use base64ct::{Base64UrlUnpadded, Encoding};
use miniz_oxide::{
    deflate::core::{
        CompressorOxide, TDEFLFlush, TDEFLStatus, compress_to_output, create_comp_flags_from_zip_params,
        deflate_flags::TDEFL_FORCE_ALL_STATIC_BLOCKS,
    },
    inflate::{
        TINFLStatus,
        core::{DecompressorOxide, decompress, inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF},
    },
};

pub use super::plain::{Plain, read_plain};

/// Longest fragment, in characters.
pub const MAX_FRAGMENT: usize = 16 * 1024;
/// Longest text in a link, in bytes. Inflating stops there.
pub const MAX_TEXT: usize = 256 * 1024;
/// Deepest nesting of arrays and objects in the text.
pub const MAX_DEPTH: usize = 32;

/// What a text of version 1 is likely to hold, the likeliest last. Frozen: a changed byte breaks every link.
const DICTIONARY: &[u8] = include_bytes!("dictionary-1.txt");
/// Characters of length and checksum in the payload: 6 bytes are a whole number of base64 groups.
const HEADER: usize = 8;
/// The version and its dot.
const PREFIX: &str = "1.";

/// Why a text cannot become a link, or a fragment is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// Not the fragment of a link of this page at all; other fragments have other uses.
    NotALink,
    /// A version that is not known here, as it is written.
    Version(String),
    /// The fragment is, or would be, longer than [`MAX_FRAGMENT`].
    FragmentTooLong(usize),
    /// The text is longer than [`MAX_TEXT`].
    TextTooLong,
    /// The text nests deeper than [`MAX_DEPTH`].
    TooDeep,
    /// Characters are missing or too many.
    Length {
        /// Characters of the whole fragment as the link itself says; `None` when it was cut before it says that.
        expected: Option<usize>,
        /// Characters that are there.
        found: usize,
    },
    /// As long as it should be, but characters have changed.
    Damaged,
    /// The link is whole, but what it holds is not UTF-8.
    NotUtf8,
    /// A hand-made link has a parameter that is not known.
    Parameter(String),
    /// A parameter of a hand-made link has a `%` that does not stand for a character.
    Escape(String),
}

/// The fragment, without `#`, of a link that holds `text`.
///
/// # Errors
/// When the text or its link is too long, or the text nests too deep: just what [`read`] would refuse.
pub fn write(text: &str) -> Result<String, LinkError> {
    if text.len() > MAX_TEXT {
        return Err(LinkError::TextTooLong);
    }
    if deeper(text) {
        return Err(LinkError::TooDeep);
    }
    // Short texts are often shorter with the fixed Huffman code; the encoder does not try by itself.
    let streams = [deflate(text, 0), deflate(text, TDEFL_FORCE_ALL_STATIC_BLOCKS)];
    let stream = streams.into_iter().min_by_key(Vec::len).unwrap_or_default();
    let characters = characters(stream.len());
    let length = match u16::try_from(stream.len()) {
        Ok(length) if characters <= MAX_FRAGMENT => length,
        _ => return Err(LinkError::FragmentTooLong(characters)),
    };
    let checksum = crc32(stream.iter().chain(text.as_bytes()));
    let frame = [&length.to_be_bytes()[..], &checksum.to_be_bytes(), &stream].concat();
    Ok(format!("{PREFIX}{}", Base64UrlUnpadded::encode_string(&frame)))
}

/// The text of a link, from its fragment without `#`.
///
/// # Errors
/// When it is not a link, of another version, too long, cut, damaged, or holds what [`write()`] would refuse.
pub fn read(fragment: &str) -> Result<String, LinkError> {
    let (version, payload) = fragment.split_once('.').ok_or(LinkError::NotALink)?;
    if version.is_empty() || version.len() > 4 || !version.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(LinkError::NotALink);
    }
    if version != "1" {
        return Err(LinkError::Version(version.to_owned()));
    }
    let found = fragment.chars().count();
    if fragment.len() > MAX_FRAGMENT {
        return Err(LinkError::FragmentTooLong(found));
    }
    let Some((header, _)) = payload.split_at_checked(HEADER) else {
        return Err(LinkError::Length { expected: None, found });
    };
    let header = Base64UrlUnpadded::decode_vec(header).map_err(|_| LinkError::Damaged)?;
    let &[high, low, c0, c1, c2, c3] = header.as_slice() else { return Err(LinkError::Damaged) };
    let expected = characters(u16::from_be_bytes([high, low]).into());
    if expected != found {
        return Err(LinkError::Length { expected: Some(expected), found });
    }
    let frame = Base64UrlUnpadded::decode_vec(payload).map_err(|_| LinkError::Damaged)?;
    let stream = frame.get(header.len()..).unwrap_or_default();
    let text = inflate(stream)?;
    if crc32(stream.iter().chain(&text)) != u32::from_be_bytes([c0, c1, c2, c3]) {
        return Err(LinkError::Damaged);
    }
    let text = String::from_utf8(text).map_err(|_| LinkError::NotUtf8)?;
    if deeper(&text) { Err(LinkError::TooDeep) } else { Ok(text) }
}

/// Characters of the fragment for a stream of so many bytes.
const fn characters(stream: usize) -> usize {
    PREFIX.len() + HEADER + (stream * 4).div_ceil(3)
}

/// The text as raw DEFLATE that refers to the dictionary. `flags` are added to those of the slowest level.
fn deflate(text: &str, flags: u32) -> Vec<u8> {
    let mut encoder = CompressorOxide::new(create_comp_flags_from_zip_params(10, -15, 0) | flags);
    let mut stream = Vec::new();
    // The encoder takes no dictionary, but a window filled by compressing it does the same. After the flush the output
    // begins anew at a whole byte, so the part before it can be left away.
    let (filled, _) = compress_to_output(&mut encoder, DICTIONARY, TDEFLFlush::Sync, |_| true);
    let (done, _) = compress_to_output(&mut encoder, text.as_bytes(), TDEFLFlush::Finish, |bytes| {
        stream.extend_from_slice(bytes);
        true
    });
    debug_assert_eq!((filled, done), (TDEFLStatus::Okay, TDEFLStatus::Done));
    stream
}

/// What the stream stands for, when it is one whole stream.
fn inflate(stream: &[u8]) -> Result<Vec<u8>, LinkError> {
    let mut window = DICTIONARY.to_vec();
    window.resize(DICTIONARY.len() + MAX_TEXT, 0);
    let (status, read, written) = decompress(
        &mut DecompressorOxide::new(),
        stream,
        &mut window,
        DICTIONARY.len(),
        TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF,
    );
    match status {
        TINFLStatus::Done if read == stream.len() => {
            window.truncate(DICTIONARY.len() + written);
            Ok(window.split_off(DICTIONARY.len()))
        }
        TINFLStatus::HasMoreOutput => Err(LinkError::TextTooLong),
        _ => Err(LinkError::Damaged),
    }
}

/// The CRC-32 of gzip and PNG, bit by bit: the texts are short, a table would outweigh this.
fn crc32<'a>(bytes: impl Iterator<Item = &'a u8>) -> u32 {
    !bytes.fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

/// Whether arrays and objects nest deeper than [`MAX_DEPTH`]. Brackets in strings do not count.
fn deeper(json: &str) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    json.bytes().any(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > MAX_DEPTH
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_is_the_one_of_gzip() {
        assert_eq!(crc32(b"123456789".iter()), 0xcbf4_3926);
    }

    #[test]
    fn depth_counts_no_brackets_in_strings() {
        assert!(!deeper(&format!("[\"{}\\\"{}\"]", "[".repeat(99), "{".repeat(99))));
        assert!(!deeper(&("[".repeat(32) + &"]".repeat(32))));
        assert!(deeper(&"[".repeat(33)));
    }

    /// Links are broken by a change of the dictionary; a new one is a new version.
    #[test]
    fn dictionary_is_frozen() {
        assert_eq!((DICTIONARY.len(), crc32(DICTIONARY.iter())), (7_796, 0x0ae7_e1f3));
        assert!(DICTIONARY.len() <= 32 * 1024, "the window of DEFLATE");
    }
}
