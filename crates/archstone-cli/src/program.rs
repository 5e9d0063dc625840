//! Which program this is to its user: `archstone`, or `openstack` where it is called so.

use std::{ffi::OsStr, path::Path};

/// What the program was started as. As `openstack` it behaves as that does, down to the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    Archstone,
    Openstack,
}

/// The release of python-openstackclient whose commands these are, as `openstack --version` says it.
pub(crate) const OPENSTACK_VERSION: &str =
    concat!("10.5.0 (", env!("CARGO_BIN_NAME"), " ", env!("CARGO_PKG_VERSION"), ")");

impl Program {
    /// By the first word of the command line.
    pub(crate) fn of(path: Option<&OsStr>) -> Self {
        let name = path.and_then(|path| Path::new(path).file_stem());
        if name.is_some_and(|name| name == "openstack") { Self::Openstack } else { Self::Archstone }
    }

    /// Whether a word of the command line can mean this command or option. `openstack` takes abbreviations; in
    /// `archstone`, what is an abbreviation today can be an option of its own tomorrow.
    pub(crate) fn can_mean(self, word: &str, name: &str) -> bool {
        match self {
            Self::Archstone => word == name,
            Self::Openstack => name.starts_with(word),
        }
    }
}
