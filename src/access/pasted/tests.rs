use super::*;
use crate::iot::calendar::UtcTime;
use crate::sigv4::KeyKind;

const ID: &str = "ASIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const END: &str = "2026-11-22T11:30:00Z";

fn token() -> String {
    format!("IQoJb3JpZ2luX2Vj{}+/==", "EXAMPLEtoken".repeat(20))
}

fn time(text: &str) -> UnixTime {
    UtcTime::parse(text).unwrap().to_unix()
}

/// A form with credentials in the places that it names.
fn filled(form: &str) -> String {
    form.replace("@ID", ID).replace("@SECRET", SECRET).replace("@TOKEN", &token()).replace("@END", END)
}

/// What is wrong with a paste, and what stands there.
fn wrong(form: &str) -> Vec<(Wrong, String)> {
    let text = filled(form);
    let pasted = read(&text);
    let region = Region::parse("eu-west-1").unwrap();
    let checked =
        pasted.sets.iter().flat_map(|set| check(set, &text, time("2026-11-22T10:30:00Z"), Some(&region)));
    let all = pasted.problems.iter().cloned().chain(checked);
    all.map(|problem| (problem.wrong, text.get(problem.span).unwrap().to_owned())).collect()
}

#[test]
fn every_form_in_use_is_read() {
    let forms = [
        // aws configure export-credentials --format env, env-no-export, powershell, windows-cmd, fish, process.
        "export AWS_ACCESS_KEY_ID=@ID\nexport AWS_SECRET_ACCESS_KEY=@SECRET\nexport AWS_SESSION_TOKEN=@TOKEN\n\
         export AWS_CREDENTIAL_EXPIRATION=@END\n",
        "AWS_ACCESS_KEY_ID=@ID\nAWS_SECRET_ACCESS_KEY=@SECRET\nAWS_SESSION_TOKEN=@TOKEN\nAWS_CREDENTIAL_EXPIRATION=@END",
        "$Env:AWS_ACCESS_KEY_ID=\"@ID\"\r\n$Env:AWS_SECRET_ACCESS_KEY=\"@SECRET\"\r\n$Env:AWS_SESSION_TOKEN=\"@TOKEN\"\r\n\
         $Env:AWS_CREDENTIAL_EXPIRATION=\"@END\"\r\n",
        "set AWS_ACCESS_KEY_ID=@ID\r\nset AWS_SECRET_ACCESS_KEY=@SECRET\r\nset AWS_SESSION_TOKEN=@TOKEN\r\n\
         set AWS_CREDENTIAL_EXPIRATION=@END\r\n",
        "set -gx AWS_ACCESS_KEY_ID @ID\nset -gx AWS_SECRET_ACCESS_KEY @SECRET\nset -gx AWS_SESSION_TOKEN @TOKEN\n\
         set -gx AWS_CREDENTIAL_EXPIRATION @END",
        r#"{"Version": 1, "AccessKeyId": "@ID", "SecretAccessKey": "@SECRET", "SessionToken": "@TOKEN", "Expiration": "@END"}"#,
        // Other shells and ways to write.
        "setenv AWS_ACCESS_KEY_ID '@ID'; setenv AWS_SECRET_ACCESS_KEY '@SECRET'\nsetenv AWS_SESSION_TOKEN '@TOKEN'\n\
         setenv AWS_CREDENTIAL_EXPIRATION @END",
        "export AWS_ACCESS_KEY_ID=\"@ID\" AWS_SECRET_ACCESS_KEY='@SECRET' AWS_SESSION_TOKEN=@TOKEN AWS_CREDENTIAL_EXPIRATION=@END",
        // In a field of one line.
        "export AWS_ACCESS_KEY_ID=@ID export AWS_SECRET_ACCESS_KEY=@SECRET export AWS_SESSION_TOKEN=@TOKEN export AWS_CREDENTIAL_EXPIRATION=@END",
        "SET \"AWS_ACCESS_KEY_ID=@ID\"\nSET \"AWS_SECRET_ACCESS_KEY=@SECRET\"\nSET \"AWS_SESSION_TOKEN=@TOKEN\"\n\
         SET \"AWS_CREDENTIAL_EXPIRATION=@END\"",
        "$env:AWS_ACCESS_KEY_ID = '@ID'; $env:AWS_SECRET_ACCESS_KEY = '@SECRET'; $env:AWS_SESSION_TOKEN = '@TOKEN'; \
         $env:AWS_CREDENTIAL_EXPIRATION = '@END'",
        "[Environment]::SetEnvironmentVariable(\"AWS_ACCESS_KEY_ID\", \"@ID\")\n\
         [Environment]::SetEnvironmentVariable(\"AWS_SECRET_ACCESS_KEY\", \"@SECRET\")\n\
         [Environment]::SetEnvironmentVariable(\"AWS_SESSION_TOKEN\", \"@TOKEN\")\n# Expiration: @END",
        "Set-AWSCredential -AccessKey @ID -SecretKey @SECRET -SessionToken @TOKEN\nExpiration : @END",
        "declare -x AWS_ACCESS_KEY_ID=\"@ID\"\ndeclare -x AWS_SECRET_ACCESS_KEY=\"@SECRET\"\n\
         declare -x AWS_SESSION_TOKEN=\"@TOKEN\"\ndeclare -x AWS_CREDENTIAL_EXPIRATION=\"@END\"",
        // Files.
        "[default]\n# comment = 1\naws_access_key_id = @ID\naws_secret_access_key = @SECRET\naws_session_token = @TOKEN\n\
         aws_security_token = @TOKEN\nx_security_token_expires = 2026-11-22T12:30:00+01:00\nregion = eu-west-1\n",
        "aws_access_key_id=@ID\r\naws_secret_access_key=@SECRET # mine\r\naws_session_token=@TOKEN\r\n\
         aws_session_expiration=2026-11-22T06:30:00-0500\r\n",
        // Answers of the AWS CLI: assume-role, get-credentials-for-identity, sso get-role-credentials, a role's, YAML.
        "{\n    \"Credentials\": {\n        \"AccessKeyId\": \"@ID\",\n        \"SecretAccessKey\": \"@SECRET\",\n        \
         \"SessionToken\": \"@TOKEN\",\n        \"Expiration\": \"2026-11-22T11:30:00+00:00\"\n    },\n    \"AssumedRoleUser\": {\n        \
         \"AssumedRoleId\": \"AROAEXAMPLEEXAMPLEEX:lab\",\n        \"Arn\": \"arn:aws:sts::123456789012:assumed-role/lab/lab\"\n    }\n}\n",
        r#"{"IdentityId": "eu-west-1:x", "Credentials": {"AccessKeyId": "@ID", "SecretKey": "@SECRET", "SessionToken": "@TOKEN",
         "Expiration": 1795347000.0}}"#,
        r#"{"roleCredentials":{"accessKeyId":"@ID","secretAccessKey":"@SECRET","sessionToken":"@TOKEN","expiration":1795347000000}}"#,
        r#"{"Code": "Success", "AccessKeyId": "@ID", "SecretAccessKey": "@SECRET", "Token": "@TOKEN", "Expiration": "@END"}"#,
        "Credentials:\n  AccessKeyId: @ID\n  Expiration: '2026-11-22T11:30:00.000Z'\n  SecretAccessKey: @SECRET\n  SessionToken: @TOKEN\n",
        "{ accessKeyId: '@ID', secretAccessKey: '@SECRET', sessionToken: '@TOKEN', expiration: '@END' }",
        "\u{feff}Access key ID,Secret access key,Session token,Expiration\r\n@ID,@SECRET,@TOKEN,@END\r\n",
    ];
    for form in forms {
        let text = filled(form);
        let pasted = read(&text);
        let [set] = pasted.sets.as_slice() else { panic!("{form}: {pasted:?}") };
        assert_eq!(set.text(Part::AccessKey, &text), Some(ID), "{form}");
        assert_eq!(set.text(Part::Secret, &text), Some(SECRET), "{form}");
        assert_eq!(set.text(Part::Token, &text), Some(token().as_str()), "{form}");
        if !form.contains("# Exp") {
            assert_eq!(set.expires(&text), Some(time(END)), "{form}");
        }
        assert_eq!(wrong(form), [], "{form}");
        let taken = set.take(&text).unwrap();
        assert_eq!(taken.access_key.kind(), KeyKind::Temporary);
        let shown = format!("{taken:?} {pasted:?}");
        assert!(!shown.contains(SECRET) && !shown.contains("IQoJ") && shown.contains(ID), "{shown}");
    }
}

