//! Private folders on Unix: by descriptors, owners and modes.

use std::{
    ffi::CStr,
    fs::File,
    io,
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rustix::{
    fs::{
        AtFlags, Dir, FileType, Mode, OFlags, Stat, fstat, linkat, open as open_path, openat, renameat, statat,
        unlinkat,
    },
    process::geteuid,
};

use super::{
    folder::{FileStatus, Purpose},
    way::{Caller, real_folder},
};

pub(super) type Handle = OwnedFd;

/// Only the owner can read and write it.
const PRIVATE: Mode = Mode::from_raw_mode(0o600);
/// Others can write it.
const OTHERS_WRITE: Mode = Mode::WGRP.union(Mode::WOTH);

pub(super) fn open_folder(path: &Path) -> io::Result<(PathBuf, Handle)> {
    let caller = Caller::now();
    let path = real_folder(path, &caller)?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let handle = open_path(&path, flags, Mode::empty())?;
    let status = fstat(&handle)?;
    let shown = path.display();
    if status.st_uid != caller.user {
        let owner = status.st_uid;
        return Err(io::Error::other(format!(
            "`{shown}` belongs to another user (uid {owner}): name a folder of your own"
        )));
    }
    let mode = Mode::from_raw_mode(status.st_mode);
    if mode.intersects(OTHERS_WRITE) {
        let mode = mode.as_raw_mode();
        return Err(io::Error::other(format!(
            "other users can write to `{shown}` (mode {mode:o}): name a folder that only you can write to"
        )));
    }
    Ok((path, handle))
}

pub(super) fn open(folder: &Handle, name: &str, purpose: Purpose) -> io::Result<File> {
    // Opening a FIFO blocks until its other end is opened, unless these flags are set.
    let careful = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let purposeful = match purpose {
        Purpose::Read => OFlags::RDONLY,
        Purpose::Create => OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL,
        Purpose::Append => OFlags::WRONLY | OFlags::CREATE | OFlags::APPEND,
        Purpose::Lock => OFlags::RDWR | OFlags::CREATE,
    };
    let file = openat(folder, name, careful | purposeful, PRIVATE)?;
    let status = fstat(&file)?;
    if !is_own(&status) {
        return Err(io::Error::other("it is not a file that only its owner, the caller, can write"));
    }
    // Another hard link may be anywhere. A file that is being created briefly has two.
    if purpose != Purpose::Read && status.st_nlink != 1 {
        return Err(io::Error::other("the file has several names"));
    }
    Ok(File::from(file))
}

/// A regular file of the caller's that nobody else can write.
fn is_own(status: &Stat) -> bool {
    FileType::from_raw_mode(status.st_mode) == FileType::RegularFile
        && status.st_uid == geteuid().as_raw()
        && !Mode::from_raw_mode(status.st_mode).intersects(OTHERS_WRITE)
}

pub(super) fn rename(folder: &Handle, from: &str, to: &str) -> io::Result<()> {
    Ok(renameat(folder, from, folder, to)?)
}

pub(super) fn link(folder: &Handle, from: &str, to: &str) -> io::Result<()> {
    Ok(linkat(folder, from, folder, to, AtFlags::empty())?)
}

pub(super) fn remove(folder: &Handle, name: &str) -> io::Result<()> {
    Ok(unlinkat(folder, name, AtFlags::empty())?)
}

pub(super) fn status(folder: &Handle, name: &str) -> Option<FileStatus> {
    let status = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).ok().filter(is_own)?;
    let written = Duration::from_secs(u64::try_from(status.st_mtime).ok()?);
    let age = now().checked_sub(written);
    Some(FileStatus { length: u64::try_from(status.st_size).ok()?, age })
}

/// By the clock of file systems: the machine's date.
#[expect(clippy::disallowed_methods, reason = "it is compared with the dates of files, which are the real clock's")]
fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

pub(super) fn names(folder: &Handle) -> io::Result<Vec<String>> {
    let name = |name: &CStr| name.to_str().ok().map(ToOwned::to_owned);
    let names = Dir::read_from(folder)?.filter_map(|it| it.map(|it| name(it.file_name())).transpose());
    Ok(names.collect::<Result<_, _>>()?)
}
