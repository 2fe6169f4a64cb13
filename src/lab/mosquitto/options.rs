//! The options of the two programs (manual pages of mosquitto_sub and mosquitto_pub, 2.0.11).

use std::iter::Peekable;

use super::shell::Word;
use super::{Command, Kind, Problem, Program, Wrong};
use crate::iot::topic;
use crate::mqtt::{Connect, Properties, Property, Qos, Version, Will};

/// What an option means here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Means {
    Host,
    Port,
    ClientId,
    Topic,
    Message,
    Empty,
    Qos,
    Debug,
    Verbose,
    Retain,
    Version,
    Persistent,
    User,
    Password,
    KeepAlive,
    WillTopic,
    WillPayload,
    WillQos,
    WillRetain,
    SessionExpiry,
    Certificate,
    /// Changes nothing that is simulated.
    Nothing,
    NotSimulated,
}

use Means as M;

/// Short name, long name, whether a value follows, and what it means.
const OPTIONS: &[(&str, &str, bool, Means)] = &[
    ("-h", "--host", true, M::Host),
    ("-p", "--port", true, M::Port),
    ("-i", "--id", true, M::ClientId),
    ("-t", "--topic", true, M::Topic),
    ("-q", "--qos", true, M::Qos),
    ("-d", "--debug", false, M::Debug),
    ("-V", "--protocol-version", true, M::Version),
    ("-c", "--disable-clean-session", false, M::Persistent),
    ("-u", "--username", true, M::User),
    ("-P", "--pw", true, M::Password),
    ("-k", "--keepalive", true, M::KeepAlive),
    ("-x", "--session-expiry-interval", true, M::SessionExpiry),
    ("", "--will-topic", true, M::WillTopic),
    ("", "--will-payload", true, M::WillPayload),
    ("", "--will-qos", true, M::WillQos),
    ("", "--will-retain", false, M::WillRetain),
    ("", "--cert", true, M::Certificate),
    ("", "--cafile", true, M::Nothing),
    ("", "--capath", true, M::Nothing),
    ("", "--key", true, M::Nothing),
    ("", "--ciphers", true, M::Nothing),
    ("", "--tls-version", true, M::Nothing),
    ("", "--tls-alpn", true, M::Nothing),
    ("", "--tls-engine", true, M::Nothing),
    ("", "--keyform", true, M::Nothing),
    ("", "--tls-engine-kpass-sha1", true, M::Nothing),
    ("", "--tls-use-os-certs", false, M::Nothing),
    ("", "--insecure", false, M::Nothing),
    ("", "--quiet", false, M::Nothing),
    ("", "--nodelay", false, M::Nothing),
    ("-I", "--id-prefix", true, M::NotSimulated),
    ("-L", "--url", true, M::NotSimulated),
    ("-A", "", true, M::NotSimulated),
    ("-S", "", false, M::NotSimulated),
    ("-D", "--property", true, M::NotSimulated),
    ("-M", "", true, M::NotSimulated),
    ("", "--proxy", true, M::NotSimulated),
    ("", "--psk", true, M::NotSimulated),
    ("", "--psk-identity", true, M::NotSimulated),
    ("", "--unix", true, M::NotSimulated),
    ("", "--help", false, M::NotSimulated),
];

const OF_PUB: &[(&str, &str, bool, Means)] = &[
    ("-m", "--message", true, M::Message),
    ("-n", "--null-message", false, M::Empty),
    ("-r", "--retain", false, M::Retain),
    ("-f", "--file", true, M::NotSimulated),
    ("-l", "--stdin-line", false, M::NotSimulated),
    ("-s", "--stdin-file", false, M::NotSimulated),
    ("", "--repeat", true, M::NotSimulated),
    ("", "--repeat-delay", true, M::NotSimulated),
];

