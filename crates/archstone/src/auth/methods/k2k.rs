//! Keystone to Keystone: a login at home, an assertion about it, and a session at another Keystone that trusts it.

use http::Method as Verb;
use serde_json::{Value, json};

use super::{
    AuthMethod, Exchanged, Form, Method, MethodSpec, Reads, choice,
    saml::{PAOS, Visit},
};
use crate::{
    access::Access,
    auth::{
        keystone,
        link::Credentials,
        login::{Exchange, Identity},
    },
    catalog::discovery::below,
    error::{Error, ErrorKind, Result},
    hint::Hint,
    host::Host,
    scope::Scope,
    secret::Secret,
    settings::{OptionSpec, Settings, scope},
    transport::Request,
    xml::Document,
};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "k2k",
    auth_types: &["k2k"],
    help: "a login at one Keystone that continues to another (Keystone to Keystone); the other options are for the first",
    proof: "login at home",
    options: &[
        OptionSpec::plain("service_provider", "the other cloud, by its service provider id in the cloud of `auth_url`"),
        OptionSpec::plain("remote_project_id", "the id of the project in the other cloud")
            .choices(&[("remote_project", "id")]),
        OptionSpec::plain("remote_project_name", "the name of the project in the other cloud")
            .choices(&[("remote_project", "name")]),
        OptionSpec::plain("remote_project_domain_id", "the id of the domain that owns that project")
            .choices(&[("remote_project_domain", "id")]),
        OptionSpec::plain("remote_project_domain_name", "the name of the domain that owns that project")
            .choices(&[("remote_project_domain", "name")]),
    ],
    needs: &[&["service_provider"]],
    scope_prefix: "remote_",
    form: Form::Alone,
    parts: Some(|settings| Ok(vec![choice::at_home(settings)?])),
    unscoped_first: true,
    reads: Reads::Login(read),
    ..MethodSpec::LOGIN
};

fn read(settings: &Settings) -> Result<Option<AuthMethod>> {
    let Some(service_provider) = settings.string("service_provider") else { return Ok(None) };
    let spec = choice::at_home(settings)?;
    if spec.is_given() || spec.is_v2() {
        let place = settings.origin("service_provider").map(ToString::to_string).unwrap_or_default();
        let message =
            format!("{place} selects a login that continues to another cloud, which `{}` cannot", spec.auth_types[0]);
        return Err(Error::new(ErrorKind::InvalidConfig, message)
            .with_hint("choose another login with " + Hint::option("auth_type")));
    }
    let Some(method) = spec.login(settings)? else { return Ok(None) };
    let (further, scope) = (choice::further(spec, settings)?, scope(settings, "")?);
    if let (Some(why), true) = (spec.scopeless, scope != Scope::Default) {
        let message = format!("an {} cannot take a scope, but {scope} is requested", spec.proof);
        return Err(Error::new(ErrorKind::ScopeConflict, message).with_hint(format!("remove the scope: {why}")));
    }
    let credentials = Credentials { method, further, scope };
    Ok(Some(AuthMethod::other(Onwards { service_provider, credentials })))
}

/// A home login, and the cloud where it continues. Renewal requests another assertion with the home token while that is
/// valid.
#[derive(Clone, Debug)]
struct Onwards {
    service_provider: String,
    credentials: Credentials,
}

impl Onwards {
    async fn log_in(&self, exchange: &Exchange<'_>) -> Result<Access> {
        let Some(home) = &exchange.identity.home else {
            return Err(Error::new(ErrorKind::NotConfigured, "there is no home cloud to log in to"));
        };
        let mut access = home.access().await?;
        let onward = home.onward(&access)?;
        for url in [&onward.auth_url, &onward.sp_url] {
            exchange.require_private(url, "service_provider")?;
        }
        let assertion = match self.assertion(exchange, &access).await {
            // It was cached, and has been revoked meanwhile.
            Err(error) if error.kind() == ErrorKind::TokenRejected => {
                access = home.replace(access.token()).await?;
                self.assertion(exchange, &access).await?
            }
            outcome => outcome?,
        };
        let v3 = exchange.identity.v3(exchange.auth_url).await?;
        let mut visit = Visit::new(exchange);
        let answer = visit.post(&onward.sp_url, PAOS, assertion, "service_provider").await?;
        Visit::accepted(&answer, self)?;
        visit.token(v3, &onward.auth_url, self).await
    }

    /// The home cloud's assertion about the user, for the other cloud: `POST /v3/auth/OS-FEDERATION/saml2/ecp`.
    async fn assertion(&self, exchange: &Exchange<'_>, access: &Access) -> Result<Secret> {
        let Identity { transport, .. } = exchange.identity;
        let v3 = access.auth_url().unwrap_or(exchange.auth_url);
        let mut request = Request::new(Verb::POST, below(v3, &["auth", "OS-FEDERATION", "saml2", "ecp"]));
        request.body = Some(json!({"auth": {
            "identity": {"methods": ["token"], "token": {"id": access.token().expose()}},
            "scope": {"service_provider": {"id": self.service_provider}},
        }}));
        let answer = transport.send(request).await?;
        let error = match answer.status {
            200..300 => {
                let wrong = |what: String| {
                    let message = format!("the assertion of the cloud at home {what}");
                    answer.error(ErrorKind::InvalidResponse, message).with_hint("tell its operator")
                };
                Document::read(&answer.body).map_err(|why| wrong(why.to_string()))?;
                return Ok(answer.body.as_str().into());
            }
            _ => keystone::failure(&answer).in_context("the cloud at home gives no assertion"),
        };
        Err(if answer.status == 403 {
            error.with_hint(
                "the token at home must be for a project: see " + Hint::options(["project_name", "project_id"], "or"),
            )
        } else {
            error
        })
    }
}

impl Method for Onwards {
    fn spec(&self) -> &'static MethodSpec {
        &SPEC
    }

    fn subject(&self) -> String {
        format!("{} at the service provider `{}`", self.credentials.method.subject(), self.service_provider)
    }

    fn identity(&self) -> Value {
        let Credentials { method, scope, .. } = &self.credentials;
        json!([self.service_provider, method.name(), method.method().identity(), scope.to_wire()])
    }

    fn secret(&self) -> Option<&Secret> {
        self.credentials.method.method().secret()
    }

    fn refused(&self, _: &Scope) -> (ErrorKind, Hint) {
        let hint = "the cloud at home vouches for the user, and the other does not let the user in: its mapping may want a \
                    role or a project that the user does not have at home";
        (ErrorKind::Unauthenticated, hint.into())
    }

    fn usable(&self, host: &Host, unattended: bool) -> Result<()> {
        self.credentials.method.method().usable(host, unattended)
    }

    fn at_home(&self) -> Option<(&str, &Credentials)> {
        Some((&self.service_provider, &self.credentials))
    }

    fn exchange<'a>(&'a self, exchange: &'a Exchange<'a>, _: &'a Scope) -> Option<Exchanged<'a>> {
        Some(Box::pin(self.log_in(exchange)))
    }
}
