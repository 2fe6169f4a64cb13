//! The facts about AWS IoT Core's message broker that the simulation rests on, one row each.
//!
//! Subjects: what a client sees (`wire`), takeover (`takeover`), reason codes (`codes`), protocol and sessions
//! (`protocol`), how connections end (`ending`), lifecycle events and log (`events`), limits (`limit`). A test names the
//! scenario that shows each row, or the row says why it is not modelled.

use crate::iot::fact::Confidence::{Documented, Inferred, Observed};
pub use crate::iot::fact::Fact;
use crate::iot::fact::{apart, shown};

const MQTT: &str = "Developer Guide, MQTT";
const LIFECYCLE: &str = "Developer Guide, Lifecycle events";
const QUOTAS: &str = "AWS General Reference, AWS IoT Core endpoints and quotas";
const CODES: &str = "Developer Guide, MQTT 5 reason codes";
const LOG: &str = "Developer Guide, CloudWatch log format";
const MIGRATION: &str = "AWS IoT Device SDK for JavaScript v2, migration guide";

/// Every fact, by subject.
pub fn all() -> impl Iterator<Item = &'static Fact> {
    [WIRE, TAKEOVER, REASON_CODES, PROTOCOL, ENDINGS, EVENTS, LIMITS].into_iter().flatten()
}

const WIRE: &[Fact] = &[
    shown(
        "wire-connect-refused-v3",
        Observed,
        "mongoose-os issue 178; reports of SDK users",
        "MQTT 3.1.1: a CONNECT without the right to it meets a close and no CONNACK.",
    ),
    shown(
        "wire-connect-refused-v5",
        Documented,
        CODES,
        "MQTT 5: a CONNECT without the right to it is answered CONNACK 0x87, then the connection closes.",
    ),
    apart(
        "wire-authentication",
        Documented,
        LOG,
        "Who fails TLS, signature or custom authorizer gets a TLS alert or HTTP 403 before any MQTT.",
        "A simulated connection begins authenticated; the page's Live part meets the real thing.",
    ),
    shown(
        "wire-publish-0-refused-v3",
        Observed,
        "AWS IoT Device SDK for Python v2, issue 260",
        "MQTT 3.1.1: a refused PUBLISH with QoS 0 ends the connection.",
    ),
    shown(
        "wire-publish-0-refused-v5",
        Inferred,
        CODES,
        "MQTT 5: a refused PUBLISH with QoS 0 ends the connection with DISCONNECT 0x87, or by choice is dropped.",
    ),
    shown(
        "wire-publish-1-refused-v3",
        Observed,
        "AWS IoT Device SDK for Python v2, issue 260",
        "MQTT 3.1.1: a refused PUBLISH with QoS 1 ends the connection and gets no PUBACK.",
    ),
    shown(
        "wire-publish-1-refused-v5",
        Observed,
        MIGRATION,
        "MQTT 5: a refused PUBLISH with QoS 1 gets PUBACK 0x87, the connection stays.",
    ),
    shown(
        "wire-subscribe-refused-v3",
        Observed,
        MIGRATION,
        "MQTT 3.1.1: a refused SUBSCRIBE ends the connection.",
    ),
    shown(
        "wire-subscribe-refused-v5",
        Observed,
        MIGRATION,
        "MQTT 5: a refused filter gets 0x87 in the SUBACK, the connection stays.",
    ),
    shown(
        "wire-subscribe-mixed",
        Inferred,
        MIGRATION,
        "One refused filter among others ends a 3.1.1 connection; MQTT 5 has a code for each.",
    ),
    shown(
        "wire-receive-refused",
        Observed,
        "AWS IoT Device SDK for Embedded C, issue 278",
        "A message that a subscriber may not receive is withheld, and no packet says so.",
    ),
    shown(
        "wire-too-many-filters",
        Observed,
        "MQTTnet issue 1427",
        "More than 8 filters in one SUBSCRIBE end the connection; the code 0x97 in MQTT 5 is inferred.",
    ),
    shown(
        "wire-too-many-subscriptions",
        Observed,
        "mqtt_client issue 368",
        "Beyond 50 subscriptions the surplus fails in the SUBACK: 0x80, and 0x97 in MQTT 5 (inferred).",
    ),
    shown(
        "wire-qos-2",
        Documented,
        MQTT,
        "QoS 2 gets no PUBACK and no SUBACK; in MQTT 5 the connection ends with 0x9B.",
    ),
    shown("wire-will-qos-2", Observed, "espMqttClient issue 116", "A will with QoS 2 ends in a close."),
    shown(
        "wire-bad-topic",
        Documented,
        LOG,
        "A topic or filter that AWS does not take ends a 3.1.1 connection; MQTT 5 has 0x90 and 0x8F.",
    ),
    shown(
        "wire-publish-properties",
        Inferred,
        "MQTT 5 sections 3.3.2.3.5 and 3.3.4",
        "A PUBLISH with a Subscription Identifier or with wildcards in its Response Topic ends the connection with 0x82.",
    ),
    shown(
        "wire-will-properties",
        Inferred,
        "MQTT 5 sections 3.1.3.2.6 and 3.3.2.3.5",
        "A will with wildcards in its Response Topic is met by a close and no CONNACK.",
    ),
    shown(
        "wire-explorer",
        Observed,
        "MQTT-Explorer issues 17 and 194",
        "`#` and `$SYS/#` end a 3.1.1 connection when not allowed or not known.",
    ),
    shown(
        "wire-large-payload",
        Documented,
        QUOTAS,
        "A payload above 128 KB is rejected; that the connection closes without a code is inferred.",
    ),
    shown(
        "wire-keep-alive",
        Documented,
        MQTT,
        "Who is silent for 1.5 times the keep-alive is closed, in MQTT 5 with DISCONNECT 0x8D.",
    ),
    shown(
        "wire-web-socket-day",
        Documented,
        QUOTAS,
        "A WebSocket connection ends after 24 hours; that no code is sent is inferred.",
    ),
    shown(
        "wire-publish-rate",
        Documented,
        QUOTAS,
        "More than 100 messages in a second on one connection, both ways together: the surplus is discarded.",
    ),
    apart(
        "wire-before-connack",
        Documented,
        MQTT,
        "A packet sent before CONNACK may end the connection.",
        "It may as well not; the simulated broker answers CONNECT at once and cannot tell who did not wait.",
    ),
];

