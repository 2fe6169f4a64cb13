//! The facts of a public X.509 certificate that policies can ask for, read from PEM.
//!
//! Knows RFC 7468 (PEM), the few parts of RFC 5280 that carry names and the serial number, and the names that
//! AWS IoT Core gives to fields (Developer Guide, "X.509 certificate policy variables"). Checks no signature, no
//! chain and no date. A private key anywhere in the text is refused before anything else is read, and no error ever
//! holds a piece of the text.

use std::{error::Error, fmt, net};

use base64ct::{Base64, Encoding as _};
use der::{
    Decode as _, Reader as _, SliceReader, Tag, Tagged as _,
    asn1::{AnyRef, ObjectIdentifier},
};
use sha2::{Digest as _, Sha256};

use super::{
    context::{Certificate, CertificateFields, CertificateStatus, Field},
    variable::{CERTIFICATE_FIELDS, Key, Party, Pick},
};

/// Longest text that is read, in bytes: the limit of `certificatePem` in the API Reference, RegisterCertificate.
pub const MAX_PEM: usize = 65_536;
/// Longest serial number that is read, in bytes. RFC 5280 allows 20; older authorities went further.
pub const MAX_SERIAL: usize = 64;

/// A certificate read from a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicCertificate {
    /// Its facts, as those of an active certificate: the text does not tell the status.
    pub certificate: Certificate,
    /// Fields that the certificate has, but whose text form in AWS IoT Core is documented nowhere.
    pub unknown: Vec<Key>,
    /// Further certificates in the text, such as those of its authorities. Only the first one is read.
    pub others: usize,
}

/// Why a text is not a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateError {
    /// There is a private key in it.
    PrivateKey,
    /// Longer than [`MAX_PEM`].
    TooLong {
        /// Bytes.
        bytes: usize,
    },
    /// No `-----BEGIN CERTIFICATE-----`.
    NoCertificate,
    /// PEM, but of a request or a public key.
    OtherKind {
        /// What it is.
        kind: &'static str,
    },
    /// No `-----END CERTIFICATE-----`: the text is cut.
    Cut,
    /// Between the two lines stands something other than base64.
    NotBase64,
    /// The bytes are no X.509 certificate.
    NotX509 {
        /// The part that cannot be read.
        part: &'static str,
    },
    /// A serial number longer than [`MAX_SERIAL`].
    SerialTooLong {
        /// Bytes.
        bytes: usize,
    },
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PrivateKey => f.write_str(
                "the text holds a private key; nothing of it was read or kept. Paste the certificate alone, and \
                 replace the key if others saw it",
            ),
            Self::TooLong { bytes } => write!(f, "the text has {bytes} bytes; at most {MAX_PEM} are read"),
            Self::NoCertificate => write!(f, "no certificate in the text; paste it from `{BEGIN}` to `{END}`"),
            Self::OtherKind { kind } => {
                write!(f, "this is a {kind}, not a certificate; paste what begins with `{BEGIN}`")
            }
            Self::Cut => write!(f, "the certificate is cut: `{END}` is missing"),
            Self::NotBase64 => write!(f, "what stands between `{BEGIN}` and `{END}` is not base64"),
            Self::NotX509 { part } => write!(f, "not an X.509 certificate: its {part} cannot be read"),
            Self::SerialTooLong { bytes } => {
                write!(f, "the serial number has {bytes} bytes; at most {MAX_SERIAL} are read")
            }
        }
    }
}

impl Error for CertificateError {}

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";
const OTHERS: &[(&str, &str)] = &[
    ("CERTIFICATE REQUEST-----", "certificate signing request"),
    ("PUBLIC KEY-----", "public key"),
    ("X509 CRL-----", "revocation list"),
    ("PKCS7-----", "PKCS #7 bundle"),
];

/// Attribute types of names (X.520) and what AWS IoT Core calls them.
const ATTRIBUTES: &[(ObjectIdentifier, &str)] = &[
    (ObjectIdentifier::new_unwrap("2.5.4.3"), "CommonName"),
    (ObjectIdentifier::new_unwrap("2.5.4.4"), "Surname"),
    (ObjectIdentifier::new_unwrap("2.5.4.5"), "SerialNumber"),
    (ObjectIdentifier::new_unwrap("2.5.4.6"), "Country"),
    (ObjectIdentifier::new_unwrap("2.5.4.8"), "State"),
    (ObjectIdentifier::new_unwrap("2.5.4.10"), "Organization"),
    (ObjectIdentifier::new_unwrap("2.5.4.11"), "OrganizationalUnit"),
    (ObjectIdentifier::new_unwrap("2.5.4.12"), "Title"),
    (ObjectIdentifier::new_unwrap("2.5.4.42"), "GivenName"),
    (ObjectIdentifier::new_unwrap("2.5.4.43"), "Initials"),
    (ObjectIdentifier::new_unwrap("2.5.4.44"), "GenerationQualifier"),
    (ObjectIdentifier::new_unwrap("2.5.4.46"), "DistinguishedNameQualifier"),
    (ObjectIdentifier::new_unwrap("2.5.4.65"), "Pseudonym"),
];
const SUBJECT_ALTERNATIVE_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
const ISSUER_ALTERNATIVE_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.18");

