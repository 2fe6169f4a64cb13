//! The judge: the documented rules in their plainest form, slow and recursive.
//!
//! It shares no code with the engine and reads the policy as bare JSON. Sources: Developer Guide, "AWS IoT Core
//! policies", "Policy variables", "Connect policy examples", "Authorization with Amazon Cognito"; IAM User Guide,
//! "Condition operators", "Policy variables", "Policy evaluation logic".
//!
//! [`judge`] answers a world in which everything is known, with suppositions for what is not.

use std::net::IpAddr;

use serde_json::Value;

use crate::world::{Ask, Kind, Known, Policy, Thing, World, arn};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    Allow,
    ExplicitDeny,
    ImplicitDeny,
}

/// What is supposed of things that nobody knows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Supposed {
    /// Values of keys named in `unknown`; `None` for no value.
    pub(crate) keys: Vec<(String, Option<String>)>,
    /// Whether a condition with an operator that nobody knows holds, by operator and key.
    pub(crate) operators: Vec<(String, bool)>,
}

/// The verdict on a world without unknowns (save those supposed).
pub(crate) fn judge(world: &World, supposed: &Supposed) -> Verdict {
    if world.kind == Kind::X509 && world.certificate.status != "ACTIVE" {
        return Verdict::ImplicitDeny;
    }
    let one = |action: &str, resource: &str| check(world, supposed, action, resource);
    match &world.ask {
        Ask::Connect { will, .. } => {
            let id = world.client_id.is().map_or("", String::as_str);
            let mut all = vec![one("iot:Connect", &arn(&format!("client/{id}")))];
            if let Some(will) = will {
                let topic = arn(&format!("topic/{}", will.topic));
                all.push(one("iot:Publish", &topic));
                if will.retain {
                    all.push(one("iot:RetainPublish", &topic));
                }
            }
            every(&all)
        }
        Ask::Publish { topic, retain } => {
            let topic = arn(&format!("topic/{topic}"));
            let mut all = vec![one("iot:Publish", &topic)];
            if *retain {
                all.push(one("iot:RetainPublish", &topic));
            }
            every(&all)
        }
        Ask::Subscribe { filter } => one("iot:Subscribe", &arn(&format!("topicfilter/{filter}"))),
        Ask::Receive { topic, share } => {
            let plain = one("iot:Receive", &arn(&format!("topic/{topic}")));
            match share {
                None => plain,
                Some(share) => {
                    either(plain, one("iot:Receive", &arn(&format!("topic/$share/{share}/{topic}"))))
                }
            }
        }
        Ask::Other { action, resource, .. } => one(action, resource),
    }
}

fn every(all: &[Verdict]) -> Verdict {
    if all.contains(&Verdict::ExplicitDeny) {
        Verdict::ExplicitDeny
    } else if all.contains(&Verdict::ImplicitDeny) {
        Verdict::ImplicitDeny
    } else {
        Verdict::Allow
    }
}

fn either(a: Verdict, b: Verdict) -> Verdict {
    if a == Verdict::ExplicitDeny || b == Verdict::ExplicitDeny {
        Verdict::ExplicitDeny
    } else if a == Verdict::Allow || b == Verdict::Allow {
        Verdict::Allow
    } else {
        Verdict::ImplicitDeny
    }
}

