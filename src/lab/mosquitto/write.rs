//! Command lines for the machine that holds the certificate: the way back from what [`read`](super::read) gives.

use std::fmt;

use super::{Command, Kind, Program};
use crate::access::shell::{ControlError, quote};
use crate::client::Message;
use crate::mqtt::{Connect, Properties, Property, Qos, Subscription, Version, Will};

/// The files of TLS, as that machine names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Files<'a> {
    /// The certificates that the server is trusted by.
    pub authorities: &'a str,
    /// The private key of the certificate. Its name, never its text.
    pub key: &'a str,
}

/// Why the programs cannot do what a command says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwritable {
    /// A control character.
    Control(ControlError),
    /// A payload or password that is no text.
    NotText,
    /// A property other than the Session Expiry Interval, or of a message or will.
    Property,
    /// A keep-alive below 5 seconds, which both programs refuse.
    KeepAlive,
    /// Neither topic nor filter, or more topics than `mosquitto_pub` takes.
    Topics,
}

/// The commands for one session: one `mosquitto_sub` for all its filters, with the highest QoS among them, and one
/// `mosquitto_pub` for each message. All use the session's client ID, so of those that run at the same time each takes
/// over the one before.
#[must_use]
pub fn commands(
    host: &str,
    certificate: &str,
    connect: &Connect,
    filters: &[Subscription],
    messages: &[Message],
) -> Vec<Command> {
    let command = |kind| Command {
        span: 0..0,
        program: Program { kind, debug: true, verbose: kind == Kind::Sub },
        host: Some(host.to_owned()),
        port: Some(8883),
        certificate: Some(certificate.to_owned()),
        connect: connect.clone(),
        topics: Vec::new(),
        qos: Qos::AtMostOnce,
        payload: Vec::new(),
        retain: false,
    };
    let subscribes = filters.iter().map(|filter| filter.qos).max().map(|qos| Command {
        topics: filters.iter().map(|filter| filter.filter.clone()).collect(),
        qos,
        ..command(Kind::Sub)
    });
    let publishes = messages.iter().map(|message| Command {
        topics: vec![message.topic.clone()],
        qos: message.qos,
        payload: message.payload.clone(),
        retain: message.retain,
        ..command(Kind::Pub)
    });
    subscribes.into_iter().chain(publishes).collect()
}

impl Command {
    /// The command line, for a POSIX shell.
    ///
    /// # Errors
    /// [`Unwritable`] for what the programs cannot be told.
    pub fn line(&self, files: Option<Files<'_>>) -> Result<String, Unwritable> {
        let publishes = self.program.kind == Kind::Pub;
        if self.topics.is_empty() || (publishes && self.topics.len() > 1) {
            return Err(Unwritable::Topics);
        }
        let mut line = Line(match self.program.kind {
            Kind::Sub => "mosquitto_sub".to_owned(),
            Kind::Pub => "mosquitto_pub".to_owned(),
        });
        line.option("-h", self.host.as_deref())?;
        line.option("-p", self.port.map(|port| port.to_string()).as_deref())?;
        line.option("--cafile", files.map(|files| files.authorities))?;
        line.option("--cert", self.certificate.as_deref())?;
        line.option("--key", files.map(|files| files.key))?;
        line.connect(&self.connect)?;
        line.flag("-d", self.program.debug);
        line.flag("-v", self.program.verbose && !publishes);
        line.qos("-q", self.qos)?;
        line.flag("-r", self.retain && publishes);
        for topic in &self.topics {
            line.option("-t", Some(topic))?;
        }
        match text(&self.payload)? {
            _ if !publishes => {}
            "" => line.flag("-n", true),
            payload => line.option("-m", Some(payload))?,
        }
        Ok(line.0)
    }
}

struct Line(String);

impl Line {
    fn flag(&mut self, name: &str, given: bool) {
        if given {
            self.0.push(' ');
            self.0.push_str(name);
        }
    }

    fn option(&mut self, name: &str, value: Option<&str>) -> Result<(), Unwritable> {
        let Some(value) = value else { return Ok(()) };
        let value = quote(value).map_err(Unwritable::Control)?;
        self.flag(name, true);
        self.flag(&value, true);
        Ok(())
    }

    fn qos(&mut self, name: &str, qos: Qos) -> Result<(), Unwritable> {
        let digit = match qos {
            Qos::AtMostOnce => return Ok(()),
            Qos::AtLeastOnce => "1",
            Qos::ExactlyOnce => "2",
        };
        self.option(name, Some(digit))
    }

