//! The model of Check as the screen uses it: messages in, what is shown out.

use super::answer::Untried;
use super::lit::{Field, Kind, Lit, Part, Pointed};
use super::matrix::{At, Cell};
use super::*;
use crate::app::workspace::{Attachment, Entry, PolicyText, PrincipalKind};
use crate::policy::Verdict;
use crate::policy::fix::FixKind;
use crate::policy::import::MAX_PASTE;

const DEVICE: &str = "temp-sensor-01";

fn example() -> Model {
    Model::showing(Workspace::example(), None)
}

fn verdict(model: &Model, question: usize, client: usize) -> Option<Verdict> {
    match model.matrix.cell(At { question, client })? {
        Cell::Decided(decision) => Some(decision.verdict),
        Cell::NoConnection | Cell::NotOverHttps => None,
    }
}

fn way(model: &Model, kind: FixKind) -> usize {
    model.answer.as_ref().unwrap().ways.iter().position(|way| way.fix.kind == kind).unwrap()
}

fn text(model: &Model, (policy, span): (usize, Span)) -> &str {
    model.workspace.policies[policy].text.get(span).unwrap()
}

fn lit(model: &mut Model, pointed: Pointed) -> Lit {
    model.update(Msg::Point(Some(pointed)));
    model.lit()
}

/// The texts that are lit, without those that are only marked as decisive.
fn lit_texts<'a>(model: &'a Model, lit: &Lit) -> Vec<&'a str> {
    let lit = lit.spans.iter().filter(|(.., kind)| *kind == Kind::Lit);
    lit.map(|(policy, span, _)| text(model, (*policy, span.clone()))).collect()
}

#[test]
fn a_way_out_is_tried_on_a_copy_and_taken_back() {
    let mut model = example();
    let before = model.workspace.clone();
    assert_eq!(model.selected, At { question: 0, client: 1 });
    let exclusive = way(&model, FixKind::Exclusive);
    model.update(Msg::Try(exclusive));
    let trial = model.trial.as_ref().unwrap();
    assert!(matches!(
        trial.matrix.cell(model.selected),
        Some(Cell::Decided(decision)) if decision.verdict == Verdict::Allowed
    ));
    assert_eq!(trial.explanation.as_ref().unwrap().decision.verdict, Verdict::Allowed);
    assert_eq!((verdict(&model, 0, 1), &model.workspace), (Some(Verdict::ImplicitDeny), &before));
    model.update(Msg::TakeBack);
    assert!(model.trial.is_none() && !model.history.can_undo());

    // The same key takes it back too, another cell ends it, and so does typing.
    for end in [
        Msg::Try(exclusive),
        Msg::Select(At { question: 0, client: 0 }),
        Msg::Type(TextField::Publish, "other".into()),
    ] {
        model.update(Msg::Select(At { question: 0, client: 1 }));
        model.update(Msg::Try(exclusive));
        assert!(model.trial.is_some());
        model.update(end);
        assert!(model.trial.is_none());
    }
}

#[test]
fn what_is_kept_is_one_step_to_undo() {
    let mut model = example();
    let before = model.workspace.clone();
    for kind in [FixKind::Exclusive, FixKind::SecondThing, FixKind::LiteralName, FixKind::AnyName] {
        model.update(Msg::Try(way(&model, kind)));
        model.update(Msg::Keep);
        assert_eq!(verdict(&model, 0, 1), Some(Verdict::Allowed), "{kind:?}");
        assert!(model.trial.is_none() && model.history.can_undo());
        model.update(Msg::Undo);
        assert_eq!(model.workspace, before, "{kind:?}");
        assert_eq!(verdict(&model, 0, 1), Some(Verdict::ImplicitDeny), "{kind:?}");
    }
}

#[test]
fn the_table_of_ways_says_what_the_matrix_will_say() {
    let model = example();
    let answer = model.answer.as_ref().unwrap();
    assert_eq!(answer.columns, [1, 0]);
    for (number, one) in answer.ways.iter().enumerate() {
        let mut tried = model.clone();
        tried.update(Msg::Try(number));
        match &tried.trial {
            Some(trial) => {
                let row: Vec<_> = answer
                    .columns
                    .iter()
                    .map(|client| trial.matrix.cell(At { question: 0, client: *client }))
                    .collect();
                assert_eq!(
                    row,
                    one.after.iter().copied().map(Some).collect::<Vec<_>>(),
                    "{:?}",
                    one.fix.kind
                );
            }
            None => assert_eq!((one.fix.kind, one.untried), (FixKind::OneSession, Some(Untried::Advice))),
        }
    }
}

