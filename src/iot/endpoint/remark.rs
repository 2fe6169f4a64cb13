//! What is worth saying about an endpoint before anyone connects to it. None of it keeps anyone from connecting: a
//! custom domain may have any name.

use std::fmt;

use super::{DEFAULT_PATH, Endpoint, Region, aws_labels};

/// Something about an endpoint that is more likely a mistake than meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// The older kind of data endpoint, whose certificate browsers do not trust (API Reference, DescribeEndpoint:
    /// documented).
    NotAts {
        /// The host of the newer kind.
        instead: String,
    },
    /// The host is no data endpoint of AWS IoT Core, and looks as if it should be one.
    NotData(Likeness),
    /// The host states one Region and another was given.
    Region {
        /// By the host.
        stated: Region,
        /// By the user.
        given: Region,
    },
    /// AWS takes MQTT over WebSocket on port 443 only (Developer Guide, "Device communication protocols": documented).
    Port(u16),
    /// AWS takes MQTT over WebSocket at [`DEFAULT_PATH`] only (the same).
    Path(String),
}

/// What a host that is no data endpoint of AWS IoT Core looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// `iot.<region>`: creates things and policies, carries no messages.
    ControlPlane,
    /// `<prefix>.credentials.iot.<region>`: gives credentials for certificates.
    CredentialProvider,
    /// `<prefix>.jobs.iot.<region>`: jobs over HTTPS.
    Jobs,
    /// A data endpoint but for the domain: Regions in China have one of their own.
    OtherPartition(Region),
    /// Something else in a domain of AWS.
    OtherService,
    /// It reads like AWS's and belongs to someone else.
    Foreign,
}

impl Endpoint {
    /// What is worth saying; `given` is the Region that the user typed, if any.
    #[must_use]
    pub fn remarks(&self, given: Option<&Region>) -> Vec<Remark> {
        let Some(stated) = &self.region else {
            return Likeness::of(&self.host).map(Remark::NotData).into_iter().collect();
        };
        let instead = ats(&self.host).map(|instead| Remark::NotAts { instead });
        let region = given
            .filter(|given| *given != stated)
            .map(|given| Remark::Region { stated: stated.clone(), given: given.clone() });
        let port = (self.port != 443).then_some(Remark::Port(self.port));
        let path = (self.path != DEFAULT_PATH).then(|| Remark::Path(self.path.clone()));
        [instead, region, port, path].into_iter().flatten().collect()
    }
}

/// The host with `-ats`, for a data endpoint of an account that lacks it.
fn ats(host: &str) -> Option<String> {
    let (prefix, rest) = host.split_once('.')?;
    let older = rest.starts_with("iot.") && !prefix.ends_with("-ats");
    older.then(|| format!("{prefix}-ats.{rest}"))
}

impl Likeness {
    /// What a host that is no data endpoint looks like, such as the one of
    /// [`EndpointError::NotAws`](super::EndpointError::NotAws); `None` when it resembles nothing of AWS. The host is lower
    /// case.
    #[must_use]
    pub fn of(host: &str) -> Option<Self> {
        let Some((labels, _)) = aws_labels(host) else { return foreign(host).then_some(Self::Foreign) };
        let region = labels.last().and_then(|label| Region::parse(label).ok());
        Some(match (labels.as_slice(), region) {
            (["iot" | "iot-fips", _], Some(_)) => Self::ControlPlane,
            ([_, "credentials", "iot", _], Some(_)) => Self::CredentialProvider,
            ([_, "jobs", "iot", _], Some(_)) => Self::Jobs,
            ([_, "iot" | "iot-fips", _] | [_, "ats", "iot", _], Some(region)) => Self::OtherPartition(region),
            _ => Self::OtherService,
        })
    }
}

/// Whether someone who reads the host quickly may take it for one of AWS.
fn foreign(host: &str) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    let like_domain = |label: &&str| label.contains("amazonaws") || distance(&plain(label), "amazonaws") <= 2;
    let like_service =
        |pair: &[&str]| matches!(pair, ["iot" | "iot-fips", region] if Region::parse(region).is_ok());
    labels.iter().any(like_domain) || labels.windows(2).any(like_service)
}

/// A label with what is drawn alike written alike.
fn plain(label: &str) -> String {
    label.replace('0', "o").replace('1', "l").replace("vv", "w").replace("rn", "m")
}

/// How many characters have to be put in, taken out or changed to make one text of the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (above, x) in a.bytes().enumerate() {
        let (mut left, mut corner) = (above + 1, above);
        let rest = row.iter_mut().skip(1).zip(b.bytes()).map(|(cell, y)| {
            left = (left + 1).min(*cell + 1).min(corner + usize::from(x != y));
            corner = std::mem::replace(cell, left);
        });
        rest.for_each(drop);
        if let Some(first) = row.first_mut() {
            *first = above + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAts { instead } => write!(
                f,
                "this endpoint has a certificate that browsers do not trust; use `{instead}`, which `aws iot describe-endpoint --endpoint-type iot:Data-ATS` gives"
            ),
            Self::NotData(likeness) => likeness.fmt(f),
            Self::Region { stated, given } => {
                write!(f, "the host is in `{stated}`, not in `{given}`; leave the Region to the host")
            }
            Self::Port(port) => {
                write!(f, "AWS IoT Core takes MQTT over WebSocket on port 443 only; leave out `:{port}`")
            }
            Self::Path(path) => {
                write!(
                    f,
                    "AWS IoT Core takes MQTT over WebSocket at `{DEFAULT_PATH}` only; leave out `{path}`"
                )
            }
        }
    }
}

impl fmt::Display for Likeness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            Self::ControlPlane => "this host creates things and policies and carries no messages",
            Self::CredentialProvider => {
                "this host gives credentials for certificates and carries no messages"
            }
            Self::Jobs => "this host answers about jobs and carries no messages",
            Self::OtherPartition(region) => {
                let domain = if region.is_china() { "amazonaws.com.cn" } else { "amazonaws.com" };
                return write!(f, "`{region}` is not in this domain; its hosts end in `{domain}`");
            }
            Self::OtherService => "this host belongs to AWS and is no data endpoint of AWS IoT Core",
            Self::Foreign => "this host looks like one of AWS and belongs to someone else",
        };
        write!(f, "{what}; use what `aws iot describe-endpoint --endpoint-type iot:Data-ATS` gives")
    }
}
