//! Prompting a person for secrets.

use std::{fmt, sync::Arc};

use super::OptionSpec;
use crate::{
    error::{Error, ErrorKind, Result},
    secret::Secret,
};

/// Prompts a person for the secret of an option. `None` if nobody can be prompted.
#[derive(Clone)]
pub(crate) struct Ask(Arc<dyn Fn(&'static OptionSpec) -> Result<Option<Secret>> + Send + Sync>);

impl Ask {
    pub(crate) fn new(ask: impl Fn(&'static OptionSpec) -> Result<Option<Secret>> + Send + Sync + 'static) -> Self {
        Self(Arc::new(ask))
    }

    /// Prompts, and blocks until there is an answer.
    pub(crate) fn now(&self, option: &'static OptionSpec) -> Result<Option<Secret>> {
        (self.0)(option)
    }

    /// Prompts on a blocking thread: a person takes time.
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
