//! The effective roles that follow from role assignments, and how.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    hash::Hash,
    sync::Arc,
};

use super::{Actor, Assignment, Filter, Grants, Place};

/// An effective role of a user: one that a token for the place would contain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EffectiveGrant<'a> {
    /// The user's id.
    pub user: &'a str,
    /// The role's id.
    pub role: &'a str,
    /// The place.
    pub place: Place<&'a str>,
    /// Every chain of grants that leads to it, the shortest first. Empty if the chains are not visible.
    pub chains: Vec<Chain<'a>>,
}

/// One way in which a user has a role at a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Chain<'a> {
    /// The roles from the granted one to the effective one: each implies the next.
    pub roles: Arc<[&'a str]>,
    /// The group that was granted the role, if the user has it as its member. `None` if it was granted to the user.
    pub group: Option<&'a str>,
    /// The place where the role was granted.
    pub granted_on: Place<&'a str>,
    /// Whether it is inherited from there.
    pub is_inherited: bool,
}

impl<'a> Chain<'a> {
    /// The role that was granted.
    #[must_use]
    pub fn granted_role(&self) -> &'a str {
        self.roles.first().copied().unwrap_or_default()
    }
}

impl Grants {
    /// The effective roles of users, sorted by names of users, places and roles.
    ///
    /// Keystone returns the same for `GET /role_assignments?effective`, but without the roles on the system.
    #[must_use]
    pub fn effective<'a>(&'a self, filter: &'a Filter) -> Vec<EffectiveGrant<'a>> {
        let mut work = Work::new(self, filter);
        let mut found: HashMap<(&str, &str, Place<&str>), Vec<Chain<'_>>> = HashMap::new();
        for assignment in &self.assignments {
            let users = self.users_of(assignment, filter);
            if users.is_empty() {
                continue;
            }
            let (group, places, chains) = (assignment.group(), work.places(assignment), work.chains(assignment));
            for (user, place) in users.iter().flat_map(|user| places.iter().map(move |place| (user, place))) {
                for roles in chains.iter() {
                    let Some(role) = roles.last() else { continue };
                    found.entry((user, role, *place)).or_default().push(Chain {
                        roles: Arc::clone(roles),
                        group,
                        granted_on: assignment.place.as_ref(),
                        is_inherited: assignment.is_inherited,
                    });
                }
            }
        }
        for held in self.held.iter().filter(|it| filter.group.is_none() && filter.fits(&it.user, &it.role, &it.place)) {
            found.entry((&held.user, &held.role, held.place.as_ref())).or_default();
        }
        let mut found: Vec<_> = found
            .into_iter()
            .map(|((user, role, place), mut chains)| {
                chains.sort_by_cached_key(|it| (it.roles.len(), it.group.is_some(), it.is_inherited, self.key_of(it)));
                chains.dedup();
                EffectiveGrant { user, role, place, chains }
            })
            .collect();
        self.sort(&mut found);
        found
    }

    /// The assignments that lead to the effective roles that match the filter. Without a user in the filter, those of
    /// empty groups are included.
    #[must_use]
    pub fn leading_to<'a>(&'a self, filter: &'a Filter) -> Vec<&'a Assignment> {
        let mut work = Work::new(self, filter);
        let is_wanted = |it: &&Assignment| match (&it.actor, &filter.user, &filter.group) {
            (Actor::User(_), _, Some(_)) => false,
            (Actor::Group(group), None, wanted) => wanted.as_ref().is_none_or(|wanted| wanted == group),
            _ => !self.users_of(it, filter).is_empty(),
        };
        let mut leads = |it: &&'a Assignment| !work.chains(it).is_empty() && !work.places(it).is_empty();
        self.assignments.iter().filter(is_wanted).filter(|it| leads(it)).collect()
    }

    /// The roles that a role implies, directly or indirectly.
    #[must_use]
    pub fn implied_by<'a>(&'a self, role: &'a str) -> Vec<&'a str> {
        let mut implied: Vec<_> = self.ways(role).iter().skip(1).filter_map(|way| way.last().copied()).collect();
        implied.sort_by_cached_key(|it| (self.role_name(it), *it));
        implied.dedup();
        implied
    }

