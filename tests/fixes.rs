//! Near misses and ways out: each is applied here once more and judged again.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own files has to stop")]

use iot_policy_lab::{
    policy::{
        Context, Field, PolicySet, Request, Verdict,
        context::Thing,
        document,
        explain::{Confidence, Sight},
        fix::{Change, FixKind, NearMissKind, Risk, Trial, Who, fixes, near_misses},
    },
    suite::{Case, Suite},
};

fn cases(name: &str) -> Vec<Case> {
    let path = format!("{}/tests/cases/{name}.json", env!("CARGO_MANIFEST_DIR"));
    Suite::parse(&std::fs::read_to_string(path).unwrap()).unwrap().cases
}

fn article(id: &str) -> Case {
    cases("article").into_iter().find(|case| case.id == id).unwrap()
}

/// The situation after a change, made here and not by the engine.
fn changed(case: &Case, changes: &[Change]) -> (PolicySet, Context, Request) {
    let (mut policies, mut context, mut request) =
        (case.policies.policies().to_vec(), case.context.clone(), case.request.clone());
    for change in changes {
        match change {
            Change::Policy(patch) => {
                let policy = policies.get_mut(patch.policy).unwrap();
                let mut text = policy.document.text.clone();
                text.replace_range(patch.range.clone(), &patch.replacement);
                policy.document = document::parse(&text);
            }
            Change::Exclusive(exclusive) => context.exclusive = Field::Given(*exclusive),
            Change::AttachThing(name) => {
                let mut things = context.things.given().unwrap().clone();
                things.push(Thing { name: name.clone(), ..Thing::default() });
                context.things = Field::Given(things);
            }
            Change::ClientId(id) => context.client_id = Field::Given(id.clone()),
            Change::Name(name) => match &mut request {
                Request::Publish { topic, .. } | Request::Receive { topic, .. } => topic.clone_from(name),
                Request::Subscribe { filter, .. } => filter.clone_from(name),
                _ => unreachable!(),
            },
        }
    }
    (PolicySet::compile(policies), context, request)
}

#[test]
fn every_change_that_is_offered_does_what_it_says() {
    let (mut fixed, mut near, mut without) = (0, 0, Vec::new());
    for case in ["real-cases", "article", "language"].into_iter().flat_map(cases) {
        for miss in near_misses(&case.policies, &case.context, &case.request, &case.explain()) {
            let (policies, context, request) = changed(&case, std::slice::from_ref(&miss.change));
            assert_eq!(policies.decide(&context, &request).verdict, Verdict::Allowed, "{} {miss:?}", case.id);
            near += 1;
        }
        let offered = fixes(&case.policies, &case.context, &case.request);
        for fix in &offered {
            let Some(after) = fix.after() else {
                assert_eq!((fix.kind, fix.changes.len()), (FixKind::OneSession, 0), "{}", case.id);
                continue;
            };
            let (policies, mut context, request) = changed(&case, &fix.changes);
            context.unknown.extend(fix.needs.iter().cloned());
            let before = case.decide().verdict;
            assert_eq!(policies.decide(&context, &request).verdict, after, "{} {fix:?}", case.id);
            assert_eq!(fix.trials[0].before, before, "{} {fix:?}", case.id);
            assert_ne!(after, before, "{} {fix:?}", case.id);
            assert_eq!(after == Verdict::CannotTell, !fix.needs.is_empty(), "{} {fix:?}", case.id);
            fixed += 1;
        }
        if offered.is_empty() {
            without.push(case.id);
        }
    }
    assert!(fixed > 300 && near >= 20, "{fixed} {near}");
    assert!(without.len() < 15, "{without:?}");
}

