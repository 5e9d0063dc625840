//! Effective roles: who can do what, where, and why.
//!
//! Keystone stores role assignments; the roles in a token follow from them by group membership, by inheritance in the
//! tree of domains and projects, and by implied roles. [`Grants`] holds the necessary data, and [computes the effective
//! roles](Grants::effective) as Keystone does, with every chain of grants that leads to them. [`Identity::grants`]
//! loads the data from Keystone.
//!
//! ```no_run
//! # async fn run(client: archstone::Client) -> archstone::Result<()> {
//! use archstone::identity::grants::Filter;
//!
//! let filter = Filter::default();
//! let grants = client.identity().grants(&filter).await?;
//! for grant in grants.effective(&filter) {
//!     println!("{} has {} on {:?}: {:?}", grant.user, grant.role, grant.place, grant.chains);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`Identity::grants`]: super::Identity::grants

mod effective;
mod facts;
mod gaps;
mod load;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use crate::error::Error;

pub use effective::{Chain, EffectiveGrant};
pub use gaps::{Disabled, Gap};

/// Role assignments, and the data that is needed to compute the effective roles: all by ids.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    /// The role assignments.
    pub assignments: Vec<Assignment>,
    /// The users of each group.
    pub members: HashMap<String, Vec<String>>,
    /// The roles that each role implies directly.
    pub implied: HashMap<String, Vec<String>>,
    /// Users, by id.
    pub users: HashMap<String, Entry>,
    /// Groups, by id.
    pub groups: HashMap<String, Entry>,
    /// Projects, by id.
    pub projects: HashMap<String, Entry>,
    /// Domains, by id.
    pub domains: HashMap<String, Entry>,
    /// Roles, by id.
    pub roles: HashMap<String, Entry>,
    /// Roles that someone is known to have without a known reason: those in the token, if it may not see assignments.
    pub held: Vec<Held>,
    /// Places where the token's user has some unknown role.
    pub elsewhere: Vec<Place>,
    /// What the token could not see. If this is not empty, [`effective`](Self::effective) may be incomplete.
    pub unseen: Vec<Unseen>,
}

/// The data of a user, a group, a project, a domain or a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name.
    pub name: String,
    /// The domain that owns it.
    pub domain: Option<String>,
    /// The parent project; for a top-level project, the domain.
    pub parent: Option<String>,
    /// Whether tokens are issued for it.
    pub is_enabled: bool,
}

/// A role assignment: who has which role where.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Assignment {
    /// The user or group that has the role.
    pub actor: Actor,
    /// The role.
    pub role: String,
    /// The place.
    pub place: Place,
    /// Whether it applies to the projects below the place, and not to the place itself.
    pub is_inherited: bool,
}

/// A user or group that can have a role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// A user.
    User(String),
    /// All members of a group.
    Group(String),
}

/// A place where a role can be granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place<T = String> {
    /// On the system.
    System,
    /// On a domain.
    Domain(T),
    /// In a project.
    Project(T),
}

impl Place {
    /// The same, borrowed.
    #[must_use]
    pub fn as_ref(&self) -> Place<&str> {
        match self {
            Self::System => Place::System,
            Self::Domain(id) => Place::Domain(id),
            Self::Project(id) => Place::Project(id),
        }
    }
}

impl Place<&str> {
    /// The same, owned.
    #[must_use]
    pub fn to_owned(&self) -> Place {
        match *self {
            Self::System => Place::System,
            Self::Domain(id) => Place::Domain(id.to_owned()),
            Self::Project(id) => Place::Project(id.to_owned()),
        }
    }
}

/// A role that someone is known to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The user.
    pub user: String,
    /// The role.
    pub role: String,
    /// The place.
    pub place: Place,
}

/// Selects grants: all, or those that match all given ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those of this user.
    pub user: Option<String>,
    /// Those that come through this group.
    pub group: Option<String>,
    /// Those of this role, given or implied.
    pub role: Option<String>,
    /// Those at this place.
    pub place: Option<Place>,
}

/// Data that the token could not see, and why.
#[derive(Clone, Debug)]
pub struct Unseen {
    /// The data.
    pub what: Part,
    /// The service's response. `None` if the service omits it silently because of the token's scope.
    pub why: Option<Error>,
}

/// A part of the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The role assignments.
    Assignments,
    /// Users.
    Users,
    /// Groups.
    Groups,
    /// The users of a group.
    Members(String),
    /// The groups of a user.
    Memberships(String),
    /// Projects, and therefore inheritance in projects.
    Projects,
    /// Domains.
    Domains,
    /// Roles.
    Roles,
    /// Which roles imply which.
    ImpliedRoles,
    /// Data outside this domain, which is the token's scope.
    OtherDomains(String),
}

impl Grants {
    /// The domain that owns a project.
    pub(crate) fn domain_of<'a>(&'a self, project: &str) -> Option<&'a str> {
        self.projects.get(project)?.domain.as_deref()
    }

    /// The projects above a project, the nearest first. The last may be the domain, which acts as a project.
    #[must_use]
    pub fn above<'a>(&'a self, project: &str) -> Vec<&'a str> {
        let mut above: Vec<&str> = Vec::new();
        let mut next = self.projects.get(project).and_then(|it| it.parent.as_deref());
        // A cycle would be a fault of the service, and must not cause an endless loop.
        while let Some(id) = next.filter(|id| !above.contains(id) && *id != project) {
            above.push(id);
            next = self.projects.get(id).and_then(|it| it.parent.as_deref());
        }
        above
    }

    /// Whether the role is domain-specific: then a token never contains it, only the roles that it implies.
    #[must_use]
    pub fn is_of_domain(&self, role: &str) -> bool {
        self.roles.get(role).is_some_and(|it| it.domain.is_some())
    }

    /// The name of a domain; its id if the name is not known.
    fn domain_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.domains.get(id).map_or(id, |it| &it.name)
    }

    fn name_in(&self, entries: &HashMap<String, Entry>, id: &str) -> String {
        match entries.get(id) {
            Some(Entry { name, domain: Some(domain), .. }) => format!("{name}@{}", self.domain_name(domain)),
            Some(Entry { name, .. }) => name.clone(),
            None => id.to_owned(),
        }
    }

    /// A user as `name@domain`; the id if the name is not known.
    #[must_use]
    pub fn user_name(&self, id: &str) -> String {
        self.name_in(&self.users, id)
    }

    /// A group as `name@domain`; the id if the name is not known.
    #[must_use]
    pub fn group_name(&self, id: &str) -> String {
        self.name_in(&self.groups, id)
    }

    /// A role by its name, `name@domain` if it is domain-specific; the id if the name is not known.
    #[must_use]
    pub fn role_name(&self, id: &str) -> String {
        self.name_in(&self.roles, id)
    }

    /// A project as `name@domain`, a domain by its name, and `all` for the system; the id if the name is not known.
    #[must_use]
    pub fn place_name(&self, place: Place<&str>) -> String {
        match place {
            Place::System => "all".to_owned(),
            Place::Domain(id) => self.domain_name(id).to_owned(),
            // A domain acts as a project, too, and roles can be granted on it as such.
            Place::Project(id) if !self.projects.contains_key(id) => self.domain_name(id).to_owned(),
            Place::Project(id) => self.name_in(&self.projects, id),
        }
    }
}