/// Whether a text holds a private key in PEM, of whatever kind.
#[must_use]
pub fn holds_private_key(text: &str) -> bool {
    const MARK: &[u8] = b"PRIVATE KEY-----";
    text.as_bytes().windows(MARK.len()).any(|window| window.eq_ignore_ascii_case(MARK))
}

/// Reads the first certificate of a text: PEM, with whatever stands around it. Line ends written as `\n`, as in the
/// JSON that the AWS CLI prints, are understood.
///
/// # Errors
/// When the text is too long, holds a private key, or holds no certificate that can be read.
pub fn read(text: &str) -> Result<PublicCertificate, CertificateError> {
    if holds_private_key(text) {
        return Err(CertificateError::PrivateKey);
    }
    if text.len() > MAX_PEM {
        return Err(CertificateError::TooLong { bytes: text.len() });
    }
    let Some((_, rest)) = text.split_once(BEGIN) else {
        let other = OTHERS.iter().find(|(label, _)| text.contains(label));
        return Err(
            other.map_or(CertificateError::NoCertificate, |(_, kind)| CertificateError::OtherKind { kind })
        );
    };
    let (body, rest) = rest.split_once(END).ok_or(CertificateError::Cut)?;
    let mut base64 = body.replace("\\r", "").replace("\\n", "");
    base64.retain(|c| !c.is_ascii_whitespace());
    let der = Base64::decode_vec(&base64).map_err(|_| CertificateError::NotBase64)?;
    let (certificate, unknown) = x509(&der)?;
    Ok(PublicCertificate { certificate, unknown, others: rest.matches(BEGIN).count() })
}

fn x509(der: &[u8]) -> Result<(Certificate, Vec<Key>), CertificateError> {
    let wrong = |part| CertificateError::NotX509 { part };
    let outer = AnyRef::from_der(der).map_err(|_| wrong("outer structure"))?;
    let parts = items(outer).ok_or(wrong("outer structure"))?;
    let tbs = parts.first().copied().and_then(items).ok_or(wrong("signed part"))?;
    let fields = match tbs.as_slice() {
        [version, rest @ ..] if version.tag().is_context_specific() => rest,
        all => all,
    };
    let [serial, _algorithm, issuer, _validity, subject, _key, rest @ ..] = fields else {
        return Err(wrong("signed part"));
    };
    let mut subject = Names::new(Party::Subject).distinguished(*subject).ok_or(wrong("subject"))?;
    let mut issuer = Names::new(Party::Issuer).distinguished(*issuer).ok_or(wrong("issuer"))?;
    let extensions = match rest
        .iter()
        .find(|field| field.tag().is_context_specific() && field.tag().number().value() == 3)
    {
        Some(extensions) => items(*extensions).ok_or(wrong("extensions"))?,
        None => Vec::new(),
    };
    for extension in extensions.first().copied().and_then(items).unwrap_or_default() {
        let extension = items(extension).ok_or(wrong("extensions"))?;
        // A type, a BOOLEAN when it is critical, the value.
        let [kind, .., value] = extension.as_slice() else { return Err(wrong("extensions")) };
        let (names, part) = match kind.decode_as::<ObjectIdentifier>() {
            Ok(SUBJECT_ALTERNATIVE_NAME) => (&mut subject, "subject alternative name"),
            Ok(ISSUER_ALTERNATIVE_NAME) => (&mut issuer, "issuer alternative name"),
            _ => continue,
        };
        names.alternative(value.value()).ok_or(wrong(part))?;
    }
    let mut unknown = subject.unknown;
    unknown.append(&mut issuer.unknown);
    let certificate = Certificate {
        id: Field::Given(hexadecimal(&Sha256::digest(der))),
        status: CertificateStatus::Active,
        subject: Field::Given(subject.fields),
        issuer: Field::Given(issuer.fields),
        serial: decimal(*serial)?,
    };
    Ok((certificate, unknown))
}

/// The names of one party.
struct Names {
    party: Party,
    fields: CertificateFields,
    unknown: Vec<Key>,
}

impl Names {
    const fn new(party: Party) -> Self {
        Self { party, fields: CertificateFields::new(), unknown: Vec::new() }
    }

