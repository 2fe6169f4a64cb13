//! The timeline of a run: its picture, the cursor in it, and the slider that moves the cursor.
//!
//! The picture is an image with a summary; everything in it is in the event table too. It can be pressed to choose the
//! nearest event. Whoever cannot press has the slider, whose value is the event in words.

use std::rc::Rc;

use gloo::timers::callback::Timeout;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlInputElement, KeyboardEvent, ResizeObserver};
use yew::prelude::*;

use crate::app::sessions::EVENT_ID;
use crate::iot::time::Instant;
use crate::timeline::drawing::{Drawing, Mark, MarkKind, RAIL, View, draw};
use crate::timeline::{Entry, Record};
use crate::words::drawing::{Form, Shape, event, shapes, summary};

/// Width of the names left of the picture, in pixels; `.t-names` in sessions.css.
const NAMES: u32 = 96;
/// A narrower picture cannot be read; the box is scrolled sideways instead. In pixels.
const NARROWEST: u32 = 560;
/// What is brought into view gets so much room around it, in pixels.
const AROUND: i32 = 48;

/// What the timeline shows.
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) record: Rc<Record>,
    /// The entry on which the cursor stands.
    pub(super) selected: Option<usize>,
    /// Where the cursor stands when that is between entries, as while the run is played.
    #[prop_or_default]
    pub(super) now: Option<Instant>,
    /// Asks for the cursor on the entry with this index.
    pub(super) select: Callback<usize>,
}

#[component]
pub(super) fn Timeline(props: &Props) -> Html {
    let Props { record, selected, now, select } = props;
    let frame = use_node_ref();
    let room = use_width(&frame);
    // Nothing is the whole run, whatever it becomes.
    let zoomed = use_mut_ref(|| None::<View>);
    let redraw = use_force_update();
    let chosen = selected.and_then(|index| Some((index, record.entries.get(index)?)));
    let at = now.or(chosen.map(|(_, entry)| entry.at));
    let whole = View::whole(record, room.saturating_sub(NAMES).max(NARROWEST));
    let zoom = *zoomed.borrow();
    let view = zoom.map_or(whole, |view| {
        view.as_wide_as(whole.width()).showing(at.unwrap_or_else(|| view.from()), &whole)
    });
    *zoomed.borrow_mut() = Some(view).filter(|view| *view != whole);
    let drawing = use_memo((record.clone(), view), |(record, view)| draw(record, *view));
    let mark = chosen.and_then(|(index, entry)| drawing.cursor(index, entry).1);
    let x = at.map(|at| view.x(at));
    {
        let frame = frame.clone();
        let (mark_y, view) = (mark.map(|mark| mark.y), view);
        use_effect_with((x, mark_y, view), move |(x, y, _)| {
            if let (Some(frame), Some(x)) = (frame.cast::<Element>(), *x) {
                bring_into_view(&frame, x, *y);
            }
        });
    }
    let zoom = |change: fn(View, Instant, &View) -> View| {
        let (zoomed, redraw) = (zoomed.clone(), redraw.clone());
        let around = at.unwrap_or_else(|| view.from());
        Callback::from(move |_: MouseEvent| {
            *zoomed.borrow_mut() = Some(change(view, around, &whole));
            redraw.force_update();
        })
    };
    let onkeydown = {
        let (record, select, from) = (record.clone(), select.clone(), *selected);
        Callback::from(move |event: KeyboardEvent| {
            if let Some(to) = moved(&record, from, &event) {
                event.prevent_default();
                // The keys of the page are not asked too.
                event.stop_propagation();
                to.into_iter().for_each(|to| select.emit(to));
            }
        })
    };
    let plot = use_node_ref();
    let onclick = {
        let (drawing, select, plot) = (drawing.clone(), select.clone(), plot.clone());
        Callback::from(move |event: MouseEvent| {
            let found = plot.cast::<Element>().and_then(|plot| pressed(&plot, &event, &drawing));
            found.into_iter().for_each(|index| select.emit(index));
        })
    };
    let (width, height) = (view.width().to_string(), drawing.height.to_string());
    let picture = (room > 0).then(|| html! {
        <>
            <Names record={record.clone()} drawing={drawing.clone()} />
            <svg ref={plot} class="t-plot" role="img" aria-labelledby="timeline-summary" width={width.clone()} height={height.clone()}
                viewBox={format!("0 0 {width} {height}")} {onclick}>
                <Rest record={record.clone()} drawing={drawing.clone()} />
                { for x.map(|x| cursor(x, mark, *selected, &drawing)) }
            </svg>
        </>
    });
    html! {
        <section class="c-panel c-stack c-timeline" aria-labelledby="timeline" {onkeydown}>
            <div class="c-row is-spread">
                <h2 id="timeline">{ "Timeline" }</h2>
                <div class="c-row">
                    <button type="button" disabled={view.is_closest()} onclick={zoom(|view, at, _| view.closer(at))}>{ "Zoom in" }</button>
                    <button type="button" disabled={view == whole} onclick={zoom(|view, at, whole| view.farther(at, whole))}>{ "Zoom out" }</button>
                    <button type="button" disabled={view == whole} onclick={zoom(|_, _, whole| *whole)}>{ "Whole run" }</button>
                </div>
            </div>
            <p class="c-quiet" id="timeline-summary">{ summary(record, &drawing) }</p>
            <div class="t-frame" ref={frame}>
                <div class="t-picture">{ for picture }</div>
                { slider(record, chosen.map(|(index, _)| index), select) }
            </div>
            { lanes(record, &drawing, chosen, select) }
        </section>
    }
}

