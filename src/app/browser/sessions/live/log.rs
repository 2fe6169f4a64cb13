//! What happened: findings, packets, the fields of one packet.

use yew::prelude::*;

use super::session_name;
use crate::app::browser::sessions::events::{Events, MAX_ROWS, events, packet};
use crate::app::browser::sessions::findings::findings;
use crate::app::sessions::live::log::{Log, Msg};
use crate::app::sessions::live::run::Run;
use crate::timeline::SessionId;

pub(super) fn log(log: &Log, send: &Callback<Msg>) -> Html {
    let versions = |session: SessionId| run.session(usize::try_from(session.0).unwrap_or(usize::MAX)).version;
    let entry = log.selected.and_then(|number| log.entry(number));
    html! {
        <>
            { findings(&log.findings, "Nothing to tell yet.", &session_name, None) }
            <section class="c-panel c-stack" aria-labelledby="log">
                <h2 id="log">{ "Packets, the newest first" }</h2>
                if log.dropped() > 0 {
                    <p class="c-notice is-implicit">{ format!("The oldest {} entries were dropped.", log.dropped()) }</p>
                }
                <div class="c-columns">
                    <div class="c-stack">
                        { events(&Events {
                            entries: log.newest().take(MAX_ROWS).collect(),
                            total: log.len(),
                            selected: log.selected,
                            name: &session_name,
                            version: &versions,
                            select: send.reform(Msg::Select),
                        }) }
                    </div>
                    <div role="status">
                        if let Some(entry) = entry { { packet(entry, versions(entry.connection.session)) } }
                        else { <p class="c-hint">{ "Choose a packet to see its fields." }</p> }
                    </div>
                </div>
            </section>
        </>
    }
}
