//! A snapshot of a cloud's identity service by names, for comparing two clouds.
//!
//! Ids differ from cloud to cloud; here a user is `alice@Default`, and references are by name.
//!
//! ```no_run
//! # async fn run(one: archstone::Client, other: archstone::Client) -> archstone::Result<()> {
//! use archstone::identity::snapshot::Aspect;
//!
//! let aspects = [Aspect::Users, Aspect::Roles];
//! let here = one.identity().snapshot(&aspects).await?;
//! let there = other.identity().snapshot(&aspects).await?;
//! for difference in here.differences(&there) {
//!     println!("{difference:?}");
//! }
//! # Ok(())
//! # }
//! ```

mod load;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A part of a cloud that can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Aspect {
    /// Domains.
    Domains,
    /// Projects.
    Projects,
    /// Users.
    Users,
    /// Groups.
    Groups,
    /// Which user is in which group.
    Memberships,
    /// Roles, including domain-specific ones.
    Roles,
    /// Which role implies which.
    ImpliedRoles,
    /// Role assignments, as granted.
    Assignments,
    /// Regions.
    Regions,
    /// Services.
    Services,
    /// Endpoints.
    Endpoints,
    /// Registered limits.
    RegisteredLimits,
    /// Limits of projects and domains.
    Limits,
}

impl Aspect {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Domains,
        Self::Projects,
        Self::Users,
        Self::Groups,
        Self::Memberships,
        Self::Roles,
        Self::ImpliedRoles,
        Self::Assignments,
        Self::Regions,
        Self::Services,
        Self::Endpoints,
        Self::RegisteredLimits,
        Self::Limits,
    ];

    /// Its name, as people write it: `implied_roles`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Domains => "domains",
            Self::Projects => "projects",
            Self::Users => "users",
            Self::Groups => "groups",
            Self::Memberships => "memberships",
            Self::Roles => "roles",
            Self::ImpliedRoles => "implied_roles",
            Self::Assignments => "assignments",
            Self::Regions => "regions",
            Self::Services => "services",
            Self::Endpoints => "endpoints",
            Self::RegisteredLimits => "registered_limits",
            Self::Limits => "limits",
        }
    }
}

/// The fields of an item, by name. Fields without a value are left out.
pub type Fields = BTreeMap<String, Value>;

/// The content of an identity service, by names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// The fields of every item, by aspect and name.
    pub items: BTreeMap<Aspect, BTreeMap<String, Fields>>,
}

/// A difference between two clouds.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Difference {
    /// The aspect.
    pub aspect: Aspect,
    /// Its name.
    pub name: String,
    /// The kind of difference.
    pub kind: Differs,
}

/// How an item differs between two clouds.
#[derive(Clone, Debug, PartialEq)]
pub enum Differs {
    /// It is only in the first.
    OnlyHere,
    /// It is only in the second.
    OnlyThere,
    /// It is in both, but a field differs. `None` if the field has no value.
    Field {
        /// The field.
        field: String,
        /// Its value in the first.
        here: Option<Value>,
        /// Its value in the second.
        there: Option<Value>,
    },
}

impl Snapshot {
    /// The differences between this snapshot and another, sorted by aspect and name. Aspects that only one of them
    /// includes are ignored.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        let mut differences = Vec::new();
        for (aspect, here) in &self.items {
            let Some(there) = other.items.get(aspect) else { continue };
            let names: BTreeSet<_> = here.keys().chain(there.keys()).collect();
            for name in names {
                let kinds = match (here.get(name), there.get(name)) {
                    (Some(here), Some(there)) => fields(here, there),
                    (Some(_), None) => vec![Differs::OnlyHere],
                    (None, _) => vec![Differs::OnlyThere],
                };
                let differs = |kind| Difference { aspect: *aspect, name: name.clone(), kind };
                differences.extend(kinds.into_iter().map(differs));
            }
        }
        differences
    }

    /// Adds an item. If there is another with the same name, a number is appended.
    fn add(&mut self, aspect: Aspect, name: &str, fields: Fields) {
        let items = self.items.entry(aspect).or_default();
        let numbered = |number: usize| if number == 1 { name.to_owned() } else { format!("{name} ({number})") };
        let free = (1..=items.len() + 1).map(numbered).find(|name| !items.contains_key(name));
        items.extend(free.map(|name| (name, fields)));
    }
}

fn fields(here: &Fields, there: &Fields) -> Vec<Differs> {
    let names: BTreeSet<_> = here.keys().chain(there.keys()).collect();
    let differs = names.into_iter().filter(|name| here.get(*name) != there.get(*name)).map(|name| Differs::Field {
        field: name.clone(),
        here: here.get(name).cloned(),
        there: there.get(name).cloned(),
    });
    differs.collect()
}
