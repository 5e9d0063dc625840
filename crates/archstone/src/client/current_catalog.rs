//! The current catalog, or that of the login and the reason why.

use std::{ops::Deref, sync::Arc};

use crate::{
    access::Access,
    catalog::Catalog,
    error::{Error, Result},
};

/// The result of [`Client::current_catalog`](crate::Client::current_catalog); derefs to the [`Catalog`].
#[derive(Clone, Debug)]
pub struct CurrentCatalog {
    /// Always has a catalog: `new` checks that.
    access: Arc<Access>,
    refusal: Option<Error>,
}

impl CurrentCatalog {
    /// # Errors
    ///
    /// For an unscoped token, which has no catalog.
    pub(super) fn new(access: Arc<Access>, refusal: Option<Error>) -> Result<Self> {
        access.scoped_catalog()?;
        Ok(Self { access, refusal })
    }

    /// The token that the catalog belongs to, with all its data.
    #[must_use]
    pub fn access(&self) -> &Arc<Access> {
        &self.access
    }

    /// Why this is the catalog of the login and not the current one; `None` if it is current.
    #[must_use]
    pub fn refusal(&self) -> Option<&Error> {
        self.refusal.as_ref()
    }
}

impl Deref for CurrentCatalog {
    type Target = Catalog;

    fn deref(&self) -> &Catalog {
        static NONE: std::sync::LazyLock<Catalog> = std::sync::LazyLock::new(Catalog::default);
        self.access.catalog().unwrap_or(&NONE)
    }
}
