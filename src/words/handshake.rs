//! Why a connection was never opened, cause by cause, and how to find out.

use super::Text;
use super::check::ticked;
use crate::access::shell;
use crate::iot::time::Millis;
use crate::live::handshake::{Cause, Command, Delay, Likelihood, Sign, Test};

/// Before the causes (IPL-N001). `in_a_row` counts the refusals.
#[must_use]
pub fn headline(in_a_row: u32) -> String {
    let again = match in_a_row {
        0 | 1 => String::new(),
        many => format!(", {many} times in a row"),
    };
    format!(
        "The browser could not open the connection (code 1006){again}. It is not told why. What it can be, first what to look \
         at first:"
    )
}

/// Above them: whose connections they are about.
#[must_use]
pub fn title(sessions: &[String]) -> String {
    match sessions {
        [one] => format!("{one} could not connect"),
        many @ [first, ..] if many.len() > 3 => {
            format!("{first} and {} others could not connect", many.len() - 1)
        }
        few => format!("{} could not connect", few.join(", ")),
    }
}

/// Above those that it is not.
#[must_use]
pub fn ruled_out(causes: usize) -> String {
    format!("Ruled out ({causes})")
}

/// To connect a session once more.
#[must_use]
pub fn again(session: &str) -> String {
    format!("Connect {session} once more")
}

/// How likely a cause is, in a word or two.
#[must_use]
pub const fn likelihood(likelihood: Likelihood) -> &'static str {
    match likelihood {
        Likelihood::Certain => "Certain",
        Likelihood::Likely => "Likely",
        Likelihood::Possible => "Possible",
        Likelihood::RuledOut => "Ruled out",
    }
}

/// A cause.
#[must_use]
pub fn cause(cause: &Cause) -> Text {
    let text = Text::new();
    match cause {
        Cause::Browser(barrier) => said(&barrier.to_string()),
        Cause::Address(remark) => said(&remark.to_string()),
        Cause::Offline => text.say("This machine has no network."),
        Cause::Unsigned => text.say(
            "AWS IoT Core takes no WebSocket without a signature or a custom authorizer. Choose one of them.",
        ),
        Cause::Clock => {
            text.say("The clock of this machine is off, and with it the date of the signature.")
        }
        Cause::Expired => text.say("The credentials have expired. Give new ones."),
        Cause::Keys => text.say(
            "The access key, the secret or the session token is wrong, they do not belong together, or the key was disabled.",
        ),
        Cause::Region => text.say("The signature is for another Region than the endpoint's."),
        Cause::Authorizer => text.say(
            "The custom authorizer refused: its name, the token, its signature or the name of the token key is wrong, or its \
             function said no.",
        ),
        Cause::TcpPort(port) => text
            .say("Port ")
            .code(port.to_string())
            .say(" is one of MQTT over TCP, which a browser cannot speak. Use the broker's WebSocket port."),
        Cause::Certificate => text.say("The browser does not trust the broker's certificate."),
        Cause::NotThere => text.say(
            "The name leads nowhere, nothing listens at that port, or the network lost what was sent.",
        ),
        Cause::Path => text.say("The broker takes WebSockets at another path, or refuses those of this site."),
        Cause::Blocked => {
            text.say("A proxy or a firewall lets web pages through, and WebSockets not.")
        }
        Cause::Policy => text.say(
            "A policy does not allow this client ID: AWS IoT Core asks policies when the connection is open, and closes it then \
             (observed).",
        ),
    }
}

