//! The cloud that a command changes, and the files it may be in.

use archstone::{
    Error, ErrorKind, Result,
    config::{ConfigFile, Family, FileState, searched},
    host::Host,
};
use clap::Arg;

use crate::session::Session;

pub(super) fn cloud() -> Arg {
    Arg::new("of_cloud").value_name("CLOUD").required(true).help("The cloud's name in clouds.yaml")
}

/// The existing files that may define a cloud, `secure.yaml` first.
pub(super) fn files(host: &Host) -> Result<Vec<ConfigFile>> {
    let used = searched(host).into_iter().filter(|it| it.state == FileState::Used && it.family != Family::Public);
    let mut files = used.map(|it| ConfigFile::at(it.path)).collect::<Result<Vec<_>>>()?;
    files.reverse();
    Ok(files)
}

/// Writes a changed file, or reports that it would be written.
pub(super) fn save(session: &Session<'_>, file: &ConfigFile) -> Result<()> {
    if session.only_says(|| format!("would write `{}`", file.path().display())) { Ok(()) } else { file.save() }
}

pub(super) fn absent(cloud: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("no configuration file has a cloud `{cloud}`"))
        .with_hint("`archstone config list` lists the clouds")
}
