//! The options that select users, roles and places.

use archstone::{
    Error, ErrorKind, Result,
    blocking::Client,
    identity::{
        Identity,
        grants::{Filter, Grants, Part, Place},
    },
};
use clap::{Arg, ArgAction, ArgMatches};

use crate::{cloud_options::in_a_shell, events::warning, resource::in_its_domain, session::Session};

/// An option whose value names something, or its domain.
pub(super) fn option(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

/// Options for the user or the group, and for the role.
pub(super) fn actor_options() -> [Arg; 6] {
    [
        option("user", "USER", "Only this user (name or ID)"),
        option("user-domain", "DOMAIN", "Domain of the user (name or ID)").requires("user"),
        option("group", "GROUP", "Only access through this group (name or ID)").conflicts_with("user"),
        option("group-domain", "DOMAIN", "Domain of the group (name or ID)").requires("group"),
        option("role", "ROLE", "Only this role, given or implied (name or ID)"),
        option("role-domain", "DOMAIN", "Domain of the role (name or ID)").requires("role"),
    ]
}

/// Options for the place: a project, a domain or the system.
pub(super) fn place_options() -> [Arg; 4] {
    [
        option("project", "PROJECT", "On this project (name or ID)").conflicts_with_all(["domain", "system"]),
        option("project-domain", "DOMAIN", "Domain of the project (name or ID)").requires("project"),
        option("domain", "DOMAIN", "On this domain (name or ID)").conflicts_with("system"),
        option("system", "all", "On the system: the value is `all`").value_parser(["all"]).hide_possible_values(true),
    ]
}

/// `--names`, which `openstack role assignment list` needs for names.
pub(super) fn names() -> Arg {
    Arg::new("names").long("names").action(ArgAction::SetTrue).help("Show names (default); JSON and YAML have IDs, too")
}

fn given<'a>(options: &'a ArgMatches, name: &str) -> Option<&'a str> {
    options.try_get_one::<String>(name).ok().flatten().map(String::as_str)
}

/// The filter that the options describe, by IDs.
pub(super) fn filter(session: &Session<'_>, options: &ArgMatches) -> Result<Filter> {
    let names = Names { client: session.client()?, options };
    Ok(Filter {
        user: given(options, "user").map(|name| names.user(name)).transpose()?,
        group: given(options, "group").map(|name| names.group(name)).transpose()?,
        role: given(options, "role").map(|name| names.role(name)).transpose()?,
        place: names.place()?,
    })
}

/// The grants that match a filter, with warnings about what is not visible.
pub(super) fn grants(session: &Session<'_>, filter: &Filter) -> Result<Grants> {
    let client = session.client()?;
    let grants = client.wait(client.identity().grants(filter))?;
    warn(&grants);
    warn_of_own(&grants);
    Ok(grants)
}

/// Looks up names. Users who may not list anything can name themselves, and whatever is in their token.
struct Names<'a> {
    client: &'a Client,
    options: &'a ArgMatches,
}

