//! Several methods in one login.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{AuthMethod, METHODS, Method, MethodSpec, Once, Reads, choice, refused_user};
use crate::{
    auth::negotiate::{self, MutualAuth},
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    host::Host,
    receipt::Receipt,
    reference::UserRef,
    scope::Scope,
    secret::Secret,
    settings::{OptionSpec, Settings, Sourced, ValueKind},
};

/// The option that continues a login.
pub(super) const RECEIPT: &str = "receipt";

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "multifactor",
    auth_types: &["v3multifactor"],
    help: "several methods in one login, named by `auth_methods`",
    proof: "proofs",
    options: &[
        OptionSpec::plain(
            "auth_methods",
            "the methods of a login with several factors, separated by commas: v3password,v3totp",
        )
        .kind(ValueKind::Words),
        OptionSpec::plain(
            RECEIPT,
            "the receipt of a login that lacked factors, to continue it with only the missing ones",
        )
        .secret(),
    ],
    needs: &[&["auth_methods", RECEIPT]],
    is_of_user: true,
    parts: Some(parts),
    reads: Reads::Login(|settings| {
        let factors: Option<Vec<_>> =
            parts(settings)?.into_iter().map(|part| part.login(settings)).collect::<Result<_>>()?;
        let Some(factors) = factors.filter(|it| !it.is_empty()) else { return Ok(None) };
        let receipt = receipt(settings)?.map(|it| it.value);
        Ok(Some(AuthMethod::other(MultiFactor::new(factors, receipt))))
    }),
    ..MethodSpec::LOGIN
};

/// The receipt of the login that is being continued.
fn receipt(settings: &Settings) -> Result<Option<Sourced<Receipt>>> {
    let Some(stored) = settings.secret(RECEIPT) else { return Ok(None) };
    let receipt = Receipt::from_reference(stored.value.expose()).map_err(|error| {
        let message = format!("{}: {error}", stored.origin);
        let hint = error.hint_parts().cloned().unwrap_or_default();
        Error::new(ErrorKind::InvalidConfig, message).with_hint(hint)
    })?;
    Ok(Some(Sourced { value: receipt, origin: stored.origin.clone() }))
}

/// The methods of the login; with a receipt, those that are still missing.
fn parts(settings: &Settings) -> Result<Vec<&'static MethodSpec>> {
    let receipt = receipt(settings)?;
    let Some(named) = settings.text("auth_methods") else {
        return receipt.map_or(Ok(Vec::new()), |receipt| missing_parts(&receipt, settings));
    };
    let mut parts = named_parts(&named)?;
    if let Some(Sourced { value: receipt, .. }) = &receipt {
        parts.retain(|part| !receipt.methods.iter().any(|shown| shown == part.name));
        if parts.is_empty() {
            let shown: Vec<_> = receipt.methods.iter().map(|it| format!("`{}`", printable(it))).collect();
            let shown = shown.join(" and ");
            let message = format!("{} names nothing but what the receipt has shown already: {shown}", named.origin);
            let missing = receipt.missing();
            let missing = if missing.is_empty() { String::new() } else { format!(": still missing is {missing}") };
            return Err(Error::new(ErrorKind::InvalidConfig, message)
                .with_hint("name the missing methods with " + Hint::option("auth_methods") + missing));
        }
    }
    Ok(parts)
}

/// The methods that a receipt still requires: of several sets, the one with the most options set.
fn missing_parts(receipt: &Sourced<Receipt>, settings: &Settings) -> Result<Vec<&'static MethodSpec>> {
    let Sourced { value: receipt, origin } = receipt;
    if receipt.required_auth_methods.is_empty() {
        let configured = choice::further_factors(settings)?;
        if configured.is_empty() {
            let message = format!("{origin} does not say which methods are missing");
            return Err(Error::new(ErrorKind::NotConfigured, message)
                .with_hint("name the missing methods with " + Hint::option("auth_methods")));
        }
        return Ok(configured);
    }
    let factor = |name: &str| METHODS.iter().find(|it| it.name == name && it.is_factor()).copied();
    let lacks = |part: &MethodSpec| part.needs.iter().any(|group| !group.iter().any(|name| settings.has(name)));
    let sets = receipt.missing_sets(factor);
    sets.min_by_key(|set| (set.iter().filter(|part| lacks(part)).count(), set.len())).ok_or_else(|| {
        let message = format!("{origin} needs what cannot be a factor here: {}", receipt.missing());
        Error::new(ErrorKind::InvalidConfig, message).with_hint("log in without " + Hint::option(RECEIPT))
    })
}

/// The methods that `auth_methods` names.
fn named_parts(named: &Sourced<&str>) -> Result<Vec<&'static MethodSpec>> {
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
    /// The receipt for the other factors.
    receipt: Option<Receipt>,
    secret: Option<Secret>,
}

impl MultiFactor {
    fn new(factors: Vec<AuthMethod>, receipt: Option<Receipt>) -> Self {
        // The ticket's user may change at any time, so such a token is never shared.
        if factors.iter().any(|it| it.method().negotiates().is_some()) {
            return Self { factors, receipt, secret: None };
        }
        let mut secrets: Vec<_> = factors.iter().filter_map(|it| Some(it.method().secret()?.expose())).collect();
        // The receipt represents the secrets of the other factors.
        secrets.extend(receipt.as_ref().map(|it| it.id.expose()));
        // Encoded as JSON, so that two different lists of secrets never give the same text.
        let secret = (!secrets.is_empty()).then(|| json!(secrets).to_string().into());
        Self { factors, receipt, secret }
    }

    fn with(&self, factors: Vec<AuthMethod>) -> AuthMethod {
        AuthMethod::other(Self::new(factors, self.receipt.clone()))
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

    fn receipt(&self) -> Option<&Receipt> {
        self.receipt.as_ref()
    }

    fn user(&self) -> Option<&UserRef> {
        self.methods().find_map(Method::user)
    }

    fn refused(&self, scope: &Scope) -> (ErrorKind, Hint) {
        let proofs: Vec<_> = self.methods().map(|factor| format!("the {}", factor.spec().proof)).collect();
        let (kind, mut hint) = refused_user(&proofs.join(" and "), scope);
        if self.negotiates().is_some() {
            hint = hint + "; " + negotiate::hint();
        }
        match self.receipt {
            None => (kind, hint),
            Some(_) => (kind, hint + "; or the receipt has expired or is of another user: then log in without it"),
        }
    }

    fn usable(&self, host: &Host, unattended: bool) -> Result<()> {
        self.methods().try_for_each(|factor| factor.usable(host, unattended))
    }

    fn negotiates(&self) -> Option<MutualAuth> {
        self.methods().find_map(Method::negotiates)
    }

    fn once(&self) -> Option<Once> {
        self.methods().find_map(Method::once)
    }

    fn with_once(&self, value: Secret) -> Option<AuthMethod> {
        let mut factors = self.factors.clone();
        let factor = factors.iter_mut().find(|factor| factor.method().once().is_some())?;
        *factor = factor.method().with_once(value)?;
        Some(self.with(factors))
    }

    fn at(&self, date: Timestamp) -> Option<AuthMethod> {
        let (mut factors, mut is_dated) = (self.factors.clone(), false);
        for factor in &mut factors {
            if let Some(dated) = factor.method().at(date) {
                (*factor, is_dated) = (dated, true);
            }
        }
        is_dated.then(|| self.with(factors))
    }
}
