//! The dates and the purpose of a certificate: what has to be read where no authority vouches for the whole.

use jiff::{civil::DateTime, tz::TimeZone};
use rustls::{CertificateError, pki_types::UnixTime};

const SEQUENCE: u8 = 0x30;
const OBJECT_ID: u8 = 0x06;
const OCTETS: u8 = 0x04;
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;

const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
const ANY_PURPOSE: &[u8] = &[0x55, 0x1d, 0x25, 0x00];
const SERVERS: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];

/// Refuses a certificate that is out of date, or for something else than servers.
pub(super) fn check(certificate: &[u8], now: UnixTime) -> Result<(), CertificateError> {
    let Facts { not_before, not_after, purposes } = facts(certificate).ok_or(CertificateError::BadEncoding)?;
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
    not_before: UnixTime,
    not_after: UnixTime,
    /// All, where none are listed.
    purposes: Option<Vec<&'a [u8]>>,
}

/// `Certificate` and `TBSCertificate` of RFC 5280, section 4.1.
fn facts(certificate: &[u8]) -> Option<Facts<'_>> {
    let mut whole = Elements(Elements(certificate).expect(SEQUENCE)?);
    let mut body = Elements(whole.expect(SEQUENCE)?).collect::<Vec<_>>().into_iter().peekable();
    body.next_if(|(tag, _)| *tag == VERSION);
    // After serial number, algorithm and issuer.
    let (_, validity) = body.nth(3)?;
    let mut dates = Elements(validity);
    let (not_before, not_after) = (time(dates.next()?)?, time(dates.next()?)?);
    let purposes = match body.find(|(tag, _)| *tag == EXTENSIONS) {
        Some((_, extensions)) => purposes(extensions)?,
        None => None,
    };
    Some(Facts { not_before, not_after, purposes })
}

/// Whether there is such an extension, and what is in it; `None` for what cannot be read.
#[expect(clippy::option_option, reason = "that there is none differs from that it cannot be read")]
fn purposes(extensions: &[u8]) -> Option<Option<Vec<&[u8]>>> {
    for (_, extension) in Elements(Elements(extensions).expect(SEQUENCE)?) {
        let mut parts = Elements(extension);
        if parts.expect(OBJECT_ID)? == EXTENDED_KEY_USAGE {
            let (_, value) = parts.find(|(tag, _)| *tag == OCTETS)?;
            return Some(Some(Elements(Elements(value).expect(SEQUENCE)?).map(|(_, id)| id).collect()));
        }
    }
    Some(None)
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

/// The elements of DER, one after the other: tag and content. Ends where one cannot be read.
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
            // More than four bytes of length are in no certificate.
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