    fn users_of<'a>(&'a self, assignment: &'a Assignment, filter: &Filter) -> Vec<&'a str> {
        let members = match &assignment.actor {
            Actor::User(user) if filter.group.is_none() => std::slice::from_ref(user),
            Actor::Group(group) if filter.group.as_ref().is_none_or(|wanted| wanted == group) => {
                self.members.get(group).map_or(&[][..], Vec::as_slice)
            }
            _ => &[],
        };
        let is_wanted = |user: &&String| filter.user.as_ref().is_none_or(|wanted| wanted == *user);
        members.iter().filter(is_wanted).map(String::as_str).collect()
    }

    /// Sorts by names, each of which is built and compared only once.
    fn sort(&self, found: &mut [EffectiveGrant<'_>]) {
        let users = ranks(found.iter().map(|it| it.user), |id| self.user_name(id));
        let roles = ranks(found.iter().map(|it| it.role), |id| self.role_name(id));
        let places = ranks(found.iter().map(|it| it.place), |place| {
            (matches!(place, Place::Project(_)), self.place_name(place))
        });
        found.sort_unstable_by_key(|it| (users.get(it.user), places.get(&it.place), roles.get(it.role)));
    }

    fn key_of(&self, chain: &Chain<'_>) -> (String, String, Vec<String>) {
        let roles = chain.roles.iter().map(|role| self.role_name(role)).collect();
        (chain.group.map(|it| self.group_name(it)).unwrap_or_default(), self.place_name(chain.granted_on), roles)
    }

    /// The chains from a role to each role that it implies, including itself. Of the chains that end with the same rule
    /// only the shortest is included: there may be very many of them.
    pub(super) fn ways<'a>(&'a self, role: &'a str) -> Vec<Arc<[&'a str]>> {
        let implied = |role: &str| {
            let mut implied: Vec<&str> = self.implied.get(role).into_iter().flatten().map(String::as_str).collect();
            implied.sort_by_cached_key(|it| (self.role_name(it), *it));
            implied.dedup();
            implied
        };
        let mut shortest: HashMap<&str, Arc<[&str]>> = HashMap::from([(role, Arc::from([role]))]);
        let mut ways = vec![Arc::clone(&shortest[role])];
        let mut waiting = VecDeque::from([role]);
        while let Some(prior) = waiting.pop_front() {
            let before = Arc::clone(&shortest[prior]);
            for role in implied(prior).into_iter().filter(|role| !before.contains(role)) {
                let way: Arc<[&str]> = before.iter().copied().chain([role]).collect();
                ways.push(Arc::clone(&way));
                if !shortest.contains_key(role) {
                    shortest.insert(role, way);
                    waiting.push_back(role);
                }
            }
        }
        ways
    }
}

/// The position of each item in the order of the names.
fn ranks<T: Copy + Eq + Hash + Ord, N: Ord>(of: impl Iterator<Item = T>, name: impl Fn(T) -> N) -> HashMap<T, usize> {
    let distinct: HashSet<T> = of.collect();
    let mut sorted: Vec<_> = distinct.into_iter().map(|it| (name(it), it)).collect();
    sorted.sort_unstable();
    sorted.into_iter().enumerate().map(|(rank, (_, it))| (it, rank)).collect()
}

impl Filter {
    fn fits(&self, user: &str, role: &str, place: &Place) -> bool {
        let is = |wanted: &Option<String>, it: &str| wanted.as_ref().is_none_or(|wanted| wanted == it);
        is(&self.user, user) && is(&self.role, role) && self.place.as_ref().is_none_or(|wanted| wanted == place)
    }
}

impl Assignment {
    /// The id of the group that has the role; `None` if a user has it.
    #[must_use]
    pub fn group(&self) -> Option<&str> {
        match &self.actor {
            Actor::Group(group) => Some(group),
            Actor::User(_) => None,
        }
    }
}

