//! What the sessions order and tell, and what their sockets do.

use zeroize::Zeroizing;

use super::client::{Client, Transport};
use super::{Host, MAX_CONNECTING, MAX_REFUSED, News, Output, Standing, Stopping, What, Withheld};
use crate::client::{Cause, Closure, Input as Command, Misuse, Output as Told, Reconnect, Refusal, Stop};
use crate::iot::time::{Instant, Millis};
use crate::live::redact;
use crate::live::store::MAX_PAYLOAD;
use crate::mqtt::{self, Connect, Frame, Packet};
use crate::timeline::{Close, ConnectionRef, Party, SessionId};

const SECOND: Millis = Millis(1000);

impl Host {
    /// Gives a session a command or fact, and carries out what it orders.
    pub(super) fn feed(&mut self, now: Instant, id: SessionId, command: Command) {
        let mut next = Some(command);
        while let Some(command) = next.take() {
            if self.may(now, id, &command) {
                let Some(client) = self.clients.get_mut(&id) else { return };
                client.session.handle(now, command);
                while let Some(told) = self.clients.get_mut(&id).and_then(|client| client.session.poll()) {
                    self.carry_out(now, id, told);
                }
            }
            next = self.clients.get_mut(&id).and_then(Client::next);
        }
        self.tell_phase(now, id);
    }

    /// Whether the limits let a command pass. A message that they do not let pass is told, and its repetitions end.
    pub(super) fn may(&mut self, now: Instant, id: SessionId, command: &Command) -> bool {
        let (Command::Publish { request, message }, Some(most)) = (command, self.limits.rate) else {
            return true;
        };
        let Some(client) = self.clients.get_mut(&id).filter(|client| client.session.is_connected()) else {
            return true;
        };
        while self.published.pop_front_if(|at| now - *at >= SECOND).is_some() {}
        if self.published.len() < most as usize {
            self.published.push_back(now);
            return true;
        }
        client.habits.settle(*request);
        client.repeats.retain(|repeat| repeat.message != *message);
        self.tell(now, id, What::News(News::Withheld(Withheld::Rate(most))));
        false
    }

