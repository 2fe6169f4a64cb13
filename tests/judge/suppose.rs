//! What is not known, by brute force: every supposition that can matter is made, and the verdicts are collected.

use std::{cell::LazyCell, collections::BTreeSet, net::IpAddr};

use crate::{
    evaluator::{Supposed, Verdict, judge, positive, seconds, statements, texts},
    world::{Ask, Fields, Known, Thing, World},
};

/// The verdicts that suppositions about the unknown lead to: all of them when there is one, else two.
pub(crate) fn possible(world: &World) -> BTreeSet<Verdict> {
    let (written, operators) = written(world);
    // Most worlds hold nothing unknown.
    let values: Suggestions<'_> = LazyCell::new(Box::new(|| suggestions(world, &written)));
    let mut found = BTreeSet::new();
    suppose(world, &Supposed::default(), &operators, &values, &mut found);
    found
}

/// Replaces the first unknown by each value it may have, and goes on with the next.
fn suppose(
    world: &World,
    supposed: &Supposed,
    operators: &BTreeSet<String>,
    values: &Suggestions<'_>,
    found: &mut BTreeSet<Verdict>,
) {
    if found.len() > 1 {
        return;
    }
    macro_rules! each {
        ($($field:ident).+, $candidates:expr) => {
            each!($($field).+, $candidates, "")
        };
        ($($field:ident).+, $candidates:expr, $mention:expr) => {
            if world.$($field).+ == Known::Unknown && values.mentioned.contains($mention) {
                for value in $candidates {
                    let mut world = world.clone();
                    world.$($field).+ = value;
                    suppose(&world, supposed, operators, values, found);
                }
                return;
            }
        };
    }
    each!(exclusive, [Known::Is(false), Known::Is(true)]);
    each!(client_id, values.texts.iter().filter(|id| can_be("client", id)).cloned().map(Known::Is));
    let or_none = |all: &[String]| -> Vec<Known<String>> {
        std::iter::once(Known::No).chain(all.iter().cloned().map(Known::Is)).collect()
    };
    // Every client has an address.
    each!(source_ip, values.addresses.iter().cloned().map(Known::Is), "aws:sourceip");
    each!(domain_name, or_none(&values.texts), "iot:domainname");
    let shaped = |shape| {
        let all: Vec<String> = values.texts.iter().filter(|text| can_be(shape, text)).cloned().collect();
        or_none(&all)
    };
    each!(identity, shaped("identity"), "cognito-identity");
    each!(certificate.id, shaped("certificate"), "iot:certificateid");
    each!(certificate.serial, shaped("serial"), "certificate.serialnumber");
    each!(certificate.subject, fields_of(values), "certificate.subject");
    each!(certificate.issuer, fields_of(values), "certificate.issuer");
    // Every request has a time.
    each!(time, values.times.iter().copied().map(Known::Is), "time");
    if matches!(world.things, Known::Unknown) {
        let names = std::iter::once("elsewhere".to_owned()).chain(world.client_id.is().cloned());
        let names = names.filter(|name| can_be("thing", name));
        let some = names.map(|name| {
            Known::Is(vec![Thing {
                name,
                thing_type: Known::Unknown,
                attributes: Known::Unknown,
                groups: Vec::new(),
            }])
        });
        for things in std::iter::once(Known::No).chain(some) {
            suppose(&World { things, ..world.clone() }, supposed, operators, values, found);
        }
        return;
    }
    if let Known::Is(things) = &world.things {
        for (at, thing) in things.iter().enumerate() {
            let mut with = |change: &dyn Fn(&mut Thing)| {
                let mut things = things.clone();
                change(&mut things[at]);
                suppose(
                    &World { things: Known::Is(things), ..world.clone() },
                    supposed,
                    operators,
                    values,
                    found,
                );
            };
            if thing.thing_type == Known::Unknown && values.mentioned.contains("thingtypename") {
                for value in or_none(&values.texts) {
                    with(&|thing| thing.thing_type = value.clone());
                }
                return;
            }
            if thing.attributes == Known::Unknown && values.mentioned.contains("attributes[") {
                with(&|thing| thing.attributes = Known::No);
                for value in values.texts.iter().filter(|value| can_be("attribute", value)) {
                    with(&|thing| {
                        thing.attributes =
                            Known::Is(["env", "Env"].map(|name| (name.to_owned(), value.clone())).into());
                    });
                }
                return;
            }
        }
    }
    match &world.ask {
        Ask::Connect { persistent: Known::Unknown, will } => {
            for persistent in [Known::Is(true), Known::Is(false)] {
                let ask = Ask::Connect { persistent, will: will.clone() };
                suppose(&World { ask, ..world.clone() }, supposed, operators, values, found);
            }
            return;
        }
        Ask::Other { action, resource, topic: Known::Unknown } => {
            for topic in or_none(&values.texts) {
                let ask = Ask::Other { action: action.clone(), resource: resource.clone(), topic };
                suppose(&World { ask, ..world.clone() }, supposed, operators, values, found);
            }
            return;
        }
        _ => {}
    }
    let open = |key: &&String| !supposed.keys.iter().any(|(done, _)| done == *key);
    if let Some(key) = world.unknown.iter().find(open) {
        let all = match key.as_str() {
            "iot:ClientId" => Vec::new(),
            "iot:Connection.Thing.IsAttached" => vec!["true".to_owned(), "false".to_owned()],
            "aws:SourceIp" => values.addresses.clone(),
            // `None` is the empty set.
            "iot:ConnectAttributes" => {
                ["PersistentConnect", "LastWill", "PersistentConnect LastWill"].map(str::to_owned).into()
            }
            _ => values.texts.clone(),
        };
        for value in std::iter::once(None).chain(all.into_iter().map(Some)) {
            if key == "iot:ClientId" {
                // Its value was supposed above.
                let world = World {
                    unknown: world.unknown.iter().filter(|other| *other != key).cloned().collect(),
                    ..world.clone()
                };
                suppose(&world, supposed, operators, values, found);
                continue;
            }
            let mut supposed = supposed.clone();
            supposed.keys.push((key.clone(), value));
            suppose(world, &supposed, operators, values, found);
        }
        return;
    }
    if let Some(operator) =
        operators.iter().find(|id| !supposed.operators.iter().any(|(done, _)| done == *id))
    {
        for holds in [true, false] {
            let mut supposed = supposed.clone();
            supposed.operators.push((operator.clone(), holds));
            suppose(world, &supposed, operators, values, found);
        }
        return;
    }
    found.insert(judge(world, supposed));
}