/// Intermediate results that are computed once for all assignments.
struct Work<'a> {
    grants: &'a Grants,
    filter: &'a Filter,
    /// The places from which an inherited role reaches the requested place.
    sources: Option<HashSet<Place<&'a str>>>,
    below: HashMap<&'a str, Vec<&'a str>>,
    of_domain: HashMap<&'a str, Vec<&'a str>>,
    inheriting: HashMap<Place<&'a str>, Arc<[Place<&'a str>]>>,
    ways: HashMap<&'a str, Arc<[Arc<[&'a str]>]>>,
}

impl<'a> Work<'a> {
    fn new(grants: &'a Grants, filter: &'a Filter) -> Self {
        let sources = filter.place.as_ref().map(|place| grants.sources(place.as_ref()));
        let (mut below, mut of_domain) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
        if sources.is_none() {
            for (id, project) in &grants.projects {
                if let Some(parent) = &project.parent {
                    below.entry(parent.as_str()).or_default().push(id.as_str());
                }
                if let Some(domain) = &project.domain {
                    of_domain.entry(domain.as_str()).or_default().push(id.as_str());
                }
            }
        }
        Self { grants, filter, sources, below, of_domain, inheriting: HashMap::new(), ways: HashMap::new() }
    }

    /// The places where an assignment takes effect, limited to the requested ones.
    fn places(&mut self, assignment: &'a Assignment) -> Arc<[Place<&'a str>]> {
        let place = assignment.place.as_ref();
        match (&self.filter.place, &self.sources) {
            (Some(wanted), Some(sources)) => {
                let is_here = if assignment.is_inherited { sources.contains(&place) } else { place == wanted.as_ref() };
                if is_here { Arc::from([wanted.as_ref()]) } else { Arc::default() }
            }
            _ if !assignment.is_inherited => Arc::from([place]),
            _ => {
                let (below, of_domain) = (&self.below, &self.of_domain);
                let inheriting = self.inheriting.entry(place).or_insert_with(|| match place {
                    Place::System => Arc::default(),
                    Place::Domain(id) => {
                        of_domain.get(id).into_iter().flatten().map(|it| Place::Project(*it)).collect()
                    }
                    Place::Project(id) => all_below(id, below).into_iter().map(Place::Project).collect(),
                });
                Arc::clone(inheriting)
            }
        }
    }

    /// The chains to the roles that an assignment leads to, limited to the requested ones.
    fn chains(&mut self, assignment: &'a Assignment) -> Arc<[Arc<[&'a str]>]> {
        let (grants, filter) = (self.grants, self.filter);
        let ways = self.ways.entry(&assignment.role).or_insert_with(|| {
            let is_wanted = |way: &Arc<[&str]>| {
                let role = way.last().copied().unwrap_or_default();
                // A domain-specific role is only a name for the roles that it implies.
                !grants.is_of_domain(role) && filter.role.as_ref().is_none_or(|wanted| wanted == role)
            };
            grants.ways(&assignment.role).into_iter().filter(is_wanted).collect()
        });
        Arc::clone(ways)
    }
}

fn all_below<'a>(project: &'a str, below: &HashMap<&'a str, Vec<&'a str>>) -> Vec<&'a str> {
    let (mut all, mut seen) = (Vec::new(), HashSet::from([project]));
    let mut waiting = vec![project];
    while let Some(id) = waiting.pop() {
        for child in
            below.get(id).into_iter().flatten().filter(|child| seen.insert(**child)).copied().collect::<Vec<_>>()
        {
            all.push(child);
            waiting.push(child);
        }
    }
    all
}

impl Grants {
    /// The places where a role must be granted as inherited in order to reach this place.
    pub(super) fn sources<'a>(&'a self, place: Place<&'a str>) -> HashSet<Place<&'a str>> {
        let Place::Project(project) = place else { return HashSet::new() };
        let domain = self.domain_of(project).map(Place::Domain);
        domain.into_iter().chain(self.above(project).into_iter().map(Place::Project)).collect()
    }
}
