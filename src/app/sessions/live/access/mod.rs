//! How the sessions of Live get in: which endpoint, by what kind of sign-in, with whose keys, and until when.
//!
//! Knows what was typed, what the browser told of the page, and what may be said of credentials: their last four
//! characters, their days, their end, the lines on which something is wrong. Does not know a credential: those go from the
//! form to the worker as objects that cannot be written down, past this module.
//!
//! Invariant: what is held is let go of at its end, when the kind of sign-in changes, and when the page is left.

mod remarks;
#[cfg(test)]
mod tests;
mod typed;

use super::kept::shorten;
use crate::access::browser::{Barrier, Page, barriers};
use crate::access::clock::{self, ClockError};
use crate::access::cognito::{self, CognitoError, Id};
use crate::access::pasted::Wrong;
use crate::app::sessions::Effect as PageEffect;
use crate::iot::endpoint::Endpoint;
use crate::iot::region::Region;
use crate::iot::time::UnixTime;
use crate::live::predict::SignIn;
use crate::live::wire::Order;
use crate::words::{Text, access as words, page};

pub use remarks::Remarks;
pub use typed::{Carry, Field, Kind, Typed};

/// The ID of the element that tells what is held.
pub const KEYS_ID: &str = "keys";
/// The ID of the field that a set of credentials is given in, and of the one for a login token.
pub const FORM_ID: &str = "give-credentials";
/// The ID of the heading over several sets.
pub const SETS_ID: &str = "sets";
/// The ID of what is said about the endpoint.
pub const ENDPOINT_ID: &str = "endpoint-remarks";
/// What makes a temporary key of a long-lived one.
pub const TEMPORARY: &str = "aws sts get-session-token --duration-seconds 900";
/// With less than this left, it is said, in seconds.
pub const SOON: u64 = 300;
/// So long after Cognito could not be asked it is asked again, in seconds.
const AGAIN: u64 = 15;

/// How the sessions get in.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// What the user typed.
    pub typed: Typed,
    /// What the browser says of the page, once it has.
    pub page: Option<Page>,
    /// What the comparison of the clocks came to, if another clock could be read.
    pub clock: Option<Result<(), ClockError>>,
    /// Where the giving of credentials stands.
    pub form: Form,
    /// What the worker holds.
    pub held: Option<Held>,
    /// What is odd about what is held and does not keep it from working.
    pub notes: Vec<Flaw>,
    /// Why what is held could not be replaced.
    pub stale: Option<Failure>,
    /// The identity pool whose host the page is locked to, besides the endpoint.
    pool: Option<Id>,
    /// Who Cognito says the page is, and when it is to be asked anew.
    identity: Option<(Id, Option<UnixTime>)>,
    /// The sources whose remarks were shown: another press locks.
    warned: Option<String>,
}

/// Where the giving of credentials stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Nothing was given.
    #[default]
    Empty,
    /// Keys are being made or asked for.
    Busy,
    /// Several sets were pasted; the page holds them until one is chosen.
    Choice(Vec<Set>),
    /// The set of this number lasts until someone deletes it; the page holds it until the user says so.
    Lasting(usize),
    /// What was given was dropped, because of this.
    Refused(Vec<Flaw>),
    /// There are no keys, because of this.
    Failed(Failure),
    /// What was held has ended and was let go of.
    Ended,
}

/// What may be said of one set of credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// The profile or the user.
    pub name: Option<String>,
    /// The last four characters of the access key ID.
    pub tail: String,
    /// It lasts until someone deletes it.
    pub lasting: bool,
    /// When it ends, if that was given.
    pub expires: Option<UnixTime>,
    /// What is wrong with it.
    pub flaws: Vec<Flaw>,
}

impl Set {
    /// Whether a signature with it can be good.
    #[must_use]
    pub fn usable(&self) -> bool {
        !self.flaws.iter().any(|flaw| flaw.wrong.stops())
    }
}

/// Something wrong with credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The line of the paste, from 1; nothing for what came by fields.
    pub line: Option<usize>,
    /// What.
    pub wrong: Wrong,
}

/// Why there are no keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Cognito's answer.
    Cognito(CognitoError),
    /// Cognito's host gave no answer that the page may read.
    Unreachable,
    /// For a reason that has its sentence already.
    Said(String),
}

