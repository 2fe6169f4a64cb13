//! The drawing as an SVG file that stands by itself: colours inside, no script, nothing fetched.

use std::fmt::Write as _;

use super::shape::{Form, Shape, shapes};
use super::{summary, visible};
use crate::timeline::Record;
use crate::timeline::drawing::Drawing;

/// Where the time begins, right of the names, in pixels.
const NAMES: u32 = 96;

/// On white paper, whatever the viewer's theme: a file is passed on and printed. The colours are those of the light
/// theme.
const STYLE: &str = include_str!("svg.css");

/// A whole SVG file.
#[must_use]
pub fn svg(record: &Record, drawing: &Drawing) -> String {
    let (names, rest) = shapes(record, drawing);
    let (width, height) = (NAMES + drawing.view.width(), drawing.height);
    let title = "Timeline of MQTT sessions";
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" aria-labelledby=\"title summary\">\n<title id=\"title\">{title}</title>\n<desc id=\"summary\">{}</desc>\n\
         <style>\n{STYLE}</style>\n<path class=\"t-paper\" d=\"M0 0h{width}v{height}h-{width}z\"/>\n<g transform=\"translate({NAMES})\">\n",
        escaped(&summary(record, drawing))
    );
    rest.iter().for_each(|shape| write_shape(&mut out, shape));
    out.push_str("</g>\n<g>\n");
    names.iter().for_each(|shape| write_shape(&mut out, shape));
    out.push_str("</g>\n</svg>\n");
    out
}

fn write_shape(out: &mut String, shape: &Shape) {
    let hue = shape.hue.map(|hue| format!(" {}", hue.class())).unwrap_or_default();
    let class = format!("{}{hue}", shape.look.class());
    let _ = match &shape.form {
        Form::Path(path) => writeln!(out, "<path class=\"{class}\" d=\"{path}\"/>"),
        Form::Text { x, y, before, text } => {
            let anchor = if *before { " text-anchor=\"end\"" } else { "" };
            writeln!(out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\"{anchor}>{}</text>", escaped(text))
        }
    };
}

/// As the text of an element.
fn escaped(text: &str) -> String {
    visible(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
