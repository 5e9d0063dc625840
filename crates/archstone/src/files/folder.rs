//! A folder that only the caller can write, and the files in it.
//!
//! # Guarantees
//!
//! 1. The folder belongs to the caller, and no other user can write to it. Nor can another user replace it: the same
//!    holds for every folder and link on the path to it, see [`way`](super::way).
//! 2. It is held open: whatever its path refers to later, files are read and written in the folder that was checked.
//! 3. A file is read or written only if it is a regular file of the caller's that no other user can write. A link is
//!    never followed; a FIFO or a device is an error and never blocks.
//! 4. New files are accessible only to their owner from the start, and replaced atomically.
//!
//! Outside Unix there are no owners and modes to check: there the folder is as safe as the user's own folders, which
//! the system protects.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use super::random_name;

#[cfg(not(unix))]
use super::portable as system;
#[cfg(unix)]
use super::unix as system;

/// A folder for private files.
pub(crate) struct PrivateFolder {
    path: PathBuf,
    handle: system::Handle,
}

/// The metadata of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileStatus {
    pub(crate) length: u64,
    /// The time since it was last written.
    pub(crate) age: Option<Duration>,
}

/// The purpose of opening a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Read,
    /// Must not exist yet.
    Create,
    /// Created if it is missing.
    Append,
    /// Created if it is missing.
    Lock,
}

impl PrivateFolder {
    /// Opens a folder, and creates it if it is missing.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let (path, handle) = system::open_folder(path)?;
        Ok(Self { path, handle })
    }

    /// Its canonical path, without links.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads a whole file of at most this length.
    pub(crate) fn read(&self, name: &str, longest: u64) -> io::Result<Vec<u8>> {
        let file = system::open(&self.handle, name, Purpose::Read)?;
        let length = file.metadata()?.len();
        if length > longest {
            return Err(io::Error::other("the file is too large"));
        }
        // With room for one more byte, the end is detected in the same read.
        let mut bytes = Vec::with_capacity(usize::try_from(length).map_err(io::Error::other)? + 1);
        file.take(longest).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Writes a file, replacing an existing one with that name.
    pub(crate) fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.write(name, bytes, |half| system::rename(&self.handle, half, name))
    }

    /// Writes a file if none with that name exists. The first writer wins.
    pub(crate) fn create(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.write(name, bytes, |half| {
            // Creating a hard link fails if the name exists.
            let linked = system::link(&self.handle, half, name);
            system::remove(&self.handle, half)?;
            linked
        })
    }

    fn write(&self, name: &str, bytes: &[u8], put: impl FnOnce(&str) -> io::Result<()>) -> io::Result<()> {
        let half = format!("{name}.{}", random_name()?);
        let written = system::open(&self.handle, &half, Purpose::Create)
            .and_then(|mut file| file.write_all(bytes))
            .and_then(|()| put(&half));
        if written.is_err() {
            let _ = system::remove(&self.handle, &half);
        }
        written
    }

    /// Appends to a file, which is created if it is missing.
    pub(crate) fn append(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        system::open(&self.handle, name, Purpose::Append)?.write_all(bytes)
    }

    /// A file for locking, which is created if it is missing.
    pub(crate) fn lock_file(&self, name: &str) -> io::Result<File> {
        system::open(&self.handle, name, Purpose::Lock)
    }

    /// Removes a file; for a link, the link itself.
    pub(crate) fn remove(&self, name: &str) -> io::Result<()> {
        system::remove(&self.handle, name)
    }

    /// The metadata of a file; `None` if the caller has no such file.
    pub(crate) fn status(&self, name: &str) -> Option<FileStatus> {
        system::status(&self.handle, name)
    }

    /// The names of all entries.
    pub(crate) fn names(&self) -> io::Result<Vec<String>> {
        system::names(&self.handle)
    }
}

impl std::fmt::Debug for PrivateFolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.path.fmt(f)
    }
}
