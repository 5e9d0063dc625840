//! A secret created for a program, bound to one project: Keystone's method `application_credential`.

use std::fmt;

use serde_json::{Value, json};

use super::{AuthMethod, Method, MethodSpec, Reads};
use crate::{
    error::{ErrorKind, Result},
    hint::Hint,
    reference::UserRef,
    scope::Scope,
    secret::Secret,
    settings::{OptionSpec, Settings, ValueKind, user},
};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "application_credential",
    auth_types: &["v3applicationcredential", "application_credential"],
    help: "a secret made for a program, bound to one project",
    proof: "application credential",
    options: &[
        OptionSpec::plain("application_credential_id", "the application credential's id")
            .choices(&[("proof", "application credential"), ("application_credential", "id")]),
        OptionSpec::plain("application_credential_name", "the application credential's name; its user is needed too")
            .choices(&[("proof", "application credential"), ("application_credential", "name")]),
        OptionSpec::plain("application_credential_secret", "the application credential's secret")
            .secret()
            .choices(&[("proof", "application credential"), ("application_credential_secret", "itself")]),
        OptionSpec::plain("application_credential_secret_file", "a file with the secret in its first line")
            .choices(&[("proof", "application credential"), ("application_credential_secret", "file")])
            .kind(ValueKind::Path),
        OptionSpec::plain("application_credential_secret_command", "a command that prints the secret")
            .choices(&[("proof", "application credential"), ("application_credential_secret", "command")])
            .kind(ValueKind::Command),
        OptionSpec::plain("application_credential_secret_keyring", "the place of the secret in the system keyring")
            .choices(&[("proof", "application credential"), ("application_credential_secret", "keyring")]),
    ],
    needs: &[&["application_credential_id", "application_credential_name"], &["application_credential_secret"]],
    scopeless: Some("the credential is bound to the project it was made in"),
    reads: Reads::Login(|settings| Ok(read(settings)?.map(AuthMethod::ApplicationCredential))),
    ..MethodSpec::LOGIN
};

/// An application credential and its secret. Its scope is fixed; renewal sends it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationCredential {
    /// The credential.
    pub credential: ApplicationCredentialRef,
    /// Its secret.
    pub secret: Secret,
}

/// An application credential, by its id or by its name and the user who created it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApplicationCredentialRef {
    /// Its id.
    Id(String),
    /// Its name, which is unique among those of its user.
    Name {
        /// The name.
        name: String,
        /// The user who created it.
        user: UserRef,
    },
}

fn read(settings: &Settings) -> Result<Option<ApplicationCredential>> {
    let text = |part: &str| settings.string(&format!("application_credential_{part}"));
    let credential = match (text("id"), text("name")) {
        (Some(id), _) => Some(ApplicationCredentialRef::Id(id)),
        (None, Some(name)) => user(settings)?.map(|user| ApplicationCredentialRef::Name { name, user }),
        (None, None) => None,
    };
    let secret = settings.secret("application_credential_secret").map(|it| it.value.clone());
    Ok(credential.zip(secret).map(|(credential, secret)| ApplicationCredential { credential, secret }))
}

impl Method for ApplicationCredential {
    fn spec(&self) -> &'static MethodSpec {
        &SPEC
    }

    fn subject(&self) -> String {
        self.credential.to_string()
    }

    fn identity(&self) -> Value {
        match &self.credential {
            ApplicationCredentialRef::Id(id) => json!({ "id": id }),
            ApplicationCredentialRef::Name { name, user } => json!({ "name": name, "user": user.to_wire() }),
        }
    }

    fn secret(&self) -> Option<&Secret> {
        Some(&self.secret)
    }

    fn factors(&self) -> Vec<(&'static str, Value)> {
        let mut factor = self.identity();
        factor["secret"] = self.secret.expose().into();
        vec![(SPEC.name, factor)]
    }

    fn user(&self) -> Option<&UserRef> {
        match &self.credential {
            ApplicationCredentialRef::Name { user, .. } => Some(user),
            ApplicationCredentialRef::Id(_) => None,
        }
    }

    fn refused(&self, _: &Scope) -> (ErrorKind, Hint) {
        let hint = "it may be unknown or expired, its secret wrong, or its user or project disabled: check "
            + Hint::options(["application_credential_id", "application_credential_secret"], "and")
            + ", or make a new one";
        (ErrorKind::ApplicationCredentialRefused, hint)
    }
}

impl fmt::Display for ApplicationCredentialRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "application credential id `{id}`"),
            Self::Name { name, user } => write!(f, "application credential `{name}` of {user}"),
        }
    }
}
