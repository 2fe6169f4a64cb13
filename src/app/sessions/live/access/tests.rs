use super::*;
use crate::access::browser::Permission;
use crate::access::cognito::Refusal;
use crate::app::sessions::Effect as P;

const AWS: &str = "example-ats.iot.eu-west-1.amazonaws.com";
const SOURCE: &str = "wss://example-ats.iot.eu-west-1.amazonaws.com:443";
const HOST: &str = "https://cognito-identity.eu-west-1.amazonaws.com:443";
const POOL: &str = "eu-west-1:11111111-1111-4111-8111-111111111111";

fn endpoint() -> Endpoint {
    Endpoint::parse(AWS).unwrap()
}

fn region() -> Region {
    Region::parse("eu-west-1").unwrap()
}

fn pool() -> Id {
    Id::parse(POOL).unwrap()
}

fn set(lasting: bool, wrong: Option<Wrong>) -> Set {
    let flaws = wrong.map(|wrong| Flaw { line: Some(2), wrong }).into_iter().collect();
    Set { name: None, tail: "MPLE".to_owned(), lasting, expires: None, flaws }
}

fn found(sets: Vec<Set>) -> Msg {
    Msg::Found { sets, flaws: Vec::new() }
}

fn keys(expires: Option<u64>) -> Held {
    Held::Keys(Keys {
        tail: "MPLE".to_owned(),
        region: "eu-west-1".to_owned(),
        days: vec!["20261123".to_owned()],
        got: UnixTime(10_000),
        expires: expires.map(UnixTime),
        lasting: false,
    })
}

fn forgets() -> Vec<PageEffect> {
    vec![P::Access(Effect::Forget), P::Tell(Order::Forget)]
}

fn tell(access: &mut Access, msg: Msg) -> Vec<PageEffect> {
    access.update(msg, Some(&endpoint()))
}

/// Behind the lock to a pool's host, with credentials that end at 20,000.
fn with_cognito() -> Access {
    let typed = Typed { kind: Kind::Cognito, pool: POOL.to_owned(), ..Typed::default() };
    let mut access = Access { typed, ..Access::default() };
    assert!(access.pin(&endpoint(), &format!("{SOURCE} {HOST}")));
    assert_eq!(tell(&mut access, Msg::SignIn), [P::Access(Effect::Identify(pool()))]);
    let asked = [P::Access(Effect::Credentials(pool(), region()))];
    assert_eq!(tell(&mut access, Msg::Identity(pool())), asked);
    assert_eq!(tell(&mut access, Msg::Taken(keys(Some(20_000)), Some(pool()))), [P::Focus(KEYS_ID)]);
    access
}

#[test]
fn the_page_is_locked_to_the_endpoint_and_with_cognito_to_the_pools_host_as_well() {
    let mut access = Access::default();
    assert_eq!(access.lock(AWS), Ok(SOURCE.to_owned()));
    access.typed.kind = Kind::Cognito;
    access.typed.pool = "eu-west-1".to_owned();
    assert!(access.lock(AWS).unwrap_err().contains("identity pool"));
    access.typed.pool = format!(" {POOL} ");
    let sources = access.lock(&format!(" {AWS} ")).unwrap();
    assert_eq!(sources, format!("{SOURCE} {HOST}"));
    assert!(access.pin(&endpoint(), &sources));
    assert_eq!(access.pool(), Some(&pool()));
}

#[test]
fn a_lock_counts_only_when_it_is_what_is_typed() {
    let typed = Typed { kind: Kind::Cognito, pool: POOL.to_owned(), ..Typed::default() };
    for (sources, good) in [
        (SOURCE.to_owned(), true),
        (format!("{SOURCE} {HOST}"), true),
        (format!("{SOURCE} {HOST} {HOST}"), false),
        (format!("{SOURCE} https://cognito-identity.us-east-1.amazonaws.com:443"), false),
        (format!("wss://evil.example:443 {HOST}"), false),
        (HOST.to_owned(), false),
        (String::new(), false),
    ] {
        let mut access = Access { typed: typed.clone(), ..Access::default() };
        assert_eq!(access.pin(&endpoint(), &sources), good, "{sources}");
        assert_eq!(access.pool().is_some(), good && sources.contains(HOST), "{sources}");
    }
}

