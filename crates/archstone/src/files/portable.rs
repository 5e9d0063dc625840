//! Private folders on systems without owners and modes: the system protects the user's own folders.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use super::folder::{FileStatus, Purpose};

pub(super) type Handle = PathBuf;

pub(super) fn open_folder(path: &Path) -> io::Result<(PathBuf, Handle)> {
    fs::create_dir_all(path)?;
    // People see it; a path of `canonicalize` would begin with `\\?\` on Windows.
    let path = std::path::absolute(path)?;
    Ok((path.clone(), path))
}

pub(super) fn open(folder: &Handle, name: &str, purpose: Purpose) -> io::Result<File> {
    let path = folder.join(name);
    // A link, or anything but a file, is not Archstone's.
    if fs::symlink_metadata(&path).is_ok_and(|it| !it.is_file()) {
        return Err(io::Error::other("it is not a plain file"));
    }
    let mut options = OpenOptions::new();
    match purpose {
        Purpose::Read => options.read(true),
        Purpose::Create => options.write(true).create_new(true),
        Purpose::Append => options.append(true).create(true),
        Purpose::Lock => options.read(true).write(true).create(true).truncate(false),
    };
    options.open(path)
}

pub(super) fn rename(folder: &Handle, from: &str, to: &str) -> io::Result<()> {
    fs::rename(folder.join(from), folder.join(to))
}

pub(super) fn link(folder: &Handle, from: &str, to: &str) -> io::Result<()> {
    fs::hard_link(folder.join(from), folder.join(to))
}

pub(super) fn remove(folder: &Handle, name: &str) -> io::Result<()> {
    fs::remove_file(folder.join(name))
}

pub(super) fn status(folder: &Handle, name: &str) -> Option<FileStatus> {
    let file = fs::symlink_metadata(folder.join(name)).ok().filter(fs::Metadata::is_file)?;
    Some(FileStatus { length: file.len(), age: file.modified().ok().and_then(|it| it.elapsed().ok()) })
}

pub(super) fn names(folder: &Handle) -> io::Result<Vec<String>> {
    Ok(fs::read_dir(folder)?.flatten().filter_map(|file| file.file_name().into_string().ok()).collect())
}
