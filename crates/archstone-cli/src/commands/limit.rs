//! `archstone limit …`.

use archstone::identity::{Limit, Resource, ResourceSpec};

use super::{region::CHECKED as REGION, service::SERVICE};
use crate::{
    command::Spec,
    resource::{
        Argument, Column, Finder, Operation, PROJECT, Reads, Verb, argument, column,
        common::{DESCRIPTION, PROJECT_DOMAIN},
        fields, itself, option,
    },
};

const RESOURCE: &ResourceSpec = Limit::SPEC;
static LIMIT: Finder = Finder::by_id(RESOURCE);
const ITSELF: Argument = itself("limit-id", "ID of the limit", &LIMIT);
const SHOWN: &[Column] =
    &fields(["description", "id", "project_id", "region_id", "resource_limit", "resource_name", "service_id"]);

pub(super) const COMMANDS: &[Spec] = &[
    CREATE.command(
        &["limit", "create"],
        "archstone limit create --project web --service compute --resource-limit 20 cores",
    ),
    DELETE.command(&["limit", "delete"], "archstone limit delete 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a"),
    LIST.command(&["limit", "list"], "archstone limit list --project web"),
    SET.command(&["limit", "set"], "archstone limit set 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a --resource-limit 40"),
    SHOW.command(&["limit", "show"], "archstone limit show 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a"),
];

static CREATE: Operation = Operation {
    about: "Create a limit: how much of a resource a project can use",
    arguments: &[
        DESCRIPTION,
        option("region", "region", "ID of the region that the limit is for").finds(&REGION).sets("region"),
        option("project", "project", "Project that the limit is for (name or ID)")
            .finds(&PROJECT)
            .sets("project")
            .required(),
        PROJECT_DOMAIN,
        option("service", "service", "Service of the resource (name, type or ID)")
            .finds(&SERVICE)
            .sets("service")
            .required(),
        option("resource-limit", "resource-limit", "The limit: how much the project can use")
            .reads(Reads::Integer)
            .sets("resource_limit")
            .required(),
        argument("resource-name", "Name of the resource, which needs a registered limit").sets("resource_name"),
    ],
    columns: SHOWN,
    ..Operation::new(Verb::Create, RESOURCE)
};

static DELETE: Operation = Operation {
    about: "Delete limits",
    arguments: &[ITSELF.repeated()],
    named: "with ID",
    ..Operation::new(Verb::Delete, RESOURCE)
};

static LIST: Operation = Operation {
    about: "List limits",
    arguments: &[
        option("service", "service", "Only limits of this service (name, type or ID)").finds(&SERVICE).sets("service"),
        option("resource-name", "resource-name", "Only limits of this resource").sets("resource_name"),
        option("region", "region", "Only limits of this region").finds(&REGION).sets("region"),
        option("project", "project", "Only limits of this project (name or ID)").finds(&PROJECT).sets("project"),
        PROJECT_DOMAIN,
    ],
    columns: &[
        column("ID", "id"),
        column("Project ID", "project_id"),
        column("Service ID", "service_id"),
        column("Resource Name", "resource_name"),
        column("Resource Limit", "resource_limit"),
        column("Description", "description"),
        column("Region ID", "region_id"),
    ],
    ..Operation::new(Verb::List, RESOURCE)
};

static SET: Operation = Operation {
    about: "Change a limit",
    arguments: &[
        ITSELF,
        DESCRIPTION,
        option("resource-limit", "resource-limit", "The limit: how much the project can use")
            .reads(Reads::Integer)
            .sets("resource_limit"),
    ],
    columns: SHOWN,
    ..Operation::new(Verb::SetAndShow, RESOURCE)
};

static SHOW: Operation =
    Operation { about: "Show a limit", arguments: &[ITSELF], columns: SHOWN, ..Operation::new(Verb::Show, RESOURCE) };
