//! `archstone completion`: what a shell needs to complete the command line.

use archstone::Result;
use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;

use crate::{
    command::{Answers, Own, Spec},
    output::Answer,
    session::Session,
};

pub(super) const SPEC: Spec = Spec {
    words: &["completion"],
    answers: Answers::Text,
    examples: "\
archstone completion bash > ~/.local/share/bash-completion/completions/archstone
archstone completion zsh > ~/.zfunc/_archstone
archstone completion fish > ~/.config/fish/completions/archstone.fish",
    more: "",
    work: &Own { describe, run },
};

fn describe() -> Command {
    Command::new("completion")
        .about("Print a completion script for a shell")
        .arg(Arg::new("shell").value_name("SHELL").required(true).value_parser(value_parser!(Shell)).help("The shell"))
}

#[expect(clippy::unnecessary_wraps, reason = "other commands can fail")]
fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let mut script = Vec::new();
    if let Some(shell) = options.get_one::<Shell>("shell") {
        clap_complete::generate(*shell, &mut session.command_line(), "archstone", &mut script);
    }
    let script = String::from_utf8_lossy(&script).into_owned();
    Ok(Answer::Text(match options.get_one::<Shell>("shell") {
        Some(Shell::Bash) => words_before_options(&script),
        Some(Shell::PowerShell) => script.replace("$completions.Where{", "$completions | Where-Object {").replace(
            "Sort-Object -Property ListItemText",
            "Sort-Object -Property @({ $_.CompletionText.StartsWith('-') }, 'ListItemText')",
        ),
        _ => script,
    }))
}

/// bash's script offers options only for a word that begins with a hyphen, as those of zsh and fish do. Placeholders
/// such as `[SERVICE]` are not offered: file names are.
fn words_before_options(script: &str) -> String {
    let mut out = String::new();
    for line in script.lines() {
        out.push_str(line);
        out.push('\n');
        let Some(all) = line.trim_start().strip_prefix("opts=\"").and_then(|rest| rest.strip_suffix('"')) else {
            continue;
        };
        let (options, words): (Vec<&str>, Vec<&str>) = all.split(' ').partition(|word| word.starts_with('-'));
        let words: Vec<&str> = words.into_iter().filter(|word| !word.contains(['[', '<', '.'])).collect();
        let indent = &line[..line.len() - line.trim_start().len()];
        out.push_str(&format!("{indent}if [[ ${{cur}} == -* ]] ; then opts=\"{}\" ; ", options.join(" ")));
        out.push_str(&format!("else opts=\"{}\" ; fi\n", words.join(" ")));
    }
    out
}
