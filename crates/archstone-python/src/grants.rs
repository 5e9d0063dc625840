//! Effective roles as Python objects.

use archstone::{
    Client, Error,
    identity::grants::{self, Filter, Part},
};
use pyo3::{exceptions::PyTypeError, prelude::*, types::PyString};

use crate::{errors, text::Text};

/// A place where roles are assigned.
#[pyclass(frozen, get_all, eq, hash, module = "archstone.grants")]
#[derive(Clone, PartialEq, Hash)]
pub(crate) struct Place {
    /// `system`, `domain` or `project`.
    kind: String,
    /// The id of the domain or the project; None for the system.
    id: Option<String>,
    /// `name@domain` for a project, a domain's name, and `all` for the system; the id if the name is not known.
    name: String,
}

impl Place {
    fn new(grants: &grants::Grants, place: grants::Place<&str>) -> Self {
        let (kind, id) = match place {
            grants::Place::System => ("system", None),
            grants::Place::Domain(id) => ("domain", Some(id.to_owned())),
            grants::Place::Project(id) => ("project", Some(id.to_owned())),
        };
        Self { kind: kind.to_owned(), id, name: grants.place_name(place) }
    }
}

#[pymethods]
impl Place {
    fn __repr__(&self) -> String {
        format!("<archstone.grants.Place {} {}>", self.kind, archstone::text::escaped(&self.name))
    }
}

/// One way in which a user has a role at a place.
#[pyclass(frozen, get_all, module = "archstone.grants")]
#[derive(Clone)]
pub(crate) struct Chain {
    /// The ids of the roles from the granted one to the effective one: each implies the next.
    roles: Vec<String>,
    /// The names of these roles.
    role_names: Vec<String>,
    /// The id of the group that was granted the role, if the user has it as a member; None if it was granted to the
    /// user.
    group: Option<String>,
    /// The group as `name@domain`.
    group_name: Option<String>,
    /// The place where the role was granted.
    granted_on: Place,
    /// Whether it is inherited from there.
    is_inherited: bool,
}

impl Chain {
    fn new(grants: &grants::Grants, chain: &grants::Chain<'_>) -> Self {
        Self {
            roles: chain.roles.iter().map(|role| (*role).to_owned()).collect(),
            role_names: chain.roles.iter().map(|role| grants.role_name(role)).collect(),
            group: chain.group.map(str::to_owned),
            group_name: chain.group.map(|group| grants.group_name(group)),
            granted_on: Place::new(grants, chain.granted_on),
            is_inherited: chain.is_inherited,
        }
    }
}

#[pymethods]
impl Chain {
    fn __repr__(&self) -> String {
        let group = self.group_name.as_ref().map(|it| format!(" through {it}")).unwrap_or_default();
        let text = format!("{}{group} on {}", self.role_names.join(" -> "), self.granted_on.name);
        format!("<archstone.grants.Chain {}>", archstone::text::escaped(&text))
    }
}

/// An effective role of a user: one that a token for the place would contain.
#[pyclass(frozen, get_all, module = "archstone.grants")]
#[derive(Clone)]
pub(crate) struct EffectiveGrant {
    /// The user's id.
    user: String,
    /// The user as `name@domain`; the id if the name is not known.
    user_name: String,
    /// The role's id.
    role: String,
    /// The role's name, `name@domain` if it is domain-specific; the id if the name is not known.
    role_name: String,
    /// The place.
    place: Place,
    /// Every chain of grants that leads to it, the shortest first; empty if the chains are not visible.
    chains: Vec<Chain>,
}

#[pymethods]
impl EffectiveGrant {
    fn __repr__(&self) -> String {
        let text = format!("{} has {} on {}", self.user_name, self.role_name, self.place.name);
        format!("<archstone.grants.EffectiveGrant {}>", archstone::text::escaped(&text))
    }
}

/// Data that the token could not see, and why.
#[pyclass(frozen, module = "archstone.grants")]
#[derive(Clone)]
pub(crate) struct Unseen {
    /// The data: `assignments`, `users`, `groups`, `members` or `memberships` (of `id`), `projects`, `domains`,
    /// `roles`, `implied_roles`, or `other_domains` (than `id`).
    #[pyo3(get)]
    what: String,
    /// The id of the group, user or domain.
    #[pyo3(get)]
    id: Option<String>,
    why: Option<Error>,
}

impl Unseen {
    fn new(unseen: &grants::Unseen) -> Self {
        let (what, id) = match &unseen.what {
            Part::Assignments => ("assignments", None),
            Part::Users => ("users", None),
            Part::Groups => ("groups", None),
            Part::Members(group) => ("members", Some(group)),
            Part::Memberships(user) => ("memberships", Some(user)),
            Part::Projects => ("projects", None),
            Part::Domains => ("domains", None),
            Part::Roles => ("roles", None),
            Part::ImpliedRoles => ("implied_roles", None),
            Part::OtherDomains(domain) => ("other_domains", Some(domain)),
        };
        Self { what: what.to_owned(), id: id.cloned(), why: unseen.why.clone() }
    }
}

#[pymethods]
impl Unseen {
    /// The error of the identity service; None if it omits the data silently because of the token's scope.
    #[getter]
    fn why<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.why.as_ref().map(|error| errors::exception(py, error)).transpose()
    }

    fn __repr__(&self) -> String {
        format!("<archstone.grants.Unseen {}>", self.what)
    }
}

