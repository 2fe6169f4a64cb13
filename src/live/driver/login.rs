//! What each CONNECT carries and no plan knows.

use std::fmt;

use zeroize::Zeroizing;

use crate::mqtt::{self, Connect, EncodeError, Packet};

/// User name and password for each CONNECT. The host holds them here and in the bytes on their way to the socket, and both
/// are overwritten when they are dropped; a session does not know them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Login {
    /// Of the CONNECT; a custom authorizer's token may be in it.
    pub user_name: Option<Zeroizing<String>>,
    /// Of the CONNECT.
    pub password: Option<Zeroizing<Vec<u8>>>,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login")
    }
}

impl Login {
    /// The bytes of a CONNECT with this login. Encoders make copies that nobody overwrites: they see a stand-in of the same
    /// length, which is left in `connect`, and the login is written over it in the one buffer that goes out.
    pub(super) fn encode(&self, connect: &mut Connect) -> Result<Zeroizing<Vec<u8>>, EncodeError> {
        let user_name = self.user_name.as_deref().map(String::as_bytes);
        let password = self.password.as_deref().map(Vec::as_slice);
        if user_name.is_some_and(|name| name.contains(&0)) {
            return Err(EncodeError::Nul { field: "the user name" });
        }
        connect.user_name = user_name.map(|name| "x".repeat(name.len()));
        connect.password = password.map(|password| vec![0; password.len()]);
        let mut bytes = Zeroizing::new(mqtt::encode(&Packet::Connect(connect.clone()), connect.version)?);
        // They are the last fields, in this order, each behind its length in two bytes (MQTT 5 section 3.1.3).
        let mut end = bytes.len();
        for field in [password, user_name].into_iter().flatten() {
            let start = end.saturating_sub(field.len());
            if let Some(place) = bytes.get_mut(start..end) {
                place.copy_from_slice(field);
            }
            end = start.saturating_sub(2);
        }
        Ok(bytes)
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::mqtt::{Properties, Qos, Version, Will};

    proptest! {
        #[test]
        fn it_is_as_if_the_login_itself_were_encoded(
            five in any::<bool>(),
            will in prop::option::of(prop::collection::vec(any::<u8>(), 0..20)),
            user_name in prop::option::of("[ -~äß€😀\0]{0,20}"),
            password in prop::option::of(prop::collection::vec(any::<u8>(), 0..200)),
        ) {
            let mut connect = Connect::clean(if five { Version::V5 } else { Version::V311 }, "temp-sensor-01");
            let topic = "dt/last".to_owned();
            let (qos, retain, properties) = (Qos::AtLeastOnce, false, Properties::default());
            connect.will = will.map(|payload| Will { topic, payload, qos, retain, properties });
            let login = Login {
                user_name: user_name.clone().map(Zeroizing::new),
                password: password.clone().map(Zeroizing::new),
            };
            let whole = Connect { user_name, password, ..connect.clone() };
            let expected = mqtt::encode(&Packet::Connect(whole), connect.version);
            prop_assert_eq!(login.encode(&mut connect).map(|bytes| bytes.to_vec()), expected);
        }
    }

    #[test]
    fn what_the_encoder_saw_holds_nothing_of_it() {
        let login = Login {
            user_name: Some(Zeroizing::new("user-NAME".to_owned())),
            password: Some(Zeroizing::new(b"pass-WORD".to_vec())),
        };
        let mut connect = Connect::clean(Version::V5, "temp-sensor-01");
        login.encode(&mut connect).unwrap();
        assert_eq!((connect.user_name.as_deref(), connect.password), (Some("xxxxxxxxx"), Some(vec![0; 9])));
    }
}