const OF_SUB: &[(&str, &str, bool, Means)] = &[
    ("-v", "--verbose", false, M::Verbose),
    ("-C", "", true, M::NotSimulated),
    ("-E", "", false, M::NotSimulated),
    ("-F", "", true, M::NotSimulated),
    ("-N", "", false, M::NotSimulated),
    ("-R", "", false, M::NotSimulated),
    ("-T", "--filter-out", true, M::NotSimulated),
    ("-U", "--unsubscribe", true, M::NotSimulated),
    ("-W", "", true, M::NotSimulated),
    ("", "--remove-retained", false, M::NotSimulated),
    ("", "--retained-only", false, M::NotSimulated),
    ("", "--retain-as-published", false, M::NotSimulated),
    ("", "--random-filter", true, M::NotSimulated),
];

/// Reads one command; `None` when it is of another program.
pub(super) fn command(words: &[Word], problems: &mut Vec<Problem>) -> Option<Command> {
    let (name, rest) = words.split_first()?;
    let kind = match name.text.rsplit('/').next().unwrap_or_default() {
        "mosquitto_sub" => Kind::Sub,
        "mosquitto_pub" => Kind::Pub,
        other => {
            problems.push(Problem { span: name.span.clone(), wrong: Wrong::Program(other.to_owned()) });
            return None;
        }
    };
    let end = rest.last().unwrap_or(name).span.end;
    let mut reader = Reader {
        problems,
        command: Command {
            span: name.span.start..end,
            program: Program { kind, debug: false, verbose: false },
            host: None,
            port: None,
            certificate: None,
            connect: Connect::clean(Version::V311, ""),
            topics: Vec::new(),
            qos: Qos::AtMostOnce,
            payload: Vec::new(),
            retain: false,
        },
        message: false,
        expiry: None,
        will: None,
    };
    let mut rest = rest.iter().peekable();
    while let Some(word) = rest.next() {
        reader.option(word, &mut rest);
    }
    Some(reader.finish(name))
}

struct Reader<'a> {
    problems: &'a mut Vec<Problem>,
    command: Command,
    /// `-m` or `-n` was there.
    message: bool,
    /// `-x`
    expiry: Option<u32>,
    will: Option<Will>,
}

