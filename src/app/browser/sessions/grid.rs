//! A table of very many rows: only those that can be seen are in the document, and some around them; a screen reader is told
//! how many there are and which they are.
//!
//! All rows are equally high, so that it is known where each stands. The table takes the focus as a whole and names the chosen
//! row (`aria-activedescendant`): rows come and go, the focus stays. Which rows there are, and how they look, is its
//! user's; it tells where it was scrolled and where a key or a press leads.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

use crate::app::sessions::window::CHUNK;

/// The ID of the chosen row.
pub(super) const CHOSEN_ID: &str = "event-chosen";
/// More rows would be higher than a browser lets an element be.
pub(super) const MAX_ROWS: usize = 400_000;
/// The height of a row until it has been measured, in pixels.
const ROW: f64 = 36.0;
/// What Page Up and Page Down move by.
const PAGE: usize = 10;
/// So near to the end, in pixels, is at the end.
const NEAR: i32 = 8;

/// What the table shows.
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The ID of the element that names it.
    pub(super) labelled_by: &'static str,
    /// Its own ID.
    #[prop_or_default]
    pub(super) id: Option<&'static str>,
    /// The cells of its head.
    pub(super) head: [&'static str; 4],
    /// How many rows there are.
    pub(super) count: usize,
    /// How many rows there were before the first; rises when the oldest are dropped.
    #[prop_or_default]
    pub(super) first: u64,
    /// Rises when other rows are shown in their place.
    pub(super) version: u32,
    /// The rows that are drawn, and where they stand.
    pub(super) drawn: Range<usize>,
    /// The same as elements, each with the attributes of [`row`].
    pub(super) rows: Html,
    /// The place of the chosen row.
    pub(super) chosen: Option<usize>,
    /// The last row is kept in sight.
    #[prop_or_default]
    pub(super) follows: bool,
    /// The chunk of rows at the top, and whether the end is seen.
    pub(super) scrolled: Callback<(usize, bool)>,
    /// Where the user goes.
    pub(super) go: Callback<Go>,
}

/// Where the user goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Go {
    /// To the row at this place, by a key.
    To(usize),
    /// The same, by a press.
    Press(usize),
    /// To the next or the previous row of the same session.
    Along(bool),
}

/// The attributes that the table needs of a row: its ID, its number and whether it is chosen.
pub(super) fn row(place: usize, chosen: bool) -> (Option<&'static str>, String, String) {
    (chosen.then_some(CHOSEN_ID), (place + 2).to_string(), chosen.to_string())
}

#[component]
pub(super) fn Grid(props: &Props) -> Html {
    let Props { count, first, version, drawn, chosen, scrolled, go, .. } = props;
    let (count, first) = (*count, *first);
    let frame = use_node_ref();
    let height = use_state_eq(|| ROW);
    use_row_height(&frame, height.setter());
    let put = use_place(&frame, props, *height);
    {
        let frame = frame.clone();
        let chosen = *chosen;
        let number = chosen.map(|place| first + place as u64);
        use_effect_with((number, *version, *height), move |(_, _, height)| {
            if let (Some(frame), Some(place)) = (frame.cast::<Element>(), chosen) {
                bring_into_view(&frame, place, *height);
            }
        });
    }
    let told = use_mut_ref(|| None);
    let onscroll = {
        let (frame, height, scrolled) = (frame.clone(), *height, scrolled.clone());
        let follows = props.follows;
        Callback::from(move |_: Event| {
            let Some(frame) = frame.cast::<Element>() else { return };
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a row's number, from 0 on"
            )]
            let chunk = (f64::from(frame.scroll_top()) / height) as usize / CHUNK;
            // Rows may have come since the end was put in sight: only the user goes up.
            let end = is_at_end(&frame) || (follows && frame.scroll_top() >= put.get());
            let now = Some((chunk, end));
            if told.replace(now) != now {
                now.into_iter().for_each(|now| scrolled.emit(now));
            }
        })
    };
    let onkeydown = {
        let (go, place) = (go.clone(), *chosen);
        Callback::from(move |event: KeyboardEvent| {
            if let Some(to) = moved(place, count, &event) {
                event.prevent_default();
                event.stop_propagation();
                go.emit(to);
            }
        })
    };
    let onclick = {
        let go = go.clone();
        Callback::from(move |event: MouseEvent| {
            row_of(&event).into_iter().for_each(|place| go.emit(Go::Press(place)));
        })
    };
    let (above, below) = (drawn.start, count.saturating_sub(drawn.end));
    let active = chosen.map(|_| CHOSEN_ID).filter(|_| count > 0);
    html! {
        <div class="c-scroll t-log" ref={frame} {onscroll}>
            <table role="grid" id={props.id} aria-labelledby={props.labelled_by} aria-rowcount={(count + 1).to_string()} tabindex="0"
                aria-activedescendant={active} {onkeydown}>
                <thead><tr aria-rowindex="1">{ for props.head.iter().map(|name| html! { <th scope="col">{ *name }</th> }) }</tr></thead>
                <tbody {onclick}>{ gap("above", above, *height) }{ props.rows.clone() }{ gap("below", below, *height) }</tbody>
            </table>
        </div>
    }
}

