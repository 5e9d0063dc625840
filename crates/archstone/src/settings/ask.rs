//! A way to ask a person.

use std::{fmt, sync::Arc};

use super::OptionSpec;
use crate::{
    error::{Error, ErrorKind, Result},
    secret::Secret,
};

/// Asks a person for the secret that an option stands for. `None` when there is nobody to ask.
#[derive(Clone)]
pub(crate) struct Ask(Arc<dyn Fn(&'static OptionSpec) -> Result<Option<Secret>> + Send + Sync>);

impl Ask {
    pub(crate) fn new(ask: impl Fn(&'static OptionSpec) -> Result<Option<Secret>> + Send + Sync + 'static) -> Self {
        Self(Arc::new(ask))
    }

    /// Asks, and waits for the answer.
    pub(crate) fn now(&self, option: &'static OptionSpec) -> Result<Option<Secret>> {
        (self.0)(option)
    }

    /// Asks beside the tasks of the runtime: a person takes time.
    pub(crate) async fn aside(&self, option: &'static OptionSpec) -> Result<Option<Secret>> {
        let ask = self.clone();
        tokio::task::spawn_blocking(move || ask.now(option)).await.map_err(|error| {
            let message = format!("asking for `{}` failed", option.name);
            Error::new(ErrorKind::NotConfigured, message).with_source(error)
        })?
    }
}

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ask")
    }
}