/// What AWS says of the looks of a value.
fn can_be(what: &str, text: &str) -> bool {
    let made_of = |more: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c));
    match what {
        "client" => text.len() <= 128 && !text.starts_with('$'),
        "thing" => !text.is_empty() && text.len() <= 128 && made_of(":_-"),
        "attribute" => text.len() <= 800 && made_of("_.,@/:#=[]-"),
        "certificate" => text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit()),
        "serial" => !text.is_empty() && text.chars().all(|c| c.is_ascii_digit()),
        _ => {
            let uuid = text.split_once(':').filter(|(region, _)| !region.is_empty()).map(|(_, uuid)| uuid);
            uuid.is_some_and(|uuid| {
                let hyphens: Vec<usize> = uuid.match_indices('-').map(|(at, _)| at).collect();
                uuid.len() == 36
                    && hyphens == [8, 13, 18, 23]
                    && uuid.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
            })
        }
    }
}

fn fields_of(values: &Values) -> Vec<Known<Fields>> {
    // Alone, or in every place: enough to reach each index.
    let some = values.texts.iter().flat_map(|value| {
        [1, 5].map(|count| {
            let fields = ["CommonName", "OrganizationalUnit", "Country", "AlternativeName.DNSName"];
            Known::Is(fields.map(|name| (name.to_owned(), vec![value.clone(); count])).into())
        })
    });
    std::iter::once(Known::No).chain(some).collect()
}

type Suggestions<'a> = LazyCell<Values, Box<dyn FnOnce() -> Values + 'a>>;

