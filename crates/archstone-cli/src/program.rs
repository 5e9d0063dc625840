//! The name under which the program was started: `archstone`, or `openstack`.

use std::{ffi::OsStr, path::Path};

/// The name that the program was started with. As `openstack` it behaves like that, including the exit statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    Archstone,
    Openstack,
}

/// The release of python-openstackclient that these commands are from, as printed by `openstack --version`.
pub(crate) const OPENSTACK_VERSION: &str =
    concat!("10.5.0 (", env!("CARGO_BIN_NAME"), " ", env!("CARGO_PKG_VERSION"), ")");

impl Program {
    /// By the first word of the command line.
    pub(crate) fn of(path: Option<&OsStr>) -> Self {
        let name = path.and_then(|path| Path::new(path).file_stem());
        if name.is_some_and(|name| name == "openstack") { Self::Openstack } else { Self::Archstone }
    }

    /// Whether a word of the command line can mean this command or option. `openstack` accepts abbreviations;
    /// `archstone` does not, since an abbreviation could become an option of its own in a later version.
    pub(crate) fn can_mean(self, word: &str, name: &str) -> bool {
        match self {
            Self::Archstone => word == name,
            Self::Openstack => name.starts_with(word),
        }
    }
}
