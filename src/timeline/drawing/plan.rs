//! Which lanes there are and what belongs into each: everything that does not depend on how much is drawn as one.

use std::collections::{BTreeMap, BTreeSet};

use super::attempt::{Attempt, attempts};
use super::heap::heaps;
use super::lane::{BEHIND, Slot, mark};
use super::{
    BOTTOM, Bracket, Drawing, Group, Join, LANE, LINE, Lane, MAX_ATTEMPTS, MAX_LANES, MarkKind, RAIL, TOP,
    View, kind, overlaps,
};
use crate::iot::time::Millis;
use crate::mqtt::Packet;
use crate::timeline::{ConnectionRef, FindingKind, Record, What};

/// What is drawn, from top to bottom.
pub(super) struct Plan<'a> {
    view: View,
    groups: Vec<Kin<'a>>,
    left_out: usize,
    /// CONNECTs: where, and the entry.
    rail: Vec<(u32, usize)>,
    places: BTreeMap<ConnectionRef, (usize, usize)>,
}

/// The lanes with one client ID.
struct Kin<'a> {
    client_id: &'a str,
    slots: Vec<Slot>,
    /// Takeovers in order of time: where the older connection ended, who that was, and who came.
    takeovers: Vec<(u32, Takeover)>,
    wars: Vec<War>,
}

#[derive(Clone, Copy)]
struct Takeover {
    old: ConnectionRef,
    new: Option<(ConnectionRef, u32)>,
}

#[derive(Clone, Copy)]
struct War {
    from: u32,
    to: u32,
    rounds: usize,
    period: Millis,
}

impl<'a> Plan<'a> {
    pub(super) fn new(record: &'a Record, view: View) -> Self {
        let mut plan =
            Self { view, groups: Vec::new(), left_out: 0, rail: Vec::new(), places: BTreeMap::new() };
        plan.make_lanes(record);
        plan.fill_lanes(record);
        plan.find_takeovers(record);
        plan
    }

    fn make_lanes(&mut self, record: &'a Record) {
        let mut kin: Vec<(&'a str, Vec<Attempt<'a>>)> = Vec::new();
        let mut known = BTreeMap::new();
        let attempts = attempts(record);
        let shown = attempts.into_iter().filter(|one| overlaps(&self.view, one.began, one.until(record)));
        let mut all = 0;
        for attempt in shown {
            all += 1;
            let place = *known.entry(attempt.client_id).or_insert_with(|| {
                kin.push((attempt.client_id, Vec::new()));
                kin.len() - 1
            });
            if let Some((_, attempts)) = kin.get_mut(place) {
                attempts.push(attempt);
            }
        }
        let mut free = MAX_LANES;
        for (client_id, attempts) in kin {
            let shared = attempts.len() > MAX_ATTEMPTS || all > MAX_LANES;
            let lanes = if shared {
                by_session(attempts)
            } else {
                attempts.into_iter().map(|one| vec![one]).collect()
            };
            self.left_out += lanes.iter().skip(free).map(Vec::len).sum::<usize>();
            let lanes = lanes.into_iter().take(free);
            let slots: Vec<Slot> = lanes.map(|attempts| Slot::new(attempts, record, &self.view)).collect();
            free -= slots.len();
            if slots.is_empty() {
                continue;
            }
            for (place, slot) in slots.iter().enumerate() {
                let place = (self.groups.len(), place);
                self.places.extend(slot.connections.iter().map(|connection| (*connection, place)));
            }
            self.groups.push(Kin { client_id, slots, takeovers: Vec::new(), wars: Vec::new() });
        }
    }

    fn fill_lanes(&mut self, record: &Record) {
        for (index, entry) in record.entries.iter().enumerate() {
            if !overlaps(&self.view, entry.at, entry.at) {
                continue;
            }
            let x = self.view.x(entry.at);
            if let What::Sent(wire) = &entry.what
                && matches!(wire.packet, Ok(Packet::Connect(_)))
            {
                self.rail.push((x, index));
            }
            let Some(kind) = kind(&entry.what) else { continue };
            let slot = self
                .places
                .get(&entry.connection)
                .and_then(|(group, slot)| self.groups.get_mut(*group)?.slots.get_mut(*slot));
            if let Some(slot) = slot {
                slot.put(x, kind, index);
            }
        }
    }

