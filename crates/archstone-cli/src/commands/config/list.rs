//! `archstone config list`: the clouds that files name, and their regions.

use archstone::{Result, config::clouds, host::Host};
use clap::{ArgMatches, Command};

use crate::{
    command::{Answers, Own, Spec},
    output::{Answer, Value},
    session::Session,
};

pub(in crate::commands) const SPEC: Spec = Spec {
    words: &["config", "list"],
    answers: Answers::List,
    examples: "\
archstone config list
archstone config list -f value -c cloud",
    more: "",
    work: &Own { describe, run },
};

fn describe() -> Command {
    Command::new("list").about("List the clouds of clouds.yaml with their regions")
}

fn run(_session: &Session<'_>, _options: &ArgMatches) -> Result<Answer> {
    let rows = clouds(&Host::default())?.into_iter().map(|cloud| {
        let list = |words: Vec<String>| {
            let items = words.iter().map(|word| Value::from(word.clone())).collect();
            Value::Shown(words.join(", "), Box::new(Value::List(items)))
        };
        let files = cloud.files.iter().map(|path| path.display().to_string()).collect();
        vec![cloud.name.into(), list(cloud.regions), cloud.profile.into(), list(files)]
    });
    Ok(Answer::list(["Cloud", "Regions", "Profile", "Files"], rows))
}
