//! A user's password: Keystone's method `password`.

use serde_json::{Value, json};

use super::{AuthMethod, Method, MethodSpec, Reads, refused_user};
use crate::{
    error::ErrorKind,
    hint::Hint,
    reference::UserRef,
    scope::Scope,
    secret::Secret,
    settings::{OptionSpec, ValueKind, user},
};

/// The options that name a user; other methods share them.
pub(super) const USER: &[OptionSpec] = &[
    OptionSpec::plain("user_id", "the user's id").choices(&[("user", "id")]),
    OptionSpec::plain("username", "the user's name").aliases(&["user_name"]).choices(&[("user", "name")]),
    OptionSpec::plain("user_domain_id", "the id of the domain that owns the user").choices(&[("user_domain", "id")]),
    OptionSpec::plain("user_domain_name", "the name of the domain that owns the user")
        .choices(&[("user_domain", "name")]),
];

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "password",
    auth_types: &["password", "v3password"],
    help: "a user's password",
    proof: "password",
    options: &[
        OptionSpec::plain("password", "the user's password")
            .secret()
            .choices(&[("proof", "password"), ("password", "itself")]),
        OptionSpec::plain("password_file", "a file with the user's password in its first line")
            .choices(&[("proof", "password"), ("password", "file")])
            .kind(ValueKind::Path),
        OptionSpec::plain("password_command", "a command that prints the user's password")
            .choices(&[("proof", "password"), ("password", "command")])
            .kind(ValueKind::Command),
        OptionSpec::plain("password_keyring", "the place of the user's password in the system keyring")
            .choices(&[("proof", "password"), ("password", "keyring")]),
    ],
    needs: &[&["username", "user_id"], &["password"]],
    is_of_user: true,
    adds: Some(|user, password| AuthMethod::Password(Password { user, password })),
    reads: Reads::Login(|settings| {
        let password = settings.secret("password").map(|it| it.value.clone());
        let method = user(settings)?.zip(password).map(|(user, password)| Password { user, password });
        Ok(method.map(AuthMethod::Password))
    }),
    ..MethodSpec::LOGIN
};

/// A user and the user's password. Renewal sends it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Password {
    /// The user.
    pub user: UserRef,
    /// The password.
    pub password: Secret,
}

impl Method for Password {
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
        Some(&self.password)
    }

    fn factors(&self) -> Vec<(&'static str, Value)> {
        let mut user = self.user.to_wire();
        user["password"] = self.password.expose().into();
        vec![(SPEC.name, json!({ "user": user }))]
    }

    fn user(&self) -> Option<&UserRef> {
        Some(&self.user)
    }

    fn refused(&self, scope: &Scope) -> (ErrorKind, Hint) {
        refused_user("the password", scope)
    }
}
