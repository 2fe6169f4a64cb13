//! What the browser forbids or asks for, told before it is tried: a refused WebSocket says no more than 1006.
//!
//! `ws://` to another machine is not here: no [`Endpoint`] says so, see
//! [`EndpointError::NotEncrypted`](crate::iot::endpoint::EndpointError::NotEncrypted).

use std::fmt;

use crate::iot::endpoint::{Endpoint, Scheme};

/// What the browser says about the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// It was loaded over `https:`.
    pub https: bool,
    /// It was loaded from this machine (`localhost`, `127.0.0.1`, `file:`).
    pub from_here: bool,
    /// `isSecureContext`
    pub secure_context: bool,
    /// It stands in another page: `window.top` is not `window`.
    pub framed: bool,
    /// What the Permissions API answers for `loopback-network`, or before that for `local-network-access`.
    pub local_network: Permission,
}

/// What the Permissions API answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Given for this site.
    Granted,
    /// The browser will ask.
    Prompt,
    /// Refused for this site.
    Denied,
    /// The browser does not know this permission, and so does not ask for it.
    Unknown,
}

/// What stands between this page and an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barrier {
    /// A page that frames this one could mislead the hand that pastes a key.
    Framed,
    /// Without a secure context there is no WebCrypto, and so no key that cannot be read back (W3C, Web Cryptography
    /// API, `[SecureContext]`).
    NoSecureContext,
    /// The user or an administrator refused the way from sites to this machine.
    LocalNetworkDenied,
    /// The permission can be asked for in a secure context only (Local Network Access, WICG draft).
    LocalNetworkInsecure,
    /// The browser will ask for it; Chromium does so for WebSockets since 147 (Chrome, "Intent to ship: Local network
    /// access restrictions for WebSockets").
    LocalNetworkAsks,
    /// From an `https:` page `ws://` to this machine is no mixed content (W3C, Mixed Content, "a priori authenticated
    /// URL"), and yet Safari refuses it (observed by others).
    MixedContent,
}

impl Barrier {
    /// Whether it is certain that the connection, or what goes before it, fails.
    #[must_use]
    pub const fn stops(self) -> bool {
        match self {
            Self::Framed | Self::NoSecureContext | Self::LocalNetworkDenied | Self::LocalNetworkInsecure => {
                true
            }
            Self::LocalNetworkAsks | Self::MixedContent => false,
        }
    }
}

/// What stands between a page and an endpoint; `signs` when the session is signed with AWS credentials.
#[must_use]
pub fn barriers(page: &Page, endpoint: &Endpoint, signs: bool) -> Vec<Barrier> {
    let local_network = match page.local_network {
        _ if page.from_here || !endpoint.is_loopback() => None,
        Permission::Granted | Permission::Unknown => None,
        _ if !page.secure_context => Some(Barrier::LocalNetworkInsecure),
        Permission::Prompt => Some(Barrier::LocalNetworkAsks),
        Permission::Denied => Some(Barrier::LocalNetworkDenied),
    };
    [
        page.framed.then_some(Barrier::Framed),
        (signs && !page.secure_context).then_some(Barrier::NoSecureContext),
        local_network,
        (page.https && endpoint.scheme() == Scheme::Ws).then_some(Barrier::MixedContent),
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl fmt::Display for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Framed => "this page stands inside another page, which could lead your hand; open it by itself",
            Self::NoSecureContext => {
                "signing needs a secure page, because the browser hands out no cryptography here; open it over `https://`, or over `http://localhost` on this machine"
            }
            Self::LocalNetworkDenied => {
                "this site may not reach programs on this machine; allow it in the browser's settings for this site, or open the page from this machine"
            }
            Self::LocalNetworkInsecure => {
                "a page without `https://` may not reach programs on this machine; open it over `https://`, or from this machine"
            }
            Self::LocalNetworkAsks => {
                "the browser will ask whether this site may reach programs on this machine; allow it"
            }
            Self::MixedContent => {
                "some browsers refuse `ws://` from an `https://` page even to this machine; if this one does, open the page from this machine"
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Barrier as B;
    use Permission as P;

    const HOSTED: Page = Page {
        https: true,
        from_here: false,
        secure_context: true,
        framed: false,
        local_network: Permission::Prompt,
    };
    const PLAIN: Page = Page { https: false, secure_context: false, ..HOSTED };
    const LOCAL: Page = Page { from_here: true, secure_context: true, ..PLAIN };

    #[test]
    fn what_the_browser_forbids_is_known_before_it_is_tried() {
        let aws = "example-ats.iot.eu-west-1.amazonaws.com";
        let (ws, wss) = ("ws://localhost:9001", "wss://127.0.0.1:8443");
        let with = |local_network| Page { local_network, ..HOSTED };
        let cases: [(Page, &str, bool, &[Barrier]); 13] = [
            (HOSTED, aws, true, &[]),
            (PLAIN, aws, true, &[B::NoSecureContext]),
            (PLAIN, aws, false, &[]),
            (LOCAL, aws, true, &[]),
            (LOCAL, ws, false, &[]),
            (HOSTED, wss, false, &[B::LocalNetworkAsks]),
            (HOSTED, ws, false, &[B::LocalNetworkAsks, B::MixedContent]),
            (with(P::Denied), wss, false, &[B::LocalNetworkDenied]),
            (with(P::Granted), wss, false, &[]),
            (with(P::Unknown), ws, false, &[B::MixedContent]),
            (PLAIN, ws, true, &[B::NoSecureContext, B::LocalNetworkInsecure]),
            (with(P::Denied), aws, true, &[]),
            (Page { framed: true, ..HOSTED }, aws, true, &[B::Framed]),
        ];
        for (page, endpoint, signs, expected) in cases {
            let endpoint = Endpoint::parse(endpoint).unwrap();
            assert_eq!(barriers(&page, &endpoint, signs), expected, "{page:?} {endpoint:?} {signs}");
        }
    }

    #[test]
    fn only_what_is_certain_stops() {
        let all = [
            B::Framed,
            B::NoSecureContext,
            B::LocalNetworkDenied,
            B::LocalNetworkInsecure,
            B::LocalNetworkAsks,
            B::MixedContent,
        ];
        assert_eq!(all.map(Barrier::stops), [true, true, true, true, false, false]);
    }
}