/// A reason why a user does not have a role at a place.
#[pyclass(frozen, get_all, module = "archstone.grants")]
#[derive(Clone)]
pub(crate) struct Gap {
    /// The reason: `other_roles` (the user has `roles` there), `not_inherited` (granted above, and only there),
    /// `only_below` (granted for the projects below), `not_member` (`group` has it, and the user is not a member),
    /// `role_of_domain` (the role is domain-specific, so that nobody has it effectively), or `implied_by` (`roles`
    /// imply it).
    kind: String,
    /// The ids of the roles in question; empty for `role_of_domain`.
    roles: Vec<String>,
    /// The names of these roles.
    role_names: Vec<String>,
    /// The place where the role was granted; None if no grant is involved.
    granted_on: Option<Place>,
    /// The id of the group that has the role; None if it was granted to the user, or not at all.
    group: Option<String>,
    /// The group as `name@domain`.
    group_name: Option<String>,
}

impl Gap {
    /// None for a variant that this version does not know.
    fn new(grants: &grants::Grants, gap: &grants::Gap<'_>) -> Option<Self> {
        let (kind, roles, assignment) = match gap {
            grants::Gap::OtherRoles(roles) => ("other_roles", roles.clone(), None),
            grants::Gap::ImpliedBy(roles) => ("implied_by", roles.clone(), None),
            grants::Gap::RoleOfDomain => ("role_of_domain", Vec::new(), None),
            grants::Gap::NotInherited(it) => ("not_inherited", vec![it.role.as_str()], Some(it)),
            grants::Gap::OnlyBelow(it) => ("only_below", vec![it.role.as_str()], Some(it)),
            grants::Gap::NotMember(it) => ("not_member", vec![it.role.as_str()], Some(it)),
            _ => return None,
        };
        let group = assignment.and_then(|it| it.group());
        Some(Self {
            kind: kind.to_owned(),
            role_names: roles.iter().map(|role| grants.role_name(role)).collect(),
            roles: roles.into_iter().map(str::to_owned).collect(),
            granted_on: assignment.map(|it| Place::new(grants, it.place.as_ref())),
            group: group.map(str::to_owned),
            group_name: group.map(|group| grants.group_name(group)),
        })
    }
}

#[pymethods]
impl Gap {
    fn __repr__(&self) -> String {
        let text = [self.kind.as_str(), &self.role_names.join(", ")].join(" ");
        format!("<archstone.grants.Gap {}>", archstone::text::escaped(text.trim_end()))
    }
}

/// Effective role assignments: see `Client.effective_grants`.
#[pyclass(frozen, get_all, module = "archstone.grants")]
pub(crate) struct Grants {
    /// The effective roles of users, sorted by the names of users, places and roles.
    effective: Vec<EffectiveGrant>,
    /// Places where the token's user has some unknown role.
    elsewhere: Vec<Place>,
    /// What the token could not see. If this is not empty, `effective` may be incomplete.
    unseen: Vec<Unseen>,
    /// Why the user does not have the role there, or any role. Only if a user and a place were requested, and
    /// `effective` is empty.
    gaps: Vec<Gap>,
}

impl Grants {
    /// Requests them.
    pub(crate) async fn ask(client: &Client, filter: &Filter) -> archstone::Result<Self> {
        let identity = client.identity();
        let mut grants = identity.grants(filter).await?;
        let found = Self::new(&grants, filter);
        let (Some(user), Some(place)) = (&filter.user, &filter.place) else { return Ok(found) };
        if !found.effective.is_empty() || grants.elsewhere.contains(place) {
            return Ok(found);
        }
        identity.add_grants_at(&mut grants, place).await?;
        let gaps = grants.gaps(user, filter.role.as_deref(), place.as_ref());
        let gaps = gaps.iter().filter_map(|gap| Gap::new(&grants, gap)).collect();
        Ok(Self { gaps, ..Self::new(&grants, filter) })
    }

    fn new(grants: &grants::Grants, filter: &Filter) -> Self {
        let effective = grants.effective(filter).into_iter().map(|grant| EffectiveGrant {
            user: grant.user.to_owned(),
            user_name: grants.user_name(grant.user),
            role: grant.role.to_owned(),
            role_name: grants.role_name(grant.role),
            place: Place::new(grants, grant.place),
            chains: grant.chains.iter().map(|chain| Chain::new(grants, chain)).collect(),
        });
        Self {
            effective: effective.collect(),
            elsewhere: grants.elsewhere.iter().map(|place| Place::new(grants, place.as_ref())).collect(),
            unseen: grants.unseen.iter().map(Unseen::new).collect(),
            gaps: Vec::new(),
        }
    }
}

#[pymethods]
impl Grants {
    fn __repr__(&self) -> String {
        format!("<archstone.grants.Grants effective={} unseen={}>", self.effective.len(), self.unseen.len())
    }
}

/// An argument of the filter: an id, or a resource with one.
pub(crate) struct Named(String);

impl<'py> FromPyObject<'_, 'py> for Named {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<PyString>() {
            return object.extract::<Text<'_>>().map(|text| Self((*text).to_owned()));
        }
        let id = object.getattr_opt("id")?.and_then(|id| id.extract::<String>().ok());
        id.map(Self).ok_or_else(|| PyTypeError::new_err("give an id, or a resource that has one"))
    }
}

/// The filter for keyword arguments.
pub(crate) fn filter(
    user: Option<Named>,
    group: Option<Named>,
    role: Option<Named>,
    project: Option<Named>,
    domain: Option<Named>,
    system: bool,
) -> PyResult<Filter> {
    let place = match (project, domain, system) {
        (None, None, false) => None,
        (Some(project), None, false) => Some(grants::Place::Project(project.0)),
        (None, Some(domain), false) => Some(grants::Place::Domain(domain.0)),
        (None, None, true) => Some(grants::Place::System),
        _ => {
            return Err(PyTypeError::new_err("give one of `project`, `domain` and `system`"));
        }
    };
    let id = |named: Option<Named>| named.map(|it| it.0);
    Ok(Filter { user: id(user), group: id(group), role: id(role), place })
}
