//! Explains failed TLS handshakes, with hints.

use jiff::Timestamp;
use rustls::{AlertDescription, CertificateError, pki_types::UnixTime};

use crate::{
    error::{Error, ErrorKind, printable},
    hint::Hint,
    transport::{TransportSettings, Trust},
};

/// Whether our message contains everything in the TLS library's error, which is in the notation of its source code.
pub(super) fn is_said_in_full(error: &rustls::Error) -> bool {
    matches!(
        error,
        rustls::Error::InvalidCertificate(_) | rustls::Error::InvalidMessage(_) | rustls::Error::AlertReceived(_)
    )
}

pub(super) fn explain(error: &rustls::Error, peer: &str, settings: &TransportSettings) -> Error {
    let untrusted = |what: String| Error::new(ErrorKind::TlsNotTrusted, what);
    match error {
        rustls::Error::InvalidCertificate(why) => {
            let (why, hint) = certificate(why, settings);
            untrusted(format!("the certificate of {peer} is not trusted: {why}")).with_hint(hint)
        }
        rustls::Error::InvalidMessage(_) => {
            Error::new(ErrorKind::ConnectionFailed, format!("{peer} does not speak TLS"))
                .with_hint("use `http://` if that is meant, or check the port")
        }
        rustls::Error::AlertReceived(alert) => {
            let (why, hint) = alert_received(*alert, settings);
            untrusted(format!("{peer} refuses the TLS handshake: {why}")).with_hint(hint)
        }
        rustls::Error::PeerIncompatible(_) => {
            untrusted(format!("{peer} and this client have no version or cipher of TLS in common"))
                .with_hint(versions(settings))
        }
        _ => untrusted(format!("the TLS handshake with {peer} failed"))
            .with_hint("check that the URL is the service's own; the operator of the service can see why in its log"),
    }
}

fn versions(settings: &TransportSettings) -> Hint {
    Hint::from(format!("this client requires TLS {} or newer (", settings.tls_min_version))
        + Hint::option("tls_min_version")
        + ") and secure ciphers: ask the operator for a newer configuration"
}

/// What is wrong with a certificate, and what to do.
fn certificate(error: &CertificateError, settings: &TransportSettings) -> (String, Hint) {
    use CertificateError as E;
    let renew = "ask the operator to renew it; if it was renewed, check the date of this machine";
    match error {
        E::ExpiredContext { not_after, .. } => (format!("it expired on {}", date(*not_after)), renew.into()),
        E::Expired => ("it has expired".into(), renew.into()),
        E::NotValidYetContext { not_before, .. } => {
            (format!("it is not valid before {}", date(*not_before)), "check the date of this machine".into())
        }
        E::NotValidYet => ("it is not valid yet".into(), "check the date of this machine".into()),
        E::NotValidForNameContext { expected, presented } => {
            let host = expected.to_str();
            let names: Vec<_> = presented.iter().map(|name| format!("`{}`", bare(name))).collect();
            if names.is_empty() {
                let hint = format!("ask the operator for a certificate with `{host}` among its alternative names");
                return ("it has no alternative names, and the name of its subject does not count".into(), hint.into());
            }
            let hint = "use one of these names in the URL, or ask the operator for a certificate with the other";
            (format!("it is for {}, and not for `{host}`", names.join(", ")), hint.into())
        }
        E::NotValidForName => ("it is for another host".into(), "use the host's own name in the URL".into()),
        E::UnknownIssuer => ("the authority that signed it is not known".into(), authority(settings)),
        E::BadSignature => ("it was not signed by the authority that it names".into(), authority(settings)),
        E::Revoked => ("it was revoked".into(), "ask the operator for a new one".into()),
        E::InvalidPurpose | E::InvalidPurposeContext { .. } => {
            ("it is not for servers".into(), "ask the operator for a certificate with the purpose `serverAuth`".into())
        }
        E::BadEncoding => ("it cannot be read".into(), "ask the operator for a new one".into()),
        // An error that is not public in the TLS library.
        other if format!("{other:?}").contains("CaUsedAsEndEntity") => (
            "it is the certificate of an authority, and not of a server".into(),
            authority(settings) + "; a file with just this certificate is enough",
        ),
        other if format!("{other:?}").contains("UnsupportedSignatureAlgorithm") => (
            "it is signed in a way that is not accepted, such as with SHA-1".into(),
            "ask the operator for a new one".into(),
        ),
        other if format!("{other:?}").contains("UnsupportedCertVersion") => {
            ("it is of an old version of certificates".into(), "ask the operator for one of version 3".into())
        }
        _ => ("it does not pass the checks".into(), "ask the operator of the service".into()),
    }
}

/// How to set the CA bundle.
fn authority(settings: &TransportSettings) -> Hint {
    match (&settings.trust, &settings.origins.cacert) {
        (Trust::Bundle(path), Some(origin)) => {
            format!("put the certificate of that authority into `{}`, which {origin} names", path.display()).into()
        }
        (Trust::Bundle(path), None) => {
            format!("put the certificate of that authority into `{}`", path.display()).into()
        }
        _ => "name the CA bundle that signed it with " + Hint::option("cacert"),
    }
}

/// Why a server aborted the handshake.
fn alert_received(alert: AlertDescription, settings: &TransportSettings) -> (String, Hint) {
    use AlertDescription as A;
    let named = |before: &str| before + Hint::option("cert") + " and " + Hint::option("key");
    match alert {
        A::CertificateRequired => ("it asks for a client certificate".into(), named("give one with ")),
        A::BadCertificate
        | A::UnsupportedCertificate
        | A::CertificateRevoked
        | A::CertificateExpired
        | A::CertificateUnknown
        | A::UnknownCA
        | A::AccessDenied => {
            if settings.client_certificate.is_some() {
                ("it does not accept the client certificate".into(), named("check "))
            } else {
                ("it asks for a client certificate".into(), named("give one with "))
            }
        }
        // Its CA has the same name as one that the server trusts, but another key.
        A::DecryptError if settings.client_certificate.is_some() => {
            ("it does not accept the client certificate".into(), named("check "))
        }
        // The TLS 1.2 equivalent.
        A::HandshakeFailure if settings.client_certificate.is_none() => (
            "no version or cipher of TLS is common, or it asks for a client certificate".into(),
            versions(settings) + ", or " + named("give a certificate with "),
        ),
        A::HandshakeFailure => (
            "no version or cipher of TLS is common, it does not accept the client certificate, or it asks for that only \
             after the handshake (`SSLVerifyClient` in a `<Location>`)"
                .into(),
            versions(settings) + ", or " + named("check "),
        ),
        A::ProtocolVersion | A::InsufficientSecurity => {
            ("no version or cipher of TLS is common".into(), versions(settings))
        }
        A::UnrecognisedName => ("it does not know this host name".into(), "check the host in the URL".into()),
        _ => ("it gives no reason that helps".into(), "the operator of the service can see why in its log".into()),
    }
}

fn date(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).map_or_else(|_| "a date that is out of range".into(), |it| it.to_string())
}

/// A name in the TLS library's notation, `DnsName("a.example")` or `IpAddress(192.0.2.1)`, without the wrapper.
fn bare(name: &str) -> String {
    let inner = name.split_once('(').map_or(name, |(_, rest)| rest.trim_end_matches(')'));
    printable(inner.trim_matches('"'))
}
