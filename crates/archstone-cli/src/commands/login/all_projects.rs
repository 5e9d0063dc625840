//! `archstone login --all-projects`: a cloud of clouds.yaml for each project and region.

use std::{
    collections::BTreeSet,
    io::{self, IsTerminal},
};

use archstone::{
    Access, AuthMethod, Error, ErrorKind, Project, Result,
    blocking::Client,
    config::{ConfigFile, Family, OptionSpec},
    host::Host,
};

use crate::{
    console, input,
    output::{Answer, Value},
    prompt,
    session::Session,
};

/// Other options that are part of the cloud's own scope, and not copied to the new ones.
const BESIDE_SCOPE: [&str; 3] = ["region_name", "default_domain_id", "default_domain_name"];

pub(super) struct How {
    pub(super) is_accepted: bool,
    pub(super) is_preview: bool,
}

/// A cloud to be added.
struct New {
    name: String,
    project: Project,
    region: Option<String>,
    is_there: bool,
}

pub(super) fn add(
    session: &Session<'_>,
    client: &Client,
    access: &Access,
    named: Option<&str>,
    how: &How,
) -> Result<Answer> {
    let cloud = client.asynchronous().config().name().ok_or_else(|| {
        Error::new(ErrorKind::NotConfigured, "the new clouds need the credentials of a cloud in clouds.yaml")
            .with_hint("name one: `archstone login CLOUD --all-projects`")
    })?;
    let spec = client.asynchronous().config().method().map(AuthMethod::spec);
    // If the login continues to another cloud, the projects are those of that cloud.
    let prefix = spec.map_or("", |spec| spec.scope_prefix);
    let is_of_scope = |it: &&OptionSpec| if prefix.is_empty() { it.is_of_scope() } else { it.name.starts_with(prefix) };
    let project_id = format!("{prefix}project_id");
    if let Some(why) = spec.and_then(|spec| spec.scopeless) {
        return Err(Error::new(ErrorKind::ScopeConflict, format!("this login is for one project only: {why}")));
    }
    let projects: Vec<_> = client.projects()?.iter().filter(|project| project.enabled).cloned().collect();
    let regions = regions(session, access, &projects, named, &project_id)?;
    let host = Host::default();
    let mut files = Vec::new();
    for family in [Family::Clouds, Family::Secure] {
        let file = ConfigFile::of(family, &host)?;
        if family == Family::Clouds || file.clouds().iter().any(|it| it == cloud) {
            files.push(file);
        }
    }
    let new = new_clouds(cloud, &projects, &regions, &files);
    for it in new.iter().filter(|it| !it.is_there) {
        for file in &mut files {
            file.copy(cloud, &it.name)?;
            let of_scope = OptionSpec::all().filter(is_of_scope).map(|it| it.name);
            let beside = BESIDE_SCOPE.into_iter().filter(|it| prefix.is_empty() || *it == "region_name");
            for option in of_scope.chain(beside) {
                file.unset(&it.name, option)?;
            }
        }
        let file = &mut files[0];
        file.set(&it.name, &project_id, &it.project.id)?;
        if let Some(region) = &it.region {
            file.set(&it.name, "region_name", region)?;
        }
        if prefix.is_empty() {
            keep_user_domain(access, file, &it.name)?;
        }
    }
    let diff: String = files
        .iter()
        .map(|file| (file.path().display(), file.diff()))
        .filter(|(_, diff)| !diff.is_empty())
        .map(|(path, diff)| format!("{path}\n{diff}"))
        .collect();
    if how.is_preview {
        return Ok(Answer::told(if diff.is_empty() { nothing() } else { diff }, answer(&new, false)));
    }
    let is_written = !diff.is_empty();
    if is_written {
        if !how.is_accepted {
            confirm(&diff)?;
        }
        for file in &files {
            file.save()?;
        }
    }
    Ok(if is_written { answer(&new, true) } else { Answer::told(nothing(), answer(&new, false)) })
}

fn nothing() -> String {
    "Each project and region has a cloud already.\n".to_owned()
}

/// Sets the user's domain: without the project's domain, `default` would be used for the user name.
fn keep_user_domain(access: &Access, file: &mut ConfigFile, name: &str) -> Result<()> {
    let has = |option: &str| file.has(name, option);
    if has("username")
        && !has("user_domain_id")
        && !has("user_domain_name")
        && let Some(id) = access.user_domain_id()
    {
        file.set(name, "user_domain_id", id)?;
    }
    Ok(())
}

fn confirm(diff: &str) -> Result<()> {
    if !input::is_terminal() || !io::stderr().is_terminal() {
        return Err(Error::new(
            ErrorKind::InvalidRequest,
            "nothing was written: there is no terminal to ask for confirmation",
        )
        .with_hint("`--dry-run` shows the changes, and `--yes` writes them"));
    }
    console::tell(diff);
    let agrees =
        prompt::line("Write this? [y/N] ")?.is_some_and(|it| ["y", "yes"].contains(&it.to_lowercase().as_str()));
    if agrees { Ok(()) } else { Err(Error::new(ErrorKind::InvalidRequest, "nothing was written")) }
}

/// The regions of the catalog, sorted; for an unscoped login, of the first project's catalog.
fn regions(
    session: &Session<'_>,
    access: &Access,
    projects: &[Project],
    named: Option<&str>,
    project_id: &str,
) -> Result<Vec<String>> {
    let of = |access: &Access| -> Option<Vec<String>> {
        let endpoints = access.catalog()?.services().iter().flat_map(archstone::Service::endpoints);
        let regions: BTreeSet<_> = endpoints.filter_map(|it| it.region().map(str::to_owned)).collect();
        Some(regions.into_iter().collect())
    };
    if let Some(regions) = of(access) {
        return Ok(regions);
    }
    let Some(first) = projects.first() else { return Ok(Vec::new()) };
    let client = session
        .builder_of(named)?
        .option(project_id, &*first.id)
        .option("include_catalog", "true")
        .build()
        .map(Client::from)?;
    Ok(of(&*client.authenticate()?).unwrap_or_default())
}

/// Names each cloud after the original cloud, the project and, if there are several, the region.
fn new_clouds(cloud: &str, projects: &[Project], regions: &[String], files: &[ConfigFile]) -> Vec<New> {
    let there: BTreeSet<String> = files.iter().flat_map(ConfigFile::clouds).collect();
    let none = [None];
    let some: Vec<_> = regions.iter().cloned().map(Some).collect();
    let regions = if some.is_empty() { &none[..] } else { &some[..] };
    let mut new = Vec::new();
    for project in projects {
        // Two domains may have projects with the same name.
        let is_alone = projects.iter().filter(|it| it.name == project.name).count() == 1;
        let called = if is_alone { project.name.clone() } else { format!("{}-{}", project.name, project.id) };
        for region in regions {
            let name = match region {
                Some(region) if regions.len() > 1 => format!("{cloud}-{called}-{region}"),
                _ => format!("{cloud}-{called}"),
            };
            let is_there = there.contains(&name);
            new.push(New { name, project: project.clone(), region: region.clone(), is_there });
        }
    }
    new
}

fn answer(new: &[New], is_written: bool) -> Answer {
    let row = |it: &New| -> Vec<Value> {
        vec![
            it.name.clone().into(),
            it.project.name.clone().into(),
            it.project.id.clone().into(),
            it.region.clone().map_or(Value::None, Into::into),
            (is_written && !it.is_there).into(),
        ]
    };
    Answer::list(["cloud", "project", "project_id", "region", "written"], new.iter().map(row))
}
