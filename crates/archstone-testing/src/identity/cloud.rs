//! The users, projects and roles of a fake cloud.

use std::time::Duration;

use super::user::{DEFAULT_DOMAIN, FakeUser, On, id};
use crate::CatalogBuilder;

/// A project of a [`FakeCloud`]. By default its ID is its name followed by `-id`.
///
/// ```
/// let shop = archstone_testing::FakeProject::new("shop").in_domain("acme");
/// assert_eq!(shop.id(), "acme-shop-id");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct FakeProject {
    id: Option<String>,
    pub(super) name: String,
    pub(super) domain_id: String,
    pub(super) enabled: bool,
}

impl FakeProject {
    /// A project in the domain `default`.
    pub fn new(name: &str) -> Self {
        Self { id: None, name: name.into(), domain_id: DEFAULT_DOMAIN.into(), enabled: true }
    }

    /// Sets the ID.
    pub fn with_id(mut self, id: &str) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Puts it in the domain with this ID.
    pub fn in_domain(mut self, domain_id: &str) -> Self {
        self.domain_id = domain_id.into();
        self
    }

    /// Disables it: no tokens are issued for it.
    pub fn disabled(mut self) -> Self {
        self.enabled = false;
        self
    }

    /// The ID.
    #[must_use]
    pub fn id(&self) -> String {
        id(self.id.as_ref(), &self.domain_id, &self.name)
    }
}

/// A trust in a [`FakeCloud`]: one user acts for another in a project.
///
/// ```
/// use archstone_testing::{FakeCloud, FakeTrust, FakeUser};
///
/// let cloud = FakeCloud::demo()
///     .user(FakeUser::new("robot", "robot-secret"))
///     .trust(FakeTrust::new("t1", "demo", "robot", "demo").with_impersonation());
/// # let _ = cloud;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct FakeTrust {
    pub(super) id: String,
    pub(super) trustor: String,
    pub(super) trustee: String,
    pub(super) project: String,
    pub(super) impersonation: bool,
}

impl FakeTrust {
    /// The trustee may act as `member` in the trustor's project. Users are given by name or ID.
    pub fn new(id: &str, trustor: &str, trustee: &str, project: &str) -> Self {
        let [id, trustor, trustee, project] = [id, trustor, trustee, project].map(str::to_owned);
        Self { id, trustor, trustee, project, impersonation: false }
    }

    /// Makes the trustor the user of the tokens.
    pub fn with_impersonation(mut self) -> Self {
        self.impersonation = true;
        self
    }
}

/// The content of a cloud: domains, projects, users, and the services of the catalog.
///
/// ```
/// use std::time::Duration;
/// use archstone_testing::{CatalogBuilder, FakeCloud, FakeProject, FakeUser};
///
/// let keystone = FakeCloud::new()
///     .project(FakeProject::new("web"))
///     .user(FakeUser::new("alice", "alice-secret").member_of("web"))
///     .catalog(CatalogBuilder::new().service("identity", "keystone", "/v3"))
///     .token_lifetime(Duration::from_secs(300))
///     .start();
/// # let _ = keystone;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct FakeCloud {
    /// IDs and names.
    domains: Vec<(String, String)>,
    pub(super) projects: Vec<FakeProject>,
    pub(super) users: Vec<FakeUser>,
    pub(super) trusts: Vec<FakeTrust>,
    pub(super) services: CatalogBuilder,
    pub(super) lifetime: Duration,
    pub(super) is_v2: bool,
}

impl Default for FakeCloud {
    fn default() -> Self {
        Self::demo()
    }
}

impl FakeCloud {
    /// An empty cloud: the domain `Default` with the ID `default`, no services, and tokens that are valid for an hour.
    pub fn new() -> Self {
        Self {
            domains: vec![(DEFAULT_DOMAIN.into(), "Default".into())],
            projects: Vec::new(),
            users: Vec::new(),
            trusts: Vec::new(),
            services: CatalogBuilder::new(),
            lifetime: Duration::from_secs(3600),
            is_v2: false,
        }
    }

