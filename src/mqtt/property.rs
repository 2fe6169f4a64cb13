//! Properties between our type and that of `mqtt-protocol-core`, and their names.

use mqtt_protocol_core::mqtt::packet::{self as core, PayloadFormat};
use mqtt_protocol_core::mqtt::result_code::MqttError;

use super::packet::{Properties, Property};

/// One line for each property: variant, name in the standard (MQTT 5 table 2-4), and how its value converts.
macro_rules! properties {
    ($($variant:ident, $name:literal, $form:ident;)*) => {
        impl Property {
            /// The name in the standard.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self {
                    Self::PayloadFormatIndicator(_) => "Payload Format Indicator",
                    Self::UserProperty(..) => "User Property",
                    $(Self::$variant(_) => $name,)*
                }
            }
        }

        fn from_core(property: &core::Property) -> Property {
            match property {
                core::Property::PayloadFormatIndicator(value) => Property::PayloadFormatIndicator(value.val()),
                core::Property::UserProperty(pair) => {
                    Property::UserProperty(pair.key().to_owned(), pair.val().to_owned())
                }
                $(core::Property::$variant(value) => Property::$variant(properties!(@from $form value)),)*
            }
        }

        fn to_core(property: &Property) -> Result<core::Property, MqttError> {
            Ok(match property {
                Property::PayloadFormatIndicator(value) => {
                    let format = match value {
                        0 => PayloadFormat::Binary,
                        1 => PayloadFormat::String,
                        _ => return Err(MqttError::ProtocolError),
                    };
                    core::Property::PayloadFormatIndicator(core::PayloadFormatIndicator::new(format)?)
                }
                Property::UserProperty(name, value) => {
                    core::Property::UserProperty(core::UserProperty::new(name.as_str(), value.as_str())?)
                }
                $(Property::$variant(value) => {
                    core::Property::$variant(core::$variant::new(properties!(@to $form value))?)
                })*
            })
        }
    };
    (@from number $value:ident) => { $value.val() };
    (@from text $value:ident) => { $value.val().to_owned() };
    (@from binary $value:ident) => { $value.val().to_vec() };
    (@to number $value:ident) => { *$value };
    (@to text $value:ident) => { $value.as_str() };
    (@to binary $value:ident) => { $value.clone() };
}

properties! {
    MessageExpiryInterval, "Message Expiry Interval", number;
    ContentType, "Content Type", text;
    ResponseTopic, "Response Topic", text;
    CorrelationData, "Correlation Data", binary;
    SubscriptionIdentifier, "Subscription Identifier", number;
    SessionExpiryInterval, "Session Expiry Interval", number;
    AssignedClientIdentifier, "Assigned Client Identifier", text;
    ServerKeepAlive, "Server Keep Alive", number;
    AuthenticationMethod, "Authentication Method", text;
    AuthenticationData, "Authentication Data", binary;
    RequestProblemInformation, "Request Problem Information", number;
    WillDelayInterval, "Will Delay Interval", number;
    RequestResponseInformation, "Request Response Information", number;
    ResponseInformation, "Response Information", text;
    ServerReference, "Server Reference", text;
    ReasonString, "Reason String", text;
    ReceiveMaximum, "Receive Maximum", number;
    TopicAliasMaximum, "Topic Alias Maximum", number;
    TopicAlias, "Topic Alias", number;
    MaximumQos, "Maximum QoS", number;
    RetainAvailable, "Retain Available", number;
    MaximumPacketSize, "Maximum Packet Size", number;
    WildcardSubscriptionAvailable, "Wildcard Subscription Available", number;
    SubscriptionIdentifierAvailable, "Subscription Identifiers Available", number;
    SharedSubscriptionAvailable, "Shared Subscription Available", number;
}

pub(super) fn read(properties: &[core::Property]) -> Properties {
    Properties(properties.iter().map(from_core).collect())
}

pub(super) fn write(properties: &Properties) -> Result<core::Properties, MqttError> {
    properties.0.iter().map(to_core).collect()
}
