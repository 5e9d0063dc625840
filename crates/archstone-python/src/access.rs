//! The data of a token, as a Python object.

use std::sync::Arc;

use archstone::{Access, ErrorKind, Named, host::Host};
use pyo3::{
    exceptions::PyTypeError,
    prelude::*,
    types::{PyDateTime, PyDelta, PyDict, PyString},
};
use serde_json::{Value, json};

use crate::{catalog::Catalog, convert, errors, records::Project, text};

/// Everything that the identity service returned when it issued a token.
///
/// Immutable. Data that the token does not have is None. To keep one for later, store the text of `to_ref()` as
/// carefully as a password; for the same reason it cannot be pickled by accident.
#[pyclass(frozen, eq, module = "archstone")]
pub(crate) struct AccessInfo(pub(crate) Arc<Access>);

impl PartialEq for AccessInfo {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.0.token() == other.0.token() && self.0.body() == other.0.body())
    }
}

/// Defines the attributes that are a text or None, each with a method of the library, before all other methods.
macro_rules! access_info {
    ({ $( $( #[doc = $doc:literal] )+ $name:ident => |$access:ident| $text:expr; )+ } $($methods:tt)*) => {
        #[pymethods]
        impl AccessInfo {
            $(
                $( #[doc = $doc] )+
                #[getter]
                fn $name(&self) -> Option<&str> {
                    let $access = &*self.0;
                    $text
                }
            )+
            $($methods)*
        }
    };
}

access_info! {
    {
        /// The user's id.
        user_id => |it| it.user_id();
        /// The user's name.
        user_name => |it| it.user_name();
        /// The user's name, as keystoneauth spells it.
        username => |it| it.user_name();
        /// The id of the domain that owns the user.
        user_domain_id => |it| it.user_domain_id();
        /// The name of the domain that owns the user.
        user_domain_name => |it| it.user_domain_name();
        /// The project's id, for a token scoped to a project.
        project_id => |it| it.project_id();
        /// The project's name, for a token scoped to a project.
        project_name => |it| it.project_name();
        /// The old name of `project_id`.
        tenant_id => |it| it.project_id();
        /// The old name of `project_name`.
        tenant_name => |it| it.project_name();
        /// The id of the domain that owns the project.
        project_domain_id => |it| it.project_domain_id();
        /// The name of the domain that owns the project.
        project_domain_name => |it| it.project_domain_name();
        /// The domain's id, for a token scoped to a domain.
        domain_id => |it| it.domain_id();
        /// The domain's name, for a token scoped to a domain.
        domain_name => |it| it.domain_name();
        /// The identity service that issued the token, with its version.
        auth_url => |it| it.auth_url().map(AsRef::as_ref);
        /// The trust's id, for a token issued for a trust.
        trust_id => |it| Some(&*it.trust()?.id);
        /// The user who may use the trust.
        trustee_user_id => |it| it.trust()?.trustee.id.as_deref();
        /// The user who delegated the roles.
        trustor_user_id => |it| it.trust()?.trustor.id.as_deref();
        /// The token's own audit id. Safe to log.
        audit_id => |it| it.audit_id();
        /// The audit id of the first token in the chain of exchanges; None for that token itself.
        audit_chain_id => |it| it.audit_ids().get(1).map(String::as_str);
        /// The audit id of the first token in the chain of exchanges, which may be this one. Safe to log.
        initial_audit_id => |it| it.audit_chain_id();
        /// The application credential's id, for a token issued for one.
        application_credential_id => |it| it.application_credential()?.id.as_deref();
        /// The application credential's name, for a token issued for one.
        application_credential_name => |it| it.application_credential()?.name.as_deref();
        /// The access token's id, for a token issued for an OAuth 1.0a delegation.
        oauth_access_token_id => |it| it.oauth1()?.access_token_id.as_deref();
        /// The consumer's id, for a token issued for an OAuth 1.0a delegation.
        oauth_consumer_id => |it| it.oauth1()?.consumer_id.as_deref();
        /// The thumbprint of the certificate that the token is bound to (OAuth 2.0).
        oauth2_credential_thumbprint => |it| it.oauth2_credential()?.get("x5t#S256")?.as_str();
    }

    /// The token. Secret.
    #[getter]
    fn auth_token(&self) -> &str {
        self.0.token().expose()
    }

    /// When the token expires, by the server's clock.
    #[getter]
    fn expires_at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDateTime>> {
        convert::datetime(py, self.0.expires_at())
    }

    /// The same as `expires_at`, as keystoneauth spells it.
    #[getter]
    fn expires<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDateTime>> {
        self.expires_at(py)
    }

    /// When the token was issued, by the server's clock.
    #[getter]
    fn issued_at<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDateTime>>> {
        self.0.issued_at().map(|at| convert::datetime(py, at)).transpose()
    }

    /// The same as `issued_at`, as keystoneauth spells it.
    #[getter]
    fn issued<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDateTime>>> {
        self.issued_at(py)
    }

    /// When the user's password expires.
    #[getter]
    fn password_expires_at<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDateTime>>> {
        self.0.password_expires_at().map(|at| convert::datetime(py, at)).transpose()
    }

    /// The remaining lifetime, independent of this machine's date.
    #[getter]
    fn remaining(&self) -> std::time::Duration {
        self.0.remaining()
    }

    /// Whether it has expired.
    #[getter]
    fn is_expired(&self) -> bool {
        self.0.is_expired()
    }

    /// Return whether less than `stale_duration` seconds are left.
    #[pyo3(signature = (stale_duration = 30.0))]
    fn will_expire_soon(&self, stale_duration: f64) -> PyResult<bool> {
        Ok(self.0.will_expire_soon(convert::duration(stale_duration)?))
    }

    /// How far the server's clock was ahead of this machine's when the token was received.
    #[getter]
    fn clock_skew<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDelta>>> {
        self.0.clock_skew().map(|skew| convert::timedelta(py, skew)).transpose()
    }

    /// The auth methods, such as `password`; `token` if it was exchanged for another.
    #[getter]
    fn methods(&self) -> Vec<&str> {
        self.0.methods().iter().map(String::as_str).collect()
    }

    /// The roles that the token carries, each a dict with `id` and `name`.
    #[getter]
    fn roles<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let role = |role: &Named| json!({"id": role.id, "name": role.name});
        convert::to_python(py, &self.0.roles().iter().map(role).collect::<Vec<_>>())
    }

    /// The roles' ids.
    #[getter]
    fn role_ids(&self) -> Vec<&str> {
        self.0.role_ids().collect()
    }

    /// The roles' names.
    #[getter]
    fn role_names(&self) -> Vec<&str> {
        self.0.role_names().collect()
    }

    /// Whether the token is for a project, a domain or the system.
    #[getter]
    fn scoped(&self) -> bool {
        self.0.is_scoped()
    }

    /// Whether the token is for a project.
    #[getter]
    fn project_scoped(&self) -> bool {
        self.0.is_project_scoped()
    }

    /// Whether the token is for a domain.
    #[getter]
    fn domain_scoped(&self) -> bool {
        self.0.is_domain_scoped()
    }

    /// Whether the token is for the system.
    #[getter]
    fn system_scoped(&self) -> bool {
        self.0.is_system_scoped()
    }

    /// Whether the token was issued for a trust.
    #[getter]
    fn trust_scoped(&self) -> bool {
        self.0.trust().is_some()
    }

    /// Whether the project acts as a domain.
    #[getter]
    fn project_is_domain(&self) -> Option<bool> {
        self.0.project_is_domain()
    }

    /// Whether the project is the one for cloud administrators; True if Keystone does not say.
    #[getter]
    fn is_admin_project(&self) -> bool {
        self.0.is_admin_project()
    }

    /// The audit ids of the token and of the first one in its chain. Safe to log.
    #[getter]
    fn audit_ids(&self) -> Vec<&str> {
        self.0.audit_ids().iter().map(String::as_str).collect()
    }

    /// The application credential as a dict, for a token issued for one.
    #[getter]
    fn application_credential<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(it) = self.0.application_credential() else { return Ok(None) };
        let fields =
            json!({"id": it.id, "name": it.name, "restricted": it.restricted, "access_rules": it.access_rules});
        convert::to_python(py, &fields).map(Some)
    }

    /// The requests that the application credential may make; None if any.
    #[getter]
    fn application_credential_access_rules<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let rules = self.0.application_credential().and_then(|it| it.access_rules.as_ref());
        rules.map(|rules| convert::to_python(py, rules)).transpose()
    }

    /// Whether the user comes from an external identity provider.
    #[getter]
    fn is_federated(&self) -> bool {
        self.0.is_federated()
    }

    /// The groups, identity provider and protocol of a federated user, as a dict.
    #[getter]
    fn federation<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        document(py, self.0.federation())
    }

    /// The service providers (other Keystones that trust this one), each a dict with `id`, `auth_url` and `sp_url`.
    #[getter]
    fn service_providers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let providers = self.0.service_providers().iter();
        let provider = |it: &archstone::ServiceProvider| json!({"id": it.id, "auth_url": it.auth_url, "sp_url": it.sp_url});
        convert::to_python(py, &providers.map(provider).collect::<Vec<_>>())
    }

    /// What the token is bound to, as a dict.
    #[getter]
    fn bind<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        document(py, self.0.bind())
    }

    /// The OAuth 2.0 credential that the token is bound to, as a dict.
    #[getter]
    fn oauth2_credential<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        document(py, self.0.oauth2_credential())
    }

    /// The projects to choose from, for a token that is unscoped because there was not exactly one.
    #[getter]
    fn possible_projects(&self) -> Option<Vec<Project>> {
        Some(self.0.possible_projects()?.iter().cloned().map(Project).collect())
    }

    /// The services and endpoints; None for an unscoped token, which has no catalog.
    #[getter]
    fn catalog(&self) -> Option<Catalog> {
        Catalog::of(&self.0)
    }

    /// The same as `catalog`, as keystoneauth spells it.
    #[getter]
    fn service_catalog(&self) -> Option<Catalog> {
        Catalog::of(&self.0)
    }

    /// Return whether there is a catalog.
    fn has_service_catalog(&self) -> bool {
        self.0.catalog().is_some()
    }

    /// Return text to store, from which `from_ref` or `Client(token_ref=…)` can start later.
    ///
    /// It is the JSON that keystoneauth's `get_auth_state()` writes, plus some more data. It contains the token: keep
    /// it as secret as a password.
    fn to_ref(&self) -> String {
        self.0.to_reference().expose().to_owned()
    }

    /// Read the output of `to_ref()` or keystoneauth's `get_auth_state()`, as text or as a dict.
    ///
    /// Raises:
    ///     InvalidConfigError: it is not such a text.
    #[staticmethod]
    #[pyo3(signature = (token_ref, /))]
    fn from_ref(py: Python<'_>, token_ref: &Bound<'_, PyAny>) -> PyResult<Self> {
        let text = reference(token_ref)?;
        match Access::from_reference(&text, &Host::default()) {
            Ok(access) => Ok(Self(Arc::new(access))),
            Err(error) => Err(errors::to_python(py, &error)),
        }
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        PyString::new(py, &self.0.token().digest()).hash()
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, _memo: Py<PyAny>) -> Py<Self> {
        slf
    }

    #[expect(clippy::unused_self, reason = "as Python calls it")]
    fn __reduce__(&self) -> PyResult<Py<PyAny>> {
        Err(PyTypeError::new_err(
            "an AccessInfo holds a token and is not pickled: store the text of `to_ref()` as carefully as a password",
        ))
    }

    fn __repr__(&self) -> String {
        let facts = [
            ("user_name", self.0.user_name()),
            ("project_name", self.0.project_name()),
            ("domain_name", self.0.domain_name()),
            ("system", self.0.is_system_scoped().then_some("all")),
        ];
        let facts: Vec<_> = facts.iter().filter_map(|(name, value)| Some(format!("{name}={:?}", (*value)?))).collect();
        format!("<archstone.AccessInfo {} expires_at={}>", facts.join(" "), self.0.expires_at())
    }
}

/// The text of a stored token, from text, from a dict, or from an AccessInfo.
pub(crate) fn reference(given: &Bound<'_, PyAny>) -> PyResult<String> {
    if let Ok(access) = given.cast::<AccessInfo>() {
        return Ok(access.get().to_ref());
    }
    if given.is_instance_of::<PyDict>() {
        return convert::to_json(given);
    }
    match given.cast::<PyString>() {
        Ok(text) => text::of(text, ErrorKind::InvalidConfig, "`token_ref`"),
        // The value may be a secret.
        Err(_) => {
            Err(PyTypeError::new_err(format!("`token_ref` cannot be of the type `{}`", given.get_type().name()?)))
        }
    }
}

fn document<'py>(py: Python<'py>, value: Option<&Value>) -> PyResult<Option<Bound<'py, PyAny>>> {
    value.map(|value| convert::to_python(py, value)).transpose()
}
