//! The policy editor of `static/editor/editor.mjs`, as the program sees it.
//!
//! Positions here are those of the editor; [`crate::app::places`] makes bytes of them.

use js_sys::Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlTextAreaElement};
use yew::Callback;

use crate::app::browser::Boot;

#[wasm_bindgen]
extern "C" {
    /// The module, loaded.
    #[derive(Clone)]
    pub(in crate::app::browser) type Module;
    #[wasm_bindgen(method, catch)]
    fn mount(
        this: &Module,
        host: &Element,
        field: &HtmlTextAreaElement,
        label: &str,
        limit: usize,
        tell: &Closure<dyn Fn(String, JsValue)>,
    ) -> Result<View, JsValue>;

    type View;
    #[wasm_bindgen(method, js_name = setText)]
    fn set_text(this: &View, text: &str);
    #[wasm_bindgen(method, js_name = setProblems)]
    fn set_problems(this: &View, rows: &Array);
    #[wasm_bindgen(method, js_name = setMarks)]
    fn set_marks(this: &View, rows: &Array);
    #[wasm_bindgen(method)]
    fn reveal(this: &View, from: usize, to: usize);
    #[wasm_bindgen(method)]
    fn focus(this: &View);
    #[wasm_bindgen(method)]
    fn destroy(this: &View);
}

/// The module, once the page is idle and it has arrived; `None` when it cannot be had.
pub(super) async fn load(boot: Boot) -> Option<Module> {
    JsFuture::from(boot.load_editor().ok()?).await.ok().map(JsCast::unchecked_into)
}

/// What the editor tells.
pub(in crate::app::browser) enum Told {
    /// The user changed the text; this is all of it.
    Changed(String),
    /// The pointer is over this place, or else the caret stands there while the editor has the focus.
    Pointed(Option<usize>),
    /// A change was not made, because the text would have had so many bytes.
    Refused(usize),
    /// The repair of the problem with this index was asked for.
    Repair(usize),
    /// The layout was asked for.
    Format,
}

impl Told {
    fn read(what: &str, value: &JsValue) -> Option<Self> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "positions, counts and indices of the editor are whole and small"
        )]
        let number = value.as_f64().map(|number| number as usize);
        match what {
            "changed" => value.as_string().map(Self::Changed),
            "pointed" => Some(Self::Pointed(number)),
            "refused" => number.map(Self::Refused),
            "repair" => number.map(Self::Repair),
            "format" => Some(Self::Format),
            _ => None,
        }
    }
}

/// A problem at its place, as the editor takes it.
pub(super) struct Flag {
    pub(super) from: usize,
    pub(super) to: usize,
    /// `error`, `warning` or `info`.
    pub(super) severity: &'static str,
    pub(super) message: String,
    pub(super) repair: Option<String>,
}

/// An editor on the page. It goes with this value.
pub(super) struct Editor {
    view: View,
    _tell: Closure<dyn Fn(String, JsValue)>,
}

impl Editor {
    /// Puts the editor into `host`; it takes text, selection and focus over from `field`.
    pub(super) fn mount(
        module: &Module,
        host: &Element,
        field: &HtmlTextAreaElement,
        label: &str,
        limit: usize,
        told: Callback<Told>,
    ) -> Option<Self> {
        let tell = Closure::new(move |what: String, value: JsValue| {
            if let Some(news) = Told::read(&what, &value) {
                told.emit(news);
            }
        });
        let view = module.mount(host, field, label, limit, &tell).ok()?;
        Some(Self { view, _tell: tell })
    }

    pub(super) fn set_text(&self, text: &str) {
        self.view.set_text(text);
    }

    pub(super) fn set_problems(&self, problems: impl Iterator<Item = Flag>) {
        let row = |problem: Flag| {
            Array::of5(
                &problem.from.into(),
                &problem.to.into(),
                &problem.severity.into(),
                &problem.message.into(),
                &problem.repair.map_or(JsValue::NULL, JsValue::from),
            )
        };
        self.view.set_problems(&problems.map(row).collect());
    }

    /// Each with the name of its kind in `static/editor/theme.mjs`.
    pub(super) fn set_marks(&self, marks: impl Iterator<Item = (usize, usize, &'static str)>) {
        let row = |(from, to, kind): (usize, usize, &str)| Array::of3(&from.into(), &to.into(), &kind.into());
        self.view.set_marks(&marks.map(row).collect());
    }

    pub(super) fn reveal(&self, from: usize, to: usize) {
        self.view.reveal(from, to);
    }

    pub(super) fn focus(&self) {
        self.view.focus();
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.view.destroy();
    }
}