/// What speaks for a cause, or against it.
#[must_use]
pub fn sign(sign: &Sign) -> Text {
    let text = Text::new();
    match sign {
        Sign::ClockOff(error) => said(&error.to_string()),
        Sign::ClockRight => text.say("The clock was compared and is right."),
        Sign::EndedAgo(seconds) => text.say(format!("They ended {} ago.", span(*seconds))),
        Sign::EndIn(seconds) => text.say(format!("They end in {}.", span(*seconds))),
        Sign::EndUnknown => text.say("It is not known when they end."),
        Sign::NoEnd => text.say("A long-lived key has no end."),
        Sign::FromCognito => text.say("Cognito gave them to this page, so that nobody mistyped them."),
        Sign::NeverThrough => text.say("No connection of this page has been opened in this way yet."),
        Sign::ThroughBefore => text.say("Another connection of this page was opened in this way before."),
        Sign::ThroughSince => text.say("Another connection of this page has been opened in this way since."),
        Sign::Late(after) => {
            text.say(format!("It failed only after {}, and a refusal comes sooner.", duration(*after)))
        }
        Sign::RegionOfHost => text.say("The host states its Region."),
        Sign::RegionTyped => text.say("The host does not state its Region; it was typed."),
        Sign::Online(true) => text.say("The browser says that this machine has a network."),
        Sign::Online(false) => text.say("The browser says so."),
        Sign::OfBrowser => text.say("The browser says so of this page."),
        Sign::OfAddress => text.say("It follows from the endpoint."),
        Sign::AfterHandshake => text.say("What it looks at comes only after the connection is open."),
    }
}

/// What to do to find out; nothing where nothing can be done.
#[must_use]
pub fn test(test: &Test) -> Option<Text> {
    let text = Text::new();
    Some(match test {
        Test::Nothing => return None,
        Test::Clock => {
            text.say("Compare this machine's clock with another one: more than five minutes are too many.")
        }
        Test::Again => text.say("Connect once more."),
        Test::NewKeys => text.say("Give new credentials, and connect once more."),
        Test::Command(run) => text.say("Run ").code(command(run)).say(looks_for(run)),
        Test::Open(address) => text.say("Open ").code(address).say(
            " in another tab: when the browser warns of the certificate, it refuses it here as well. What else that page shows \
             does not matter.",
        ),
    })
}

/// A command as a terminal takes it. The words come from a parsed endpoint, so quoting cannot fail.
#[must_use]
pub fn command(command: &Command) -> String {
    let word = |text: &str| shell::quote(text).unwrap_or_default();
    match command {
        Command::CallerIdentity => "aws sts get-caller-identity".to_owned(),
        Command::DescribeEndpoint(region) => {
            format!(
                "aws iot describe-endpoint --endpoint-type iot:Data-ATS --region {}",
                word(region.as_str())
            )
        }
        Command::InvokeAuthorizer => {
            "aws iot test-invoke-authorizer --authorizer-name \"$NAME\" --token \"$TOKEN\" --token-signature \"$SIGNATURE\"".to_owned()
        }
        Command::Resolve(host) => format!("nslookup {}", word(host)),
        Command::Tls(host, port) => {
            format!(
                "openssl s_client -connect {} -servername {}",
                word(&format!("{host}:{port}")),
                word(host)
            )
        }
    }
}

const fn looks_for(command: &Command) -> &'static str {
    match command {
        Command::CallerIdentity => {
            " where the same credentials are set: it answers with their account, or says what is wrong with them."
        }
        Command::DescribeEndpoint(_) => " and compare the endpoint.",
        Command::InvokeAuthorizer => {
            " with what this page was given: it answers with the function's decision."
        }
        Command::Resolve(_) => ": it answers with an address, or the name is wrong.",
        Command::Tls(..) => {
            ": the certificate it shows is Amazon's or the broker's; another issuer is a proxy between."
        }
    }
}

/// That the browser itself waits; nothing where a person does not notice it.
#[must_use]
pub fn held_back(delay: Delay, took: Millis) -> Option<String> {
    delay.explains(took).then(|| {
        format!(
            "The browser itself waits up to {} here before it connects (Chromium does), because {} of this page were refused \
             lately. That is no delay of the network.",
            duration(delay.most),
            if delay.refused == 1 { "a handshake".to_owned() } else { format!("{} handshakes", delay.refused) },
        )
    })
}

/// A message of the core, which begins small and has no full stop, as a sentence.
fn said(message: &str) -> Text {
    ticked(&capital(message)).say(".")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A length of time that was measured: "0.3 s", "12 s".
fn duration(length: Millis) -> String {
    match length.0.div_ceil(100) {
        tenths @ 0..100 if tenths % 10 != 0 => format!("{}.{} s", tenths / 10, tenths % 10),
        tenths => format!("{} s", tenths.div_ceil(10)),
    }
}

/// Seconds in words: the largest unit that is at least one.
fn span(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3600 => (seconds / 60, "minute"),
        3600..86_400 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}
