//! Questions to the engine: connections and requests that nobody made, to see what the policies would say.

use super::{
    super::{
        Context, Field, Principal, Request, Verdict,
        context::{Certificate, Thing},
        pattern::{Lookup, Pattern, SegmentKind, Value},
        variable::{Key, NoValue},
    },
    arn::Arn,
    subject::{Named, Subject},
};
use crate::iot::topic::{self, ParentLevel};

/// The thing that probes are attached to when nobody named one.
pub(super) const THING: &str = "temp-sensor-01";
/// A client ID and thing name that is surely somebody else's.
pub(super) const STRANGER: &str = "another-device";
/// The account of a probe when no resource names one.
const ACCOUNT: &str = "123456789012";
const REGION: &str = "eu-west-1";

/// Levels of a topic that are tried; AWS IoT Core takes eight.
const MAX_LEVELS: usize = 16;

/// The name of a shared subscription that is tried.
const SHARE: &str = "group";

/// A way around a Deny of Subscribe.
pub(super) struct Around {
    /// The filter that is allowed.
    pub(super) filter: String,
    /// The topic whose messages arrive through it.
    pub(super) topic: String,
}

impl Subject<'_> {
    /// A connection that knows everything a connection can know: the given context, filled up with a thing attached
    /// non-exclusively whose name is the client ID.
    pub(super) fn probe(&self) -> Context {
        let given = |pick: fn(&Arn<'_>) -> String, good: fn(&str) -> bool| {
            let arns = self.stated.iter().flat_map(|stated| &stated.resources).filter_map(|named| named.arn);
            arns.map(|arn| pick(&arn)).find(|text| good(text))
        };
        let plain = |text: &str| !text.is_empty() && !text.contains(['*', '?', '$']);
        let mut probe = self.context.cloned().unwrap_or_else(|| {
            let region = given(|arn| arn.region.to_owned(), plain).unwrap_or_else(|| REGION.to_owned());
            let account = given(|arn| arn.account.to_owned(), plain).unwrap_or_else(|| ACCOUNT.to_owned());
            let mut context = Context::new(Principal::X509(Certificate::default()), &region, &account);
            if let Some(partition) = given(|arn| arn.partition.to_owned(), plain) {
                context.partition = partition;
            }
            context
        });
        if probe.things == Field::Unknown {
            probe.things = Field::Given(vec![Thing { name: THING.to_owned(), ..Thing::default() }]);
        }
        if probe.exclusive == Field::Unknown {
            probe.exclusive = Field::Given(false);
        }
        let own = match &probe.things {
            Field::Given(things) => things.first().map_or(THING, |thing| &thing.name),
            _ => THING,
        };
        probe.client_id = Field::Given(own.to_owned());
        probe
    }

    /// The same connection under another client ID.
    pub(super) fn probe_as(&self, client_id: &str) -> Context {
        Context { client_id: Field::Given(client_id.to_owned()), ..self.probe() }
    }

    /// What the engine says.
    pub(super) fn decide(&self, context: &Context, request: &Request) -> Verdict {
        self.engine.decide(context, request).verdict
    }

    /// Whether the messages of a filter may be delivered.
    pub(super) fn delivers(&self, filter: &Named<'_>) -> bool {
        let topic = sample(&filter.name_pattern(), THING);
        self.decide(&self.probe(), &receive(&topic)) == Verdict::Allowed
    }

    /// A filter that is allowed, covers a topic of the denied filter, and delivers its messages; the narrowest first,
    /// a shared subscription last.
    pub(super) fn around(&self, denied: &Named<'_>) -> Option<Around> {
        let probe = self.probe();
        let allowed = |request: &Request| self.decide(&probe, request) == Verdict::Allowed;
        let topic = sample(&denied.name_pattern(), THING);
        if topic.contains(['+', '#']) || topic.starts_with("$share/") || !allowed(&receive(&topic)) {
            return None;
        }
        let levels: Vec<&str> = topic.split('/').take(MAX_LEVELS).collect();
        let up_to =
            |kept: usize| levels.iter().take(kept).copied().chain(["#"]).collect::<Vec<_>>().join("/");
        let without = |hole: usize| {
            let level = |(at, level)| if at == hole { "+" } else { level };
            levels.iter().copied().enumerate().map(level).collect::<Vec<_>>().join("/")
        };
        let all = std::iter::once(vec!["+"; levels.len()].join("/"));
        let wider = (0..=levels.len()).rev().map(up_to).chain((0..levels.len()).map(without)).chain(all);
        let mut covering = wider.filter(|filter| topic::matches(filter, &topic, ParentLevel::NotMatched));
        if let Some(filter) = covering.find(|filter| allowed(&subscribe(filter))) {
            return Some(Around { filter, topic });
        }
        let filter = format!("$share/{SHARE}/{topic}");
        let delivery = Request::Receive { topic: topic.clone(), share: Some(SHARE.to_owned()) };
        (allowed(&subscribe(&filter)) && allowed(&delivery)).then_some(Around { filter, topic })
    }

    /// Whether the engine lets a client with this ID connect.
    pub(super) fn connects(&self, context: &Context) -> bool {
        self.decide(context, &connect()) == Verdict::Allowed
    }
}

/// A CONNECT without will that does not ask for a persistent session.
pub(super) fn connect() -> Request {
    Request::Connect { persistent: Field::Given(false), will: None }
}

/// A SUBSCRIBE.
pub(super) fn subscribe(filter: &str) -> Request {
    Request::Subscribe { filter: filter.to_owned(), qos: 0 }
}

/// A delivery.
pub(super) fn receive(topic: &str) -> Request {
    Request::Receive { topic: topic.to_owned(), share: None }
}

/// A PUBLISH.
pub(super) fn publish(topic: &str) -> Request {
    Request::Publish { topic: topic.to_owned(), qos: 0, retain: false }
}

/// A name that the pattern matches: `x` for wildcards, `value` for variables.
pub(super) fn sample(pattern: &Pattern, value: &str) -> String {
    let text = |kind: &SegmentKind| match kind {
        SegmentKind::Literal(text) => text.clone(),
        SegmentKind::AnyRun | SegmentKind::AnyOne => "x".to_owned(),
        SegmentKind::Variable(_) | SegmentKind::Defaulted(..) | SegmentKind::Dead(_) => value.to_owned(),
    };
    pattern.segments().iter().map(|segment| text(&segment.kind)).collect()
}

/// No variable has a value.
pub(super) struct Nothing;

impl Lookup for Nothing {
    fn lookup(&self, _: &Key) -> Value<'_> {
        Value::None(NoValue::NotInRequest)
    }
}
