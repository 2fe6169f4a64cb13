//! The published and generated vectors of `tests/cases/sigv4/vectors.json`, stage by stage.

use serde::Deserialize;

use super::*;
use crate::iot::{calendar::UtcTime, endpoint::Endpoint, region::Region, time::UnixTime};

const VECTORS: &str = include_str!("../../tests/cases/sigv4/vectors.json");

#[derive(Deserialize)]
struct File {
    access_key: String,
    secret: String,
    vectors: Vec<Vector>,
    published: Published,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    endpoint: String,
    region: String,
    date: String,
    expires: Option<u32>,
    token: Option<String>,
    encoded_token: Option<String>,
    canonical_request_sha256: String,
    signing_key: Option<String>,
    signature: String,
    signature_if_the_token_were_signed: Option<String>,
}

#[derive(Deserialize)]
struct Published {
    access_key: String,
    secret: String,
    date: String,
    vectors: Vec<PublishedVector>,
}

#[derive(Deserialize)]
struct PublishedVector {
    host: String,
    token: Option<String>,
    encoded_token: Option<String>,
    signature: String,
}

fn file() -> File {
    serde_json::from_str(VECTORS).unwrap()
}

fn unix(date: &str) -> UnixTime {
    UtcTime::parse_basic(date).unwrap().to_unix()
}

#[test]
fn every_stage_of_every_vector() {
    let file = file();
    let access_key = AccessKeyId::parse(&file.access_key).unwrap();
    let secret = SecretAccessKey::parse(&file.secret).unwrap();
    assert_eq!(file.vectors.len(), 7);
    for vector in file.vectors {
        let name = &vector.name;
        let endpoint = Endpoint::parse(&vector.endpoint).unwrap();
        let region = Region::parse(&vector.region).unwrap();
        let expires = vector.expires.map(|seconds| Expires::from_seconds(seconds).unwrap());
        let at = unix(&vector.date);
        let unsigned = PresignRequest {
            endpoint: &endpoint,
            // An AWS host says its Region itself.
            region: (!endpoint.is_aws()).then_some(&region),
            access_key: &access_key,
            at,
            expires,
        }
        .prepare()
        .unwrap();
        assert_eq!(*unsigned.scope(), Scope::new(at, &region).unwrap(), "{name}");
        assert_eq!(unsigned.canonical_request().hash(), vector.canonical_request_sha256, "{name}");
        let key = SigningKey::derive(&secret, unsigned.scope());
        if let Some(expected) = vector.signing_key {
            assert_eq!(hex(&key.0), expected, "{name}");
        }
        let signature = key.sign(unsigned.string_to_sign());
        assert_eq!(signature.hex(), vector.signature, "{name}");

        let token = vector.token.map(|text| SessionToken::parse(&text).unwrap());
        let url = unsigned.signed(&signature, token.as_ref());
        let suffix =
            vector.encoded_token.map(|text| format!("&X-Amz-Security-Token={text}")).unwrap_or_default();
        let end = format!("&X-Amz-SignedHeaders=host&X-Amz-Signature={}{suffix}", vector.signature);
        assert!(url.as_str().ends_with(&end), "{name}: {}", url.as_str());
        assert!(url.as_str().starts_with(&format!("{}?X-Amz-Algorithm=", endpoint.url())), "{name}");

        // The mistake that AWS answers with 403, made on purpose, gives the signature that ours must never be.
        if let Some(wrong) = vector.signature_if_the_token_were_signed {
            let query = unsigned.canonical_request().as_str().lines().nth(2).unwrap();
            let query = query.replace("&X-Amz-SignedHeaders", &format!("{suffix}&X-Amz-SignedHeaders"));
            let request = CanonicalRequest::new(endpoint.path(), &query, &endpoint.host_header());
            let signed = key.sign(&StringToSign::new(&vector.date, unsigned.scope(), &request));
            assert_eq!(signed.hex(), wrong, "{name}");
            assert_ne!(signature.hex(), wrong, "{name}");
        }
    }
}

/// Their keys and Region pass none of our checks, so they enter below them.
#[test]
fn published_vectors_with_an_absent_region() {
    let Published { access_key, secret, date, vectors } = file().published;
    let day = date.get(..8).unwrap();
    let written = Scope::from_parts(day, "undefined");
    let hashed = Scope::from_parts(day, "");
    let query = format!(
        "X-Amz-Algorithm={ALGORITHM}&X-Amz-Credential={access_key}{}&X-Amz-Date={date}&X-Amz-SignedHeaders=host",
        percent_encode(&format!("/{written}")),
    );
    let key = SigningKey::derive(&SecretAccessKey::unchecked(&secret), &hashed);
    assert_eq!(vectors.len(), 3);
    for vector in vectors {
        let request = CanonicalRequest::new("/mqtt", &query, &vector.host);
        let signature = key.sign(&StringToSign::new(&date, &written, &request));
        assert_eq!(signature.hex(), vector.signature, "{}", vector.host);
        assert_eq!(vector.token.map(|token| percent_encode(&token)), vector.encoded_token);
    }
}