impl Reader<'_> {
    fn report(&mut self, word: &Word, wrong: Wrong) {
        self.problems.push(Problem { span: word.span.clone(), wrong });
    }

    fn option<'w>(&mut self, word: &Word, rest: &mut Peekable<impl Iterator<Item = &'w Word>>) {
        let own = if self.command.program.kind == Kind::Pub { OF_PUB } else { OF_SUB };
        let name = word.text.as_str();
        let known = OPTIONS.iter().chain(own);
        let found =
            known.filter(|_| !name.is_empty()).find(|(short, long, ..)| name == *short || name == *long);
        let Some((.., has_value, means)) = found else {
            let wrong = if name.starts_with('-') {
                // What follows is likely its value.
                rest.next_if(|next| !next.text.starts_with('-'));
                Wrong::Option(name.to_owned())
            } else {
                Wrong::Stray(name.to_owned())
            };
            return self.report(word, wrong);
        };
        let value = if *has_value { rest.next() } else { Some(word) };
        let Some(value) = value else { return self.report(word, Wrong::NoValue(name.to_owned())) };
        if let Err(instead) = self.take(*means, &value.text) {
            let wrong = match means {
                M::NotSimulated => Wrong::NotSimulated(name.to_owned()),
                _ => Wrong::Value { option: name.to_owned(), value: value.text.clone(), instead },
            };
            let place = if *means == M::NotSimulated { word } else { value };
            self.report(place, wrong);
        }
    }

    fn take(&mut self, means: Means, value: &str) -> Result<(), &'static str> {
        let command = &mut self.command;
        let connect = &mut command.connect;
        let text = || value.to_owned();
        match means {
            M::Host => command.host = Some(text()),
            M::Port => command.port = Some(value.parse().map_err(|_| "a port from 1 to 65535")?),
            M::ClientId => connect.client_id = text(),
            M::Topic => {
                let subscribes = command.program.kind == Kind::Sub;
                let checked = if subscribes { topic::check_filter(value) } else { topic::check_name(value) };
                checked
                    .map_err(|_| if subscribes { "a topic filter" } else { "a topic without wildcards" })?;
                command.topics.push(text());
            }
            M::Message => {
                self.message = true;
                command.payload = value.as_bytes().to_vec();
            }
            M::Empty => {
                self.message = true;
                command.payload.clear();
            }
            M::Qos => command.qos = qos(value)?,
            M::Debug => command.program.debug = true,
            M::Verbose => command.program.verbose = true,
            M::Retain => command.retain = true,
            M::Version => {
                connect.version = match value {
                    "311" | "mqttv311" => Version::V311,
                    "5" | "mqttv5" => Version::V5,
                    _ => return Err("`mqttv311` or `mqttv5`; AWS IoT Core speaks no other"),
                }
            }
            M::Persistent => connect.clean_start = false,
            M::User => connect.user_name = Some(text()),
            M::Password => connect.password = Some(value.as_bytes().to_vec()),
            M::KeepAlive => {
                let seconds = value.parse().ok().filter(|seconds| *seconds >= 5);
                connect.keep_alive = seconds.ok_or("seconds from 5 to 65535")?;
            }
            M::SessionExpiry => {
                self.expiry = Some(match value {
                    "∞" => u32::MAX,
                    _ => value.parse().map_err(|_| "seconds from 0 to 4294967295")?,
                });
            }
            M::WillTopic => {
                topic::check_name(value).map_err(|_| "a topic without wildcards")?;
                self.will().topic = text();
            }
            M::WillPayload => self.will().payload = value.as_bytes().to_vec(),
            M::WillQos => self.will().qos = qos(value)?,
            M::WillRetain => self.will().retain = true,
            M::Certificate => command.certificate = Some(text()),
            M::Nothing => {}
            M::NotSimulated => {
                // It may be where the message comes from.
                self.message = true;
                return Err("");
            }
        }
        Ok(())
    }

    fn will(&mut self) -> &mut Will {
        self.will.get_or_insert_with(|| Will {
            topic: String::new(),
            payload: Vec::new(),
            qos: Qos::AtMostOnce,
            retain: false,
            properties: Properties::default(),
        })
    }

    /// Whether what seems to be missing may stand in something that could not be taken.
    fn has_lost_words(&self) -> bool {
        let lost = |wrong: &Wrong| {
            matches!(wrong, Wrong::UnclosedQuote(_) | Wrong::Value { .. } | Wrong::NoValue(_))
        };
        let mut own = self.problems.iter().filter(|problem| self.command.span.contains(&problem.span.start));
        own.any(|problem| lost(&problem.wrong))
    }

    fn finish(mut self, name: &Word) -> Command {
        let kind = self.command.program.kind;
        let whole = !self.has_lost_words();
        if whole && self.command.topics.is_empty() {
            self.report(name, Wrong::Missing("topic; write `-t`"));
        }
        if whole && kind == Kind::Pub && !self.message {
            self.report(name, Wrong::Missing("message; write `-m`, or `-n` for an empty one"));
        }
        if kind == Kind::Pub && self.command.topics.len() > 1 {
            self.report(name, Wrong::Missing("place for a second topic; `mosquitto_pub` takes one `-t`"));
        }
        let connect = &self.command.connect;
        if !connect.clean_start && connect.client_id.is_empty() {
            self.report(name, Wrong::Missing("client ID, which `-c` needs; write `-i`"));
        }
        match self.will.take() {
            Some(will) if will.topic.is_empty() => {
                self.report(name, Wrong::Missing("topic of the will; write `--will-topic`"));
            }
            will => self.command.connect.will = will,
        }
        let connect = &mut self.command.connect;
        if connect.version == Version::V5 {
            // Without `-x`, `-c` asks for a session that never expires (observed: the CONNECT carries 0xFFFFFFFF).
            let forever = (!connect.clean_start).then_some(u32::MAX);
            if let Some(seconds) = self.expiry.or(forever).filter(|seconds| *seconds > 0) {
                connect.properties.0.push(Property::SessionExpiryInterval(seconds));
            }
        }
        self.command
    }
}

fn qos(value: &str) -> Result<Qos, &'static str> {
    match value {
        "0" => Ok(Qos::AtMostOnce),
        "1" => Ok(Qos::AtLeastOnce),
        "2" => Ok(Qos::ExactlyOnce),
        _ => Err("0, 1 or 2"),
    }
}
