//! `archstone credential …`: credentials that Keystone stores for users, such as TOTP seeds and certificates.

use archstone::identity::{Credential, Project, Resource, ResourceSpec};
use serde_json::Value;

use crate::{
    command::Spec,
    resource::{
        Argument, Column, Finder, Operation, USER, Verb, argument, column, common::USER_DOMAIN, fields, itself, option,
    },
};

const RESOURCE: &ResourceSpec = Credential::SPEC;
static CREDENTIAL: Finder = Finder::by_id(RESOURCE);
static PROJECT: Finder = Finder::of(Project::SPEC).or_as_given();
const ITSELF: Argument = itself("credential-id", "ID of the credential", &CREDENTIAL);
const SHOWN: &[Column] = &fields(["blob", "id", "project_id", "type", "user_id"]);

pub(super) const COMMANDS: &[Spec] = &[
    CREATE.command(
        &["credential", "create"],
        "archstone credential create alice - --type totp < seed\n\
         archstone credential create alice \"$(cat alice.pem)\"",
    ),
    DELETE.command(&["credential", "delete"], "archstone credential delete 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a"),
    LIST.command(&["credential", "list"], "archstone credential list --user alice --type totp"),
    SET.command(
        &["credential", "set"],
        "archstone credential set 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a --user alice --type totp --data - < seed",
    ),
    SHOW.command(&["credential", "show"], "archstone credential show 9d8c6c5b4a7f4a0f8a0f3c2b1d0e9f8a"),
];

static CREATE: Operation = Operation {
    about: "Create a credential of a user",
    arguments: &[
        argument("user", "User who owns the credential (name or ID)").finds(&USER).sets("user"),
        argument("data", "The credential itself; `-` reads it from standard input").secret().sets("blob"),
        option("type", "type", "Type: cert, ec2, totp or another [default: cert]").sets("type"),
        option("project", "project", "Project that the credential is for (name or ID)").finds(&PROJECT).sets("project"),
    ],
    columns: SHOWN,
    adjust: |_, arguments| {
        arguments.entry("type").or_insert_with(|| Value::from("cert"));
        Ok(())
    },
    ..Operation::new(Verb::Create, RESOURCE)
};

static DELETE: Operation = Operation {
    about: "Delete credentials",
    arguments: &[ITSELF.repeated()],
    named: "with ID",
    many: "credential",
    ..Operation::new(Verb::Delete, RESOURCE)
};

static LIST: Operation = Operation {
    about: "List credentials",
    arguments: &[
        option("user", "user", "Only credentials of this user (name or ID)").finds(&USER).sets("user"),
        USER_DOMAIN,
        option("type", "type", "Only credentials of this type").sets("type"),
    ],
    columns: &[
        column("ID", "id"),
        column("Type", "type"),
        column("User ID", "user_id"),
        column("Data", "blob"),
        column("Project ID", "project_id"),
    ],
    ..Operation::new(Verb::List, RESOURCE)
};

static SET: Operation = Operation {
    about: "Change a credential. Its user and type cannot change, but are required, as in `openstack`",
    arguments: &[
        ITSELF,
        option("user", "user", "User who owns the credential (name or ID)").required(),
        option("type", "type", "Type of the credential").required(),
        option("data", "data", "The new credential; `-` reads it from standard input").secret().sets("blob").required(),
        option("project", "project", "Project that the credential is for (name or ID)"),
    ],
    ..Operation::new(Verb::Set, RESOURCE)
};

static SHOW: Operation = Operation {
    about: "Show a credential",
    arguments: &[ITSELF],
    columns: SHOWN,
    ..Operation::new(Verb::Show, RESOURCE)
};