impl Failure {
    /// Whether the same may do better later.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable => true,
            Self::Cognito(CognitoError::Refused { refusal, .. }) => refusal.may_pass(),
            Self::Cognito(CognitoError::Status(status)) => *status >= 500,
            Self::Cognito(_) | Self::Said(_) => false,
        }
    }

    /// In words.
    #[must_use]
    pub fn sentence(&self) -> Text {
        match self {
            Self::Cognito(error) => words::sentence(error),
            Self::Unreachable => Text::new().say(words::UNREACHABLE),
            Self::Said(sentence) => words::sentence(sentence),
        }
    }
}

/// What the worker holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// Signing keys.
    Keys(Keys),
    /// What a custom authorizer or another broker is told.
    Words,
}

impl Held {
    /// When it ends, if that was told.
    const fn expires(&self) -> Option<UnixTime> {
        match self {
            Self::Keys(keys) => keys.expires,
            Self::Words => None,
        }
    }
}

/// What may be said of the keys that the worker holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// The last four characters of the access key ID.
    pub tail: String,
    /// The Region that they sign for.
    pub region: String,
    /// The UTC days, `YYYYMMDD`, that they sign for.
    pub days: Vec<String>,
    /// When they came.
    pub got: UnixTime,
    /// When AWS stops taking them, if that was told.
    pub expires: Option<UnixTime>,
    /// They last until someone deletes them.
    pub lasting: bool,
}

/// What the user did, or the browser told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msg {
    /// Typed; the whole text.
    Type(Field, String),
    /// Chose a kind of sign-in.
    Sign(Kind),
    /// Chose to come with a login, or as a guest.
    Login(bool),
    /// Chose where the authorizer's parameters go.
    Carry(Carry),
    /// The browser told of the page.
    Page(Page),
    /// The time here and, at the same moment, at the server that the page came from.
    Clock {
        /// By this machine.
        here: UnixTime,
        /// By the server.
        there: UnixTime,
    },
    /// It is this late.
    Time(UnixTime),
    /// Credentials were given; the page holds them.
    Found {
        /// The sets.
        sets: Vec<Set>,
        /// What is wrong with the whole.
        flaws: Vec<Flaw>,
    },
    /// Chose one of several sets.
    Choose(usize),
    /// Uses a long-lived key, having read what that means.
    Anyway,
    /// Takes back what waits for an answer.
    Drop,
    /// The page has what Cognito is to be asked with.
    SignIn,
    /// Cognito named the identity.
    Identity(Id),
    /// The worker has been told that there is nothing to tell a broker.
    Anonymous,
    /// The worker has it now; with the identity that it is of, when Cognito gave it.
    Taken(Held, Option<Id>),
    /// There are no keys.
    Failed(Failure),
    /// Copies the command for temporary keys.
    Copy,
    /// Asked to forget what is held.
    Forget,
    /// The page is being left.
    Left,
}

/// What the page is to do with credentials that only it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Make keys of this set of what was given, for this Region, and hand them to the worker.
    Use(usize, Region),
    /// Ask Cognito for an identity of this pool.
    Identify(Id),
    /// Ask Cognito for credentials of this identity and hand keys for this Region to the worker.
    Credentials(Id, Region),
    /// Drop what was given and is not used.
    Drop,
    /// Drop everything, and hand over nothing that is still on its way.
    Forget,
    /// Hand over an empty login: a broker takes connections without one.
    Anonymous,
}

impl Msg {
    /// Whether the browser told it, rather than the user.
    #[must_use]
    pub const fn comes_by_itself(&self) -> bool {
        matches!(
            self,
            Self::Page(_)
                | Self::Clock { .. }
                | Self::Time(_)
                | Self::Identity(_)
                | Self::Anonymous
                | Self::Taken(..)
                | Self::Failed(_)
                | Self::Left
        )
    }
}

impl Access {
    /// Nothing is held; this is typed.
    #[must_use]
    pub fn of(typed: Typed) -> Self {
        Self { typed, ..Self::default() }
    }

    /// How the sessions sign in.
    #[must_use]
    pub const fn sign_in(&self) -> SignIn {
        match self.typed.kind {
            Kind::Keys => SignIn::SigV4,
            Kind::Cognito if self.typed.login => SignIn::Cognito,
            Kind::Cognito => SignIn::CognitoGuest,
            Kind::Authorizer => SignIn::CustomAuthorizer,
            Kind::Broker => SignIn::OtherBroker,
        }
    }

