//! A run that can be gone through: its entries, and the world as it was at any of them.
//!
//! Copies of the world are kept at even distances; the moments between are played again from the copy before. There are
//! at most [`MAX_COPIES`] of them, and of [`MAX_COPIED_BYTES`] in all: where there would be more, every other one goes
//! and the distance doubles. So a moment is never further from a copy than the run is long divided by half of
//! [`MAX_COPIES`], as long as the world is small.

use std::sync::Arc;

use crate::iot::time::Instant;

use super::scenario::Scenario;
use super::world::World;
use super::{Ended, Run};

/// Events after which a recording is cut short. A page that plays so many is busy for about a second.
pub const MAX_EVENTS: usize = 100_000;
/// Copies of the world that are kept at most.
pub const MAX_COPIES: usize = 64;
/// What the copies weigh at most, by [`World::weight`]; the first one is always kept.
pub const MAX_COPIED_BYTES: usize = 16 * 1024 * 1024;
/// Events between two copies at first.
const DISTANCE: usize = 64;

/// A scenario that was played, with the way back to each of its moments.
#[derive(Clone, Debug)]
pub struct Recording {
    /// What came of it.
    pub run: Run,
    /// By event.
    moments: Vec<Moment>,
    /// The first one is of the beginning; the others follow at the same distance.
    copies: Vec<Copy>,
    /// Events between two of them.
    distance: usize,
}

/// What there was after an event.
#[derive(Clone, Copy, Debug)]
struct Moment {
    /// Entries so far.
    entries: usize,
    /// The step that it goes back to.
    because: Option<usize>,
}

impl Recording {
    /// Plays a scenario to its end, or until [`MAX_EVENTS`].
    #[must_use]
    pub fn new(scenario: impl Into<Arc<Scenario>>) -> Self {
        let mut world = World::new(scenario);
        let (mut entries, mut moments) = (Vec::new(), Vec::new());
        let (mut copies, mut distance) = (vec![Copy::of(&world)], DISTANCE);
        while world.events() < MAX_EVENTS && world.step() {
            entries.append(&mut world.take_entries());
            moments.push(Moment { entries: entries.len(), because: world.because() });
            if world.events().is_multiple_of(distance) {
                copies.push(Copy::of(&world));
                while too_many(&copies) {
                    distance = distance.saturating_mul(2);
                    copies = copies.into_iter().step_by(2).collect();
                }
            }
        }
        Self { run: world.run(entries), moments, copies, distance }
    }

    /// The step of the scenario, by its index, that an entry goes back to; none when a timer ran out.
    #[must_use]
    pub fn because(&self, entry: usize) -> Option<usize> {
        self.moments.get(self.event_of(entry)).and_then(|moment| moment.because)
    }

    /// The world just after what an entry tells had happened, or with no entry before anything had. What happened with
    /// it at once, in the same place, has happened too. `near` is a world of this recording from which less is to be
    /// played than from a copy, if it is not later.
    #[must_use]
    pub fn world_at(&self, entry: Option<usize>, near: Option<World>) -> World {
        let events = entry.map_or(0, |entry| (self.event_of(entry) + 1).min(self.moments.len()));
        let copy =
            events.checked_div(self.distance).unwrap_or_default().min(self.copies.len().saturating_sub(1));
        let passed = copy.saturating_mul(self.distance);
        let near = near.filter(|near| (passed..=events).contains(&near.events()));
        let copied = || self.copies.get(copy).map(|copy| copy.world.clone());
        let mut world = near.or_else(copied).unwrap_or_else(|| World::new(self.run.scenario.clone()));
        while world.events() < events && world.step() {
            world.take_entries();
        }
        world
    }

    /// How many copies of the world there are.
    #[must_use]
    pub fn copies(&self) -> usize {
        self.copies.len()
    }

    /// How long it is known what happened: to the end of the scenario, or of what was played of it.
    #[must_use]
    pub fn end(&self) -> Instant {
        let last = self.run.entries.last().map_or(Instant(0), |entry| entry.at);
        if self.run.ended == Ended::InTime { self.run.scenario.end } else { last }
    }

    /// The event that an entry tells of, counted from 0.
    fn event_of(&self, entry: usize) -> usize {
        self.moments.partition_point(|moment| moment.entries <= entry)
    }
}

/// A copy of the world.
#[derive(Clone, Debug)]
struct Copy {
    world: World,
    weight: usize,
}

impl Copy {
    fn of(world: &World) -> Self {
        Self { world: world.clone(), weight: world.weight() }
    }
}

fn too_many(copies: &[Copy]) -> bool {
    let weight: usize = copies.iter().map(|copy| copy.weight).sum();
    copies.len() > MAX_COPIES || (copies.len() > 1 && weight > MAX_COPIED_BYTES)
}