const TAKEOVER: &[Fact] = &[
    shown(
        "takeover-scope",
        Documented,
        MQTT,
        "Client IDs belong to account and Region: another principal with the right to the ID takes it over too.",
    ),
    shown("takeover-newcomer-wins", Documented, MQTT, "A second CONNECT with one client ID ends the older."),
    shown(
        "takeover-refused-newcomer",
        Inferred,
        MQTT,
        "A newcomer that may not connect does not disturb the holder.",
    ),
    shown(
        "takeover-old-client",
        Documented,
        MQTT,
        "The older client gets DISCONNECT 0x8E in MQTT 5 and a bare close in 3.1.1.",
    ),
    shown("takeover-will", Documented, LIFECYCLE, "The will of the older client is published."),
    shown(
        "takeover-event",
        Documented,
        LIFECYCLE,
        "The event says `DUPLICATE_CLIENTID` and that the client did not begin it; `connected` stands beside it.",
    ),
    shown(
        "takeover-log",
        Documented,
        LOG,
        "The log has `Disconnect`, `Failure`, `ERROR` and the reason `DUPLICATE_CLIENT_ID`, spelled otherwise.",
    ),
    shown(
        "takeover-war",
        Observed,
        "AWS IoT Device SDK for Python v2, issue 236",
        "Two clients that reconnect evict each other for ever, held back to one CONNECT a second.",
    ),
    shown(
        "takeover-session",
        Inferred,
        "MQTT 3.1.1, 3.1.2.4",
        "A persistent session moves to the newcomer with its messages; a clean start drops it.",
    ),
    shown(
        "takeover-connect-rate",
        Documented,
        QUOTAS,
        "One CONNECT a second for a client ID; MQTT 5 hears 0x97 (inferred).",
    ),
];

