//! `archstone cache …`: cached tokens and their users. Never shows the tokens themselves.

mod clear;
mod list;
mod show;
mod stats;
mod stores;

pub(super) use self::{
    clear::{CLOUD_CACHE_DELETE, SPEC as CLEAR},
    list::SPEC as LIST,
    show::SPEC as SHOW,
    stats::SPEC as STATS,
};
