//! How a verdict looks: a sign, a word and a colour, never the colour alone.

use yew::prelude::*;

use crate::broker;
use crate::policy::explain::Confidence;
use crate::policy::{ReasonCode, Verdict};
use crate::words::{Piece, Text};

/// A look.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::app::browser) enum Tone {
    Allowed,
    ExplicitDeny,
    ImplicitDeny,
    CannotTell,
    /// No verdict at all.
    Nothing,
}

impl From<Verdict> for Tone {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Allowed => Self::Allowed,
            Verdict::ExplicitDeny => Self::ExplicitDeny,
            Verdict::ImplicitDeny => Self::ImplicitDeny,
            Verdict::CannotTell => Self::CannotTell,
        }
    }
}

impl From<broker::Verdict> for Tone {
    fn from(verdict: broker::Verdict) -> Self {
        match verdict {
            broker::Verdict::Allowed => Self::Allowed,
            broker::Verdict::Refused => Self::ImplicitDeny,
        }
    }
}

impl Tone {
    pub(in crate::app::browser) const fn class(self) -> &'static str {
        match self {
            Self::Allowed => "is-allowed",
            Self::ExplicitDeny => "is-explicit",
            Self::ImplicitDeny => "is-implicit",
            Self::CannotTell => "is-unknown",
            Self::Nothing => "is-none",
        }
    }

    /// One word for a table cell.
    pub(in crate::app::browser) const fn word(self) -> &'static str {
        match self {
            Self::Allowed => "Allowed",
            Self::ExplicitDeny => "Forbidden",
            Self::ImplicitDeny => "Denied",
            Self::CannotTell => "Cannot tell",
            Self::Nothing => "No connection",
        }
    }

    /// Tick, octagon with a cross, dashed circle with a cross, diamond with a question mark, dash.
    pub(in crate::app::browser) fn sign(self) -> Html {
        let shape = match self {
            Self::Allowed => html! {
                <path d="m5 12.5 4.5 4.5L19 7.5" />
            },
            Self::ExplicitDeny => html! {
                <><path d="M8.3 3h7.4L21 8.3v7.4L15.7 21H8.3L3 15.7V8.3z" /><path d="m9 9 6 6m0-6-6 6" /></>
            },
            Self::ImplicitDeny => html! {
                <><circle cx="12" cy="12" r="9" stroke-dasharray="3.2 2.45" /><path d="m9 9 6 6m0-6-6 6" /></>
            },
            Self::CannotTell => html! {
                <><path d="m12 2 10 10-10 10L2 12z" /><path d="M9.8 9.6a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.7m0 2.7v.3" /></>
            },
            Self::Nothing => html! { <path d="M6 12h12" /> },
        };
        html! {
            <svg class="c-sign" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.2"
                stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{ shape }</svg>
        }
    }
}

/// Words with values in code type.
pub(in crate::app::browser) fn text(text: &Text) -> Html {
    text.0
        .iter()
        .map(|piece| match piece {
            Piece::Plain(words) => html! { { words } },
            Piece::Code(value) => html! { <code translate="no">{ value }</code> },
        })
        .collect()
}

/// How sure a claim about AWS is.
pub(in crate::app::browser) fn confidence(confidence: Confidence) -> Html {
    let (word, title) = match confidence {
        Confidence::Documented => ("documented", "AWS documentation says so"),
        Confidence::Observed => ("observed", "Users have seen it; AWS documentation does not say it"),
        Confidence::Inferred => {
            ("inferred", "It follows from what is documented; nobody has stated or shown it")
        }
    };
    html! { <span class="c-mark" {title}>{ word }</span> }
}

/// The stable code of a reason.
pub(in crate::app::browser) fn code(reason: ReasonCode) -> Html {
    html! { <code class="c-mark" translate="no">{ reason.as_str() }</code> }
}
