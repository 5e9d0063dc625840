//! Trusts certain server certificates themselves, without a CA that signed them.
//!
//! A certificate that was created for one server is often its own CA as well (`CA:TRUE`, as created by `openssl req
//! -x509`), or the CA's certificate is not available. Users who configure the certificate itself trust this server:
//! curl and Python's `ssl` accept that, the rules of the Web PKI do not. Dates, purpose, name and signature are still
//! checked.

use std::sync::Arc;

use rustls::{
    CertificateError, DigitallySignedStruct, Error, SignatureScheme,
    client::{
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};

use super::der;

/// The certificates that are trusted exactly.
#[derive(Debug)]
pub(super) enum Exactly {
    /// These.
    Named(Vec<CertificateDer<'static>>),
    /// Those that the system trusts, which are read when needed.
    OfThisMachine,
}

impl Exactly {
    fn has(&self, certificate: &CertificateDer<'_>) -> bool {
        match self {
            Self::Named(certificates) => certificates.contains(certificate),
            #[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
            Self::OfThisMachine => rustls_native_certs::load_native_certs().certs.contains(certificate),
            // The system's own verifier decides.
            #[cfg(not(all(unix, not(target_vendor = "apple"), not(target_os = "android"))))]
            Self::OfThisMachine => false,
        }
    }
}

/// Trusts certificates that a CA signed, and some certificates exactly.
#[derive(Debug)]
pub(super) struct Verifier {
    pub(super) authorities: Arc<dyn ServerCertVerifier>,
    pub(super) exactly: Exactly,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let outcome = self.authorities.verify_server_cert(certificate, intermediates, name, ocsp, now);
        match &outcome {
            Err(Error::InvalidCertificate(why)) if lacks_authority(why) && self.exactly.has(certificate) => {
                verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
                der::check(certificate, now).map_err(Error::InvalidCertificate)?;
                Ok(ServerCertVerified::assertion())
            }
            _ => outcome,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authorities.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authorities.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.authorities.supported_verify_schemes()
    }
}

/// Whether only the signature of a CA is missing.
fn lacks_authority(why: &CertificateError) -> bool {
    match why {
        // There may be another CA with the same name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => true,
        CertificateError::Other(other) => format!("{other:?}").contains("CaUsedAsEndEntity"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, date_time_ymd};
    use rustls::{RootCertStore, client::WebPkiServerVerifier};

    use super::*;
    use crate::transport::tls::provider;

    type Change = fn(&mut CertificateParams);

    /// A certificate that is its own CA, as created by `openssl req -x509`.
    fn own(change: Change) -> CertificateDer<'static> {
        let mut params = CertificateParams::new(vec!["keystone.example".into(), "192.0.2.7".into()]).expect("names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2060, 1, 1));
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        params.self_signed(&key).expect("a certificate").der().clone()
    }

    /// One that an unknown CA signed.
    fn signed(change: Change) -> CertificateDer<'static> {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = Issuer::new(authority, KeyPair::generate().expect("a key"));
        let mut params = CertificateParams::new(vec!["keystone.example".into()]).expect("names");
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2060, 1, 1));
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        params.signed_by(&key, &issuer).expect("a certificate").der().clone()
    }

    /// The verdict on a certificate if these are trusted, around the year 2030.
    fn verdict(shown: &CertificateDer<'static>, named: &[CertificateDer<'static>], host: &str) -> String {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(named.iter().cloned());
        let authorities = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build();
        let authorities = authorities.expect("a verifier");
        let verifier = Verifier { authorities, exactly: Exactly::Named(named.to_vec()) };
        let name = ServerName::try_from(host.to_owned()).expect("a name");
        let now = UnixTime::since_unix_epoch(Duration::from_secs(60 * 365 * 24 * 60 * 60));
        match verifier.verify_server_cert(shown, &[], &name, &[], now) {
            Ok(_) => "trusted".into(),
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn a_certificate_that_is_named_itself_is_trusted_for_its_names_dates_and_purpose() {
        let host = "keystone.example";
        let usual: Change = |_| {};
        for make in [own as fn(Change) -> _, signed] {
            let changed = |change: Change, host: &str| {
                let shown = make(change);
                verdict(&shown, std::slice::from_ref(&shown), host)
            };
            for (change, host, expected) in [
                (usual, host, "trusted"),
                (|it| it.is_ca = IsCa::ExplicitNoCa, host, "trusted"),
                (|it| it.is_ca = IsCa::NoCa, host, "trusted"),
                (|it| it.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth], host, "trusted"),
                (|it| it.extended_key_usages = vec![ExtendedKeyUsagePurpose::Any], host, ""),
                (|it| it.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth], host, "InvalidPurpose"),
                (usual, "other.example", "NotValidForName"),
                (|it| it.not_after = date_time_ymd(2029, 1, 1), host, "Expired"),
                (|it| it.not_before = date_time_ymd(2055, 1, 1), host, "NotValidYet"),
                (|it| it.subject_alt_names.clear(), host, "NotValidForName"),
            ] as [(Change, &str, &str); 10]
            {
                let found = changed(change, host);
                assert!(found.contains(expected), "{expected}: {found}");
            }
        }
        // Other certificates with the same name.
        assert!(verdict(&own(usual), &[own(usual), own(usual)], host).contains("CaUsedAsEndEntity"));
        let shown = own(usual);
        assert_eq!(verdict(&shown, &[own(usual), shown.clone()], "192.0.2.7"), "trusted");
        assert_eq!(verdict(&signed(usual), &[signed(usual)], host), "InvalidCertificate(BadSignature)");
    }

    #[test]
    fn what_is_no_certificate_is_refused_wherever_it_ends() {
        let whole = own(|_| {});
        for end in 0..whole.len() {
            let now = UnixTime::since_unix_epoch(Duration::from_secs(1_900_000_000));
            assert_eq!(der::check(&whole[..end], now), Err(CertificateError::BadEncoding), "{end}");
        }
    }
}
