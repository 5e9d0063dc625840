//! `archstone identity provider …`.

use archstone::{
    Error, ErrorKind, Result,
    identity::{IdentityProvider, Resource, ResourceSpec},
};

use crate::{
    command::Spec,
    resource::{
        Argument, Arguments, Column, DOMAIN, Finder, Operation, Reads, Request, Verb, argument, column,
        common::{DESCRIPTION, DISABLE, ENABLE, enabled_by_default},
        itself, option, sorted_names, switch,
    },
};

const RESOURCE: &ResourceSpec = IdentityProvider::SPEC;
static PROVIDER: Finder = Finder::by_id(RESOURCE);
const ITSELF: Argument = itself("identity-provider", "ID of the identity provider", &PROVIDER);
const REMOTE_ID: Argument =
    option("remote-id", "remote-id", "Remote ID: what the identity provider calls itself (repeatable)")
        .sets("remote_ids")
        .repeated()
        .against(&["remote-id-file"]);
const REMOTE_ID_FILE: Argument =
    option("remote-id-file", "file-name", "File with a remote ID in each line; `-` is standard input")
        .reads(Reads::Lines)
        .sets("remote_ids");
const AUTHORIZATION_TTL: Argument =
    option("authorization-ttl", "minutes", "How long group memberships of its users stay valid, in minutes")
        .reads(Reads::Integer)
        .sets("authorization_ttl");
const SHOWN: &[Column] = &[
    column("authorization_ttl", "authorization_ttl"),
    column("description", "description"),
    column("domain_id", "domain_id"),
    column("enabled", "enabled"),
    column("id", "id"),
    column("remote_ids", "remote_ids").by(|fields, field| sorted_names(fields.get(field), None)),
];

pub(super) const COMMANDS: &[Spec] = &[
    CREATE.command(
        &["identity", "provider", "create"],
        "archstone identity provider create keycloak --remote-id https://login.example.com/realms/main",
    ),
    DELETE.command(&["identity", "provider", "delete"], "archstone identity provider delete keycloak"),
    LIST.command(&["identity", "provider", "list"], "archstone identity provider list --enabled"),
    SET.command(&["identity", "provider", "set"], "archstone identity provider set keycloak --disable"),
    SHOW.command(&["identity", "provider", "show"], "archstone identity provider show keycloak"),
];

static CREATE: Operation = Operation {
    about: "Create an identity provider",
    arguments: &[
        argument("name", "ID of the new identity provider").sets("identity_provider"),
        REMOTE_ID,
        REMOTE_ID_FILE,
        DESCRIPTION,
        option("domain", "domain", "Domain for its users [default: a new one]").finds(&DOMAIN).sets("domain"),
        AUTHORIZATION_TTL,
        ENABLE,
        DISABLE,
    ],
    columns: SHOWN,
    adjust: |request, arguments| {
        enabled_by_default(arguments);
        check_ttl(request, arguments)
    },
    ..Operation::new(Verb::Create, RESOURCE)
};

static DELETE: Operation = Operation {
    about: "Delete identity providers",
    arguments: &[ITSELF.repeated()],
    ..Operation::new(Verb::Delete, RESOURCE)
};

static LIST: Operation = Operation {
    about: "List identity providers",
    arguments: &[
        option("id", "id", "Only the identity provider with this ID").sets("id"),
        switch("enabled", "Only enabled identity providers").sets("enabled"),
    ],
    columns: &[
        column("ID", "id"),
        column("Enabled", "enabled"),
        column("Domain ID", "domain_id"),
        column("Description", "description"),
    ],
    ..Operation::new(Verb::List, RESOURCE)
};

static SET: Operation = Operation {
    about: "Change an identity provider",
    arguments: &[ITSELF, DESCRIPTION, REMOTE_ID, REMOTE_ID_FILE, AUTHORIZATION_TTL, ENABLE, DISABLE],
    adjust: check_ttl,
    ..Operation::new(Verb::Set, RESOURCE)
};

static SHOW: Operation = Operation {
    about: "Show an identity provider",
    arguments: &[ITSELF],
    columns: SHOWN,
    ..Operation::new(Verb::Show, RESOURCE)
};

fn check_ttl(_: &Request<'_>, arguments: &mut Arguments) -> Result<()> {
    match arguments.get("authorization_ttl").and_then(serde_json::Value::as_i64) {
        Some(ttl) if ttl < 0 => {
            Err(Error::new(ErrorKind::InvalidRequest, "`--authorization-ttl` must be zero or more minutes"))
        }
        _ => Ok(()),
    }
}