const REASON_CODES: &[Fact] = &[
    shown("codes-connack", Documented, CODES, "The codes of CONNACK that are listed; no other is sent here."),
    shown("codes-puback", Documented, CODES, "The codes of PUBACK that are listed; no other is sent here."),
    shown("codes-suback", Documented, CODES, "The codes of SUBACK that are listed; no other is sent here."),
    shown(
        "codes-unsuback",
        Documented,
        CODES,
        "The codes of UNSUBACK that are listed; no other is sent here.",
    ),
    shown(
        "codes-disconnect",
        Documented,
        CODES,
        "The codes of DISCONNECT that are listed; no other is sent here.",
    ),
    apart(
        "codes-others",
        Documented,
        CODES,
        "AWS may send codes beside the listed ones.",
        "Which ones, and when, nobody says.",
    ),
];

const PROTOCOL: &[Fact] = &[
    shown("protocol-maximum-qos", Documented, MQTT, "QoS 0 and 1; MQTT 5 is told Maximum QoS 1."),
    shown(
        "protocol-packets",
        Documented,
        MQTT,
        "AUTH, PUBREC, PUBREL and PUBCOMP are not supported; that they end the connection is inferred.",
    ),
    apart(
        "protocol-dup",
        Documented,
        MQTT,
        "A message may come twice without the DUP flag.",
        "The simulated broker marks what it sends again; it does not make duplicates by chance.",
    ),
    apart(
        "protocol-order",
        Documented,
        MQTT,
        "Messages and acknowledgements come in no certain order.",
        "The simulated broker keeps the order, so that a run can be read.",
    ),
    shown("protocol-parent-level", Documented, MQTT, "`a/#` does not match `a`, unlike in MQTT."),
    shown(
        "protocol-retained-exact",
        Documented,
        MQTT,
        "A filter without wildcards gets the retained message of its topic, one with wildcards none.",
    ),
    shown(
        "protocol-retain-flag",
        Documented,
        MQTT,
        "RETAIN is set only on what comes because of a new subscription.",
    ),
    shown("protocol-retained-shared", Documented, MQTT, "A shared subscription gets no retained message."),
    shown("protocol-retained-delete", Documented, MQTT, "A retained PUBLISH without payload deletes."),
    shown("protocol-retained-reserved", Documented, MQTT, "A retained PUBLISH to a `$` topic is refused."),
    shown(
        "protocol-connack",
        Documented,
        MQTT,
        "The CONNACK of MQTT 5 tells what is available and what was granted in place of what was asked for.",
    ),
    shown(
        "protocol-properties",
        Documented,
        MQTT,
        "Payload format, content type, response topic, correlation data, user properties and expiry pass through.",
    ),
    apart(
        "protocol-outbound-alias",
        Documented,
        MQTT,
        "AWS may use topic aliases towards a client that allows them.",
        "It need not, and a log with names is easier to read.",
    ),
    shown(
        "protocol-topic-alias",
        Documented,
        QUOTAS,
        "A client has 8 topic aliases; more end the connection.",
    ),
    shown(
        "protocol-persistent",
        Documented,
        MQTT,
        "A session lasts beyond its connection with Clean Session 0, or a Session Expiry Interval above 0.",
    ),
    shown(
        "protocol-other-version",
        Documented,
        MQTT,
        "A session of one protocol version is not resumed by the other.",
    ),
    shown(
        "protocol-session-present",
        Documented,
        MQTT,
        "A resumed session says so, and its messages come 10 a second.",
    ),
    shown(
        "protocol-shared-stored",
        Documented,
        QUOTAS,
        "Stored messages of a shared subscription: 20 a second.",
    ),
    shown("protocol-stored-qos", Documented, MQTT, "Only QoS 1 messages for QoS 1 subscriptions are stored."),
    shown("protocol-message-expiry", Documented, MQTT, "A message that has expired is not delivered."),
    shown(
        "protocol-keep-alive-range",
        Documented,
        QUOTAS,
        "Keep-alive: 30 to 1200 s, 0 counts as 1200; MQTT 5 is told.",
    ),
    shown(
        "protocol-empty-client-id",
        Documented,
        MQTT,
        "MQTT 5 gets a client ID assigned; that a clean 3.1.1 session does too is inferred.",
    ),
    shown("protocol-will-reserved", Observed, "reports of users", "A will to an `$aws` topic is dropped."),
    apart(
        "protocol-will-delay",
        Documented,
        MQTT,
        "Will Delay Interval is not among the properties that AWS handles.",
        "A will goes out at once, whatever the client asked for.",
    ),
    apart(
        "protocol-direct",
        Documented,
        "Developer Guide, Direct messaging",
        "A message can be sent to one client without a subscription.",
        "The call comes by HTTPS, which is not simulated.",
    ),
    shown(
        "protocol-shared-one",
        Documented,
        MQTT,
        "One member of a shared subscription gets each message; which one is inferred.",
    ),
    shown(
        "protocol-basic-ingest",
        Documented,
        "Developer Guide, Basic Ingest",
        "A message to `$aws/rules/...` is taken and reaches no subscriber; nobody can subscribe to it.",
    ),
    shown(
        "protocol-reserved-operations",
        Documented,
        "Developer Guide, Reserved topics",
        "On `$aws` topics only the listed operations are open; how others end is inferred.",
    ),
    apart(
        "protocol-services",
        Documented,
        "Developer Guide, Reserved topics",
        "Shadows, jobs and other services answer on `$aws` topics.",
        "What they answer is theirs; the simulated broker passes their messages on and nobody replies.",
    ),
    shown(
        "protocol-retry",
        Documented,
        QUOTAS,
        "An unacknowledged QoS 1 message is tried again for 1 hour in 3.1.1, kept 960 s in MQTT 5, then dropped.",
    ),
    shown(
        "protocol-subscription-identifiers",
        Documented,
        CODES,
        "Subscription identifiers end the connection with 0xA1.",
    ),
];

