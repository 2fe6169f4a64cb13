//! AWS Region names.

use std::fmt;

/// Longest Region name that is looked at, in bytes.
pub const MAX_REGION: usize = 32;

/// An AWS Region such as `eu-west-1`: lower-case words and a number at the end, joined by hyphens.
///
/// The form is checked, not the list: new Regions come every year.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(String);

impl Region {
    /// Reads a Region name.
    ///
    /// # Errors
    /// [`RegionError`] when the text does not have the form of one.
    pub fn parse(text: &str) -> Result<Self, RegionError> {
        let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
        let number = |word: &str| (1..=2).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
        let good = text.len() <= MAX_REGION
            && text.rsplit_once('-').is_some_and(|(words, last)| {
                number(last) && words.contains('-') && words.split('-').all(word)
            });
        if good { Ok(Self(text.to_owned())) } else { Err(RegionError) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition, as ARNs have it (IAM User Guide, "IAM ARNs": documented).
    #[must_use]
    pub fn partition(&self) -> &'static str {
        match self {
            _ if self.is_china() => "aws-cn",
            Self(name) if name.starts_with("us-gov-") => "aws-us-gov",
            Self(name) if name.starts_with("eusc-") => "aws-eusc",
            _ => "aws",
        }
    }

    /// Whether the Region belongs to the partition `aws-cn`, whose hosts end in `.amazonaws.com.cn`.
    #[must_use]
    pub fn is_china(&self) -> bool {
        self.0.starts_with("cn-")
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that does not have the form of a Region name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegionError;

impl fmt::Display for RegionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this is not the name of a Region; write it as AWS does, for example `eu-west-1`")
    }
}

impl std::error::Error for RegionError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_of_a_region() {
        for text in ["eu-west-1", "us-gov-west-1", "cn-northwest-1", "ap-southeast-7", "eusc-de-east-1"] {
            assert_eq!(Region::parse(text).map(|region| region.to_string()), Ok(text.to_owned()));
        }
        for text in [
            "",
            "-",
            "--1",
            "eu-1",
            "eu-west",
            "eu-west-",
            "eu-west-123",
            "EU-WEST-1",
            "eu_west_1",
            " eu-west-1",
            "undefined",
            "eu--west-1",
            "eu-west-1/x",
            "eu-wést-1",
            "aaaaaaaaaaaaaaaaaaaaaaaa-aaaaaaa-1",
        ] {
            assert_eq!(Region::parse(text), Err(RegionError), "{text}");
        }
    }
}