/// One action on one resource, by the policies that speak for this principal.
fn check(world: &World, supposed: &Supposed, action: &str, resource: &str) -> Verdict {
    const BOTH: [&str; 7] = [
        "iot:Connect",
        "iot:Publish",
        "iot:Subscribe",
        "iot:Receive",
        "iot:GetThingShadow",
        "iot:UpdateThingShadow",
        "iot:DeleteThingShadow",
    ];
    let side = |iam| {
        let scene = Scene { world, supposed, action, iam };
        let counting = world.policies.iter().filter(|policy| scene.counts(policy));
        let statements: Vec<(&Policy, &Value)> =
            counting.flat_map(|policy| statements(&policy.document).map(move |one| (policy, one))).collect();
        let hit = |effect: &str| {
            statements.iter().any(|(policy, statement)| {
                statement["Effect"] == effect && scene.applies(policy, statement, resource)
            })
        };
        if hit("Deny") {
            Verdict::ExplicitDeny
        } else if hit("Allow") {
            Verdict::Allow
        } else {
            Verdict::ImplicitDeny
        }
    };
    match world.kind {
        Kind::X509 | Kind::CustomAuthorizer => side(false),
        Kind::IamRole | Kind::CognitoUnauthenticated => side(true),
        Kind::CognitoAuthenticated if BOTH.iter().any(|both| both.eq_ignore_ascii_case(action)) => {
            every(&[side(true), side(false)])
        }
        Kind::CognitoAuthenticated => side(true),
    }
}

pub(crate) fn statements(document: &Value) -> impl Iterator<Item = &Value> {
    let statement = &document["Statement"];
    statement.as_array().map_or(std::slice::from_ref(statement), Vec::as_slice).iter()
}

pub(crate) fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// One check as the policies of one side see it.
struct Scene<'a> {
    world: &'a World,
    supposed: &'a Supposed,
    action: &'a str,
    iam: bool,
}

impl<'a> Scene<'a> {
    fn counts(&self, policy: &Policy) -> bool {
        if policy.iam != self.iam {
            return false;
        }
        match (policy.attached_to, self.world.kind) {
            ("role", _) => self.iam,
            ("certificate", Kind::X509)
            | ("cognitoIdentity", Kind::CognitoAuthenticated)
            | ("authorizer", Kind::CustomAuthorizer) => true,
            // A thing's group counts when the thing is bound and the client ID is its name.
            ("thingGroup", Kind::X509 | Kind::CognitoAuthenticated) => self.bound().is_some_and(|thing| {
                Some(&thing.name) == self.world.client_id.is()
                    && policy.group.as_ref().is_none_or(|group| thing.groups.contains(group))
            }),
            _ => false,
        }
    }

