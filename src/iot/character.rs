//! Characters that the eye does not see, or takes for others.

/// The first character of a name that deceives the eye, and the text before it: one without a shape of its own, white
/// space at an end, or a letter that passes for a Latin one.
#[must_use]
pub fn deceptive(text: &str) -> Option<(&str, char)> {
    let (first, last) = (text.len() - text.trim_start().len(), text.trim_end().len());
    let outside = |at: usize, c: char| c.is_whitespace() && (at < first || at >= last);
    text.char_indices()
        .find(|&(at, c)| is_invisible(c) || outside(at, c) || (is_foreign(c) && stands_in_latin(text, at)))
        .map(|(at, c)| (text.get(..at).unwrap_or_default(), c))
}

/// Without characters that have no shape of their own and without white space at the ends.
#[must_use]
pub fn visible(text: &str) -> String {
    let shown: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    shown.trim().to_owned()
}

/// Characters that have no shape of their own (Unicode: control and format characters, spaces other than U+0020).
#[must_use]
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e01ef}')
}

/// Greek and Cyrillic: the scripts whose letters are taken for Latin ones.
#[must_use]
pub fn is_foreign(c: char) -> bool {
    c.is_alphabetic() && matches!(c, '\u{370}'..='\u{52f}')
}

/// Whether a Latin letter stands in the same word.
#[must_use]
pub fn stands_in_latin(text: &str, at: usize) -> bool {
    let (before, after) = text.split_at_checked(at).unwrap_or_default();
    let word = |c: &char| c.is_alphabetic();
    before
        .chars()
        .rev()
        .take_while(word)
        .chain(after.chars().take_while(word))
        .any(|c| c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_character_that_deceives_is_found_with_what_stands_before_it() {
        for (text, expected) in [
            ("dev", None),
            ("my device", None),
            ("größe", None),
            ("Θερμο", None),
            ("dev ", Some(("dev", ' '))),
            (" dev", Some(("", ' '))),
            ("dev\u{a0}", Some(("dev", '\u{a0}'))),
            ("dev\u{3000}", Some(("dev", '\u{3000}'))),
            ("dev\u{2028}", Some(("dev", '\u{2028}'))),
            ("d\u{200b}ev", Some(("d", '\u{200b}'))),
            ("\u{202e}dev", Some(("", '\u{202e}'))),
            ("d\u{435}v", Some(("d", '\u{435}'))),
            ("a\tb ", Some(("a", '\t'))),
        ] {
            assert_eq!(deceptive(text), expected, "{text:?}");
        }
        assert_eq!(visible(" d\u{200b}ev\u{2028}"), "dev");
    }
}
