//! From a provider's token to an unscoped token of Keystone.

use http::Method as Verb;
use serde_json::{Value, json};
use url::Url;

use super::super::Method;
use crate::{
    access::Access,
    auth::{
        keystone,
        login::{Exchange, Identity},
    },
    catalog::discovery::below,
    error::Result,
    scope::Scope,
    secret::Secret,
    settings::Settings,
    transport::Request,
};

/// The identity provider and protocol in Keystone.
#[derive(Clone, Debug)]
pub(in super::super) struct Federation {
    pub(in super::super) identity_provider: String,
    pub(in super::super) protocol: String,
}

impl Federation {
    /// `None` if something is missing.
    pub(in super::super) fn read(settings: &Settings) -> Option<Self> {
        Some(Self { identity_provider: settings.string("identity_provider")?, protocol: settings.string("protocol")? })
    }

    pub(in super::super) fn identity(&self) -> Value {
        json!([self.identity_provider, self.protocol])
    }

    /// Exchanges the provider's token for an unscoped token of Keystone.
    pub(in super::super) async fn log_in(
        &self,
        exchange: &Exchange<'_>,
        token: &Secret,
        method: &dyn Method,
    ) -> Result<Access> {
        let Identity { transport, host, .. } = exchange.identity;
        let v3 = exchange.identity.v3(exchange.auth_url).await?;
        exchange.require_private(v3, "auth_url")?;
        let request = || {
            let mut request = Request::new(Verb::POST, self.url(v3));
            request.authorization = Some(format!("Bearer {}", token.expose()).into());
            request
        };
        let mut answer = transport.send(request()).await?;
        if keystone::met_another_first_login(&answer) {
            answer = transport.send(request()).await?;
        }
        keystone::received(&answer, host, v3, method, &Scope::Unscoped)
    }

    /// The page of the identity service where a person logs in.
    pub(in super::super) fn websso(&self, v3: &Url) -> Url {
        let Self { identity_provider, protocol } = self;
        let path = ["auth", "OS-FEDERATION", "identity_providers", identity_provider, "protocols", protocol, "websso"];
        below(v3, &path)
    }

    /// The URL where its users log in.
    pub(in super::super) fn url(&self, v3: &Url) -> Url {
        let Self { identity_provider, protocol } = self;
        below(v3, &["OS-FEDERATION", "identity_providers", identity_provider, "protocols", protocol, "auth"])
    }
}
