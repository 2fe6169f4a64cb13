//! What the user wants, now and at its time.

use super::client::{Client, Repeat};
use super::{Host, MAX_REPEATS, NOBODY, News, Run, Standing, Stopping, What, Withheld};
use crate::client::{Input as Command, Message};
use crate::iot::time::{Instant, Millis};
use crate::lab::{Action, Step};
use crate::live::record::Phase;
use crate::timeline::SessionId;

impl Host {
    pub(super) fn act(&mut self, now: Instant, id: SessionId, action: Action) {
        if action == Action::Connect {
            return self.connect(now, id);
        }
        let Some(client) = self.client(id) else { return };
        if action == Action::Disconnect {
            client.repeats.clear();
            if client.habits.stay_away() {
                return self.tell_phase(now, id);
            }
        }
        if let Some(command) = client.habits.command(action) {
            self.feed(now, id, command);
        }
    }

    pub(super) fn connect(&mut self, now: Instant, id: SessionId) {
        let seed = self.seed_of(id);
        let Some(actor) = self.actor(id).cloned() else { return };
        let others = self.clients.iter().filter(|(other, client)| **other != id && client.engaged()).count();
        let withheld = match (&self.way, &self.login, self.limits.sessions) {
            (None, ..) => Some(Withheld::NoWay),
            (_, Standing::Forgotten, _) => Some(Withheld::Forgotten),
            (.., Some(most)) if others >= most as usize => Some(Withheld::Sessions(most)),
            _ => None,
        };
        let Some(client) = self.client(id) else { return };
        if let Some(why) = withheld {
            return self.tell(now, id, What::News(News::Withheld(why)));
        }
        client.recast(&actor, seed);
        client.rounds = 0;
        if let Some(command) = client.habits.command(Action::Connect) {
            self.feed(now, id, command);
        }
    }

    pub(super) fn repeat(&mut self, now: Instant, id: SessionId, message: Message, every: Millis) {
        let Some(client) = self.clients.get_mut(&id).filter(|client| client.session.is_connected()) else {
            return self.act(now, id, Action::Publish(message));
        };
        if client.repeats.len() >= MAX_REPEATS as usize {
            self.act(now, id, Action::Publish(message));
            return self.tell(now, id, What::News(News::Withheld(Withheld::Repeats(MAX_REPEATS))));
        }
        // The first one is a repetition too, so that what ends repetitions finds it.
        client.repeats.push(Repeat { message, every: every.max(Millis(1)), next: now, last: None });
        self.repeat_due(now, id);
    }

    pub(super) fn run(&mut self, now: Instant) {
        self.refused = 0;
        let from_now = |step: &Step| (now + Millis(step.at.0), step.session, step.action.clone());
        let mut steps: Vec<_> = self.steps.iter().map(from_now).collect();
        // Steps of one time keep their order, and the last one comes first.
        steps.sort_by_key(|(at, ..)| *at);
        steps.reverse();
        self.run = Some(Run { began: now, steps });
        self.happened(now, NOBODY, What::Running(true));
        self.take_steps(now);
    }

    pub(super) fn stop(&mut self, now: Instant, stopping: Stopping) {
        if self.run.take().is_some() {
            self.happened(now, NOBODY, What::Running(false));
        }
        self.stopping = Some(stopping);
        let ids: Vec<SessionId> = self.clients.keys().copied().collect();
        for id in ids {
            self.act(now, id, Action::Disconnect);
        }
        self.stopping = None;
    }

    /// Ends a run that has lasted as long as it may.
    fn end_run(&mut self, now: Instant, length: Millis) {
        let why = || What::News(News::Withheld(Withheld::Run(length)));
        self.happened(now, NOBODY, why());
        // Who is closing already has been told why.
        let stops = |client: &Client| !matches!(client.phase(), Phase::Idle | Phase::Closing);
        let stopped = self.clients.iter().filter(|(_, client)| stops(client)).map(|(id, _)| *id);
        for id in stopped.collect::<Vec<_>>() {
            self.tell(now, id, why());
        }
        self.stop(now, Stopping::Limit);
    }

    pub(super) fn take_steps(&mut self, now: Instant) {
        while let Some((_, session, action)) =
            self.run.as_mut().and_then(|run| run.steps.pop_if(|(at, ..)| *at <= now))
        {
            self.act(now, session, action);
        }
    }

    pub(super) fn on_time_passed(&mut self, now: Instant) {
        let due = |client: &Client| client.deadline().is_some_and(|at| at <= now);
        let ids: Vec<SessionId> =
            self.clients.iter().filter(|(_, client)| due(client)).map(|(id, _)| *id).collect();
        for id in ids {
            let Some(client) = self.clients.get_mut(&id) else { continue };
            let comes_back = client.habits.comes_back(now);
            if client.session.deadline().is_some_and(|(at, _)| at <= now) {
                self.feed(now, id, Command::TimePassed);
            }
            if comes_back {
                self.feed(now, id, Command::Connect);
            }
            self.repeat_due(now, id);
        }
        self.take_steps(now);
        let length = self.limits.run.map(Millis);
        if let Some(length) =
            length.filter(|length| self.run.as_ref().is_some_and(|run| run.began + *length <= now))
        {
            self.end_run(now, length);
        }
    }

    /// What is repeated waits while there is no connection. Times that were slept through are left out.
    pub(super) fn repeat_due(&mut self, now: Instant, id: SessionId) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        let connected = client.session.is_connected();
        let mut commands = Vec::new();
        for repeat in client.repeats.iter_mut().filter(|repeat| repeat.next <= now) {
            let next = repeat.next + repeat.every;
            repeat.next = if next > now { next } else { now + repeat.every };
            if connected && let Some(command) = client.habits.command(Action::Publish(repeat.message.clone()))
            {
                if let Command::Publish { request, .. } = command {
                    repeat.last = Some(request);
                }
                commands.push(command);
            }
        }
        for command in commands {
            self.feed(now, id, command);
        }
    }
}
