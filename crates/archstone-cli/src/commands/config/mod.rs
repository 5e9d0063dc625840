//! `archstone config …`: shows, checks and edits the configuration.

mod check;
mod fetch_profile;
mod files;
mod import_openrc;
mod list;
mod path;
mod remove;
mod rename;
mod schema;
mod set;
mod show;
mod trust;
mod unset;

pub(super) use self::{
    check::SPEC as CHECK, fetch_profile::SPEC as FETCH_PROFILE, import_openrc::SPEC as IMPORT_OPENRC,
    list::SPEC as LIST, path::SPEC as PATH, remove::SPEC as REMOVE, rename::SPEC as RENAME, schema::SPEC as SCHEMA,
    set::SPEC as SET, show::SPEC as SHOW, trust::SPEC as TRUST, unset::SPEC as UNSET,
};
