//! `archstone project list`: the projects that the user can act in.

use archstone::{Project, Result};
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::{
    command::{Answers, Own, Spec},
    output::{Answer, Column},
    session::Session,
};

pub(super) const SPEC: Spec = Spec {
    words: &["project", "list"],
    answers: Answers::List,
    examples: "\
archstone project list
archstone project list --long --sort-column Name",
    more: "",
    work: &Own { describe, run },
};

fn describe() -> Command {
    Command::new("list").about("List the projects that you have a role in").args([
        Arg::new("mine")
            .long("mine")
            .alias("my-projects")
            .action(ArgAction::SetTrue)
            .help("Your own projects (default); `openstack` calls it `--my-projects`"),
        Arg::new("long")
            .long("long")
            .action(ArgAction::SetTrue)
            .help("Also show domain, description, and whether it is enabled"),
    ])
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let long = |name| Column::long(name, options.get_flag("long"));
    let columns = ["ID".into(), "Name".into(), long("Domain ID"), long("Description"), long("Enabled")];
    Ok(Answer::list(columns, session.client()?.projects()?.iter().map(row)))
}

fn row(project: &Project) -> Vec<crate::output::Value> {
    vec![
        project.id.as_str().into(),
        project.name.as_str().into(),
        project.domain_id.as_deref().into(),
        project.description.as_deref().into(),
        project.enabled.into(),
    ]
}