#[test]
fn what_is_odd_about_an_endpoint_takes_a_second_press_and_what_cannot_work_takes_none() {
    let mut access = Access::default();
    let odd = "wss://example-ats.iot.eu-west-1.amazonavvs.com";
    assert!(access.lock(odd).unwrap_err().ends_with(words::AGAIN));
    assert!(access.asks(odd) && !access.asks(AWS));
    assert!(access.lock(odd).is_ok());
    // Another one is another question.
    assert!(access.lock("wss://amazonavvs.com").is_err());

    for (typed, region) in [("amazonavvs.com", ""), ("", ""), (AWS, "us-east-1"), (AWS, "Ireland")] {
        let mut access = Access::default();
        access.typed.region = region.to_owned();
        for _ in 0..2 {
            assert!(!access.lock(typed).unwrap_err().contains(words::AGAIN), "{typed} {region}");
        }
    }
    let page = Page {
        https: false,
        from_here: false,
        secure_context: false,
        framed: false,
        local_network: Permission::Unknown,
    };
    tell(&mut access, Msg::Page(page));
    assert!(access.remarks(AWS).stops() && access.lock(AWS).is_err());
    access.typed.kind = Kind::Broker;
    assert!(access.lock(AWS).is_ok());
}

#[test]
fn a_set_is_used_at_once_a_lasting_one_when_it_is_told_to_and_a_wrong_one_never() {
    let mut access = Access::default();
    let uses = |number| vec![P::Access(Effect::Use(number, region()))];
    assert_eq!(tell(&mut access, found(vec![set(false, None)])), uses(0));
    assert_eq!(access.form, Form::Busy);

    assert_eq!(tell(&mut access, found(vec![set(true, None)])), []);
    assert_eq!(access.form, Form::Lasting(0));
    assert!(access.ready(&endpoint()).is_err());
    assert_eq!(tell(&mut access, Msg::Anyway), uses(0));
    assert_eq!(tell(&mut access, Msg::Anyway), []);

    assert_eq!(
        tell(&mut access, found(vec![set(false, Some(Wrong::TokenMissing))])),
        [P::Access(Effect::Drop)]
    );
    assert!(matches!(&access.form, Form::Refused(flaws) if flaws.len() == 1));
    let flaws = vec![Flaw { line: Some(1), wrong: Wrong::PrivateKey }];
    let msg = Msg::Found { sets: vec![set(false, None)], flaws };
    assert_eq!(tell(&mut access, msg), [P::Access(Effect::Drop)]);

    tell(&mut access, found(vec![set(false, Some(Wrong::TokenMissing)), set(true, None), set(false, None)]));
    assert_eq!(tell(&mut access, Msg::Choose(0)), []);
    assert_eq!(tell(&mut access, Msg::Choose(2)), uses(2));
    // What is odd and does not stop is said of what is held.
    let odd = Wrong::OtherRegion;
    tell(&mut access, found(vec![set(false, Some(odd))]));
    tell(&mut access, Msg::Taken(keys(None), None));
    assert_eq!(access.notes, [Flaw { line: Some(2), wrong: odd }]);
    assert_eq!(access.ready(&endpoint()), Ok(Some("eu-west-1".to_owned())));
}

#[test]
fn without_a_region_no_key_is_made() {
    let mut access = Access::default();
    let custom = Endpoint::parse("wss://iot.example.com").unwrap();
    let effects = access.update(found(vec![set(false, None)]), Some(&custom));
    assert_eq!(effects, [P::Access(Effect::Drop)]);
    assert_eq!(access.form, Form::Failed(Failure::Said(page::REGION_NEEDED.to_owned())));
    // A pool names one.
    access.typed.kind = Kind::Cognito;
    access.pool = Some(pool());
    assert_eq!(access.region(&custom), Ok(region()));
}

#[test]
fn what_is_held_is_forgotten_at_its_end_on_leaving_and_with_its_kind() {
    let held = || {
        let mut access = Access::default();
        tell(&mut access, Msg::Taken(keys(Some(20_000)), None));
        assert_eq!(access.deadline(), Some(UnixTime(20_000)));
        access
    };
    let mut access = held();
    assert_eq!(tell(&mut access, Msg::Time(UnixTime(19_999))), []);
    assert_eq!(tell(&mut access, Msg::Time(UnixTime(20_000))), forgets());
    assert_eq!((access.held.is_none(), &access.form, access.deadline()), (true, &Form::Ended, None));
    assert!(access.ready(&endpoint()).is_err());

    for msg in [Msg::Left, Msg::Sign(Kind::Broker), Msg::Forget] {
        let mut access = held();
        assert!(tell(&mut access, msg.clone()).starts_with(&forgets()), "{msg:?}");
        assert_eq!(access.held, None);
    }
    let mut access = held();
    assert_eq!(access.lose(), forgets());
}

