//! The table: plan, predicted, observed.

use gloo::timers::callback::Interval;
use js_sys::Date;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::who;
use crate::app::browser::components::{Tone, check_box, choice, text};
use crate::app::browser::sessions::decision::decision;
use crate::app::browser::sessions::live::access::now;
use crate::app::sessions::live::compare::{Compare, Line, Msg, Origin, Sight, Whose};
use crate::iot::time::{Millis, UnixTime};
use crate::live::compare::{Suspect, Verdict};
use crate::live::observe::Observation;
use crate::live::predict::{Ask, Predicted, Row, SignIn};
use crate::words::live as words;

/// Rows that are drawn; of more, those that are contradicted.
const MAX_ROWS: usize = 300;
/// Observations outside the plan that are drawn.
const MAX_UNPLANNED: usize = 100;

pub(super) fn table(compare: &Compare, send: &Callback<Msg>) -> Html {
    let Some(prediction) = compare.prediction() else { return Html::default() };
    let sign_in = prediction.sign_in();
    let options = [
        (Whose::Page, html! { { "the sessions of this page" } }),
        (Whose::Device, html! { { "the machine that holds the certificate" } }),
    ];
    let count = compare.count();
    let mut first = true;
    let rows = compare.lines().enumerate().filter_map(|(number, line)| {
        let contradicted = matches!(line.compared.verdict, Verdict::Contradicts(_));
        if number >= MAX_ROWS && !contradicted {
            return None;
        }
        let checklist =
            contradicted.then(|| checklist(compare, number, &line, std::mem::take(&mut first), sign_in));
        let why = (compare.why == Some(number)).then(|| why(number, line.row));
        Some(html! { <>{ row(compare, number, &line, send) }{ for why }{ for checklist }</> })
    });
    let rows: Vec<Html> = rows.collect();
    let hidden = prediction.rows().len() - rows.len();
    html! {
        <section class="c-panel c-stack" aria-labelledby="predicted">
            <h2 id="predicted">{ "Predicted and observed" }</h2>
            if compare.has_device() {
                { choice("whose-run", "Predicted for", &options, compare.whose, &send.reform(Msg::Look)) }
            }
            if compare.whose == Whose::Device { { who(prediction) } }
            { standing(compare, send) }
            <p role="status">{ words::count(count.agree, count.contradict, count.cannot_tell, count.not_observed) }</p>
            if count.contradict > 0 { { changed(compare, send) } }
            if rows.is_empty() { <p>{ "The plan asks for nothing. Add a session." }</p> } else {
                <table class="c-compare" aria-labelledby="predicted">
                    <thead><tr>
                        <th scope="col">{ "Row" }</th><th scope="col">{ "Plan" }</th><th scope="col">{ "Predicted" }</th>
                        <th scope="col">{ "Observed" }</th><th scope="col">{ "Outcome" }</th>
                    </tr></thead>
                    <tbody>{ for rows }</tbody>
                </table>
            }
            if hidden > 0 {
                <p class="c-hint">{ format!("{hidden} more rows are not drawn; none of them is contradicted.") }</p>
            }
            { unplanned(compare, send) }
            { check_box("Mask account numbers, certificate IDs, addresses and endpoints in the evidence", compare.masking, &send.reform(Msg::Mask)) }
            <div class="c-row">
                <button type="button" onclick={send.reform(|_: MouseEvent| Msg::Evidence)}>{ "Save evidence" }</button>
                <span class="c-hint">{ "As a suite that Check and policylab open." }</span>
            </div>
            <p role="status">{ compare.told.clone().unwrap_or_default() }</p>
        </section>
    }
}

/// Whether the prediction follows or is frozen, and what has changed since.
fn standing(compare: &Compare, send: &Callback<Msg>) -> Html {
    let Some(standing) = compare.standing() else {
        return html! { <p class="c-hint">{ words::FOLLOWS }</p> };
    };
    let differs = words::differs(standing.policies, standing.plan, standing.sign_in);
    let anew = send.reform(|_: MouseEvent| Msg::Anew(now()));
    html! {
        <div class="c-stack">
            <p class="c-hint">{ words::frozen(standing.at, standing.late) }</p>
            if let Some(differs) = differs {
                <div class="c-notice is-unknown c-row is-spread" role="note">
                    <p>{ differs }</p>
                    <button type="button" onclick={anew}>{ "Predict anew" }</button>
                </div>
            }
        </div>
    }
}

