//! The import table of `src/ARCHITECTURE.md`: levels are read from it, and every `use crate::` must go down.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Module to level, as the table of ARCHITECTURE.md says it.
fn levels() -> BTreeMap<String, u32> {
    include_str!("../src/ARCHITECTURE.md")
        .lines()
        .filter_map(|line| {
            let mut cells = line.split('|').map(str::trim).skip(1);
            let level = cells.next()?.parse().ok()?;
            Some((cells.next()?.trim_matches('`').to_owned(), level))
        })
        .collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The module of a path such as `policy::lint::rule`: the longest one that the table names.
fn module<'a>(path: &str, levels: &'a BTreeMap<String, u32>) -> Option<(&'a str, u32)> {
    levels
        .iter()
        .filter(|(name, _)| path == name.as_str() || path.starts_with(&format!("{name}::")))
        .max_by_key(|(name, _)| name.len())
        .map(|(name, level)| (name.as_str(), *level))
}

#[test]
fn imports_go_downwards_only() {
    let levels = levels();
    assert!(levels.len() > 10, "the table is read: {levels:?}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut wrong = Vec::new();
    let mut checked = 0;
    for file in files {
        let inside = file.strip_prefix(&root).unwrap().with_extension("");
        let path = inside.iter().map(|part| part.to_str().unwrap()).collect::<Vec<_>>().join("::");
        let path = path.strip_suffix("::mod").unwrap_or(&path);
        let Some((from, from_level)) = module(path, &levels) else { continue };
        for line in fs::read_to_string(&file).unwrap().lines() {
            let Some((_, target)) = line.split_once("crate::") else { continue };
            let target: String =
                target.chars().take_while(|c| c.is_alphanumeric() || "_:".contains(*c)).collect();
            let Some((to, to_level)) = module(target.trim_end_matches(':'), &levels) else { continue };
            checked += 1;
            if to != from && to_level >= from_level {
                wrong.push(format!(
                    "{path} ({from}, level {from_level}) uses {to} (level {to_level}): {line}"
                ));
            }
        }
    }
    assert!(checked > 100, "{checked} imports seen");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_core_reads_no_clock_and_touches_no_browser() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let forbidden = [
        "web_sys",
        "js_sys",
        "wasm_bindgen",
        "yew::",
        "gloo::",
        "SystemTime::now",
        "Instant::now",
        "println!",
    ];
    let rim = [root.join("app").join("browser"), root.join("main.rs"), root.join("bin")];
    let mut wrong = Vec::new();
    for file in files.iter().filter(|file| !rim.iter().any(|rim| file.starts_with(rim))) {
        let text = fs::read_to_string(file).unwrap();
        wrong.extend(
            forbidden
                .iter()
                .filter(|word| text.contains(**word))
                .map(|word| format!("{}: {word}", file.display())),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_raw_html_and_no_inline_style() {
    let rim = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join("app").join("browser");
    let mut files = Vec::new();
    sources(&rim, &mut files);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for word in ["from_html_unchecked", "VRaw", "set_inner_html", " style=", "dangerously"] {
            assert!(!text.contains(word), "{}: {word}", file.display());
        }
    }
}
