//! `archstone catalog …`: the services and endpoints of the cloud.

mod list;
mod services;
mod show;

pub(super) use self::{list::SPEC as LIST, show::SPEC as SHOW};
