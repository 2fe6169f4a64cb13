//! The field for one policy, and what is wrong with its text, each finding with a way to its place.
//!
//! At first the field is a textarea. When the editor has arrived it takes over text, selection and focus; when it does
//! not come, the textarea stays.

use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, Element, HtmlTextAreaElement, InputEvent};
use yew::prelude::*;

use super::editor::{self, Editor, Flag, Module, Told};
use super::text;
use crate::app::browser::Boot;
use crate::app::places::Places;
use crate::policy::diagnostic::{Diagnostic, Problem, Severity, Span};
use crate::policy::document::MAX_TEXT;
use crate::policy::import::MAX_PASTE;
use crate::policy::reindent::reindent;
use crate::policy::repair::{self, Change, Repair};
use crate::words;

/// What the field shows. Every span is in bytes of `text`.
#[derive(Properties, PartialEq)]
pub(in crate::app::browser) struct Props {
    /// Which policy.
    pub(in crate::app::browser) index: usize,
    /// Its text.
    pub(in crate::app::browser) text: String,
    /// What is wrong with it: listed below the field, and drawn by the editor.
    pub(in crate::app::browser) diagnostics: Vec<Diagnostic>,
    /// What else the editor draws under the text; listed elsewhere.
    #[prop_or_default]
    pub(in crate::app::browser) squiggles: Vec<Squiggle>,
    /// What the editor points out.
    #[prop_or_default]
    pub(in crate::app::browser) marks: Vec<Mark>,
    /// Takes the byte under the pointer, or else the one at the caret while the editor has the focus. Told on change.
    #[prop_or_default]
    pub(in crate::app::browser) on_point: Callback<Option<usize>>,
    /// With a new number: the span to select and show. The number is what tells two wishes for one span apart.
    #[prop_or_default]
    pub(in crate::app::browser) reveal: Option<(u32, Span)>,
    /// Takes the whole new text.
    pub(in crate::app::browser) changed: Callback<String>,
}

/// Something to say about a place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app::browser) struct Squiggle {
    /// Where.
    pub(in crate::app::browser) span: Span,
    /// How bad it is.
    pub(in crate::app::browser) severity: Severity,
    /// What it is.
    pub(in crate::app::browser) message: String,
}

/// A place that is pointed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app::browser) struct Mark {
    /// Where.
    pub(in crate::app::browser) span: Span,
    /// Why.
    pub(in crate::app::browser) kind: MarkKind,
}

/// Why a place is pointed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app::browser) enum MarkKind {
    /// The user points at what speaks of it.
    Lit,
    /// It decided.
    Decisive,
}

/// At most this many findings are listed.
const MAX_LISTED: usize = 50;
/// What assistive technology calls the field.
const NAME: &str = "Policy document (JSON)";

/// The field, and which of the two it is.
pub(in crate::app::browser) struct PolicyText {
    host: NodeRef,
    area: NodeRef,
    state: State,
    /// The text as the field shows it.
    shown: String,
    /// An input method is in the middle of a word in the textarea.
    composing: bool,
    /// The number of the last wish to reveal a span.
    revealed: Option<u32>,
    /// Why the last thing asked for was not done.
    notice: Option<String>,
}

enum State {
    Plain,
    /// The editor is there, and waits for the input method.
    #[expect(dead_code, reason = "it listens as long as it is kept")]
    Waiting(EventListener),
    Editor(Editor),
}

/// What reaches the field.
pub(in crate::app::browser) enum Msg {
    Loaded(Module),
    /// The input method is done, and the editor has been there before.
    Composed(Module),
    Told(Told),
    Typed(String, bool),
    Reveal(Span),
    Repair(usize),
    Format,
    Focus,
}

