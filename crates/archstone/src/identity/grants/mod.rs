//! Who can do what, where, and why: what role assignments amount to.
//!
//! Keystone keeps role assignments; what a token gets follows from them by membership of groups, by inheritance in the tree
//! of domains and projects, and by roles that imply others. [`Grants`] holds what there is to know, as plain data, and
//! [works it out](Grants::effective) as Keystone does, with every way that leads there. [`Identity::grants`] asks
//! Keystone for the data.
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

/// Role assignments, and what they must be known with to tell what they amount to: all by ids.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    /// The role assignments.
    pub assignments: Vec<Assignment>,
    /// The users of each group.
    pub members: HashMap<String, Vec<String>>,
    /// The roles that each role implies itself; what these imply follows from them.
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
    /// Roles that someone is known to have, though not why: what a token says to those who may see no assignments.
    pub held: Vec<Held>,
    /// Where the user of the token has some role, and which one is not known.
    pub elsewhere: Vec<Place>,
    /// What could not be seen. Where there is anything, there may be more than [`effective`](Self::effective) gives.
    pub unseen: Vec<Unseen>,
}

/// What is known of a user, a group, a project, a domain or a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name.
    pub name: String,
    /// The domain that owns it.
    pub domain: Option<String>,
    /// The project above it; of a project at the top, the domain.
    pub parent: Option<String>,
    /// Whether tokens are issued for it.
    pub is_enabled: bool,
}

/// A role assignment: who has which role where.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Assignment {
    /// Who has it.
    pub actor: Actor,
    /// The role.
    pub role: String,
    /// Where.
    pub place: Place,
    /// Whether it is for the projects below the place, and not for the place itself.
    pub is_inherited: bool,
}

/// Who can have a role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// A user.
    User(String),
    /// All users of a group.
    Group(String),
}

/// Where a role can be had.
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
    /// Where.
    pub place: Place,
}

/// Which grants are asked for: all, or those that fit everything that is given, by ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those of this user.
    pub user: Option<String>,
    /// Those that come through this group.
    pub group: Option<String>,
    /// Those of this role, given or implied.
    pub role: Option<String>,
    /// Those here.
    pub place: Option<Place>,
}

/// What could not be seen, and why.
#[derive(Clone, Debug)]
pub struct Unseen {
    /// What.
    pub what: Part,
    /// What the service said. `None` where the token's scope leaves it out without a word.
    pub why: Option<Error>,
}

/// A part of what must be known.
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
    /// Projects, and so what they inherit.
    Projects,
    /// Domains.
    Domains,
    /// Roles.
    Roles,
    /// Which roles imply which.
    ImpliedRoles,
    /// What is not in this domain, for which the token is.
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
        // A circle would be a fault of the service, and must not hang those who look at it.
        while let Some(id) = next.filter(|id| !above.contains(id) && *id != project) {
            above.push(id);
            next = self.projects.get(id).and_then(|it| it.parent.as_deref());
        }
        above
    }

    /// Whether a domain owns the role: then it is never in a token itself, only the roles that it implies are.
    #[must_use]
    pub fn is_of_domain(&self, role: &str) -> bool {
        self.roles.get(role).is_some_and(|it| it.domain.is_some())
    }

    /// The name of a domain; its id where the name is not known.
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

    /// A user as `name@domain`; the id where the name is not known.
    #[must_use]
    pub fn user_name(&self, id: &str) -> String {
        self.name_in(&self.users, id)
    }

    /// A group as `name@domain`; the id where the name is not known.
    #[must_use]
    pub fn group_name(&self, id: &str) -> String {
        self.name_in(&self.groups, id)
    }

    /// A role by its name, `name@domain` where a domain owns it; the id where the name is not known.
    #[must_use]
    pub fn role_name(&self, id: &str) -> String {
        self.name_in(&self.roles, id)
    }

    /// A project as `name@domain`, a domain by its name, and `all` for the system; the id where the name is not known.
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
