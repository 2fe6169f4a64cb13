//! From the text to the scenario.

use std::collections::BTreeMap;

use serde_json::error::Category;
use serde_json::value::RawValue;

use super::account::AccountJson;
use super::action::{action, payload};
use super::words::{ComebackJson, Number, Seconds, number};
use super::{FORMAT, MAX_CLIENTS, MAX_STEPS, MAX_TEXT, ScenarioError, place};
use crate::iot::time::{Instant, UnixTime};
use crate::lab::expect::{Expectation, Expected};
use crate::lab::mosquitto::{self, Program};
use crate::lab::scenario::{Action, Actor, Identity, Network, Scenario, Step};
use crate::mqtt::{Connect, Version, Will};
use crate::policy::switch::Switch;
use crate::policy::{Switches, Verdict};
use crate::suite::format::fields::{FromJson, Object, Wrong, list};
use crate::suite::format::mapping;
use crate::suite::format::schema::{PolicyJson, PrincipalJson};
use crate::timeline::SessionId;

/// Reasons of the lifecycle event (documented: Developer Guide, Lifecycle events).
const REASONS: &[&str] = &[
    "AUTH_ERROR",
    "CLIENT_INITIATED_DISCONNECT",
    "CLIENT_ERROR",
    "CONNECTION_LOST",
    "DUPLICATE_CLIENTID",
    "FORBIDDEN_ACCESS",
    "MQTT_KEEP_ALIVE_TIMEOUT",
    "SERVER_ERROR",
    "SERVER_INITIATED_DISCONNECT",
    "API_INITIATED_DISCONNECT",
    "THROTTLED",
    "WEBSOCKET_TTL_EXPIRATION",
    "CUSTOMAUTH_TTL_EXPIRATION",
];

/// Reads a scenario. `named` gives the text of a policy that stands there with its name alone.
///
/// # Errors
/// What is wrong first, and where.
pub fn read(text: &str, named: impl Fn(&str) -> Option<String>) -> Result<Scenario, ScenarioError> {
    whole(text, "scenario", MAX_TEXT, |raw| scenario(raw, &named))
}

/// Reads a whole text, which is called `name` and has at most `most` bytes: what is wrong gets its line and column.
pub(in crate::lab) fn whole<T>(
    text: &str,
    name: &str,
    most: usize,
    read: impl FnOnce(&RawValue) -> Result<T, Wrong>,
) -> Result<T, ScenarioError> {
    let at = |line, column, problem| ScenarioError { line, column, field: String::new(), problem };
    if text.len() > most {
        let problem = format!("the {name} has {} bytes; at most {most} are read", text.len());
        return Err(at(1, 1, problem));
    }
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let json = text.get(mark..).unwrap_or_default();
    let raw: &RawValue = serde_json::from_str(json).map_err(|error| {
        let problem = match error.classify() {
            _ if text.trim().is_empty() => format!("the text is empty; write a {name}"),
            Category::Eof => "the JSON is not complete; a bracket or a quote is not closed".to_owned(),
            _ => "this is not JSON; look for a comment, a missing or superfluous comma, a name without quotes, or \
                  text after the end"
                .to_owned(),
        };
        at(error.line().max(1), error.column().max(1), problem)
    })?;
    read(raw).map_err(|Wrong { field, problem }| {
        let (line, column) = place::line_and_column(text, mark + place::byte(json, &field));
        ScenarioError { field, ..at(line, column, problem) }
    })
}