    /// A cloud for simple tests: the user `demo` with the password `secret`, a member of the project `demo`, which is
    /// their default. The catalog contains identity, compute, image and object-store, with the paths `/v3`,
    /// `/compute/v2.1`, `/image` and `/object-store/v1/AUTH_…` of the same server.
    pub fn demo() -> Self {
        let services = CatalogBuilder::new()
            .service("identity", "keystone", "/v3")
            .service("compute", "nova", "/compute/v2.1")
            .service("image", "glance", "/image")
            .service("object-store", "swift", "/object-store/v1/AUTH_$(project_id)s");
        Self::new()
            .project(FakeProject::new("demo"))
            .user(FakeUser::new("demo", "secret").member_of("demo").with_default_project("demo"))
            .catalog(services)
    }

    /// Adds a domain.
    pub fn domain(mut self, id: &str, name: &str) -> Self {
        self.domains.push((id.into(), name.into()));
        self
    }

    /// Adds a project, or replaces the one with the same ID.
    pub fn project(mut self, project: FakeProject) -> Self {
        self.projects.retain(|it| it.id() != project.id());
        self.projects.push(project);
        self
    }

    /// Adds a user, or replaces the one with the same ID.
    pub fn user(mut self, user: FakeUser) -> Self {
        self.users.retain(|it| it.id() != user.id());
        self.users.push(user);
        self
    }

    /// Adds a trust.
    pub fn trust(mut self, trust: FakeTrust) -> Self {
        self.trusts.push(trust);
        self
    }

    /// Replaces the catalog.
    pub fn catalog(mut self, services: CatalogBuilder) -> Self {
        self.services = services;
        self
    }

    /// Changes the catalog.
    ///
    /// ```
    /// use archstone_testing::FakeCloud;
    ///
    /// let cloud = FakeCloud::demo().change_catalog(|it| it.service("placement", "placement", "/placement"));
    /// # let _ = cloud;
    /// ```
    pub fn change_catalog(mut self, change: impl FnOnce(CatalogBuilder) -> CatalogBuilder) -> Self {
        self.services = change(self.services);
        self
    }

    /// Supports only Identity API v2.0: passwords and tokens for tenants, which are the projects of the domain
    /// `default`, and their list. This follows the documentation, since current versions of Keystone no longer have
    /// this API.
    pub fn speaking_v2(mut self) -> Self {
        self.is_v2 = true;
        self
    }

    /// Sets the lifetime of tokens.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// A domain's ID and name. An undeclared one has its ID as its name.
    pub(super) fn domain_of(&self, id: &str) -> (String, String) {
        let known = self.domains.iter().find(|(it, _)| it == id);
        known.cloned().unwrap_or_else(|| (id.into(), id.into()))
    }

    pub(super) fn find_domain(&self, id: Option<&str>, name: Option<&str>) -> Option<(String, String)> {
        self.domains.iter().find(|(it, named)| Some(&**it) == id || Some(&**named) == name).cloned()
    }

    /// A user by name, in any domain, or by ID.
    pub(super) fn user_called(&self, called: &str) -> Option<&FakeUser> {
        self.users.iter().find(|it| it.id() == called || it.name == called)
    }

    pub(super) fn user_with_id(&self, id: &str) -> Option<&FakeUser> {
        self.users.iter().find(|it| it.id() == id)
    }

    pub(super) fn project_with_id(&self, id: &str) -> Option<&FakeProject> {
        self.projects.iter().find(|it| it.id() == id)
    }

    /// A project by ID, or by name in a domain.
    pub(super) fn project_called(&self, called: &str, domain_id: &str) -> Option<&FakeProject> {
        self.projects.iter().find(|it| it.id() == called || (it.name == called && it.domain_id == domain_id))
    }

    /// The roles of a user on a project.
    pub(super) fn roles_on(&self, user: &FakeUser, project: &FakeProject) -> Vec<String> {
        let is_on = |on: &On| match on {
            On::Project(called) => {
                self.project_called(called, &user.domain_id).is_some_and(|it| it.id() == project.id())
            }
            On::Domain(_) | On::System => false,
        };
        user.roles.iter().filter(|(_, on)| is_on(on)).map(|(role, _)| role.clone()).collect()
    }
}
