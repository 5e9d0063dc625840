//! `archstone service provider …`.

use archstone::identity::{Resource, ResourceSpec, ServiceProvider};

use crate::{
    command::Spec,
    resource::{
        Argument, Column, Finder, Operation, Verb, argument, column,
        common::{DESCRIPTION, DISABLE, ENABLE, enabled_by_default},
        fields, itself, option,
    },
};

const RESOURCE: &ResourceSpec = ServiceProvider::SPEC;
static PROVIDER: Finder = Finder::by_id(RESOURCE);
const ITSELF: Argument = itself("service-provider", "ID of the service provider", &PROVIDER);
const AUTH_URL: Argument =
    option("auth-url", "auth-url", "URL at which the other cloud's Keystone issues tokens").sets("auth_url");
const SP_URL: Argument =
    option("service-provider-url", "sp-url", "URL at which the other cloud accepts assertions").sets("sp_url");
const SHOWN: &[Column] = &fields(["id", "enabled", "description", "auth_url", "sp_url", "relay_state_prefix"]);

pub(super) const COMMANDS: &[Spec] = &[
    CREATE.command(
        &["service", "provider", "create"],
        "archstone service provider create south \\\n    \
         --auth-url https://south.example.com/v3/OS-FEDERATION/identity_providers/north/protocols/saml2/auth \\\n    \
         --service-provider-url https://south.example.com/Shibboleth.sso/SAML2/ECP",
    ),
    DELETE.command(&["service", "provider", "delete"], "archstone service provider delete south"),
    LIST.command(&["service", "provider", "list"], "archstone service provider list"),
    SET.command(&["service", "provider", "set"], "archstone service provider set south --disable"),
    SHOW.command(&["service", "provider", "show"], "archstone service provider show south"),
];

static CREATE: Operation = Operation {
    about: "Create a service provider: another cloud that trusts this one",
    arguments: &[
        argument("name", "ID of the new service provider").sets("service_provider"),
        AUTH_URL.required(),
        DESCRIPTION,
        SP_URL.required(),
        ENABLE,
        DISABLE,
    ],
    columns: SHOWN,
    adjust: |_, arguments| {
        enabled_by_default(arguments);
        Ok(())
    },
    ..Operation::new(Verb::Create, RESOURCE)
};

static DELETE: Operation = Operation {
    about: "Delete service providers",
    arguments: &[ITSELF.repeated()],
    ..Operation::new(Verb::Delete, RESOURCE)
};

static LIST: Operation = Operation {
    about: "List service providers",
    columns: &[
        column("ID", "id"),
        column("Enabled", "enabled"),
        column("Description", "description"),
        column("Auth URL", "auth_url"),
        column("Service Provider URL", "sp_url"),
        column("Relay State Prefix", "relay_state_prefix"),
    ],
    ..Operation::new(Verb::List, RESOURCE)
};

static SET: Operation = Operation {
    about: "Change a service provider",
    arguments: &[ITSELF, AUTH_URL, DESCRIPTION, SP_URL, ENABLE, DISABLE],
    columns: SHOWN,
    ..Operation::new(Verb::SetAndShow, RESOURCE)
};

static SHOW: Operation = Operation {
    about: "Show a service provider",
    arguments: &[ITSELF],
    columns: SHOWN,
    ..Operation::new(Verb::Show, RESOURCE)
};
