//! The content of a token store.

use std::{sync::Arc, time::Duration};

use archstone::Access;
use pyo3::prelude::*;

use crate::access::AccessInfo;

/// The metadata of a stored token. Never the token itself, except in the client's own `access`.
#[pyclass(frozen, module = "archstone")]
#[derive(Clone)]
pub(crate) struct StoredToken {
    /// The key under which it is stored. It reveals nothing about the user.
    #[pyo3(get)]
    name: String,
    access: Option<Arc<Access>>,
    /// Its size in bytes.
    #[pyo3(get)]
    size: u64,
    /// How long ago it was stored, as a timedelta; None if the store does not know.
    #[pyo3(get)]
    age: Option<Duration>,
    /// Its remaining lifetime, as a timedelta; None if that is unknown.
    #[pyo3(get)]
    remaining: Option<Duration>,
    /// How often it was read from the store, each time saving a login.
    #[pyo3(get)]
    hits: u64,
    /// How many logins were made for it.
    #[pyo3(get)]
    logins: u64,
}

impl From<archstone::StoredToken> for StoredToken {
    fn from(token: archstone::StoredToken) -> Self {
        let archstone::StoredToken { name, access, size, age, remaining, hits, logins, .. } = token;
        Self { name, access, size, age, remaining, hits, logins }
    }
}

#[pymethods]
impl StoredToken {
    /// The token; None if the client's secret does not decrypt it.
    #[getter]
    fn access(&self) -> Option<AccessInfo> {
        self.access.clone().map(AccessInfo)
    }

    fn __repr__(&self) -> String {
        format!("<archstone.StoredToken {} hits={} logins={}>", self.name, self.hits, self.logins)
    }
}

/// The content of a token store: see `Client.token_store_status`.
#[pyclass(frozen, get_all, module = "archstone")]
pub(crate) struct TokenStoreStatus {
    /// The store's address: a folder, or a URL without any password.
    place: String,
    /// The token of this client; None if there is none.
    own: Option<StoredToken>,
    /// The tokens of others, which only their secrets decrypt; None if the store cannot list them.
    others: Option<Vec<StoredToken>>,
    /// How many tokens other versions of Archstone have stored in another format; None if the store does not know.
    outdated: Option<usize>,
}

impl From<archstone::TokenStoreStatus> for TokenStoreStatus {
    fn from(status: archstone::TokenStoreStatus) -> Self {
        let others = status.others.map(|others| others.into_iter().map(Into::into).collect());
        Self { place: status.place, own: status.own.map(Into::into), others, outdated: status.outdated }
    }
}

#[pymethods]
impl TokenStoreStatus {
    fn __repr__(&self) -> String {
        format!("<archstone.TokenStoreStatus {}>", self.place)
    }
}
