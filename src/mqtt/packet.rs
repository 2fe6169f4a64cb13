//! One packet type for MQTT 3.1.1 and 5. What only version 5 has is empty in 3.1.1.
//!
//! The types say what was on the wire, legal or not: a QoS 2 PUBLISH or a topic with wildcards can be
//! written down here, because a diagnostic tool has to show it. Who may send what is the business of the
//! session and of the broker.

/// The protocol version that a CONNECT names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// MQTT 3.1.1, protocol level 4.
    V311,
    /// MQTT 5.0, protocol level 5.
    V5,
}

/// The delivery guarantee of a message (MQTT 5 section 4.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Qos {
    /// QoS 0, at most once.
    #[default]
    AtMostOnce,
    /// QoS 1, at least once.
    AtLeastOnce,
    /// QoS 2, exactly once. AWS IoT Core does not support it.
    ExactlyOnce,
}

/// Ties an acknowledgement to its request; never zero on the wire (MQTT-2.2.1-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PacketId(pub u16);

/// A reason or return code as it stands on the wire. `reason.rs` gives names and meanings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReasonCode(pub u8);

/// Any control packet (MQTT 5 section 2.1.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet {
    /// The client asks for a connection.
    Connect(Connect),
    /// The server's answer to CONNECT.
    ConnAck(ConnAck),
    /// A message, either way.
    Publish(Publish),
    /// Acknowledges a QoS 1 message.
    PubAck(Ack),
    /// First acknowledgement of a QoS 2 message.
    PubRec(Ack),
    /// Second step of a QoS 2 message.
    PubRel(Ack),
    /// Last step of a QoS 2 message.
    PubComp(Ack),
    /// The client asks for subscriptions.
    Subscribe(Subscribe),
    /// One code for each filter of a SUBSCRIBE.
    SubAck(Codes),
    /// The client ends subscriptions.
    Unsubscribe(Unsubscribe),
    /// Answers UNSUBSCRIBE; without codes in 3.1.1.
    UnsubAck(Codes),
    /// Keep-alive question.
    PingReq,
    /// Keep-alive answer.
    PingResp,
    /// The last packet of a connection; from the server only in version 5.
    Disconnect(Disconnect),
    /// Extended authentication, version 5 only.
    Auth(Auth),
}

/// The first packet of a client (MQTT 5 section 3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connect {
    /// Which protocol the rest of the connection speaks.
    pub version: Version,
    /// The client ID as sent; empty asks the server to assign one.
    pub client_id: String,
    /// Version 5: Clean Start. 3.1.1: Clean Session.
    pub clean_start: bool,
    /// Longest silence of the client in seconds; 0 turns it off.
    pub keep_alive: u16,
    /// What the server publishes when the connection ends badly.
    pub will: Option<Will>,
    /// Sent in the clear inside the connection; AWS IoT Core uses it for custom authorizers.
    pub user_name: Option<String>,
    /// Binary by the standard.
    pub password: Option<Vec<u8>>,
    /// Version 5 only.
    pub properties: Properties,
}

impl Connect {
    /// A CONNECT with a clean start, a keep-alive of 60 s, and nothing else.
    #[must_use]
    pub fn clean(version: Version, client_id: &str) -> Self {
        Self {
            version,
            client_id: client_id.to_owned(),
            clean_start: true,
            keep_alive: 60,
            will: None,
            user_name: None,
            password: None,
            properties: Properties::default(),
        }
    }
}

/// The will of a CONNECT (MQTT 5 section 3.1.2.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Will {
    /// Where it is published.
    pub topic: String,
    /// What is published.
    pub payload: Vec<u8>,
    /// With which guarantee.
    pub qos: Qos,
    /// Whether it is kept as the topic's retained message.
    pub retain: bool,
    /// Version 5 only.
    pub properties: Properties,
}

/// The answer to a CONNECT (MQTT 5 section 3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnAck {
    /// Whether the server resumed an older session.
    pub session_present: bool,
    /// 0 accepts. 3.1.1 has return codes 1 to 5, version 5 reason codes from 0x80.
    pub code: ReasonCode,
    /// Version 5 only.
    pub properties: Properties,
}

/// A message (MQTT 5 section 3.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publish {
    /// The sender marks it as a repetition.
    pub dup: bool,
    /// Delivery guarantee.
    pub qos: Qos,
    /// Towards the server: keep it. From the server: it was kept.
    pub retain: bool,
    /// Empty only in version 5 together with a topic alias.
    pub topic: String,
    /// Present when `qos` is above 0.
    pub packet_id: Option<PacketId>,
    /// Version 5 only.
    pub properties: Properties,
    /// The application's bytes.
    pub payload: Vec<u8>,
}

