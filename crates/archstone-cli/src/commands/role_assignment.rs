//! `archstone role add`, `role remove` and `role assignment list`: who has which role where.

use archstone::{
    Error, ErrorKind, Result,
    identity::{Domain, Group, Project, Resource, ResourceSpec, Role, RoleAssignment, User},
};
use serde_json::Value;

use crate::{
    command::{Answers, Changes, Spec},
    events::warning,
    output::Answer,
    resource::{
        Argument, Arguments, DOMAIN, Fields, Finder, Operation, PROJECT, Reads, Request, Special, USER, Verb, argument,
        column,
        common::{PROJECT_DOMAIN, USER_DOMAIN},
        option, perform, switch,
    },
};

static ROLE: Finder = Finder::of(Role::SPEC).in_domain("role-domain").or_as_given();
static GROUP: Finder = Finder::of(Group::SPEC).in_domain("group-domain").or_as_given();
// An assignment may remain after its user, group or project was deleted.
static FORMER_USER: Finder = Finder::of(User::SPEC).in_domain("user-domain").or_as_given().or_missing();
static FORMER_GROUP: Finder = Finder::of(Group::SPEC).in_domain("group-domain").or_as_given().or_missing();
static FORMER_PROJECT: Finder = Finder::of(Project::SPEC).in_domain("project-domain").or_as_given().or_missing();
static FORMER_DOMAIN: Finder = Finder::of(Domain::SPEC).or_as_given().or_missing();

const SYSTEM: Argument =
    option("system", "all", "On the system").reads(Reads::OneOf(&["all"])).against(&["domain", "project"]);
const GROUP_DOMAIN: Argument = option("group-domain", "domain", "Domain that owns the group (name or ID)");
const ROLE_DOMAIN: Argument = option("role-domain", "domain", "Domain that owns the role (name or ID)");
const INHERITED: Argument = switch("inherited", "For the projects below it (inherited), not for itself");

pub(super) const COMMANDS: &[Spec] = &[
    ADD.command(
        &["role", "add"],
        Answers::Text,
        "\
archstone role add member --user alice --project web
archstone role add member --group developers --domain acme --inherited
archstone role add reader --user bob --user-domain acme --project shop --project-domain acme
archstone role add admin --user carol --system all",
    ),
    REMOVE.command(
        &["role", "remove"],
        Answers::Text,
        "archstone role remove member --user alice --project web\narchstone role remove admin --user carol --system all",
    ),
    LIST.command(
        &["role", "assignment", "list"],
        "\
archstone role assignment list --project web --names
archstone role assignment list --user alice --effective --names
archstone role assignment list --auth-user",
    ),
];

static ADD: Special = Special {
    about: "Grant a user or a group a role on a project, a domain or the system",
    arguments: &[
        argument("role", "Role (name or ID)").finds(&ROLE),
        SYSTEM,
        option("domain", "domain", "On this domain (name or ID)").finds(&DOMAIN).against(&["system", "project"]),
        option("project", "project", "On this project (name or ID)").finds(&PROJECT).against(&["system", "domain"]),
        option("user", "user", "To this user (name or ID)").finds(&USER).against(&["group"]),
        option("group", "group", "To this group (name or ID)").finds(&GROUP).against(&["user"]),
        GROUP_DOMAIN,
        PROJECT_DOMAIN,
        USER_DOMAIN,
        INHERITED,
        ROLE_DOMAIN,
    ],
    changes: Changes::Something,
    run: |request| assign(request, "add", "grant"),
};

static REMOVE: Special = Special {
    about: "Revoke a role of a user or a group on a project, a domain or the system",
    arguments: &[
        argument("role", "Role (name or ID)").finds(&ROLE),
        SYSTEM,
        option("domain", "domain", "On this domain (name or ID)").finds(&FORMER_DOMAIN).against(&["system", "project"]),
        option("project", "project", "On this project (name or ID)")
            .finds(&FORMER_PROJECT)
            .against(&["system", "domain"]),
        option("user", "user", "From this user (name or ID)").finds(&FORMER_USER).against(&["group"]),
        option("group", "group", "From this group (name or ID)").finds(&FORMER_GROUP).against(&["user"]),
        GROUP_DOMAIN,
        PROJECT_DOMAIN,
        USER_DOMAIN,
        INHERITED,
        ROLE_DOMAIN,
    ],
    changes: Changes::Something,
    run: |request| assign(request, "remove", "revoke"),
};

