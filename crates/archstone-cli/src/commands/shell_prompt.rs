//! `archstone prompt`: cloud, project and the time left, for the prompt of a shell.

use std::time::Duration;

use archstone::{
    Access, Client, Error, ErrorKind, ProjectRef, Result, Scope,
    config::{ExplainedValue, Explanation},
    text::printable,
};
use clap::{Arg, ArgMatches, Command};

use crate::{
    cells::scope_of,
    command::{Answers, Own, Spec},
    events,
    output::Answer,
    session::Session,
};

pub(super) const SPEC: Spec = Spec {
    words: &["prompt"],
    answers: Answers::Text,
    examples: "\
archstone prompt
archstone prompt --template '{project}@{region}'",
    more: "\
Prints nothing if no cloud is configured, and always exits with status 0. It sends nothing, runs no command and asks \
for nothing; the time left is missing if the password, which decrypts the cached token, is not configured. A template \
can hold {cloud}, {project}, {user}, {region} and {left}; the default is `{cloud}:{project} {left}`.

bash, in ~/.bashrc:
  PS1='$(archstone prompt) \\w \\$ '

zsh, in ~/.zshrc:
  precmd() { psvar[1]=$(archstone prompt) }; PROMPT='%1v %~ %# '

fish, in ~/.config/fish/functions/fish_right_prompt.fish:
  function fish_right_prompt; archstone prompt; end

starship, in ~/.config/starship.toml:
  [custom.archstone]
  command = \"archstone prompt\"
  when = true",
    work: &Own { describe, run },
};

fn describe() -> Command {
    Command::new("prompt").about("Print the cloud, project and time left for a shell prompt").arg(
        Arg::new("template")
            .long("template")
            .value_name("TEXT")
            .overrides_with("template")
            .help("The text to print, with {cloud}, {project}, {user}, {region} and {left} filled in"),
    )
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let template = options.get_one::<String>("template").map(String::as_str);
    let parts = template.map(parsed).transpose()?;
    // A warning before every prompt would not help.
    events::silence();
    let Some(segment) = known(session) else { return Ok(Answer::Text(String::new())) };
    let text = match parts {
        Some(parts) => parts.iter().map(|part| part.text(&segment)).collect::<String>(),
        None => {
            let place: Vec<_> = [&*segment.cloud, &*segment.project].into_iter().filter(|it| !it.is_empty()).collect();
            format!("{} {}", place.join(":"), segment.left)
        }
    };
    Ok(Answer::Text(format!("{}\n", printable(&text))))
}

/// The content of a segment; empty if nothing is known.
#[derive(Default)]
struct Segment {
    cloud: String,
    project: String,
    user: String,
    region: String,
    left: String,
}

/// `None` if no cloud is configured.
fn known(session: &Session<'_>) -> Option<Segment> {
    match session.builder().and_then(|builder| builder.unattended().build()) {
        Ok(client) => Some(of_client(&client)),
        // A secret is missing, or stored elsewhere.
        Err(_) => of_settings(&session.explain().ok()?),
    }
}

fn of_client(client: &Client) -> Segment {
    let config = client.config();
    let host = config.auth_url().and_then(|url| url.host_str());
    let mut segment = Segment {
        cloud: config.name().or(host).unwrap_or_default().to_owned(),
        project: of_scope(config.scope()),
        region: config.region().unwrap_or_default().to_owned(),
        ..Segment::default()
    };
    if let Some(access) = client.known_access() {
        segment.project = scope_of(&access);
        access.user_name().or(access.user_id()).unwrap_or_default().clone_into(&mut segment.user);
        segment.left = left(&access);
    }
    segment
}

fn of_settings(settings: &Explanation) -> Option<Segment> {
    let value = |name: &str| settings.values.iter().find(|it| it.name == name).map(ExplainedValue::shown);
    let first = |names: [&str; 2]| names.into_iter().find_map(value).unwrap_or_default();
    let url = value("auth_url").or_else(|| value("mgmt_url"))?;
    let host = || url.split("://").nth(1)?.split(['/', ':']).next().map(str::to_owned);
    Some(Segment {
        cloud: settings.cloud.clone().or_else(host).unwrap_or_default(),
        project: first(["project_name", "project_id"]),
        user: first(["username", "user_id"]),
        region: value("region_name").unwrap_or_default(),
        left: String::new(),
    })
}

fn of_scope(scope: &Scope) -> String {
    match scope {
        Scope::Project(ProjectRef::Name { name, .. }) => name.clone(),
        Scope::Project(ProjectRef::Id(id)) => id.clone(),
        Scope::System => "system".into(),
        Scope::Unscoped => "unscoped".into(),
        Scope::Domain(domain) => domain.to_string().replace('`', ""),
        _ => String::new(),
    }
}

/// `42m`, `3h`, `<1m`.
fn left(access: &Access) -> String {
    if access.is_expired() {
        return "expired".into();
    }
    let minutes = access.remaining().as_secs() / Duration::from_secs(60).as_secs();
    match minutes {
        0 => "<1m".into(),
        1..=119 => format!("{minutes}m"),
        _ => format!("{}h", minutes / 60),
    }
}

/// A piece of a template.
enum Part {
    Text(String),
    Name(fn(&Segment) -> &str),
}

impl Part {
    fn text<'a>(&'a self, segment: &'a Segment) -> &'a str {
        match self {
            Self::Text(text) => text,
            Self::Name(of) => of(segment),
        }
    }
}

type Named = (&'static str, fn(&Segment) -> &str);

const NAMES: [Named; 5] = [
    ("cloud", |it| &it.cloud),
    ("project", |it| &it.project),
    ("user", |it| &it.user),
    ("region", |it| &it.region),
    ("left", |it| &it.left),
];

fn parsed(template: &str) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, it)| Some((before, it.split_once('}')?)))
    {
        let Some((_, of)) = NAMES.iter().find(|(known, _)| *known == name) else {
            let message = format!("the template has `{{{}}}`, which is not a placeholder", printable(name));
            let names: Vec<_> = NAMES.iter().map(|(name, _)| format!("{{{name}}}")).collect();
            return Err(
                Error::new(ErrorKind::InvalidRequest, message).with_hint(format!("it can hold {}", names.join(", ")))
            );
        };
        parts.extend([Part::Text(before.to_owned()), Part::Name(*of)]);
        rest = after;
    }
    parts.push(Part::Text(rest.to_owned()));
    Ok(parts)
}