impl Names<'_> {
    fn identity(&self) -> Identity {
        self.client.identity()
    }

    fn domain_of(&self, option: &str) -> Result<Option<String>> {
        given(self.options, option).map(|name| self.domain(name)).transpose()
    }

    fn domain(&self, name: &str) -> Result<String> {
        let found = self.client.wait(self.identity().domains().list().find(name)).map(|it| it.id);
        or_own(found, || {
            let access = self.client.access()?;
            let own = [
                (access.domain_id(), access.domain_name()),
                (access.project_domain_id(), access.project_domain_name()),
                (access.user_domain_id(), access.user_domain_name()),
            ];
            let own = own.into_iter().find(|own| is_called(*own, name)).and_then(|(id, _)| id.map(str::to_owned));
            let domains = || self.client.wait(self.identity().auth().domains().all());
            let other = || Ok(domains()?.into_iter().find(|it| it.id == name || it.name == name).map(|it| it.id));
            own.map_or_else(other, |id| Ok(Some(id)))
        })
    }

    /// The result of a lookup by name. `option` selects the domain, and is named in the hint of an ambiguous name.
    fn found<T>(&self, finding: impl Future<Output = Result<T>>, option: &str) -> Result<T> {
        self.client.wait(finding).map_err(|error| in_its_domain(error, Some(option)))
    }

    fn user(&self, name: &str) -> Result<String> {
        let domain = self.domain_of("user-domain")?;
        let list = self.identity().users().list();
        let list = if let Some(domain) = &domain { list.domain(domain) } else { list };
        let found = self.found(list.find(name), "user-domain").map(|it| it.id);
        or_own(found, || {
            let access = self.client.access()?;
            let is_domain = domain.as_deref().is_none_or(|it| access.user_domain_id() == Some(it));
            let is_own = is_domain && is_called((access.user_id(), access.user_name()), name);
            Ok(access.user_id().filter(|_| is_own).map(str::to_owned))
        })
    }

    fn group(&self, name: &str) -> Result<String> {
        let list = self.identity().groups().list();
        let list = if let Some(domain) = self.domain_of("group-domain")? { list.domain(domain) } else { list };
        self.found(list.find(name), "group-domain").map(|it| it.id)
    }

    fn role(&self, name: &str) -> Result<String> {
        let list = self.identity().roles().list();
        let list = if let Some(domain) = self.domain_of("role-domain")? { list.domain_id(domain) } else { list };
        let found = self.found(list.find(name), "role-domain").map(|it| it.id);
        or_own(found, || {
            let access = self.client.access()?;
            let own = access.roles().iter().find(|it| is_called((it.id.as_deref(), it.name.as_deref()), name));
            // Any other name is a role that the token does not have.
            Ok(Some(own.and_then(|it| it.id.clone()).unwrap_or_else(|| name.to_owned())))
        })
    }

    fn place(&self) -> Result<Option<Place>> {
        if let Some(project) = given(self.options, "project") {
            return self.project(project).map(|id| Some(Place::Project(id)));
        }
        if let Some(domain) = given(self.options, "domain") {
            return self.domain(domain).map(|id| Some(Place::Domain(id)));
        }
        Ok(given(self.options, "system").map(|_| Place::System))
    }

    fn project(&self, name: &str) -> Result<String> {
        let domain = self.domain_of("project-domain")?;
        let list = self.identity().projects().list();
        let list = if let Some(domain) = &domain { list.domain(domain) } else { list };
        let found = self.found(list.find(name), "project-domain").map(|it| it.id);
        or_own(found, || {
            let is_domain = |of: &Option<String>| domain.is_none() || *of == domain;
            let projects = self.client.projects()?;
            let mut own = projects.iter().filter(|it| is_called((Some(&it.id), Some(&it.name)), name));
            Ok(own.find(|it| is_domain(&it.domain_id)).map(|it| it.id.clone()))
        })
    }
}

fn is_called((id, name): (Option<&str>, Option<&str>), wanted: &str) -> bool {
    id == Some(wanted) || name == Some(wanted)
}

/// The result of a lookup; if listing is forbidden, what is known without it.
fn or_own(found: Result<String>, own: impl FnOnce() -> Result<Option<String>>) -> Result<String> {
    match found {
        Err(refusal) if refusal.kind() == ErrorKind::Forbidden => own()?.ok_or(refusal),
        found => found,
    }
}

/// Warns about what was not visible: the answer may be incomplete.
pub(super) fn warn(grants: &Grants) {
    for unseen in &grants.unseen {
        let what = match &unseen.what {
            // In this case the token's own roles are shown, with a separate message.
            Part::Assignments => continue,
            Part::OtherDomains(domain) => {
                let domain = grants.place_name(Place::Domain(domain));
                warning!(
                    "the token is for the domain `{domain}`: what is granted elsewhere, and users of other domains in \
                     groups, are not shown"
                );
                continue;
            }
            _ if grants.unseen.iter().any(|it| it.what == Part::Assignments) => continue,
            Part::Users => "users: some are shown by their IDs".to_owned(),
            Part::Groups => "groups: some are shown by their IDs".to_owned(),
            Part::Members(group) => {
                format!("the members of the group `{}`: their access is not shown", grants.group_name(group))
            }
            Part::Memberships(user) => {
                format!("the groups of `{}`: access through groups is not shown", grants.user_name(user))
            }
            Part::Projects => "projects: inherited roles are not shown".to_owned(),
            Part::Domains => "domains: they are shown by their IDs".to_owned(),
            Part::Roles => "roles: some are shown by their IDs".to_owned(),
            Part::ImpliedRoles => "which roles imply others: implied roles are not shown".to_owned(),
        };
        warning!("you may not see {what}");
    }
}

/// Tells users who may not see any role assignments what is shown instead.
fn warn_of_own(grants: &Grants) {
    const MOST: usize = 10;
    if grants.unseen.iter().all(|it| it.what != Part::Assignments) {
        return;
    }
    warning!("you may not list role assignments: only the roles of your token are shown, and not where they come from");
    let mut places: Vec<_> = grants.elsewhere.iter().map(|it| super::words::place(grants, it.as_ref())).collect();
    let more = places.len().saturating_sub(MOST);
    places.truncate(MOST);
    if more > 0 {
        places.push(format!("{more} more"));
    }
    if !places.is_empty() {
        let option = in_a_shell("project_name");
        warning!("you have roles elsewhere, too: {}; to see which, select it, as with {option}", places.join(", "));
    }
}

/// The error for a question that the token does not answer.
pub(super) fn not_visible(message: String) -> Error {
    Error::new(ErrorKind::Forbidden, message)
}