/// A scenario that stands in another text.
pub(in crate::lab) fn scenario(
    raw: &RawValue,
    named: &dyn Fn(&str) -> Option<String>,
) -> Result<Scenario, Wrong> {
    let mut file = Object::new(raw, "")?;
    let format: String = file.needed("format", &format!("`\"{FORMAT}\"`"))?;
    if format != FORMAT {
        return Err(Wrong::new("format", format!("unknown format `{format}`; write `\"{FORMAT}\"`")));
    }
    let title = file.or_default("title")?;
    let seed = file.optional::<Number<{ u64::MAX }>>("seed")?.map_or(0, |seed| seed.0);
    let starts = file.optional::<Number<253_402_300_799>>("starts")?.map_or(0, |seconds| seconds.0);
    let end: Seconds = file.needed("end", "the seconds after which the run ends, such as `10`")?;
    let network: NetworkJson = file.optional("network")?.unwrap_or_default();
    let changes = file.or_default::<Vec<ChangeJson>>("networkChanges")?;
    if changes.len() > MAX_STEPS {
        let problem =
            format!("the network changes {} times; at most {MAX_STEPS} changes are played", changes.len());
        return Err(Wrong::new("networkChanges", problem));
    }
    let switches = file.or_default::<Vec<Switch>>("switches")?;
    let account = file.optional::<AccountJson>("account")?.unwrap_or_default();
    let mut names = Names::default();
    let mut identities = Vec::new();
    for (raw, path) in items(&mut file, "who", "whom the clients can be")? {
        let who = identity(raw, &path, named)?;
        names.who.claim(&who.name, &path)?;
        identities.push(who);
    }
    let clients = items(&mut file, "clients", "the clients")?;
    if clients.len() > MAX_CLIENTS {
        let problem = format!("there are {} clients; at most {MAX_CLIENTS} are simulated", clients.len());
        return Err(Wrong::new("clients", problem));
    }
    let mut sessions = Vec::with_capacity(clients.len());
    for (raw, path) in clients {
        let client = client(raw, &path, &names)?;
        names.clients.claim(&client.name, &path)?;
        sessions.push(client);
    }
    let written = items(&mut file, "steps", "what they do")?;
    if written.len() > MAX_STEPS {
        let problem = format!("there are {} steps; at most {MAX_STEPS} are played", written.len());
        return Err(Wrong::new("steps", problem));
    }
    let mut steps: Vec<Step> = Vec::with_capacity(written.len());
    for (raw, path) in written {
        let step = step(raw, &path, &names)?;
        if let Some(before) = steps.last().filter(|before| before.at > step.at) {
            let problem = format!(
                "the time runs backwards: the step before is at {}; put the steps in order",
                seconds(before.at.0)
            );
            return Err(Wrong::new(format!("{path}.at"), problem));
        }
        if step.at > end.instant() {
            let problem = format!("the run ends at {}, before this step; move one of them", seconds(end.0));
            return Err(Wrong::new(format!("{path}.at"), problem));
        }
        steps.push(step);
    }
    let expected = file.raw("expect");
    let expected = expected.map(|raw| list(raw, "expect")).transpose()?.unwrap_or_default();
    let expectations = expected.into_iter().zip(0_usize..);
    let expectations = expectations
        .map(|(raw, at)| expectation(raw, &format!("expect[{at}]"), &names))
        .collect::<Result<_, _>>()?;
    file.finish()?;
    Ok(Scenario {
        title,
        identities,
        sessions,
        steps,
        expectations,
        end: end.instant(),
        starts: UnixTime(starts),
        network: network.0,
        network_changes: changes.into_iter().map(|ChangeJson(at, network)| (at, network)).collect(),
        switches: switched(&switches),
        seed,
        account: account.0,
    })
}

/// The items of a list that must be there, each with its path.
fn items<'a>(
    file: &mut Object<'a>,
    name: &'static str,
    meaning: &str,
) -> Result<Vec<(&'a RawValue, String)>, Wrong> {
    let raw = file.raw(name);
    let raw = raw.ok_or_else(|| Wrong::new(name, format!("is missing; write {meaning} as a list")))?;
    let items = list(raw, name)?.into_iter().zip(0_usize..);
    Ok(items.map(|(raw, at)| (raw, format!("{name}[{at}]"))).collect())
}

/// Names, with their numbers.
#[derive(Default)]
pub(in crate::lab) struct Names {
    who: Register,
    clients: Register,
}

impl Names {
    /// Those of a scenario that was read.
    pub(in crate::lab) fn of(scenario: &Scenario) -> Self {
        let register = |names: Vec<&String>| Register(names.into_iter().cloned().zip(0..).collect());
        Self {
            who: register(scenario.identities.iter().map(|who| &who.name).collect()),
            clients: register(scenario.sessions.iter().map(|actor| &actor.name).collect()),
        }
    }

    /// The number of an identity.
    pub(in crate::lab) fn who(&self, name: &str, path: &str) -> Result<u32, Wrong> {
        self.who.find(name, path)
    }
}

#[derive(Default)]
struct Register(BTreeMap<String, u32>);

impl Register {
    fn claim(&mut self, name: &str, path: &str) -> Result<(), Wrong> {
        let path = format!("{path}.name");
        if name.is_empty() {
            return Err(Wrong::new(path, "is empty; write a name"));
        }
        let number = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        match self.0.insert(name.to_owned(), number) {
            None => Ok(()),
            Some(_) => Err(Wrong::new(path, format!("`{name}` is the name of two; rename one"))),
        }
    }