    /// Adds the attributes of a distinguished name in their order; those without a name in AWS IoT Core are skipped.
    fn distinguished(mut self, name: AnyRef<'_>) -> Option<Self> {
        for set in items(name)? {
            for attribute in items(set)? {
                let attribute = items(attribute)?;
                let [kind, value] = attribute.as_slice() else { return None };
                let kind: ObjectIdentifier = kind.decode_as().ok()?;
                if let Some((_, field)) = ATTRIBUTES.iter().find(|(known, _)| *known == kind) {
                    self.add(field, text(*value));
                }
            }
        }
        Some(self)
    }

    /// Adds the general names of an extension.
    fn alternative(&mut self, extension: &[u8]) -> Option<()> {
        for name in items(AnyRef::from_der(extension).ok()?)? {
            let value = name.value();
            let ascii = || str::from_utf8(value).ok().filter(|text| text.is_ascii()).map(str::to_owned);
            match name.tag().number().value() {
                1 => self.add("AlternativeName.RFC822Name", ascii()),
                2 => self.add("AlternativeName.DNSName", ascii()),
                // No page says how AWS IoT Core writes a distinguished name as text.
                4 => self.add("AlternativeName.DirectoryName", None),
                6 => self.add("AlternativeName.UniformResourceIdentifier", ascii()),
                // The text form of addresses is inferred.
                7 => self.add("AlternativeName.IPAddress", address(value)),
                _ => {}
            }
        }
        Some(())
    }

    /// Adds a value. One that cannot be told as text makes the whole field unknown: indices count all values.
    fn add(&mut self, field: &'static str, value: Option<String>) {
        let known = CERTIFICATE_FIELDS.iter().find(|known| **known == field).copied().unwrap_or(field);
        let key = Key::Certificate { party: self.party, field: known, pick: Pick::First };
        match value {
            Some(value) => self.fields.entry(field.to_owned()).or_default().push(value),
            None if self.unknown.contains(&key) => {}
            None => self.unknown.push(key),
        }
    }
}

/// The values inside a constructed value.
fn items(outer: AnyRef<'_>) -> Option<Vec<AnyRef<'_>>> {
    outer.tag().is_constructed().then_some(())?;
    let mut reader = SliceReader::new(outer.value()).ok()?;
    let mut items = Vec::new();
    while !reader.is_finished() {
        items.push(AnyRef::decode(&mut reader).ok()?);
    }
    Some(items)
}

/// The text of an attribute; `None` for kinds of text that readers disagree about.
fn text(value: AnyRef<'_>) -> Option<String> {
    let bytes = value.value();
    match value.tag() {
        Tag::Utf8String => str::from_utf8(bytes).ok().map(str::to_owned),
        Tag::BmpString => {
            let (units, rest) = bytes.as_chunks::<2>();
            let units: Vec<u16> = units.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
            rest.is_empty().then(|| String::from_utf16(&units).ok()).flatten()
        }
        Tag::PrintableString | Tag::Ia5String | Tag::TeletexString | Tag::NumericString => {
            str::from_utf8(bytes).ok().filter(|text| text.is_ascii()).map(str::to_owned)
        }
        _ => None,
    }
}

fn address(bytes: &[u8]) -> Option<String> {
    let v4 = <[u8; 4]>::try_from(bytes).map(|octets| net::Ipv4Addr::from(octets).to_string());
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(|octets| net::Ipv6Addr::from(octets).to_string())).ok()
}