#[test]
fn each_profile_row_and_answer_is_a_set_of_its_own() {
    let text = filled(
        "[default]\nregion = us-east-1\n[profile lab]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = @SECRET\n\
         \n[ temporary ]\naws_access_key_id = @ID\naws_secret_access_key = @SECRET\naws_session_token = @TOKEN\nregion = eu-west-1\n",
    );
    let sets = read(&text).sets;
    let names: Vec<_> = sets.iter().map(|set| set.name.as_deref()).collect();
    assert_eq!(names, [Some("lab"), Some("temporary")]);
    assert_eq!(sets.iter().map(|set| set.token.is_some()).collect::<Vec<_>>(), [false, true]);
    assert_eq!(sets[1].region(&text).map(|region| region.to_string()), Some("eu-west-1".to_owned()));

    let csv = filled(
        "User name,Password,Access key ID,Secret access key,Console login link\nann,,AKIAIOSFODNN7EXAMPLE,@SECRET,https://x\nbob,,@ID,@SECRET,",
    );
    let sets = read(&csv).sets;
    assert_eq!(sets.iter().map(|set| set.name.as_deref()).collect::<Vec<_>>(), [Some("ann"), Some("bob")]);

    let twice = filled(
        "AccessKeyId: @ID\nSecretAccessKey: @SECRET\nAccessKeyId: AKIAIOSFODNN7EXAMPLE\nSecretAccessKey: @SECRET",
    );
    assert_eq!(read(&twice).sets.len(), 2);
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    use Part as P;
    use Wrong as W;
    let good = "AWS_ACCESS_KEY_ID=@ID\nAWS_SESSION_TOKEN=@TOKEN\n";
    let long_lived = "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\n";
    let (head, tail) = SECRET.split_at(20);
    let with_secret = |secret: &str| format!("{good}AWS_SECRET_ACCESS_KEY={secret}");
    for (form, expected, place) in [
        (String::new(), W::Nothing, ""),
        ("hello".to_owned(), W::Nothing, "hello"),
        (with_secret(""), W::Empty(P::Secret), ""),
        (with_secret("\"\""), W::Empty(P::Secret), ""),
        (with_secret(&format!("{head} {tail}")), W::Space(P::Secret), &format!("{head} {tail}")),
        (with_secret(&format!("\"{SECRET} \"")), W::Space(P::Secret), &format!("{SECRET} ")),
        (with_secret(&format!("\"{head}\n{tail}\"")), W::LineEnd(P::Secret), &format!("{head}\n{tail}")),
        (with_secret(&format!("{head}\r\n{tail}")), W::LineEnd(P::Secret), "\r\n"),
        (with_secret(&format!("\"{SECRET}")), W::Unclosed('"'), "\""),
        (with_secret(head), W::Length { part: P::Secret, found: 20, usual: 40 }, head),
        (with_secret("<secret>"), W::Placeholder(P::Secret), "<secret>"),
        (with_secret("****************EKEY"), W::Placeholder(P::Secret), "****************EKEY"),
        (with_secret("$SECRET"), W::Placeholder(P::Secret), "$SECRET"),
        (
            with_secret(&format!("\u{201c}{head}")),
            W::Character(P::Secret, '\u{201c}'),
            &format!("\u{201c}{head}"),
        ),
        (
            with_secret(&format!("{head}\\/{head}")),
            W::Character(P::Secret, '\\'),
            &format!("{head}\\/{head}"),
        ),
        (with_secret("@ID"), W::Swapped { place: P::Secret, holds: P::AccessKey }, ID),
        (with_secret("@TOKEN"), W::Swapped { place: P::Secret, holds: P::Token }, &token()),
        (
            format!("{long_lived}AWS_SECRET_ACCESS_KEY=@SECRET\nAWS_SESSION_TOKEN=@TOKEN"),
            W::TokenNotNeeded,
            &token(),
        ),
        (
            "AWS_ACCESS_KEY_ID=@SECRET\nAWS_SECRET_ACCESS_KEY=@SECRET".to_owned(),
            W::Swapped { place: P::AccessKey, holds: P::Secret },
            SECRET,
        ),
        (
            "AWS_ACCESS_KEY_ID=AROAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY=@SECRET".to_owned(),
            W::NotAKey("a role"),
            "AROAIOSFODNN7EXAMPLE",
        ),
        (
            "AWS_ACCESS_KEY_ID=@ID\nAWS_SECRET_ACCESS_KEY=@SECRET".to_owned(),
            W::TokenMissing,
            &format!("{ID}\nAWS_SECRET_ACCESS_KEY={SECRET}"),
        ),
        (long_lived.to_owned(), W::Missing(P::Secret), "AKIAIOSFODNN7EXAMPLE"),
        (
            format!("{}\nExpiration: 2026-11-22T10:30:00Z", with_secret("@SECRET")),
            W::Expired(time("2026-11-22T10:30:00Z")),
            "2026-11-22T10:30:00Z",
        ),
        (
            format!("{}\nExpiration: 2026-11-24T10:30:00Z", with_secret("@SECRET")),
            W::LivesTooLong(time("2026-11-24T10:30:00Z")),
            "2026-11-24T10:30:00Z",
        ),
        (format!("{}\nExpiration: soon", with_secret("@SECRET")), W::NoTime, "soon"),
        (format!("{}\nregion=Ireland", with_secret("@SECRET")), W::NoRegion, "Ireland"),
        (format!("{}\nregion=us-east-1", with_secret("@SECRET")), W::OtherRegion, "us-east-1"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----".to_owned(),
            W::PrivateKey,
            "-----BEGIN RSA PRIVATE KEY-----",
        ),
        ("-----BEGIN CERTIFICATE-----\nMIID\n".to_owned(), W::Certificate, "-----BEGIN CERTIFICATE-----"),
        (" ".repeat(MAX_TEXT + 1), W::TooLong, &" ".repeat(MAX_TEXT + 1)),
    ] {
        let found = wrong(&form);
        let first = found.first().unwrap_or_else(|| panic!("{form}: nothing is wrong"));
        assert_eq!((first.0, first.1.as_str()), (expected, place), "{form}");
        for (wrong, _) in &found {
            assert!(!wrong.to_string().contains(head), "{wrong}");
        }
    }
    // A long-lived key by itself is in order; whoever asks sees its kind.
    assert_eq!(wrong(&format!("{long_lived}AWS_SECRET_ACCESS_KEY=@SECRET")), []);
    assert_eq!(Problem { span: 4..5, wrong: W::Nothing }.line("a\nb\nc"), 3);
}

