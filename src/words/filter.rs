//! What is wrong with a filter of the log.

use super::Text;
use crate::timeline::filter::{KEYS, Key, MAX_TERMS, MAX_TEXT, Mistake, Wrong};

/// One mistake of the text that was typed.
#[must_use]
pub fn mistake(typed: &str, mistake: &Mistake) -> Text {
    let term = Text::new().code(typed.get(mistake.span.clone()).unwrap_or_default());
    match &mistake.wrong {
        Wrong::UnknownKey => {
            let keys: Vec<&str> = KEYS.iter().map(|(word, _)| *word).collect();
            term.say(": there is no such field. There are ")
                .code(keys.join(", "))
                .say("; put a text with a colon in quotes.")
        }
        Wrong::UnknownValue(key) => {
            term.say(": ").code(key.word()).say(" takes one of ").code(key.values().join(", ")).say(".")
        }
        Wrong::NotANumber(Key::Connection) => {
            term.say(": write the number of a connection, such as ").code("connection:2").say(".")
        }
        Wrong::NotANumber(key) => {
            let word = key.word();
            term.say(": write a number, such as ")
                .code(format!("{word}:135"))
                .say(" or ")
                .code(format!("{word}:0x87"))
                .say(".")
        }
        Wrong::NotATime(key) => term
            .say(": write seconds with at most three decimals, such as ")
            .code(format!("{}:1.5", key.word()))
            .say("."),
        Wrong::NotAFilter(why) => term.say(format!(": {why}.")),
        Wrong::QuoteNotClosed => term.say(": the quote is not closed."),
        Wrong::TooLong => Text::new().say(format!("The filter is longer than {MAX_TEXT} bytes.")),
        Wrong::TooManyTerms => {
            Text::new().say(format!("The filter has more than {MAX_TERMS} terms; the rest is passed over."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::mistake;
    use crate::timeline::filter::read;

    #[test]
    fn a_mistake_says_what_to_write() {
        let typed = "x qos:9";
        let said: Vec<String> =
            read(typed).mistakes.iter().map(|one| mistake(typed, one).to_string()).collect();
        assert_eq!(said, ["`qos:9`: `qos` takes one of `0, 1, 2`."]);
    }
}
