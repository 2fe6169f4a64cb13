//! What is wrong with the text of a policy, and where. Data only: the sentences are in `words`.

use std::ops::Range;

/// A range of bytes of the text. Always on character borders.
pub type Span = Range<usize>;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; the policy is accepted.
    Note,
    /// Accepted by AWS as far as is known, but does not do what it says.
    Warning,
    /// AWS would refuse the policy.
    Error,
}

/// One finding about the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong.
    pub problem: Problem,
    /// Where.
    pub span: Span,
}

impl Diagnostic {
    /// How bad it is.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        match self.problem {
            Problem::ByteOrderMark
            | Problem::MissingVersion { uses_variables: false }
            | Problem::ActionCase { .. } => Severity::Note,
            Problem::UnknownAction { .. }
            | Problem::DefaultValue
            | Problem::OpenVariable
            | Problem::VariableTooEarly
            | Problem::DuplicateSid { .. }
            | Problem::VariablesOff
            | Problem::Computed { .. }
            | Problem::MissingVersion { uses_variables: true } => Severity::Warning,
            _ => Severity::Error,
        }
    }

    /// The stable code that the page, the command line and the documentation use.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self.problem {
            Problem::Syntax { .. }
            | Problem::TrailingComma
            | Problem::Empty
            | Problem::ByteOrderMark
            | Problem::DuplicateKey { .. } => "IPL-P001",
            Problem::Comment { .. } => "IPL-P002",
            Problem::MissingElement { .. } => "IPL-P003",
            Problem::UnknownAction { .. } | Problem::ActionCase { .. } => "IPL-P004",
            Problem::SecondDocument => "IPL-P005",
            Problem::TypographicQuotes { .. } => "IPL-P006",
            Problem::TooLong { .. }
            | Problem::TextTooLarge { .. }
            | Problem::PasteTooLarge { .. }
            | Problem::TooDeep => "IPL-P007",
            Problem::WrongType { .. }
            | Problem::UnknownElement { .. }
            | Problem::UnsupportedElement { .. }
            | Problem::BothElements { .. }
            | Problem::BadEffect { .. }
            | Problem::DuplicateSid { .. } => "IPL-P008",
            Problem::UnsupportedVersion { .. } | Problem::MissingVersion { .. } | Problem::VariablesOff => {
                "IPL-P009"
            }
            Problem::UnknownVariable { .. }
            | Problem::DefaultValue
            | Problem::OpenVariable
            | Problem::VariableTooEarly => "IPL-P010",
            Problem::UnknownOperator { .. } => "IPL-C002",
            Problem::NotAnArn => "IPL-P011",
            Problem::Computed { .. } | Problem::YamlTemplate => "IPL-P012",
            Problem::EatenByTemplate { .. } => "IPL-P013",
            Problem::PrivateKey => "IPL-P014",
        }
    }
}

/// A closed list of what can be wrong with the text of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// There is no policy in the text.
    Empty,
    /// Not JSON here.
    Syntax {
        /// What would be valid, such as a comma or `]`.
        expected: &'static str,
        /// The character that stands there; `None` at the end of the text.
        found: Option<char>,
    },
    /// A comment, which JSON does not have.
    Comment {
        /// `#`, `//` or `/*`.
        opener: &'static str,
    },
    /// A comma with nothing after it.
    TrailingComma,
    /// The text begins with U+FEFF.
    ByteOrderMark,
    /// The same name twice in one object; the later one counts, as in most JSON readers.
    DuplicateKey {
        /// The name.
        key: String,
    },
    /// Quotes such as U+201C instead of `"`. The span is the whole text in quotes.
    TypographicQuotes {
        /// The character.
        quote: char,
    },
    /// A second policy begins here.
    SecondDocument,
    /// More characters than AWS takes, white space not counted.
    TooLong {
        /// Characters without white space.
        characters: usize,
    },
    /// More text than is read at all; see [`super::document::MAX_TEXT`].
    TextTooLarge {
        /// Bytes of the text.
        bytes: usize,
    },
    /// Nested deeper than [`super::json::MAX_DEPTH`].
    TooDeep,
    /// An element that must be there is not.
    MissingElement {
        /// The element, such as `Resource`.
        element: &'static str,
        /// The statement, from 0; `None` for the policy itself.
        statement: Option<usize>,
    },
    /// An element has a value of the wrong kind.
    WrongType {
        /// The element.
        element: &'static str,
        /// What it has to be.
        expected: &'static str,
    },
    /// A name that the policy language does not have.
    UnknownElement {
        /// The name as written.
        name: String,
    },
    /// An element that belongs to policies on resources, not to an AWS IoT Core policy.
    UnsupportedElement {
        /// `Principal` or `NotPrincipal`.
        name: String,
    },
    /// An element and its opposite in one statement, such as `Action` and `NotAction`.
    BothElements {
        /// The positive one.
        element: &'static str,
    },
    /// An effect that is neither `Allow` nor `Deny`.
    BadEffect {
        /// As written.
        value: String,
    },
    /// Two statements with one `Sid`.
    DuplicateSid {
        /// The name.
        sid: String,
    },
    /// A `Version` other than `2012-10-17` and `2008-10-17`.
    UnsupportedVersion {
        /// As written.
        value: String,
    },
    /// No `Version`: then it is `2008-10-17` and variables are plain text.
    MissingVersion {
        /// Whether the policy holds `${`.
        uses_variables: bool,
    },
    /// The policy says `2008-10-17` and uses `${`, which is then plain text.
    VariablesOff,
    /// An action that matches nothing known.
    UnknownAction {
        /// As written.
        name: String,
        /// The known name it resembles.
        nearest: Option<&'static str>,
    },
    /// A known action in other letters.
    ActionCase {
        /// The name as AWS writes it.
        known: &'static str,
    },
    /// A variable name that AWS IoT Core does not have.
    UnknownVariable {
        /// As written, without `${` and `}`.
        name: String,
    },
    /// `${name, 'default'}`: not documented for AWS IoT Core.
    DefaultValue,
    /// `${` without `}`.
    OpenVariable,
    /// A variable before the fifth colon of an ARN, where none is allowed.
    VariableTooEarly,
    /// A condition operator that does not exist or is not modelled.
    UnknownOperator {
        /// As written.
        name: String,
    },
    /// A template computes this when it is deployed.
    Computed {
        /// As written, possibly cut.
        what: String,
    },
    /// A template takes this policy variable for its own, because `${` is not escaped.
    EatenByTemplate {
        /// The variable, without `${` and `}`.
        name: String,
        /// What to write for `${`.
        escape: &'static str,
    },
    /// A template in YAML, which is not read.
    YamlTemplate,
    /// A private key: nothing of the text is read or kept.
    PrivateKey,
    /// More text than is searched for policies; see [`super::import::MAX_PASTE`].
    PasteTooLarge {
        /// Bytes of the text.
        bytes: usize,
    },
    /// A resource that is neither `*` nor begins with `arn:`.
    NotAnArn,
}