#[test]
fn places_are_counted_as_a_browser_counts() {
    let text = filled("\u{feff}# \u{1f600} \u{e9}\nAWS_SECRET_ACCESS_KEY=@SECRET");
    let set = &read(&text).sets[0];
    let units: Vec<u16> = text.encode_utf16().collect();
    let cut = &units[utf16(&text, set.span(Part::Secret).unwrap())];
    assert_eq!(String::from_utf16(cut).unwrap(), SECRET);
}

#[test]
fn hostile_text_is_read_to_its_end() {
    let pieces = [
        "AccessKeyId",
        "aws_secret_access_key",
        "=",
        ":",
        "\"",
        "'",
        "\n",
        "[",
        "]",
        "[x]\n",
        ",",
        "set ",
        " ",
        "@ID",
        "@TOKEN",
        "null",
        "#",
        "\u{feff}",
        "\u{202e}",
        "é",
        "\0",
        "Expiration=",
        "9999999999999999999999",
        "-99:99",
        "2026-11-22T10:30:00",
        "1.e",
        "-----BEGIN ",
        "PRIVATE KEY",
        "Access key ID,Secret access key\n",
    ]
    .map(filled);
    let mut state = 1_u64;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..12 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(&pieces[usize::try_from(state >> 33).unwrap() % pieces.len()]);
        }
        let pasted = read(&text);
        for set in &pasted.sets {
            for problem in check(set, &text, UnixTime(0), None) {
                assert!(text.get(problem.span.clone()).is_some(), "{text:?} {problem:?}");
            }
            let _ = set.take(&text);
        }
        assert!(pasted.problems.iter().all(|problem| text.get(problem.span.clone()).is_some()), "{text:?}");
    }
    // The time grows with the length alone.
    for piece in
        ["[", "AccessKeyId=\"", "set AccessKeyId ", "=", "-----BEGIN ", "Token:,", "Token=a Token=b\n"]
    {
        assert!(read(&piece.repeat(MAX_TEXT / piece.len())).sets.len() <= MAX_SETS);
    }
}
