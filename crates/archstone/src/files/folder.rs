//! A folder that only the caller can write, and the files in it.
//!
//! # Promises
//!
//! 1. The folder belongs to the caller, and no other user can write to it. Nor can another user exchange it for
//!    another one: the same holds for every folder and link on the way to it, see [`way`](super::way).
//! 2. It is held open: whatever its path names later, files are read and written in the folder that was checked.
//! 3. A file is read or written only if it is a plain file of the caller's that no other user can write. A link is
//!    never followed; a FIFO or a device is an error and never a wait.
//! 4. New files are for their owner only from the first moment, and replaced as a whole.
//!
//! Outside Unix there are no owners and modes to check: there the folder is as safe as the user's own folders,
//! which the system guards.

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

/// What is known of a file without reading it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FileStatus {
    pub(crate) length: u64,
    /// Since it was last written.
    pub(crate) age: Option<Duration>,
}

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Read,
    /// It must be new.
    Create,
    /// Made when it is missing.
    Append,
    /// Made when it is missing.
    Lock,
}

impl PrivateFolder {
    /// Opens a folder, and makes it when it is missing.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let (path, handle) = system::open_folder(path)?;
        Ok(Self { path, handle })
    }

    /// Where it really is: without links.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads a whole file that is no longer than this.
    pub(crate) fn read(&self, name: &str, longest: u64) -> io::Result<Vec<u8>> {
        let file = system::open(&self.handle, name, Purpose::Read)?;
        let length = file.metadata()?.len();
        if length > longest {
            return Err(io::Error::other("the file is too large"));
        }
        // With room for the end, it is read in one go.
        let mut bytes = Vec::with_capacity(usize::try_from(length).map_err(io::Error::other)? + 1);
        file.take(longest).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Writes a file, in place of what has the name.
    pub(crate) fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.write(name, bytes, |half| system::rename(&self.handle, half, name))
    }

    /// Writes a file where there is none of the name. The first one wins.
    pub(crate) fn create(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.write(name, bytes, |half| {
            // A link is made only where there is nothing.
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

    /// Writes at the end of a file, which is made when it is missing.
    pub(crate) fn append(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        system::open(&self.handle, name, Purpose::Append)?.write_all(bytes)
    }

    /// A file to lock, which is made when it is missing.
    pub(crate) fn lock_file(&self, name: &str) -> io::Result<File> {
        system::open(&self.handle, name, Purpose::Lock)
    }

    /// Removes a file; a link is removed itself.
    pub(crate) fn remove(&self, name: &str) -> io::Result<()> {
        system::remove(&self.handle, name)
    }

    /// What is known of a file; `None` where there is no file of the caller's.
    pub(crate) fn status(&self, name: &str) -> Option<FileStatus> {
        system::status(&self.handle, name)
    }

    /// The names of all that is in it.
    pub(crate) fn names(&self) -> io::Result<Vec<String>> {
        system::names(&self.handle)
    }
}

impl std::fmt::Debug for PrivateFolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.path.fmt(f)
    }
}
