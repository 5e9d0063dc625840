//! Reloads certificates and keys that are replaced while a program runs: new connections use the new ones.

use std::{fs, path::PathBuf, time::SystemTime};

use super::{TransportSettings, Trust};

/// The files that connections depend on.
#[derive(Clone, Debug)]
pub(in crate::transport) struct Files(Vec<PathBuf>);

/// Metadata that shows whether a file has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::transport) struct Stamp(Vec<Option<(Option<SystemTime>, u64, u64)>>);

impl Files {
    /// `None` if there are none.
    pub(in crate::transport) fn of(settings: &TransportSettings) -> Option<Self> {
        let bundle = if let Trust::Bundle(path) = &settings.trust { Some(path) } else { None };
        let files = [bundle, settings.client_certificate.as_ref(), settings.client_key.as_ref()];
        let files: Vec<_> = files.into_iter().flatten().cloned().collect();
        (!files.is_empty()).then_some(Self(files))
    }

    /// The current metadata of the files.
    pub(in crate::transport) fn stamp(&self) -> Stamp {
        let of = |path: &PathBuf| fs::metadata(path).ok().map(|it| (it.modified().ok(), it.len(), number(&it)));
        Stamp(self.0.iter().map(of).collect())
    }
}

#[cfg(unix)]
fn number(file: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(file)
}

#[cfg(not(unix))]
fn number(_file: &fs::Metadata) -> u64 {
    0
}
