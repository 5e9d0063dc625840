//! `archstone policy …`.

use archstone::identity::{Policy, Resource, ResourceSpec};
use serde_json::Value;

use crate::{
    command::Spec,
    resource::{Argument, Column, Finder, Operation, Reads, Verb, argument, column, itself, option},
};

const RESOURCE: &ResourceSpec = Policy::SPEC;
static POLICY: Finder = Finder::by_id(RESOURCE);
const ITSELF: Argument = itself("policy", "ID of the policy", &POLICY);
const SHOWN: &[Column] = &[column("id", "id"), column("rules", "blob"), column("type", "type")];

pub(super) const COMMANDS: &[Spec] = &[
    CREATE.command(&["policy", "create"], "archstone policy create policy.json"),
    DELETE.command(&["policy", "delete"], "archstone policy delete 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a"),
    LIST.command(&["policy", "list"], "archstone policy list --long"),
    SET.command(&["policy", "set"], "archstone policy set 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a --rules policy.json"),
    SHOW.command(&["policy", "show"], "archstone policy show 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a"),
];

static CREATE: Operation = Operation {
    about: "Create a policy",
    arguments: &[
        argument("filename", "File with the rules; `-` is standard input").reads(Reads::TextFile).sets("blob"),
        option("type", "type", "MIME type of the rules [default: application/json]").sets("type"),
    ],
    columns: SHOWN,
    adjust: |_, arguments| {
        arguments.entry("type").or_insert_with(|| Value::from("application/json"));
        Ok(())
    },
    ..Operation::new(Verb::Create, RESOURCE)
};

static DELETE: Operation =
    Operation { about: "Delete policies", arguments: &[ITSELF.repeated()], ..Operation::new(Verb::Delete, RESOURCE) };

static LIST: Operation = Operation {
    about: "List policies",
    columns: &[column("ID", "id"), column("Type", "type")],
    long: &[column("Rules", "blob")],
    ..Operation::new(Verb::List, RESOURCE)
};

static SET: Operation = Operation {
    about: "Change a policy",
    arguments: &[
        ITSELF,
        option("type", "type", "New MIME type of the rules").sets("type"),
        option("rules", "filename", "File with the new rules; `-` is standard input")
            .reads(Reads::TextFile)
            .sets("blob"),
    ],
    ..Operation::new(Verb::Set, RESOURCE)
};

static SHOW: Operation =
    Operation { about: "Show a policy", arguments: &[ITSELF], columns: SHOWN, ..Operation::new(Verb::Show, RESOURCE) };
