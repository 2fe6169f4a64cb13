use super::*;

const POOL: &str = "eu-west-1:12345678-1234-1234-1234-1234567890ab";
const ANSWER: &str = r#"{"IdentityId":"eu-west-1:00000000-0000-0000-0000-000000000001","Credentials":{"AccessKeyId":"ASIAIOSFODNN7EXAMPLE",
    "SecretKey":"HUSHsecret","SessionToken":"HUSHtoken","Expiration":1.795347E9}}"#;

fn pool() -> Id {
    Id::parse(POOL).unwrap()
}

fn login() -> Login {
    Login::new("cognito-idp.eu-west-1.amazonaws.com/eu-west-1_EXAMPLE", Hidden::new("HUSHjwt".to_owned()))
        .unwrap()
}

#[test]
fn requests_are_written_for_guests_and_for_logins() {
    let guest = get_id(&pool(), None);
    assert_eq!(guest.target, "AWSCognitoIdentityService.GetId");
    assert_eq!(guest.body.as_str(), format!(r#"{{"IdentityPoolId":"{POOL}"}}"#));
    let known = get_credentials(&pool(), Some(&login()));
    assert_eq!(known.target, "AWSCognitoIdentityService.GetCredentialsForIdentity");
    let body: serde_json::Value = serde_json::from_str(known.body.as_str()).unwrap();
    let logins = json!({ "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_EXAMPLE": "HUSHjwt" });
    assert_eq!(body, json!({ "IdentityId": POOL, "Logins": logins }));
    assert!(!format!("{known:?} {:?}", login()).contains("HUSH"));
}

#[test]
fn the_host_follows_from_the_pool() {
    assert_eq!(pool().url(), "https://cognito-identity.eu-west-1.amazonaws.com/");
    assert_eq!(pool().content_policy_source(), "https://cognito-identity.eu-west-1.amazonaws.com:443");
    let china = Id::parse(&POOL.replace("eu-west", "cn-north")).unwrap();
    assert_eq!(china.url(), "https://cognito-identity.cn-north-1.amazonaws.com.cn/");
    for text in [
        "",
        "eu-west-1",
        "eu-west-1:",
        "eu-west-1:x",
        "12345678-1234-1234-1234-1234567890ab",
        "evil.example/eu-west-1:12345678-1234-1234-1234-1234567890ab",
        "eu-west-1:12345678-1234-1234-1234-1234567890ab ",
        "eu-west-1:12345678-1234-1234-1234-1234567890ag",
        "eu-west-1:12345678-1234-1234-1234-1234567890ab-1",
    ] {
        assert_eq!(Id::parse(text), Err(CognitoError::Id), "{text}");
    }
    let token = || Hidden::new("t".to_owned());
    for provider in ["", "a b", "https://accounts.google.com", "\u{e9}", &"p".repeat(129)] {
        assert_eq!(Login::new(provider, token()), Err(CognitoError::Provider), "{provider}");
    }
    for token in ["", "t t", "t\n", &"t".repeat(MAX_LOGIN + 1)] {
        assert_eq!(
            Login::new("accounts.google.com", Hidden::new(token.to_owned())),
            Err(CognitoError::Login)
        );
    }
}

#[test]
fn answers_give_an_identity_and_credentials() {
    let id = read_id(200, &format!(r#"{{"IdentityId":"{POOL}","New":[1,{{}}]}}"#));
    assert_eq!(id, Ok(pool()));
    let (id, credentials) = read_credentials(200, ANSWER).unwrap();
    assert_eq!(id.as_str(), "eu-west-1:00000000-0000-0000-0000-000000000001");
    assert_eq!(credentials.secret.first_key().as_str(), "AWS4HUSHsecret");
    assert_eq!(credentials.expires, Some(UnixTime(1_795_347_000)));
    assert!(credentials.token.is_some() && !format!("{credentials:?}").contains("HUSH"));
    let plain = ANSWER.replace("1.795347E9", "1795347000.75");
    assert_eq!(read_credentials(200, &plain).unwrap().1, credentials);
}

#[test]
fn errors_are_named() {
    for (kind, refusal, may_pass) in [
        ("NotAuthorizedException", Refusal::NotAuthorized, false),
        ("com.amazonaws.cognito.identity.model#ResourceNotFoundException", Refusal::NotFound, false),
        ("InvalidParameterException:http://internal.amazon.com/", Refusal::InvalidParameter, false),
        ("InvalidIdentityPoolConfigurationException", Refusal::PoolConfiguration, false),
        ("ResourceConflictException", Refusal::Conflict, false),
        ("LimitExceededException", Refusal::Limit, false),
        ("TooManyRequestsException", Refusal::TooMany, true),
        ("ExternalServiceException", Refusal::Provider, true),
        ("InternalErrorException", Refusal::Internal, true),
        ("SomethingNew", Refusal::Other, false),
    ] {
        let answer =
            json!({ "__type": kind, "message": "Unauthenticated access is not supported." }).to_string();
        let message = "Unauthenticated access is not supported.".to_owned();
        let error = CognitoError::Refused { refusal, message };
        assert_eq!(read_id(400, &answer), Err(error.clone()), "{kind}");
        assert_eq!(read_credentials(400, &answer), Err(error.clone()));
        assert!(error.to_string().ends_with("AWS says: Unauthenticated access is not supported."));
        assert_eq!(refusal.may_pass(), may_pass);
    }
}

#[test]
fn hostile_answers_end_in_an_error_without_what_they_hold() {
    let without = |field: &str| ANSWER.replace(field, "Other");
    let secret = "H".repeat(61);
    for (status, answer, error) in [
        (200, String::new(), CognitoError::NotUnderstood),
        (200, "<html>".to_owned(), CognitoError::NotUnderstood),
        (200, "null".to_owned(), CognitoError::NotUnderstood),
        (200, "[".repeat(MAX_ANSWER), CognitoError::NotUnderstood),
        (200, " ".repeat(MAX_ANSWER + 1), CognitoError::TooLong),
        (200, "{}".to_owned(), CognitoError::Missing("IdentityId")),
        (200, format!(r#"{{"IdentityId":"{POOL}"}}"#), CognitoError::Missing("Credentials")),
        (200, without("AccessKeyId"), CognitoError::Missing("AccessKeyId")),
        (200, without("SecretKey"), CognitoError::Missing("SecretKey")),
        (200, without("SessionToken"), CognitoError::Missing("SessionToken")),
        (200, without("Expiration"), CognitoError::Missing("Expiration")),
        (200, ANSWER.replace("HUSHsecret", "HUSH\\nsecret"), SigningError::SecretAccessKey.into()),
        (200, ANSWER.replace("HUSHtoken", ""), SigningError::SessionToken.into()),
        (200, ANSWER.replace("ASIAI", "ASIA/"), SigningError::AccessKeyId.into()),
        (200, ANSWER.replace("1.795347E9", "-1"), CognitoError::Time),
        (200, ANSWER.replace("1.795347E9", "1e400"), CognitoError::Time),
        (200, ANSWER.replace("1.795347E9", "\"soon\""), CognitoError::Time),
        (200, ANSWER.replace("1.795347E9", "{}"), CognitoError::Time),
        (200, ANSWER.replace("\"HUSHsecret\"", "{}"), CognitoError::NotUnderstood),
        (200, ANSWER.replace("eu-west-1:0", "evil.example:0"), CognitoError::Id),
        (403, ANSWER.to_owned(), CognitoError::Status(403)),
        (503, "<html>".to_owned(), CognitoError::Status(503)),
        (
            400,
            json!({ "__type": "NotAuthorizedException", "Message": format!("bad\u{1b}[2J \u{202e} {secret} \n end") }).to_string(),
            CognitoError::Refused { refusal: Refusal::NotAuthorized, message: "bad[2J  ... end".to_owned() },
        ),
    ] {
        let found = read_credentials(status, &answer).unwrap_err();
        assert!(!format!("{found} {found:?}").contains("HUSH"), "{found}");
        assert_eq!(found, error, "{}", answer.get(..200).unwrap_or(&answer));
    }
}

#[test]
fn credentials_are_replaced_before_they_end() {
    let at = |got, expires| refresh_at(UnixTime(got), UnixTime(expires)).0;
    assert_eq!(at(1_000, 4_600), 4_300);
    assert_eq!(at(1_000, 1_200), 1_100);
    // Ended already: now.
    assert_eq!(at(1_000, 900), 900);
}