/// Where Shift and the picture lead, for whoever has neither keys nor room for the picture.
fn lanes(
    record: &Record,
    drawing: &Drawing,
    chosen: Option<(usize, &Entry)>,
    select: &Callback<usize>,
) -> Html {
    let button = |label: String, to: Option<usize>| {
        let select = select.clone();
        let onclick = Callback::from(move |_: MouseEvent| to.into_iter().for_each(|to| select.emit(to)));
        html! { <button type="button" {onclick} aria-disabled={to.is_none().to_string()}>{ label }</button> }
    };
    let entry = chosen.map(|(_, entry)| entry);
    let session = chosen.map(|(index, entry)| (Some(index), entry.connection.session));
    let beside = session.and_then(|(index, session)| Some((index, session, record.session(session)?)));
    let in_session = beside.map(|(index, session, known)| {
        let to = |forward| record.step(index, forward, Some(session));
        html! {
            <>
                { button(format!("Earlier in {}", known.name), to(false)) }
                { button(format!("Later in {}", known.name), to(true)) }
            </>
        }
    });
    html! {
        <div class="t-lanes" role="group" aria-label="Go through the connections">
            { button("Connection above".to_owned(), drawing.beside(entry, false)) }
            { button("Connection below".to_owned(), drawing.beside(entry, true)) }
            { for in_session }
        </div>
    }
}

/// The slider from the first to the last event.
fn slider(record: &Record, selected: Option<usize>, select: &Callback<usize>) -> Html {
    let count = record.entries.len();
    let entry = selected.and_then(|index| record.entries.get(index));
    let said = entry.map_or_else(|| "no event".to_owned(), |entry| event(record, entry));
    let value = selected.unwrap_or(0).to_string();
    let oninput = {
        let select = select.clone();
        Callback::from(move |event: InputEvent| {
            let input = event.target_dyn_into::<HtmlInputElement>();
            if let Some(index) = input.and_then(|input| input.value().parse().ok()) {
                select.emit(index);
            }
        })
    };
    let place = selected.map_or(0, |index| index + 1);
    html! {
        <div class="t-slider">
            <label for={EVENT_ID}>{ "Event" }</label>
            <input type="range" id={EVENT_ID} min="0" max={count.saturating_sub(1).to_string()} {value}
                disabled={count == 0} aria-valuetext={format!("{place} of {count}: {said}")} {oninput} />
            <span class="c-hint" aria-hidden="true">{ format!("{place}/{count}") }</span>
        </div>
    }
}

/// A picture that is drawn anew only when it is another one.
#[derive(Properties, PartialEq)]
struct Picture {
    record: Rc<Record>,
    drawing: Rc<Drawing>,
}

#[component]
fn Names(props: &Picture) -> Html {
    let (names, _) = shapes(&props.record, &props.drawing);
    html! {
        <svg class="t-names" aria-hidden="true" width={NAMES.to_string()} height={props.drawing.height.to_string()}>
            { for names.iter().map(drawn) }
        </svg>
    }
}

#[component]
fn Rest(props: &Picture) -> Html {
    let (_, rest) = shapes(&props.record, &props.drawing);
    html! { <g>{ for rest.iter().map(drawn) }</g> }
}

fn drawn(shape: &Shape) -> Html {
    let class = classes!(shape.look.class(), shape.hue.map(|hue| hue.class()));
    match &shape.form {
        Form::Path(path) => html! { <path {class} d={path.clone()} /> },
        Form::Text { x, y, before, text } => html! {
            <text {class} x={x.to_string()} y={y.to_string()} text-anchor={before.then_some("end")}>{ text }</text>
        },
    }
}