#[test]
fn the_article_has_its_ways_out() {
    use FixKind::{AnyName, CommonName, Exclusive, LiteralName, OneSession, SecondThing};
    use Verdict::{Allowed, CannotTell, ImplicitDeny};
    let case = article("p2-suffix");
    let found: Vec<_> = fixes(&case.policies, &case.context, &case.request)
        .into_iter()
        .map(|fix| {
            let after: Vec<_> = fix.trials.iter().map(|trial| trial.after).collect();
            (fix.kind, after, fix.confidence, fix.risk, fix.other_device_if_shared)
        })
        .collect();
    let (sure, likely) = (Confidence::Documented, Confidence::Inferred);
    assert_eq!(
        found,
        [
            (Exclusive, vec![Allowed, Allowed, ImplicitDeny], likely, Risk::OneThing, None),
            (SecondThing, vec![Allowed, Allowed, ImplicitDeny], sure, Risk::SplitThings, None),
            (CommonName, vec![CannotTell, Allowed, CannotTell], likely, Risk::SharedCommonName, None),
            (
                LiteralName,
                vec![Allowed, Allowed, ImplicitDeny],
                likely,
                Risk::ThingVariablesStayEmpty,
                Some(Allowed)
            ),
            (AnyName, vec![Allowed, Allowed, Allowed], likely, Risk::OpenToAll, None),
            (OneSession, vec![], sure, Risk::None, None),
        ]
    );
    // B needs the bare variable: without it a second thing changes nothing.
    let mut only_suffix = case.clone();
    let mut policies = case.policies.policies().to_vec();
    let text =
        policies[0].document.text.replacen("client/${iot:Connection.Thing.ThingName}\"", "client/x\"", 1);
    assert_ne!(text, policies[0].document.text);
    policies[0].document = document::parse(&text);
    only_suffix.policies = PolicySet::compile(policies);
    let kinds: Vec<_> = fixes(&only_suffix.policies, &only_suffix.context, &only_suffix.request)
        .into_iter()
        .map(|fix| fix.kind)
        .collect();
    assert_eq!(kinds, [Exclusive, CommonName, LiteralName, AnyName, OneSession]);
    let shared = fixes(&case.policies, &case.context, &case.request);
    let open: Vec<_> = shared.iter().filter(|fix| fix.lets_others_in()).map(|fix| fix.kind).collect();
    assert_eq!(open, [AnyName]);
    assert_eq!(
        shared[0].trials.iter().map(|trial| trial.who.clone()).collect::<Vec<_>>(),
        [
            Who::Asked,
            Who::OwnName("temp-sensor-01".to_owned()),
            Who::OtherDevice("temp-sensor-02".to_owned())
        ]
    );
    assert_eq!(shared[0].trials[0], Trial { who: Who::Asked, before: ImplicitDeny, after: Allowed });
}

#[test]
fn the_article_has_its_near_misses_its_surprise_and_its_silence() {
    let case = article("p2-suffix");
    let explanation = case.explain();
    let near: Vec<_> = near_misses(&case.policies, &case.context, &case.request, &explanation)
        .into_iter()
        .map(|near| (near.kind, near.change))
        .collect();
    assert_eq!(
        near,
        [
            (NearMissKind::OwnName, Change::ClientId("temp-sensor-01".to_owned())),
            (NearMissKind::Exclusive, Change::Exclusive(true)),
        ]
    );
    let places: Vec<_> = explanation.surprises.iter().map(|surprise| surprise.place.resource).collect();
    assert_eq!(places, [Some(1)]);
    let seen = explanation.seen.unwrap();
    assert_eq!((seen.v3.0, seen.v5.0), (Sight::ClosedWithoutConnack, Sight::ConnackNotAuthorized));
    assert!(article("p2-exclusive-suffix").explain().surprises.is_empty());
}

#[test]
fn a_message_of_a_session_that_cannot_exist_says_so() {
    let mut case = article("p2-publish");
    assert_eq!(case.explain().connect_refused, None);
    case.context.client_id = Field::Given("temp-sensor-01_01".to_owned());
    let refused = case.explain().connect_refused.unwrap();
    assert_eq!(refused.reason.as_str(), "THING_VAR_UNRESOLVED/CLIENT_ID_NOT_THING");
}
