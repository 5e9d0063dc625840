//! `archstone implied role …`: roles that are implied by other roles.

use archstone::{
    Result,
    identity::{InferenceRule, Resource, ResourceSpec, Role},
};
use serde_json::Value;

use crate::{
    command::{Answers, Changes, Spec},
    output::Answer,
    resource::{Argument, Arguments, Finder, Request, Special, argument, items, option, perform},
};

const RESOURCE: &ResourceSpec = InferenceRule::SPEC;
static ROLE: Finder = Finder::of(Role::SPEC).or_as_given();
const PRIOR: Argument = argument("role", "Role that implies another (name or ID)").finds(&ROLE);
const IMPLIED: Argument = option("implied-role", "role", "Role that it implies (name or ID)").finds(&ROLE).required();

pub(super) const COMMANDS: &[Spec] = &[
    CREATE.command(
        &["implied", "role", "create"],
        Answers::Show,
        "archstone implied role create operator --implied-role reader",
    ),
    DELETE.command(
        &["implied", "role", "delete"],
        Answers::Text,
        "archstone implied role delete operator --implied-role reader",
    ),
    LIST.command(
        &["implied", "role", "list"],
        Answers::List,
        "archstone implied role list --sort-column 'Prior Role Name'",
    ),
];

static CREATE: Special = Special {
    about: "Make a role imply another: users with the first also have the second",
    arguments: &[PRIOR, IMPLIED],
    changes: Changes::Something,
    run: |request| {
        let rule = change(request, "create")?;
        Ok(Answer::show([
            ("implies", rule["implies"]["id"].clone().into()),
            ("prior_role", rule["prior_role"]["id"].clone().into()),
        ]))
    },
};

static DELETE: Special = Special {
    about: "Stop a role from implying another",
    arguments: &[PRIOR, IMPLIED],
    changes: Changes::Something,
    run: |request| change(request, "delete").map(|_| Answer::Text(String::new())),
};

static LIST: Special = Special {
    about: "List implied roles",
    arguments: &[],
    changes: Changes::Nothing,
    run: |request| {
        let rules = items(request, RESOURCE, "list_inference_roles", Arguments::new())?;
        let columns = ["Prior Role ID", "Prior Role Name", "Implied Role ID", "Implied Role Name"];
        let cells = |role: &Value| [role["id"].clone().into(), role["name"].clone().into()];
        let rows = rules.iter().flat_map(|rule| {
            let implied = rule["implies"].as_array().into_iter().flatten();
            implied.map(move |role| [cells(&rule["prior_role"]), cells(role)].concat())
        });
        Ok(Answer::list(columns, rows))
    },
};

fn change(request: &Request<'_>, operation: &str) -> Result<Value> {
    let id = |name| request.value(name).map(Option::unwrap_or_default);
    perform(request, RESOURCE, operation, [("prior_role", id("role")?), ("implied_role", id("implied-role")?)])
}