/// PUBACK, PUBREC, PUBREL and PUBCOMP have one shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ack {
    /// Of the message that is acknowledged.
    pub packet_id: PacketId,
    /// Always 0 in 3.1.1, where the wire has no place for it.
    pub code: ReasonCode,
    /// Version 5 only.
    pub properties: Properties,
}

/// A request for subscriptions (MQTT 5 section 3.8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscribe {
    /// Of this request.
    pub packet_id: PacketId,
    /// At least one on a legal wire.
    pub filters: Vec<Subscription>,
    /// Version 5 only.
    pub properties: Properties,
}

/// One line of a SUBSCRIBE. Everything but `filter` and `qos` is version 5 only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The topic filter as sent.
    pub filter: String,
    /// Highest QoS that the client wants.
    pub qos: Qos,
    /// The server does not send the client its own messages.
    pub no_local: bool,
    /// The server keeps the RETAIN flag of what it forwards.
    pub retain_as_published: bool,
    /// 0 send retained messages, 1 only for a new subscription, 2 never.
    pub retain_handling: u8,
}

impl Subscription {
    /// Without the options of version 5.
    #[must_use]
    pub fn new(filter: impl Into<String>, qos: Qos) -> Self {
        Self { filter: filter.into(), qos, no_local: false, retain_as_published: false, retain_handling: 0 }
    }
}

/// The end of subscriptions (MQTT 5 section 3.10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsubscribe {
    /// Of this request.
    pub packet_id: PacketId,
    /// The filters as they were subscribed.
    pub filters: Vec<String>,
    /// Version 5 only.
    pub properties: Properties,
}

/// SUBACK and UNSUBACK: one code for each filter, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codes {
    /// Of the request that is answered.
    pub packet_id: PacketId,
    /// Granted QoS or a failure (0x80 in 3.1.1; from 0x80 in version 5).
    pub codes: Vec<ReasonCode>,
    /// Version 5 only.
    pub properties: Properties,
}

/// The last packet (MQTT 5 section 3.14).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disconnect {
    /// Always 0 in 3.1.1.
    pub code: ReasonCode,
    /// Version 5 only.
    pub properties: Properties,
}

/// Extended authentication (MQTT 5 section 3.15).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Auth {
    /// 0x00, 0x18 or 0x19.
    pub code: ReasonCode,
    /// Carries method and data.
    pub properties: Properties,
}

/// The properties of a version 5 packet in wire order (MQTT 5 section 2.2.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties(pub Vec<Property>);

/// One property; the variant's comment gives its identifier and unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Property {
    /// 0x01: 1 says that the payload is UTF-8.
    PayloadFormatIndicator(u8),
    /// 0x02, seconds.
    MessageExpiryInterval(u32),
    /// 0x03.
    ContentType(String),
    /// 0x08.
    ResponseTopic(String),
    /// 0x09.
    CorrelationData(Vec<u8>),
    /// 0x0B, 1 to 268,435,455.
    SubscriptionIdentifier(u32),
    /// 0x11, seconds; `u32::MAX` never expires.
    SessionExpiryInterval(u32),
    /// 0x12.
    AssignedClientIdentifier(String),
    /// 0x13, seconds.
    ServerKeepAlive(u16),
    /// 0x15.
    AuthenticationMethod(String),
    /// 0x16.
    AuthenticationData(Vec<u8>),
    /// 0x17.
    RequestProblemInformation(u8),
    /// 0x18, seconds.
    WillDelayInterval(u32),
    /// 0x19.
    RequestResponseInformation(u8),
    /// 0x1A.
    ResponseInformation(String),
    /// 0x1C.
    ServerReference(String),
    /// 0x1F.
    ReasonString(String),
    /// 0x21, messages in flight.
    ReceiveMaximum(u16),
    /// 0x22.
    TopicAliasMaximum(u16),
    /// 0x23.
    TopicAlias(u16),
    /// 0x24: 0 or 1.
    MaximumQos(u8),
    /// 0x25: 0 or 1.
    RetainAvailable(u8),
    /// 0x26; may stand several times.
    UserProperty(String, String),
    /// 0x27, bytes of a whole packet.
    MaximumPacketSize(u32),
    /// 0x28: 0 or 1.
    WildcardSubscriptionAvailable(u8),
    /// 0x29: 0 or 1.
    SubscriptionIdentifierAvailable(u8),
    /// 0x2A: 0 or 1.
    SharedSubscriptionAvailable(u8),
}
