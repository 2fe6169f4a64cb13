//! What stands around every screen, and what both programs do alike.

use std::cell::Cell;
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::boot::Boot;
use super::components::text;
use super::shortcuts::{self, Keys};
use crate::app::workspace::{Screen, Workspace};
use crate::words;

/// What `static/boot.js` hands over.
#[derive(Clone, PartialEq, Properties)]
pub(super) struct Props {
    /// What another program or load of the page left.
    pub(super) workspace: Option<String>,
    pub(super) boot: Boot,
}

/// What stands around the content.
pub(super) struct Frame<'a> {
    pub(super) screen: Screen,
    /// Opens another screen.
    pub(super) show: Callback<Screen>,
    /// What the keys do.
    pub(super) keys: &'a Keys,
    /// Whether presenter mode is on.
    pub(super) presenter: bool,
    /// Turns it on or off.
    pub(super) present: Callback<()>,
    pub(super) notice: Option<&'a str>,
    /// The content-policy source that the page is locked to besides its own origin.
    pub(super) locked_to: Option<&'a str>,
}

impl Frame<'_> {
    /// The page around `content`.
    pub(super) fn around(&self, content: Html) -> Html {
        let tab = |target: Screen| {
            let onclick = self.show.reform(move |_: MouseEvent| target);
            let current = (self.screen == target).then_some("page");
            html! { <button type="button" {onclick} aria-current={current}>{ name(target) }</button> }
        };
        html! {
            <>
                <a class="c-skip" href="#main">{ "Skip to the content" }</a>
                <header class="c-header" ref={self.keys.on(self.screen)}>
                    <h1 class="c-brand"><img src="./icon.svg" alt="" width="28" height="28" />{ "IoT Policy Lab" }</h1>
                    <nav class="c-tabs" aria-label="Screens">
                        { tab(Screen::Check) }{ tab(Screen::Simulate) }{ tab(Screen::Live) }{ tab(Screen::Reference) }{ tab(Screen::Lessons) }
                    </nav>
                    <div class="c-tools">
                        <button type="button" aria-pressed={self.presenter.to_string()}
                            onclick={self.present.reform(|_: MouseEvent| ())}>{ "Presenter" }</button>
                        { shortcuts::help() }
                    </div>
                </header>
                <main id="main" tabindex="-1">
                    if let Some(notice) = self.notice {
                        <p class="c-notice is-explicit" role="alert">{ text(&words::check::ticked(notice)) }</p>
                    }
                    { content }
                </main>
                <footer class="c-footer">
                    <p>{ words::page::reach(self.locked_to) }</p>
                    <p>{ "For AWS IoT Core; not affiliated with AWS." }</p>
                </footer>
            </>
        }
    }
}

const fn name(screen: Screen) -> &'static str {
    match screen {
        Screen::Check => "Check",
        Screen::Simulate => "Simulate",
        Screen::Live => "Live",
        Screen::Reference => "Reference",
        Screen::Lessons => "Lessons",
    }
}

/// Opens a screen with this workspace; `failed` is told when the program that shows it does not come.
pub(super) fn open(boot: &Boot, screen: Screen, workspace: &Workspace, failed: Callback<Screen>) {
    let opened = JsFuture::from(boot.open(program(screen), &workspace.write()));
    spawn_local(async move {
        if opened.await.is_err() {
            failed.emit(screen);
        }
    });
}

/// The program that shows a screen, as `static/boot.js` calls it.
const fn program(screen: Screen) -> &'static str {
    match screen {
        Screen::Check => "check",
        Screen::Simulate | Screen::Live | Screen::Reference | Screen::Lessons => "sessions",
    }
}

/// The fragment of the address as it is now, without `#`.
pub(super) fn fragment() -> String {
    let hash = gloo::utils::window().location().hash().unwrap_or_default();
    hash.trim_start_matches('#').to_owned()
}

/// Tells each new fragment.
pub(super) fn watch_fragment(told: Callback<String>) -> EventListener {
    EventListener::new(&gloo::utils::window(), "hashchange", move |_| told.emit(fragment()))
}

