//! A file is replaced in one step: whoever reads it finds the old one or the new one, whole.

use std::{
    fs::{self, OpenOptions},
    io::{Result, Write},
    path::{Path, PathBuf},
};

/// Writes the text. A new file, and one with a secret, is for its owner alone; another keeps its mode.
pub(super) fn replace(path: &Path, text: &str, secret: bool) -> Result<()> {
    // A link stays a link: what it leads to is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
        create_folder(folder)?;
    }
    let mode = fs::metadata(&path).ok().filter(|_| !secret).map(|it| it.permissions());
    let new = beside(&path);
    let outcome = write(&new, text, mode).and_then(|()| fs::rename(&new, &path));
    if outcome.is_err() {
        // What is left of it helps nobody.
        let _ = fs::remove_file(&new);
    }
    outcome
}

fn write(path: &Path, text: &str, mode: Option<fs::Permissions>) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    owner_only(&mut options);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    if let Some(mode) = mode {
        file.set_permissions(mode)?;
    }
    file.sync_all()
}

/// In the same folder, under a name that no other process takes.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.new", std::process::id()))
}

#[cfg(unix)]
fn owner_only(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn owner_only(_options: &mut OpenOptions) {}

#[cfg(unix)]
fn create_folder(folder: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn create_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)
}