impl Component for PolicyText {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        if let Some((boot, _)) = ctx.link().context::<Boot>(Callback::noop()) {
            let link = ctx.link().clone();
            wasm_bindgen_futures::spawn_local(async move {
                if let Some(module) = editor::load(boot).await {
                    link.send_message(Msg::Loaded(module));
                }
            });
        }
        Self {
            host: NodeRef::default(),
            area: NodeRef::default(),
            state: State::Plain,
            shown: ctx.props().text.clone(),
            composing: false,
            revealed: None,
            notice: None,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let props = ctx.props();
        match msg {
            Msg::Loaded(module) => match self.area.cast::<Element>().filter(|_| self.composing) {
                None => self.take_over(ctx, &module),
                Some(area) => {
                    let link = ctx.link().clone();
                    self.state = State::Waiting(EventListener::once(&area, "compositionend", move |_| {
                        link.send_message(Msg::Composed(module));
                    }));
                }
            },
            Msg::Composed(module) => self.take_over(ctx, &module),
            Msg::Typed(text, composing) => {
                self.composing = composing;
                self.take(ctx, text);
            }
            Msg::Told(Told::Changed(text)) => self.take(ctx, text),
            Msg::Told(Told::Pointed(place)) => {
                props.on_point.emit(place.map(|place| Places::new(&self.shown).byte(place)));
                return false;
            }
            Msg::Told(Told::Refused(bytes)) => {
                self.notice = Some(words::page::refused(bytes, MAX_PASTE));
            }
            Msg::Reveal(span) => {
                self.reveal(&span);
                return false;
            }
            Msg::Told(Told::Repair(index)) | Msg::Repair(index) => {
                self.notice = None;
                self.repair(ctx, index);
            }
            Msg::Told(Told::Format) | Msg::Format => {
                let done = reindent(&props.text);
                self.notice = done.as_ref().err().map(|stops| match stops.problem {
                    Problem::TextTooLarge { .. } => words::page::not_formatted_too_long(MAX_TEXT),
                    _ => words::page::not_formatted(Places::new(&props.text).line_column(stops.span.start)),
                });
                if let Ok(text) = done {
                    props.changed.emit(text);
                }
            }
            Msg::Focus => {
                if let State::Editor(editor) = &self.state {
                    editor.focus();
                }
                return false;
            }
        }
        true
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Props) -> bool {
        let props = ctx.props();
        if self.shown != props.text {
            self.shown.clone_from(&props.text);
            if let State::Editor(editor) = &self.state {
                editor.set_text(&props.text);
            }
        }
        let moved = old.text != props.text;
        // A tooltip closes when problems are set anew, so they are not without need.
        if moved || old.diagnostics != props.diagnostics || old.squiggles != props.squiggles {
            self.draw_problems(props);
        }
        if moved || old.marks != props.marks {
            self.draw_marks(props);
        }
        true
    }

    fn rendered(&mut self, ctx: &Context<Self>, _: bool) {
        let wish = ctx.props().reveal.as_ref();
        if let Some((_, span)) = wish.filter(|(number, _)| self.revealed != Some(*number)) {
            self.reveal(span);
        }
        self.revealed = wish.map(|(number, _)| *number);
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        let link = ctx.link();
        let id = format!("policy-{}", props.index);
        let count_id = format!("policy-{}-problems", props.index);
        let plain = !matches!(self.state, State::Editor(_));
        let oninput = link.callback(|event: InputEvent| {
            let input = event.target_dyn_into::<HtmlTextAreaElement>();
            Msg::Typed(input.map(|input| input.value()).unwrap_or_default(), event.is_composing())
        });
        // As in the editor: what is longer than any text may be does not get as far as being laid out.
        let onpaste = link.batch_callback(|event: Event| {
            let data = event.dyn_ref::<ClipboardEvent>().and_then(ClipboardEvent::clipboard_data)?;
            let bytes = data.get_data("text").map_or(0, |text| text.len());
            (bytes > MAX_PASTE).then(|| {
                event.prevent_default();
                Msg::Told(Told::Refused(bytes))
            })
        });
        let places = Places::new(&props.text);
        let listed = props
            .diagnostics
            .iter()
            .take(MAX_LISTED)
            .enumerate()
            .map(|(index, found)| problem(index, found, props, &places, link));
        let more = props.diagnostics.len().saturating_sub(MAX_LISTED);
        html! {
            <>
                <label for={plain.then(|| id.clone())} onclick={link.callback(|_| Msg::Focus)}>{ NAME }</label>
                if plain {
                    <textarea {id} ref={self.area.clone()} value={props.text.clone()} {oninput} {onpaste} rows="12"
                        aria-describedby={count_id.clone()} autocomplete="off" autocapitalize="off" spellcheck="false"
                        translate="no" />
                }
                <div ref={self.host.clone()} class="c-editor" hidden={plain} />
                <div class="c-row is-spread">
                    <p id={count_id} role="status" class="c-hint">{ count(&props.diagnostics) }</p>
                    <button type="button" onclick={link.callback(|_| Msg::Format)}>{ "Format" }</button>
                </div>
                if let Some(notice) = &self.notice { <p class="c-notice is-implicit" role="alert">{ notice }</p> }
                if !props.diagnostics.is_empty() { <ul class="c-problems">{ for listed }</ul> }
                if more > 0 { <p class="c-hint">{ words::check::and_more(more) }</p> }
            </>
        }
    }
}

impl PolicyText {
    /// Hands on what the user typed.
    fn take(&mut self, ctx: &Context<Self>, text: String) {
        self.notice = None;
        self.shown.clone_from(&text);
        ctx.props().changed.emit(text);
    }