    /// The pool whose identity host this load of the page can reach.
    #[must_use]
    pub const fn pool(&self) -> Option<&Id> {
        self.pool.as_ref()
    }

    /// Whether a page that is locked to `sources` is locked to what is typed: the endpoint and perhaps the pool's host.
    pub fn pin(&mut self, endpoint: &Endpoint, sources: &str) -> bool {
        let mut sources = sources.split(' ');
        let pinned = sources.next() == Some(endpoint.content_policy_source().as_str());
        let pool = Id::parse(self.typed.pool.trim()).ok();
        match (sources.next(), sources.next()) {
            (None, None) => pinned,
            (Some(host), None) => {
                self.pool = pool.filter(|pool| pinned && pool.content_policy_source() == host);
                self.pool.is_some()
            }
            _ => false,
        }
    }

    /// The sources to lock the page to.
    ///
    /// # Errors
    /// What is to be read first, as sentences. What is odd about an endpoint stops the first press only.
    pub fn lock(&mut self, endpoint: &str) -> Result<String, String> {
        let remarks = self.remarks(endpoint);
        let sources =
            self.sources(endpoint).filter(|_| !remarks.stops()).ok_or_else(|| remarks.read_first())?;
        let read = remarks.is_empty() || self.warned.as_ref() == Some(&sources);
        self.warned = Some(sources.clone());
        if read { Ok(sources) } else { Err(remarks.read_first()) }
    }

    fn sources(&self, endpoint: &str) -> Option<String> {
        let endpoint = Endpoint::parse(endpoint.trim()).ok()?.content_policy_source();
        if self.typed.kind != Kind::Cognito {
            return Some(endpoint);
        }
        let pool = Id::parse(self.typed.pool.trim()).ok()?;
        Some(format!("{endpoint} {}", pool.content_policy_source()))
    }

    /// What is to be said of an endpoint before the page is locked to it.
    #[must_use]
    pub fn remarks(&self, endpoint: &str) -> Remarks {
        Remarks::of(&self.typed, endpoint, self.page.as_ref())
    }

    /// Whether the remarks of the endpoint were shown, and another press locks the page to it all the same.
    #[must_use]
    pub fn asks(&self, endpoint: &str) -> bool {
        self.warned.is_some() && self.warned == self.sources(endpoint)
    }

    /// The Region to sign for: the endpoint's own, the typed one, or the pool's.
    ///
    /// # Errors
    /// A sentence, when there is none or the two contradict.
    pub fn region(&self, endpoint: &Endpoint) -> Result<Region, String> {
        let typed = self.typed.region.trim();
        let pool = self.pool.as_ref().filter(|_| self.typed.kind == Kind::Cognito);
        match (endpoint.region(), typed) {
            (Some(stated), "") => Ok(stated.clone()),
            (Some(stated), typed) if stated.as_str() == typed => Ok(stated.clone()),
            (Some(stated), typed) => Err(page::other_region(stated.as_str(), typed)),
            (None, "") => {
                pool.map(|pool| pool.region().clone()).ok_or_else(|| page::REGION_NEEDED.to_owned())
            }
            (None, typed) => Region::parse(typed).map_err(|error| error.to_string()),
        }
    }

    /// Whether a session can be connected now: the Region to sign for, or none for a connection that is not signed.
    ///
    /// # Errors
    /// What is missing, as a sentence.
    pub fn ready(&self, endpoint: &Endpoint) -> Result<Option<String>, String> {
        match (self.typed.kind, &self.held) {
            (Kind::Keys | Kind::Cognito, Some(Held::Keys(keys))) => {
                let region = self.region(endpoint)?;
                if keys.region != region.as_str() {
                    return Err(page::keys_of_other_region(&keys.region, region.as_str()));
                }
                Ok(Some(keys.region.clone()))
            }
            (Kind::Keys | Kind::Cognito, _) => Err(page::NO_CREDENTIALS.to_owned()),
            (Kind::Authorizer, None) => Err(words::NOTHING_FOR_AUTHORIZER.to_owned()),
            (Kind::Authorizer | Kind::Broker, _) => Ok(None),
        }
    }

