//! From the scenario to the text: what [`super::read`] reads back as the same.
//!
//! One step, client and expectation a line. A policy stands as it was given. What nobody knows about a principal is
//! written where the format has a word for it (`unknown`), and else left out, which says that there is none.

use super::property::{base64, written};
use super::read::seconds;
use super::{FORMAT, account};
use crate::client::Message;
use crate::iot::time::Millis;
use crate::lab::expect::{Expectation, Expected};
use crate::lab::scenario::{Action, Actor, Comeback, Identity, Network, Scenario};
use crate::mqtt::{Properties, Qos, Subscription, Version, Will};
use crate::policy::Field;
use crate::policy::context::Protocol;
use crate::policy::switch::Switch;
use crate::policy::variable::Key;
use crate::suite::format::write::{PolicyJson, PrincipalJson, word};
use crate::timeline::SessionId;

/// The text of a scenario, with a line break at its end.
#[must_use]
pub fn write(scenario: &Scenario) -> String {
    let mut file = Fields::default();
    file.text("format", FORMAT);
    file.some("title", &scenario.title);
    file.add("seed", scenario.seed.to_string());
    if scenario.starts.0 != 0 {
        file.add("starts", scenario.starts.0.to_string());
    }
    file.add("end", seconds(scenario.end.0));
    let mut network = Fields::default();
    network.network(scenario.network);
    file.object("network", network);
    if !scenario.network_changes.is_empty() {
        let changes = scenario.network_changes.iter().map(|(at, network)| {
            let mut fields = Fields::default();
            fields.add("at", seconds(at.0));
            fields.network(*network);
            fields.inline()
        });
        file.add("networkChanges", lines(changes));
    }
    let turned: Vec<String> = Switch::ALL
        .iter()
        .filter(|switch| scenario.switches.thrown(**switch))
        .map(|switch| switch.as_str().to_owned())
        .collect();
    file.texts("switches", turned.iter());
    file.object("account", Fields(account::written(&scenario.account)));
    let steps = scenario.steps.iter().map(|step| {
        let mut fields = Fields::default();
        fields.add("at", seconds(step.at.0));
        fields.text("session", name(scenario, step.session));
        fields.action(&step.action);
        fields.inline()
    });
    file.add("who", lines(scenario.identities.iter().map(identity)));
    file.add("clients", lines(scenario.sessions.iter().map(|actor| client(scenario, actor))));
    file.add("steps", lines(steps));
    if !scenario.expectations.is_empty() {
        file.add("expect", lines(scenario.expectations.iter().map(|one| expectation(scenario, one))));
    }
    let fields: Vec<String> = file.0.iter().map(|(name, value)| format!("  \"{name}\": {value}")).collect();
    format!("{{\n{}\n}}\n", fields.join(",\n"))
}

/// The name of a session; one that does not exist has none.
fn name(scenario: &Scenario, session: SessionId) -> &str {
    let index = usize::try_from(session.0).ok();
    index.and_then(|index| scenario.sessions.get(index)).map_or("", |actor| &actor.name)
}

