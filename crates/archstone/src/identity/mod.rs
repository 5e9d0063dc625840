//! Keystone's own resources: users, projects, roles and all others.
//!
//! [`Client::identity`] returns a handle to them. Each kind of resource is described once, in its own file; its struct,
//! the methods here, and [`RESOURCES`], the same as data for other APIs, are generated from that.
//!
//! ```no_run
//! # async fn run(client: archstone::Client) -> archstone::Result<()> {
//! let identity = client.identity();
//! let project = identity.projects().list().domain("default").find("web").await?;
//! let alice = identity.users().create("alice").domain("default").password("correct horse").await?;
//! let member = identity.roles().list().find("member").await?;
//! identity.roles().grant(&member).user(&alice).project(&project).await?;
//!
//! let mut assignments = identity.role_assignments().list().project(&project).include_names(true);
//! while let Some(assignment) = assignments.next().await? {
//!     println!("{:?} is {:?}", assignment.user_name(), assignment.role_name());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Errors that are detected before anything is sent, such as an empty id, filters that contradict each other, or an
//! update without a change, have the kind [`InvalidRequest`](crate::ErrorKind::InvalidRequest).

mod bulk;
mod call;
#[macro_use]
mod describe;
mod find;
pub mod grants;
mod list;
mod names;
mod oauth1;
mod prepare;
mod resource;
pub mod snapshot;
mod spec;
mod splitter;
mod value;

use serde_json::{Map, Value};

pub use bulk::{Bulk, Outcomes, Progress, Report};
pub use call::{Call, Issued};
pub use list::{Items, List};
pub use names::NamedAssignments;
pub use resource::{Collection, FromAnswer, Operation, Resource};
pub use spec::{Answer, Body, Names, OperationSpec, Parameter, ResourceSpec, Route};
pub use value::{Flag, Header, Input, Match, ParameterKind, Subject};

pub use crate::record::{FieldSpec, Identified, Kind, Missing, Record, Use, ValueKind};

use crate::{client::Client, error::Result};

/// The items of a list below a key, when it arrives in chunks of this size: for `fuzz/`, which cannot access private
/// items.
#[cfg(fuzzing)]
#[doc(hidden)]
#[must_use]
pub fn split_for_fuzzing(member: &str, document: &[u8], size: usize) -> Vec<Vec<u8>> {
    let mut splitter = splitter::Splitter::new(member);
    let mut items = std::collections::VecDeque::new();
    for piece in document.chunks(size.max(1)) {
        splitter.take(piece, &mut items);
    }
    items.into()
}

/// Keystone's resources, as seen by a [`Client`].
#[derive(Clone, Debug)]
pub struct Identity(Client);

impl Client {
    /// Keystone's own resources. Requests go to `mgmt_url` if it is set, otherwise to the URL where the client logs in.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity(self.clone())
    }
}