#[test]
fn a_change_that_the_form_contradicts_is_shown_without_a_trial() {
    let mut workspace = Workspace::example();
    // Everything in the certificate is said to be known, and a common name is not in it.
    workspace.who.certificate_complete = true;
    let mut model = Model::showing(workspace, None);
    let common = way(&model, FixKind::CommonName);
    assert_eq!(model.answer.as_ref().unwrap().ways[common].untried, Some(Untried::Form));
    model.update(Msg::Try(common));
    assert!(model.trial.is_none());
}

#[test]
fn a_near_miss_is_asked() {
    let mut model = example();
    model.update(Msg::Type(TextField::ClientIds, "temp-sensor-01_01".into()));
    model.update(Msg::Select(At { question: 0, client: 0 }));
    model.update(Msg::AskNear(0));
    assert_eq!(model.matrix.client_ids, ["temp-sensor-01_01", DEVICE]);
    assert_eq!(
        (model.selected, verdict(&model, 0, 1)),
        (At { question: 0, client: 1 }, Some(Verdict::Allowed))
    );
    // It is in the matrix now: it is only selected.
    model.update(Msg::Select(At { question: 0, client: 0 }));
    model.update(Msg::AskNear(0));
    assert_eq!((model.matrix.client_ids.len(), model.selected.client), (2, 1));
    // The other one changes the attachment.
    model.update(Msg::Select(At { question: 0, client: 0 }));
    model.update(Msg::AskNear(1));
    assert_eq!(
        (model.workspace.who.attachment, verdict(&model, 0, 0)),
        (Attachment::Exclusive, Some(Verdict::Allowed))
    );
}

#[test]
fn pointing_at_a_part_lights_its_text_and_its_fields() {
    let mut model = example();
    let steps = &model.answer.as_ref().unwrap().steps;
    let step = steps.iter().position(|step| step.rows.len() == 2).unwrap();
    let lit = lit(&mut model, Pointed::Part(Part::Row(step, 1)));
    let texts = lit_texts(&model, &lit);
    assert_eq!(texts.len(), 1);
    assert!(texts[0].ends_with("client/${iot:Connection.Thing.ThingName}_*\""), "{texts:?}");
    assert_eq!(lit.fields, [Field::Things, Field::Attachment, Field::ClientIds].into());
    assert!(lit.spans.iter().any(|(.., kind)| *kind == Kind::Decisive));
}

#[test]
fn pointing_at_the_text_or_a_field_lights_the_parts() {
    let mut model = example();
    let suffix = model.workspace.policies[0].text.find("_*").unwrap();
    let found = lit(&mut model, Pointed::Text(0, suffix));
    let step = model.answer.as_ref().unwrap().steps.iter().position(|step| step.rows.len() == 2).unwrap();
    assert!(
        found.parts.contains(&Part::Row(step, 1)) && !found.parts.contains(&Part::Row(step, 0)),
        "{found:?}"
    );
    assert!(found.parts.contains(&Part::Step(step)) && found.parts.contains(&Part::Value(0)));
    assert!(found.parts.contains(&Part::Surprise(0)) && found.parts.contains(&Part::Headline));
    assert!(found.fields.contains(&Field::Attachment));

    // Another statement: its line of the trail alone.
    let publish = model.workspace.policies[0].text.find("iot:Publish").unwrap();
    let found = lit(&mut model, Pointed::Text(0, publish));
    assert_eq!(found.parts, [Part::Statement(0, 0, 1)].into());

    let found = lit(&mut model, Pointed::Field(Field::Attachment));
    assert!(found.parts.contains(&Part::Step(0)) && found.parts.contains(&Part::Row(step, 0)));
    assert_eq!(lit_texts(&model, &found).len(), 2);
    let found = lit(&mut model, Pointed::Field(Field::Publish));
    assert!(found.parts.is_empty() && lit_texts(&model, &found).is_empty());

    model.update(Msg::Point(None));
    assert!(model.lit().parts.is_empty());
}

#[test]
fn names_of_parts_and_fields_are_read_again() {
    let mut model = example();
    model.update(Msg::Point(Some(Pointed::Field(Field::ClientIds))));
    for part in model.links.iter().map(|(part, _)| *part) {
        assert_eq!(Part::parse(&part.name()), Some(part));
    }
    let value = Field::Value("iot:Connection.Thing.Attributes[a b]".into());
    for field in [Field::Things, Field::Attachment, Field::ClientIds, Field::Will, value] {
        assert_eq!(Field::parse(&field.name()), Some(field));
    }
    assert_eq!((Part::parse("step x"), Part::parse("row 1"), Field::parse("none")), (None, None, None));
}

