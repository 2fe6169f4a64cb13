//! Which events the log shows.

/// What was typed to find events: words that must all be there, and sessions of which one must be meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    sessions: Vec<String>,
    words: Vec<String>,
}

impl Filter {
    /// Reads what was typed: `session:A` names a session, everything else is searched for; letter case does not matter.
    #[must_use]
    pub fn read(typed: &str) -> Self {
        let mut filter = Self::default();
        for word in typed.to_lowercase().split_whitespace() {
            match word.strip_prefix("session:") {
                // Half typed, it asks for nothing yet.
                Some("") => {}
                Some(name) => filter.sessions.push(name.to_owned()),
                None => filter.words.push(word.to_owned()),
            }
        }
        filter
    }

    /// Whether everything is shown.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.sessions.is_empty() && self.words.is_empty()
    }

    /// Whether it shows an event of this session; `line` says the event in words and is asked only where they count.
    pub fn shows(&self, session: &str, line: impl FnOnce() -> String) -> bool {
        if !self.sessions.is_empty() && !self.sessions.contains(&session.to_lowercase()) {
            return false;
        }
        if self.words.is_empty() {
            return true;
        }
        let line = line().to_lowercase();
        self.words.iter().all(|word| line.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_must_all_be_there_and_one_of_the_sessions() {
        let shows = |typed, session: &str, line: &str| Filter::read(typed).shows(session, || line.to_owned());
        assert!(shows("publish DT/", "A", "sent PUBLISH q1 dt/temperature"));
        assert!(!shows("publish cmd/", "A", "sent PUBLISH q1 dt/temperature"));
        assert!(shows("session:a", "A", ""));
        assert!(!shows("session:a", "AB", ""));
        assert!(shows("session:a session:B puback", "B", "received PUBACK"));
        assert!(!shows("session:a puback", "B", "received PUBACK"));
        assert!(Filter::read("  ").is_empty() && Filter::read("session:").is_empty());
    }
}
