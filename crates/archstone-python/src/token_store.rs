//! What a store keeps.

use std::{sync::Arc, time::Duration};

use archstone::Access;
use pyo3::prelude::*;

use crate::access::AccessInfo;

/// A token in a store, as far as it may be known. Never the token itself, but for the client's own `access`.
#[pyclass(frozen, module = "archstone")]
#[derive(Clone)]
pub(crate) struct StoredToken {
    /// Under which name it is kept. It tells nothing about whose it is.
    #[pyo3(get)]
    name: String,
    access: Option<Arc<Access>>,
    /// How many bytes it takes.
    #[pyo3(get)]
    size: u64,
    /// How long ago it was kept, as a timedelta; None where the store cannot tell.
    #[pyo3(get)]
    age: Option<Duration>,
    /// How long it lives still, as a timedelta; None where nobody can tell.
    #[pyo3(get)]
    remaining: Option<Duration>,
    /// How often it was taken from the store: so many logins were saved.
    #[pyo3(get)]
    hits: u64,
    /// How many logins there were for it.
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
    /// All that is known of it; None where the client's secret does not open it.
    #[getter]
    fn access(&self) -> Option<AccessInfo> {
        self.access.clone().map(AccessInfo)
    }

    fn __repr__(&self) -> String {
        format!("<archstone.StoredToken {} hits={} logins={}>", self.name, self.hits, self.logins)
    }
}

/// What a store keeps: see `Client.token_store_status`.
#[pyclass(frozen, get_all, module = "archstone")]
pub(crate) struct TokenStoreStatus {
    /// Where it is: a folder, or a URL without any password.
    place: String,
    /// The token of the client that asked; None when none is kept.
    own: Option<StoredToken>,
    /// What others keep there, which only their secrets open; None where the store cannot tell.
    others: Option<Vec<StoredToken>>,
    /// How many tokens other versions of Archstone keep there in another format; None where the store cannot tell.
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