    /// What the browser forbids or asks for on the way to the endpoint.
    #[must_use]
    pub fn barriers(&self, endpoint: &Endpoint) -> Vec<Barrier> {
        self.page.map(|page| barriers(&page, endpoint, self.typed.signs())).unwrap_or_default()
    }

    /// Whether what is held is replaced before it ends.
    #[must_use]
    pub const fn renews(&self) -> bool {
        matches!(self.identity, Some((_, Some(_))))
    }

    /// When it is to be told the time again.
    #[must_use]
    pub fn deadline(&self) -> Option<UnixTime> {
        let again = self.identity.as_ref().and_then(|(_, again)| *again);
        [self.expires(), again].into_iter().flatten().min()
    }

    /// When what is held ends.
    fn expires(&self) -> Option<UnixTime> {
        self.held.as_ref().and_then(Held::expires)
    }

    /// Takes in one message; `endpoint` is the one that the page is locked to.
    pub fn update(&mut self, msg: Msg, endpoint: Option<&Endpoint>) -> Vec<PageEffect> {
        match msg {
            Msg::Type(field, mut text) => {
                shorten(&mut text);
                *self.typed.slot(field) = text;
            }
            Msg::Sign(kind) => {
                self.typed.kind = kind;
                return self.let_go(Form::Empty);
            }
            Msg::Login(login) => {
                self.typed.login = login;
                // What is on its way is of the other choice.
                return self.let_go(Form::Empty);
            }
            Msg::Carry(carry) => self.typed.carry = carry,
            Msg::Page(page) => self.page = Some(page),
            Msg::Clock { here, there } => self.clock = Some(clock::check(here, there)),
            Msg::Time(now) => return self.tell_time(now, endpoint),
            Msg::Found { sets, flaws } => return self.find(sets, flaws, endpoint),
            Msg::Choose(number) => {
                if let Form::Choice(sets) = &self.form
                    && let Some(set) = sets.get(number).filter(|set| set.usable())
                {
                    let set = set.clone();
                    return self.take(number, &set, endpoint);
                }
            }
            Msg::Anyway => {
                if let Form::Lasting(number) = self.form {
                    return self.make(number, endpoint);
                }
            }
            Msg::Drop => {
                self.form = Form::Empty;
                return vec![PageEffect::Access(Effect::Drop), PageEffect::Focus(FORM_ID)];
            }
            Msg::SignIn => {
                if let Some(pool) = self.pool.clone().filter(|_| self.typed.kind == Kind::Cognito) {
                    self.form = Form::Busy;
                    return vec![PageEffect::Access(Effect::Identify(pool))];
                }
            }
            Msg::Identity(id) => return self.identify(id, endpoint),
            Msg::Anonymous => {}
            Msg::Taken(held, id) => return self.hold(held, id),
            Msg::Failed(failure) => return self.fail(failure).into_iter().collect(),
            Msg::Copy => return vec![PageEffect::Copy(TEMPORARY.to_owned())],
            Msg::Forget => {
                let mut effects = self.let_go(Form::Empty);
                effects.push(PageEffect::Focus(FORM_ID));
                return effects;
            }
            Msg::Left => return self.let_go(Form::Empty),
        }
        Vec::new()
    }

    /// The worker is gone, and what it held.
    pub fn lose(&mut self) -> Vec<PageEffect> {
        self.let_go(Form::Empty)
    }

    fn find(&mut self, sets: Vec<Set>, flaws: Vec<Flaw>, endpoint: Option<&Endpoint>) -> Vec<PageEffect> {
        match sets.as_slice() {
            _ if flaws.iter().any(|flaw| flaw.wrong.stops()) => {
                let of_sets = sets.iter().flat_map(|set| &set.flaws).copied();
                self.refuse(flaws.iter().copied().chain(of_sets).collect())
            }
            [] => self.refuse(flaws),
            [set] if set.usable() => self.take(0, set, endpoint),
            [set] => self.refuse(set.flaws.clone()),
            _ => {
                self.form = Form::Choice(sets);
                vec![PageEffect::Focus(SETS_ID)]
            }
        }
    }

    fn refuse(&mut self, mut flaws: Vec<Flaw>) -> Vec<PageEffect> {
        // What is said of the whole is often the cause of what is said of a part.
        flaws.dedup();
        self.form = Form::Refused(flaws);
        vec![PageEffect::Access(Effect::Drop)]
    }