    /// The thing of the connection.
    fn bound(&self) -> Option<&'a Thing> {
        let world = self.world;
        if world.protocol == "https" || !matches!(world.kind, Kind::X509 | Kind::CognitoAuthenticated) {
            return None;
        }
        let things = world.things.is()?;
        if world.kind == Kind::X509 && world.exclusive == Known::Is(true) && things.len() == 1 {
            return things.first();
        }
        let id = world.client_id.is()?;
        things.iter().find(|thing| thing.name == *id)
    }

    fn applies(&self, policy: &Policy, statement: &Value, resource: &str) -> bool {
        let variables = policy.document["Version"] == "2012-10-17";
        let named = |name: &str| {
            texts(&statement[name]).iter().any(|pattern| {
                // Never a variable in an action.
                let pattern = read(&pattern.to_lowercase(), false, true, &|_| None);
                pattern.is_some_and(|pattern| glob(&pattern, &chars(&self.action.to_lowercase())))
            })
        };
        let action = if statement["NotAction"].is_null() { named("Action") } else { !named("NotAction") };
        let fits = |name: &str| {
            texts(&statement[name]).iter().any(|pattern| self.resource_fits(pattern, variables, resource))
        };
        let resource =
            if statement["NotResource"].is_null() { fits("Resource") } else { !fits("NotResource") };
        action && resource && self.conditions_hold(statement, variables)
    }

    fn resource_fits(&self, pattern: &str, variables: bool, resource: &str) -> bool {
        let Some(pattern) = read(pattern, variables, true, &|name| self.variable(name)) else {
            return false;
        };
        // Six fields, compared one by one; values only in the sixth.
        let fields = fields(&pattern);
        if fields.iter().take(5).flatten().any(|one| matches!(one, Piece::Value(_))) {
            return false;
        }
        let target: Vec<&str> = resource.splitn(6, ':').collect();
        if fields.len() == 6 && target.len() == 6 {
            return fields.iter().zip(target).all(|(field, target)| glob(field, &chars(target)));
        }
        // A shorter one covers the missing fields only by a `*` at its end (inferred).
        matches!(pattern.last(), Some(Piece::Any)) && glob(&pattern, &chars(resource))
            || resource == "*" && glob(&pattern, &['*'])
    }

    fn conditions_hold(&self, statement: &Value, variables: bool) -> bool {
        let Some(block) = statement["Condition"].as_object() else { return true };
        block.iter().all(|(operator, keys)| {
            keys.as_object().is_some_and(|keys| {
                keys.iter()
                    .all(|(key, wanted)| self.condition_holds(operator, key, &texts(wanted), variables))
            })
        })
    }

    fn condition_holds(&self, written: &str, key: &str, wanted: &[&str], variables: bool) -> bool {
        let (quantifier, rest) =
            written.split_once(':').map_or(("", written), |(quantifier, rest)| (quantifier, rest));
        let (name, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |name| (name, true));
        // An empty set counts as no value (inferred: the quantifiers treat both alike).
        let value = self.key(key).filter(|all| !all.is_empty());
        if name == "Null" {
            return wanted.iter().any(|wanted| (*wanted == "true") == value.is_none());
        }
        let Some((negated, positive)) = positive(name) else {
            let id = format!("{written}/{key}");
            return self.supposed.operators.iter().any(|(at, holds)| *at == id && *holds);
        };
        let Some(found) = value else {
            return if_exists || if quantifier.is_empty() { negated } else { quantifier == "ForAllValues" };
        };
        let hit =
            |found: &String| wanted.iter().any(|wanted| self.compare(positive, found, wanted, variables));
        match quantifier {
            "ForAllValues" => found.iter().all(|one| one.is_empty() || hit(one) != negated),
            "ForAnyValue" => found.iter().any(|one| hit(one) != negated),
            _ => found.iter().any(hit) != negated,
        }
    }

    /// One value of the request against one of the policy, by the operator without its `Not`.
    fn compare(&self, operator: &str, found: &str, wanted: &str, variables: bool) -> bool {
        let read = |wildcards| read(wanted, variables, wildcards, &|name| self.variable(name));
        match operator {
            "StringEquals" => read(false).is_some_and(|wanted| glob(&wanted, &chars(found))),
            "StringEqualsIgnoreCase" => read(false).is_some_and(|wanted| {
                let wanted: String = wanted.iter().map(|piece| piece.character()).collect();
                wanted.to_lowercase() == found.to_lowercase()
            }),
            "StringLike" => read(true).is_some_and(|wanted| glob(&wanted, &chars(found))),
            "ArnEquals" | "ArnLike" => read(true).is_some_and(|wanted| {
                let (wanted, found): (_, Vec<&str>) = (fields(&wanted), found.splitn(6, ':').collect());
                wanted.len() == 6
                    && found.len() == 6
                    && wanted.iter().zip(found).all(|(wanted, found)| glob(wanted, &chars(found)))
            }),
            "Bool" => found.eq_ignore_ascii_case(wanted),
            "IpAddress" => in_network(found, wanted),
            _ => {
                let pair = if operator.starts_with("Date") {
                    seconds(found).zip(seconds(wanted)).map(|(a, b)| a.cmp(&b))
                } else {
                    let numbers = found.parse::<f64>().ok().zip(wanted.parse::<f64>().ok());
                    numbers.and_then(|(a, b)| a.partial_cmp(&b))
                };
                pair.is_some_and(|order| {
                    match operator.trim_start_matches("Date").trim_start_matches("Numeric") {
                        "Equals" => order.is_eq(),
                        "LessThan" => order.is_lt(),
                        "LessThanEquals" => order.is_le(),
                        "GreaterThan" => order.is_gt(),
                        _ => order.is_ge(),
                    }
                })
            }
        }
    }

    /// Whether such a request of such a principal can have the key.
    fn belongs(&self, name: &str) -> bool {
        let (kind, mqtt) = (self.world.kind, self.world.protocol != "https");
        let starts = |beginning| name.starts_with(beginning);
        if starts("iot:connection.") {
            return mqtt && matches!(kind, Kind::X509 | Kind::CognitoAuthenticated);
        }
        if starts("iot:certificate") {
            return kind == Kind::X509;
        }
        if starts("cognito-identity") {
            return matches!(kind, Kind::CognitoAuthenticated | Kind::CognitoUnauthenticated);
        }
        match name {
            "iot:connectattributes" | "iot:lastwilltopic" => self.action == "iot:Connect",
            "iot:topic" => self.action == "iot:SendDirectMessage",
            _ => true,
        }
    }

    /// The value of a condition key: `None` for no value, else one value or a set.
    fn key(&self, written: &str) -> Option<Vec<String>> {
        let name = written.to_lowercase();
        if self.iam && (name.starts_with("iot:connection.") || name.starts_with("iot:certificate")) {
            return None;
        }
        if let Some((_, value)) = self.supposed.keys.iter().find(|(key, _)| key.to_lowercase() == name) {
            // Nobody knows it, but it may still be known that there is none.
            let value = value.as_ref().filter(|_| self.belongs(&name));
            return match name.as_str() {
                "iot:connectattributes" => {
                    value.map(|all| all.split_whitespace().map(str::to_owned).collect())
                }
                _ => value.map(|value| vec![value.clone()]),
            };
        }
        let world = self.world;
        let one = |value: &Known<String>| value.is().map(|value| vec![value.clone()]);
        let mqtt = world.protocol != "https";
        match name.as_str() {
            "iot:clientid" => mqtt.then(|| one(&world.client_id)).flatten(),
            "aws:sourceip" => one(&world.source_ip),
            "iot:domainname" => one(&world.domain_name),
            "aws:epochtime" => world.time.is().map(|time| vec![time.to_string()]),
            "aws:currenttime" => world.time.is().map(|time| vec![iso(*time)]),
            "cognito-identity.amazonaws.com:sub" => {
                matches!(world.kind, Kind::CognitoAuthenticated | Kind::CognitoUnauthenticated)
                    .then(|| one(&world.identity))
                    .flatten()
            }
            "iot:connectattributes" => match (&world.ask, self.action) {
                (Ask::Connect { persistent, will }, "iot:Connect") => {
                    let persistent = (*persistent == Known::Is(true)).then(|| "PersistentConnect".to_owned());
                    Some(persistent.into_iter().chain(will.as_ref().map(|_| "LastWill".to_owned())).collect())
                }
                _ => None,
            },
            "iot:lastwilltopic" => match (&world.ask, self.action) {
                (Ask::Connect { will: Some(will), .. }, "iot:Connect") => {
                    Some(vec![arn(&format!("topic/{}", will.topic))])
                }
                _ => None,
            },
            "iot:topic" => match &world.ask {
                Ask::Other { action, topic, .. } if action == "iot:SendDirectMessage" => one(topic),
                _ => None,
            },
            _ => self.thing_key(written, &name).or_else(|| self.certificate_key(&name)),
        }
    }

    fn thing_key(&self, written: &str, name: &str) -> Option<Vec<String>> {
        let thing = self.bound();
        let one = |value: &String| vec![value.clone()];
        match name.strip_prefix("iot:connection.thing.")? {
            "thingname" => thing.map(|thing| one(&thing.name)),
            "thingtypename" => thing?.thing_type.is().map(one),
            "isattached" => (self.world.protocol != "https"
                && matches!(self.world.kind, Kind::X509 | Kind::CognitoAuthenticated))
            .then(|| vec![thing.is_some().to_string()]),
            _ => {
                let from = "iot:Connection.Thing.Attributes[".len();
                let attribute = written.get(from..)?.strip_suffix(']')?;
                thing?.attributes.is()?.get(attribute).map(one)
            }
        }
    }

    fn certificate_key(&self, name: &str) -> Option<Vec<String>> {
        if self.world.kind != Kind::X509 {
            return None;
        }
        let certificate = &self.world.certificate;
        let one = |value: &Known<String>| value.is().map(|value| vec![value.clone()]);
        match name {
            "iot:certificateid" => return one(&certificate.id),
            "iot:certificate.serialnumber" => return one(&certificate.serial),
            _ => {}
        }
        let rest = name.strip_prefix("iot:certificate.")?;
        let (party, rest) = rest.split_once('.')?;
        let fields = match party {
            "subject" => certificate.subject.is()?,
            "issuer" => certificate.issuer.is()?,
            _ => return None,
        };
        let find = |wanted: &str| {
            fields.iter().find(|(field, _)| field.to_lowercase() == wanted).map(|(_, values)| {
                // Only the first five count.
                values.iter().take(5).map(|value| escaped(value)).collect::<Vec<_>>()
            })
        };
        if let Some(values) = find(rest) {
            return values.first().map(|first| vec![first.clone()]);
        }
        let (field, index) = rest.rsplit_once('.')?;
        let values = find(field)?;
        match index {
            "list" => (!values.is_empty()).then_some(values),
            _ => values.get(index.parse::<usize>().ok()?).map(|value| vec![value.clone()]),
        }
    }

    /// The text that takes a variable's place; `None` when there is none.
    fn variable(&self, name: &str) -> Option<String> {
        let lower = name.to_lowercase();
        if lower == "iot:connectattributes" || lower.ends_with(".list") || lower.ends_with(".availablekeys") {
            return None;
        }
        let mut values = self.key(name)?;
        let mut value = (values.len() == 1).then(|| values.remove(0))?;
        if lower.starts_with("iot:certificate") {
            value = plain(&value);
        }
        let refused = lower.starts_with("iot:certificate")
            && (value.contains(['*', '$', '+', '?', '#']) || value.chars().count() > 1024);
        (!refused).then_some(value)
    }
}