    fn connect(&mut self, connect: &Connect) -> Result<(), Unwritable> {
        let id = Some(connect.client_id.as_str()).filter(|id| !id.is_empty());
        self.option("-i", id)?;
        self.option("-V", (connect.version == Version::V5).then_some("mqttv5"))?;
        self.flag("-c", !connect.clean_start);
        self.option("-x", expiry(connect)?.map(|seconds| seconds.to_string()).as_deref())?;
        match connect.keep_alive {
            60 => {}
            0..5 => return Err(Unwritable::KeepAlive),
            seconds => self.option("-k", Some(&seconds.to_string()))?,
        }
        self.option("-u", connect.user_name.as_deref())?;
        self.option("-P", connect.password.as_deref().map(text).transpose()?)?;
        connect.will.as_ref().map_or(Ok(()), |will| self.will(will))
    }

    fn will(&mut self, will: &Will) -> Result<(), Unwritable> {
        none(&will.properties)?;
        self.option("--will-topic", Some(&will.topic))?;
        let payload = text(&will.payload)?;
        self.option("--will-payload", Some(payload).filter(|payload| !payload.is_empty()))?;
        self.qos("--will-qos", will.qos)?;
        self.flag("--will-retain", will.retain);
        Ok(())
    }
}

/// What `-x` has to say: nothing where the programs' own choice is the right one.
fn expiry(connect: &Connect) -> Result<Option<u32>, Unwritable> {
    let wanted = match connect.properties.0.as_slice() {
        [] => 0,
        [Property::SessionExpiryInterval(seconds)] => *seconds,
        _ => return Err(Unwritable::Property),
    };
    // With `-c` and without `-x` the session never ends.
    let default = if connect.version == Version::V5 && !connect.clean_start { u32::MAX } else { 0 };
    Ok((wanted != default).then_some(wanted))
}

fn none(properties: &Properties) -> Result<(), Unwritable> {
    if properties.0.is_empty() { Ok(()) } else { Err(Unwritable::Property) }
}

fn text(bytes: &[u8]) -> Result<&str, Unwritable> {
    std::str::from_utf8(bytes).map_err(|_| Unwritable::NotText)
}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Control(error) => error.fmt(f),
            Self::NotText => f.write_str("bytes that are no text cannot be written on a command line"),
            Self::Property => f.write_str(
                "only the Session Expiry Interval of the CONNECT is written; leave other properties out",
            ),
            Self::KeepAlive => f.write_str("the programs take a keep-alive of 5 seconds at least"),
            Self::Topics => {
                f.write_str("`mosquitto_pub` needs one topic, `mosquitto_sub` at least one topic filter")
            }
        }
    }
}