/// Adds or removes an assignment.
fn assign(request: &Request<'_>, word: &str, operation: &str) -> Result<Answer> {
    let one_of = |names: &[&str], what: &str| {
        names.iter().any(|name| request.text(name).is_some()).then_some(()).ok_or_else(|| {
            let options: Vec<_> = names.iter().map(|name| format!("`--{name}`")).collect();
            Error::new(ErrorKind::InvalidRequest, format!("{what} is missing: {}", options.join(" or ")))
                .with_hint(format!("see `archstone role {word} --help`"))
        })
    };
    one_of(&["user", "group"], "the user or group")?;
    one_of(&["project", "domain", "system"], "the project, domain or system")?;
    let mut arguments = Arguments::new();
    for name in ["role", "user", "group", "project", "domain"] {
        arguments.extend(request.value(name)?.map(|id| (name.to_owned(), id)));
    }
    let is_inherited = request.is_on("inherited");
    if request.text("system").is_some() {
        arguments.insert("system".to_owned(), true.into());
        if is_inherited {
            warning!("nothing inherits a role on the system: `--inherited` is ignored");
        }
    } else if is_inherited {
        arguments.insert("inherited".to_owned(), true.into());
    }
    perform(request, Role::SPEC, operation, arguments)?;
    Ok(Answer::Text(String::new()))
}

const RESOURCE: &ResourceSpec = RoleAssignment::SPEC;

static LIST: Operation = Operation {
    about: "List role assignments: who has which role where",
    arguments: &[
        switch("effective", "Show effective assignments: from groups, inheritance and implied roles, too")
            .sets("effective"),
        option("role", "role", "Only assignments of this role (name or ID)").finds(&ROLE).sets("role"),
        ROLE_DOMAIN,
        switch("names", "Show names instead of IDs").sets("include_names"),
        option("user", "user", "Only assignments of this user (name or ID)")
            .finds(&USER)
            .sets("user")
            .against(&["group"]),
        USER_DOMAIN,
        option("group", "group", "Only assignments of this group (name or ID)")
            .finds(&GROUP)
            .sets("group")
            .against(&["user"]),
        GROUP_DOMAIN,
        option("domain", "domain", "Only assignments on this domain (name or ID)")
            .finds(&DOMAIN)
            .sets("domain")
            .against(&["project", "system"]),
        option("project", "project", "Only assignments on this project (name or ID)")
            .finds(&PROJECT)
            .sets("project")
            .against(&["domain", "system"]),
        SYSTEM.sets("system"),
        PROJECT_DOMAIN,
        switch("inherited", "Only assignments that projects inherit").sets("inherited_to"),
        switch("auth-user", "Only assignments of the current user"),
        switch("auth-project", "Only assignments on the current project"),
    ],
    columns: &[
        column("Role", "role").by(named),
        column("User", "user").by(named),
        column("Group", "group").by(named),
        column("Project", "project").by(place),
        column("Domain", "domain").by(place),
        column("System", "system").by(|item, _| if scope(item).get("system").is_some() { "all" } else { "" }.into()),
        column("Inherited", "").by(|item, _| (scope(item)["OS-INHERIT:inherited_to"] == "projects").into()),
    ],
    adjust: |request, arguments| {
        if arguments.contains_key("system") {
            arguments.insert("system".to_owned(), true.into());
        }
        if arguments.contains_key("inherited_to") {
            arguments.insert("inherited_to".to_owned(), "projects".into());
        }
        for (switch, name) in [("auth-user", "user"), ("auth-project", "project")] {
            if request.is_on(switch) && !arguments.contains_key(name) {
                let access = request.session.client()?.authenticate()?;
                let id = if name == "user" { access.user_id() } else { access.project_id() };
                let id = id.ok_or_else(|| {
                    let message = format!("the token names no {name}, which `--{switch}` asks for");
                    Error::new(ErrorKind::InvalidRequest, message)
                })?;
                arguments.insert(name.to_owned(), id.into());
            }
        }
        Ok(())
    },
    ..Operation::new(Verb::List, RESOURCE)
};

fn named(item: &Fields, field: &str) -> crate::output::Value {
    name_or_id(item.get(field).unwrap_or(&Value::Null))
}

fn place(item: &Fields, field: &str) -> crate::output::Value {
    name_or_id(&scope(item)[field])
}

fn scope(item: &Fields) -> &Value {
    item.get("scope").unwrap_or(&Value::Null)
}

/// `alice@Default` if names were requested, else the ID. Empty if there is nothing.
fn name_or_id(thing: &Value) -> crate::output::Value {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match (text(&thing["name"]), text(&thing["domain"]["name"])) {
        (Some(name), Some(domain)) => format!("{name}@{domain}"),
        (Some(name), None) => name,
        (None, _) => text(&thing["id"]).unwrap_or_default(),
    }
    .into()
}