/// The list of all kinds of resources: the file, the method, the type.
macro_rules! resources {
    ($( $( #[doc = $doc:literal] )+ $module:ident: $method:ident -> $type:ident; )+) => {
        $( pub mod $module; )+
        $( pub use $module::$type; )+

        /// Every kind of resource, in alphabetical order.
        pub const RESOURCES: &[&ResourceSpec] = &[$( <$type as Resource>::SPEC ),+];

        impl Identity {
            $(
                $( #[doc = $doc] )+
                #[must_use]
                pub fn $method(&self) -> Collection<$type> {
                    Collection::new(&self.0)
                }
            )+
        }
    };
}

resources! {
    /// Access rules: the requests that an application credential may make.
    access_rule: access_rules -> AccessRule;
    /// OAuth 1.0a access tokens: rights that a user has delegated to a consumer.
    access_token: access_tokens -> AccessToken;
    /// Application credentials: credentials for programs.
    application_credential: application_credentials -> ApplicationCredential;
    /// What the current token can be exchanged for, and its catalog.
    auth: auth -> Auth;
    /// OAuth 1.0a consumers: programs that may request a user's consent.
    consumer: consumers -> Consumer;
    /// Credentials that Keystone stores for users, such as TOTP secrets.
    credential: credentials -> Credential;
    /// What the service says about itself.
    discovery: discovery -> Discovery;
    /// Domains: they own users, groups and projects.
    domain: domains -> Domain;
    /// Settings of a domain of its own.
    domain_config: domain_configs -> DomainConfig;
    /// EC2's pairs of access key and secret, and tokens in exchange for what they signed.
    ec2_credential: ec2_credentials -> Ec2Credential;
    /// Endpoints: the URLs of services.
    endpoint: endpoints -> Endpoint;
    /// Endpoint filters: the endpoints in a project's catalog.
    endpoint_filter: endpoint_filter -> EndpointFilter;
    /// Endpoints that have something in common.
    endpoint_group: endpoint_groups -> EndpointGroup;
    /// Which policy an endpoint follows.
    endpoint_policy: endpoint_policy -> EndpointPolicy;
    /// Logins by way of an identity provider.
    federation: federation -> Federation;
    /// Groups: users with common roles.
    group: groups -> Group;
    /// Identity providers: external services that authenticate users.
    identity_provider: identity_providers -> IdentityProvider;
    /// Implied roles: roles that come with other roles.
    inference_rule: inference_rules -> InferenceRule;
    /// How much of something a project or a domain may use.
    limit: limits -> Limit;
    /// How what an identity provider says becomes a user.
    mapping: mappings -> Mapping;
    /// OAuth 2.0: tokens for clients.
    oauth2: oauth2 -> Oauth2;
    /// Policies that Keystone stores for other services.
    policy: policies -> Policy;
    /// Projects (formerly tenants): they own resources.
    project: projects -> Project;
    /// The federation protocols of an identity provider.
    protocol: protocols -> Protocol;
    /// Regions: parts of the cloud.
    region: regions -> Region;
    /// How much of something may be used where no limit says otherwise.
    registered_limit: registered_limits -> RegisteredLimit;
    /// OAuth 1.0a request tokens: requests for a user's consent.
    request_token: request_tokens -> RequestToken;
    /// Token revocations.
    revocation_event: revocation_events -> RevocationEvent;
    /// Roles: they are granted to users and groups, and allow operations.
    role: roles -> Role;
    /// Who has which role where.
    role_assignment: role_assignments -> RoleAssignment;
    /// Assertions for other clouds.
    saml: saml -> Saml;
    /// Services: what the cloud offers.
    service: services -> Service;
    /// Service providers: other clouds that trust this one.
    service_provider: service_providers -> ServiceProvider;
    /// Tokens as a service sees them: validated, and revoked.
    token: tokens -> Tokens;
    /// Trusts: roles delegated to another user.
    trust: trusts -> Trust;
    /// Users, who own credentials and have roles.
    user: users -> User;
}

impl Identity {
    /// Performs an operation that is known only at run time, and returns JSON: an operation in [`RESOURCES`], with its
    /// arguments by name.
    ///
    /// # Errors
    ///
    /// Those of the operation itself; before anything is sent, when an argument is missing or unknown.
    pub async fn perform(&self, operation: &'static OperationSpec, arguments: Map<String, Value>) -> Result<Value> {
        call::perform(self.0.clone(), operation, arguments).await
    }

    /// The same with the request's id, with which operators find it in the service's logs.
    ///
    /// # Errors
    ///
    /// As [`perform`](Self::perform).
    pub async fn perform_traced(
        &self,
        operation: &'static OperationSpec,
        arguments: Map<String, Value>,
    ) -> Result<(Value, Option<String>)> {
        call::traced(self.0.clone(), operation, arguments).await
    }

    /// The same for a list, item by item.
    #[must_use]
    pub fn items(&self, operation: &'static OperationSpec, arguments: Map<String, Value>) -> Items {
        Items::new(&self.0, operation, arguments)
    }

    /// Performs an operation many times, this many at a time: the outcomes are returned as they arrive.
    #[must_use]
    pub fn perform_many(
        &self,
        operation: &'static OperationSpec,
        all: Vec<Map<String, Value>>,
        concurrency: usize,
    ) -> Outcomes<Value> {
        let operations = all.into_iter().map(|it| call::perform(self.0.clone(), operation, it));
        Outcomes::new(operations.collect(), concurrency)
    }

    /// The request that [`perform`](Self::perform) would send: the method and the path.
    ///
    /// # Errors
    ///
    /// When the request could not be sent.
    pub fn preview(&self, operation: &'static OperationSpec, arguments: Map<String, Value>) -> Result<String> {
        call::preview(operation, arguments)
    }

    /// The request that [`perform`](Self::perform) would send, as JSON: `method`, `path` below the Identity API, and
    /// `body` if there is one, with `***` instead of secrets.
    ///
    /// ```
    /// # fn main() -> archstone::Result<()> {
    /// use archstone::identity::{Resource, User};
    /// use serde_json::json;
    ///
    /// let client = archstone::Client::builder().token_id("t").mgmt_url("http://127.0.0.1:5000/v3").build()?;
    /// let create = User::SPEC.operation("create").unwrap();
    /// let alice = [("name".to_owned(), json!("alice")), ("password".to_owned(), json!("correct horse"))];
    /// assert_eq!(
    ///     client.identity().preview_request(create, alice.into_iter().collect())?,
    ///     json!({"method": "POST", "path": "users", "body": {"user": {"name": "alice", "password": "***"}}}),
    /// );
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the request could not be sent.
    pub fn preview_request(&self, operation: &'static OperationSpec, arguments: Map<String, Value>) -> Result<Value> {
        call::preview_request(operation, arguments)
    }

    /// Whether a resource exists, with the arguments of `get`.
    ///
    /// # Errors
    ///
    /// As [`Collection::exists`].
    pub async fn exists(&self, resource: &'static ResourceSpec, arguments: Map<String, Value>) -> Result<bool> {
        match resource.operation("get") {
            Some(get) => call::exists(&self.0, get, arguments).await,
            None => Err(prepare::invalid(format!("{} cannot be fetched by id", resource.manager))),
        }
    }

    /// One resource by its id or name, as [`List::find`], as JSON.
    ///
    /// # Errors
    ///
    /// As [`List::find`].
    pub async fn find(
        &self,
        resource: &'static ResourceSpec,
        filters: Map<String, Value>,
        name_or_id: &str,
    ) -> Result<Value> {
        match resource.operation("list") {
            Some(list) => find::find(&self.0, resource, list, filters, name_or_id).await,
            None => Err(prepare::invalid(format!("{} cannot be listed, so none can be found", resource.manager))),
        }
    }
}