const ENDINGS: &[Fact] = &[
    shown(
        "ending-auth-error",
        Documented,
        LIFECYCLE,
        "`AUTH_ERROR`: a right was missing; the will goes out if the client had been connected.",
    ),
    shown(
        "ending-client-initiated",
        Documented,
        LIFECYCLE,
        "`CLIENT_INITIATED_DISCONNECT`: the client sent DISCONNECT; no will.",
    ),
    shown(
        "ending-client-error",
        Documented,
        LIFECYCLE,
        "`CLIENT_ERROR`: the client broke a rule, as with a second CONNECT; will.",
    ),
    shown("ending-connection-lost", Documented, LIFECYCLE, "`CONNECTION_LOST`: the network failed; will."),
    shown("ending-duplicate", Documented, LIFECYCLE, "`DUPLICATE_CLIENTID`: taken over; will."),
    apart(
        "ending-forbidden",
        Documented,
        LIFECYCLE,
        "`FORBIDDEN_ACCESS`: the address is denied or the principal disabled; will.",
        "Who may connect at all is decided before a simulated connection begins, and stays so.",
    ),
    shown(
        "ending-keep-alive",
        Documented,
        LIFECYCLE,
        "`MQTT_KEEP_ALIVE_TIMEOUT`: silent for 1.5 times the keep-alive; will.",
    ),
    apart(
        "ending-server-error",
        Documented,
        LIFECYCLE,
        "`SERVER_ERROR`: a fault on AWS's side; will.",
        "The simulated broker has no faults on purpose; `ServerCloses` ends a connection for AWS's reasons.",
    ),
    shown(
        "ending-server-initiated",
        Documented,
        LIFECYCLE,
        "`SERVER_INITIATED_DISCONNECT`: AWS ends the connection for its own reasons; will. The code is inferred.",
    ),
    shown(
        "ending-api",
        Documented,
        LIFECYCLE,
        "`API_INITIATED_DISCONNECT`: DeleteConnection; will unless prevented, session dropped if asked for.",
    ),
    shown(
        "ending-throttled",
        Documented,
        LIFECYCLE,
        "`THROTTLED`: a limit was exceeded; will. That too many filters count so is inferred.",
    ),
    shown("ending-web-socket", Documented, LIFECYCLE, "`WEBSOCKET_TTL_EXPIRATION`: after 24 hours; will."),
    shown(
        "ending-custom-authorizer",
        Documented,
        LIFECYCLE,
        "`CUSTOMAUTH_TTL_EXPIRATION`: the authorizer's `disconnectAfterInSeconds` is over; will.",
    ),
    apart(
        "ending-unknown",
        Documented,
        LIFECYCLE,
        "`UNKNOWN` and `NONE` stand in the fleet index.",
        "There is no fleet index here.",
    ),
];

