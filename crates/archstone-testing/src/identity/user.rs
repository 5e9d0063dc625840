//! Users, and what they may do.

use std::fmt;

/// The id of the domain of whoever has none of their own.
pub(super) const DEFAULT_DOMAIN: &str = "default";

/// A user of a [`FakeCloud`](crate::FakeCloud). Its id is its name with `-id` after it, unless said otherwise.
///
/// Projects are named by name, in the user's own domain, or by id.
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
    /// Role, and what it is on.
    pub(super) roles: Vec<(String, On)>,
    pub(super) application_credentials: Vec<ApplicationCredential>,
}

/// What a role is on.
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
    /// A user of the domain `default`, who may do nothing yet.
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

    /// With this id.
    pub fn with_id(mut self, id: &str) -> Self {
        self.id = Some(id.into());
        self
    }

    /// In the domain with this id.
    pub fn in_domain(mut self, domain_id: &str) -> Self {
        self.domain_id = domain_id.into();
        self
    }

    /// With the role `member` on a project.
    pub fn member_of(self, project: &str) -> Self {
        self.with_role("member", project)
    }

    /// With a role on a project. Who has the role `admin` anywhere may see and revoke the tokens of others.
    pub fn with_role(mut self, role: &str, project: &str) -> Self {
        self.roles.push((role.into(), On::Project(project.into())));
        self
    }

    /// With a role on the domain with this id.
    pub fn with_domain_role(mut self, role: &str, domain_id: &str) -> Self {
        self.roles.push((role.into(), On::Domain(domain_id.into())));
        self
    }

    /// With a role on the system.
    pub fn with_system_role(mut self, role: &str) -> Self {
        self.roles.push((role.into(), On::System));
        self
    }

    /// Logins that ask for no scope are for this project.
    pub fn with_default_project(mut self, project: &str) -> Self {
        self.default_project = Some(project.into());
        self
    }

    /// Needs this passcode as a second factor: the method `totp`. It stays good, whatever the time is.
    pub fn with_totp(mut self, passcode: &str) -> Self {
        self.passcode = Some(passcode.into());
        self
    }

    /// With an application credential for a project. Its id is its name with `-id` after it.
    pub fn with_application_credential(mut self, name: &str, secret: &str, project: &str) -> Self {
        self.application_credentials.push(ApplicationCredential {
            id: format!("{name}-id"),
            name: name.into(),
            secret: secret.into(),
            project: project.into(),
        });
        self
    }

    /// The password has expired.
    pub fn with_expired_password(mut self) -> Self {
        self.password_expired = true;
        self
    }

    /// May not log in.
    pub fn disabled(mut self) -> Self {
        self.enabled = false;
        self
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> String {
        id(self.id.as_ref(), &self.domain_id, &self.name)
    }

    pub(super) fn is_admin(&self) -> bool {
        self.roles.iter().any(|(role, _)| role == "admin")
    }

    /// The methods that a login needs; none when any will do.
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

/// The id of a user or project: the one that was given, or one that is made of names.
pub(super) fn id(given: Option<&String>, domain_id: &str, name: &str) -> String {
    match given {
        Some(id) => id.clone(),
        None if domain_id == DEFAULT_DOMAIN => format!("{name}-id"),
        None => format!("{domain_id}-{name}-id"),
    }
}