#[test]
fn cognito_is_asked_again_before_the_end_and_once_more_when_it_did_not_answer() {
    let mut access = with_cognito();
    let asks = [P::Access(Effect::Credentials(pool(), region()))];
    assert_eq!(access.deadline(), Some(UnixTime(19_700)));
    assert_eq!(tell(&mut access, Msg::Time(UnixTime(19_699))), []);
    assert_eq!(tell(&mut access, Msg::Time(UnixTime(19_700))), asks);
    assert_eq!(tell(&mut access, Msg::Time(UnixTime(19_701))), []);
    let noted = |sentence: String| vec![P::Tell(Order::Note(sentence))];
    let unreachable = noted(format!("The credentials could not be renewed. {}", words::UNREACHABLE));
    assert_eq!(tell(&mut access, Msg::Failed(Failure::Unreachable)), unreachable);
    assert_eq!((&access.stale, access.renews()), (&Some(Failure::Unreachable), true));
    assert_eq!(tell(&mut access, Msg::Time(UnixTime(19_715))), asks);
    assert_eq!(tell(&mut access, Msg::Failed(Failure::Unreachable)), [], "the log has it already");
    assert_eq!(tell(&mut access, Msg::Time(UnixTime(19_730))), asks);
    // The new ones take no focus away.
    let renewed = noted("The credentials were renewed; they end at 1970-01-01 08:20:00 UTC.".to_owned());
    assert_eq!(tell(&mut access, Msg::Taken(keys(Some(30_000)), Some(pool()))), renewed);
    assert_eq!((&access.stale, access.deadline()), (&None, Some(UnixTime(29_700))));
}

#[test]
fn what_cognito_refuses_for_good_is_not_asked_again() {
    let mut access = with_cognito();
    tell(&mut access, Msg::Time(UnixTime(19_700)));
    let refused = CognitoError::Refused { refusal: Refusal::NotAuthorized, message: String::new() };
    tell(&mut access, Msg::Failed(Failure::Cognito(refused)));
    assert_eq!((access.renews(), access.held.is_some()), (false, true));
    assert_eq!(tell(&mut access, Msg::Time(UnixTime(19_999))), []);
    assert_eq!(tell(&mut access, Msg::Time(UnixTime(20_000))), forgets());
}

#[test]
fn what_comes_after_forgetting_is_not_gone_on_with() {
    let mut access = with_cognito();
    tell(&mut access, Msg::Forget);
    tell(&mut access, Msg::SignIn);
    tell(&mut access, Msg::Forget);
    assert_eq!(tell(&mut access, Msg::Identity(pool())), []);
    assert_eq!(access.deadline(), None);
}

#[test]
fn a_broker_takes_connections_without_a_login_after_one_was_forgotten() {
    let after = |extra: Option<P>| -> Vec<P> {
        let anonymous = P::Access(Effect::Anonymous);
        forgets().into_iter().chain([anonymous]).chain(extra).collect()
    };
    let mut access = Access::default();
    tell(&mut access, Msg::Taken(keys(None), None));
    assert_eq!(tell(&mut access, Msg::Sign(Kind::Broker)), after(None));
    tell(&mut access, Msg::Taken(Held::Words, None));
    assert_eq!(tell(&mut access, Msg::Forget), after(Some(P::Focus(FORM_ID))));
    // That the worker was told so is nothing that is held.
    assert_eq!(tell(&mut access, Msg::Anonymous), []);
    assert_eq!((&access.held, access.ready(&endpoint())), (&None, Ok(None)));
    // Whoever is to be told something is not connected to without it.
    assert_eq!(tell(&mut access, Msg::Sign(Kind::Authorizer)), forgets());
}

#[test]
fn keys_of_a_guest_are_not_taken_for_those_of_a_login() {
    let mut access = with_cognito();
    tell(&mut access, Msg::Forget);
    tell(&mut access, Msg::SignIn);
    assert_eq!(tell(&mut access, Msg::Login(true)), forgets());
    assert_eq!((&access.form, access.sign_in()), (&Form::Empty, SignIn::Cognito));
    assert_eq!(tell(&mut access, Msg::Identity(pool())), []);
}

#[test]
fn a_broker_needs_nothing_and_a_custom_authorizer_something() {
    let mut access = Access::default();
    tell(&mut access, Msg::Sign(Kind::Broker));
    assert_eq!((access.ready(&endpoint()), access.sign_in()), (Ok(None), SignIn::OtherBroker));
    tell(&mut access, Msg::Sign(Kind::Authorizer));
    assert!(access.ready(&endpoint()).is_err());
    tell(&mut access, Msg::Taken(Held::Words, None));
    assert_eq!((access.ready(&endpoint()), access.sign_in()), (Ok(None), SignIn::CustomAuthorizer));
}