#[test]
fn while_a_text_cannot_be_read_the_last_answer_stays() {
    let mut model = example();
    let good = model.workspace.policies[0].text.clone();
    let (cells, findings) = (model.matrix.cells.clone(), model.findings().len());
    let broken = good.replacen("\"Allow\"", "\"Allow", 1);
    model.update(Msg::Type(TextField::PolicyText(0), broken.clone()));
    assert_eq!((model.stale.as_slice(), &model.matrix.cells), ([0].as_slice(), &cells));
    assert_eq!(
        (model.workspace.policies[0].text.as_str(), model.findings().len()),
        (broken.as_str(), findings)
    );
    assert!(model.document(0).unwrap().diagnostics.iter().any(|found| found.code() == "IPL-P001"));
    // Places of the text that is not there any more are not marked, and changes of it are not offered.
    assert_eq!((model.lit().spans, model.squiggles(0)), (Vec::new(), Vec::new()));
    let literal = way(&model, FixKind::LiteralName);
    assert_eq!(model.answer.as_ref().unwrap().ways[literal].untried, Some(Untried::Unreadable));

    // The rest of the form is answered all the same.
    model.update(Msg::Edit(Edit::Attach(Attachment::Exclusive)));
    assert_eq!((model.stale.as_slice(), verdict(&model, 0, 1)), ([0].as_slice(), Some(Verdict::Allowed)));
    // The next key strokes do not make the broken text the last good one.
    model.update(Msg::Type(TextField::PolicyText(0), format!("{broken} ")));
    assert_eq!((model.stale.as_slice(), verdict(&model, 0, 1)), ([0].as_slice(), Some(Verdict::Allowed)));
    // A policy before it does not lead astray.
    model.update(Msg::Edit(Edit::AddPolicy));
    model.update(Msg::Edit(Edit::RemovePolicy(1)));
    assert_eq!(verdict(&model, 0, 1), Some(Verdict::Allowed));

    model.update(Msg::Type(TextField::PolicyText(0), good.replace("\"Allow\"", "\"Deny\"")));
    assert_eq!((model.stale.as_slice(), verdict(&model, 0, 0)), ([].as_slice(), Some(Verdict::ExplicitDeny)));
}

#[test]
fn a_last_readable_text_answers_for_its_own_policy_alone() {
    let allow = |client: &str| {
        format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:eu-west-1:123456789012:client/{client}"}}}}"#
        )
    };
    let broken = r#"{ "Version": "2012-10-17", "Statement": [ {"#;
    let mut model = example();
    model.update(Msg::Edit(Edit::Empty));
    // The empty text before it is no answer.
    model.update(Msg::Type(TextField::PolicyText(0), broken.to_owned()));
    model.update(Msg::Type(TextField::ClientIds, DEVICE.to_owned()));
    assert_eq!((model.stale.as_slice(), verdict(&model, 0, 0)), ([].as_slice(), Some(Verdict::ImplicitDeny)));

    // Nor is the text of another policy of that name, once that one is gone.
    model.update(Msg::Type(TextField::PolicyText(0), allow("*")));
    model.update(Msg::Edit(Edit::AddPolicy));
    model.update(Msg::Type(TextField::PolicyName(1), "policy-1".to_owned()));
    model.update(Msg::Type(TextField::PolicyText(1), allow("other")));
    model.update(Msg::Type(TextField::PolicyText(1), broken.to_owned()));
    assert_eq!((model.stale.as_slice(), verdict(&model, 0, 0)), ([1].as_slice(), Some(Verdict::Allowed)));
    model.update(Msg::Edit(Edit::RemovePolicy(0)));
    assert_eq!(
        (model.stale.as_slice(), verdict(&model, 0, 0)),
        ([0].as_slice(), Some(Verdict::ImplicitDeny))
    );

    // Another workspace has none.
    model.update(Msg::Edit(Edit::Example));
    let mut workspace = model.workspace.clone();
    workspace.policies[0].text = broken.to_owned();
    model.update(Msg::Take(Box::new(workspace)));
    assert!(model.stale.is_empty());
}

#[test]
fn a_new_policy_has_a_name_of_its_own() {
    let mut model = example();
    model.update(Msg::Edit(Edit::Empty));
    for edit in [Edit::AddPolicy, Edit::AddPolicy, Edit::RemovePolicy(0), Edit::AddPolicy] {
        model.update(Msg::Edit(edit));
    }
    assert_eq!(names(&model), ["policy-2", "policy-3", "policy-4"]);
}

#[test]
fn comments_and_a_missing_comma_are_no_reason_to_keep_an_old_answer() {
    let mut model = example();
    let good = model.workspace.policies[0].text.clone();
    let meant = [good.replacen('{', "{ # mine\n", 1), good.replacen("},", "}", 1), String::new()];
    for text in meant {
        model.update(Msg::Type(TextField::PolicyText(0), text.clone()));
        assert_eq!(model.stale, Vec::<usize>::new(), "{text}");
    }
}

