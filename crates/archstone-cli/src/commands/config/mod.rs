//! `archstone config …`: what is configured, whether it is right, and changes to it.

mod check;
mod fetch_profile;
mod import_openrc;
mod list;
mod path;
mod remove;
mod rename;
mod schema;
mod set;
mod show;
mod unset;

use archstone::{
    Result,
    config::{ConfigFile, Family, FileState, searched},
    host::Host,
};
use clap::Arg;

use super::{Answers, Spec};

pub(super) use self::{
    check::SPEC as CHECK, fetch_profile::SPEC as FETCH_PROFILE, import_openrc::SPEC as IMPORT_OPENRC,
    list::SPEC as LIST, path::SPEC as PATH, remove::SPEC as REMOVE, rename::SPEC as RENAME, schema::SPEC as SCHEMA,
    set::SPEC as SET, show::SPEC as SHOW, unset::SPEC as UNSET,
};

fn cloud() -> Arg {
    Arg::new("of_cloud").value_name("CLOUD").required(true).help("The cloud's name in clouds.yaml")
}

/// The files that may name a cloud, `secure.yaml` first: those that are there.
fn files(host: &Host) -> Result<Vec<ConfigFile>> {
    let used = searched(host).into_iter().filter(|it| it.state == FileState::Used && it.family != Family::Public);
    let mut files = used.map(|it| ConfigFile::at(it.path)).collect::<Result<Vec<_>>>()?;
    files.reverse();
    Ok(files)
}
