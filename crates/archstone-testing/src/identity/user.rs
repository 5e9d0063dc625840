//! Users and their roles.

use std::fmt;

/// The id of the default domain of users and projects.
pub(super) const DEFAULT_DOMAIN: &str = "default";

/// A user of a [`FakeCloud`](crate::FakeCloud). By default its ID is its name followed by `-id`.
///
/// Projects are given by name, in the user's own domain, or by ID.
///
/// ```
/// use archstone_testing::FakeUser;
///
/// let alice = FakeUser::new("alice", "alice-secret").member_of("web").with_role("admin", "lab");
/// assert!(!format!("{alice:?}").contains("secret"));
/// ```
#[derive(Clone)]
#[must_use]
pub struct FakeUser {
    id: Option<String>,
    pub(super) name: String,
    pub(super) domain_id: String,
    pub(super) password: String,
    pub(super) password_expired: bool,
    pub(super) passcode: Option<String>,
    pub(super) enabled: bool,
    pub(super) default_project: Option<String>,
    /// Each role and its target.
    pub(super) roles: Vec<(String, On)>,
    pub(super) application_credentials: Vec<ApplicationCredential>,
}

/// The target of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum On {
    Project(String),
    Domain(String),
    System,
}

#[derive(Clone)]
pub(super) struct ApplicationCredential {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) secret: String,
    pub(super) project: String,
}

impl FakeUser {
    /// A user in the domain `default`, without any role.
    pub fn new(name: &str, password: &str) -> Self {
        Self {
            id: None,
            name: name.into(),
            domain_id: DEFAULT_DOMAIN.into(),
            password: password.into(),
            password_expired: false,
            passcode: None,
            enabled: true,
            default_project: None,
            roles: Vec::new(),
            application_credentials: Vec::new(),
        }
    }

    /// Sets the ID.
    pub fn with_id(mut self, id: &str) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Puts the user in the domain with this ID.
    pub fn in_domain(mut self, domain_id: &str) -> Self {
        self.domain_id = domain_id.into();
        self
    }

    /// Grants the role `member` on a project.
    pub fn member_of(self, project: &str) -> Self {
        self.with_role("member", project)
    }

    /// Grants a role on a project. A user with the role `admin` anywhere may validate and revoke the tokens of others.
    pub fn with_role(mut self, role: &str, project: &str) -> Self {
        self.roles.push((role.into(), On::Project(project.into())));
        self
    }

    /// Grants a role on the domain with this ID.
    pub fn with_domain_role(mut self, role: &str, domain_id: &str) -> Self {
        self.roles.push((role.into(), On::Domain(domain_id.into())));
        self
    }

    /// Grants a role on the system.
    pub fn with_system_role(mut self, role: &str) -> Self {
        self.roles.push((role.into(), On::System));
        self
    }

    /// Sets the project of logins that request no scope.
    pub fn with_default_project(mut self, project: &str) -> Self {
        self.default_project = Some(project.into());
        self
    }

    /// Requires this passcode as a second factor (method `totp`). It is always valid, unlike a real one.
    pub fn with_totp(mut self, passcode: &str) -> Self {
        self.passcode = Some(passcode.into());
        self
    }

    /// Adds an application credential for a project. Its ID is its name followed by `-id`.
    pub fn with_application_credential(mut self, name: &str, secret: &str, project: &str) -> Self {
        self.application_credentials.push(ApplicationCredential {
            id: format!("{name}-id"),
            name: name.into(),
            secret: secret.into(),
            project: project.into(),
        });
        self
    }

    /// Expires the password.
    pub fn with_expired_password(mut self) -> Self {
        self.password_expired = true;
        self
    }

    /// Disables the user.
    pub fn disabled(mut self) -> Self {
        self.enabled = false;
        self
    }

    /// The ID.
    #[must_use]
    pub fn id(&self) -> String {
        id(self.id.as_ref(), &self.domain_id, &self.name)
    }

    pub(super) fn is_admin(&self) -> bool {
        self.roles.iter().any(|(role, _)| role == "admin")
    }

    /// The methods that a login needs; `None` if any is enough.
    pub(super) fn required_methods(&self) -> Option<[&'static str; 2]> {
        self.passcode.is_some().then_some(["password", "totp"])
    }
}

impl fmt::Debug for FakeUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeUser")
            .field("name", &self.name)
            .field("domain_id", &self.domain_id)
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}

/// The ID of a user or project: the given one, or one derived from names.
pub(super) fn id(given: Option<&String>, domain_id: &str, name: &str) -> String {
    match given {
        Some(id) => id.clone(),
        None if domain_id == DEFAULT_DOMAIN => format!("{name}-id"),
        None => format!("{domain_id}-{name}-id"),
    }
}
