//! A one-time passcode: Keystone's method `totp`.

use serde_json::{Value, json};

use super::{AuthMethod, Method, MethodSpec, Once, Reads, refused_user};
use crate::{
    error::ErrorKind,
    hint::Hint,
    reference::UserRef,
    scope::Scope,
    secret::Secret,
    settings::{OptionSpec, user},
};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "totp",
    auth_types: &["v3totp", "totp"],
    help: "a one-time passcode of the user (TOTP)",
    proof: "passcode",
    options: &[OptionSpec::plain("passcode", "a one-time passcode of the user").secret().once()],
    needs: &[&["username", "user_id"], &["passcode"]],
    is_of_user: true,
    adds: Some(|user, passcode| AuthMethod::other(Totp { user, passcode: Some(passcode) })),
    reads: Reads::Login(|settings| {
        let passcode = settings.secret("passcode").map(|it| it.value.clone());
        Ok(user(settings)?.map(|user| AuthMethod::other(Totp { user, passcode })))
    }),
    ..MethodSpec::LOGIN
};

/// A user and a passcode, which works once: without one, a person is asked when it is needed.
#[derive(Clone, Debug)]
struct Totp {
    user: UserRef,
    passcode: Option<Secret>,
}

impl Method for Totp {
    fn spec(&self) -> &'static MethodSpec {
        &SPEC
    }

    fn subject(&self) -> String {
        self.user.to_string()
    }

    fn identity(&self) -> Value {
        self.user.to_wire()
    }

    fn secret(&self) -> Option<&Secret> {
        self.passcode.as_ref()
    }

    fn factors(&self) -> Vec<(&'static str, Value)> {
        let mut user = self.user.to_wire();
        user["passcode"] = self.passcode.as_ref().map(Secret::expose).into();
        vec![(SPEC.name, json!({ "user": user }))]
    }

    fn user(&self) -> Option<&UserRef> {
        Some(&self.user)
    }

    fn refused(&self, scope: &Scope) -> (ErrorKind, Hint) {
        refused_user("the passcode, which works once and not for long", scope)
    }

    fn once(&self) -> Option<Once> {
        Some(Once { option: &SPEC.options[0], is_given: self.passcode.is_some() })
    }

    fn with_once(&self, passcode: Secret) -> Option<AuthMethod> {
        Some(AuthMethod::other(Self { passcode: Some(passcode), ..self.clone() }))
    }
}
