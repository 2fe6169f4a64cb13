//! What the program of a session prints.
//!
//! A terminal is told of the run and the cursor past the editor in which it stands, and while the run is played only the
//! lines change that are reached: the box stays as far scrolled, and the selection in it stays what it is.

use std::rc::Rc;

use yew::prelude::*;

use crate::app::sessions::simulate::player::Player;
use crate::iot::time::Instant;
use crate::lab::Recording;
use crate::lab::mosquitto::{Kind, Line, terminal};
use crate::timeline::SessionId;
use crate::words;

/// Lines are drawn anew by this many.
const PIECE: usize = 40;

/// What is printed, and up to when.
#[derive(Clone, PartialEq)]
pub(super) struct Printing {
    run: Played,
    /// The moment of the cursor; none before anything has happened.
    until: Option<Instant>,
}

#[derive(Clone)]
struct Played(Option<Rc<Recording>>);

impl PartialEq for Played {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Rc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }
}

impl Printing {
    pub(super) fn of(player: &Player) -> Self {
        let recording = player.run().and_then(|run| run.recording.clone());
        Self { run: Played(recording), until: player.cursor.map(|_| player.moment.at) }
    }
}

/// Whose terminal.
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The session, by its place.
    pub(super) session: usize,
    /// What it is called.
    pub(super) name: String,
    /// What it plays.
    pub(super) program: Kind,
}

#[component]
pub(super) fn Terminal(props: &Props) -> Html {
    let printing = use_context::<Printing>();
    let lines = use_memo((printing.as_ref().map(|now| now.run.clone()), props.session), |(run, session)| {
        let recording = run.as_ref().and_then(|Played(recording)| recording.as_ref());
        let session = u32::try_from(*session).ok().map(SessionId);
        recording.zip(session).map_or_else(Vec::new, |(recording, session)| terminal(&recording.run, session))
    });
    let until = printing.and_then(|now| now.until);
    let shown = until.map_or(0, |until| lines.partition_point(|line| line.at <= until));
    let program = match props.program {
        Kind::Sub => "mosquitto_sub",
        Kind::Pub => "mosquitto_pub",
    };
    let pieces = (0..lines.len()).step_by(PIECE).map(|from| {
        html! { <Piece key={from} lines={lines.clone()} {from} shown={shown.clamp(from, from + PIECE)} /> }
    });
    let later = lines.len() - shown;
    html! {
        <div class="c-stack">
            <p class="c-hint">{ format!("What {program} prints:") }</p>
            <pre class="c-terminal" tabindex="0" role="region" aria-label={format!("Output of {}", props.name)}>{ for pieces }</pre>
            if later > 0 { <p class="c-hint">{ words::script::printed_later(later) }</p> }
        </div>
    }
}

/// Some lines, drawn anew only when another one of them is reached.
#[derive(Properties, PartialEq)]
struct PieceProps {
    lines: Rc<Vec<Line>>,
    /// The first one.
    from: usize,
    /// The lines before this one are reached.
    shown: usize,
}

#[component]
fn Piece(props: &PieceProps) -> Html {
    let PieceProps { lines, from, shown } = props;
    let lines = lines.iter().enumerate().skip(*from).take(PIECE).map(|(number, line)| {
        html! { <span class={(number >= *shown).then_some("is-later")}>{ &line.text }{ "\n" }</span> }
    });
    html! { <>{ for lines }</> }
}
