//! `archstone region …`.

use archstone::identity::{Region, Resource, ResourceSpec};

use crate::{
    command::Spec,
    resource::{Argument, Column, Finder, Operation, Verb, argument, column, common::DESCRIPTION, itself, option},
};

const RESOURCE: &ResourceSpec = Region::SPEC;
static REGION: Finder = Finder::by_id(RESOURCE);
/// For commands that fail if a region does not exist: Keystone treats it as an empty one.
pub(super) static CHECKED: Finder = Finder::of(RESOURCE);
const ITSELF: Argument = itself("region-id", "ID of the region", &REGION);
const PARENT: Argument = option("parent-region", "region-id", "ID of the parent region").sets("parent_region");
const SHOWN: &[Column] =
    &[column("region", "id"), column("description", "description"), column("parent_region", "parent_region_id")];

pub(super) const COMMANDS: &[Spec] = &[
    CREATE.command(&["region", "create"], "archstone region create eu-north --parent-region eu"),
    DELETE.command(&["region", "delete"], "archstone region delete eu-north eu-south"),
    LIST.command(&["region", "list"], "archstone region list --parent-region eu"),
    SET.command(&["region", "set"], "archstone region set eu-north --description 'Two data centres'"),
    SHOW.command(&["region", "show"], "archstone region show eu-north"),
];

static CREATE: Operation = Operation {
    about: "Create a region",
    arguments: &[argument("region-id", "ID of the new region").sets("id"), PARENT, DESCRIPTION],
    columns: SHOWN,
    ..Operation::new(Verb::Create, RESOURCE)
};

static DELETE: Operation = Operation {
    about: "Delete regions, and the regions below them",
    arguments: &[ITSELF.repeated()],
    named: "with ID",
    ..Operation::new(Verb::Delete, RESOURCE)
};

static LIST: Operation = Operation {
    about: "List regions",
    arguments: &[option("parent-region", "region-id", "Only regions directly below this one").sets("parent_region")],
    columns: &[
        column("Region", "id"),
        column("Parent Region", "parent_region_id"),
        column("Description", "description"),
    ],
    ..Operation::new(Verb::List, RESOURCE)
};

static SET: Operation = Operation {
    about: "Change a region",
    arguments: &[ITSELF, PARENT, DESCRIPTION],
    ..Operation::new(Verb::Set, RESOURCE)
};

static SHOW: Operation =
    Operation { about: "Show a region", arguments: &[ITSELF], columns: SHOWN, ..Operation::new(Verb::Show, RESOURCE) };