    fn take(&mut self, number: usize, set: &Set, endpoint: Option<&Endpoint>) -> Vec<PageEffect> {
        self.notes.clone_from(&set.flaws);
        if set.lasting {
            self.form = Form::Lasting(number);
            return Vec::new();
        }
        self.make(number, endpoint)
    }

    /// Has keys made of a set.
    fn make(&mut self, number: usize, endpoint: Option<&Endpoint>) -> Vec<PageEffect> {
        match self.region_of(endpoint) {
            Ok(region) => {
                self.form = Form::Busy;
                vec![PageEffect::Access(Effect::Use(number, region))]
            }
            Err(why) => {
                self.form = Form::Failed(Failure::Said(why));
                vec![PageEffect::Access(Effect::Drop)]
            }
        }
    }

    fn region_of(&self, endpoint: Option<&Endpoint>) -> Result<Region, String> {
        endpoint.map_or_else(|| Err(page::NO_CREDENTIALS.to_owned()), |endpoint| self.region(endpoint))
    }

    fn identify(&mut self, id: Id, endpoint: Option<&Endpoint>) -> Vec<PageEffect> {
        // Meanwhile the user may have forgotten it.
        if self.form != Form::Busy {
            return Vec::new();
        }
        match self.region_of(endpoint) {
            Ok(region) => {
                self.identity = Some((id.clone(), None));
                vec![PageEffect::Access(Effect::Credentials(id, region))]
            }
            Err(why) => {
                self.form = Form::Failed(Failure::Said(why));
                vec![PageEffect::Access(Effect::Forget)]
            }
        }
    }

    fn hold(&mut self, held: Held, id: Option<Id>) -> Vec<PageEffect> {
        let renewed = self.held.is_some().then(|| id.as_ref().map(|_| words::renewed(held.expires())));
        let again = match &held {
            Held::Keys(Keys { got, expires: Some(expires), .. }) if id.is_some() => {
                Some(cognito::refresh_at(*got, *expires))
            }
            _ => None,
        };
        self.identity = id.map(|id| (id, again));
        (self.held, self.form, self.stale) = (Some(held), Form::Empty, None);
        match renewed {
            None => vec![PageEffect::Focus(KEYS_ID)],
            Some(told) => told.map(note).into_iter().collect(),
        }
    }

    fn fail(&mut self, failure: Failure) -> Option<PageEffect> {
        if self.held.is_none() {
            self.identity = None;
            self.form = Form::Failed(failure);
            return None;
        }
        if let Some((_, again)) = self.identity.as_mut().filter(|_| !failure.may_pass()) {
            *again = None;
        }
        // Each further try that fails in the same way is no news.
        let news = self.identity.is_some() && self.stale.as_ref() != Some(&failure);
        let told = news.then(|| note(words::not_renewed(&failure.sentence().to_string())));
        self.stale = Some(failure);
        told
    }

    fn tell_time(&mut self, now: UnixTime, endpoint: Option<&Endpoint>) -> Vec<PageEffect> {
        if self.expires().is_some_and(|end| end <= now) {
            return self.let_go(Form::Ended);
        }
        let region = self.region_of(endpoint);
        if let (Some((id, Some(again))), Ok(region)) = (&mut self.identity, region)
            && *again <= now
        {
            // If no answer comes, another try.
            *again = UnixTime(now.0.saturating_add(AGAIN));
            return vec![PageEffect::Access(Effect::Credentials(id.clone(), region))];
        }
        Vec::new()
    }

    /// Forgets what is held and what is on its way.
    fn let_go(&mut self, form: Form) -> Vec<PageEffect> {
        (self.held, self.identity, self.stale) = (None, None, None);
        self.notes.clear();
        self.form = form;
        let mut effects = vec![PageEffect::Access(Effect::Forget), PageEffect::Tell(Order::Forget)];
        // The worker refuses to connect with what it has forgotten, and this needs nothing.
        effects.extend((self.typed.kind == Kind::Broker).then_some(PageEffect::Access(Effect::Anonymous)));
        effects
    }
}

/// A row of the log.
const fn note(sentence: String) -> PageEffect {
    PageEffect::Tell(Order::Note(sentence))
}
