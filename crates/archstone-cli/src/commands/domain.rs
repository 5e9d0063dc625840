//! `archstone domain …`.

use archstone::identity::{Domain, Resource, ResourceSpec};
use serde_json::Value;

use crate::{
    command::Spec,
    resource::{
        Argument, Column, Finder, Operation, Verb, argument, column,
        common::{DESCRIPTION, DISABLE, ENABLE, IMMUTABLE, NAME, NO_IMMUTABLE, OR_SHOW},
        fields, itself, option, switch,
    },
};

const RESOURCE: &ResourceSpec = Domain::SPEC;
static DOMAIN: Finder = Finder::of(RESOURCE);
const ITSELF: Argument = itself("domain", "Domain (name or ID)", &DOMAIN);
const SHOWN: &[Column] = &fields(["id", "name", "enabled", "description", "options"]);

pub(super) const COMMANDS: &[Spec] = &[
    CREATE.command(&["domain", "create"], "archstone domain create acme --description 'Customers of acme'"),
    DELETE.command(&["domain", "delete"], "archstone domain set acme --disable\narchstone domain delete acme"),
    LIST.command(&["domain", "list"], "archstone domain list\narchstone domain list --enabled -f value -c Name"),
    SET.command(&["domain", "set"], "archstone domain set acme --name acme-eu"),
    SHOW.command(&["domain", "show"], "archstone domain show acme -f json"),
];

static CREATE: Operation = Operation {
    about: "Create a domain",
    arguments: &[
        argument("domain-name", "Name of the new domain").sets("name"),
        DESCRIPTION,
        ENABLE,
        DISABLE,
        OR_SHOW,
        IMMUTABLE,
        NO_IMMUTABLE,
    ],
    columns: SHOWN,
    // As in `openstack`: a missing description is null here, while other resources have an empty one.
    adjust: |_, arguments| {
        arguments.entry("description").or_insert(Value::Null);
        Ok(())
    },
    ..Operation::new(Verb::Create, RESOURCE)
};

static DELETE: Operation = Operation {
    about: "Delete domains and everything in them; a domain must be disabled first",
    arguments: &[ITSELF.repeated()],
    ..Operation::new(Verb::Delete, RESOURCE)
};

static LIST: Operation = Operation {
    about: "List domains",
    arguments: &[
        option("name", "name", "Only the domain with this name").sets("name"),
        switch("enabled", "Only enabled domains").sets("enabled"),
    ],
    columns: &[
        column("ID", "id"),
        column("Name", "name"),
        column("Enabled", "enabled"),
        column("Description", "description"),
    ],
    ..Operation::new(Verb::List, RESOURCE)
};

static SET: Operation = Operation {
    about: "Change a domain",
    arguments: &[ITSELF, NAME, DESCRIPTION, ENABLE, DISABLE, IMMUTABLE, NO_IMMUTABLE],
    ..Operation::new(Verb::Set, RESOURCE)
};

static SHOW: Operation =
    Operation { about: "Show a domain", arguments: &[ITSELF], columns: SHOWN, ..Operation::new(Verb::Show, RESOURCE) };
