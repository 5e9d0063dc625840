//! `archstone role …`: the roles themselves.

use archstone::{
    Result,
    identity::{Resource, ResourceSpec, Role},
};

use crate::{
    command::{Answers, Changes, Spec},
    output::Answer,
    resource::{
        Argument, Arguments, Column, DOMAIN, Finder, Operation, Request, Special, Verb, argument, column,
        common::{DESCRIPTION, IMMUTABLE, NAME, NO_IMMUTABLE, OR_SHOW},
        fields, items, itself, listed, option,
    },
};

const RESOURCE: &ResourceSpec = Role::SPEC;
static ROLE: Finder = Finder::of(RESOURCE).or_as_given();
const ITSELF: Argument = itself("role", "Role (name or ID)", &ROLE);
const WITHIN: Argument =
    option("domain", "domain", "Domain that owns the role (name or ID)").finds(&DOMAIN).within("domain_id");
const SHOWN: &[Column] = &fields(["id", "name", "domain_id", "description"]);

pub(super) const COMMANDS: &[Spec] = &[
    CREATE.command(&["role", "create"], "archstone role create auditor --description 'Reads everything'"),
    DELETE.command(&["role", "delete"], "archstone role delete auditor"),
    LIST.command(&["role", "list"], Answers::List, "archstone role list\narchstone role list --domain acme"),
    SET.command(&["role", "set"], "archstone role set auditor --immutable"),
    SHOW.command(&["role", "show"], "archstone role show auditor"),
];

static CREATE: Operation = Operation {
    about: "Create a role",
    arguments: &[
        argument("role-name", "Name of the new role").sets("name"),
        DESCRIPTION,
        option("domain", "domain", "Domain of the new role (name or ID)").finds(&DOMAIN).sets("domain"),
        OR_SHOW,
        IMMUTABLE,
        NO_IMMUTABLE,
    ],
    columns: SHOWN,
    ..Operation::new(Verb::Create, RESOURCE)
};

static DELETE: Operation = Operation {
    about: "Delete roles",
    arguments: &[ITSELF.repeated(), WITHIN],
    ..Operation::new(Verb::Delete, RESOURCE)
};

static LIST: Special = Special {
    about: "List global roles, or those of a domain",
    arguments: &[option("domain", "domain", "Only roles of this domain (name or ID)")],
    changes: Changes::Nothing,
    run: list,
};

fn list(request: &Request<'_>) -> Result<Answer> {
    const COLUMNS: &[Column] = &[column("ID", "id"), column("Name", "name")];
    const OF_DOMAIN: &[Column] = &[column("ID", "id"), column("Name", "name"), column("Domain", "domain")];
    let Some(domain) = request.text("domain") else {
        return Ok(listed(COLUMNS, &[], false, items(request, RESOURCE, "list", [])?));
    };
    let domain = DOMAIN.find(request, domain, Arguments::new())?;
    let of = |name: &str| domain.get(name).cloned().unwrap_or_default();
    let mut roles = items(request, RESOURCE, "list", [("domain_id", of("id"))])?;
    for role in &mut roles {
        role["domain"] = of("name");
    }
    Ok(listed(OF_DOMAIN, &[], false, roles))
}

static SET: Operation = Operation {
    about: "Change a role",
    arguments: &[ITSELF, WITHIN, NAME, DESCRIPTION, IMMUTABLE, NO_IMMUTABLE],
    ..Operation::new(Verb::Set, RESOURCE)
};

static SHOW: Operation = Operation {
    about: "Show a role",
    arguments: &[ITSELF, WITHIN],
    columns: SHOWN,
    ..Operation::new(Verb::Show, RESOURCE)
};
