//! The users, projects and domains that settings name.

use super::Settings;
use crate::{
    error::{Error, ErrorKind, Result},
    hint::Hint,
    reference::{DomainRef, UserRef},
};

/// The domain of names, when none is named anywhere: Keystone's own default.
const DEFAULT_DOMAIN: &str = "default";

/// The user that an auth method is for.
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