const EVENTS: &[Fact] = &[
    shown(
        "events-topics",
        Documented,
        LIFECYCLE,
        "`$aws/events/presence/...` and `.../subscriptions/...` tell of clients; one needs the right to receive.",
    ),
    shown("events-fields", Documented, LIFECYCLE, "Each event has its fields, under their names."),
    shown("events-wildcard-ids", Documented, LIFECYCLE, "Client IDs with `#` or `+` have no events."),
    shown(
        "events-version-number",
        Documented,
        LIFECYCLE,
        "`connected` and its `disconnected` share a number that counts up, and begins again after an hour away.",
    ),
    shown(
        "events-connect-failed",
        Documented,
        LIFECYCLE,
        "A CONNECT or will without rights: `connect_failed`.",
    ),
    apart(
        "events-order",
        Documented,
        LIFECYCLE,
        "Events may come twice and out of order.",
        "The simulated broker tells each once, in order, so that a run can be read.",
    ),
    shown("events-log", Documented, LOG, "The log tells each operation with its fields, when logging is on."),
];

const LIMITS: &[Fact] = &[
    shown(
        "limit-client-id",
        Documented,
        QUOTAS,
        "A client ID has at most 128 bytes and does not begin with `$`.",
    ),
    shown(
        "limit-topic",
        Documented,
        QUOTAS,
        "A topic has at most 256 bytes and 7 slashes, without the beginning of Basic Ingest and shares.",
    ),
    shown("limit-packet", Documented, QUOTAS, "A packet has at most 146 KB."),
    shown("limit-client-packet", Documented, QUOTAS, "A client's Maximum Packet Size is at least 512 bytes."),
    shown(
        "limit-properties",
        Documented,
        QUOTAS,
        "User properties 8 KB, content type 256 bytes, correlation data 8 KB; what follows is inferred.",
    ),
    shown("limit-in-flight", Documented, QUOTAS, "At most 100 unacknowledged messages towards a client."),
    apart(
        "limit-in-flight-in",
        Documented,
        QUOTAS,
        "At most 100 unacknowledged messages from a client.",
        "The simulated broker acknowledges at once, so that none is ever open.",
    ),
    shown(
        "limit-throughput",
        Documented,
        QUOTAS,
        "512 KB a second for a connection; what exceeds it is delayed. Only what comes in is delayed here.",
    ),
    shown(
        "limit-session-expiry",
        Documented,
        QUOTAS,
        "A session waits 1 hour unless the account allows more.",
    ),
    apart(
        "limit-session-longer",
        Documented,
        QUOTAS,
        "A session may last up to 30 minutes longer than set.",
        "It may; here it lasts as long as it was set.",
    ),
    shown("limit-shares", Documented, QUOTAS, "100 shared subscriptions of an account, 100 members of one."),
    apart(
        "limit-retained-rate",
        Documented,
        QUOTAS,
        "One retained message a second for a topic.",
        "What becomes of the others is not said.",
    ),
    apart(
        "limit-account-rates",
        Documented,
        QUOTAS,
        "Rates of an account: connections, publishes, subscriptions, queued messages.",
        "They are far above what a simulated fleet does.",
    ),
];