#[test]
fn stages_can_be_read() {
    let endpoint = Endpoint::parse("example-ats.iot.eu-west-1.amazonaws.com").unwrap();
    let access_key = AccessKeyId::parse("ASIAEXAMPLE").unwrap();
    let unsigned = PresignRequest {
        endpoint: &endpoint,
        region: None,
        access_key: &access_key,
        at: unix("20261122T103000Z"),
        expires: None,
    }
    .prepare()
    .unwrap();
    assert_eq!(unsigned.scope().to_string(), "20261122/eu-west-1/iotdevicegateway/aws4_request");
    assert_eq!(
        unsigned.canonical_request().as_str(),
        "GET\n/mqtt\nX-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=ASIAEXAMPLE%2F20261122%2Feu-west-1%2Fiotdevicegateway%2Faws4_request\
         &X-Amz-Date=20261122T103000Z&X-Amz-SignedHeaders=host\n\
         host:example-ats.iot.eu-west-1.amazonaws.com\n\nhost\n\
         e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    assert_eq!(
        unsigned.string_to_sign().as_str(),
        format!(
            "AWS4-HMAC-SHA256\n20261122T103000Z\n{}\n{}",
            unsigned.scope(),
            unsigned.canonical_request().hash()
        )
    );
}

#[test]
fn a_region_comes_from_the_host_or_from_the_user_and_never_from_both() {
    let aws = Endpoint::parse("example-ats.iot.eu-west-1.amazonaws.com").unwrap();
    let own = Endpoint::parse("wss://iot.example.com").unwrap();
    let [ireland, ohio] = ["eu-west-1", "us-east-2"].map(|name| Region::parse(name).unwrap());
    let access_key = AccessKeyId::parse("AKIDEXAMPLE").unwrap();
    let region = |endpoint, region, at| {
        let request = PresignRequest { endpoint, region, access_key: &access_key, at, expires: None };
        request.prepare().map(|unsigned| unsigned.scope().derivation()[1].to_owned())
    };
    let now = UnixTime(1_795_343_400);
    assert_eq!(region(&aws, None, now), Ok("eu-west-1".to_owned()));
    assert_eq!(region(&aws, Some(&ireland), now), Ok("eu-west-1".to_owned()));
    assert_eq!(region(&aws, Some(&ohio), now), Err(SigningError::RegionDiffers));
    assert_eq!(region(&own, Some(&ohio), now), Ok("us-east-2".to_owned()));
    assert_eq!(region(&own, None, now), Err(SigningError::RegionNeeded));
    assert_eq!(region(&aws, None, UnixTime(u64::MAX)), Err(SigningError::Time));
}

#[test]
fn what_a_copy_and_paste_gets_wrong_is_refused() {
    for text in ["", "AKID EXAMPLE", "AKIDEXAMPLE\n", "AKID/EXAMPLE", "ÄKID", &"A".repeat(129)] {
        assert_eq!(AccessKeyId::parse(text), Err(SigningError::AccessKeyId), "{text}");
    }
    for text in ["", "secret key", "secret\n", "sécret", "\u{7f}", &"s".repeat(257)] {
        assert_eq!(SecretAccessKey::parse(text), Err(SigningError::SecretAccessKey), "{text}");
    }
    for text in ["", "to ken", "token\r", &"t".repeat(16_385)] {
        assert_eq!(SessionToken::parse(text), Err(SigningError::SessionToken), "{text}");
    }
    assert_eq!(Expires::from_seconds(0), Err(SigningError::Expires));
    assert_eq!(Expires::from_seconds(604_801), Err(SigningError::Expires));
    for length in [0, 31, 33] {
        assert_eq!(Signature::from_bytes(&vec![0; length]), Err(SigningError::SignatureLength(length)));
    }
    assert_eq!(Signature::from_bytes(&[0xab; 32]).map(|s| s.hex()), Ok("ab".repeat(32)));
    let kind = |text| AccessKeyId::parse(text).unwrap().kind();
    assert_eq!(kind("AKIAIOSFODNN7EXAMPLE"), KeyKind::LongLived);
    assert_eq!(kind("ASIAIOSFODNN7EXAMPLE"), KeyKind::Temporary);
    assert_eq!([kind("AKI"), kind("AKIDEXAMPLE")], [KeyKind::Unknown; 2]);
}

#[test]
fn nothing_secret_is_shown_by_debug() {
    let secret = SecretAccessKey::parse("HUSHsecret").unwrap();
    let token = SessionToken::parse("HUSHtoken").unwrap();
    let endpoint = Endpoint::parse("example-ats.iot.eu-west-1.amazonaws.com").unwrap();
    let access_key = AccessKeyId::parse("AKIDEXAMPLE").unwrap();
    let request = PresignRequest {
        endpoint: &endpoint,
        region: None,
        access_key: &access_key,
        at: UnixTime(0),
        expires: None,
    };
    let unsigned = request.prepare().unwrap();
    let key = SigningKey::derive(&secret, unsigned.scope());
    let signature = key.sign(unsigned.string_to_sign());
    let url = unsigned.signed(&signature, Some(&token));
    assert!(url.as_str().contains("HUSHtoken"));
    let shown = format!("{secret:?} {token:?} {key:?} {url:?}");
    assert!(!shown.contains("HUSH") && !shown.contains(&signature.hex()), "{shown}");
}
