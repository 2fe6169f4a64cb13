//! The contrasts of the colours, computed from `static/tokens.css` (WCAG 2.2, 1.4.3 and 1.4.11), and that nothing is
//! styled anywhere else.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own files has to stop")]

use std::collections::BTreeMap;

const TOKENS: &str = include_str!("../static/tokens.css");
const PAGE: &str = include_str!("../static/page.css");

/// Every colour by its name: light, then dark.
fn colours() -> BTreeMap<&'static str, [f64; 2]> {
    let pairs = TOKENS.lines().filter_map(|line| {
        let (name, value) = line.trim().strip_prefix("--")?.split_once(": light-dark(")?;
        let (light, dark) = value.strip_suffix(");")?.split_once(", ")?;
        Some((name, [luminance(light), luminance(dark)]))
    });
    pairs.collect()
}

/// Relative luminance of `#rrggbb` (WCAG 2.2, "relative luminance").
fn luminance(colour: &str) -> f64 {
    let number = u32::from_str_radix(colour.strip_prefix('#').unwrap(), 16).unwrap();
    let [_, channels @ ..] = number.to_be_bytes();
    let linear = channels.map(|channel| {
        let channel = f64::from(channel) / 255.0;
        if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
    });
    let [red, green, blue] = linear;
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(a: f64, b: f64) -> f64 {
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn the_measure_is_that_of_wcag() {
    assert!((contrast(luminance("#000000"), luminance("#ffffff")) - 21.0).abs() < 1e-9);
    // The grey that WCAG's own technique G18 counts as just enough on white.
    assert!((contrast(luminance("#767676"), 1.0) - 4.54).abs() < 0.01);
}

#[test]
fn text_and_controls_stand_out_from_every_surface() {
    let colours = colours();
    let least = |names: &[&str], least: f64| {
        for name in names {
            for surface in ["bg", "surface", "sunken"] {
                for (look, place) in [("light", 0), ("dark", 1)] {
                    let found = contrast(colours[name][place], colours[surface][place]);
                    assert!(found >= least, "{name} on {surface}, {look}: {found:.2} is below {least}");
                }
            }
        }
    };
    let text = [
        "text",
        "muted",
        "accent",
        "allowed",
        "explicit",
        "implicit",
        "unknown",
        "json-name",
        "json-text",
        "json-value",
        "json-variable",
    ];
    least(&text, 4.5);
    least(&["control"], 3.0);
    for place in [0, 1] {
        assert!(contrast(colours["on-accent"][place], colours["accent"][place]) >= 4.5);
    }
    let others = ["bg", "surface", "sunken", "line", "control", "on-accent"];
    assert_eq!(colours.len(), text.len() + others.len(), "a new colour belongs into this test");
}

#[test]
fn no_colour_stands_outside_the_tokens() {
    // Paper is black on white; the veil behind a dialog is black.
    let (screen, _) = PAGE.split_once("@media print").unwrap();
    // A `#` before the brace is an ID.
    let declared = |line: &str| line.split_once('{').map_or(line, |(_, declared)| declared).to_owned();
    let colour = |line: &&str| declared(line).contains('#') && !line.contains("/*") || line.contains("hsl(");
    let found: Vec<&str> = screen.lines().filter(colour).collect();
    assert_eq!(found, Vec::<&str>::new());
}