const CERTIFICATE_ID: &str = "7777777777777777777777777777777777777777777777777777777777777777";

/// Values worth supposing.
struct Values {
    /// The policies in lower case: an unknown that no policy names cannot matter.
    mentioned: String,
    texts: Vec<String>,
    addresses: Vec<String>,
    times: Vec<i64>,
}

/// What resources and conditions say, and the conditions whose operator nobody knows.
fn written(world: &World) -> (Vec<&str>, BTreeSet<String>) {
    let (mut written, mut operators) = (Vec::new(), BTreeSet::new());
    for statement in world.policies.iter().flat_map(|policy| statements(&policy.document)) {
        written.extend(["Resource", "NotResource"].iter().flat_map(|name| texts(&statement[*name])));
        for (operator, keys) in statement["Condition"].as_object().into_iter().flatten() {
            for (key, values) in keys.as_object().into_iter().flatten() {
                let name = operator.rsplit(':').next().unwrap_or(operator);
                let name = name.strip_suffix("IfExists").unwrap_or(name);
                if name != "Null" && positive(name).is_none() {
                    operators.insert(format!("{operator}/{key}"));
                }
                written.extend(texts(values));
            }
        }
    }
    (written, operators)
}

/// Everything written in policies and request, in pieces: what a value can be compared with.
fn suggestions(world: &World, written: &[&str]) -> Values {
    let unlikely = ["unlikely", "77", CERTIFICATE_ID, "eu-west-1:77777777-7777-4777-8777-777777777777"];
    let mut found = BTreeSet::from(unlikely.map(str::to_owned));
    let asked: Vec<&str> = match &world.ask {
        Ask::Connect { will, .. } => will.iter().map(|will| will.topic.as_str()).collect(),
        Ask::Publish { topic, .. } | Ask::Receive { topic, .. } => vec![topic],
        Ask::Subscribe { filter } => vec![filter],
        Ask::Other { resource, .. } => vec![resource],
    };
    let last = |text: &'_ str| text.splitn(6, ':').nth(5).map_or(text.to_owned(), str::to_owned);
    for text in written {
        let tail = last(text);
        let tail = tail.split_once('/').map_or(tail.as_str(), |(_, rest)| rest);
        for text in [*text, tail] {
            found.insert(text.replace('*', "").replace('?', "z"));
            found.insert(text.replace(['*', '?'], "z"));
        }
    }
    for text in asked.iter().copied().chain(world.client_id.is().map(String::as_str)) {
        let text = last(text);
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        for (from, start) in starts.iter().enumerate() {
            found.extend(
                starts.iter().skip(from + 1).filter_map(|end| text.get(*start..*end)).map(str::to_owned),
            );
        }
    }
    if let Known::Is(things) = &world.things {
        found.extend(things.iter().map(|thing| thing.name.clone()));
        found.extend(things.iter().filter_map(|thing| thing.thing_type.is().cloned()));
        found.extend(things.iter().filter_map(|thing| thing.attributes.is()?.get("env").cloned()));
    }
    let certificate = &world.certificate;
    found.extend(
        [&certificate.id, &certificate.serial, &world.identity]
            .into_iter()
            .filter_map(|known| known.is().cloned()),
    );
    let fields = certificate.subject.is().into_iter().chain(certificate.issuer.is());
    found.extend(fields.flat_map(|fields| fields.values().flatten().cloned()));
    let addresses = written.iter().map(|text| text.split('/').next().unwrap_or(text));
    let mut addresses: Vec<String> =
        addresses.filter(|text| text.parse::<IpAddr>().is_ok()).map(str::to_owned).collect();
    addresses.extend(["192.0.2.77".to_owned(), "2001:db8::77".to_owned()]);
    let times = written.iter().filter_map(|text| seconds(text)).flat_map(|time| [time - 1, time, time + 1]);
    let documents = world.policies.iter().map(|policy| policy.document.to_string().to_lowercase());
    Values {
        mentioned: documents.collect(),
        texts: found.into_iter().collect(),
        addresses,
        times: times.filter(|time| *time >= 0).chain([1_700_000_000]).collect(),
    }
}
