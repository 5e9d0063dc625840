//! Several methods in one login.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{AuthMethod, METHODS, Method, MethodSpec, Once, Reads, choice, refused_user};
use crate::{
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    reference::UserRef,
    scope::Scope,
    secret::Secret,
    settings::{OptionSpec, Settings, ValueKind},
};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "multifactor",
    auth_types: &["v3multifactor"],
    help: "several methods in one login, named by `auth_methods`",
    proof: "proofs",
    options: &[OptionSpec::plain(
        "auth_methods",
        "the methods of a login with several factors, with commas: v3password, v3totp",
    )
    .kind(ValueKind::Words)],
    needs: &[&["auth_methods"]],
    is_of_user: true,
    parts: Some(parts),
    reads: Reads::Login(|settings| {
        let factors: Option<Vec<_>> =
            parts(settings)?.into_iter().map(|part| part.login(settings)).collect::<Result<_>>()?;
        Ok(factors.filter(|it| !it.is_empty()).map(|factors| AuthMethod::other(MultiFactor::new(factors))))
    }),
    ..MethodSpec::LOGIN
};

/// The methods that `auth_methods` names.
fn parts(settings: &Settings) -> Result<Vec<&'static MethodSpec>> {
    let Some(named) = settings.text("auth_methods") else { return Ok(Vec::new()) };
    let mut parts: Vec<&'static MethodSpec> = Vec::new();
    for name in named.value.split(',').map(str::trim).filter(|it| !it.is_empty()) {
        let wrong = |what: &str| {
            let message = format!("{} names the auth method `{}`, {what}", named.origin, printable(name));
            let factors = METHODS.iter().filter(|method| method.is_factor()).map(|method| method.auth_types[0]);
            Error::new(ErrorKind::InvalidConfig, message).with_hint(format!(
                "the methods that can be a factor are `{}`",
                factors.collect::<Vec<_>>().join("`, `")
            ))
        };
        let part = choice::known(name).ok_or_else(|| wrong("which is not supported"))?;
        if !part.is_factor() {
            return Err(wrong("which cannot be one of several factors"));
        }
        if parts.iter().any(|it| it.name == part.name) {
            return Err(wrong("twice"));
        }
        parts.push(part);
    }
    if parts.is_empty() {
        let message = format!("{} names no auth method", named.origin);
        return Err(
            Error::new(ErrorKind::InvalidConfig, message).with_hint("write them with commas: `v3password,v3totp`")
        );
    }
    Ok(parts)
}

/// The factors, and all their secrets as one.
#[derive(Clone, Debug)]
struct MultiFactor {
    factors: Vec<AuthMethod>,
    secret: Option<Secret>,
}

impl MultiFactor {
    fn new(factors: Vec<AuthMethod>) -> Self {
        // Texts in JSON, so that no two lists of secrets are the same.
        let secrets: Vec<_> = factors.iter().filter_map(|it| Some(it.method().secret()?.expose())).collect();
        let secret = (!secrets.is_empty()).then(|| json!(secrets).to_string().into());
        Self { factors, secret }
    }

    fn methods(&self) -> impl Iterator<Item = &dyn Method> {
        self.factors.iter().map(AuthMethod::method)
    }
}

impl Method for MultiFactor {
    fn spec(&self) -> &'static MethodSpec {
        &SPEC
    }

    fn subject(&self) -> String {
        let subjects = || self.methods().map(|factor| (factor.subject(), factor.user().is_some()));
        subjects().find(|(_, has_user)| *has_user).or_else(|| subjects().next()).map(|it| it.0).unwrap_or_default()
    }

    fn identity(&self) -> Value {
        self.methods().map(|factor| json!([factor.spec().name, factor.identity()])).collect()
    }

    fn secret(&self) -> Option<&Secret> {
        self.secret.as_ref()
    }

    fn factors(&self) -> Vec<(&'static str, Value)> {
        self.methods().flat_map(Method::factors).collect()
    }

    fn user(&self) -> Option<&UserRef> {
        self.methods().find_map(Method::user)
    }

    fn refused(&self, scope: &Scope) -> (ErrorKind, Hint) {
        let proofs: Vec<_> = self.methods().map(|factor| format!("the {}", factor.spec().proof)).collect();
        refused_user(&proofs.join(" and "), scope)
    }

    fn once(&self) -> Option<Once> {
        self.methods().find_map(Method::once)
    }

    fn with_once(&self, value: Secret) -> Option<AuthMethod> {
        let mut factors = self.factors.clone();
        let factor = factors.iter_mut().find(|factor| factor.method().once().is_some())?;
        *factor = factor.method().with_once(value)?;
        Some(AuthMethod::other(Self::new(factors)))
    }

    fn at(&self, date: Timestamp) -> Option<AuthMethod> {
        let (mut factors, mut is_dated) = (self.factors.clone(), false);
        for factor in &mut factors {
            if let Some(dated) = factor.method().at(date) {
                (*factor, is_dated) = (dated, true);
            }
        }
        is_dated.then(|| AuthMethod::other(Self::new(factors)))
    }
}