/// What follows each drawing: the tab says which screen is open, presenter mode sets the page in large type, and the
/// element with the ID `focus` gets the focus.
pub(super) fn drawn(workspace: &Workspace, focus: Option<&str>) {
    let document = gloo::utils::document();
    document.set_title(&format!("{} - IoT Policy Lab", name(workspace.screen)));
    if let Some(root) = document.document_element() {
        let _ = root.class_list().toggle_with_force("is-presenter", workspace.presenter);
    }
    if let Some(id) = focus {
        self::focus(id);
    }
}

/// Moves the focus to the element with this ID; one that takes no focus leaves it where it is.
pub(super) fn focus(id: &str) {
    let element = gloo::utils::document().get_element_by_id(id);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Moves the focus to the heading with this ID, which then takes it.
pub(super) fn focus_heading(id: &str) {
    if let Some(heading) = gloo::utils::document().get_element_by_id(id) {
        let _ = heading.set_attribute("tabindex", "-1");
        focus(id);
    }
}

/// Whether anything on the page has the focus.
pub(super) fn has_focus() -> bool {
    gloo::utils::document().active_element().is_some_and(|element| element.tag_name() != "BODY")
}

/// The headings of the sections around what has the focus, from the inside out.
pub(super) fn headings() -> Vec<String> {
    const SECTION: &str = "section[aria-labelledby]";
    let around = |element: &Element| element.closest(SECTION).ok().flatten();
    let section = gloo::utils::document().active_element().as_ref().and_then(around);
    let sections = std::iter::successors(section, |section| around(&section.parent_element()?));
    sections.filter_map(|section| section.get_attribute("aria-labelledby")).collect()
}

/// Where what had the focus is gone, or takes none any more, the first of these headings that is there gets it. Left to
/// the browser, it would fall to the top of the page.
pub(super) fn keep_focus(headings: &[String]) {
    let document = gloo::utils::document();
    let lost = document.active_element().is_none_or(|element| element.matches("body, :disabled") == Ok(true));
    if lost {
        let left = headings.iter().find(|id| document.get_element_by_id(id).is_some());
        focus_heading(left.map_or("main", String::as_str));
    }
}

/// Moves the focus to the first field of the section under the heading with this ID.
pub(super) fn focus_field(id: &str) {
    // What is folded away takes no focus; the editor's own field is in its shadow root.
    const FIELDS: &str = ":is(textarea, input, select, .c-editor):not([hidden], [type=checkbox], details *)";
    let heading = gloo::utils::document().get_element_by_id(id);
    let section = heading.and_then(|heading| heading.closest("section").ok()?);
    let Some(field) = section.and_then(|section| section.query_selector(FIELDS).ok()?) else { return };
    let inside = field.shadow_root().and_then(|root| root.query_selector("[contenteditable]").ok()?);
    if let Ok(field) = inside.unwrap_or(field).dyn_into::<HtmlElement>() {
        let _ = field.focus();
    }
}

/// Has the browser ask before it leaves a page with something typed: nothing is stored that could bring it back.
pub(super) struct Unsaved {
    typed: Rc<Cell<bool>>,
    _listener: EventListener,
}

impl Unsaved {
    pub(super) fn new() -> Self {
        let typed = Rc::new(Cell::new(false));
        let seen = typed.clone();
        let options = EventListenerOptions::enable_prevent_default();
        let window = gloo::utils::window();
        let listener = EventListener::new_with_options(&window, "beforeunload", options, move |event| {
            if seen.get() {
                event.prevent_default();
            }
        });
        Self { typed, _listener: listener }
    }

    /// Something was typed that a load of the page would lose, or nothing any more.
    pub(super) fn set(&self, typed: bool) {
        self.typed.set(typed);
    }
}

/// Four letters and digits that make proposed client IDs unlike anybody else's.
pub(super) fn tag() -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number from 0 to 36 to the 4th"
    )]
    let mut number = (js_sys::Math::random() * 1_679_616.0) as u32;
    (0..4)
        .filter_map(|_| {
            let digit = char::from_digit(number % 36, 36);
            number /= 36;
            digit
        })
        .collect()
}