    pub(super) fn carry_out(&mut self, now: Instant, id: SessionId, told: Told) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        let mut comeback = client.habits.hear(now, &told);
        let place = client.place(id);
        match told {
            Told::Received { frame, packet } => {
                let (bytes, left_out) = kept(frame, packet.as_ref().ok());
                self.happened(now, place, What::Received { bytes, left_out });
            }
            Told::Send { packet: Packet::Connect(connect), .. } => self.send_connect(now, place, connect),
            Told::Send { frame, packet } => {
                self.outputs.push_back(Output::Send(place, Zeroizing::new(frame.bytes().to_vec())));
                let (bytes, left_out) = kept(frame, Some(&packet));
                self.happened(now, place, What::Sent { bytes, left_out });
            }
            Told::OpenTransport => {
                (client.number, client.paused) = (client.number.saturating_add(1), None);
                client.transport = Transport::Waiting;
                self.queue.push_back(id);
            }
            Told::CloseTransport => self.close(id),
            Told::Connected(connected) => {
                client.since = Some(now);
                self.tell(now, id, What::News(News::Connected(connected)));
            }
            Told::Refused(Refusal::OwnRequest) | Told::Disconnected(Cause::OwnRequest)
                if self.stopping == Some(Stopping::Limit) =>
            {
                (client.since, client.withheld) = (None, None);
            }
            Told::Refused(refusal) => {
                let signed = self.way.as_ref().is_some_and(|way| way.sign.is_some());
                let news = match client.withheld.take() {
                    // What the host does not let it do, it does not try again by itself.
                    Some(why) => {
                        client.habits.stay_away();
                        (client.quits, comeback) = (true, None);
                        News::Withheld(why)
                    }
                    None => News::Refused { refusal, signed },
                };
                self.tell(now, id, What::News(news));
            }
            Told::Disconnected(cause) => {
                if client.since.take().is_some_and(|since| now - since >= Reconnect::new(0).steady) {
                    client.rounds = 0;
                }
                let paused = client.paused.take().filter(|_| cause != Cause::OwnRequest);
                self.tell(now, id, What::News(News::Disconnected { cause, paused }));
            }
            Told::ReconnectAt(at) if !client.quits => {
                self.tell(now, id, What::News(News::ComesBack(at - now)))
            }
            Told::ReconnectStopped(stop) if stop != Stop::OwnRequest => {
                self.tell(now, id, What::News(News::StaysAway(stop)));
            }
            // What is repeated waits while there is no connection; all else that is wrong would be wrong again.
            Told::Rejected { request, why } if why != Misuse::NotConnected => {
                let repeated = request.is_some_and(|request| client.stop_repeating(request));
                self.tell(now, id, What::News(News::Rejected { why, repeated }));
            }
            Told::Rejected { why, .. } if self.stopping.is_none() => {
                self.tell(now, id, What::News(News::Rejected { why, repeated: false }));
            }
            // The packets tell these.
            Told::Message(_)
            | Told::Subscribed { .. }
            | Told::Unsubscribed { .. }
            | Told::Published { .. }
            | Told::Rejected { .. }
            | Told::ReconnectAt(_)
            | Told::ReconnectStopped(_)
            | Told::Lost { .. } => {}
        }
        if let Some(at) = comeback {
            self.come_back(now, id, at);
        }
    }

    /// A comeback after a fixed time goes on for ever; here it ends by the limits.
    pub(super) fn come_back(&mut self, now: Instant, id: SessionId, at: Instant) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        let withheld = match self.limits.rounds {
            _ if self.refused >= MAX_REFUSED => Some(Withheld::Refusals(self.refused)),
            Some(most) if client.rounds >= most => Some(Withheld::Rounds(most)),
            _ => None,
        };
        let news = match withheld {
            Some(why) => {
                client.habits.stay_away();
                News::Withheld(why)
            }
            None => {
                client.rounds = client.rounds.saturating_add(1);
                News::ComesBack(at - now)
            }
        };
        self.tell(now, id, What::News(news));
    }

    /// The login goes into the CONNECT here, and only here.
    pub(super) fn send_connect(&mut self, now: Instant, place: ConnectionRef, mut connect: Connect) {
        let version = connect.version;
        let bytes = match &self.login {
            Standing::Given(login) => login.encode(&mut connect),
            Standing::None | Standing::Forgotten => {
                mqtt::encode(&Packet::Connect(connect.clone()), version).map(Zeroizing::new)
            }
        };
        match (bytes, mqtt::encode(&redact::packet(&Packet::Connect(connect)), version)) {
            (Ok(bytes), Ok(shown)) => {
                self.outputs.push_back(Output::Send(place, bytes));
                self.happened(now, place, What::Sent { bytes: shown, left_out: 0 });
            }
            (Err(why), _) | (_, Err(why)) => {
                if let Some(client) = self.clients.get_mut(&place.session) {
                    client.withheld = Some(Withheld::Login(why));
                }
                self.close(place.session);
            }
        }
    }

    pub(super) fn close(&mut self, id: SessionId) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        match client.transport {
            Transport::None | Transport::Closing => {}
            Transport::Waiting => {
                client.transport = Transport::None;
                client.left = true;
                self.queue.retain(|waiting| *waiting != id);
            }
            Transport::Opening | Transport::Open => {
                client.transport = Transport::Closing;
                self.outputs.push_back(Output::Close(client.place(id)));
            }
        }
    }

    /// Opens sockets for the sessions that wait, as many as may connect at a time.
    pub(super) fn open_waiting(&mut self, now: Instant) {
        while !self.queue.is_empty() {
            let opening = |client: &&Client| client.transport == Transport::Opening;
            if self.clients.values().filter(opening).count() >= MAX_CONNECTING {
                return;
            }
            let Some(id) = self.queue.pop_front() else { return };
            let Some(client) = self.clients.get_mut(&id) else { continue };
            client.withheld = match self.login {
                _ if self.refused >= MAX_REFUSED => Some(Withheld::Refusals(self.refused)),
                Standing::Forgotten => Some(Withheld::Forgotten),
                _ => None,
            };
            if client.withheld.is_some() {
                client.transport = Transport::None;
                self.feed(now, id, Command::TransportClosed(Closure::default()));
            } else {
                client.transport = Transport::Opening;
                self.outputs.push_back(Output::Open(client.place(id)));
            }
        }
    }

    pub(super) fn on_opened(&mut self, now: Instant, connection: ConnectionRef) {
        let Some(client) = self.current(connection).filter(|client| client.transport == Transport::Opening)
        else {
            return;
        };
        client.transport = Transport::Open;
        self.refused = 0;
        self.happened(now, connection, What::Opened);
        self.feed(now, connection.session, Command::TransportOpened);
    }

    pub(super) fn on_closed(
        &mut self,
        now: Instant,
        connection: ConnectionRef,
        code: Option<u16>,
        reason: String,
    ) {
        let Some(client) = self.current(connection) else { return };
        let own = match client.transport {
            Transport::None | Transport::Waiting => return,
            Transport::Opening | Transport::Open => code.is_none(),
            Transport::Closing => true,
        };
        if client.transport == Transport::Opening && code.is_some() {
            self.refused = self.refused.saturating_add(1);
        }
        if let Some(client) = self.current(connection) {
            client.transport = Transport::None;
        }
        let close = Close { by: party(own, code), code, reason: reason.clone() };
        self.happened(now, connection, What::Closed(close));
        self.feed(now, connection.session, Command::TransportClosed(Closure { code, reason }));
    }
}

/// What the log keeps of a packet: of a long payload the beginning, and how much is left out.
fn kept(frame: Frame, packet: Option<&Packet>) -> (Vec<u8>, u32) {
    match packet {
        Some(Packet::Publish(publish)) if publish.payload.len() > MAX_PAYLOAD => {
            let left_out = publish.payload.len() - MAX_PAYLOAD;
            (frame.without_last(left_out), u32::try_from(left_out).unwrap_or(u32::MAX))
        }
        _ => (frame.into_bytes(), 0),
    }
}

/// Who closed: a browser does not tell a close by the server from a loss when the code is 1006.
const fn party(own: bool, code: Option<u16>) -> Party {
    match (own, code) {
        (true, _) => Party::Client,
        (false, Some(1006) | None) => Party::Unknown,
        (false, Some(_)) => Party::Server,
    }
}