impl std::error::Error for Unwritable {}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    const FILES: Files<'static> = Files { authorities: "AmazonRootCA1.pem", key: "my key.pem" };

    fn message(topic: &str, payload: &[u8], qos: Qos) -> Message {
        let properties = Properties::default();
        Message {
            topic: topic.to_owned(),
            payload: payload.to_vec(),
            qos,
            retain: qos != Qos::AtMostOnce,
            properties,
        }
    }

    fn connect(version: Version, changed: impl FnOnce(&mut Connect)) -> Connect {
        let mut connect = Connect::clean(version, "it's-$(id)-01");
        changed(&mut connect);
        connect
    }

    #[test]
    fn a_plan_as_it_is_printed() {
        let filter = Subscription::new("a/+/#", Qos::AtLeastOnce);
        let host = "example-ats.iot.eu-west-1.amazonaws.com";
        let connect = Connect::clean(Version::V5, "temp-sensor-01");
        let messages = [message("a/b", b"it's 20 \xc2\xb0C", Qos::AtMostOnce)];
        let lines: Vec<String> = commands(host, "cert.pem", &connect, &[filter], &messages)
            .iter()
            .map(|command| command.line(Some(FILES)).unwrap())
            .collect();
        let tls = "--cafile AmazonRootCA1.pem --cert cert.pem --key 'my key.pem'";
        assert_eq!(
            lines,
            [
                format!(
                    "mosquitto_sub -h {host} -p 8883 {tls} -i temp-sensor-01 -V mqttv5 -d -v -q 1 -t 'a/+/#'"
                ),
                format!(
                    r"mosquitto_pub -h {host} -p 8883 {tls} -i temp-sensor-01 -V mqttv5 -d -t a/b -m 'it'\''s 20 °C'"
                ),
            ]
        );
    }

    /// Whatever is printed is read back as what it was, each command and all of them together.
    #[test]
    fn what_is_printed_is_read_back() {
        let will = Will {
            topic: "gone/*".to_owned(),
            payload: b"-x `y`".to_vec(),
            qos: Qos::ExactlyOnce,
            retain: true,
            properties: Properties::default(),
        };
        let connects = [
            connect(Version::V311, |_| {}),
            connect(Version::V5, |_| {}),
            connect(Version::V311, |connect| connect.clean_start = false),
            connect(Version::V5, |connect| connect.clean_start = false),
            connect(Version::V5, |connect| connect.properties.0.push(Property::SessionExpiryInterval(60))),
            connect(Version::V5, |connect| {
                connect.clean_start = false;
                connect.properties.0.push(Property::SessionExpiryInterval(u32::MAX));
            }),
            connect(Version::V311, |connect| {
                connect.client_id.clear();
                connect.keep_alive = 5;
                connect.user_name = Some("ann?x-amz-customauthorizer-name=a&b=c".to_owned());
                connect.password = Some("-p 'ü' \"".into());
                connect.will = Some(will.clone());
            }),
        ];
        let filters: Vec<Subscription> = ["#", "$aws/things/+/x", "-t", "a b;c|d>e", "\u{202e}'\\"]
            .into_iter()
            .zip([Qos::AtMostOnce, Qos::AtLeastOnce].into_iter().cycle())
            .map(|(filter, qos)| Subscription::new(filter, qos))
            .collect();
        let payloads: [&[u8]; 5] = [b"", b"{\"a\": [1, '$x']}", b"-n", b"#\\", "\u{1f600} !!".as_bytes()];
        let qos = [Qos::AtMostOnce, Qos::AtLeastOnce, Qos::ExactlyOnce].into_iter().cycle();
        let messages: Vec<Message> =
            payloads.into_iter().zip(qos).map(|(payload, qos)| message("a b/$x", payload, qos)).collect();
        for connect in connects {
            let written = commands("127.0.0.1", "a 'cert'.pem", &connect, &filters, &messages);
            assert_eq!(written.len(), 6);
            let mut all = String::new();
            for command in &written {
                let line = command.line(Some(FILES)).unwrap();
                let paste = read(&line);
                assert_eq!(paste.problems, [], "{line}");
                let expected = Command { span: 0..line.len(), ..command.clone() };
                assert_eq!(paste.commands, [expected], "{line}");
                all += &format!("$ {line}\n");
            }
            assert_eq!(read(&all).commands.len(), written.len());
        }
    }

    #[test]
    fn what_the_programs_cannot_be_told_is_named() {
        let one = |connect: &Connect, message: Message| {
            commands("h", "c", connect, &[], &[message]).first().unwrap().line(None)
        };
        let plain = Connect::clean(Version::V5, "a");
        let good = || message("a", b"b", Qos::AtMostOnce);
        assert_eq!(
            one(&plain, good()).unwrap(),
            "mosquitto_pub -h h -p 8883 --cert c -i a -V mqttv5 -d -t a -m b"
        );
        for (payload, error) in [
            (&b"\xff"[..], Unwritable::NotText),
            (b"a\nb", Unwritable::Control(ControlError('\n'))),
            (b"\x1b[2J", Unwritable::Control(ControlError('\u{1b}'))),
        ] {
            assert_eq!(one(&plain, message("a", payload, Qos::AtMostOnce)), Err(error));
        }
        let with = |changed: fn(&mut Connect)| one(&connect(Version::V5, changed), good()).unwrap_err();
        assert_eq!(with(|connect| connect.keep_alive = 0), Unwritable::KeepAlive);
        assert_eq!(
            with(|connect| connect.properties.0.push(Property::ReceiveMaximum(1))),
            Unwritable::Property
        );
        assert_eq!(with(|connect| connect.password = Some(vec![0xff])), Unwritable::NotText);
        let nothing = Command { topics: Vec::new(), ..commands("h", "c", &plain, &[], &[good()]).remove(0) };
        assert_eq!(nothing.line(None), Err(Unwritable::Topics));
    }
}
