//! `archstone config import-openrc`: an openrc file becomes a cloud of clouds.yaml.

use std::{
    fs,
    io::{self, Read},
};

use archstone::{
    Error, ErrorKind, Result, Secret,
    config::{ConfigFile, Family, read_openrc},
    host::Host,
};
use clap::{Arg, ArgMatches, Command};

use super::files::cloud;
use crate::{
    command::{Answers, Spec},
    events::warning,
    output::Answer,
    session::Session,
};

pub(in crate::commands) const SPEC: Spec = Spec {
    words: &["config", "import-openrc"],
    answers: Answers::Text,
    describe,
    more: "\
Nothing in the file is run. What it asks for, such as a password, is left out.

Examples:
  archstone config import-openrc mycloud demo-openrc.sh
  archstone config set mycloud password",
    run,
};

fn describe() -> Command {
    Command::new("import-openrc").about("Make a cloud of clouds.yaml from what an openrc file exports").args([
        cloud(),
        Arg::new("file").value_name("FILE").required(true).help("The openrc file; `-` is standard input"),
    ])
}

fn run(_session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let text = |id: &str| options.get_one::<String>(id).map_or("", String::as_str);
    let (cloud, path) = (text("of_cloud"), text("file"));
    let read = match path {
        "-" => io::read_to_string(io::stdin().lock().by_ref()),
        path => fs::read_to_string(path),
    };
    let invalid = |message: String| Error::new(ErrorKind::InvalidConfig, message);
    let content = Secret::from(read.map_err(|error| invalid(format!("cannot read `{path}`: {error}")))?);
    let openrc = read_openrc(content.expose());
    if openrc.options.is_empty() {
        return Err(invalid(format!("`{path}` exports no `OS_*` variable that is an option")));
    }
    let mut file = ConfigFile::of(Family::Clouds, &Host::default())?;
    if file.clouds().iter().any(|it| it == cloud) {
        return Err(invalid(format!("there is a cloud `{cloud}` in `{}` already", file.path().display()))
            .with_hint("take another name, or remove the cloud first"));
    }
    for (option, value) in &openrc.options {
        file.set(cloud, option, value.expose())?;
    }
    file.save()?;
    for variable in &openrc.open {
        warning!("`{variable}` is what the file asks for when it runs: set it with `archstone config set {cloud}`");
    }
    for variable in &openrc.unknown {
        warning!("`{variable}` is no option, and left out");
    }
    Ok(Answer::Text(format!("{}\n", file.path().display())))
}
