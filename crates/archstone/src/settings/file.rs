//! Secret files in options.

use std::path::Path;

use super::Origin;
use crate::{
    error::{Error, ErrorKind, Result},
    secret::Secret,
};

/// The whole content of a file, which is secret.
pub(crate) fn secret_text(path: &Path, origin: &Origin) -> Result<Secret> {
    std::fs::read_to_string(path).map(Secret::from).map_err(|error| {
        let message = format!("{origin} names `{}`, which cannot be read: {error}", path.display());
        Error::new(ErrorKind::InvalidConfig, message)
    })
}

/// The secret in the first line of a file.
pub(crate) fn secret_in(path: &Path, origin: &Origin) -> Result<Secret> {
    first_line(&secret_text(path, origin)?).ok_or_else(|| {
        let message = format!("{origin} names `{}`, whose first line is empty", path.display());
        Error::new(ErrorKind::InvalidConfig, message).with_hint("write the secret, and nothing else, in the first line")
    })
}

/// The first line of a text, unless it is empty.
pub(crate) fn first_line(text: &Secret) -> Option<Secret> {
    text.expose().lines().next().filter(|line| !line.is_empty()).map(Secret::from)
}
