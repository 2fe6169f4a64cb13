//! The reference: the tables of the engine and the switches of what nobody knows for certain.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Response;
use yew::prelude::*;

use super::press;
use crate::app::browser::components::{confidence, field, text};
use crate::app::sessions::reference::{self, FIDELITY_ID, File, Section, cell};
use crate::app::sessions::{Model, Msg};
use crate::policy::explain::Switch;
use crate::words;

/// Where the tables are, beside the page.
const FILE: &str = "./reference.json";

/// Fetches the tables from the page's own origin and tells what came.
pub(super) fn fetch(told: Callback<reference::Msg>) {
    spawn_local(async move {
        let text = text_of(FILE).await.ok_or_else(|| words::page::REFERENCE_MISSING.to_owned());
        told.emit(reference::Msg::Fetched(text));
    });
}

/// A file of the page, as text; nothing when it cannot be had.
pub(super) async fn text_of(address: &str) -> Option<String> {
    let response = JsFuture::from(gloo::utils::window().fetch_with_str(address)).await.ok()?;
    let response: Response = response.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    JsFuture::from(response.text().ok()?).await.ok()?.as_string()
}

/// The screen.
pub(super) fn reference(model: &Model, send: &Callback<Msg>) -> Html {
    let state = &model.reference;
    let filter = send.reform(|text| Msg::Reference(reference::Msg::Filter(text)));
    let tables: Vec<(&Section, Vec<&Vec<String>>)> = state.shown().collect();
    let switches: Vec<Switch> = Switch::ALL.iter().copied().filter(|switch| shows(model, *switch)).collect();
    let rows = tables.iter().map(|(_, rows)| rows.len()).sum::<usize>() + switches.len();
    let contents =
        tables.iter().map(|(section, rows)| (section.id.as_str(), section.title.as_str(), rows.len()));
    let contents = contents.chain((!switches.is_empty()).then_some((FIDELITY_ID, FIDELITY, switches.len())));
    html! {
        <>
            <section class="c-panel c-stack" aria-labelledby="reference">
                <h2 id="reference">{ "Reference" }</h2>
                <p>{ "What this program goes by, drawn from its own tables. Nothing here is a statement of AWS." }</p>
                { field("reference-filter", "Filter: every word counts", &state.filter, &filter) }
                <p role="status">{ format!("{rows} rows shown.") }</p>
                <ul class="c-contents">{ for contents.map(|(id, title, rows)| html! {
                    <li><a href={format!("#{id}")}>{ title.to_owned() }</a>{ format!(" ({rows})") }</li>
                }) }</ul>
            </section>
            { file(&state.file, send) }
            if !switches.is_empty() { { fidelity(model, send, &switches) } }
            { for tables.iter().map(|(section, rows)| table(section, rows)) }
        </>
    }
}

/// The heading of the undecided points.
const FIDELITY: &str = "Fidelity: undecided points";
const READ_HERE: &str = "How it is read here";
const MEANS: &str = "Turned over, it means";
const HOW_SURE: &str = "How sure, nearest page";

fn shows(model: &Model, switch: Switch) -> bool {
    let said = [
        switch.as_str(),
        words::undecided(switch),
        words::turned_over(switch),
        words::confidence(switch.confidence()),
        words::source(switch.source()),
        FIDELITY,
    ];
    model.reference.shows(said)
}

fn file(file: &File, send: &Callback<Msg>) -> Html {
    match file {
        File::Here(_) => Html::default(),
        File::Unasked | File::Awaited => {
            html! { <p class="c-notice">{ "The tables are being fetched." }</p> }
        }
        File::Failed(why) => html! {
            <div class="c-notice is-explicit c-stack" role="alert">
                <p>{ why }</p>
                <div class="c-row">
                    <button type="button" onclick={press(send, Msg::Reference(reference::Msg::Again))}>{ "Try again" }</button>
                </div>
            </div>
        },
    }
}

fn fidelity(model: &Model, send: &Callback<Msg>, switches: &[Switch]) -> Html {
    let row = |switch: Switch| {
        let turned = model.workspace.switches.contains(switch.as_str());
        let onchange = send.reform(move |_: Event| Msg::Turn(switch));
        let plain = |written: &str| text(&cell(written));
        html! {
            <tr key={switch.as_str()} class={if turned { "is-unknown is-chosen" } else { "" }}>
                <th scope="row">
                    <label class="is-inline">
                        <input type="checkbox" checked={turned} {onchange} />
                        <code translate="no">{ switch.as_str() }</code>
                    </label>
                </th>
                <td data-column={READ_HERE}>{ plain(words::undecided(switch)) }</td>
                <td data-column={MEANS}>{ plain(words::turned_over(switch)) }</td>
                <td data-column={HOW_SURE}>{ confidence(switch.confidence()) }{ " " }{ words::source(switch.source()) }</td>
            </tr>
        }
    };
    html! {
        <section class="c-panel c-stack" aria-labelledby={FIDELITY_ID}>
            <h2 id={FIDELITY_ID} tabindex="-1">{ FIDELITY }</h2>
            <p>
                { "What no page of AWS decides and an answer can turn on. Each is read here as its row says; tick one to have \
                   Check and Simulate answer under the other reading." }
            </p>
            { turned_over_here(model) }
            <div class="c-scroll" tabindex="0" role="region" aria-label="Table of undecided points">
                <table class="c-reference c-list">
                    <thead><tr>
                        <th scope="col">{ "Turned over" }</th><th scope="col">{ READ_HERE }</th>
                        <th scope="col">{ MEANS }</th><th scope="col">{ HOW_SURE }</th>
                    </tr></thead>
                    <tbody>{ for switches.iter().copied().map(row) }</tbody>
                </table>
            </div>
        </section>
    }
}

fn turned_over_here(model: &Model) -> Html {
    let turned = model.workspace.turned();
    let said = if turned.is_empty() {
        "All are read as their rows say.".to_owned()
    } else {
        words::answered_with(&turned)
    };
    html! { <p role="status">{ said }</p> }
}

fn table(section: &Section, rows: &[&Vec<String>]) -> Html {
    let Section { id, title, about, columns, .. } = section;
    let row = |cells: &Vec<String>| {
        let mut cells = columns.iter().zip(cells.iter().map(|written| text(&cell(written))));
        let head = cells.next().map(|(_, head)| head);
        let cells = cells.map(|(name, cell)| html! { <td data-column={name.clone()}>{ cell }</td> });
        html! { <tr><th scope="row">{ head }</th>{ for cells }</tr> }
    };
    html! {
        <section class="c-panel c-stack" aria-labelledby={id.clone()} key={id.clone()}>
            <h2 id={id.clone()} tabindex="-1">{ title }</h2>
            <p>{ text(&cell(about)) }</p>
            <div class="c-scroll" tabindex="0" role="region" aria-label={format!("Table: {title}")}>
                <table class="c-reference c-list">
                    <thead><tr>{ for columns.iter().map(|name| html! { <th scope="col">{ name }</th> }) }</tr></thead>
                    <tbody>{ for rows.iter().map(|cells| row(cells)) }</tbody>
                </table>
            </div>
        </section>
    }
}
