//! The properties of MQTT 5 as a list of objects with one field each: their order counts, and some may repeat.
//!
//! Here stands what a client sends with CONNECT, a will or PUBLISH, under the standard's names in camel case.

use base64ct::{Base64, Encoding as _};
use serde_json::value::RawValue;

use super::words::{Number, number};
use crate::mqtt::{Properties, Property};
use crate::suite::format::fields::{FromJson, Object, Wrong, list};

const NAMES: &str = "`payloadFormatIndicator`, `messageExpiryInterval`, `contentType`, `responseTopic`, \
     `correlationData`, `sessionExpiryInterval`, `authenticationMethod`, `authenticationData`, \
     `requestProblemInformation`, `willDelayInterval`, `requestResponseInformation`, `receiveMaximum`, \
     `topicAliasMaximum`, `topicAlias`, `userProperty`, `maximumPacketSize`";

impl FromJson for Properties {
    fn read(raw: &RawValue, path: &str) -> Result<Self, Wrong> {
        let items = list(raw, path)?.into_iter().zip(0_usize..);
        items.map(|(item, at)| property(item, &format!("{path}[{at}]"))).collect::<Result<_, _>>().map(Self)
    }
}

fn property(raw: &RawValue, path: &str) -> Result<Property, Wrong> {
    let wrong = || Wrong::new(path, format!("write an object with one of {NAMES}"));
    let object = Object::new(raw, path)?;
    let names = object.names();
    let [name] = names.as_slice() else { return Err(wrong()) };
    let at = object.path(name);
    let raw = object.find(name).ok_or_else(wrong)?;
    let text = || String::read(raw, &at);
    let octet = || Number::<255>::read(raw, &at).map(number);
    let short = || Number::<65_535>::read(raw, &at).map(number);
    let long = || Number::<4_294_967_295>::read(raw, &at).map(number);
    let binary = || bytes(raw, &at);
    Ok(match name.as_str() {
        "payloadFormatIndicator" => Property::PayloadFormatIndicator(octet()?),
        "messageExpiryInterval" => Property::MessageExpiryInterval(long()?),
        "contentType" => Property::ContentType(text()?),
        "responseTopic" => Property::ResponseTopic(text()?),
        "correlationData" => Property::CorrelationData(binary()?),
        "sessionExpiryInterval" => Property::SessionExpiryInterval(long()?),
        "authenticationMethod" => Property::AuthenticationMethod(text()?),
        "authenticationData" => Property::AuthenticationData(binary()?),
        "requestProblemInformation" => Property::RequestProblemInformation(octet()?),
        "willDelayInterval" => Property::WillDelayInterval(long()?),
        "requestResponseInformation" => Property::RequestResponseInformation(octet()?),
        "receiveMaximum" => Property::ReceiveMaximum(short()?),
        "topicAliasMaximum" => Property::TopicAliasMaximum(short()?),
        "topicAlias" => Property::TopicAlias(short()?),
        "userProperty" => match Vec::<String>::read(raw, &at)?.as_slice() {
            [name, value] => Property::UserProperty(name.clone(), value.clone()),
            _ => return Err(Wrong::new(at, "write a list of name and value")),
        },
        "maximumPacketSize" => Property::MaximumPacketSize(long()?),
        _ => return Err(wrong()),
    })
}

/// Bytes in base64.
pub(super) fn bytes(raw: &RawValue, path: &str) -> Result<Vec<u8>, Wrong> {
    let text = String::read(raw, path)?;
    Base64::decode_vec(&text).map_err(|_| Wrong::new(path, "write the bytes in base64, padded with `=`"))
}

/// Bytes as the format writes them.
pub(super) fn base64(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

/// The name and the value, in JSON; `None` for what no client sends.
pub(super) fn written(property: &Property) -> Option<(&'static str, String)> {
    let text = |text: &str| serde_json::Value::from(text).to_string();
    Some(match property {
        Property::PayloadFormatIndicator(value) => ("payloadFormatIndicator", value.to_string()),
        Property::MessageExpiryInterval(value) => ("messageExpiryInterval", value.to_string()),
        Property::ContentType(value) => ("contentType", text(value)),
        Property::ResponseTopic(value) => ("responseTopic", text(value)),
        Property::CorrelationData(value) => ("correlationData", text(&base64(value))),
        Property::SessionExpiryInterval(value) => ("sessionExpiryInterval", value.to_string()),
        Property::AuthenticationMethod(value) => ("authenticationMethod", text(value)),
        Property::AuthenticationData(value) => ("authenticationData", text(&base64(value))),
        Property::RequestProblemInformation(value) => ("requestProblemInformation", value.to_string()),
        Property::WillDelayInterval(value) => ("willDelayInterval", value.to_string()),
        Property::RequestResponseInformation(value) => ("requestResponseInformation", value.to_string()),
        Property::ReceiveMaximum(value) => ("receiveMaximum", value.to_string()),
        Property::TopicAliasMaximum(value) => ("topicAliasMaximum", value.to_string()),
        Property::TopicAlias(value) => ("topicAlias", value.to_string()),
        Property::UserProperty(name, value) => ("userProperty", format!("[{}, {}]", text(name), text(value))),
        Property::MaximumPacketSize(value) => ("maximumPacketSize", value.to_string()),
        _ => return None,
    })
}
