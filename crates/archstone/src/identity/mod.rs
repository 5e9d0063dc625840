//! Keystone's own resources: users, projects, roles and all others.
//!
//! [`Client::identity`] gives a handle on them. Each kind of resource is described once, in a file of its own; from
//! that come its struct, the methods that are here, and [`RESOURCES`], the same as data, of which other surfaces are
//! made.
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
//! What is wrong before anything is sent, such as an empty id, filters that contradict each other, or an update
//! without a change, is an error of the kind [`InvalidRequest`](crate::ErrorKind::InvalidRequest).

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

/// The items of a list below a key, when it arrives in pieces of this size: for `fuzz/`, which cannot see what is
/// private.
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
    /// Keystone's own resources. They are asked for at `mgmt_url` if it was given, else where the client logs in.
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
    /// Rules of what an application credential may do.
    access_rule: access_rules -> AccessRule;
    /// OAuth 1.0a: what a consumer may use in a user's place.
    access_token: access_tokens -> AccessToken;
    /// Proofs of identity for programs.
    application_credential: application_credentials -> ApplicationCredential;
    /// What the current token can be exchanged for, and its catalog.
    auth: auth -> Auth;
    /// OAuth 1.0a: who may ask for a user's consent.
    consumer: consumers -> Consumer;
    /// What Keystone keeps for users, such as TOTP secrets.
    credential: credentials -> Credential;
    /// What the service tells of itself.
    discovery: discovery -> Discovery;
    /// What owns users, groups and projects.
    domain: domains -> Domain;
    /// Settings of a domain of its own.
    domain_config: domain_configs -> DomainConfig;
    /// EC2's pairs of access key and secret, and tokens in exchange for what they signed.
    ec2_credential: ec2_credentials -> Ec2Credential;
    /// Where services are.
    endpoint: endpoints -> Endpoint;
    /// Which endpoints a project sees.
    endpoint_filter: endpoint_filter -> EndpointFilter;
    /// Endpoints that have something in common.
    endpoint_group: endpoint_groups -> EndpointGroup;
    /// Which policy an endpoint follows.
    endpoint_policy: endpoint_policy -> EndpointPolicy;
    /// Logins by way of an identity provider.
    federation: federation -> Federation;
    /// Users that have roles in common.
    group: groups -> Group;
    /// Who may vouch for users of elsewhere.
    identity_provider: identity_providers -> IdentityProvider;
    /// Roles that come with other roles.
    inference_rule: inference_rules -> InferenceRule;
    /// How much of something a project or a domain may use.
    limit: limits -> Limit;
    /// How what an identity provider says becomes a user.
    mapping: mappings -> Mapping;
    /// OAuth 2.0: tokens for clients.
    oauth2: oauth2 -> Oauth2;
    /// Rules that Keystone keeps for other services.
    policy: policies -> Policy;
    /// What owns resources. Once called tenants.
    project: projects -> Project;
    /// The ways an identity provider vouches.
    protocol: protocols -> Protocol;
    /// Parts of the cloud.
    region: regions -> Region;
    /// How much of something may be used where no limit says otherwise.
    registered_limit: registered_limits -> RegisteredLimit;
    /// OAuth 1.0a: requests for a user's consent.
    request_token: request_tokens -> RequestToken;
    /// Which tokens were ended early.
    revocation_event: revocation_events -> RevocationEvent;
    /// What may be done; granted to users and groups.
    role: roles -> Role;
    /// Who has which role where.
    role_assignment: role_assignments -> RoleAssignment;
    /// Assertions for other clouds.
    saml: saml -> Saml;
    /// What the cloud offers.
    service: services -> Service;
    /// Other clouds that trust this one.
    service_provider: service_providers -> ServiceProvider;
    /// Tokens as a service sees them: checked, and ended.
    token: tokens -> Tokens;
    /// Roles handed on to another user.
    trust: trusts -> Trust;
    /// Who owns credentials and roles.
    user: users -> User;
}

impl Identity {
    /// Does an operation that is known only when the program runs, and answers JSON: an item of [`RESOURCES`] with
    /// what is given for it, by name.
    ///
    /// # Errors
    ///
    /// As the operation itself; before anything is sent, when something is missing or not known.
    pub async fn perform(&self, operation: &'static OperationSpec, arguments: Map<String, Value>) -> Result<Value> {
        call::perform(self.0.clone(), operation, arguments).await
    }

    /// The same with the id of the request, which an operator looks for in the service's logs.
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

    /// Does an operation many times, so many at a time: the outcomes come as they arrive.
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

    /// What [`perform`](Self::perform) would send: the method and the path.
    ///
    /// # Errors
    ///
    /// What could not be sent.
    pub fn preview(&self, operation: &'static OperationSpec, arguments: Map<String, Value>) -> Result<String> {
        call::preview(operation, arguments)
    }

    /// What [`perform`](Self::perform) would send, as JSON: `method`, `path` below the Identity API, and `body` where
    /// there is one, with `***` in place of secrets.
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
    /// What could not be sent.
    pub fn preview_request(&self, operation: &'static OperationSpec, arguments: Map<String, Value>) -> Result<Value> {
        call::preview_request(operation, arguments)
    }

    /// Whether there is a resource, given what `get` takes.
    ///
    /// # Errors
    ///
    /// As [`Collection::exists`].
    pub async fn exists(&self, resource: &'static ResourceSpec, arguments: Map<String, Value>) -> Result<bool> {
        match resource.operation("get") {
            Some(get) => call::exists(&self.0, get, arguments).await,
            None => Err(prepare::invalid(format!("{} cannot be got by an id", resource.manager))),
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
            None => Err(prepare::invalid(format!("{} cannot be listed, and so not be found", resource.manager))),
        }
    }
}
