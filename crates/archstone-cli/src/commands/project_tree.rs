//! `archstone project tree`: domains and projects, each below what it belongs to.

use std::collections::{HashMap, HashSet};

use archstone::{ErrorKind, Project, Result, blocking::Client};
use clap::{Arg, ArgMatches, Command};

use crate::{
    command::{Answers, Own, Spec},
    drawing::{self, Branch},
    events::warning,
    output::{Answer, Value},
    session::Session,
};

pub(super) const SPEC: Spec = Spec {
    words: &["project", "tree"],
    answers: Answers::List,
    examples: "\
archstone project tree
archstone project tree --domain acme
archstone project tree --dot | dot -Tpdf > projects.pdf
archstone project tree --html > projects.html",
    more: "\
Shows all projects to those who may list them, and your own to others.",
    work: &Own { describe, run },
};

fn describe() -> Command {
    Command::new("tree")
        .about("Draw domains and projects as a tree")
        .arg(Arg::new("domain").long("domain").value_name("DOMAIN").help("Only this domain (name or ID)"))
        .args(drawing::form_options())
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let client = session.client()?;
    let (domains, projects) = known(client)?;
    let wanted = options.get_one::<String>("domain").map(String::as_str);
    let is_wanted = |id: &str, domain: &Domain| wanted.is_none_or(|it| it == id || it == domain.name);
    let mut roots: Vec<_> = domains.iter().filter(|(id, domain)| is_wanted(id, domain)).collect();
    if let (Some(wanted), true) = (wanted, roots.is_empty()) {
        // Fails with the usual error, which suggests similar names.
        client.wait(client.identity().domains().list().find(wanted))?;
    }
    roots.sort_by(|one, other| (&one.1.name, one.0).cmp(&(&other.1.name, other.0)));
    let tree = Tree::new(&domains, &projects);
    let (mut branches, mut rows) = (Vec::new(), Vec::new());
    for (id, domain) in roots {
        let mut root = branch(format!("domain {}", domain.name), domain.is_enabled);
        rows.push(row(0, id, &domain.name, "", None, domain.is_enabled));
        root.below = tree.below(id, &domain.name, 1, &mut rows);
        branches.push(root);
    }
    let columns = ["Name", "ID", "Domain", "Parent ID", "Depth", "Enabled"];
    drawing::answer(&branches, "Projects", Answer::list(columns, rows), options)
}

struct Domain {
    name: String,
    is_enabled: bool,
}

/// The visible domains and projects: all of them, or those where the user has a role.
fn known(client: &Client) -> Result<(HashMap<String, Domain>, Vec<Project>)> {
    let identity = client.identity();
    let (projects, is_own) = match client.wait(identity.projects().list().all()) {
        Err(error) if error.kind() == ErrorKind::Forbidden => (client.projects()?.to_vec(), true),
        projects => (projects?, false),
    };
    let found = match client.wait(identity.domains().list().all()) {
        Err(error) if error.kind() == ErrorKind::Forbidden => client.wait(identity.auth().domains().all())?,
        domains => domains?,
    };
    if is_own {
        warning!("you may not list all projects: only those where you have a role are shown");
    }
    let mut domains: HashMap<_, _> =
        found.into_iter().map(|it| (it.id, Domain { name: it.name, is_enabled: it.enabled })).collect();
    // The token contains the names of some domains; the others have no name here.
    let access = client.access()?;
    for (id, name) in [
        (access.domain_id(), access.domain_name()),
        (access.project_domain_id(), access.project_domain_name()),
        (access.user_domain_id(), access.user_domain_name()),
    ] {
        let Some((id, name)) = id.zip(name).filter(|(id, _)| is_needed(&projects, id)) else { continue };
        domains.entry(id.to_owned()).or_insert_with(|| Domain { name: name.to_owned(), is_enabled: true });
    }
    for id in projects.iter().filter_map(|it| it.domain_id.as_ref()) {
        domains.entry(id.clone()).or_insert_with(|| Domain { name: id.clone(), is_enabled: true });
    }
    Ok((domains, projects))
}

fn is_needed(projects: &[Project], domain: &str) -> bool {
    projects.iter().any(|it| it.domain_id.as_deref() == Some(domain))
}

struct Tree<'a> {
    below: HashMap<&'a str, Vec<&'a Project>>,
}

impl<'a> Tree<'a> {
    fn new(domains: &'a HashMap<String, Domain>, projects: &'a [Project]) -> Self {
        let ids: HashMap<&str, &Project> = projects.iter().map(|it| (it.id.as_str(), it)).collect();
        let mut below: HashMap<&str, Vec<&Project>> = HashMap::new();
        for project in projects {
            let domain = project.domain_id.as_deref().unwrap_or_default();
            let parent = project.parent_id.as_deref().unwrap_or(domain);
            // If its parent is not visible, or part of a cycle, it is shown at the top.
            let is_known = domains.contains_key(parent) || ids.contains_key(parent) && is_way_up(project, &ids);
            below.entry(if is_known { parent } else { domain }).or_default().push(project);
        }
        for projects in below.values_mut() {
            projects.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        }
        Self { below }
    }

    fn below(&self, parent: &str, domain: &str, depth: i64, rows: &mut Vec<Vec<Value>>) -> Vec<Branch> {
        let below = self.below.get(parent).into_iter().flatten().map(|project| {
            rows.push(row(depth, &project.id, &project.name, domain, project.parent_id.as_deref(), project.enabled));
            let mut branch = branch(project.name.clone(), project.enabled);
            branch.below = self.below(&project.id, domain, depth + 1, rows);
            branch
        });
        below.collect()
    }
}

/// Whether the chain of parents ends, and is not a cycle.
fn is_way_up(project: &Project, ids: &HashMap<&str, &Project>) -> bool {
    let (mut seen, mut next) = (HashSet::new(), Some(project));
    while let Some(project) = next {
        if !seen.insert(project.id.as_str()) {
            return false;
        }
        next = project.parent_id.as_deref().and_then(|it| ids.get(it)).copied();
    }
    true
}

fn branch(name: String, is_enabled: bool) -> Branch {
    let label = if is_enabled { name } else { format!("{name} (disabled)") };
    Branch { is_faint: !is_enabled, ..Branch::new(label) }
}

fn row(depth: i64, id: &str, name: &str, domain: &str, parent: Option<&str>, is_enabled: bool) -> Vec<Value> {
    vec![name.into(), id.into(), domain.into(), parent.into(), Value::Integer(depth), is_enabled.into()]
}