/// A serial number in decimal. How AWS IoT Core writes a negative one, which RFC 5280 forbids, is unknown.
fn decimal(serial: AnyRef<'_>) -> Result<Field<String>, CertificateError> {
    let bytes = serial.value();
    if serial.tag() != Tag::Integer || bytes.is_empty() {
        return Err(CertificateError::NotX509 { part: "serial number" });
    }
    if bytes.len() > MAX_SERIAL {
        return Err(CertificateError::SerialTooLong { bytes: bytes.len() });
    }
    if bytes.first().is_some_and(|byte| byte & 0x80 != 0) {
        return Ok(Field::Unknown);
    }
    // Decimal digits, the lowest first: times 256, plus the next byte.
    let mut digits = vec![0_u8];
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += u32::from(*digit) * 256;
            *digit = u8::try_from(carry % 10).unwrap_or_default();
            carry /= 10;
        }
        while carry > 0 {
            digits.push(u8::try_from(carry % 10).unwrap_or_default());
            carry /= 10;
        }
    }
    Ok(Field::Given(digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        for half in [byte >> 4, byte & 15] {
            out.extend(char::from_digit(u32::from(half), 16));
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICE: &str = include_str!("../../tests/certificates/device.pem");
    const PLAIN: &str = include_str!("../../tests/certificates/plain.pem");

    fn values<'a>(fields: &'a Field<CertificateFields>, name: &str) -> Vec<&'a str> {
        fields.given().unwrap().get(name).map(|values| values.iter().map(String::as_str).collect()).unwrap()
    }

    #[test]
    fn every_named_field_is_read_in_order() {
        let read = read(DEVICE).unwrap();
        let certificate = &read.certificate;
        // As `openssl x509 -outform der | sha256sum` says.
        let id = "71b0059f26e4faa23323c83b7fd4e1a31d602c10d3abfc3457051164eaee1464";
        assert_eq!(certificate.id.given().unwrap(), id);
        let serial = "1455006074498321127462099027960843956182170420583";
        assert_eq!(certificate.serial.given().unwrap(), serial);
        let subject = &certificate.subject;
        assert_eq!(values(subject, "OrganizationalUnit"), ["Sensors", "Hall 3", "Line 7"]);
        assert_eq!(values(subject, "GivenName"), ["Änne"]);
        assert_eq!(values(subject, "SerialNumber"), ["SN-000123"]);
        assert_eq!(values(subject, "DistinguishedNameQualifier"), ["dnq-1"]);
        assert_eq!(
            values(subject, "AlternativeName.DNSName"),
            ["temp-sensor-01.example.com", "alias.example.com"]
        );
        assert_eq!(values(subject, "AlternativeName.IPAddress"), ["192.0.2.7", "2001:db8::7"]);
        assert_eq!(
            values(subject, "AlternativeName.UniformResourceIdentifier"),
            ["urn:example:temp-sensor-01"]
        );
        assert_eq!(values(&certificate.issuer, "CommonName"), ["Example Device CA 1"]);
        assert_eq!(values(&certificate.issuer, "AlternativeName.DNSName"), ["ca.example.com"]);
        // All names of the guide occur in the fixture: what is no value is unknown.
        let unknown: Vec<String> = read.unknown.iter().map(Key::name).collect();
        assert_eq!(unknown, ["iot:Certificate.Subject.AlternativeName.DirectoryName"]);
        assert_eq!(subject.given().unwrap().len() + 1, CERTIFICATE_FIELDS.len());
    }

    #[test]
    fn what_stands_around_the_certificate_does_not_matter() {
        let plain = read(PLAIN).unwrap();
        assert_eq!(plain.certificate.serial.given().unwrap(), "10525622389124227206");
        assert_eq!(values(&plain.certificate.issuer, "CommonName"), ["plain"]);
        let json = format!("{{\"certificatePem\": \"{}\"}}", PLAIN.replace('\n', "\\n"));
        assert_eq!(read(&json).unwrap(), plain);
        let chain = format!("Bag attributes\r\n{}{DEVICE}{DEVICE}", PLAIN.replace('\n', "\r\n"));
        assert_eq!(read(&chain).unwrap(), PublicCertificate { others: 2, ..plain });
    }

    #[test]
    fn errors_name_what_is_wrong_and_hold_nothing_of_the_text() {
        let body = PLAIN.strip_prefix(BEGIN).unwrap();
        let with = |line: &str| format!("{PLAIN}-----BEGIN {line}-----\nSECRET\n-----END {line}-----\n");
        for (text, wanted) in [
            (with("EC PRIVATE KEY"), CertificateError::PrivateKey),
            (with("ENCRYPTED PRIVATE KEY"), CertificateError::PrivateKey),
            (with("rsa private key"), CertificateError::PrivateKey),
            (" ".repeat(MAX_PEM + 1), CertificateError::TooLong { bytes: MAX_PEM + 1 }),
            (String::new(), CertificateError::NoCertificate),
            (with("PUBLIC KEY").replace(PLAIN, ""), CertificateError::OtherKind { kind: "public key" }),
            (PLAIN.chars().take(200).collect(), CertificateError::Cut),
            (format!("{BEGIN}\n!{body}"), CertificateError::NotBase64),
            (format!("{BEGIN}{END}"), CertificateError::NotX509 { part: "outer structure" }),
            (format!("{BEGIN}MAA={END}"), CertificateError::NotX509 { part: "signed part" }),
        ] {
            let error = read(&text).unwrap_err();
            assert_eq!(error, wanted);
            assert!(!error.to_string().contains("SECRET"));
        }
    }

    #[test]
    fn no_damaged_byte_makes_it_panic() {
        let (_, rest) = DEVICE.split_once(BEGIN).unwrap();
        let body: String = rest.split_once(END).unwrap().0.split_whitespace().collect();
        let der = Base64::decode_vec(&body).unwrap();
        for at in 0..der.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut damaged = der.clone();
                damaged[at] ^= flip;
                let _ = x509(&damaged);
            }
            assert!(x509(&der[..at]).is_err());
        }
    }
}
