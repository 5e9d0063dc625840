//! `archstone configuration show`: the effective configuration, with `openstack`'s names for it.

use archstone::{Result, config::Origin};

use crate::{
    command::{Answers, Changes, Spec},
    output::{Answer, Name, Value},
    resource::{Request, Special, switch},
};

pub(super) const SPEC: Spec = SHOW.command(
    &["configuration", "show"],
    Answers::Show,
    "archstone configuration show\narchstone configuration show -f value -c region_name",
);

static SHOW: Special = Special {
    about: "Show the effective configuration, as `openstack` does; see also `archstone config show`",
    arguments: &[
        switch("mask", "Hide secrets (default)").against(&["unmask"]),
        switch("unmask", "Show secrets").against(&["mask"]),
    ],
    changes: Changes::Nothing,
    run: show,
};

/// The options that belong to the section `auth` of a cloud.
const OF_LOGIN: [&str; 22] = [
    "auth_url",
    "username",
    "user_id",
    "user_domain_id",
    "user_domain_name",
    "password",
    "project_id",
    "project_name",
    "project_domain_id",
    "project_domain_name",
    "domain_id",
    "domain_name",
    "system_scope",
    "trust_id",
    "token",
    "default_domain_id",
    "default_domain_name",
    "application_credential_id",
    "application_credential_name",
    "application_credential_secret",
    "passcode",
    "token_id",
];

fn show(request: &Request<'_>) -> Result<Answer> {
    let explanation = request.session.explain()?;
    let mut fields: Vec<(Name, Value)> = vec![
        ("auth_type".into(), "password".into()),
        ("cacert".into(), Value::None),
        ("cert".into(), Value::None),
        ("default_domain".into(), "default".into()),
        ("identity_api_version".into(), "3".into()),
        ("interface".into(), "public".into()),
        ("key".into(), Value::None),
        ("verify".into(), true.into()),
    ];
    for value in &explanation.values {
        // For some login options, `openstack` has options outside `auth`, which variables set.
        let is_top = matches!(value.origin, Origin::Variable(_))
            && ["auth_url", "username", "password"].contains(&value.name.as_str());
        let name = match value.name.as_str() {
            name if OF_LOGIN.contains(&name) && !is_top => format!("auth.{name}"),
            name => name.to_owned(),
        };
        let shown = match value.value().expose() {
            _ if value.secret && !request.is_on("unmask") => "<redacted>".into(),
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            text => text.into(),
        };
        fields.retain(|(it, _)| *it != name);
        fields.push((name.into(), shown));
    }
    if let Some(cloud) = &explanation.cloud {
        fields.retain(|(it, _)| it != "cloud");
        fields.push(("cloud".into(), cloud.as_str().into()));
    }
    fields.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(Answer::Show(fields))
}
