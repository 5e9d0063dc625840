//! The commands: one file each, or one for each resource, and this list.
//!
//! A file says how the command is described, and what it does: it takes options, calls the library,
//! and returns an answer. To add a command, write its file and name it here.

mod cache;
mod catalog;
mod completion;
mod config;
mod domain;
mod env;
mod exec;
mod group;
mod project_list;
mod region;
mod role;
mod shell_prompt;
mod status;
mod token_issue;
mod token_revoke;
mod url;
mod user_password_set;
mod whoami;

use crate::command::Spec;

/// Every command, in the order of the help.
pub(crate) fn all() -> impl Iterator<Item = &'static Spec> {
    ALL.iter().copied().flatten()
}

const ALL: &[&[Spec]] = &[GENERAL, domain::COMMANDS, group::COMMANDS, region::COMMANDS, role::COMMANDS];

const GENERAL: &[Spec] = &[
    token_issue::SPEC,
    token_revoke::SPEC,
    catalog::LIST,
    catalog::SHOW,
    url::SPEC,
    project_list::SPEC,
    user_password_set::SPEC,
    whoami::SPEC,
    status::SPEC,
    shell_prompt::SPEC,
    env::SPEC,
    exec::SPEC,
    cache::LIST,
    cache::SHOW,
    cache::STATS,
    cache::CLEAR,
    config::SHOW,
    config::LIST,
    config::PATH,
    config::CHECK,
    config::SET,
    config::UNSET,
    config::RENAME,
    config::REMOVE,
    config::IMPORT_OPENRC,
    config::TRUST,
    config::FETCH_PROFILE,
    config::SCHEMA,
    completion::SPEC,
];

/// What the words before a command's last one mean.
pub(crate) const GROUPS: &[(&[&str], &str)] = &[
    (&["token"], "Issue or revoke tokens"),
    (&["catalog"], "Show the service catalog"),
    (&["domain"], "Manage domains"),
    (&["group"], "Manage groups and their members"),
    (&["group", "add"], "Add users to a group"),
    (&["group", "contains"], "Check whether a user is in a group"),
    (&["group", "remove"], "Remove users from a group"),
    (&["region"], "Manage regions"),
    (&["role"], "Manage roles, and who has which"),
    (&["project"], "List projects"),
    (&["user"], "Manage your own user"),
    (&["user", "password"], "Change your own password"),
    (&["cache"], "Manage cached tokens"),
    (&["config"], "Show, check and edit the configuration"),
];
