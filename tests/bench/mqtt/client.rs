//! What receives in Live, and nothing else of the page: the worker's rim with its host of sessions, the hand-over, the log
//! with its digest. For the bench that puts it beside other MQTT clients in one browser; natively there is nothing to run.

/// For the page of the bench and its worker.
#[cfg(target_arch = "wasm32")]
pub mod page {
    use iot_policy_lab::{
        app::browser::sessions::rim::{self, Craft},
        iot::endpoint::Endpoint,
        lab::{Action, Actor},
        live::{
            digest::Digest,
            driver::{Input, Limits, Way},
            record::{Phase, What as Recorded},
            store::{RowId, Store},
        },
        mqtt::{Packet, Qos, Subscription, Version},
        timeline::{Entry, SessionId, What},
    };
    use js_sys::{ArrayBuffer, Function, JsString, Uint8Array};
    use wasm_bindgen::prelude::*;

    /// Answers in the worker.
    #[wasm_bindgen]
    pub fn serve() {
        rim::run(Craft { read, say: |_| String::new(), sign: |_, _| Box::pin(async { Err(String::new()) }) });
    }

    /// Orders of the adapter: a word and what belongs to it, without white space inside.
    fn read(order: &str) -> Result<Input, String> {
        let mut words = order.split(' ');
        let name = words.next().unwrap_or_default();
        let first = words.next().unwrap_or_default();
        let session = SessionId(first.parse().unwrap_or_default());
        Ok(match name {
            "way" => {
                let endpoint = Endpoint::parse(first).map_err(|error| error.to_string())?;
                Input::Way(Way { endpoint, sign: None })
            }
            "plan" => {
                let version = if first == "5" { Version::V5 } else { Version::V311 };
                let sessions = words.map(|id| Actor::new(id, 0, version, id)).collect();
                Input::Plan { sessions, steps: Vec::new() }
            }
            "connect" => Input::Act { session, action: Action::Connect },
            "disconnect" => Input::Act { session, action: Action::Disconnect },
            "subscribe" => {
                let filters = words.map(|filter| Subscription::new(filter, Qos::AtMostOnce)).collect();
                Input::Act { session, action: Action::Subscribe(filters) }
            }
            _ => Input::Limits(Limits { sessions: None, rate: None, run: None, rounds: None }),
        })
    }

    /// The page's log.
    #[wasm_bindgen]
    #[derive(Default)]
    pub struct Log {
        store: Store,
        digest: Digest,
        topic: (String, JsString),
    }

    #[wasm_bindgen]
    impl Log {
        /// An empty one.
        #[wasm_bindgen(constructor)]
        pub fn new() -> Self {
            Self::default()
        }

        /// Takes a batch as the page does, and tells the messages, `message(session, topic, payload)`, and what a client
        /// waits for, `state(session, connected or subscribed)`.
        pub fn take(&mut self, batch: &ArrayBuffer, message: &Function, state: &Function) {
            let first = self.store.dropped() + self.store.len() as u64;
            let tell = |session: SessionId, what: &str| {
                let _ = state.call2(&JsValue::NULL, &session.0.into(), &what.into());
            };
            self.store.take(Uint8Array::new(batch).to_vec(), |record| {
                if let Recorded::Phase(Phase::Connected) = record.what {
                    tell(record.connection.session, "connected");
                }
            });
            for id in (first..self.store.dropped() + self.store.len() as u64).map(RowId) {
                if let Some((record, version)) = self.store.raw(id)
                    && let Recorded::Received { bytes, .. } = record.what
                    && self.digest.repeats(id, record.at, record.connection, bytes, version)
                {
                } else if let Some(row) = self.store.row(id) {
                    self.digest.take(id, &row.entry);
                }
                let Some(Entry { connection, what: What::Received(wire), .. }) =
                    self.store.row(id).map(|row| row.entry)
                else {
                    continue;
                };
                match wire.packet {
                    Ok(Packet::Publish(publish)) => {
                        if self.topic.0 != publish.topic {
                            self.topic = (publish.topic.clone(), publish.topic.as_str().into());
                        }
                        let payload = Uint8Array::from(publish.payload.as_slice());
                        let session = connection.session.0.into();
                        let _ = message.call3(&JsValue::NULL, &session, &self.topic.1, &payload);
                    }
                    Ok(Packet::SubAck(_)) => tell(connection.session, "subscribed"),
                    _ => {}
                }
            }
        }

        /// Rows so far.
        pub fn rows(&self) -> f64 {
            (self.store.dropped() + self.store.len() as u64) as f64
        }
    }
}

fn main() {}
