//! `archstone mapping …`.

use archstone::identity::{Mapping, Resource, ResourceSpec};

use crate::{
    command::Spec,
    resource::{Argument, Column, Finder, Operation, Reads, Verb, argument, column, fields, itself, option},
};

const RESOURCE: &ResourceSpec = Mapping::SPEC;
static MAPPING: Finder = Finder::by_id(RESOURCE);
const ITSELF: Argument = itself("mapping", "ID of the mapping", &MAPPING);
const RULES: Argument = option("rules", "filename", "File with the rules as JSON; `-` is standard input")
    .reads(Reads::JsonFile)
    .sets("rules");
const SCHEMA_VERSION: Argument =
    option("schema-version", "version", "Version of the rules' schema: 1.0 or 2.0").sets("schema_version");
const SHOWN: &[Column] = &fields(["id", "rules", "schema_version"]);

pub(super) const COMMANDS: &[Spec] = &[
    CREATE.command(&["mapping", "create"], "archstone mapping create employees --rules rules.json"),
    DELETE.command(&["mapping", "delete"], "archstone mapping delete employees"),
    LIST.command(&["mapping", "list"], "archstone mapping list"),
    SET.command(&["mapping", "set"], "archstone mapping set employees --rules rules.json"),
    SHOW.command(&["mapping", "show"], "archstone mapping show employees -f json"),
];

static CREATE: Operation = Operation {
    about: "Create a mapping: how users of an identity provider become users of the cloud",
    arguments: &[argument("name", "ID of the new mapping").sets("mapping"), RULES.required(), SCHEMA_VERSION],
    columns: SHOWN,
    ..Operation::new(Verb::Create, RESOURCE)
};

static DELETE: Operation =
    Operation { about: "Delete mappings", arguments: &[ITSELF.repeated()], ..Operation::new(Verb::Delete, RESOURCE) };

static LIST: Operation = Operation {
    about: "List mappings",
    columns: &[column("ID", "id"), column("schema_version", "schema_version")],
    ..Operation::new(Verb::List, RESOURCE)
};

static SET: Operation = Operation {
    about: "Change a mapping",
    arguments: &[itself("name", "ID of the mapping", &MAPPING), RULES, SCHEMA_VERSION],
    ..Operation::new(Verb::Set, RESOURCE)
};

static SHOW: Operation =
    Operation { about: "Show a mapping", arguments: &[ITSELF], columns: SHOWN, ..Operation::new(Verb::Show, RESOURCE) };