    fn find(&self, name: &str, path: &str) -> Result<u32, Wrong> {
        self.0.get(name).copied().ok_or_else(|| {
            let known: Vec<&str> = self.0.keys().map(String::as_str).take(20).collect();
            let problem = if known.is_empty() {
                format!("there is no `{name}`, and nobody else")
            } else {
                format!("there is no `{name}`; write one of `{}`", known.join("`, `"))
            };
            Wrong::new(path, problem)
        })
    }
}

#[derive(Default)]
struct NetworkJson(Network);

impl FromJson for NetworkJson {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        let mut object = Object::new(raw, path)?;
        let network = travel(&mut object)?;
        object.finish()?;
        Ok(Self(network))
    }
}

/// What the network is from a time on.
struct ChangeJson(Instant, Network);

impl FromJson for ChangeJson {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        let mut object = Object::new(raw, path)?;
        let at: Seconds = object.needed("at", "the time in seconds, such as `0.4`")?;
        let network = travel(&mut object)?;
        object.finish()?;
        Ok(Self(at.instant(), network))
    }
}

fn travel(object: &mut Object<'_>) -> Result<Network, Wrong> {
    let mut time =
        |name| object.optional::<Seconds>(name).map(|time| time.map(Seconds::millis).unwrap_or_default());
    Ok(Network { latency: time("latency")?, jitter: time("jitter")? })
}

/// A switch that stands there twice is turned over all the same.
fn switched(switches: &[Switch]) -> Switches {
    let turned = Switch::ALL.iter().filter(|switch| switches.contains(switch));
    turned.fold(Switches::NONE, |all, switch| all.turned(*switch))
}

fn identity(raw: &RawValue, path: &str, named: &dyn Fn(&str) -> Option<String>) -> Result<Identity, Wrong> {
    let mut object = Object::new(raw, path)?;
    let name = object.needed("name", "a name, such as `\"device\"`")?;
    let region: String = object.needed("region", "the region, such as `\"eu-west-1\"`")?;
    let account: String = object.needed("accountId", "the account, such as `\"123456789012\"`")?;
    let principal: PrincipalJson = object.needed("principal", "who it is, such as `{\"kind\": \"x509\"}`")?;
    let within = |Wrong { field, problem }: Wrong| Wrong::new(format!("{path}.{field}"), problem);
    let mut context = mapping::context(&principal, &region, &account).map_err(within)?;
    context.protocol = object.or_default("protocol")?;
    let address: Option<String> = object.optional("sourceIp")?;
    context.source_ip = mapping::address(address.as_ref(), "sourceIp").map_err(within)?;
    context.domain_name = object.optional::<String>("domainName")?.into();
    let unknown: Vec<String> = object.or_default("unknown")?;
    let at = object.path("policies");
    let raw = object.raw("policies");
    let raw =
        raw.ok_or_else(|| Wrong::new(&at, "is missing; write a list of policies, which may be empty"))?;
    let mut policies = Vec::new();
    for (raw, number) in list(raw, &at)?.into_iter().zip(0_usize..) {
        let at = format!("{at}[{number}]");
        policies.push(mapping::policy(PolicyJson::read_with(raw, &at, named)?, &at)?);
    }
    context.unknown = mapping::unknown(&unknown, &policies).map_err(within)?;
    object.finish()?;
    Ok(Identity { name, context, policies })
}

fn client(raw: &RawValue, path: &str, names: &Names) -> Result<Actor, Wrong> {
    let mut object = Object::new(raw, path)?;
    let name: String = object.needed("name", "a name, such as `\"A\"`")?;
    let who: String = object.needed("who", "whom it is, by a name under `who`")?;
    let identity = names.who.find(&who, &object.path("who"))?;
    if let Some(line) = object.optional::<String>("command")? {
        let at = object.path("command");
        object.finish()?;
        return mosquitto::read(&line).actor(&name, identity).map_err(|problem| Wrong::new(at, problem));
    }
    let password = payload(&mut object, "password", "passwordBase64")?;
    let actor = Actor {
        name,
        identity,
        connect: Connect {
            version: object.optional("mqttVersion")?.unwrap_or(Version::V311),
            client_id: object.needed("clientId", "the client ID, which may be empty")?,
            clean_start: object.optional("cleanSession")?.unwrap_or(true),
            keep_alive: object.optional::<Number<65_535>>("keepAlive")?.map_or(60, number),
            will: object.optional("lastWill")?,
            user_name: object.optional("userName")?,
            password,
            properties: object.or_default("properties")?,
        },
        comeback: object.optional::<ComebackJson>("reconnect")?.map(|word| word.0).unwrap_or_default(),
        on_connect: object.or_default::<Vec<Action>>("onConnect")?,
        leaves: object.or_default("leaves")?,
        program: object.optional("program")?,
    };
    object.finish()?;
    Ok(actor)
}

