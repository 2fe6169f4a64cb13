//! What is to be said of an endpoint before the page is locked to it.

use super::typed::{Kind, Typed};
use crate::access::browser::{Barrier, Page, barriers};
use crate::access::cognito::{CognitoError, Id};
use crate::iot::endpoint::{Endpoint, EndpointError, Likeness, Remark};
use crate::iot::region::{Region, RegionError};
use crate::text::Text;
use crate::words::access as words;

/// What is to be said before the page is locked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    /// The text is no endpoint.
    pub endpoint: Option<EndpointError>,
    /// And looks like this.
    pub likeness: Option<Likeness>,
    /// It is an endpoint, and more likely a mistake than meant.
    pub remarks: Vec<Remark>,
    /// What the browser forbids or asks.
    pub barriers: Vec<Barrier>,
    /// What is typed as Region is none.
    pub region: bool,
    /// What is typed as identity pool is none.
    pub pool: Option<CognitoError>,
}

impl Remarks {
    /// Of what is typed, in a page of which the browser says this.
    #[must_use]
    pub fn of(typed: &Typed, endpoint: &str, page: Option<&Page>) -> Self {
        let given = Some(typed.region.trim()).filter(|region| typed.signs() && !region.is_empty());
        let given = given.map(Region::parse).transpose();
        let mut remarks = Self { region: given.is_err(), ..Self::default() };
        match Endpoint::parse(endpoint.trim()) {
            Ok(endpoint) => {
                remarks.remarks = endpoint.remarks(given.ok().flatten().as_ref());
                remarks.barriers =
                    page.map(|page| barriers(page, &endpoint, typed.signs())).unwrap_or_default();
            }
            Err(error) => {
                if let EndpointError::NotAws(host) = &error {
                    remarks.likeness = Likeness::of(host);
                }
                remarks.endpoint = Some(error);
            }
        }
        if typed.kind == Kind::Cognito {
            remarks.pool = Id::parse(typed.pool.trim()).err();
        }
        remarks
    }

    /// Whether the page cannot be locked like this.
    #[must_use]
    pub fn stops(&self) -> bool {
        let contradicts = |remark: &Remark| matches!(remark, Remark::Region { .. });
        self.endpoint.is_some()
            || self.region
            || self.pool.is_some()
            || self.remarks.iter().any(contradicts)
            || self.barriers.iter().any(|barrier| barrier.stops())
    }

    /// Everything, as sentences.
    #[must_use]
    pub fn sentences(&self) -> Vec<Text> {
        let endpoint = self.endpoint.iter().map(|error| words::no_endpoint(error, self.likeness.as_ref()));
        let remarks = self.remarks.iter().map(words::sentence);
        let barriers = self.barriers.iter().map(words::sentence);
        let region = self.region.then(|| words::sentence(&RegionError));
        let pool = self.pool.iter().map(words::sentence);
        endpoint.chain(remarks).chain(barriers).chain(region).chain(pool).collect()
    }

    /// The same as one text, for the one who pressed the button.
    #[must_use]
    pub fn read_first(&self) -> String {
        let mut sentences: Vec<String> = self.sentences().iter().map(ToString::to_string).collect();
        if !self.stops() {
            sentences.push(words::AGAIN.to_owned());
        }
        sentences.join(" ")
    }

    /// Whether there is nothing to think about. What the browser asks it asks itself.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.stops() && self.remarks.is_empty()
    }
}