    fn take_over(&mut self, ctx: &Context<Self>, module: &Module) {
        self.state = State::Plain;
        let (Some(host), Some(area)) = (self.host.cast::<Element>(), self.area.cast::<HtmlTextAreaElement>())
        else {
            return;
        };
        // It measures itself, so it must be seen.
        let _ = host.remove_attribute("hidden");
        let told = ctx.link().callback(Msg::Told);
        let Some(editor) = Editor::mount(module, &host, &area, NAME, MAX_PASTE, told) else { return };
        self.state = State::Editor(editor);
        self.draw_problems(ctx.props());
        self.draw_marks(ctx.props());
    }

    fn draw_problems(&self, props: &Props) {
        let State::Editor(editor) = &self.state else { return };
        let places = Places::new(&props.text);
        let flag = |span: &Span, severity, message, repair| Flag {
            from: places.field(span.start),
            to: places.field(span.end),
            severity: match severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "info",
            },
            message,
            repair,
        };
        let found = props.diagnostics.iter().map(|found| {
            let repair = edit(found, &props.text).map(|repair| words::repair(&repair).to_string());
            flag(&found.span, found.severity(), words::diagnostic(found).to_string(), repair)
        });
        let squiggles = props.squiggles.iter();
        let squiggles =
            squiggles.map(|squiggle| flag(&squiggle.span, squiggle.severity, squiggle.message.clone(), None));
        editor.set_problems(found.chain(squiggles));
    }

    fn draw_marks(&self, props: &Props) {
        let State::Editor(editor) = &self.state else { return };
        let places = Places::new(&props.text);
        editor.set_marks(props.marks.iter().map(|mark| {
            let kind = match mark.kind {
                MarkKind::Lit => "lit",
                MarkKind::Decisive => "decisive",
            };
            (places.field(mark.span.start), places.field(mark.span.end), kind)
        }));
    }

    /// Selects a span of the text, shows it and takes the focus.
    fn reveal(&self, span: &Span) {
        let places = Places::new(&self.shown);
        let (from, to) = (places.field(span.start), places.field(span.end));
        if let State::Editor(editor) = &self.state {
            editor.reveal(from, to);
        } else if let Some(area) = self.area.cast::<HtmlTextAreaElement>() {
            let narrow = |place| u32::try_from(place).unwrap_or(u32::MAX);
            // A field that refuses focus or selection leaves the caret where it is.
            let _ = area.focus();
            let _ = area.set_selection_range(narrow(from), narrow(to));
        }
    }

    /// Does the repair of a finding.
    fn repair(&self, ctx: &Context<Self>, index: usize) {
        let props = ctx.props();
        let repair = props.diagnostics.get(index).and_then(|found| edit(found, &props.text));
        if let Some(repair) = repair {
            props.changed.emit(repair::apply(&props.text, [&repair]));
        }
    }
}

/// The repair of a finding that can be made in this field; to cut a text in two takes another.
fn edit(found: &Diagnostic, text: &str) -> Option<Repair> {
    found.repair(text).filter(|repair| matches!(repair.change, Change::Edit(_)))
}

/// "1 error, 2 warnings", as the page announces it.
fn count(found: &[Diagnostic]) -> String {
    let of = |severity, word: &str| {
        let count = found.iter().filter(|found| found.severity() == severity).count();
        (count > 0).then(|| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
    };
    let counts = [of(Severity::Error, "error"), of(Severity::Warning, "warning"), of(Severity::Note, "note")];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    if counts.is_empty() { "No problem found in the text.".to_owned() } else { counts.join(", ") }
}

fn problem(
    index: usize,
    found: &Diagnostic,
    props: &Props,
    places: &Places<'_>,
    link: &html::Scope<PolicyText>,
) -> Html {
    let (class, word) = match found.severity() {
        Severity::Error => ("is-error", "Error"),
        Severity::Warning => ("is-warning", "Warning"),
        Severity::Note => ("is-note", "Note"),
    };
    let (line, column) = places.line_column(found.span.start);
    let span = found.span.clone();
    let show = link.callback(move |_: MouseEvent| Msg::Reveal(span.clone()));
    let repair = edit(found, &props.text).map(|repair| {
        let onclick = link.callback(move |_: MouseEvent| Msg::Repair(index));
        html! { <button type="button" class="c-link" {onclick}>{ text(&words::repair(&repair)) }</button> }
    });
    html! {
        <li {class}>
            <strong>{ word }</strong>{ ", " }
            <button type="button" class="c-link" onclick={show}>{ format!("line {line}, column {column}") }</button>{ ": " }
            { text(&words::diagnostic(found)) }{ " " }{ repair }{ " " }<code class="c-mark">{ found.code() }</code>
        </li>
    }
}
