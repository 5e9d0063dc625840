//! The cloud that a command changes, and the files it may be in.

use archstone::{
    Error, ErrorKind, Result,
    config::{ConfigFile, Family, FileState, searched},
    host::Host,
};
use clap::Arg;

pub(super) fn cloud() -> Arg {
    Arg::new("of_cloud").value_name("CLOUD").required(true).help("The cloud's name in clouds.yaml")
}

/// The files that may name a cloud, `secure.yaml` first: those that are there.
pub(super) fn files(host: &Host) -> Result<Vec<ConfigFile>> {
    let used = searched(host).into_iter().filter(|it| it.state == FileState::Used && it.family != Family::Public);
    let mut files = used.map(|it| ConfigFile::at(it.path)).collect::<Result<Vec<_>>>()?;
    files.reverse();
    Ok(files)
}

pub(super) fn absent(cloud: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("no configuration file has a cloud `{cloud}`"))
        .with_hint("`archstone config list` lists the clouds")
}