    fn find_takeovers(&mut self, record: &Record) {
        for finding in &record.findings {
            let seen = finding.evidence.iter().filter_map(|index| record.entries.get(*index));
            match &finding.kind {
                FindingKind::TakenOver { old, new, .. } => {
                    let ended = seen.clone().filter(|entry| entry.connection == *old).map(|entry| entry.at);
                    let came = |new: ConnectionRef| {
                        let at =
                            seen.clone().filter(|entry| entry.connection == new).map(|entry| entry.at).min();
                        at.map(|at| (new, self.view.x(at)))
                    };
                    let Some(ended) = ended.max().filter(|at| overlaps(&self.view, *at, *at)) else {
                        continue;
                    };
                    let takeover = Takeover { old: *old, new: new.and_then(came) };
                    let x = self.view.x(ended);
                    if let Some((group, _)) = self.places.get(old)
                        && let Some(group) = self.groups.get_mut(*group)
                    {
                        group.takeovers.push((x, takeover));
                    }
                }
                FindingKind::TakeoverWar { client_id, rounds, period, .. } => {
                    let times: BTreeSet<_> = seen.map(|entry| entry.at).collect();
                    let (Some(from), Some(to)) = (times.first(), times.last()) else { continue };
                    if let Some(group) = self.groups.iter_mut().find(|group| group.client_id == client_id)
                        && overlaps(&self.view, *from, *to)
                    {
                        let (from, to) = (self.view.x(*from), self.view.x(*to));
                        group.wars.push(War { from, to, rounds: *rounds, period: *period });
                    }
                }
                _ => {}
            }
        }
        for group in &mut self.groups {
            group.takeovers.sort_by_key(|(x, _)| *x);
            group.wars.sort_by_key(|war| war.from);
        }
    }

    /// Draws it; what begins within `apart` pixels of another one of its kind is drawn with it.
    pub(super) fn draw(&self, apart: u32) -> Drawing {
        let mut y = TOP;
        let mut groups: Vec<Group> = Vec::new();
        for kin in &self.groups {
            let top = y;
            y += LINE;
            let brackets = kin.brackets(y, apart);
            if !brackets.is_empty() {
                y += LINE;
            }
            let lanes: Vec<Lane> =
                kin.slots.iter().zip(0..).filter_map(|(slot, at)| slot.draw(y + at * LANE, apart)).collect();
            y = lanes.last().map_or(y, |lane| lane.y + LANE);
            let client_id = kin.client_id.to_owned();
            groups.push(Group { client_id, y: top, brackets, lanes, joins: Vec::new() });
        }
        let rail = self.rail.iter().map(|(x, index)| (*x, (MarkKind::Sent, *index)));
        let mut drawing = Drawing {
            view: self.view,
            height: y + BOTTOM,
            ticks: self.view.ticks(),
            rail: heaps(rail, apart).iter().filter_map(|heap| mark(heap, RAIL)).collect(),
            groups,
            left_out: self.left_out,
            places: self.places.clone(),
        };
        let joins: Vec<Vec<Join>> = self.groups.iter().map(|kin| kin.joins(&drawing, apart)).collect();
        for (group, joins) in drawing.groups.iter_mut().zip(joins) {
            group.joins = joins;
        }
        drawing
    }
}

impl Kin<'_> {
    fn brackets(&self, y: u32, apart: u32) -> Vec<Bracket> {
        let wars = heaps(self.wars.iter().map(|war| (war.from, *war)), apart);
        let bracket = |wars: &[War]| {
            let (first, last) = (wars.first()?, wars.last()?);
            Some(Bracket {
                x: first.from,
                width: last.to.max(first.to).saturating_sub(first.from).max(1),
                y: y + LINE / 2,
                rounds: wars.iter().map(|war| war.rounds).sum(),
                period: first.period,
            })
        };
        wars.iter().filter_map(|heap| bracket(&heap.members)).collect()
    }

    fn joins(&self, drawing: &Drawing, apart: u32) -> Vec<Join> {
        let middle = |connection| drawing.lane_of(connection).map(|lane| lane.y + LANE / 2);
        let join = |takeovers: &[Takeover], x: u32| {
            let first = takeovers.first()?;
            Some(Join {
                from: first.new.and_then(|(new, x)| Some((x, middle(new)?))),
                to: (x + BEHIND, middle(first.old)?),
                by: first.new.map(|(new, _)| new),
                count: takeovers.len(),
            })
        };
        // Where every connection has a lane, there are no more of them than lanes.
        let shared = self.slots.iter().any(|slot| slot.connections.len() > 1);
        let heaps = heaps(self.takeovers.iter().copied(), if shared { apart } else { 0 });
        heaps.iter().filter_map(|heap| join(&heap.members, heap.x)).collect()
    }
}

/// One lane for each session, in the order in which they came first.
fn by_session(attempts: Vec<Attempt<'_>>) -> Vec<Vec<Attempt<'_>>> {
    let mut order = BTreeMap::new();
    let mut shared: Vec<Vec<Attempt<'_>>> = Vec::new();
    for attempt in attempts {
        let place = *order.entry(attempt.connection.session).or_insert_with(|| {
            shared.push(Vec::new());
            shared.len() - 1
        });
        if let Some(attempts) = shared.get_mut(place) {
            attempts.push(attempt);
        }
    }
    shared
}
