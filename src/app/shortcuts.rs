//! What the keyboard does besides the keys of the browser: one table, from which the list on the page and what a key
//! does are both made.
//!
//! Single keys do nothing inside fields, and nothing at all when the user has turned them off (WCAG 2.1.4). What is
//! pressed with Control is the browser's own inside fields and ours elsewhere.

use crate::app::workspace::Screen;

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Opens a screen.
    Show(Screen),
    /// Begins with an empty policy.
    New,
    /// Moves the focus to the first field below the heading of this ID.
    Field(&'static str),
    /// Moves the focus to the heading of this ID.
    Heading(&'static str),
    /// Tries a way out, by its place in the list.
    Way(usize),
    /// Takes back what is tried.
    TakeBack,
    /// Takes back what is tried, else the last change.
    Undo,
    /// Makes it again.
    Redo,
    /// Opens what leaves and comes in.
    Share,
    /// Turns presenter mode on or off.
    Presenter,
    /// Shows the answers of a lesson in presenter mode, or hides them.
    Reveal,
    /// Opens the list of these keys.
    List,
    /// Does something to the player of Simulate.
    Play(Play),
}

/// What a key does to the player of Simulate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Play {
    /// Plays, or pauses.
    Toggle,
    /// To the event before.
    Back,
    /// To the event after.
    On,
    /// Skips the event and replays.
    Skip,
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortcut {
    /// The key, as the browser names it, in lower case.
    pub key: &'static str,
    /// With Control (or Command).
    pub control: bool,
    /// With Shift; of no account for single keys.
    pub shift: bool,
    /// The screens on which it does something.
    pub screens: &'static [Screen],
    /// What it does.
    pub action: Action,
    /// What the list says.
    pub says: &'static str,
}

const EVERYWHERE: &[Screen] =
    &[Screen::Check, Screen::Simulate, Screen::Live, Screen::Reference, Screen::Lessons];
const CHECK: &[Screen] = &[Screen::Check];
const SIMULATE: &[Screen] = &[Screen::Simulate];
const LESSONS: &[Screen] = &[Screen::Lessons];

const fn single(
    key: &'static str,
    screens: &'static [Screen],
    action: Action,
    says: &'static str,
) -> Shortcut {
    Shortcut { key, control: false, shift: false, screens, action, says }
}

/// Every shortcut, in the order of the list.
pub const SHORTCUTS: &[Shortcut] = &[
    single("1", EVERYWHERE, Action::Show(Screen::Check), "Open Check"),
    single("2", EVERYWHERE, Action::Show(Screen::Simulate), "Open Simulate"),
    single("3", EVERYWHERE, Action::Show(Screen::Live), "Open Live"),
    single("4", EVERYWHERE, Action::Show(Screen::Reference), "Open the reference"),
    single("5", EVERYWHERE, Action::Show(Screen::Lessons), "Open the lessons"),
    single("n", CHECK, Action::New, "Begin anew with an empty policy"),
    single("t", CHECK, Action::Field("policies"), "Edit the policy's text"),
    single("o", CHECK, Action::Field("who"), "Change who connects"),
    single("q", CHECK, Action::Field("ask"), "Change the questions"),
    single("w", CHECK, Action::Heading("why"), "Read why"),
    single("a", CHECK, Action::Way(0), "Try way out A, or take it back"),
    single("b", CHECK, Action::Way(1), "Try way out B"),
    single("c", CHECK, Action::Way(2), "Try way out C"),
    single("d", CHECK, Action::Way(3), "Try way out D"),
    single("e", CHECK, Action::Way(4), "Try way out E"),
    single("f", CHECK, Action::Way(5), "Try way out F"),
    single("escape", CHECK, Action::TakeBack, "Take back what is tried"),
    single("u", CHECK, Action::Undo, "Take back what is tried, else undo"),
    Shortcut { control: true, ..single("z", CHECK, Action::Undo, "Undo, outside fields") },
    Shortcut { control: true, shift: true, ..single("z", CHECK, Action::Redo, "Redo, outside fields") },
    single("s", CHECK, Action::Share, "Share, save and open"),
    single(" ", SIMULATE, Action::Play(Play::Toggle), "Play, or pause"),
    single(".", SIMULATE, Action::Play(Play::On), "Next event"),
    single(",", SIMULATE, Action::Play(Play::Back), "Previous event"),
    single("l", SIMULATE, Action::Heading("log"), "Go to the event log"),
    single("r", SIMULATE, Action::Heading("detail"), "Read about the chosen event"),
    single("x", SIMULATE, Action::Play(Play::Skip), "Skip the chosen event and replay"),
    single("h", SIMULATE, Action::Field("branch"), "Continue from the chosen event otherwise"),
    single("p", EVERYWHERE, Action::Presenter, "Presenter mode on or off"),
    single("r", LESSONS, Action::Reveal, "Show or hide the answer in presenter mode"),
    single("?", EVERYWHERE, Action::List, "Open this list"),
];

impl Shortcut {
    /// The keys as they are shown.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        let with = [("Ctrl", self.control), ("Shift", self.shift)];
        let mut keys: Vec<String> =
            with.iter().filter(|(_, held)| *held).map(|(name, _)| (*name).to_owned()).collect();
        keys.push(if self.key == " " { "Space".to_owned() } else { self.key.to_uppercase() });
        keys
    }
}

