//! Parses certificates: dates and purpose, which have to be checked here if no CA signed the certificate; names, for
//! people.

use std::net::IpAddr;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use rustls::{CertificateError, pki_types::UnixTime};

use crate::error::printable;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const OBJECT_ID: u8 = 0x06;
const OCTETS: u8 = 0x04;
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;

const DNS_NAME: u8 = 0x82;
const IP_ADDRESS: u8 = 0x87;

const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const ORGANISATION: &[u8] = &[0x55, 0x04, 0x0a];
const ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1d, 0x11];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
const ANY_PURPOSE: &[u8] = &[0x55, 0x1d, 0x25, 0x00];
const SERVERS: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];

/// Rejects a certificate that is expired or not yet valid, or not for servers.
pub(super) fn check(certificate: &[u8], now: UnixTime) -> Result<(), CertificateError> {
    let Facts { not_before, not_after, purposes, .. } = facts(certificate).ok_or(CertificateError::BadEncoding)?;
    if now < not_before {
        return Err(CertificateError::NotValidYetContext { time: now, not_before });
    }
    if now > not_after {
        return Err(CertificateError::ExpiredContext { time: now, not_after });
    }
    match purposes {
        Some(purposes) if !purposes.iter().any(|it| [SERVERS, ANY_PURPOSE].contains(it)) => {
            Err(CertificateError::InvalidPurpose)
        }
        _ => Ok(()),
    }
}

struct Facts<'a> {
    subject: &'a [u8],
    issuer: &'a [u8],
    not_before: UnixTime,
    not_after: UnixTime,
    /// `None` means all purposes.
    purposes: Option<Vec<&'a [u8]>>,
    /// The alternative names, with their tags.
    names: Vec<Element<'a>>,
}

/// `Certificate` and `TBSCertificate` of RFC 5280, section 4.1.
fn facts(certificate: &[u8]) -> Option<Facts<'_>> {
    let mut whole = Elements(Elements(certificate).expect(SEQUENCE)?);
    let mut body = Elements(whole.expect(SEQUENCE)?).collect::<Vec<_>>().into_iter().peekable();
    body.next_if(|(tag, _)| *tag == VERSION);
    // After serial number and algorithm.
    let (_, issuer) = body.nth(2)?;
    let (_, validity) = body.next()?;
    let (_, subject) = body.next()?;
    let mut dates = Elements(validity);
    let (not_before, not_after) = (time(dates.next()?)?, time(dates.next()?)?);
    let (purposes, names) = match body.find(|(tag, _)| *tag == EXTENSIONS) {
        Some((_, extensions)) => {
            (extension(extensions, EXTENDED_KEY_USAGE).ok()?, extension(extensions, ALTERNATIVE_NAMES).ok()?)
        }
        None => (None, None),
    };
    let purposes = purposes.map(|purposes| purposes.into_iter().map(|(_, id)| id).collect());
    Some(Facts { subject, issuer, not_before, not_after, purposes, names: names.unwrap_or_default() })
}

/// A certificate's description for people.
#[derive(Clone, Debug)]
pub(crate) struct Description {
    /// The name of the subject, or its organization.
    pub(crate) subject: String,
    /// The name of the issuer.
    pub(crate) issuer: String,
    /// The hosts that it is valid for.
    pub(crate) names: Vec<String>,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
}

/// Describes a certificate; `None` if it cannot be parsed.
pub(super) fn describe(certificate: &[u8]) -> Option<Description> {
    let Facts { subject, issuer, not_before, not_after, names, .. } = facts(certificate)?;
    let date = |time: UnixTime| Timestamp::from_second(i64::try_from(time.as_secs()).ok()?).ok();
    let names = names.into_iter().filter_map(|(tag, name)| match (tag, name.len()) {
        (DNS_NAME, _) => Some(printable(&String::from_utf8_lossy(name))),
        (IP_ADDRESS, 4) => Some(IpAddr::from(<[u8; 4]>::try_from(name).ok()?).to_string()),
        (IP_ADDRESS, 16) => Some(IpAddr::from(<[u8; 16]>::try_from(name).ok()?).to_string()),
        _ => None,
    });
    Some(Description {
        subject: name_of(subject),
        issuer: name_of(issuer),
        names: names.collect(),
        not_before: date(not_before)?,
        not_after: date(not_after)?,
    })
}

/// The common name in a distinguished name, or else the organization.
fn name_of(name: &[u8]) -> String {
    let part = |wanted: &[u8]| {
        Elements(name).flat_map(|(_, set)| Elements(set)).find_map(|(_, pair)| {
            let mut parts = Elements(pair);
            (parts.expect(OBJECT_ID)? == wanted).then(|| parts.next())?.map(|(_, text)| text)
        })
    };
    let found = part(COMMON_NAME).or_else(|| part(ORGANISATION));
    found.map_or_else(|| "no name".to_owned(), |text| printable(&String::from_utf8_lossy(text)))
}

/// A tag and its content.
type Element<'a> = (u8, &'a [u8]);

/// The content of an extension; `Ok(None)` if there is no such extension.
///
/// # Errors
///
/// When it cannot be parsed.
fn extension<'a>(extensions: &'a [u8], id: &[u8]) -> Result<Option<Vec<Element<'a>>>, CertificateError> {
    let unreadable = CertificateError::BadEncoding;
    for (_, extension) in Elements(Elements(extensions).expect(SEQUENCE).ok_or(unreadable.clone())?) {
        let mut parts = Elements(extension);
        if parts.expect(OBJECT_ID).ok_or(unreadable.clone())? == id {
            let value = parts.find(|(tag, _)| *tag == OCTETS).and_then(|(_, value)| Elements(value).expect(SEQUENCE));
            return Ok(Some(Elements(value.ok_or(unreadable)?).collect()));
        }
    }
    Ok(None)
}

/// A `UTCTime` (`YYMMDDHHMMSSZ`), or a `GeneralizedTime` (`YYYYMMDDHHMMSSZ`).
fn time((tag, text): (u8, &[u8])) -> Option<UnixTime> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let whole = match tag {
        0x17 if text.get(..2)? < "50" => format!("20{text}"),
        0x17 => format!("19{text}"),
        0x18 => text.to_owned(),
        _ => return None,
    };
    let date = DateTime::strptime("%Y%m%d%H%M%S", whole).ok()?;
    let seconds = TimeZone::UTC.to_timestamp(date).ok()?.as_second();
    // No clock is before 1970.
    Some(UnixTime::since_unix_epoch(std::time::Duration::from_secs(u64::try_from(seconds).unwrap_or(0))))
}

/// The numbers in a DER sequence, one after the other, each with a fixed number of bytes.
pub(super) fn numbers(sequence: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut numbers = Vec::new();
    for (tag, content) in Elements(Elements(sequence).expect(SEQUENCE)?) {
        // DER omits leading zeros, except for one that keeps the number positive.
        let digits = &content[content.iter().take_while(|it| **it == 0).count()..];
        let zeros = length.checked_sub(digits.len()).filter(|_| tag == INTEGER)?;
        numbers.extend(std::iter::repeat_n(0, zeros));
        numbers.extend(digits);
    }
    Some(numbers)
}

/// Iterates over DER elements: tag and content. Stops at an invalid one.
struct Elements<'a>(&'a [u8]);

impl<'a> Elements<'a> {
    fn expect(&mut self, wanted: u8) -> Option<&'a [u8]> {
        self.next().filter(|(tag, _)| *tag == wanted).map(|(_, content)| content)
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (tag, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(*first), rest),
            // No certificate has lengths of more than four bytes.
            0x81..=0x84 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
                (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((*tag, content))
    }
}
