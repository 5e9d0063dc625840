//! `archstone env`: a cloud as variables of a shell.

use archstone::{Result, Secret, host::Host};
use clap::{Arg, ArgMatches, Command};

use crate::{
    command::{Answers, Spec},
    output::Answer,
    session::Session,
};

pub(super) const SPEC: Spec = Spec {
    words: &["env"],
    answers: Answers::Text,
    describe,
    more: "\
Secrets are among the variables. Variables of another cloud that are set are unset.

Examples:
  eval \"$(archstone --os-cloud mycloud env)\"
  archstone --os-cloud mycloud env --shell fish | source
  archstone --os-cloud mycloud env --shell powershell | Out-String | Invoke-Expression",
    run,
};

fn describe() -> Command {
    Command::new("env").about("Print a cloud as variables for a shell, to log in with other programs").arg(
        Arg::new("shell")
            .long("shell")
            .value_name("SHELL")
            .value_parser(["bash", "fish", "powershell"])
            .default_value("bash")
            .overrides_with("shell")
            .help("For which shell; `bash` serves for sh, zsh and ksh, too"),
    )
}

fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let shell = match options.get_one::<String>("shell").map(String::as_str) {
        Some("fish") => Shell::Fish,
        Some("powershell") => Shell::Power,
        _ => Shell::Bash,
    };
    let variables = session.builder()?.to_environment()?;
    let mut text = String::new();
    for name in Host::default().cloud_variables() {
        if !variables.iter().any(|(it, _)| *it == name) {
            text.push_str(&shell.unset(&name));
        }
    }
    for (name, value) in &variables {
        text.push_str(&shell.set(name, value));
    }
    Ok(Answer::Text(text))
}

#[derive(Clone, Copy)]
enum Shell {
    Bash,
    Fish,
    /// PowerShell.
    Power,
}

impl Shell {
    fn set(self, name: &str, value: &Secret) -> String {
        let value = value.expose();
        match self {
            Self::Bash => format!("export {name}='{}'\n", value.replace('\'', r"'\''")),
            Self::Fish => format!("set -gx {name} '{}'\n", value.replace('\\', r"\\").replace('\'', r"\'")),
            // Curly quotes end a string there, too.
            Self::Power => {
                let quotes = ['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'];
                let doubled =
                    value.chars().flat_map(|c| std::iter::repeat_n(c, if quotes.contains(&c) { 2 } else { 1 }));
                format!("$env:{name} = '{}'\n", doubled.collect::<String>())
            }
        }
    }

    fn unset(self, name: &str) -> String {
        match self {
            Self::Bash => format!("unset {name}\n"),
            Self::Fish => format!("set -e {name}\n"),
            Self::Power => format!("Remove-Item Env:{name}\n"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_is_more_than_a_value() {
        let value = Secret::from("a'b\\c $(d) \u{2019}`");
        assert_eq!(Shell::Bash.set("X", &value), "export X='a'\\''b\\c $(d) \u{2019}`'\n");
        assert_eq!(Shell::Fish.set("X", &value), "set -gx X 'a\\'b\\\\c $(d) \u{2019}`'\n");
        assert_eq!(Shell::Power.set("X", &value), "$env:X = 'a''b\\c $(d) \u{2019}\u{2019}`'\n");
    }
}
