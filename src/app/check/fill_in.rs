//! Who connects, filled in from what is pasted: the field for it, and what came of it.
//!
//! The reading is the other program's ([`super::paste`]). A text with a private key is refused before anything keeps it.

use super::errand::Errand;
use super::paste::Filled;
use crate::app::workspace::Who;
use crate::policy::certificate::{CertificateError, holds_private_key};
use crate::policy::import::MAX_PASTE;
use crate::text::Text;
use crate::words::form;

/// The field and what is said below it.
#[derive(Clone, Debug, Default)]
pub struct FillIn {
    /// What stands in the field: what was not taken, or not yet.
    pub text: String,
    /// Why something was not taken.
    pub refused: Vec<Text>,
    /// The form as the last paste left it, and what was taken.
    filled: Option<Filled>,
    /// What the other program is reading.
    reading: Vec<String>,
}

impl FillIn {
    /// What was taken, until the form is changed.
    #[must_use]
    pub fn filled(&self, who: &Who) -> Option<&Filled> {
        self.filled.as_ref().filter(|filled| filled.who == *who)
    }

    /// Takes in what stands in the field now.
    pub(super) fn field(&mut self, text: String, who: &Who) -> Option<Errand> {
        if text.trim().is_empty() {
            // A field that was emptied because of a private key tells of it once more: that stays told.
            if !self.text.is_empty() {
                *self = Self { filled: self.filled.take(), ..Self::default() };
            }
            return None;
        }
        let errand = self.read(vec![text.clone()], Vec::new(), who);
        self.text = if errand.is_some() { text } else { String::new() };
        errand
    }

    /// Has texts read; `refused` is what is to be said besides.
    pub(super) fn read(&mut self, texts: Vec<String>, refused: Vec<Text>, who: &Who) -> Option<Errand> {
        (self.filled, self.refused, self.reading) = (None, refused, Vec::new());
        for text in texts {
            if holds_private_key(&text) {
                self.refused.push(form::nothing_taken(&CertificateError::PrivateKey));
            } else if text.len() > MAX_PASTE {
                self.refused.push(form::nothing_taken(&form::too_long_to_read(text.len(), MAX_PASTE)));
            } else {
                self.reading.push(text);
            }
        }
        let texts = self.reading.clone();
        (!texts.is_empty()).then(|| Errand::FillIn { who: Box::new(who.clone()), texts })
    }

    /// Takes in what was read of these texts for the form `from`; gives the form as it is to stand, if that is
    /// another one than `who`. An answer to an earlier paste than the last is dropped.
    pub(super) fn take_in(
        &mut self,
        from: &Who,
        texts: &[String],
        filled: Filled,
        refused: Option<Text>,
        who: &Who,
    ) -> Option<Who> {
        if self.reading != texts {
            return None;
        }
        self.reading.clear();
        if from != who {
            self.refused.push(form::nothing_taken(&form::FORM_CHANGED));
            return None;
        }
        // What could not be read stays in the field, to be mended there.
        if refused.is_none() && texts.contains(&self.text) {
            self.text.clear();
        }
        self.refused.extend(refused);
        if filled.taken.is_empty() {
            return None;
        }
        let after = (filled.who != *who).then(|| filled.who.clone());
        self.filled = Some(filled);
        after
    }
}
