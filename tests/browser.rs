//! What only a browser can show: the signing key that WebCrypto holds, and that a simulation is the same there. The
//! page itself is tested in `tests/e2e`.
#![cfg(target_arch = "wasm32")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use iot_policy_lab::app::browser::key_store;
use iot_policy_lab::iot::endpoint::Endpoint;
use iot_policy_lab::iot::time::UnixTime;
use iot_policy_lab::lab;
use iot_policy_lab::sigv4::{AccessKeyId, PresignRequest, SecretAccessKey, Signature, SigningKey};
use iot_policy_lab::words;
use js_sys::{JsString, Reflect, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn first_key() -> Option<Uint8Array> {
    key_store::first_key(&JsString::from(SECRET))
}

#[wasm_bindgen_test]
async fn a_key_held_by_the_browser_signs_like_one_in_memory() {
    let endpoint = Endpoint::parse("example-ats.iot.eu-west-1.amazonaws.com").unwrap();
    let request = PresignRequest {
        endpoint: &endpoint,
        region: None,
        access_key: &AccessKeyId::parse("ASIAEXAMPLEEXAMPLE00").unwrap(),
        at: UnixTime(1_795_343_400),
        expires: None,
    };
    let unsigned = request.prepare().unwrap();
    let in_memory = SigningKey::derive(&SecretAccessKey::parse(SECRET).unwrap(), unsigned.scope())
        .sign(unsigned.string_to_sign());

    let [day, region, service, _] = unsigned.scope().derivation();
    let key = key_store::derive(first_key(), day, region, service).await.unwrap();
    let by_browser = key_store::sign(&key, unsigned.string_to_sign().as_str()).await.unwrap();

    assert_eq!(Signature::from_bytes(&by_browser).unwrap().hex(), in_memory.hex());
}

#[wasm_bindgen_test]
async fn the_key_refuses_to_be_exported() {
    let first = first_key();
    let key = key_store::derive(first.clone(), "20261122", "eu-west-1", "iotdevicegateway").await.unwrap();
    assert!(first.unwrap().to_vec().iter().all(|byte| *byte == 0), "what the key was made of is overwritten");
    assert!(!key.extractable());
    let crypto = Reflect::get(&js_sys::global(), &"crypto".into()).unwrap();
    let subtle: web_sys::SubtleCrypto = Reflect::get(&crypto, &"subtle".into()).unwrap().unchecked_into();
    let refused = JsFuture::from(subtle.export_key("raw", &key).unwrap()).await;
    assert!(refused.is_err());
}

#[wasm_bindgen_test]
fn a_simulation_is_the_same_as_natively() {
    let policy = include_str!("cases/scenarios/p1.json");
    let named = |name: &str| (name == "p1.json").then(|| policy.to_owned());
    let scenario = lab::format::read(include_str!("cases/scenarios/war.json"), named).unwrap();
    assert_eq!(words::scenario::log(&lab::run(&scenario)), include_str!("golden/war.log.txt"));
}
