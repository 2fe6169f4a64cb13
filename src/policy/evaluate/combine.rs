//! How the answers of several checks and several kinds of policies make one.
//!
//! A check that is in doubt is kept as the set of verdicts it may have, so that doubts combine without losing what
//! is certain.

use super::{
    super::context::{Principal, Side},
    Decision, Verdict,
};

/// Which kinds of policies must agree (Developer Guide, "Authorization" and "Amazon Cognito identities").
pub(super) fn sides(principal: &Principal, action: &str) -> &'static [Side] {
    const BOTH: [&str; 7] = [
        "iot:Connect",
        "iot:Publish",
        "iot:Subscribe",
        "iot:Receive",
        "iot:GetThingShadow",
        "iot:UpdateThingShadow",
        "iot:DeleteThingShadow",
    ];
    match principal {
        Principal::X509(_) | Principal::CustomAuthorizer => &[Side::Iot],
        Principal::CognitoAuthenticated { .. } if BOTH.contains(&action) => &[Side::Iam, Side::Iot],
        Principal::CognitoAuthenticated { .. }
        | Principal::CognitoUnauthenticated { .. }
        | Principal::IamRole => &[Side::Iam],
    }
}

/// A decision together with every verdict that is possible, so that doubts combine without losing certainty.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weighed {
    pub(super) decision: Decision,
    pub(super) possible: Possible,
}

/// A set of certain verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Possible {
    pub(super) allowed: bool,
    pub(super) explicit: bool,
    pub(super) implicit: bool,
}

impl Possible {
    pub(super) const fn only(self) -> Option<Verdict> {
        match (self.allowed, self.explicit, self.implicit) {
            (true, false, false) => Some(Verdict::Allowed),
            (false, true, false) => Some(Verdict::ExplicitDeny),
            (false, false, true) => Some(Verdict::ImplicitDeny),
            _ => None,
        }
    }

    pub(super) const fn explicit_for_certain(self) -> bool {
        self.explicit && !self.allowed && !self.implicit
    }
}

/// Both must allow, and none deny.
pub(super) fn both(a: Weighed, b: Weighed) -> Weighed {
    let (x, y) = (a.possible, b.possible);
    let possible = Possible {
        allowed: x.allowed && y.allowed,
        explicit: x.explicit || y.explicit,
        implicit: !x.explicit_for_certain() && !y.explicit_for_certain() && (x.implicit || y.implicit),
    };
    combined(a, b, possible)
}

/// One must allow and none deny (shared subscriptions; inferred).
pub(super) fn either(a: Weighed, b: Weighed) -> Weighed {
    let (x, y) = (a.possible, b.possible);
    let certain = x.explicit_for_certain() || y.explicit_for_certain();
    let possible = Possible {
        allowed: !certain && (x.allowed || y.allowed),
        explicit: x.explicit || y.explicit,
        implicit: x.implicit && y.implicit,
    };
    combined(a, b, possible)
}

/// The decision of the first part that has the verdict of the whole.
pub(super) fn combined(a: Weighed, b: Weighed, possible: Possible) -> Weighed {
    let verdict = possible.only().unwrap_or(Verdict::CannotTell);
    let decision = if a.decision.verdict != verdict && b.decision.verdict == verdict {
        b.decision
    } else {
        Decision { verdict, ..a.decision }
    };
    Weighed { decision, possible }
}