impl FromJson for Will {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        let mut object = Object::new(raw, path)?;
        let will = Self {
            topic: object.needed("topic", "the topic of the will")?,
            payload: payload(&mut object, "payload", "payloadBase64")?.unwrap_or_default(),
            qos: object.or_default("qos")?,
            retain: object.or_default("retain")?,
            properties: object.or_default("properties")?,
        };
        object.finish()?;
        Ok(will)
    }
}

impl FromJson for Program {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        let mut object = Object::new(raw, path)?;
        let program = Self {
            kind: object.needed("name", "`\"mosquitto_sub\"` or `\"mosquitto_pub\"`")?,
            debug: object.or_default("debug")?,
            verbose: object.or_default("verbose")?,
        };
        object.finish()?;
        Ok(program)
    }
}

fn step(raw: &RawValue, path: &str, names: &Names) -> Result<Step, Wrong> {
    let mut object = Object::new(raw, path)?;
    let at: Seconds = object.needed("at", "the time in seconds, such as `0.4`")?;
    let session: String = object.needed("session", "who does it, by a name under `clients`")?;
    let session = SessionId(names.clients.find(&session, &object.path("session"))?);
    let action = action(&mut object)?;
    object.finish()?;
    Ok(Step { at: at.instant(), session, action })
}

fn expectation(raw: &RawValue, path: &str, names: &Names) -> Result<Expectation, Wrong> {
    let mut object = Object::new(raw, path)?;
    let expectation = expected(&mut object, path, names)?;
    object.finish()?;
    Ok(expectation)
}

/// Reads the fields of an expectation.
pub(in crate::lab) fn expected(
    object: &mut Object<'_>,
    path: &str,
    names: &Names,
) -> Result<Expectation, Wrong> {
    let whose = |object: &mut Object<'_>, field| -> Result<Option<SessionId>, Wrong> {
        let name: Option<String> = object.optional(field)?;
        name.map(|name| names.clients.find(&name, &object.path(field)).map(SessionId)).transpose()
    };
    let session = whose(object, "session")?;
    let times = object.optional::<Number<1_000_000>>("times")?.map(number);
    let mut found = Vec::new();
    if let Some(state) = object.optional("state")? {
        if session.is_none() {
            return Err(Wrong::new(object.path("session"), "is missing; write whose state it is"));
        }
        if times.is_some() {
            return Err(Wrong::new(object.path("times"), "a state is not counted; remove this"));
        }
        found.push(Expected::State(state));
    }
    if let Some(reason) = object.optional::<String>("disconnected")? {
        if !REASONS.contains(&reason.as_str()) {
            let problem = format!("`{reason}` is no reason; write one of `{}`", REASONS.join("`, `"));
            return Err(Wrong::new(object.path("disconnected"), problem));
        }
        found.push(Expected::Disconnected(reason));
    }
    if let Some(topic) = object.optional("received")? {
        let payload = payload(object, "payload", "payloadBase64")?;
        found.push(Expected::Received { topic, payload });
    }
    if let Some(verdict) = object.optional::<Verdict>("verdict")? {
        let action: String = object.needed("action", "the action, such as `\"iot:Connect\"`")?;
        const ASKED: [&str; 4] = ["iot:Connect", "iot:Publish", "iot:Subscribe", "iot:Receive"];
        if !ASKED.contains(&action.as_str()) {
            let problem = format!("the broker asks for `{}`; write one of them", ASKED.join("`, `"));
            return Err(Wrong::new(object.path("action"), problem));
        }
        found.push(Expected::Decided { action, resource: object.optional("resource")?, verdict });
    }
    if let Some(finding) = object.optional("finding")? {
        found.push(Expected::Found { finding, by: whose(object, "by")? });
    }
    let [what] = <[Expected; 1]>::try_from(found).map_err(|_| {
        let words = "`state`, `disconnected`, `received`, `verdict` and `finding`";
        Wrong::new(path, format!("write exactly one of {words}"))
    })?;
    Ok(Expectation { session, what, times })
}

/// A time in milliseconds as the format writes it: in seconds.
#[must_use]
pub fn seconds(millis: u64) -> String {
    let (whole, part) = (millis / 1000, millis % 1000);
    let part = format!("{part:03}");
    match part.trim_end_matches('0') {
        "" => whole.to_string(),
        part => format!("{whole}.{part}"),
    }
}
