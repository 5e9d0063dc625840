//! Replaces this process with another program.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    process,
};

use archstone::host::Host;

/// The exit status of a shell for a command that does not exist.
pub(crate) const NOT_FOUND: u8 = 127;
/// The exit status of a shell for a command that cannot be run.
pub(crate) const NOT_RUNNABLE: u8 = 126;

/// Replaces this process with a command, so that signals reach it. Returns its exit status on systems where a process
/// cannot be replaced.
#[cfg(unix)]
pub(crate) fn start(mut command: process::Command) -> io::Result<u8> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

#[cfg(not(unix))]
pub(crate) fn start(mut command: process::Command) -> io::Result<u8> {
    let status = command.status()?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// The program `archstone-foo` on PATH for a command `foo`, which is the first word.
pub(crate) fn extension(words: &[OsString]) -> Option<process::Command> {
    let name = words.get(1)?.to_str().filter(|name| !name.starts_with('-') && !name.contains(['/', '\\']))?;
    let path = on_path(&format!("archstone-{name}")).next()?;
    let mut command = process::Command::new(path);
    command.args(words.get(2..).unwrap_or_default());
    Some(command)
}

/// The variable that names the `openstack` to hand over to.
pub(crate) const OPENSTACK: &str = "ARCHSTONE_OPENSTACK";
/// Set for the program that takes over, so that two programs that call each other detect the loop.
const HANDED_OVER: &str = "ARCHSTONE_HANDED_OVER";

/// The real `openstack` with these words: the one that `ARCHSTONE_OPENSTACK` names, or the first one on PATH that is
/// not this program. `None` if there is none, or if it has already handed over to this program.
pub(crate) fn openstack(words: &[OsString]) -> Option<process::Command> {
    let host = Host::default();
    if host.variable(HANDED_OVER).is_some() {
        return None;
    }
    let named = host.variable(OPENSTACK).filter(|name| !name.is_empty()).map(PathBuf::from);
    let path = named.into_iter().chain(on_path("openstack")).find(|path| !is_this_program(path))?;
    let mut command = process::Command::new(&path);
    command.args(words.get(1..).unwrap_or_default()).env(HANDED_OVER, "1");
    if has_plugin(&path) {
        // Then one login is enough for both: the plugin reads the same token cache.
        command.env("OS_AUTH_TYPE", "archstone");
        if host.variable("ARCHSTONE_TOKEN_CACHE").is_none() {
            command.env("ARCHSTONE_TOKEN_CACHE", "disk");
        }
    }
    Some(command)
}

/// The programs of this name on PATH, in order.
fn on_path(name: &str) -> impl Iterator<Item = PathBuf> {
    let path = Host::default().variable("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let name = name.to_owned();
    folders.into_iter().map(move |folder| folder.join(&name)).filter(|file| is_program(file))
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(file).is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.is_file()
}

/// Whether a program is this one, under whatever name and by whatever link.
fn is_this_program(file: &Path) -> bool {
    let this = std::env::current_exe().and_then(fs::canonicalize);
    match (this, fs::canonicalize(file)) {
        (Ok(this), Ok(other)) => this == other || is_same_file(&this, &other),
        _ => false,
    }
}

/// A hard link is another name of the same file.
#[cfg(unix)]
fn is_same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let key = |file: &Path| fs::metadata(file).map(|it| (it.dev(), it.ino())).ok();
    key(one).is_some_and(|one| key(other) == Some(one))
}

#[cfg(not(unix))]
fn is_same_file(_: &Path, _: &Path) -> bool {
    false
}

/// Whether the Python of a script has our package, and therefore the login plugin.
fn has_plugin(script: &Path) -> bool {
    let read = fs::read(script).unwrap_or_default();
    let first = read.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let interpreter = std::str::from_utf8(first).ok().and_then(|line| line.strip_prefix("#!"));
    let Some(folder) = interpreter.and_then(|it| Path::new(it.trim()).parent()?.parent()) else { return false };
    let entries = |folder: PathBuf| fs::read_dir(folder).into_iter().flatten().flatten();
    entries(folder.join("lib"))
        .filter(|it| it.file_name().to_string_lossy().starts_with("python3"))
        .flat_map(|it| entries(it.path().join("site-packages")))
        .any(|it| {
            let name = it.file_name();
            let name = name.to_string_lossy();
            name.starts_with("archstone-") && name.ends_with(".dist-info")
        })
}
