//! `archstone config trust`: trusts a configuration file in a working directory.

use std::path::PathBuf;

use archstone::{
    Error, ErrorKind, Result,
    config::{distrust, trust, untrusted},
    host::Host,
};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::{
    command::{Answers, OwnChange, Spec},
    output::Answer,
    session::Session,
};

pub(in crate::commands) const SPEC: Spec = Spec {
    words: &["config", "trust"],
    answers: Answers::Text,
    examples: "\
archstone config trust                  (the files of the working folder)
archstone config trust project/clouds.yaml
archstone config trust --remove project/clouds.yaml",
    more: "\
Anyone may have put a clouds.yaml into the working folder, for instance into a repository. Until you trust it, it may
neither run commands nor read files for secrets. Read it first. The path, the owner and the digest of the file are kept
in your own folder for configuration: a file that changes must be trusted again.",
    work: &OwnChange { describe, run },
};

fn describe() -> Command {
    Command::new("trust").about("Trust a configuration file of a working folder").args([
        Arg::new("file")
            .value_name("FILE")
            .num_args(0..)
            .value_parser(value_parser!(PathBuf))
            .help("The file [default: those of the working folder]"),
        Arg::new("remove").long("remove").action(ArgAction::SetTrue).requires("file").help("Stop trusting it"),
    ])
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let host = Host::default();
    let mut files: Vec<PathBuf> = options.get_many("file").into_iter().flatten().cloned().collect();
    if files.is_empty() {
        files = untrusted(&host);
    }
    if files.is_empty() {
        return Err(Error::new(ErrorKind::NotFound, "there is no untrusted configuration file in the working folder")
            .with_hint("`archstone config path` lists the files in use"));
    }
    let mut changed = String::new();
    for file in &files {
        if session.only_says(|| {
            let what = if options.get_flag("remove") { "stop trusting" } else { "trust" };
            format!("would {what} `{}`", file.display())
        }) {
            continue;
        }
        if options.get_flag("remove") {
            if !distrust(file, &host)? {
                return Err(Error::new(ErrorKind::NotFound, format!("`{}` is not trusted", file.display())));
            }
        } else {
            trust(file, &host)?;
        }
        changed.push_str(&format!("{}\n", file.display()));
    }
    Ok(Answer::Text(changed))
}