#[test]
fn findings_have_places_and_mend_the_text() {
    let mut model = example();
    let wildcard = model.workspace.policies[0].text.replace("topic/dt/temperature", "topic/dt/+");
    model.update(Msg::Type(TextField::PolicyText(0), wildcard));
    let found = model.findings().iter().position(|one| one.rule.code == "IPL-L003").unwrap();
    let place = model.place(&model.findings()[found]).unwrap();
    assert!(text(&model, place.clone()).contains("topic/dt/+"));
    assert!(model.squiggles(0).iter().any(|(span, ..)| *span == place.1));
    model.update(Msg::Reveal(place.0, place.1.clone()));
    model.update(Msg::Reveal(place.0, place.1.clone()));
    assert_eq!(model.reveal, Some(Reveal { number: 1, policy: 0, span: place.1 }));

    model.update(Msg::Mend(found));
    assert!(model.workspace.policies[0].text.contains("topic/dt/*"));
    assert!(model.findings().iter().all(|one| one.rule.code != "IPL-L003"));
    model.update(Msg::Undo);
    assert!(model.workspace.policies[0].text.contains("topic/dt/+"));
}

/// A workspace that asks one case of the article.
fn workspace(case: &crate::suite::Case) -> Option<Workspace> {
    use crate::policy::{Field as Known, Request};
    let things = case.context.things.given().cloned().unwrap_or_default();
    let mut workspace = Workspace {
        policies: case
            .policies
            .policies()
            .iter()
            .map(|policy| PolicyText::new(&policy.name, &policy.document.text))
            .collect(),
        ..Workspace::default()
    };
    let Workspace { who, ask, .. } = &mut workspace;
    who.things = things.iter().map(|thing| thing.name.as_str()).collect::<Vec<_>>().join("\n");
    who.registered = case.context.registered.join("\n");
    who.attachment = match case.context.exclusive {
        Known::Given(true) => Attachment::Exclusive,
        _ if things.is_empty() => Attachment::None,
        _ => Attachment::NonExclusive,
    };
    (who.region, who.account) = (case.context.region.clone(), case.context.account.clone());
    ask.client_ids = case.context.client_id.given()?.clone();
    match &case.request {
        Request::Connect { .. } => {}
        Request::Publish { topic, .. } => ask.publish.clone_from(topic),
        Request::Subscribe { filter, .. } => ask.subscribe.clone_from(filter),
        Request::Receive { topic, share: None } => ask.receive.clone_from(topic),
        _ => return None,
    }
    Some(workspace)
}

#[test]
fn every_way_out_of_the_article_that_can_be_tried_does_what_it_says_when_kept() {
    let suite = crate::suite::Suite::parse(include_str!("../../../tests/cases/article.json")).unwrap();
    let (mut kept, mut advice) = (0, 0);
    for case in &suite.cases {
        let Some(workspace) = workspace(case) else { continue };
        let mut model = Model::showing(workspace, None);
        model.update(Msg::Select(At { question: model.matrix.questions.len() - 1, client: 0 }));
        let Some(answer) = model.answer.clone() else { continue };
        for (number, way) in answer.ways.iter().enumerate() {
            if let Some(why) = way.untried {
                assert_eq!((why, way.fix.kind), (Untried::Advice, FixKind::OneSession), "{}", case.id);
                advice += 1;
                continue;
            }
            let wanted = way.fix.after();
            let At { question, client } = model.selected;
            model.update(Msg::Try(number));
            model.update(Msg::Keep);
            assert_eq!(verdict(&model, question, client), wanted, "{} {:?}", case.id, way.fix.kind);
            model.update(Msg::Undo);
            model.update(Msg::Select(At { question, client }));
            kept += 1;
        }
    }
    assert!(kept > 20 && advice > 0, "{kept} {advice}");
}

fn edited(model: &mut Model, edit: Edit) {
    assert_eq!(model.update(Msg::Edit(edit)), []);
}

fn names(model: &Model) -> Vec<&str> {
    model.workspace.policies.iter().map(|policy| policy.name.as_str()).collect()
}