/// The operator's name without `Not`, and whether it had one.
pub(crate) fn positive(name: &str) -> Option<(bool, &str)> {
    Some(match name {
        "StringNotEquals" => (true, "StringEquals"),
        "StringNotEqualsIgnoreCase" => (true, "StringEqualsIgnoreCase"),
        "StringNotLike" => (true, "StringLike"),
        "ArnNotEquals" => (true, "ArnEquals"),
        "ArnNotLike" => (true, "ArnLike"),
        "NumericNotEquals" => (true, "NumericEquals"),
        "DateNotEquals" => (true, "DateEquals"),
        "NotIpAddress" => (true, "IpAddress"),
        "StringEquals"
        | "StringEqualsIgnoreCase"
        | "StringLike"
        | "ArnEquals"
        | "ArnLike"
        | "Bool"
        | "IpAddress"
        | "NumericEquals"
        | "NumericLessThan"
        | "NumericLessThanEquals"
        | "NumericGreaterThan"
        | "NumericGreaterThanEquals"
        | "DateEquals"
        | "DateLessThan"
        | "DateLessThanEquals"
        | "DateGreaterThan"
        | "DateGreaterThanEquals" => (false, name),
        _ => return None,
    })
}

/// A value of a certificate as conditions see it.
fn escaped(value: &str) -> String {
    value.chars().flat_map(|c| r#","\+=<>;"#.contains(c).then_some('\\').into_iter().chain([c])).collect()
}

/// The value itself: what is put in a variable's place is not escaped (inferred).
fn plain(escaped: &str) -> String {
    let mut rest = escaped.chars();
    std::iter::from_fn(|| rest.next().and_then(|c| if c == '\\' { rest.next() } else { Some(c) })).collect()
}

/// A piece of a pattern.
#[derive(Clone, Copy, Debug)]
enum Piece {
    Any,
    One,
    Text(char),
    /// From a variable: never a wildcard, never a border of fields.
    Value(char),
}

impl Piece {
    const fn character(self) -> char {
        match self {
            Self::Any => '*',
            Self::One => '?',
            Self::Text(c) | Self::Value(c) => c,
        }
    }
}

fn chars(text: &str) -> Vec<char> {
    text.chars().collect()
}

/// A pattern with values in place; `None` when one is missing.
fn read(
    text: &str,
    variables: bool,
    wildcards: bool,
    value: &dyn Fn(&str) -> Option<String>,
) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if variables
            && let Some((name, after)) = rest.strip_prefix("${").and_then(|rest| rest.split_once('}'))
        {
            match name {
                "*" | "?" | "$" => pieces.extend(name.chars().map(Piece::Value)),
                _ => pieces.extend(value(name)?.chars().map(Piece::Value)),
            }
            rest = after;
            continue;
        }
        pieces.push(match first {
            '*' if wildcards => Piece::Any,
            '?' if wildcards => Piece::One,
            other => Piece::Text(other),
        });
        rest = rest.get(first.len_utf8()..).unwrap_or("");
    }
    Some(pieces)
}

