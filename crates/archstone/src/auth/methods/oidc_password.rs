//! A user's password at an OpenID Connect provider: RFC 6749, section 4.3. Some providers require a one-time passcode,
//! too.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::{Value, json};

use super::{
    Form, MethodSpec, Once, Reads,
    oidc::{self, Client, Federation, Flow, Tokens},
    totp,
};
use crate::{
    auth::login::Exchange,
    error::{ErrorKind, Result},
    hint::Hint,
    secret::Secret,
    settings::OptionSpec,
};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "oidc_password",
    auth_types: &["v3oidcpassword"],
    help: "a user's password at an OpenID Connect provider",
    proof: "password",
    shared: &[oidc::FEDERATION, oidc::CLIENT],
    options: &[OptionSpec::plain(
        "idp_otp_key",
        "the provider's form field for a one-time passcode; the passcode is `passcode`, or prompted for",
    )],
    needs: oidc::needs!(["username"], ["password"]),
    form: Form::Alone,
    unscoped_first: true,
    is_of_user: true,
    reads: Reads::Login(|settings| {
        let parts = Federation::read(settings).zip(Client::read(settings)?);
        let user = settings.string("username").zip(settings.secret("password"));
        let passcode = settings.string("idp_otp_key").map(|field| Passcode {
            field,
            given: settings.secret("passcode").map(|it| it.value.clone()),
            is_spent: Arc::default(),
        });
        Ok(parts.zip(user).map(|((federation, client), (username, password))| {
            oidc::method(federation, AtProvider { client, username, password: password.value.clone(), passcode })
        }))
    }),
    ..MethodSpec::LOGIN
};

/// A user and the user's password. Renewal sends it again.
#[derive(Clone, Debug)]
struct AtProvider {
    client: Client,
    username: String,
    password: Secret,
    passcode: Option<Passcode>,
}

/// A passcode works once: a person is prompted for another, unless a refresh token makes that unnecessary.
#[derive(Clone, Debug)]
struct Passcode {
    field: String,
    given: Option<Secret>,
    is_spent: Arc<AtomicBool>,
}

impl Passcode {
    async fn next(&self, exchange: &Exchange<'_>) -> Result<Secret> {
        match &self.given {
            Some(given) if !self.is_spent.load(Ordering::Relaxed) => Ok(given.clone()),
            given => exchange.ask_for(&Once { option: &totp::PASSCODE, is_given: given.is_some() }).await,
        }
    }
}

impl Flow for AtProvider {
    const SPEC: &'static MethodSpec = &SPEC;

    fn subject(&self) -> String {
        format!("user `{}`", self.username)
    }

    fn identity(&self) -> Value {
        match &self.passcode {
            None => json!(self.username),
            Some(passcode) => json!([self.username, passcode.field]),
        }
    }

    fn secrets(&self) -> Vec<&Secret> {
        std::iter::once(&self.password).chain(self.client.secret()).collect()
    }

    fn client(&self) -> Option<&Client> {
        Some(&self.client)
    }

    fn is_of_person(&self) -> bool {
        self.passcode.is_some()
    }

    async fn tokens(&self, exchange: &Exchange<'_>) -> Result<Tokens> {
        let endpoints = self.client.endpoints(exchange).await?;
        let mut grant: Vec<(Cow<'static, str>, Secret)> = vec![
            ("grant_type".into(), "password".into()),
            ("username".into(), self.username.as_str().into()),
            ("password".into(), self.password.clone()),
            ("scope".into(), self.client.scope.as_str().into()),
        ];
        let Some(passcode) = &self.passcode else { return self.client.token(exchange, &endpoints, grant).await };
        grant.push((passcode.field.clone().into(), passcode.next(exchange).await?));
        let outcome = self.client.token(exchange, &endpoints, grant).await;
        let has_arrived = outcome.as_ref().map_or_else(|error| !error.kind().is_transient(), |_| true);
        if has_arrived {
            passcode.is_spent.store(true, Ordering::Relaxed);
        }
        outcome.map_err(|error| match (error.kind(), error.hint_parts().cloned()) {
            (ErrorKind::Unauthenticated, Some(hint)) => {
                error.with_hint(hint + "; " + Hint::option("passcode") + " works once and not for long")
            }
            _ => error,
        })
    }
}
