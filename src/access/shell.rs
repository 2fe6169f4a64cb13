//! Words for a command line that a person copies into a POSIX shell.

use std::fmt;

/// A text that no command line should carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControlError(pub char);

/// Writes a text so that a shell takes it as one word and as nothing else.
///
/// # Errors
/// [`ControlError`] for control characters, which a terminal may carry out while they are pasted.
pub fn quote(text: &str) -> Result<String, ControlError> {
    if let Some(control) = text.chars().find(|c| c.is_control()) {
        return Err(ControlError(control));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return Ok(text.to_owned());
    }
    Ok(format!("'{}'", text.replace('\'', r"'\''")))
}

impl fmt::Display for ControlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "U+{:04X} cannot be written on a command line; leave it out", u32::from(self.0))
    }
}

impl std::error::Error for ControlError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_when_they_need_it() {
        for (text, quoted) in [
            ("temp-sensor-01", "temp-sensor-01"),
            ("a/+/b", "a/+/b"),
            ("", "''"),
            ("#", "'#'"),
            ("$aws/x", "'$aws/x'"),
            ("it's; rm -rf `x` $(y) \\ \"z\" !!", r#"'it'\''s; rm -rf `x` $(y) \ "z" !!'"#),
            ("~", "'~'"),
            ("\u{fc}\u{202e}", "'\u{fc}\u{202e}'"),
        ] {
            assert_eq!(quote(text), Ok(quoted.to_owned()));
        }
        for control in ['\n', '\r', '\t', '\0', '\u{1b}', '\u{7f}', '\u{9b}'] {
            assert_eq!(quote(&format!("a{control}b")), Err(ControlError(control)));
        }
    }

    /// A shell is the judge.
    #[cfg(not(target_arch = "wasm32"))]
    #[test]
    fn a_shell_takes_every_word_for_what_it_was() {
        let printable: String = (' '..='~').collect();
        for text in
            [printable.as_str(), "'", "''", "\\'", "-n", "", "é\u{1f600}", "a\\", "*", "{a,b}", "~root"]
        {
            let word = quote(text).unwrap();
            let output = std::process::Command::new("sh").args(["-c", &format!("printf %s {word}")]).output();
            assert_eq!(String::from_utf8(output.unwrap().stdout).unwrap(), text, "{word}");
        }
    }
}
