//! `archstone registered limit …`.

use archstone::identity::{RegisteredLimit, Resource, ResourceSpec};

use super::{region::CHECKED as REGION, service::SERVICE};
use crate::{
    command::Spec,
    resource::{
        Argument, Column, Finder, Operation, Reads, Verb, argument, column, common::DESCRIPTION, fields, itself, option,
    },
};

const RESOURCE: &ResourceSpec = RegisteredLimit::SPEC;
static LIMIT: Finder = Finder::by_id(RESOURCE);
const ITSELF: Argument = itself("registered-limit-id", "ID of the registered limit", &LIMIT);
const SHOWN: &[Column] = &fields(["default_limit", "description", "id", "region_id", "resource_name", "service_id"]);

pub(super) const COMMANDS: &[Spec] = &[
    CREATE.command(
        &["registered", "limit", "create"],
        "archstone registered limit create --service compute --default-limit 10 cores",
    ),
    DELETE.command(
        &["registered", "limit", "delete"],
        "archstone registered limit delete 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a",
    ),
    LIST.command(&["registered", "limit", "list"], "archstone registered limit list --service compute"),
    SET.command(
        &["registered", "limit", "set"],
        "archstone registered limit set 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a --default-limit 20",
    ),
    SHOW.command(&["registered", "limit", "show"], "archstone registered limit show 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a"),
];

static CREATE: Operation = Operation {
    about: "Create a registered limit: the default limit of a resource",
    arguments: &[
        DESCRIPTION,
        option("region", "region", "ID of the region that the limit is for").finds(&REGION).sets("region"),
        option("service", "service", "Service of the resource (name, type or ID)")
            .finds(&SERVICE)
            .sets("service")
            .required(),
        option("default-limit", "default-limit", "Limit for projects without a limit of their own")
            .reads(Reads::Integer)
            .sets("default_limit")
            .required(),
        argument("resource-name", "Name of the resource").sets("resource_name"),
    ],
    columns: SHOWN,
    ..Operation::new(Verb::Create, RESOURCE)
};

static DELETE: Operation = Operation {
    about: "Delete registered limits",
    arguments: &[ITSELF.repeated()],
    named: "with ID",
    ..Operation::new(Verb::Delete, RESOURCE)
};

static LIST: Operation = Operation {
    about: "List registered limits",
    arguments: &[
        option("service", "service", "Only limits of this service (name, type or ID)").finds(&SERVICE).sets("service"),
        option("resource-name", "resource-name", "Only limits of this resource").sets("resource_name"),
        option("region", "region", "Only limits of this region").finds(&REGION).sets("region"),
    ],
    columns: &[
        column("ID", "id"),
        column("Service ID", "service_id"),
        column("Resource Name", "resource_name"),
        column("Default Limit", "default_limit"),
        column("Description", "description"),
        column("Region ID", "region_id"),
    ],
    ..Operation::new(Verb::List, RESOURCE)
};

static SET: Operation = Operation {
    about: "Change a registered limit",
    arguments: &[
        ITSELF,
        option("service", "service", "New service (name, type or ID)").finds(&SERVICE).sets("service"),
        option("resource-name", "resource-name", "New name of the resource").sets("resource_name"),
        option("default-limit", "default-limit", "Limit for projects without a limit of their own")
            .reads(Reads::Integer)
            .sets("default_limit"),
        DESCRIPTION,
        option("region", "region", "New region").finds(&REGION).sets("region"),
    ],
    columns: SHOWN,
    ..Operation::new(Verb::SetAndShow, RESOURCE)
};

static SHOW: Operation = Operation {
    about: "Show a registered limit",
    arguments: &[ITSELF],
    columns: SHOWN,
    ..Operation::new(Verb::Show, RESOURCE)
};