/// A key that was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Press {
    /// The key as the browser names it.
    pub key: String,
    /// Control or Command is held.
    pub control: bool,
    /// Shift is held.
    pub shift: bool,
    /// Alt is held.
    pub alt: bool,
    /// It was pressed in a field, or while a dialog is open.
    pub in_field: bool,
    /// It was pressed on a button, or on something else that the space bar presses.
    pub on_button: bool,
}

/// What a key does on this screen; `singles` says whether single keys are on.
#[must_use]
pub fn action(press: &Press, screen: Screen, singles: bool) -> Option<Action> {
    if press.in_field || press.alt || (press.on_button && press.key == " ") {
        return None;
    }
    let key = press.key.to_lowercase();
    let fits = |shortcut: &&Shortcut| {
        shortcut.key == key
            && shortcut.control == press.control
            && (if shortcut.control { shortcut.shift == press.shift } else { singles })
            && shortcut.screens.contains(&screen)
    };
    SHORTCUTS.iter().find(fits).map(|shortcut| shortcut.action)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(key: &str) -> Press {
        Press {
            key: key.to_owned(),
            control: false,
            shift: false,
            alt: false,
            in_field: false,
            on_button: false,
        }
    }

    #[test]
    fn every_row_is_found_by_its_own_keys_and_no_other_screen() {
        let same = |one: &Shortcut, other: &Shortcut| {
            (other.key, other.control, other.shift) == (one.key, one.control, one.shift)
        };
        for row in SHORTCUTS {
            let press = Press { control: row.control, shift: row.shift, ..press(row.key) };
            for screen in EVERYWHERE {
                // One key may mean something else on another screen.
                let wanted =
                    SHORTCUTS.iter().filter(|other| same(row, other) && other.screens.contains(screen));
                let wanted: Vec<_> = wanted.map(|other| other.action).collect();
                assert!(wanted.len() <= 1, "{}", row.says);
                let wanted = wanted.first().copied();
                assert_eq!(action(&press, *screen, true), wanted, "{}", row.says);
                assert_eq!(action(&press, *screen, false), wanted.filter(|_| row.control));
                assert_eq!(action(&Press { in_field: true, ..press.clone() }, *screen, true), None);
                assert_eq!(action(&Press { alt: true, ..press.clone() }, *screen, true), None);
            }
        }
    }

    #[test]
    fn the_space_bar_presses_buttons() {
        let on_button = |key| Press { on_button: true, ..press(key) };
        assert_eq!(action(&press(" "), Screen::Simulate, true), Some(Action::Play(Play::Toggle)));
        assert_eq!(action(&on_button(" "), Screen::Simulate, true), None);
        assert_eq!(action(&on_button("."), Screen::Simulate, true), Some(Action::Play(Play::On)));
    }

    #[test]
    fn keys_of_the_browser_stay_with_it() {
        // Control with a letter of ours, such as Ctrl+C and Ctrl+P, is not ours.
        for key in ["c", "p", "s", "n", "w", "1"] {
            assert_eq!(action(&Press { control: true, ..press(key) }, Screen::Check, true), None);
        }
        assert_eq!(action(&Press { shift: true, ..press("?") }, Screen::Live, true), Some(Action::List));
        assert_eq!(
            action(&Press { shift: true, ..press("T") }, Screen::Check, true),
            Some(Action::Field("policies"))
        );
    }
}