#[test]
fn policies_are_replaced_added_and_left_out_in_one_step_each() {
    let mut model = Model::showing(Workspace::example(), None);
    let brought = |names: &[&str]| names.iter().map(|name| PolicyText::new(name, "{}")).collect::<Vec<_>>();
    edited(&mut model, Edit::ReplacePolicy(0, brought(&["a", "b"])));
    edited(&mut model, Edit::AddPolicy);
    // The empty one gives way.
    edited(&mut model, Edit::AddPolicies(brought(&["c", "d"])));
    assert_eq!(names(&model), ["a", "b", "c", "d"]);
    assert_eq!(model.notice, None);
    edited(&mut model, Edit::AddPolicies(vec![PolicyText::new("x", "{}"); MAX_POLICIES]));
    assert_eq!(names(&model).len(), MAX_POLICIES);
    assert!(model.notice.as_deref().is_some_and(|notice| notice.contains("4 more were left out")));
    model.update(Msg::Undo);
    model.update(Msg::Undo);
    assert_eq!(names(&model), ["a", "b", "policy-3"]);
    edited(&mut model, Edit::ReplacePolicy(7, brought(&["e"])));
    assert_eq!(names(&model), ["a", "b", "policy-3"]);
}

#[test]
fn a_private_key_and_too_much_text_are_refused_and_stay_out_of_the_history() {
    let mut model = Model::showing(Workspace::example(), None);
    let before = model.workspace.clone();
    let key = "-----BEGIN RSA PRIVATE KEY-----\nMII";
    for text in [key.to_owned(), "x".repeat(MAX_PASTE + 1)] {
        model.update(Msg::Type(TextField::PolicyText(0), text));
        assert!(model.notice.is_some());
        // The browser may tell that the field is as it was: the notice stays.
        model.update(Msg::Type(TextField::PolicyText(0), before.policies[0].text.clone()));
        assert!(model.notice.is_some());
    }
    assert_eq!(model.workspace, before);
    assert!(!model.history.can_undo());
}

#[test]
fn the_text_that_gave_way_to_has_none_comes_back() {
    let mut model = Model::showing(Workspace::example(), None);
    let name = "aws:SourceIp".to_owned();
    model.update(Msg::Type(TextField::Value(name.clone()), "10.0.0.1".into()));
    edited(&mut model, Edit::Value(name.clone(), Some(Entry::None)));
    assert_eq!(model.workspace.who.values[&name], Entry::None);
    edited(&mut model, Edit::Value(name.clone(), None));
    assert_eq!(model.workspace.who.values[&name], Entry::Is("10.0.0.1".into()));
    model.update(Msg::Type(TextField::Value(name.clone()), String::new()));
    edited(&mut model, Edit::Value(name.clone(), Some(Entry::None)));
    edited(&mut model, Edit::Value(name.clone(), None));
    assert!(!model.workspace.who.values.contains_key(&name));
    edited(&mut model, Edit::ThingValue("t".into(), name.clone(), Some(Entry::Is("a".into()))));
    edited(&mut model, Edit::ThingValue("t".into(), name.clone(), Some(Entry::None)));
    edited(&mut model, Edit::ThingValue("t".into(), name.clone(), None));
    assert_eq!(model.workspace.who.facts["t"].values[&name], Entry::Is("a".into()));
}

/// What the other program brings for the errands among these orders.
fn brought(effects: Vec<Effect>) -> Vec<Brought> {
    let errands = effects.into_iter().filter_map(|effect| match effect {
        Effect::Run(errand) => Some(errand),
        _ => None,
    });
    errands.map(errand::run).collect()
}

fn bring(model: &mut Model, effects: Vec<Effect>) {
    for brought in brought(effects) {
        model.update(Msg::Brought(brought));
    }
}

const LISTED: &str = r#"{"policyName": "mine", "policyDocument": {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}}}"#;

#[test]
fn a_text_is_searched_once_and_an_answer_to_another_text_is_dropped() {
    let mut model = example();
    assert_eq!(model.update(Msg::Open), []);
    let field = TextField::PolicyText(0);
    let asked = model.update(Msg::Type(field.clone(), LISTED.into()));
    assert_eq!(asked, [Effect::Run(Errand::Find { text: LISTED.into() })]);
    assert_eq!(model.update(Msg::Point(None)), []);
    assert_eq!(model.imported(0), None);
    // Gone before the answer comes, and back after it.
    model.update(Msg::Undo);
    bring(&mut model, asked.clone());
    assert_eq!(model.imported(0), None);
    assert_eq!(model.update(Msg::Redo), asked);
    model.notice = Some("read me".into());
    bring(&mut model, asked);
    assert_eq!(model.notice.as_deref(), Some("read me"));
    let found = model.imported(0).unwrap();
    assert_eq!((found.policies.len(), found.wrapped), (1, true));
    let policies = found.in_place_of(&model.workspace.policies[0]);
    edited(&mut model, Edit::ReplacePolicy(0, policies));
    assert_eq!((names(&model), model.imported(0)), (vec!["mine"], None));
}

