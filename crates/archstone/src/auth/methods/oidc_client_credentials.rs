//! The client's own login at an OpenID Connect provider: RFC 6749, section 4.4.

use serde_json::Value;

use super::{
    Form, MethodSpec, Reads,
    oidc::{self, Client, Federation, Flow, Tokens},
};
use crate::{auth::login::Exchange, error::Result, secret::Secret};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "oidc_client_credentials",
    auth_types: &["v3oidcclientcredentials"],
    help: "a client at an OpenID Connect provider, with its secret, its key or its certificate",
    proof: "client",
    shared: &[oidc::FEDERATION, oidc::CLIENT],
    needs: oidc::needs!(["client_secret", "client_private_key_file", "client_auth_method"]),
    form: Form::Alone,
    unscoped_first: true,
    reads: Reads::Login(|settings| {
        let parts = Federation::read(settings).zip(Client::read(settings)?);
        let parts = parts.filter(|(_, client)| client.secret().is_some());
        Ok(parts.map(|(federation, client)| oidc::method(federation, ClientCredentials { client })))
    }),
    ..MethodSpec::LOGIN
};

/// A client and its secret. Renewal sends it again.
#[derive(Clone, Debug)]
struct ClientCredentials {
    client: Client,
}

impl Flow for ClientCredentials {
    const SPEC: &'static MethodSpec = &SPEC;

    fn subject(&self) -> String {
        format!("client `{}`", self.client.id())
    }

    fn identity(&self) -> Value {
        Value::Null
    }

    fn secrets(&self) -> Vec<&Secret> {
        self.client.secret().into_iter().collect()
    }

    fn client(&self) -> Option<&Client> {
        Some(&self.client)
    }

    async fn tokens(&self, exchange: &Exchange<'_>) -> Result<Tokens> {
        let endpoints = self.client.endpoints(exchange).await?;
        let grant = vec![("grant_type", "client_credentials".into()), ("scope", self.client.scope.as_str().into())];
        self.client.token(exchange, &endpoints, grant).await
    }
}
