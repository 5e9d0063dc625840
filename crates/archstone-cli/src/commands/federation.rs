//! `archstone federation …`: protocols of identity providers, and the projects and domains of a federated user.

use archstone::{
    Result,
    identity::{Federation, Protocol, Resource, ResourceSpec},
};
use serde_json::Value;

use crate::{
    command::{Answers, Changes, Spec},
    output::Answer,
    resource::{
        Argument, Column, Fields, Finder, Operation, Request, Shown, Special, Verb, argument, column, items, itself,
        listed, option,
    },
};

const RESOURCE: &ResourceSpec = Protocol::SPEC;
static PROTOCOL: Finder = Finder::by_id(RESOURCE);
const ITSELF: Argument = itself("federation-protocol", "ID of the protocol", &PROTOCOL);
const PROVIDER: Argument = option("identity-provider", "identity-provider", "ID of the identity provider")
    .within("identity_provider")
    .required();
const MAPPING: Argument = option("mapping", "mapping", "ID of the mapping of its users").sets("mapping");

pub(super) const COMMANDS: &[Spec] = &[
    DOMAINS.command(&["federation", "domain", "list"], Answers::List, "archstone federation domain list"),
    PROJECTS.command(&["federation", "project", "list"], Answers::List, "archstone federation project list"),
    CREATE.command(
        &["federation", "protocol", "create"],
        "archstone federation protocol create openid --identity-provider keycloak --mapping employees",
    ),
    DELETE.command(
        &["federation", "protocol", "delete"],
        "archstone federation protocol delete openid --identity-provider keycloak",
    ),
    LIST.command(
        &["federation", "protocol", "list"],
        "archstone federation protocol list --identity-provider keycloak",
    ),
    SET.command(
        &["federation", "protocol", "set"],
        "archstone federation protocol set openid --identity-provider keycloak --mapping customers",
    ),
    SHOW.command(
        &["federation", "protocol", "show"],
        "archstone federation protocol show openid --identity-provider keycloak",
    ),
];

static CREATE: Operation = Operation {
    about: "Add a protocol to an identity provider",
    arguments: &[
        argument("name", "ID of the new protocol, such as `openid` or `saml2`").sets("protocol"),
        PROVIDER.sets("identity_provider"),
        MAPPING.required(),
    ],
    show: Some(protocol),
    ..Operation::new(Verb::Create, RESOURCE)
};

static DELETE: Operation = Operation {
    about: "Remove protocols from an identity provider",
    arguments: &[ITSELF.repeated(), PROVIDER],
    one: "federation protocol",
    many: "federation protocols",
    ..Operation::new(Verb::Delete, RESOURCE)
};

static LIST: Operation = Operation {
    about: "List the protocols of an identity provider",
    arguments: &[PROVIDER.sets("identity_provider")],
    columns: &[column("id", "id"), column("mapping", "mapping_id")],
    ..Operation::new(Verb::List, RESOURCE)
};

static SET: Operation = Operation {
    about: "Change the mapping of a protocol",
    arguments: &[itself("name", "ID of the protocol", &PROTOCOL), PROVIDER, MAPPING],
    ..Operation::new(Verb::Set, RESOURCE)
};

static SHOW: Operation = Operation {
    about: "Show a protocol of an identity provider",
    arguments: &[ITSELF, PROVIDER],
    show: Some(protocol),
    ..Operation::new(Verb::Show, RESOURCE)
};

/// The response about a protocol contains only the URL of its identity provider.
fn protocol(fields: &Fields) -> Shown {
    let link = fields.get("links").and_then(|links| links["identity_provider"].as_str());
    let provider = link.and_then(|link| link.rsplit('/').next());
    let cell = |name: &str| fields.get(name).cloned().unwrap_or(Value::Null).into();
    vec![
        ("id".into(), cell("id")),
        ("identity_provider".into(), provider.map(str::to_owned).into()),
        ("mapping".into(), cell("mapping_id")),
    ]
}

static DOMAINS: Special = Special {
    about: "List the domains that a federated user can act in",
    arguments: &[],
    changes: Changes::Nothing,
    run: |request| {
        const COLUMNS: &[Column] = &[
            column("ID", "id"),
            column("Enabled", "enabled"),
            column("Name", "name"),
            column("Description", "description"),
        ];
        own(request, "list_domains", COLUMNS)
    },
};

static PROJECTS: Special = Special {
    about: "List the projects that a federated user can act in",
    arguments: &[],
    changes: Changes::Nothing,
    run: |request| {
        const COLUMNS: &[Column] = &[
            column("ID", "id"),
            column("Domain ID", "domain_id"),
            column("Enabled", "enabled"),
            column("Name", "name"),
        ];
        own(request, "list_projects", COLUMNS)
    },
};

fn own(request: &Request<'_>, operation: &str, columns: &'static [Column]) -> Result<Answer> {
    Ok(listed(columns, &[], false, items(request, Federation::SPEC, operation, [])?))
}