#[test]
fn a_workspace_that_opens_with_more_than_a_policy_is_searched() {
    let left = Workspace { policies: vec![PolicyText::new("p", LISTED)], ..Workspace::default() }.write();
    let mut model = Model::open(&Opening { left: Some(&left), ..Opening::default() });
    let asked = model.update(Msg::Open);
    bring(&mut model, asked);
    assert!(model.imported(0).is_some());
}

#[test]
fn files_become_policies_and_those_that_cannot_are_told() {
    let mut model = example();
    let key = "-----BEGIN RSA PRIVATE KEY-----\nMII";
    let files = vec![
        ("fleet.json".to_owned(), Ok("{}".to_owned())),
        ("large.json".to_owned(), Err("it is large".to_owned())),
        ("device.key".to_owned(), Ok(key.to_owned())),
    ];
    let asked = model.update(Msg::Import(Opened { files, left_out: 2 }));
    bring(&mut model, asked);
    assert_eq!(names(&model).last(), Some(&"fleet"));
    let told: Vec<String> = model.files.iter().map(Text::to_string).collect();
    assert_eq!(told.len(), 4, "{told:?}");
    assert_eq!(told[0], "`large.json` was not taken: it is large. Nothing was changed.");
    assert!(told[2].starts_with("`device.key`: The text holds a private key"));
    assert_eq!(told[3], "One policy was taken.");
    model.update(Msg::Undo);
    assert_eq!(model.workspace.policies, Workspace::example().policies);
}

const THING: &str = r#"{"thingName": "temp-sensor-01", "attributes": {}}"#;

#[test]
fn what_is_pasted_fills_in_who_connects_and_leaves_the_field() {
    let mut model = example();
    let asked = model.update(Msg::FillIn(THING.into()));
    // Until it is taken it stands in the field.
    assert_eq!(model.fill_in.text, THING);
    bring(&mut model, asked.clone());
    assert_eq!(model.fill_in.text, "");
    assert!(model.workspace.who.facts[DEVICE].complete && model.history.can_undo());
    assert!(model.fill_in.filled(&model.workspace.who).is_some());
    // It comes a second time: nobody waits for it.
    model.update(Msg::Undo);
    bring(&mut model, asked);
    assert!(!model.workspace.who.facts.contains_key(DEVICE));
    assert!(model.fill_in.filled(&model.workspace.who).is_none());
}

#[test]
fn what_cannot_be_taken_stays_in_the_field() {
    let mut model = example();
    let before = model.workspace.clone();
    let first = model.update(Msg::FillIn("{\"thing".into()));
    let second = model.update(Msg::FillIn("{\"things".into()));
    bring(&mut model, first);
    assert!(model.fill_in.refused.is_empty());
    bring(&mut model, second);
    assert_eq!((model.fill_in.text.as_str(), model.fill_in.refused.len()), ("{\"things", 1));
    // The form is another one when the answer comes.
    let asked = model.update(Msg::FillIn(THING.into()));
    edited(&mut model, Edit::Principal(PrincipalKind::IamRole));
    bring(&mut model, asked);
    assert_eq!(model.fill_in.text, THING);
    assert!(model.fill_in.refused[0].to_string().contains(form::FORM_CHANGED));
    model.update(Msg::FillIn(String::new()));
    assert!(model.fill_in.text.is_empty() && model.fill_in.refused.is_empty());
    model.update(Msg::Undo);
    assert_eq!(model.workspace, before);
}

#[test]
fn a_private_key_reaches_neither_the_field_nor_the_other_program() {
    let mut model = example();
    let key = "-----BEGIN RSA PRIVATE KEY-----\nMII";
    let said = |model: &Model| model.fill_in.refused.iter().map(Text::to_string).collect::<String>();
    model.update(Msg::FillIn("nonsense".into()));
    assert_eq!(model.update(Msg::FillIn(key.into())), []);
    assert_eq!(model.fill_in.text, "");
    assert!(said(&model).starts_with("Nothing was taken: the text holds a private key"));
    // The field tells that it was emptied.
    assert_eq!(model.update(Msg::FillIn(String::new())), []);
    assert!(said(&model).starts_with("Nothing was taken: the text holds a private key"));
    let files = vec![("device.key".to_owned(), Ok(key.to_owned()))];
    assert_eq!(model.update(Msg::FillInFrom(Opened { files, left_out: 0 })), []);
    assert!(said(&model).contains("private key"));
}

