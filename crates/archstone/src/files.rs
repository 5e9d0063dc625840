//! Files and folders that only their owner can access, replaced atomically.

mod folder;
#[cfg(not(unix))]
mod portable;
#[cfg(unix)]
mod unix;
#[cfg(unix)]
mod way;

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use ring::rand::{SecureRandom, SystemRandom};

pub(crate) use folder::PrivateFolder;

/// Writes a whole file next to its destination, and lets `put` move it there.
pub(crate) fn write_private(
    path: &Path,
    bytes: &[u8],
    put: impl FnOnce(&Path) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let mut half = path.as_os_str().to_owned();
    half.push(format!(".{}", random_name()?));
    let half = PathBuf::from(half);
    let written = private()
        .write(true)
        .create_new(true)
        .open(&half)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| put(&half));
    if written.is_err() {
        let _ = fs::remove_file(&half);
    }
    written
}

/// A unique name for a file that is not complete yet.
fn random_name() -> std::io::Result<String> {
    let mut mark = [0; 8];
    SystemRandom::new().fill(&mut mark).map_err(|_| std::io::Error::other("no random numbers"))?;
    Ok(format!("{:016x}", u64::from_ne_bytes(mark)))
}

/// Options for files that only their owner may read.
fn private() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "modes are of Unix"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