/// The line of the cursor, and a ring around the mark on which it stands. The ring of a packet comes from where the packet
/// comes from; it is another element for each event, so that it does so anew.
fn cursor(x: u32, mark: Option<Mark>, selected: Option<usize>, drawing: &Drawing) -> Html {
    let ring = mark.map(|mark| {
        let way = match mark.kind {
            MarkKind::Sent => Some("is-up"),
            MarkKind::Received => Some("is-down"),
            MarkKind::Decided(_) | MarkKind::Ended(_) => None,
        };
        html! {
            <circle key={selected.unwrap_or_default()} class={classes!("t-ring", way)}
                cx={mark.x.to_string()} cy={mark.y.to_string()} r="11" />
        }
    });
    let line = format!("M{x} {}V{}", RAIL - 18, drawing.height);
    html! { <g class="t-cursor"><path d={line} />{ for ring }</g> }
}

/// Where a key leads; nothing for other keys, and no entry where there is none further on.
fn moved(record: &Record, from: Option<usize>, event: &KeyboardEvent) -> Option<Option<usize>> {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return None;
    }
    let entry = from.and_then(|from| record.entries.get(from)).filter(|_| event.shift_key());
    let session = entry.map(|entry| entry.connection.session);
    Some(match event.key().as_str() {
        "ArrowRight" => record.step(from, true, session),
        "ArrowLeft" => record.step(from, false, session),
        "Home" => record.step(None, true, session),
        "End" => record.step(None, false, session),
        _ => return None,
    })
}

/// The event that is meant by a press. The picture may be shown larger than it is.
fn pressed(plot: &Element, event: &MouseEvent, drawing: &Drawing) -> Option<usize> {
    let shown = plot.get_bounding_client_rect();
    let scale = f64::from(drawing.view.width()) / shown.width().max(1.0);
    let x = (f64::from(event.client_x()) - shown.left()) * scale;
    let y = (f64::from(event.client_y()) - shown.top()) * scale;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates, and outside is the edge"
    )]
    drawing.at(x as u32, y as u32)
}

/// Scrolls the box so that this place of the picture is seen.
fn bring_into_view(frame: &Element, x: u32, y: Option<u32>) {
    let scale = scale(frame);
    #[expect(clippy::cast_possible_truncation, reason = "a picture of a few thousand pixels")]
    let shown = |length: u32| (f64::from(length) * scale) as i32;
    let (names, left) = (shown(NAMES), frame.scroll_left());
    let x = shown(x);
    // The names cover what is below them.
    let last = left + frame.client_width() - names - AROUND;
    if x < left + AROUND || x > last {
        frame.set_scroll_left((x - (frame.client_width() - names) / 2).max(0));
    }
    if let Some(y) = y.map(shown) {
        let top = frame.scroll_top();
        // The slider covers what is below it.
        if y < top + AROUND || y > top + frame.client_height() - 2 * AROUND {
            frame.set_scroll_top((y - frame.client_height() / 2).max(0));
        }
    }
}

/// How much larger than it is the picture is shown.
fn scale(frame: &Element) -> f64 {
    let names = frame.query_selector(".t-names").ok().flatten();
    names.map_or(1.0, |names| names.get_bounding_client_rect().width() / f64::from(NAMES)).max(0.1)
}

/// The width of an element in pixels of the picture, 0 while it is not shown.
#[hook]
fn use_width(node: &NodeRef) -> u32 {
    let width = use_state_eq(|| 0);
    let (node, set) = (node.clone(), width.setter());
    use_effect_with((), move |()| {
        let element = node.cast::<Element>();
        let measured = element.clone();
        let measure = move || {
            let Some(element) = &measured else { return };
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "the width of something on a screen"
            )]
            set.set((f64::from(element.client_width()) / scale(element)) as u32);
        };
        measure();
        // What is drawn anew while the browser tells sizes would have to be told again in the same turn.
        let changed = Closure::<dyn FnMut()>::new(move || {
            Timeout::new(0, measure.clone()).forget();
        });
        let observer = ResizeObserver::new(changed.as_ref().unchecked_ref()).ok();
        if let (Some(observer), Some(element)) = (&observer, &element) {
            observer.observe(element);
        }
        move || {
            if let Some(observer) = observer {
                observer.disconnect();
            }
            drop(changed);
        }
    });
    *width
}