#[test]
fn what_a_template_computes_is_unknown() {
    let template = r#"{"Resources": {"P": {"Type": "AWS::IoT::Policy", "Properties": {"PolicyDocument": {
        "Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "iot:Connect",
             "Resource": {"Fn::Sub": "arn:aws:iot:${AWS::Region}:${AWS::AccountId}:client/${!iot:ClientId}"}},
            {"Effect": "Allow", "Action": "iot:Publish",
             "Resource": {"Fn::Sub": "arn:aws:iot:eu-west-1:123456789012:topic/${Prefix}/a"}},
            {"Effect": "Allow", "Action": "iot:Subscribe", "Resource": {"Fn::Join": ["", ["arn:", {"Ref": "Rest"}]]}},
            {"Effect": "Deny", "Action": "iot:Receive", "Resource": "*"}
        ]}}}}}"#;
    let mut model = example();
    let found = import::find(template).unwrap();
    edited(&mut model, Edit::AddPolicy);
    let last = model.workspace.policies.len() - 1;
    let taken = found.in_place_of(&model.workspace.policies[last]);
    edited(&mut model, Edit::ReplacePolicy(last, taken));
    for off in 0..last {
        edited(&mut model, Edit::SwitchPolicy(off));
    }
    let ask = [(TextField::Publish, "x/a"), (TextField::Subscribe, "x/#"), (TextField::Receive, "x/a")];
    for (field, asked) in ask {
        model.update(Msg::Type(field, asked.to_owned()));
    }
    let verdicts: Vec<_> = (0..4).map(|question| verdict(&model, question, 0)).collect();
    let unknown = Some(Verdict::CannotTell);
    assert_eq!(verdicts, [unknown, unknown, unknown, Some(Verdict::ExplicitDeny)]);
    assert_eq!(model.document(last).unwrap().diagnostics, []);
    let said = |question| crate::words::headline(&model.matrix.explain(At { question, client: 0 }).unwrap());
    assert_eq!(
        [said(0), said(1), said(2)],
        [
            "Cannot tell: statement 1 depends on what the template puts in place of `${AWS::Region}`.",
            "Cannot tell: if `Prefix` is `some other value`: denied; if `Prefix` is `x`: allowed.",
            "Cannot tell: if `Fn::Join` is `arn:aws:iot:eu-west-1:123456789012:topicfilter/x/#`: allowed; if `Fn::Join` is \
             `some other value`: denied.",
        ]
    );

    // The same text without the template is a policy as AWS gets it: nobody gives these names a value.
    model.workspace.policies[last].computed.clear();
    model.recheck();
    assert_eq!(verdict(&model, 0, 0), Some(Verdict::ImplicitDeny));
}

#[test]
fn what_holds_answers_is_not_made_of_a_text_that_they_are_not_of() {
    let mut model = example();
    model.update(Msg::Type(TextField::PolicyText(0), "{".into()));
    assert!(!model.stale.is_empty());
    for leave in [Leave::Report, Leave::ReportFile, Leave::JsonFile, Leave::SuiteFile] {
        assert_eq!(model.update(Msg::Leave(leave)), [], "{leave:?}");
        assert_eq!(model.notice.as_deref(), Some(said::NOT_OF_THIS_TEXT));
    }
    assert!(matches!(model.update(Msg::Leave(Leave::Link))[..], [Effect::Run(Errand::Make { .. })]));
    assert_eq!(model.notice, None);
}

#[test]
fn a_report_says_what_was_not_asked() {
    let mut workspace = Workspace::example();
    let report = |workspace: &Workspace| {
        share::prepare(workspace, true).unwrap().report(At { question: 0, client: 0 })
    };
    assert!(!report(&workspace).contains("not asked"));
    workspace.ask.client_ids = (0..60).map(|number| format!("client-{number}\n")).collect();
    assert!(report(&workspace).contains("\n10 lines were not asked: at most 50 client IDs"));
}

#[test]
fn an_explanation_says_what_the_form_says() {
    use crate::policy::explain::Confidence;
    use crate::words::steps;

    let steps_of = |workspace: &Workspace| {
        let explained = matrix::Matrix::new(workspace).explain(At { question: 0, client: 0 }).unwrap();
        let steps: Vec<String> = steps(&explained).iter().map(|step| step.text.to_string()).collect();
        (explained.confidence, steps)
    };
    let mut workspace = Workspace::example();
    workspace.who.attachment = Attachment::Exclusive;
    workspace.who.things = "temp-sensor-01\nother".into();
    let (confidence, steps) = steps_of(&workspace);
    assert_eq!(confidence, Confidence::Inferred);
    let says = "The certificate is attached to `temp-sensor-01, other`, and exclusively: AWS refuses";
    assert!(steps.iter().any(|step| step.starts_with(says)), "{steps:?}");

    workspace.who.attachment = Attachment::NonExclusive;
    workspace.who.certificate = crate::app::workspace::CertificateState::Inactive;
    let (_, steps) = steps_of(&workspace);
    let says = "the certificate is not active, so no policy is asked. Result: denied.";
    assert!(steps.iter().any(|step| step.ends_with(says)), "{steps:?}");
    assert!(!steps.iter().any(|step| step.contains("nothing allows it")), "{steps:?}");
}

