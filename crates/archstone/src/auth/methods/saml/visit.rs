//! Requests to the servers of one login, with the cookies that they set.

use http::{
    Method as Verb,
    header::{ACCEPT, COOKIE, HeaderName},
};
use url::Url;

use super::{PAOS, cookies::Cookies};
use crate::{
    access::Access,
    auth::{
        keystone,
        login::{Exchange, Identity},
        methods::Method,
    },
    error::{ErrorKind, Result, printable, public_url},
    hint::Hint,
    scope::Scope,
    secret::Secret,
    transport::{Answer, Request},
};

/// How such a client announces its capabilities: SAML 2.0 Profiles, section 4.2.4.
const ECP: &str = r#"ver="urn:liberty:paos:2003-08";"urn:oasis:names:tc:SAML:2.0:profiles:SSO:ecp""#;

/// Requests to the servers of one login. None of them follows a redirect.
pub(in super::super) struct Visit<'a> {
    exchange: &'a Exchange<'a>,
    cookies: Cookies,
}

impl<'a> Visit<'a> {
    pub(in super::super) fn new(exchange: &'a Exchange<'a>) -> Self {
        Self { exchange, cookies: Cookies::default() }
    }

    /// Whether a server has started a session.
    pub(in super::super) fn has_cookies(&self) -> bool {
        !self.cookies.is_empty()
    }

    /// Sends a request to a server that an option names, or that an earlier server redirects to.
    pub(in super::super) async fn send(&mut self, mut request: Request, option: &'static str) -> Result<Answer> {
        self.exchange.require_private(&request.url, option)?;
        let transport = &self.exchange.identity.transport;
        let is_private = transport.settings().is_private(&request.url);
        let cookies = self.cookies.header(&request.url, is_private);
        request.rest.headers.extend(cookies.map(|value| (COOKIE, value)));
        let answer = transport.send(request).await?;
        self.cookies.learn(&answer.url, &answer.headers);
        Ok(answer)
    }

    /// Posts a document to a server.
    pub(in super::super) async fn post(
        &mut self,
        url: &Url,
        kind: &'static str,
        document: Secret,
        option: &'static str,
    ) -> Result<Answer> {
        let mut request = Request::new(Verb::POST, url.clone()).elsewhere();
        request.rest.text = Some((kind, document));
        self.send(request, option).await
    }

    /// Starts the login at the service provider, as an ECP client.
    pub(in super::super) async fn begin(&mut self, url: &Url) -> Result<Answer> {
        let mut request = Request::get(url.clone());
        request.rest.headers.push((ACCEPT, format!("application/json, {PAOS}").into()));
        request.rest.headers.push((HeaderName::from_static("paos"), ECP.into()));
        self.send(request, "auth_url").await
    }

    /// Checks that the service provider accepted an assertion, and set a session cookie.
    pub(in super::super) fn accepted(answer: &Answer, method: &dyn Method) -> Result<()> {
        if answer.status < 400 {
            return Ok(());
        }
        let said = answer.said().map(|it| format!(": {it}")).unwrap_or_default();
        let shown = public_url(&answer.url);
        let message =
            format!("the service provider `{shown}` did not accept the assertion (HTTP {}){said}", answer.status);
        let kind = match answer.status {
            404 => ErrorKind::InvalidResponse,
            429 => ErrorKind::RateLimited,
            502..=504 => ErrorKind::ServerError,
            // Shibboleth returns 500 for everything that it refuses.
            _ => ErrorKind::Unauthenticated,
        };
        let hint = format!(
            "the identity provider accepted {}: the service provider must know it, and the clocks of both must agree; \
             tell its operator",
            method.subject()
        );
        Err(answer.error(kind, message).with_hint(hint))
    }

    /// Gets an unscoped token from Keystone, for the session with the service provider.
    pub(in super::super) async fn token(&mut self, v3: &Url, url: &Url, method: &dyn Method) -> Result<Access> {
        let Identity { host, .. } = self.exchange.identity;
        let mut answer = self.send(Request::get(url.clone()), "auth_url").await?;
        if keystone::met_another_first_login(&answer) {
            answer = self.send(Request::get(url.clone()), "auth_url").await?;
        }
        let begins_again = answer.header("x-subject-token").is_none() && matches!(answer.status, 200 | 300..400);
        if begins_again {
            let why = if self.has_cookies() { "it does not accept its own cookie" } else { "it set no cookie" };
            let kind = answer.header("content-type").map(printable).unwrap_or_default();
            let message = format!(
                "the service provider at `{}` asks for the login again (HTTP {}, `{kind}`): {why}",
                public_url(&answer.url),
                answer.status,
            );
            return Err(answer
                .error(ErrorKind::InvalidResponse, message)
                .with_hint("check the protocol of the identity provider, and " + Hint::option("protocol")));
        }
        keystone::received(&answer, host, v3, method, &Scope::Unscoped)
    }
}
