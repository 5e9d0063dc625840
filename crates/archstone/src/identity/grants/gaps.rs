//! Explains why a user does not have a role at a place: what comes close, and what would be sufficient.

use std::collections::{BTreeSet, HashSet};

use super::{Actor, Assignment, Entry, Filter, Grants, Place};

/// A reason why a user does not have a role at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Gap<'a> {
    /// The user has these other roles there.
    OtherRoles(Vec<&'a str>),
    /// The user has it above the place, but only there: it is not inherited.
    NotInherited(&'a Assignment),
    /// The user has it for the projects below the place, and not for the place itself.
    OnlyBelow(&'a Assignment),
    /// A group has it there, and the user is not a member.
    NotMember(&'a Assignment),
    /// The role is domain-specific, so that nobody effectively has it, only the roles that it implies.
    RoleOfDomain,
    /// These roles imply it, directly or indirectly.
    ImpliedBy(Vec<&'a str>),
}

/// A disabled object that prevents tokens from being issued, whatever the roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disabled<'a> {
    /// The user is disabled.
    User(&'a str),
    /// The domain of the user or of the place is disabled.
    Domain(&'a str),
    /// The project is disabled.
    Project(&'a str),
}

impl Grants {
    /// Why a user does not have this role there; without a role, why the user has none.
    #[must_use]
    pub fn gaps<'a>(&'a self, user: &'a str, role: Option<&'a str>, place: Place<&'a str>) -> Vec<Gap<'a>> {
        let sources = self.sources(place);
        let leads_to_it = |assignment: &Assignment| {
            let ways = self.ways(&assignment.role);
            let mut ends = ways.iter().filter_map(|way| way.last().copied());
            match role {
                Some(role) => ends.any(|end| end == role),
                None => ends.any(|end| !self.is_of_domain(end)),
            }
        };
        let mut gaps = Vec::new();
        let filter = Filter { user: Some(user.to_owned()), place: Some(place.to_owned()), ..Filter::default() };
        let others: BTreeSet<_> = self.effective(&filter).into_iter().map(|it| it.role.to_owned()).collect();
        let others: Vec<_> = others.iter().filter_map(|it| Some(self.roles.get_key_value(it)?.0.as_str())).collect();
        if !others.is_empty() {
            gaps.push(Gap::OtherRoles(self.by_role_name(others)));
        }
        if role.is_some_and(|role| self.is_of_domain(role)) {
            gaps.push(Gap::RoleOfDomain);
        }
        for assignment in self.assignments.iter().filter(|it| leads_to_it(it)) {
            let at = assignment.place.as_ref();
            let is_here = if assignment.is_inherited { sources.contains(&at) } else { at == place };
            gaps.extend(match (self.is_of(assignment, user), is_here) {
                (true, false) if !assignment.is_inherited && sources.contains(&at) => {
                    Some(Gap::NotInherited(assignment))
                }
                (true, false) if assignment.is_inherited && at == place => Some(Gap::OnlyBelow(assignment)),
                (false, true) if assignment.group().is_some() => Some(Gap::NotMember(assignment)),
                _ => None,
            });
        }
        if let Some(role) = role {
            let implies =
                |prior: &&String| *prior != role && self.ways(prior).iter().any(|way| way.last() == Some(&role));
            let priors: HashSet<_> = self.implied.keys().filter(implies).map(String::as_str).collect();
            if !priors.is_empty() {
                gaps.push(Gap::ImpliedBy(self.by_role_name(priors.into_iter().collect())));
            }
        }
        gaps
    }

    /// Which of the user, the place and their domains are disabled, so that no token is issued.
    #[must_use]
    pub fn disabled<'a>(&'a self, user: &'a str, place: Place<&'a str>) -> Vec<Disabled<'a>> {
        let is_off = |entry: Option<&Entry>| entry.is_some_and(|it| !it.is_enabled);
        let domains = [
            self.users.get(user).and_then(|it| it.domain.as_deref()),
            match place {
                Place::System => None,
                Place::Domain(id) => Some(id),
                Place::Project(id) => self.domain_of(id),
            },
        ];
        let mut disabled = Vec::new();
        if is_off(self.users.get(user)) {
            disabled.push(Disabled::User(user));
        }
        if let Place::Project(id) = place
            && is_off(self.projects.get(id))
        {
            disabled.push(Disabled::Project(id));
        }
        for domain in domains.into_iter().flatten().filter(|id| is_off(self.domains.get(*id))) {
            if !disabled.contains(&Disabled::Domain(domain)) {
                disabled.push(Disabled::Domain(domain));
            }
        }
        disabled
    }

    /// Whether a user has an assignment, directly or through the group.
    fn is_of(&self, assignment: &Assignment, user: &str) -> bool {
        match &assignment.actor {
            Actor::User(id) => id == user,
            Actor::Group(group) => self.members.get(group).is_some_and(|it| it.iter().any(|it| it == user)),
        }
    }

    fn by_role_name<'a>(&self, mut roles: Vec<&'a str>) -> Vec<&'a str> {
        roles.sort_by_cached_key(|it| (self.role_name(it), *it));
        roles
    }
}
