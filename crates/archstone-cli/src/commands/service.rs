//! `archstone service …`.

use archstone::identity::{Resource, ResourceSpec, Service};

use crate::{
    command::Spec,
    resource::{
        Argument, Column, Finder, Operation, Verb, argument, column,
        common::{DESCRIPTION, DISABLE, ENABLE, NAME},
        fields, itself, option,
    },
};

const RESOURCE: &ResourceSpec = Service::SPEC;
pub(super) static SERVICE: Finder = Finder::of(RESOURCE).also_by_type();
const ITSELF: Argument = itself("service", "Service (name, type or ID)", &SERVICE);
const SHOWN: &[Column] = &fields(["id", "name", "type", "enabled", "description"]);

pub(super) const COMMANDS: &[Spec] = &[
    CREATE.command(&["service", "create"], "archstone service create image --name glance --description 'Images'"),
    DELETE.command(&["service", "delete"], "archstone service delete glance"),
    LIST.command(&["service", "list"], "archstone service list\narchstone service list --long -f json"),
    SET.command(&["service", "set"], "archstone service set glance --disable"),
    SHOW.command(&["service", "show"], "archstone service show image"),
];

static CREATE: Operation = Operation {
    about: "Create a service",
    arguments: &[
        argument("type", "Type of the new service, such as `image`").sets("type"),
        option("name", "name", "Name of the new service").sets("name"),
        DESCRIPTION,
        ENABLE,
        DISABLE,
    ],
    columns: SHOWN,
    ..Operation::new(Verb::Create, RESOURCE)
};

static DELETE: Operation = Operation {
    about: "Delete services and their endpoints",
    arguments: &[ITSELF.repeated()],
    named: "with type, name or ID",
    ..Operation::new(Verb::Delete, RESOURCE)
};

static LIST: Operation = Operation {
    about: "List services",
    columns: &[column("ID", "id"), column("Name", "name"), column("Type", "type")],
    long: &[column("Description", "description"), column("Enabled", "enabled")],
    ..Operation::new(Verb::List, RESOURCE)
};

static SET: Operation = Operation {
    about: "Change a service",
    arguments: &[ITSELF, option("type", "type", "New type").sets("type"), NAME, DESCRIPTION, ENABLE, DISABLE],
    ..Operation::new(Verb::Set, RESOURCE)
};

static SHOW: Operation =
    Operation { about: "Show a service", arguments: &[ITSELF], columns: SHOWN, ..Operation::new(Verb::Show, RESOURCE) };
