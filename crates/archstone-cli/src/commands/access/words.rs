//! Role assignments as text, and as cells.

use archstone::identity::grants::{Chain, EffectiveGrant, Grants, Place};
use clap::ArgMatches;

use crate::output::{Column, Value};

/// `project web@Default`, `domain Default`, `the system`.
pub(super) fn place(grants: &Grants, place: Place<&str>) -> String {
    let name = grants.place_name(place);
    match place {
        Place::System => "the system".to_owned(),
        Place::Domain(_) => format!("domain {name}"),
        Place::Project(_) => format!("project {name}"),
    }
}

/// How a user gets a role: `through group devs@Default, which has admin on domain Default (inherited), admin implies member`.
pub(super) fn chain(grants: &Grants, grant: &EffectiveGrant<'_>, chain: &Chain<'_>) -> String {
    let is_here = chain.granted_on == grant.place && !chain.is_inherited;
    let granted_on = if is_here { "there".to_owned() } else { format!("on {}", place(grants, chain.granted_on)) };
    let inherited = if chain.is_inherited { " (inherited)" } else { "" };
    let role = grants.role_name(chain.granted_role());
    let granted = match chain.group {
        Some(group) => format!("through group {}, which has {role} {granted_on}{inherited}", grants.group_name(group)),
        None if is_here && chain.roles.len() == 1 => "direct".to_owned(),
        None => format!("granted {role} {granted_on}{inherited}"),
    };
    let implied = chain.roles.windows(2).filter_map(|pair| match pair {
        [prior, implied] => Some(format!(", {} implies {}", grants.role_name(prior), grants.role_name(implied))),
        _ => None,
    });
    granted + &implied.collect::<String>()
}

/// Whether the output format has structured values, such as JSON.
pub(super) fn is_structured(options: &ArgMatches) -> bool {
    let format = options.try_get_one::<String>("format").ok().flatten();
    let is_about_json = |id: &&str| options.try_get_raw(id).ok().flatten().is_some();
    format.is_some_and(|it| ["json", "ndjson", "yaml"].contains(&it.as_str()))
        || ["json_fields", "jq"].iter().any(is_about_json)
}

/// The columns of [`cells`].
pub(super) fn columns(is_structured: bool) -> Vec<Column> {
    let id = |name| Column::long(name, is_structured);
    vec![
        "User".into(),
        "Role".into(),
        "Project".into(),
        "Domain".into(),
        "System".into(),
        id("User ID"),
        id("Role ID"),
        id("Project ID"),
        id("Domain ID"),
    ]
}

/// The user, role and place of a grant. There is no role if none is granted.
pub(super) fn cells(grants: &Grants, user: &str, role: Option<&str>, place: Place<&str>) -> Vec<Value> {
    let name = grants.place_name(place);
    let at = |is_here: bool| if is_here { Value::from(name.as_str()) } else { "".into() };
    let (project, domain) = match place {
        Place::System => (None, None),
        Place::Domain(id) => (None, Some(id)),
        Place::Project(id) => (Some(id), None),
    };
    vec![
        grants.user_name(user).into(),
        role.map(|it| grants.role_name(it)).unwrap_or_default().into(),
        at(project.is_some()),
        at(domain.is_some()),
        at(place == Place::System),
        user.into(),
        role.unwrap_or_default().into(),
        project.unwrap_or_default().into(),
        domain.unwrap_or_default().into(),
    ]
}

/// All ways to get a role: for people, one per line.
pub(super) fn chains(grants: &Grants, grant: &EffectiveGrant<'_>, is_structured: bool) -> Value {
    if is_structured {
        return Value::List(grant.chains.iter().map(|it| structure(grants, it)).collect());
    }
    let chains: Vec<_> = grant.chains.iter().map(|it| chain(grants, grant, it)).collect();
    if chains.is_empty() {
        return "not visible".into();
    }
    Value::Shown(chains.join("\n"), Box::new(chains.join("; ").into()))
}

fn structure(grants: &Grants, chain: &Chain<'_>) -> Value {
    let (kind, id) = match chain.granted_on {
        Place::System => ("system", None),
        Place::Domain(id) => ("domain", Some(id)),
        Place::Project(id) => ("project", Some(id)),
    };
    let roles = |name: &dyn Fn(&str) -> String| Value::List(chain.roles.iter().map(|it| name(it).into()).collect());
    Value::object([
        ("group", chain.group.map(|it| grants.group_name(it)).into()),
        ("group_id", chain.group.into()),
        ("granted_on", kind.into()),
        ("granted_on_name", grants.place_name(chain.granted_on).into()),
        ("granted_on_id", id.into()),
        ("inherited", chain.is_inherited.into()),
        ("roles", roles(&|it| grants.role_name(it))),
        ("role_ids", roles(&|it| it.to_owned())),
    ])
}