/// In the place of rows that are not in the document: as high as they. No style may stand in the document, but a picture
/// may be of any height.
fn gap(key: &'static str, rows: usize, height: f64) -> Html {
    if rows == 0 {
        return Html::default();
    }
    #[expect(clippy::cast_precision_loss, reason = "at most MAX_ROWS")]
    let height = (rows as f64 * height).to_string();
    html! { <tr {key} class="t-gap" aria-hidden="true"><td colspan="4"><svg width="1" {height} /></td></tr> }
}

/// The place of the row that was pressed.
fn row_of(event: &MouseEvent) -> Option<usize> {
    let pressed = event.target_dyn_into::<Element>()?;
    let row = pressed.closest("tr").ok().flatten()?.get_attribute("aria-rowindex")?;
    row.parse::<usize>().ok()?.checked_sub(2)
}

/// Where a key leads; nothing for other keys.
fn moved(place: Option<usize>, count: usize, event: &KeyboardEvent) -> Option<Go> {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return None;
    }
    let last = count.checked_sub(1)?;
    // One that is filtered out stands before the first row.
    let down = |by: usize| place.map_or(0, |place| place.saturating_add(by).min(last));
    let up = |by: usize| place.map_or(0, |place| place.saturating_sub(by));
    Some(match (event.key().as_str(), event.shift_key()) {
        ("ArrowDown", false) => Go::To(down(1)),
        ("ArrowUp", false) => Go::To(up(1)),
        ("PageDown", false) => Go::To(down(PAGE)),
        ("PageUp", false) => Go::To(up(PAGE)),
        ("Home", false) => Go::To(0),
        ("End", false) => Go::To(last),
        ("ArrowDown", true) => Go::Along(true),
        ("ArrowUp", true) => Go::Along(false),
        _ => return None,
    })
}

fn is_at_end(frame: &Element) -> bool {
    frame.scroll_top() + frame.client_height() >= frame.scroll_height() - NEAR
}

/// Keeps the place of who reads when the oldest rows go, or the last row in sight when that is wanted and the user has not
/// just scrolled away from it. Tells where the box was put last.
#[hook]
fn use_place(frame: &NodeRef, props: &Props, height: f64) -> Rc<Cell<i32>> {
    let frame = frame.clone();
    let Props { count, first, version, follows, .. } = *props;
    let before = use_mut_ref(|| (first, version));
    let put = use_memo((), |()| Cell::new(0));
    let placed = put.clone();
    use_effect_with((count, first, version, follows, height), move |_| {
        let Some(frame) = frame.cast::<Element>() else { return };
        let (was_first, was_version) = *before.borrow();
        if !follows || version != was_version {
            placed.set(0);
        }
        let top = frame.scroll_top();
        let gone = first.checked_sub(was_first).filter(|gone| *gone > 0 && version == was_version);
        if follows && top >= placed.get() {
            frame.set_scroll_top(frame.scroll_height());
            placed.set(frame.scroll_top());
        } else if let Some(gone) = gone.filter(|_| !follows) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_precision_loss,
                reason = "at most MAX_ROWS"
            )]
            frame.set_scroll_top(top.saturating_sub((gone as f64 * height) as i32).max(0));
        }
        *before.borrow_mut() = (first, version);
    });
    put
}

/// Takes the height of a row when there is one, after each drawing: type may have become larger.
#[hook]
fn use_row_height(frame: &NodeRef, set: UseStateSetter<f64>) {
    let frame = frame.clone();
    use_effect(move || {
        let row = frame.cast::<Element>().and_then(|frame| frame.query_selector("tr[aria-selected]").ok()?);
        if let Some(height) =
            row.map(|row| row.get_bounding_client_rect().height()).filter(|height| *height > 0.0)
        {
            set.set(height);
        }
    });
}

/// Scrolls the box so that a row is seen: as little as needed, or into the middle from afar.
fn bring_into_view(frame: &Element, place: usize, height: f64) {
    let head = frame.query_selector("thead").ok().flatten();
    let head = head.map_or(0.0, |head| head.get_bounding_client_rect().height());
    let (top, room) = (f64::from(frame.scroll_top()), f64::from(frame.client_height()) - head);
    #[expect(clippy::cast_precision_loss, reason = "at most MAX_ROWS")]
    let row = place as f64 * height;
    if room <= 0.0 || (row >= top && row + height <= top + room) {
        return;
    }
    let to = if row < top - room || row > top + 2.0 * room {
        row - room / 2.0
    } else if row < top {
        row
    } else {
        row + height - room
    };
    #[expect(clippy::cast_possible_truncation, reason = "a row's place in pixels")]
    frame.set_scroll_top(to.max(0.0).ceil() as i32);
}
