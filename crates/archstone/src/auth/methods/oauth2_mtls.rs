//! An OAuth 2.0 client with a certificate (RFC 8705): Keystone's bearer tokens, bound to that certificate.

use serde_json::Value;

use super::{AuthMethod, Exchanged, Form, Method, MethodSpec, Reads, oauth2};
use crate::{
    auth::login::Exchange,
    error::{ErrorKind, Result},
    hint::Hint,
    scope::Scope,
    secret::Secret,
    settings::Settings,
};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "oauth2_mtls_client_credential",
    auth_types: &["v3oauth2mtlsclientcredential"],
    help: "an OAuth2 client, which is a user, and its certificate (mTLS), for services that want a bearer token",
    proof: "OAuth2 client",
    shared: &[oauth2::CLIENT],
    needs: &[&["oauth2_client_id"], &["cert"]],
    scopeless: Some("the client is a user, and its token is for that user's default project"),
    form: Form::Bearer,
    by_certificate: true,
    reads: Reads::Login(|settings| Ok(read(settings)?.map(AuthMethod::other))),
    ..MethodSpec::LOGIN
};

/// A client and its key. Renewal presents the certificate again.
#[derive(Clone, Debug)]
struct OAuth2Mtls {
    client: oauth2::Client,
    /// Represents the certificate's private key.
    key: Secret,
}

fn read(settings: &Settings) -> Result<Option<OAuth2Mtls>> {
    let client = oauth2::Client::read(settings)?.filter(|_| settings.has("cert"));
    Ok(client.map(|client| OAuth2Mtls { client, key: settings.client_key() }))
}

impl Method for OAuth2Mtls {
    fn spec(&self) -> &'static MethodSpec {
        &SPEC
    }

    fn subject(&self) -> String {
        self.client.subject()
    }

    fn identity(&self) -> Value {
        self.client.identity()
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.key)
    }

    fn refused(&self, _: &Scope) -> (ErrorKind, Hint) {
        let hint = "check "
            + Hint::options(["oauth2_client_id", "cert"], "and")
            + ": the client's id is that of a user, whom the certificate must name as the identity service wants it \
               (`oauth2_cert_dn_mapping_id`), and who needs a default project";
        (ErrorKind::Unauthenticated, hint)
    }

    fn exchange<'a>(&'a self, exchange: &'a Exchange<'a>, scope: &'a Scope) -> Option<Exchanged<'a>> {
        Some(Box::pin(async move {
            let prove = |request: &mut crate::transport::Request| {
                request.form.push(("client_id".into(), self.client.id.as_str().into()));
            };
            oauth2::client_credentials(exchange, scope, self, &self.client, prove).await.map_err(|error| {
                match error.status() {
                    Some(403) => error.with_hint(
                        "the server may ask for the certificate for this path alone (`SSLVerifyClient` in a `<Location>`), \
                         which TLS 1.3 does after the handshake: the operator can ask for it for the whole host",
                    ),
                    _ => error,
                }
            })
        }))
    }
}
