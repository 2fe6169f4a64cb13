//! The outcome of a test run as JUnit XML, the form that CI systems read: one `testsuite` a file.

use std::fmt::Write as _;

use super::{VerdictWord, json::Judged};

/// The outcome as XML, with a line break at its end.
#[must_use]
pub fn outcome(judged: &[Judged]) -> String {
    let failures = |cases: &[Judged]| cases.iter().filter(|case| !case.passed()).count();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites tests=\"{}\" failures=\"{}\">", judged.len(), failures(judged));
    for suite in judged.chunk_by(|one, next| one.file == next.file) {
        let file = suite.first().map_or_else(String::new, |case| escaped(&case.file));
        let _ = writeln!(
            out,
            "  <testsuite name=\"{file}\" tests=\"{}\" failures=\"{}\">",
            suite.len(),
            failures(suite)
        );
        for case in suite {
            let id = escaped(&case.id);
            if case.passed() {
                let _ = writeln!(out, "    <testcase classname=\"{file}\" name=\"{id}\"/>");
                continue;
            }
            let (expected, got) = (VerdictWord(case.expected), VerdictWord(case.verdict));
            let headline = escaped(&case.headline);
            let _ = write!(
                out,
                "    <testcase classname=\"{file}\" name=\"{id}\">\n      \
                 <failure message=\"expected {expected}, got {got}\" type=\"{}\">{headline}</failure>\n    \
                 </testcase>\n",
                case.reason
            );
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// Text for XML 1.0, which has no place for control characters: they become U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_takes_every_text() {
        assert_eq!(escaped("a<b>&\"c\"\n\u{1}ä"), "a&lt;b&gt;&amp;&quot;c&quot;&#10;\u{fffd}ä");
    }
}
