//! `static/reference.json` is what the engine's own tables say. `UPDATE_CASES=1` writes it anew.

use std::{collections::BTreeSet, env, fs};

use iot_policy_lab::broker;
use iot_policy_lab::iot::action::ACTIONS;
use iot_policy_lab::policy::{ReasonCode, facts, lint::RULES, variable};
use iot_policy_lab::words::reference::{Section, all};

#[test]
fn the_file_is_what_the_engine_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/static/reference.json");
    let text = serde_json::to_string_pretty(&all()).unwrap() + "\n";
    if env::var_os("UPDATE_CASES").is_some() {
        fs::write(path, text).unwrap();
        return;
    }
    assert!(
        fs::read_to_string(path).unwrap() == text,
        "UPDATE_CASES=1 cargo test --test reference writes it anew"
    );
}

#[test]
fn every_table_is_whole() {
    let sections = all();
    let first = |id: &str| -> BTreeSet<String> {
        let section = sections.iter().find(|section| section.id == id).unwrap();
        section.rows.iter().map(|row| row[0].trim_matches('`').to_owned()).collect()
    };
    let names = |names: Vec<String>| names.into_iter().collect::<BTreeSet<_>>();
    assert_eq!(first("variables"), names(variable::all().map(|key| key.name()).collect()));
    assert_eq!(first("actions"), names(ACTIONS.iter().map(|action| action.name.to_owned()).collect()));
    assert_eq!(
        first("reasons"),
        names(ReasonCode::all().iter().map(|code| code.as_str().to_owned()).collect())
    );
    assert_eq!(first("rules"), names(RULES.iter().map(|rule| rule.code.to_owned()).collect()));
    let facts = || facts::all().chain(broker::facts::all());
    assert_eq!(first("facts"), names(facts().map(|fact| fact.id.to_owned()).collect()));
    let apart = facts().filter(|fact| fact.not_modelled.is_some());
    assert_eq!(first("not-modelled"), names(apart.map(|fact| fact.id.to_owned()).collect()));
}

#[test]
fn no_cell_is_empty_and_every_backtick_has_its_other_half() {
    for Section { id, title, about, columns, rows } in all() {
        assert!(!title.is_empty() && !rows.is_empty(), "{id}");
        for text in rows.iter().flatten().chain([&about]) {
            assert!(!text.trim().is_empty(), "{id}");
            assert!(text.matches('`').count() % 2 == 0, "{id}: {text}");
        }
        assert!(rows.iter().all(|row| row.len() == columns.len()), "{id}");
        let keys: BTreeSet<&String> = rows.iter().map(|row| &row[0]).collect();
        assert_eq!(keys.len(), rows.len(), "{id}: every row once");
    }
}
