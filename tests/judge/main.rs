//! A judge that knows nothing of the engine answers random requests; both must say the same.
//!
//! Every world is made from a tape of numbers with a fixed seed. A disagreement is shrunk and printed as a case of
//! the suite format. Every reason code of the engine has to be met.

#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::indexing_slicing, reason = "a test stops when it is wrong")]

mod convert;
mod evaluator;
mod generator;
mod suppose;
mod world;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use evaluator::Verdict;
use iot_policy_lab::{
    policy::{ReasonCode, Verdict as Answer, evaluate::VariableGroup, variable::NoValue},
    suite::Suite,
};
use proptest::{
    collection::vec,
    num::u16,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner},
};
use serde_json::json;

const WORLDS: u32 = 100_000;

#[test]
fn engine_and_judge_agree() {
    let worlds = std::env::var("JUDGE_WORLDS").map_or(WORLDS, |count| count.parse().unwrap());
    let seed = std::env::var("JUDGE_SEED").map_or(7, |seed| seed.parse().unwrap());
    let config =
        Config { cases: worlds, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]));
    let met = RefCell::new(BTreeMap::<&str, u32>::new());
    let careful = Cell::new(0);
    let outcome = runner.run(&vec(u16::ANY, 40..130), |tape| {
        let agreed = agree(&tape).map_err(TestCaseError::fail)?;
        *met.borrow_mut().entry(agreed.reason).or_default() += 1;
        careful.set(careful.get() + u32::from(agreed.too_careful));
        Ok(())
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(reason, _)) => panic!("{reason}"),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
    let met = met.into_inner();
    println!("{met:#?}\nworlds {worlds}, too careful {}", careful.get());
    assert!(careful.get() <= worlds / 1000, "too often too careful: {}", careful.get());
    let missing: Vec<_> = reason_codes().into_iter().filter(|code| !met.contains_key(code)).collect();
    assert!(missing.is_empty(), "never met: {missing:?}");
}

struct Agreed {
    reason: &'static str,
    /// The engine says *cannot tell* where every supposition leads to one verdict. It may, seldom: it
    /// settles only what exact comparisons settle, and supposes no client ID and no things.
    too_careful: bool,
}

/// What both say, or the disagreement as text.
fn agree(tape: &[u16]) -> Result<Agreed, String> {
    let world = generator::world(tape);
    let possible = suppose::possible(&world);
    let (policies, context, request) = convert::engine(&world);
    let decision = policies.decide(&context, &request);
    let answer = match decision.verdict {
        Answer::Allowed => Some(Verdict::Allow),
        Answer::ExplicitDeny => Some(Verdict::ExplicitDeny),
        Answer::ImplicitDeny => Some(Verdict::ImplicitDeny),
        Answer::CannotTell => None,
    };
    let too_careful = answer.is_none() && possible.len() == 1 && has_unknown(&world);
    let right = match answer {
        Some(answer) => possible.iter().eq([&answer]),
        None => possible.len() > 1 || too_careful,
    };
    let first = *possible.iter().next().ok_or("the judge has no verdict")?;
    let case = || {
        let case = json!([convert::suite_case(&world, first)]);
        serde_json::to_string_pretty(&case).unwrap_or_default()
    };
    if !right {
        let reason = decision.reason.as_str();
        let more = if convert::fits_a_suite(&world) {
            String::new()
        } else {
            format!("beyond the format: {world:?}")
        };
        return Err(format!("engine {answer:?} ({reason}), judge {possible:?}\n{}\n{more}", case()));
    }
    if possible.len() == 1
        && convert::fits_a_suite(&world)
        && tape.first().is_some_and(|first| first % 16 == 0)
    {
        let suite = Suite::parse(&case()).map_err(|error| format!("{error}\n{}", case()))?;
        if suite.cases[0].decide() != decision {
            return Err(format!("the suite format says something else\n{}", case()));
        }
    }
    Ok(Agreed { reason: decision.reason.as_str(), too_careful })
}

/// Whether something that the engine may not know stands in `world`.
fn has_unknown(world: &world::World) -> bool {
    let text = format!("{world:?}");
    text.contains(": Unknown") || !world.unknown.is_empty()
}

/// Every code that [`ReasonCode::as_str`] can give to a decision.
fn reason_codes() -> Vec<&'static str> {
    use NoValue as N;
    let plain = [
        ReasonCode::Allowed,
        ReasonCode::Denied,
        ReasonCode::CertificateNotActive,
        ReasonCode::NoPolicy,
        ReasonCode::NoIotPolicy,
        ReasonCode::NoIamPolicy,
        ReasonCode::GroupPolicyNotApplied,
        ReasonCode::ActionNotAllowed,
        ReasonCode::ResourceType,
        ReasonCode::ArnField,
        ReasonCode::LetterCase,
        ReasonCode::MqttWildcard,
        ReasonCode::VariablesOff,
        ReasonCode::ResourceMismatch,
        ReasonCode::NotResource,
        ReasonCode::ConditionFailed,
        ReasonCode::ValueUnknown,
        ReasonCode::NotModelled,
    ];
    let thing = [
        N::ClientIdNotThing,
        N::ThingNotAttached,
        N::NoThingAttached,
        N::NotOverHttps,
        N::PrincipalHasNoThing,
        N::NotInIamPolicy,
        N::ThingHasNoType,
        N::AttributeMissing,
    ];
    let certificate = [
        N::NoCertificate,
        N::CertificateFieldAbsent,
        N::IndexPastEnd,
        N::ForbiddenCharacter,
        N::TooLong,
        N::ListInText,
        N::NotInIamPolicy,
    ];
    let other = [N::UnknownName, N::DefaultValue, N::BeforeFifthColon, N::Undocumented, N::NotInRequest];
    let unresolved = |group, all: &[NoValue]| -> Vec<ReasonCode> {
        all.iter().map(|why| ReasonCode::Unresolved { group, why: *why }).collect()
    };
    // A new variant must be added above; this match then stops compiling.
    for code in plain {
        match code {
            ReasonCode::Allowed
            | ReasonCode::Denied
            | ReasonCode::CertificateNotActive
            | ReasonCode::NoPolicy
            | ReasonCode::NoIotPolicy
            | ReasonCode::NoIamPolicy
            | ReasonCode::GroupPolicyNotApplied
            | ReasonCode::ActionNotAllowed
            | ReasonCode::ResourceType
            | ReasonCode::ArnField
            | ReasonCode::LetterCase
            | ReasonCode::MqttWildcard
            | ReasonCode::VariablesOff
            | ReasonCode::ResourceMismatch
            | ReasonCode::NotResource
            | ReasonCode::Unresolved { .. }
            | ReasonCode::ConditionFailed
            | ReasonCode::ValueUnknown
            | ReasonCode::NotModelled => {}
        }
    }
    let all = plain
        .into_iter()
        .chain(unresolved(VariableGroup::Thing, &thing))
        .chain(unresolved(VariableGroup::Certificate, &certificate))
        .chain(unresolved(VariableGroup::Other, &other));
    all.map(ReasonCode::as_str).collect()
}
