//! Reads users, projects, domains and the scope from settings.

use super::Settings;
use crate::{
    error::{Error, ErrorKind, Result, printable},
    hint::Hint,
    reference::{DomainRef, ProjectRef, UserRef},
    scope::Scope,
};

/// The domain of names if none is configured: Keystone's own default.
const DEFAULT_DOMAIN: &str = "default";

/// The user of an auth method.
pub(crate) fn user(settings: &Settings) -> Result<Option<UserRef>> {
    Ok(match (settings.string("user_id"), settings.string("username")) {
        (Some(id), _) => Some(UserRef::Id(id)),
        (None, Some(name)) => Some(UserRef::Name { domain: domain_of(settings, "user")?, name }),
        (None, None) => None,
    })
}

/// The domain of a user's or a project's name.
pub(crate) fn domain_of(settings: &Settings, whose: &str) -> Result<DomainRef> {
    let own = |whose: &str| domain_ref(settings, &format!("{whose}_domain_id"), &format!("{whose}_domain_name"));
    if let Some(domain) = own(whose).or_else(|| own("default")) {
        return Ok(domain);
    }
    let (name, other) = if whose == "user" { ("username", "project") } else { ("project_name", "user") };
    let named = [format!("{other}_domain_id"), format!("{other}_domain_name")];
    match named.iter().find_map(|name| settings.origin(name)) {
        None => Ok(DomainRef::Id(DEFAULT_DOMAIN.into())),
        Some(origin) => {
            let place = settings.origin(name).map(ToString::to_string).unwrap_or_default();
            Err(Error::new(
                ErrorKind::InvalidConfig,
                format!(
                    "{place} is a {whose}'s name without its domain, while {origin} names a domain for the {other}"
                ),
            )
            .with_hint(
                "add "
                    + Hint::options([&*format!("{whose}_domain_name"), &format!("{whose}_domain_id")], "or")
                    + format!(": the {other}'s domain is not used for the {whose}"),
            ))
        }
    }
}

/// A domain by the option for its id, or the one for its name.
pub(crate) fn domain_ref(settings: &Settings, id: &str, name: &str) -> Option<DomainRef> {
    settings.string(id).map(DomainRef::Id).or_else(|| settings.string(name).map(DomainRef::Name))
}

/// Whether the system scope is requested.
pub(crate) fn system_scope(settings: &Settings) -> Result<bool> {
    match settings.text("system_scope") {
        None => Ok(false),
        Some(it) if it.value == "all" => Ok(true),
        Some(it) => {
            let message = format!("{} is `{}`, and Keystone knows only `all`", it.origin, printable(it.value));
            Err(Error::new(ErrorKind::InvalidConfig, message).with_hint("write `all`"))
        }
    }
}

/// The scope. The names of its options begin with the prefix, which is empty except for another cloud.
pub(crate) fn scope(settings: &Settings, prefix: &str) -> Result<Scope> {
    let name = |name: &str| format!("{prefix}{name}");
    if !prefix.is_empty() {
        let project = match (settings.string(&name("project_id")), settings.string(&name("project_name"))) {
            (Some(id), _) => ProjectRef::Id(id),
            (None, Some(project)) => {
                let domain = domain_ref(settings, &name("project_domain_id"), &name("project_domain_name"));
                let domain = domain.unwrap_or_else(|| DomainRef::Id(DEFAULT_DOMAIN.into()));
                ProjectRef::Name { name: project, domain }
            }
            (None, None) => return Ok(Scope::Default),
        };
        return Ok(Scope::Project(project));
    }
    let unscoped = settings.switch("unscoped")?.unwrap_or(false);
    let system = system_scope(settings)?;
    let project = match (settings.string("project_id"), settings.string("project_name")) {
        (Some(id), _) => Some(ProjectRef::Id(id)),
        (None, Some(name)) => Some(ProjectRef::Name { domain: domain_of(settings, "project")?, name }),
        (None, None) => None,
    };
    let domain = domain_ref(settings, "domain_id", "domain_name");
    let scopes = [
        (project.map(Scope::Project), ["project_id", "project_name"]),
        (domain.map(Scope::Domain), ["domain_id", "domain_name"]),
        (system.then_some(Scope::System), ["system_scope"; 2]),
        (settings.string("trust_id").map(Scope::Trust), ["trust_id"; 2]),
        (unscoped.then_some(Scope::Unscoped), ["unscoped"; 2]),
    ];
    let mut asked: Vec<_> = scopes
        .into_iter()
        .filter_map(|(scope, names)| {
            let origin = names.iter().find_map(|name| settings.origin(name))?;
            Some((scope?, origin.to_string()))
        })
        .collect();
    match asked.len() {
        0 => Ok(Scope::Default),
        1 => Ok(asked.remove(0).0),
        _ => {
            let origins: Vec<_> = asked.into_iter().map(|(_, origin)| origin).collect();
            Err(Error::new(
                ErrorKind::ScopeConflict,
                format!("{} scopes are requested: by {}", origins.len(), origins.join(" and by ")),
            )
            .with_hint("a token has one scope: keep one, and remove the others"))
        }
    }
}
