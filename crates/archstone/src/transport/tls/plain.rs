//! Without the feature `encrypted-keys`, encrypted keys and PKCS#12 files are refused, with a hint at what to do.

use rustls::pki_types::PrivateKeyDer;

use super::client::{File, Identity};
use crate::{
    error::{Error, Result},
    transport::TransportSettings,
};

impl File<'_> {
    pub(super) fn decrypted(&self, _: &[u8], _: &TransportSettings) -> Result<PrivateKeyDer<'static>> {
        Err(self.is_beyond_this_build("the key is encrypted", "openssl pkey -in FILE -out NEW"))
    }

    pub(super) fn pkcs12(&self, _: &TransportSettings) -> Result<Identity> {
        Err(self
            .is_beyond_this_build("the certificate is in a PKCS#12 file", "openssl pkcs12 -nodes -in FILE -out NEW"))
    }

    fn is_beyond_this_build(&self, what: &str, command: &str) -> Error {
        self.wrong(&format!("{what}, which this build does not read,")).with_hint(format!(
            "build with the feature `encrypted-keys`, or write a PEM file that is not encrypted: `{command}`"
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::client::identity;
    use crate::transport::TransportSettings;

    #[test]
    fn what_this_build_does_not_read_is_refused_with_what_to_do() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake/certificates");
        let settings = |certificate: &str, key: Option<&str>| TransportSettings {
            client_certificate: Some(folder.join(certificate)),
            client_key: key.map(|key| folder.join(key)),
            ..TransportSettings::default()
        };
        for settings in [settings("me.p12", None), settings("me.pem", Some("aes.pem"))] {
            let error = identity(&settings).expect_err("an error");
            assert!(error.hint().is_some_and(|hint| hint.contains("`encrypted-keys`")), "{error:?}");
        }
    }
}