fn row(compare: &Compare, number: usize, line: &Line<'_>, send: &Callback<Msg>) -> Html {
    let Line { row, compared, seen } = line;
    let shown = number + 1;
    let open = compare.why == Some(number);
    let name = |session| compare.name(session).to_owned();
    let why = row.explained.as_ref().map(|_| {
        let onclick = send.reform(move |_: MouseEvent| Msg::Why(number));
        html! {
            <button type="button" {onclick} aria-expanded={open.to_string()} aria-controls={open.then(|| why_id(number))}
                aria-label={format!("Why? Row {shown}")}>{ "Why?" }</button>
        }
    });
    let tone = tone(row);
    let because = words::because(row.because, name);
    let (outcome, sign) = outcome(compared.verdict);
    html! {
        <tr key={number} class={outcome.class()}>
            <th scope="row">{ shown }</th>
            <td data-column="Plan">{ compare.name(row.session) }{ " " }{ text(&words::ask(&row.ask, &row.client_id)) }</td>
            <td data-column="Predicted">
                <div class={classes!("c-sighted", tone.class())}>
                    { tone.sign() }<span>{ words::predicted(&row.ask, row.predicted) }</span>{ for why }
                </div>
                if let Some(because) = because { <p class="c-hint">{ because }</p> }
            </td>
            <td data-column="Observed">
                if seen.is_empty() { { "nothing" } } else { <ul>{ for seen.iter().map(|sight| self::seen(shown, row, sight, send)) }</ul> }
            </td>
            <td data-column="Outcome">
                <p class="c-sighted"><span class="c-equals" aria-hidden="true">{ sign }</span><strong>{ words::verdict(compared.verdict) }</strong></p>
                if let Some(more) = words::verdict_more(compared.verdict) { <p class="c-hint">{ more }</p> }
            </td>
        </tr>
    }
}

/// One outcome by one witness, with the way to where it was seen first.
fn seen(number: usize, row: &Row, sight: &Sight, send: &Callback<Msg>) -> Html {
    let times = if sight.times > 1 { format!(", {} times", sight.times) } else { String::new() };
    html! {
        <li>
            { words::outcome(&row.ask, sight.outcome) }{ times }{ " " }{ origin(&format!("row {number}"), sight.first, send) }{ " " }
            <span class="c-mark">{ words::witness(sight.witness) }</span>
        </li>
    }
}

fn origin(what: &str, origin: Origin, send: &Callback<Msg>) -> Html {
    match origin {
        Origin::Paste { paste, line } => html! { { format!("in paste {}, line {line}", paste + 1) } },
        Origin::Log { row, after } => {
            let way = row.map(|row| {
                let onclick = send.reform(move |_: MouseEvent| Msg::Show(row));
                html! {
                    <button type="button" {onclick} aria-label={format!("Show it: {what}")}>{ "Show it" }</button>
                }
            });
            html! { <>{ format!("after {} ", seconds(after)) }{ for way }</> }
        }
    }
}

fn seconds(time: Millis) -> String {
    format!("{}.{:03} s", time.0 / 1000, time.0 % 1000)
}

fn why_id(number: usize) -> String {
    format!("predicted-why-{number}")
}

fn why(number: usize, row: &Row) -> Html {
    html! {
        <tr><td colspan="5" id={why_id(number)}><div class="c-stack">{ for row.explained.as_ref().map(decision) }</div></td></tr>
    }
}

/// How what is predicted looks.
fn tone(row: &Row) -> Tone {
    match (row.predicted, &row.explained) {
        (Predicted::CannotTell, _) => Tone::CannotTell,
        (Predicted::No, Some(explained)) => Tone::from(explained.explanation.decision.verdict),
        (Predicted::Yes, _) if row.ask != Ask::Takeover => Tone::Allowed,
        (Predicted::No, _) if row.ask == Ask::Takeover => Tone::Allowed,
        _ => Tone::ImplicitDeny,
    }
}

const fn outcome(verdict: Verdict) -> (Tone, &'static str) {
    match verdict {
        Verdict::Agrees(_) => (Tone::Allowed, "="),
        Verdict::Contradicts(_) => (Tone::ExplicitDeny, "\u{2260}"),
        Verdict::CannotTell(_) => (Tone::CannotTell, "~"),
        Verdict::NotObserved(_) => (Tone::Nothing, "\u{2013}"),
    }
}

