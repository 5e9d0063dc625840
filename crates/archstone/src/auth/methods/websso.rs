//! A person logs in with a browser at the identity service itself, which redirects to an identity provider: WebSSO,
//! made for dashboards. Its page posts an unscoped token to a listener on this machine, at an origin that the identity
//! service trusts.

use std::time::Duration;

use serde_json::{Value, json};
use url::{Origin, Url};

use super::{
    AuthMethod, Exchanged, Form, Method, MethodSpec, Reads,
    callback::{Callback, Returned, Verdict},
    oidc::{self, Federation},
};
use crate::{
    access::Access,
    auth::{LoginPage, keystone, login::Exchange},
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    host::Host,
    scope::Scope,
    secret::Secret,
    settings::{OptionSpec, Settings, ValueKind},
    token::Token,
};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "websso",
    auth_types: &["v3websso"],
    help: "a login at the identity service with a browser on this machine (WebSSO)",
    proof: "login in the browser",
    options: &[
        OptionSpec::plain("redirect_host", "the name of this machine, to which the browser returns")
            .choices(&[("proof", "WebSSO")]),
        OptionSpec::plain("redirect_port", "the port on this machine to which the browser returns")
            .choices(&[("proof", "WebSSO")])
            .kind(ValueKind::Number),
        OptionSpec::plain("login_timeout", "the time limit for a login in the browser, in seconds")
            .choices(&[("proof", "WebSSO")])
            .kind(ValueKind::Seconds),
    ],
    shared: &[oidc::FEDERATION],
    needs: &[&["identity_provider"], &["protocol"]],
    form: Form::Alone,
    unscoped_first: true,
    reads: Reads::Login(|settings| {
        let (redirect, patience) = (redirect(settings)?, settings.seconds("login_timeout")?);
        let label = settings.string("username");
        Ok(Federation::read(settings).map(|federation| {
            let patience = patience.unwrap_or(Duration::from_secs(60));
            AuthMethod::other(WebSso { federation, redirect, patience, label, secret: "".into() })
        }))
    }),
    ..MethodSpec::LOGIN
};

/// The redirect URL: `/auth/websso/` is the path of dashboards, which clouds trust.
fn redirect(settings: &Settings) -> Result<Url> {
    let text = |name: &str, default: &str| settings.string(name).unwrap_or_else(|| default.to_owned());
    let (host, port) = (text("redirect_host", "localhost"), text("redirect_port", "9990"));
    let number = port.parse::<u16>().ok().filter(|it| *it > 0);
    let url = number.and_then(|port| Url::parse(&format!("http://{host}:{port}/auth/websso/")).ok());
    url.filter(|url| url.host_str().is_some_and(|it| it.eq_ignore_ascii_case(&host))).ok_or_else(|| {
        let message = format!("`{}:{}` is not a host and a port of this machine", printable(&host), printable(&port));
        Error::new(ErrorKind::InvalidConfig, message)
            .with_hint("check " + Hint::options(["redirect_host", "redirect_port"], "and"))
    })
}

/// A person at a browser, and the redirect URL.
#[derive(Clone, Debug)]
struct WebSso {
    federation: Federation,
    redirect: Url,
    patience: Duration,
    /// Distinguishes the tokens of several people; not sent to the identity service.
    label: Option<String>,
    secret: Secret,
}

impl WebSso {
    async fn log_in(&self, exchange: &Exchange<'_>) -> Result<Access> {
        let v3 = exchange.identity.v3(exchange.auth_url).await?;
        exchange.require_private(v3, "auth_url")?;
        let callback = Callback::bind(Some(&self.redirect), "redirect_host").await?;
        let mut url = self.federation.websso(v3);
        url.query_pairs_mut().append_pair("origin", self.redirect.as_str());
        let origin = v3.origin();
        let waiting = callback.wait(self.patience, move |returned| token(returned, &origin));
        // The URL contains nothing about this login.
        let page = LoginPage { url, start: None, user_code: None };
        let token = exchange.person.show(page, waiting).await.map_err(|error| match error.kind() {
            ErrorKind::Unauthenticated => error.with_hint(
                Hint::from(format!(
                    "log in again, and open the URL that is shown; where its page refuses, the identity service must list \
                     `{}` in `trusted_dashboard`; for more time, see ",
                    self.redirect
                )) + Hint::option("login_timeout"),
            ),
            _ => error,
        })?;
        keystone::look_up(exchange.identity, v3, &Token::new(token)?).await
    }
}

/// Reads the token from the form that the identity service's page makes the browser post. Another page could make it
/// post one, too, with a token of its own, so the headers in which the browser describes that page are checked, if it
/// sends any.
fn token(returned: &Returned, identity_service: &Origin) -> Verdict {
    let refused = |why| Verdict::no("400 Bad Request", why);
    if returned.method != "POST" {
        return Verdict::no("405 Method Not Allowed", "There is nothing here.");
    }
    let kind = returned.header("content-type").and_then(|it| it.split(';').next()).unwrap_or_default();
    if !kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Verdict::no("415 Unsupported Media Type", "This is not the form of a login.");
    }
    // A page navigation, not a request by a script.
    let fetched = |name: &str| returned.header(name);
    if fetched("sec-fetch-mode") != Some("navigate")
        || fetched("sec-fetch-dest") != Some("document")
        || fetched("sec-fetch-site") == Some("none")
    {
        return refused("This is not of a page of the identity service.");
    }
    // From HTTPS to HTTP, browsers send no origin, or `null`.
    let is_own = |text: &str| Url::parse(text).is_ok_and(|url| url.origin() == *identity_service);
    let origin = returned.header("origin").filter(|it| *it != "null");
    if !origin.into_iter().chain(returned.header("referer")).all(is_own) {
        return refused("This is of another page than the identity service's.");
    }
    match returned.field("token").filter(|it| !it.expose().is_empty()) {
        Some(token) => Verdict::done("You are logged in. You can close this window.", Ok(token)),
        None => refused("There is no token in the form."),
    }
}

impl Method for WebSso {
    fn spec(&self) -> &'static MethodSpec {
        &SPEC
    }

    fn subject(&self) -> String {
        format!("the person at the browser of the identity provider `{}`", self.federation.identity_provider)
    }

    fn identity(&self) -> Value {
        json!([self.federation.identity(), self.label])
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.secret)
    }

    fn refused(&self, _: &Scope) -> (ErrorKind, Hint) {
        let hint = "check " + Hint::options(["identity_provider", "protocol"], "and");
        (ErrorKind::Unauthenticated, hint)
    }

    fn usable(&self, _: &Host, unattended: bool) -> Result<()> {
        oidc::needs_person(&SPEC, unattended)
    }

    fn exchange<'a>(&'a self, exchange: &'a Exchange<'a>, _: &'a Scope) -> Option<Exchanged<'a>> {
        Some(Box::pin(self.log_in(exchange)))
    }
}