/// Split at the first five written colons.
fn fields(pattern: &[Piece]) -> Vec<Vec<Piece>> {
    let mut fields = vec![Vec::new()];
    for piece in pattern {
        if matches!(piece, Piece::Text(':')) && fields.len() < 6 {
            fields.push(Vec::new());
        } else if let Some(last) = fields.last_mut() {
            last.push(*piece);
        }
    }
    fields
}

fn glob(pattern: &[Piece], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, rest) => rest.is_none(),
        (Some((Piece::Any, more)), None) => glob(more, text),
        (Some((Piece::Any, more)), Some((_, rest))) => glob(more, text) || glob(pattern, rest),
        (Some((Piece::One, more)), Some((_, rest))) => glob(more, rest),
        (Some((Piece::Text(c) | Piece::Value(c), more)), Some((found, rest))) => {
            c == found && glob(more, rest)
        }
        (Some(_), None) => false,
    }
}

fn in_network(address: &str, network: &str) -> bool {
    let (base, bits) = network.split_once('/').map_or((network, None), |(base, bits)| (base, Some(bits)));
    let bytes = |address: IpAddr| match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    };
    let Some((address, base)) = address.parse().ok().map(bytes).zip(base.parse().ok().map(bytes)) else {
        return false;
    };
    let Ok(bits) = bits.map_or(Ok(base.len() * 8), str::parse::<usize>) else { return false };
    let bit = |bytes: &[u8], at: usize| bytes[at / 8] >> (7 - at % 8) & 1;
    address.len() == base.len()
        && bits <= base.len() * 8
        && (0..bits).all(|at| bit(&address, at) == bit(&base, at))
}

