use super::*;

const AWS: &str = "example-ats.iot.eu-west-1.amazonaws.com";

fn parse(text: &str) -> Endpoint {
    Endpoint::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn what_is_typed_becomes_url_header_and_source() {
    for (text, url, header, source) in [
        (AWS, format!("wss://{AWS}/mqtt"), AWS.to_owned(), format!("wss://{AWS}:443")),
        (
            "WSS://Example-ATS.iot.eu-west-1.amazonaws.com:0443/",
            format!("wss://{AWS}/mqtt"),
            AWS.to_owned(),
            format!("wss://{AWS}:443"),
        ),
        (
            "example-ats.iot.eu-west-1.amazonaws.com:8443",
            format!("wss://{AWS}:8443/mqtt"),
            format!("{AWS}:8443"),
            format!("wss://{AWS}:8443"),
        ),
        (
            "ws://127.0.0.1:9001/a/b.c",
            "ws://127.0.0.1:9001/a/b.c".to_owned(),
            "127.0.0.1:9001".to_owned(),
            "ws://127.0.0.1:9001".to_owned(),
        ),
        (
            "ws://localhost",
            "ws://localhost/mqtt".to_owned(),
            "localhost".to_owned(),
            "ws://localhost:80".to_owned(),
        ),
        (
            "ws://localhost:443",
            "ws://localhost:443/mqtt".to_owned(),
            "localhost:443".to_owned(),
            "ws://localhost:443".to_owned(),
        ),
    ] {
        let endpoint = parse(text);
        assert_eq!(endpoint.url(), url, "{text}");
        assert_eq!(endpoint.host_header(), header, "{text}");
        assert_eq!(endpoint.content_policy_source(), source, "{text}");
        // The parts are all there is: reading the URL again changes nothing.
        assert_eq!(parse(&endpoint.url()), endpoint, "{text}");
    }
}

#[test]
fn the_region_is_read_from_aws_hosts_only() {
    for (host, region) in [
        (AWS, Some("eu-west-1")),
        ("example.iot.us-east-1.amazonaws.com", Some("us-east-1")),
        ("example-ats.iot.us-gov-west-1.amazonaws.com", Some("us-gov-west-1")),
        ("example.ats.iot.cn-north-1.amazonaws.com.cn", Some("cn-north-1")),
        ("example-ats.iot.cn-northwest-1.amazonaws.com.cn", Some("cn-northwest-1")),
        ("data.iot-fips.us-east-1.amazonaws.com", Some("us-east-1")),
        ("data-ats.iot.eu-west-1.api.aws", Some("eu-west-1")),
        ("data-ats.iot-fips.us-west-2.api.aws", Some("us-west-2")),
        ("data-ats.iot.cn-north-1.api.amazonwebservices.com.cn", Some("cn-north-1")),
        ("data-ats.iot.eu-west-1.api.aws.evil.example", None),
        ("data-ats.iot.cn-north-1.api.aws", None),
        ("iot.example.com", None),
        ("iot.eu-west-1.amazonaws.com", None),
        ("iot.eu-west-1.amazonaws.com.evil.example", None),
        ("example-ats.iot.eu-west-1.amazonaws.com.evil.example", None),
        ("example-ats.iot.eu-west-1.amazonaws.com-evil.example", None),
        ("example-ats.iot.eu-west-1.evilamazonaws.com", None),
        ("example-ats.iot.eu-west-1.amazonaws.co", None),
        ("example-ats.iot.eu-west-1.amazonaws.com.cn", None),
        ("example-ats.iot.cn-north-1.amazonaws.com", None),
        ("example.ats.iot.eu-west-1.amazonaws.com", None),
        ("example.credentials.iot.eu-west-1.amazonaws.com", None),
        ("example-ats.iot.x.amazonaws.com", None),
        ("example-ats.s3.eu-west-1.amazonaws.com", None),
    ] {
        let endpoint = parse(&format!("wss://{host}"));
        assert_eq!(endpoint.region().map(Region::as_str), region, "{host}");
        assert_eq!(endpoint.is_aws(), region.is_some(), "{host}");
        // Without a scheme, only what is certainly AWS is taken.
        let not_aws = Err(EndpointError::NotAws(host.to_owned()));
        assert_eq!(Endpoint::parse(host), if region.is_some() { Ok(endpoint) } else { not_aws }, "{host}");
    }
}

#[test]
fn what_cannot_be_named_or_could_mislead_is_refused() {
    use EndpointError as E;
    let long_label = format!("{}.example", "a".repeat(64));
    let long_host = format!("{}example", "abcdefg.".repeat(31));
    for (text, error) in [
        ("", E::Empty),
        (" ", E::Whitespace),
        ("wss://a.example ", E::Whitespace),
        ("wss://a.exa\tmple", E::Whitespace),
        ("wss://a.exa\u{a0}mple", E::Whitespace),
        ("wss://a\u{7f}.example", E::Whitespace),
        ("wss://ex\u{430}mple-ats.iot.eu-west-1.amazonaws.com", E::NotAscii('\u{430}')),
        ("wss://a\u{3002}example", E::NotAscii('\u{3002}')),
        ("wss://a\u{200b}.example", E::NotAscii('\u{200b}')),
        ("wss://xn--exmple-4nf.example", E::Punycode("xn--exmple-4nf.example".to_owned())),
        ("https://a.example", E::Scheme("https".to_owned())),
        ("mqtts://a.example", E::Scheme("mqtts".to_owned())),
        ("javascript://a.example", E::Scheme("javascript".to_owned())),
        ("wss:a.example", E::Port("a.example".to_owned())),
        ("wss:/a.example", E::Port(String::new())),
        ("wss://", E::NoHost),
        ("wss:///mqtt", E::NoHost),
        ("wss://:443", E::NoHost),
        ("wss://a.example?x", E::Query),
        ("wss://a.example/mqtt#x", E::Query),
        ("wss://user@a.example", E::UserInfo),
        ("wss://example-ats.iot.eu-west-1.amazonaws.com:x@evil.example", E::UserInfo),
        ("wss://[::1]:443", E::Ipv6),
        ("wss://::1", E::Ipv6),
        ("wss://10.0.0.1", E::Ipv4("10.0.0.1".to_owned())),
        ("ws://127.1", E::Ipv4("127.1".to_owned())),
        ("ws://0x7f.0.0.1", E::Ipv4("0x7f.0.0.1".to_owned())),
        ("wss://2130706433", E::Ipv4("2130706433".to_owned())),
        ("wss://a.0x7F", E::Ipv4("a.0x7f".to_owned())),
        ("wss://a.0x", E::Ipv4("a.0x".to_owned())),
        ("wss://a.example:", E::Port(String::new())),
        ("wss://a.example:0", E::Port("0".to_owned())),
        ("wss://a.example:65536", E::Port("65536".to_owned())),
        ("wss://a.example:+443", E::Port("+443".to_owned())),
        ("wss://a.example.", E::TrailingDot),
        ("wss://a_b.example", E::Underscore("a_b.example".to_owned())),
        ("wss://a%2eexample", E::Character('%')),
        ("wss://a.example\\@evil.example", E::UserInfo),
        ("wss://a.example\\.evil.example", E::Character('\\')),
        ("wss://a.example;script-src", E::Character(';')),
        ("wss://*.example", E::Character('*')),
        ("wss://a..example", E::Label("a..example".to_owned())),
        ("wss://.example", E::Label(".example".to_owned())),
        ("wss://-a.example", E::Label("-a.example".to_owned())),
        (&format!("wss://{long_label}"), E::Label(long_label.clone())),
        (&format!("wss://{long_host}"), E::Label(long_host.clone())),
        ("ws://a.example", E::NotEncrypted("a.example".to_owned())),
        ("ws://localhost.evil.example", E::NotEncrypted("localhost.evil.example".to_owned())),
        ("wss://a.example//", E::Path("//".to_owned())),
        ("wss://a.example/../mqtt", E::Path("/../mqtt".to_owned())),
        ("wss://a.example/mq%74t", E::Path("/mq%74t".to_owned())),
        ("wss://a.example/mqtt;x", E::Path("/mqtt;x".to_owned())),
        (&"a".repeat(MAX_TEXT + 1), E::TooLong),
        ("localhost:9001", E::NotAws("localhost".to_owned())),
    ] {
        assert_eq!(Endpoint::parse(text), Err(error), "{text}");
    }
}

/// Every text that differs from a good one in one place: whatever is still taken is safe to sign and to put into a policy.
#[test]
fn nothing_typed_gets_past_the_parts() {
    let good = "wss://example-ats.iot.eu-west-1.amazonaws.com:8443/mqtt";
    let characters = (0..=0x7f).map(char::from).chain(['\u{e9}', '\u{ff0e}', '\u{202e}']);
    let mut taken = 0;
    for character in characters {
        for place in 0..=good.len() {
            let (before, after) = good.split_at(place);
            let inserted = format!("{before}{character}{after}");
            let replaced = format!("{before}{character}{}", after.get(1..).unwrap_or_default());
            for text in [inserted, replaced] {
                let Ok(endpoint) = Endpoint::parse(&text) else { continue };
                taken += 1;
                let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
                assert!(endpoint.host().chars().all(plain), "{text:?}");
                let (scheme, host, port) = (endpoint.scheme().as_str(), endpoint.host(), endpoint.port());
                assert_eq!(endpoint.content_policy_source(), format!("{scheme}://{host}:{port}"));
                assert_eq!(Endpoint::parse(&endpoint.url()).as_ref(), Ok(&endpoint), "{text:?}");
                assert!(!endpoint.is_aws() || host.ends_with(".amazonaws.com"), "{text:?}");
            }
        }
    }
    assert!(taken > 1000, "{taken} texts were taken");
}

/// Threat T16: an endpoint that is not whose it seems to be.
#[test]
fn what_is_worth_a_remark_is_named() {
    use Likeness as L;
    use Remark as R;
    let ireland = Region::parse("eu-west-1").unwrap();
    let beijing = Region::parse("cn-north-1").unwrap();
    for (host, remark) in [
        (AWS, None),
        ("example.ats.iot.cn-north-1.amazonaws.com.cn", None),
        ("data.iot-fips.us-east-1.amazonaws.com", None),
        ("mqtt.example.com", None),
        ("amazing.example.com", None),
        ("localhost", None),
        (
            "example.iot.eu-west-1.amazonaws.com",
            Some(R::NotAts { instead: "example-ats.iot.eu-west-1.amazonaws.com".to_owned() }),
        ),
        ("iot.eu-west-1.amazonaws.com", Some(R::NotData(L::ControlPlane))),
        ("example.credentials.iot.eu-west-1.amazonaws.com", Some(R::NotData(L::CredentialProvider))),
        ("example.jobs.iot.eu-west-1.amazonaws.com", Some(R::NotData(L::Jobs))),
        ("example-ats.s3.eu-west-1.amazonaws.com", Some(R::NotData(L::OtherService))),
        ("example-ats.iot.eu-west1.amazonaws.com", Some(R::NotData(L::OtherService))),
        ("example-ats.iot.eu-west-1.amazonaws.com.cn", Some(R::NotData(L::OtherPartition(ireland.clone())))),
        ("example-ats.iot.cn-north-1.amazonaws.com", Some(R::NotData(L::OtherPartition(beijing)))),
        ("example-ats.iot.eu-west-1.amazonaws.com.evil.example", Some(R::NotData(L::Foreign))),
        ("example-ats.iot.eu-west-1.amazonaws.co", Some(R::NotData(L::Foreign))),
        ("example-ats.iot.eu-west-1.amaz0naws.com", Some(R::NotData(L::Foreign))),
        ("example-ats.iot.eu-west-1.amazonavvs.com", Some(R::NotData(L::Foreign))),
        ("example-ats.iot.eu-west-1.amzonaws.com", Some(R::NotData(L::Foreign))),
        ("example-ats.iot.eu-west-1.aws.example", Some(R::NotData(L::Foreign))),
        ("amazonaws.com", Some(R::NotData(L::Foreign))),
        ("example-ats-iot-eu-west-1-amazonaws-com.example", Some(R::NotData(L::Foreign))),
    ] {
        assert_eq!(
            parse(&format!("wss://{host}")).remarks(None),
            remark.into_iter().collect::<Vec<_>>(),
            "{host}"
        );
    }
    let all = parse(&format!("wss://{AWS}:8883/lab")).remarks(Some(&Region::parse("us-east-2").unwrap()));
    assert_eq!(
        all,
        [
            R::Region { stated: ireland, given: Region::parse("us-east-2").unwrap() },
            R::Port(8883),
            R::Path("/lab".to_owned())
        ]
    );
    assert_eq!(parse("wss://mqtt.example.com:8883/lab").remarks(None), []);
    assert!(all.iter().all(|remark| remark.to_string().contains('`')));
}
