//! Files that the user opened, as the browser read them.

use crate::text::Text;
use crate::words::form;

/// At most this many files are read at once.
pub const MAX_FILES: usize = 50;

/// Files that were opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// Each with its name, and its text or what is wrong with it.
    pub files: Vec<(String, Result<String, String>)>,
    /// How many more were not read.
    pub left_out: usize,
}

impl Opened {
    /// The texts with the names of their files, and what is to be said of the other files.
    #[must_use]
    pub fn texts(self) -> (Vec<(String, String)>, Vec<Text>) {
        let (mut texts, mut told) = (Vec::new(), Vec::new());
        for (name, read) in self.files {
            match read {
                Ok(text) => texts.push((name, text)),
                Err(why) => told.push(form::file_refused(&name, &why)),
            }
        }
        if self.left_out > 0 {
            told.push(form::files_left_out(self.left_out, MAX_FILES));
        }
        (texts, told)
    }
}
