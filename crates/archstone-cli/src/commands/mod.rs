//! The commands: one file each, or one for each resource, and this list.
//!
//! A file contains the description of a command, and its code: it reads options, calls the library, and returns an
//! answer. To add a command, write its file and name it here.

mod access;
mod access_rule;
mod application_credential;
mod batch;
mod cache;
mod catalog;
mod completion;
mod config;
mod configuration_show;
mod consumer;
mod credential;
mod credential_helper;
mod diff;
mod doctor;
mod domain;
mod ec2_credentials;
mod endpoint;
mod endpoint_group;
mod env;
mod exec;
mod federation;
mod group;
mod identity_provider;
mod implied_role;
mod limit;
mod login;
mod mapping;
mod oauth;
mod policy;
mod programs;
mod project;
mod project_tree;
mod region;
mod registered_limit;
mod role;
mod role_assignment;
mod service;
mod service_provider;
mod shell_prompt;
mod status;
mod token_issue;
mod token_revoke;
mod trust;
mod url;
mod user;
mod user_password_set;
mod versions_show;
mod whoami;

use crate::command::Spec;

/// Every command, in the order of the help.
pub(crate) fn all() -> impl Iterator<Item = &'static Spec> {
    ALL.iter().copied().flatten()
}

/// The program's own commands come first.
const ALL: &[&[Spec]] = &[
    GENERAL,
    programs::COMMANDS,
    access::COMMANDS,
    access_rule::COMMANDS,
    application_credential::COMMANDS,
    consumer::COMMANDS,
    credential::COMMANDS,
    domain::COMMANDS,
    ec2_credentials::COMMANDS,
    endpoint::COMMANDS,
    endpoint_group::COMMANDS,
    federation::COMMANDS,
    group::COMMANDS,
    identity_provider::COMMANDS,
    implied_role::COMMANDS,
    limit::COMMANDS,
    mapping::COMMANDS,
    oauth::COMMANDS,
    policy::COMMANDS,
    project::COMMANDS,
    region::COMMANDS,
    registered_limit::COMMANDS,
    role::COMMANDS,
    role_assignment::COMMANDS,
    service::COMMANDS,
    service_provider::COMMANDS,
    trust::COMMANDS,
    user::COMMANDS,
];

const GENERAL: &[Spec] = &[
    login::LOGIN,
    login::LOGOUT,
    token_issue::SPEC,
    token_revoke::SPEC,
    catalog::LIST,
    catalog::SHOW,
    url::SPEC,
    project_tree::SPEC,
    user_password_set::SPEC,
    batch::SPEC,
    whoami::SPEC,
    status::SPEC,
    shell_prompt::SPEC,
    diff::SPEC,
    doctor::SPEC,
    env::SPEC,
    exec::SPEC,
    credential_helper::SPEC,
    cache::LIST,
    cache::SHOW,
    cache::STATS,
    cache::CLEAR,
    cache::CLOUD_CACHE_DELETE,
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
    configuration_show::SPEC,
    versions_show::SPEC,
    completion::SPEC,
    completion::INSTALL,
    completion::UNINSTALL,
];

/// The first words of the commands on resources, sorted.
pub(crate) fn resources() -> Vec<&'static str> {
    let first = |commands: &'static [Spec]| commands.iter().map(|it| it.words[0]);
    let general: Vec<_> = ALL.iter().take(2).flat_map(|it| first(it)).collect();
    let mut words: Vec<_> = ALL.iter().skip(2).flat_map(|it| first(it)).filter(|it| !general.contains(it)).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// The meaning of the words before a command's last one.
pub(crate) const GROUPS: &[(&[&str], &str)] = &[
    (&["token"], "Issue or revoke tokens"),
    (&["catalog"], "Show the service catalog"),
    (&["access"], "Explain who can do what where; manage access rules and tokens"),
    (&["access", "rule"], "Manage access rules of application credentials"),
    (&["access", "token"], "Create OAuth access tokens"),
    (&["application"], "Manage application credentials"),
    (&["application", "credential"], "Manage application credentials"),
    (&["cloud"], "Manage cached tokens"),
    (&["cloud", "cache"], "Manage cached tokens"),
    (&["command"], "List the commands"),
    (&["configuration"], "Show the effective configuration, as `openstack` does"),
    (&["consumer"], "Manage OAuth consumers"),
    (&["credential"], "Manage credentials stored for users, such as TOTP secrets"),
    (&["domain"], "Manage domains"),
    (&["ec2"], "Manage EC2 credentials"),
    (&["ec2", "credentials"], "Manage EC2 credentials"),
    (&["endpoint"], "Manage endpoints, and associate them with projects"),
    (&["endpoint", "add"], "Associate an endpoint with a project"),
    (&["endpoint", "group"], "Manage endpoint groups"),
    (&["endpoint", "group", "add"], "Associate an endpoint group with a project"),
    (&["endpoint", "group", "remove"], "Dissociate an endpoint group from a project"),
    (&["endpoint", "remove"], "Dissociate an endpoint from a project"),
    (&["federation"], "Manage protocols of identity providers"),
    (&["federation", "domain"], "List the domains of a federated user"),
    (&["federation", "project"], "List the projects of a federated user"),
    (&["federation", "protocol"], "Manage protocols of identity providers"),
    (&["group"], "Manage groups and their members"),
    (&["group", "add"], "Add users to a group"),
    (&["group", "contains"], "Check whether a user is in a group"),
    (&["group", "remove"], "Remove users from a group"),
    (&["identity"], "Manage identity providers"),
    (&["identity", "provider"], "Manage identity providers"),
    (&["implied"], "Manage implied roles"),
    (&["implied", "role"], "Manage implied roles"),
    (&["limit"], "Manage limits of projects"),
    (&["mapping"], "Manage mappings of federated users"),
    (&["module"], "Show the program's version"),
    (&["policy"], "Manage policies stored in Keystone for other services"),
    (&["region"], "Manage regions"),
    (&["project"], "Manage projects, and draw them as a tree"),
    (&["registered"], "Manage registered limits"),
    (&["registered", "limit"], "Manage registered limits"),
    (&["request"], "Create and authorize OAuth request tokens"),
    (&["request", "token"], "Create and authorize OAuth request tokens"),
    (&["role"], "Manage roles and role assignments"),
    (&["role", "assignment"], "List who has which role where"),
    (&["service"], "Manage services and service providers"),
    (&["service", "provider"], "Manage service providers: clouds that trust this one"),
    (&["versions"], "Show the API versions that services offer"),
    (&["trust"], "Manage trusts"),
    (&["user"], "Manage users"),
    (&["user", "password"], "Change your own password"),
    (&["cache"], "Manage cached tokens"),
    (&["config"], "Show, check and edit the configuration"),
];