/// A list with an item a line.
fn lines(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.map(|item| format!("\n    {item}")).collect();
    if items.is_empty() { "[]".to_owned() } else { format!("[{}\n  ]", items.join(",")) }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

/// The fields of an object in their order, their values in JSON.
#[derive(Default)]
struct Fields(Vec<(&'static str, String)>);

impl Fields {
    fn add(&mut self, name: &'static str, value: String) {
        self.0.push((name, value));
    }

    fn text(&mut self, name: &'static str, value: &str) {
        self.add(name, quoted(value));
    }

    /// Leaves out what is empty.
    fn some(&mut self, name: &'static str, value: &str) {
        if !value.is_empty() {
            self.text(name, value);
        }
    }

    fn given(&mut self, name: &'static str, value: &Field<String>) {
        if let Field::Given(value) = value {
            self.text(name, value);
        }
    }

    fn texts<'a>(&mut self, name: &'static str, values: impl Iterator<Item = &'a String>) {
        let values: Vec<String> = values.map(|value| quoted(value)).collect();
        if !values.is_empty() {
            self.add(name, list(values.into_iter()));
        }
    }

    fn yes(&mut self, name: &'static str, value: bool) {
        if value {
            self.add(name, "true".to_owned());
        }
    }

    fn object(&mut self, name: &'static str, fields: Self) {
        if !fields.0.is_empty() {
            self.add(name, fields.inline());
        }
    }

    fn network(&mut self, network: Network) {
        for (name, time) in [("latency", network.latency), ("jitter", network.jitter)] {
            if time != Millis(0) {
                self.add(name, seconds(time.0));
            }
        }
    }

    fn qos(&mut self, qos: Qos) {
        if qos != Qos::AtMostOnce {
            self.add("qos", qos.level().to_string());
        }
    }

    fn bytes(&mut self, text: &'static str, coded: &'static str, bytes: &[u8]) {
        match str::from_utf8(bytes) {
            Ok(value) => self.text(text, value),
            Err(_) => self.text(coded, &base64(bytes)),
        }
    }

    fn properties(&mut self, properties: &Properties) {
        let items: Vec<_> = properties.0.iter().filter_map(written).collect();
        if !items.is_empty() {
            let items = items.into_iter().map(|(name, value)| format!("{{\"{name}\": {value}}}"));
            self.add("properties", list(items));
        }
    }

    fn action(&mut self, action: &Action) {
        self.text("do", word(action.kind()));
        match action {
            Action::Subscribe(filters) => match filters.as_slice() {
                [one] => self.subscription(one),
                many => self.add(
                    "filters",
                    list(many.iter().map(|filter| {
                        let mut fields = Self::default();
                        fields.subscription(filter);
                        fields.inline()
                    })),
                ),
            },
            Action::Unsubscribe(filters) => match filters.as_slice() {
                [one] => self.text("filter", one),
                many => self.add("filters", list(many.iter().map(|filter| quoted(filter)))),
            },
            Action::Publish(Message { topic, payload, qos, retain, properties }) => {
                self.text("topic", topic);
                self.bytes("payload", "payloadBase64", payload);
                self.qos(*qos);
                self.yes("retain", *retain);
                self.properties(properties);
            }
            _ => {}
        }
    }

    fn subscription(&mut self, subscription: &Subscription) {
        let Subscription { filter, qos, no_local, retain_as_published, retain_handling } = subscription;
        self.text("filter", filter);
        self.qos(*qos);
        self.yes("noLocal", *no_local);
        self.yes("retainAsPublished", *retain_as_published);
        if *retain_handling != 0 {
            self.add("retainHandling", retain_handling.to_string());
        }
    }

    fn inline(self) -> String {
        let fields: Vec<String> =
            self.0.into_iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
        format!("{{{}}}", fields.join(", "))
    }
}

fn client(scenario: &Scenario, actor: &Actor) -> String {
    let connect = &actor.connect;
    let mut fields = Fields::default();
    fields.text("name", &actor.name);
    let who = usize::try_from(actor.identity).ok().and_then(|index| scenario.identities.get(index));
    fields.text("who", who.map_or("", |who| &who.name));
    fields.text("clientId", &connect.client_id);
    if connect.version != Version::V311 {
        fields.text("mqttVersion", word(connect.version));
    }
    if !connect.clean_start {
        fields.add("cleanSession", "false".to_owned());
    }
    if connect.keep_alive != 60 {
        fields.add("keepAlive", connect.keep_alive.to_string());
    }
    if let Some(Will { topic, payload, qos, retain, properties }) = &connect.will {
        let mut will = Fields::default();
        will.text("topic", topic);
        will.bytes("payload", "payloadBase64", payload);
        will.qos(*qos);
        will.yes("retain", *retain);
        will.properties(properties);
        fields.object("lastWill", will);
    }
    if let Some(user_name) = &connect.user_name {
        fields.text("userName", user_name);
    }
    if let Some(password) = &connect.password {
        fields.bytes("password", "passwordBase64", password);
    }
    fields.properties(&connect.properties);
    match actor.comeback {
        Comeback::Never => {}
        Comeback::Backoff => fields.text("reconnect", "backoff"),
        Comeback::After(delay) => fields.add("reconnect", seconds(delay.0)),
    }
    if !actor.on_connect.is_empty() {
        let actions = actor.on_connect.iter().map(|action| {
            let mut fields = Fields::default();
            fields.action(action);
            fields.inline()
        });
        fields.add("onConnect", list(actions));
    }
    fields.yes("leaves", actor.leaves);
    if let Some(program) = &actor.program {
        let mut of = Fields::default();
        of.text("name", word(program.kind));
        of.yes("debug", program.debug);
        of.yes("verbose", program.verbose);
        fields.object("program", of);
    }
    fields.inline()
}

fn expectation(scenario: &Scenario, Expectation { session, what, times }: &Expectation) -> String {
    let mut fields = Fields::default();
    if let Some(session) = session {
        fields.text("session", name(scenario, *session));
    }
    match what {
        Expected::State(state) => fields.text("state", state.word()),
        Expected::Disconnected(reason) => fields.text("disconnected", reason),
        Expected::Received { topic, payload } => {
            fields.text("received", topic);
            if let Some(payload) = payload {
                fields.bytes("payload", "payloadBase64", payload);
            }
        }
        Expected::Decided { action, resource, verdict } => {
            fields.text("action", action);
            if let Some(resource) = resource {
                fields.text("resource", resource);
            }
            fields.text("verdict", word(*verdict));
        }
        Expected::Found { finding, by } => {
            fields.text("finding", finding.word());
            if let Some(by) = by {
                fields.text("by", name(scenario, *by));
            }
        }
    }
    if let Some(times) = times {
        fields.add("times", times.to_string());
    }
    fields.inline()
}

fn identity(identity: &Identity) -> String {
    let context = &identity.context;
    let mut fields = Fields::default();
    fields.text("name", &identity.name);
    fields.text("region", &context.region);
    fields.text("accountId", &context.account);
    if context.protocol != Protocol::Mqtt {
        fields.text("protocol", word(context.protocol));
    }
    fields.given("sourceIp", &context.source_ip);
    fields.given("domainName", &context.domain_name);
    let nobody_knows = [(Key::SourceIp, &context.source_ip), (Key::DomainName, &context.domain_name)];
    let nobody_knows = nobody_knows.into_iter().filter(|(_, field)| **field == Field::Unknown);
    let unknown: Vec<String> = context
        .unknown
        .iter()
        .cloned()
        .chain(nobody_knows.map(|(key, _)| key))
        .map(|key| key.name())
        .collect();
    fields.texts("unknown", unknown.iter());
    // Texts, numbers and lists: serialising them cannot fail.
    fields.add("principal", serde_json::to_string(&PrincipalJson::new(context)).unwrap_or_default());
    let policies = identity.policies.iter().map(PolicyJson::new);
    fields.add("policies", list(policies.map(|one| serde_json::to_string(&one).unwrap_or_default())));
    fields.inline()
}