/// What to look at where a row is contradicted.
fn checklist(compare: &Compare, number: usize, line: &Line<'_>, open: bool, sign_in: SignIn) -> Html {
    let item = |suspect: Suspect| match (suspect, compare.policy_holds()) {
        (Suspect::PolicyCache { wait: Some(_) }, Some(until)) => {
            html! { <li><Countdown {until} {sign_in} /></li> }
        }
        _ => html! { <li>{ words::suspect(suspect, sign_in) }</li> },
    };
    let suspects = compare.suspects(line.compared);
    html! {
        <tr><td colspan="5">
            <details class="c-more" {open}>
                <summary>{ format!("Row {}: where to look, the likely things first", number + 1) }</summary>
                <ol class="c-steps">{ for suspects.into_iter().map(item) }</ol>
            </details>
        </td></tr>
    }
}

/// Asks when a policy was changed.
fn changed(compare: &Compare, send: &Callback<Msg>) -> Html {
    let onchange = send.reform(|event: Event| {
        let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        Msg::PolicyChanged(field.and_then(|field| time_of_day(&field.value())))
    });
    let value = compare.policy_changed.map(clock).unwrap_or_default();
    let just_now = send.reform(|_: MouseEvent| Msg::PolicyChanged(Some(now())));
    html! {
        <div class="c-row">
            <label for="policy-changed">{ "When did you change the policy?" }</label>
            <input id="policy-changed" type="time" step="1" {value} {onchange} />
            <button type="button" onclick={just_now}>{ "Just now" }</button>
        </div>
    }
}

fn date(at: UnixTime) -> Date {
    #[expect(clippy::cast_precision_loss, reason = "whole milliseconds far below 2 to the 53")]
    Date::new(&(at.0 as f64 * 1000.0).into())
}

/// A time of this day, or of the day before when it is still to come. The hours are those of the wall.
fn time_of_day(text: &str) -> Option<UnixTime> {
    let mut parts = text.split(':').map(str::parse::<u32>);
    let (hours, minutes) = (parts.next()?.ok()?, parts.next()?.ok()?);
    let seconds = parts.next().and_then(Result::ok).unwrap_or(0);
    let at = Date::new_0();
    at.set_hours(hours);
    at.set_minutes(minutes);
    at.set_seconds(seconds);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds since 1970")]
    let at = (at.get_time() / 1000.0) as u64;
    Some(UnixTime(if at > now().0 { at.saturating_sub(86_400) } else { at }))
}

fn clock(at: UnixTime) -> String {
    let at = date(at);
    format!("{:02}:{:02}:{:02}", at.get_hours(), at.get_minutes(), at.get_seconds())
}

#[derive(Properties, PartialEq)]
struct CountdownProps {
    until: UnixTime,
    sign_in: SignIn,
}

/// How long to wait until the cache has the policy. Not read aloud each second.
#[component]
fn Countdown(props: &CountdownProps) -> Html {
    let left = |until: UnixTime| Millis::from_seconds(until.0.saturating_sub(now().0));
    let wait = use_state_eq(|| left(props.until));
    {
        let wait = wait.clone();
        use_effect_with(props.until, move |until| {
            let until = *until;
            wait.set(left(until));
            let ticking = Interval::new(1000, move || wait.set(left(until)));
            move || drop(ticking)
        });
    }
    html! { { words::suspect(Suspect::PolicyCache { wait: Some(*wait) }, props.sign_in) } }
}

fn unplanned(compare: &Compare, send: &Callback<Msg>) -> Html {
    let count = compare.unplanned().count();
    let item = |(number, (seen, origin)): (usize, (&Observation, Origin))| {
        let client = seen.client_id.as_deref().unwrap_or("?");
        let session = seen.session.map(|session| format!("{} ", compare.name(session))).unwrap_or_default();
        html! {
            <li>
                { session }{ text(&words::ask(&seen.ask, client)) }{ ": " }{ words::outcome(&seen.ask, seen.outcome) }{ " " }
                { self::origin(&format!("{} of no row", number + 1), origin, send) }{ " " }<span class="c-mark">{ words::witness(seen.witness) }</span>
            </li>
        }
    };
    if count == 0 {
        return Html::default();
    }
    html! {
        <details class="c-more">
            <summary>{ format!("Observed, and in no row: {count}") }</summary>
            <ul>{ for compare.unplanned().take(MAX_UNPLANNED).enumerate().map(item) }</ul>
            if count > MAX_UNPLANNED { <p class="c-hint">{ format!("{} more are not drawn.", count - MAX_UNPLANNED) }</p> }
        </details>
    }
}
