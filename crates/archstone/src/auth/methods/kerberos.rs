//! A Kerberos ticket, for an identity service behind HTTP Negotiate.

use serde_json::{Value, json};

use super::{AuthMethod, Method, MethodSpec, Reads};
use crate::{
    auth::negotiate::{self, MutualAuth},
    error::{ErrorKind, Result},
    hint::Hint,
    host::Host,
    scope::Scope,
    secret::Secret,
};

pub(super) const SPEC: MethodSpec = MethodSpec {
    name: "kerberos",
    auth_types: &["v3kerberos"],
    help: "a Kerberos ticket, in builds with the feature `kerberos`",
    proof: "Kerberos ticket",
    shared: &[negotiate::OPTIONS],
    is_of_user: true,
    reads: Reads::Login(|settings| Ok(Some(AuthMethod::other(Kerberos { mutual: MutualAuth::read(settings)? })))),
    ..MethodSpec::LOGIN
};

/// The user of a ticket; renewal presents the ticket again.
#[derive(Clone, Debug)]
struct Kerberos {
    mutual: MutualAuth,
}

impl Method for Kerberos {
    fn spec(&self) -> &'static MethodSpec {
        &SPEC
    }

    fn subject(&self) -> String {
        "the user of the Kerberos ticket".into()
    }

    fn identity(&self) -> Value {
        json!({ "mutual_auth": self.mutual.as_str() })
    }

    /// The ticket's user may change at any time, so such a token is never shared.
    fn secret(&self) -> Option<&Secret> {
        None
    }

    fn factors(&self) -> Vec<(&'static str, Value)> {
        vec![("kerberos", json!({}))]
    }

    fn refused(&self, _: &Scope) -> (ErrorKind, Hint) {
        (ErrorKind::Unauthenticated, negotiate::hint())
    }

    fn usable(&self, _: &Host, _: bool) -> Result<()> {
        negotiate::usable(SPEC.auth_types[0])
    }

    fn negotiates(&self) -> Option<MutualAuth> {
        Some(self.mutual)
    }
}
