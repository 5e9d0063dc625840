//! `archstone config fetch-profile`: a vendor's settings for its cloud, saved.

use archstone::{
    Result, blocking,
    config::{ConfigFile, Family},
    host::Host,
};
use clap::{Arg, ArgMatches, Command};

use super::files::save;
use crate::{
    command::{Answers, OwnChange, Spec},
    output::Answer,
    session::Session,
};

pub(in crate::commands) const SPEC: Spec = Spec {
    words: &["config", "fetch-profile"],
    answers: Answers::Text,
    examples: "archstone config fetch-profile https://vexxhost.com",
    more: "\
A cloud with `profile: https://vexxhost.com` uses the profile in clouds-public.yaml as a base. \
Profiles are never fetched implicitly, and nothing in a profile is run.",
    work: &OwnChange { describe, run },
};

fn describe() -> Command {
    Command::new("fetch-profile")
        .about("Fetch a vendor profile into clouds-public.yaml")
        .arg(Arg::new("address").value_name("URL").required(true).help("The vendor's address"))
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let address = options.get_one::<String>("address").map_or("", String::as_str);
    let host = Host::default();
    let profile = blocking::fetch_profile(address, session.builder()?.transport()?, &host)?;
    let mut file = ConfigFile::of(Family::Public, &host)?;
    file.set_profile(&profile)?;
    save(session, &file)?;
    Ok(Answer::Text(format!("{}\n", file.path().display())))
}
