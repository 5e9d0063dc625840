//! `archstone env`: a cloud's settings as shell variables.

use archstone::{Error, ErrorKind, Result, Secret, host::Host};
use clap::{Arg, ArgMatches, Command};

use crate::{
    command::{Answers, Own, Spec},
    output::Answer,
    session::Session,
};

pub(super) const SPEC: Spec = Spec {
    words: &["env"],
    answers: Answers::Text,
    examples: "\
eval \"$(archstone --os-cloud mycloud env)\"
archstone --os-cloud mycloud env --shell fish | source
archstone --cloud mycloud env --shell powershell | Out-String | Invoke-Expression",
    more: "\
The variables include secrets. Variables that begin with `OS_` and are not of this cloud are unset. Names that are \
not upper-case letters, digits and underscores are left out.",
    work: &Own { describe, run },
};

fn describe() -> Command {
    Command::new("env").about("Print a cloud's settings as shell variables").arg(
        Arg::new("shell")
            .long("shell")
            .value_name("SHELL")
            .value_parser(["bash", "fish", "powershell"])
            .default_value("bash")
            .overrides_with("shell")
            .help("The shell; `bash` is right for sh, dash, zsh and ksh, too"),
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
    let present = Host::default().cloud_variables();
    let is_of_another = |name: &&str| name.starts_with("OS_") && !variables.iter().any(|(it, _)| it == name);
    for name in present.iter().filter_map(|name| name.to_str()).filter(is_name).filter(is_of_another) {
        text.push_str(&shell.unset(name));
    }
    for (name, value) in variables.iter().filter(|(name, _)| is_name(&name.as_str())) {
        if value.expose().contains('\0') {
            return Err(Error::new(ErrorKind::InvalidConfig, format!("`{name}` holds a NUL character"))
                .with_hint("an environment variable cannot hold one: correct the option in clouds.yaml"));
        }
        text.push_str(&shell.set(name, value));
    }
    Ok(Answer::Text(text))
}

/// Whether a shell reads this as a variable name and nothing else. Names come from the environment and from keys of
/// `clouds.yaml`, and a shell runs the output.
fn is_name(name: &&str) -> bool {
    let is_letter = |c: char| c.is_ascii_uppercase() || c == '_';
    name.starts_with(is_letter) && name.chars().all(|c| is_letter(c) || c.is_ascii_digit())
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
            // In PowerShell, curly quotes end a string, too.
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
    fn only_names_are_printed() {
        for name in ["OS_A", "_", "OS_2", "ARCHSTONE_X"] {
            assert!(is_name(&name), "{name}");
        }
        for other in ["", "2A", "os_a", "OS_A;touch pwn;", "OS_A B", "OS_A\n", "OS_É", "OS_A-B", "OS_$(id)", "OS_A="] {
            assert!(!is_name(&other), "{other}");
        }
    }

    #[test]
    fn no_value_is_more_than_a_value() {
        let value = Secret::from("a'b\\c $(d) \u{2019}`");
        assert_eq!(Shell::Bash.set("X", &value), "export X='a'\\''b\\c $(d) \u{2019}`'\n");
        assert_eq!(Shell::Fish.set("X", &value), "set -gx X 'a\\'b\\\\c $(d) \u{2019}`'\n");
        assert_eq!(Shell::Power.set("X", &value), "$env:X = 'a''b\\c $(d) \u{2019}\u{2019}`'\n");
    }
}