/// Seconds since 1970 of `YYYY-MM-DDThh:mm:ssZ`, `YYYY-MM-DD` or a number of seconds.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    if let Ok(epoch) = text.parse() {
        return Some(epoch);
    }
    let (date, time) = text.strip_suffix('Z').unwrap_or(text).split_once('T').unwrap_or((text, "00:00:00"));
    let numbers = |text: &str, separator| -> Option<Vec<i64>> {
        text.split(separator).map(|part| part.parse().ok()).collect()
    };
    let (date, time) = (numbers(date, '-')?, numbers(time, ':')?);
    let ([year, month, day], [hour, minute, second]) = (date.as_slice(), time.as_slice()) else {
        return None;
    };
    let days = (1970..*year).map(|year| if leap(year) { 366 } else { 365 }).sum::<i64>()
        + (1..*month).map(|month| length(*year, month)).sum::<i64>()
        + day
        - 1;
    Some(days * 86_400 + hour * 3600 + minute * 60 + second)
}

fn iso(mut time: i64) -> String {
    let (mut year, mut month) = (1970, 1);
    while time >= if leap(year) { 366 } else { 365 } * 86_400 {
        time -= if leap(year) { 366 } else { 365 } * 86_400;
        year += 1;
    }
    while time >= length(year, month) * 86_400 {
        time -= length(year, month) * 86_400;
        month += 1;
    }
    let (day, hour, minute, second) = (time / 86_400 + 1, time / 3600 % 24, time / 60 % 60, time % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

const fn leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn length(year: i64, month: i64) -> i64 {
    match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
