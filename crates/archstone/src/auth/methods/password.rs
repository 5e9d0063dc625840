//! A user's password: Keystone's method `password`.

use serde_json::{Value, json};

use crate::{
    error::Result,
    reference::UserRef,
    secret::Secret,
    settings::{OptionSpec, Settings, ValueKind, user},
};

/// The options that name a user; other methods share them.
pub(crate) const USER: &[OptionSpec] = &[
    OptionSpec::plain("user_id", "the user's id").choices(&[("user", "id")]),
    OptionSpec::plain("username", "the user's name").aliases(&["user_name"]).choices(&[("user", "name")]),
    OptionSpec::plain("user_domain_id", "the id of the domain that owns the user").choices(&[("user_domain", "id")]),
    OptionSpec::plain("user_domain_name", "the name of the domain that owns the user")
        .choices(&[("user_domain", "name")]),
];

pub(crate) const OPTIONS: &[OptionSpec] = &[
    OptionSpec::plain("password", "the user's password")
        .secret()
        .choices(&[("proof", "password"), ("password", "itself")]),
    OptionSpec::plain("password_file", "a file with the user's password in its first line")
        .choices(&[("proof", "password"), ("password", "file")])
        .kind(ValueKind::Path),
    OptionSpec::plain("password_command", "a command that prints the user's password")
        .choices(&[("proof", "password"), ("password", "command")])
        .kind(ValueKind::Command),
    OptionSpec::plain("password_keyring", "where the user's password is in the keyring of this system")
        .choices(&[("proof", "password"), ("password", "keyring")]),
];

/// A user and the user's password. Renewal sends it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Password {
    /// Who.
    pub user: UserRef,
    /// The password.
    pub password: Secret,
}

impl Password {
    pub(crate) fn from_settings(settings: &Settings) -> Result<Option<Self>> {
        let password = settings.secret("password").map(|it| it.value.clone());
        Ok(user(settings)?.zip(password).map(|(user, password)| Self { user, password }))
    }

    pub(crate) fn to_wire(&self) -> Value {
        let mut user = self.user.to_wire();
        user["password"] = self.password.expose().into();
        json!({ "user": user })
    }
}