#[test]
fn a_program_that_does_not_come_leaves_the_screen_and_lets_everything_be_asked_again() {
    let mut model = example();
    model.update(Msg::Show(Screen::Simulate));
    model.update(Msg::NotOpened(Screen::Simulate));
    assert_eq!((model.workspace.screen, model.notice.is_some()), (Screen::Check, true));

    let paste = r#"{"Resources": {"P": {"Type": "AWS::IoT::Policy", "Properties": {"PolicyDocument": {"Version": "2012-10-17", "Statement": []}}}}}"#;
    let asked = |effects: Vec<Effect>| {
        let errands = effects.into_iter().filter_map(|effect| match effect {
            Effect::Run(errand @ Errand::Find { .. }) => Some(errand),
            _ => None,
        });
        errands.collect::<Vec<_>>()
    };
    let first = asked(model.update(Msg::Type(TextField::PolicyText(0), paste.into())));
    let [find] = first.try_into().unwrap();
    assert_eq!(asked(model.update(Msg::NotDone(find.clone()))), [], "not at once, or it would never end");
    assert_eq!(asked(model.update(Msg::Brought(Brought::Why("IPL-L001".into(), String::new())))), [find]);

    let prepare = model.update(Msg::Share(true));
    let [Effect::Run(prepare)] = prepare.as_slice() else { panic!("{prepare:?}") };
    model.update(Msg::NotDone(prepare.clone()));
    assert!(!model.sharing && model.notice.is_some(), "nothing waits for what does not come");
}

#[test]
fn a_link_that_nobody_reads_leaves_the_example_and_its_place_in_the_address() {
    let mut model = Model::open(&Opening { fragment: "check?clientId=a", ..Opening::default() });
    let effects = model.update(Msg::Open);
    let [Effect::Run(link)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(model.update(Msg::NotDone(link.clone())), []);
    assert_eq!(model.workspace.policies, Workspace::example().policies);
    assert!(model.notice.as_ref().is_some_and(|notice| notice.contains("Reload the page")));
    assert!(!model.from_link);
}

#[test]
fn the_link_goes_with_what_it_brought() {
    for edit in [Edit::Example, Edit::Empty] {
        let mut model = example();
        model.update(Msg::Brought(Brought::Linked(Ok(Box::default()))));
        assert!(model.from_link);
        assert_eq!(model.update(Msg::Edit(edit)), [Effect::ForgetLink]);
        assert!(!model.from_link);
    }
    let mut model = example();
    model.update(Msg::Brought(Brought::Linked(Ok(Box::default()))));
    model.update(Msg::Link("main".into()));
    assert!(!model.from_link, "another fragment stands in the address bar");
}

#[test]
fn of_two_policies_in_one_text_it_is_said_that_the_first_alone_answers() {
    let mut model = example();
    let policy = |effect: &str| {
        let statement = format!(r#"{{"Effect":"{effect}","Action":"iot:Connect","Resource":"*"}}"#);
        format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#)
    };
    let both = format!("{}\n{}", policy("Allow"), policy("Deny"));
    model.update(Msg::Type(TextField::PolicyText(0), both));
    let explained = model.matrix.explain(At { question: 0, client: 0 }).unwrap();
    let headline = crate::words::headline(&explained);
    assert!(headline.contains("Only the first one is read."), "{headline}");
}

#[test]
fn what_aws_never_takes_is_not_titled_allowed() {
    let mut model = example();
    model.update(Msg::Type(TextField::ClientIds, format!("ok\n$x\n{}", "a".repeat(129))));
    let every = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:*","Resource":"*"}}"#;
    model.update(Msg::Type(TextField::PolicyText(0), every.into()));
    let title = |client| crate::words::title(&model.matrix.explain(At { question: 0, client }).unwrap());
    assert_eq!(title(0), "Allowed");
    for client in [1, 2] {
        assert_eq!(title(client), "Allowed by the policies, never taken by AWS IoT Core");
    }
}

#[test]
fn where_no_policy_counts_one_session_is_no_way_out() {
    let mut model = example();
    model.update(Msg::Edit(Edit::Principal(PrincipalKind::CognitoUnauthenticated)));
    let answer = model.answer.as_ref().unwrap();
    assert_eq!(answer.explanation.decision.verdict, Verdict::ImplicitDeny);
    assert!(answer.ways.iter().all(|way| way.fix.kind != FixKind::OneSession));
}
