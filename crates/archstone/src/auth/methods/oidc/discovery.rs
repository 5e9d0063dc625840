//! The discovery document of a provider: OpenID Connect Discovery 1.0, section 4.

use serde_json::Value;
use url::Url;

use crate::{
    auth::login::Exchange,
    error::{Error, ErrorKind, Result, printable, public_url},
    hint::Hint,
    transport::Request,
};

const WELL_KNOWN: &str = "/.well-known/openid-configuration";

/// A provider's metadata.
pub(super) struct Discovered {
    url: Url,
    document: Value,
}

/// Fetches the document, and checks that it belongs to the provider.
pub(super) async fn discover(exchange: &Exchange<'_>, url: &Url) -> Result<Discovered> {
    exchange.require_private(url, "discovery_endpoint")?;
    let transport = &exchange.identity.transport;
    let answer = transport.send(Request::get(url.clone()).elsewhere()).await?;
    let shown = public_url(url);
    let hint = || Hint::from("check ") + Hint::option("discovery_endpoint");
    if !answer.is_success() {
        let said = answer.said().map(|it| format!(": {it}")).unwrap_or_default();
        let kind = if answer.status >= 500 { ErrorKind::ServerError } else { ErrorKind::InvalidResponse };
        let message = format!("`{shown}` has no discovery document (HTTP {}){said}", answer.status);
        return Err(answer.error(kind, message).with_hint(hint()));
    }
    let malformed = |what: &str| {
        let message = format!("the discovery document at `{shown}` {what}");
        answer.error(ErrorKind::InvalidResponse, message).with_hint(hint())
    };
    let document: Value =
        serde_json::from_str(&answer.body).map_err(|source| malformed("is not JSON").with_source(source))?;
    let issuer = document["issuer"].as_str().ok_or_else(|| malformed("names no issuer"))?;
    let is_own = match url.as_str().strip_suffix(WELL_KNOWN) {
        Some(base) => issuer.trim_end_matches('/') == base.trim_end_matches('/'),
        // It is at another path, as in RFC 8414: at least it must be on the same server.
        None => Url::parse(issuer).is_ok_and(|issuer| issuer.origin() == url.origin()),
    };
    if !is_own {
        return Err(malformed(&format!("is of another issuer, `{}`", printable(issuer))));
    }
    Ok(Discovered { url: url.clone(), document })
}

impl Discovered {
    /// The issuer of its tokens.
    pub(super) fn issuer(&self) -> &str {
        self.document["issuer"].as_str().unwrap_or_default()
    }

    /// An endpoint, if the document has it. For a client that presents a certificate, it may be a different one: RFC
    /// 8705, section 5.
    pub(super) fn endpoint(&self, exchange: &Exchange<'_>, name: &str, by_certificate: bool) -> Result<Option<Url>> {
        let wrong = |what: &str| {
            let message = format!("the discovery document at `{}` has a `{name}` that {what}", public_url(&self.url));
            Error::new(ErrorKind::InvalidResponse, message).with_url(&self.url)
        };
        let aliases = by_certificate.then(|| &self.document["mtls_endpoint_aliases"]);
        let value = aliases.and_then(|it| it.get(name)).unwrap_or(&self.document[name]);
        if value.is_null() {
            return Ok(None);
        }
        let url = value.as_str().and_then(|text| Url::parse(text).ok()).filter(Url::has_host);
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.ok_or_else(|| wrong("is not the URL of a server"))?;
        if !exchange.identity.transport.settings().is_private(&url) {
            return Err(wrong("is plain HTTP, over which no secret is sent"));
        }
        Ok(Some(url))
    }
}
