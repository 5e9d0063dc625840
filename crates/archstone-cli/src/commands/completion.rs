//! `archstone completion …`: completion scripts for shells.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use archstone::{Error, ErrorKind, Result, host::Host, text::shell_word};
use clap::{Arg, ArgAction, ArgMatches, Command, builder::PossibleValuesParser};

use crate::{
    command::{Answers, Own, Spec},
    output::Answer,
    session::Session,
    shells::{SHELLS, Shell},
};

pub(super) const SPEC: Spec = Spec {
    words: &["completion"],
    answers: Answers::Text,
    examples: "\
archstone completion install
archstone completion bash > ~/.local/share/bash-completion/completions/archstone
archstone completion zsh > ~/.zfunc/_archstone
archstone completion powershell --program openstack",
    more: "\
Completes commands, options and their values, the clouds of clouds.yaml, and the names of users, projects, roles, \
domains and so on from the cloud. Names are requested with the cached token, and reused for a minute. Completion never \
prompts, and takes at most 0.3 seconds.",
    work: &Own { describe, run },
};

pub(super) const INSTALL: Spec = Spec {
    words: &["completion", "install"],
    answers: Answers::Text,
    examples: "\
archstone completion install
archstone completion install zsh --dry-run
archstone completion install bash --program openstack",
    more: "\
Writes the script to the shell's completion folder, and prints any remaining steps. Running it again updates the script.",
    work: &Own { describe: || of_file("install", "Install completion for a shell"), run: install },
};

pub(super) const UNINSTALL: Spec = Spec {
    words: &["completion", "uninstall"],
    answers: Answers::Text,
    examples: "archstone completion uninstall\narchstone completion uninstall fish",
    more: "",
    work: &Own { describe: || of_file("uninstall", "Remove what `completion install` wrote"), run: uninstall },
};

/// Where the package bash-completion may be installed. It reads the folder; bash itself does not.
const PACKAGE: [&str; 4] = ["/usr/share", "/usr/local/share", "/opt/homebrew/share", "/run/current-system/sw/share"];

/// The part of a script that identifies it as ours.
const MARK: &str = "# archstone completion for ";

fn shell() -> Arg {
    let names = SHELLS.map(|(name, _)| name);
    Arg::new("shell").value_name("SHELL").value_parser(PossibleValuesParser::new(names))
}

fn program() -> Arg {
    Arg::new("program")
        .long("program")
        .value_name("NAME")
        .value_parser(["archstone", "openstack"])
        .hide_possible_values(true)
        .overrides_with("program")
        .help("Complete `archstone` (default), or `openstack` where that is a link to archstone")
}

fn describe() -> Command {
    Command::new("completion")
        .about("Print a completion script for a shell, or install it")
        .subcommand_negates_reqs(true)
        .args([shell().required(true).help("The shell"), program()])
}

fn of_file(name: &'static str, about: &'static str) -> Command {
    Command::new(name).about(about).args([
        shell().help("The shell [default: by the variable SHELL]"),
        program(),
        // Not the `dry_run` of commands that change the cloud.
        Arg::new("only_show")
            .long("dry-run")
            .action(ArgAction::SetTrue)
            .help("Change nothing: show what would be done"),
    ])
}

#[expect(clippy::unnecessary_wraps, reason = "other commands can fail")]
fn run(_: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let shell = text(options, "shell").and_then(Shell::named);
    Ok(Answer::Text(shell.map(|it| it.script(program_of(options))).unwrap_or_default()))
}

fn install(_: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let host = Host::default();
    let shell = chosen(options, &host)?;
    let place = Place::of(shell, program_of(options), &host)?;
    let script = shell.script(program_of(options));
    let shown = place.file.display();
    let answer = match place.read()? {
        Some(old) if old == script => format!("`{shown}` is up to date\n"),
        _ if options.get_flag("only_show") => format!("would write `{shown}`\n"),
        _ => {
            place.write(&script).map_err(|error| failed("write", &place.file, &error))?;
            format!("wrote `{shown}`\n")
        }
    };
    Ok(Answer::Text(answer + &place.left_to_do))
}

fn uninstall(_: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let host = Host::default();
    let place = Place::of(chosen(options, &host)?, program_of(options), &host)?;
    let shown = place.file.display();
    Ok(Answer::Text(match place.read()? {
        None => format!("`{shown}` does not exist\n"),
        Some(_) if options.get_flag("only_show") => format!("would remove `{shown}`\n"),
        Some(_) => {
            fs::remove_file(&place.file).map_err(|error| failed("remove", &place.file, &error))?;
            format!("removed `{shown}`\n")
        }
    }))
}

fn text<'a>(options: &'a ArgMatches, id: &str) -> Option<&'a str> {
    options.get_one::<String>(id).map(String::as_str)
}

fn program_of(options: &ArgMatches) -> &str {
    text(options, "program").unwrap_or("archstone")
}

/// The given shell, or else the user's.
fn chosen(options: &ArgMatches, host: &Host) -> Result<Shell> {
    let variable = host.variable("SHELL").unwrap_or_default();
    let name = text(options, "shell").or_else(|| Path::new(&variable).file_stem()?.to_str());
    let name = name.or(cfg!(windows).then_some("powershell")).unwrap_or_default();
    Shell::named(if name == "pwsh" { "powershell" } else { name }).ok_or_else(|| {
        let names = SHELLS.map(|(name, _)| name).join(", ");
        let message = if name.is_empty() {
            "the variable SHELL does not say which shell you use".to_owned()
        } else {
            format!("there is no completion for the shell `{name}`, which the variable SHELL names")
        };
        Error::new(ErrorKind::InvalidRequest, message).with_hint(format!("name one of {names}"))
    })
}

fn failed(what: &str, file: &Path, error: &io::Error) -> Error {
    Error::new(ErrorKind::InvalidRequest, format!("cannot {what} `{}`: {error}", file.display()))
}

/// The path of a script.
struct Place {
    file: PathBuf,
    /// The steps for the user so that the shell finds it.
    left_to_do: String,
}

impl Place {
    fn of(shell: Shell, program: &str, host: &Host) -> Result<Self> {
        let variable = |name: &str| host.variable(name).filter(|it| !it.is_empty()).map(PathBuf::from);
        let home = variable("HOME").or_else(|| variable("USERPROFILE"));
        let within = |name: &str, usual: &str| {
            let folder = variable(name).filter(|it| it.is_absolute());
            folder.or_else(|| Some(home.as_ref()?.join(usual))).ok_or_else(|| {
                let message = format!("neither HOME nor {name} says where files of yours are kept");
                Error::new(ErrorKind::InvalidConfig, message)
            })
        };
        let new_shell = "Start a new shell to use it.\n".to_owned();
        let add = |line: &str, file: &str| format!("Add this line to {file}, and start a new shell:\n  {line}\n");
        Ok(match shell {
            Shell::Bash => {
                let folder = match variable("BASH_COMPLETION_USER_DIR") {
                    Some(folder) => folder,
                    None => within("XDG_DATA_HOME", ".local/share")?.join("bash-completion"),
                };
                let file = folder.join("completions").join(program);
                let is_there = PACKAGE.iter().any(|it| Path::new(it).join("bash-completion/bash_completion").exists());
                let source = format!("source {}", word(&file));
                let left_to_do = if is_there {
                    new_shell
                } else {
                    format!("The package bash-completion was not found. Install it, or:\n{}", add(&source, "~/.bashrc"))
                };
                Self { file, left_to_do }
            }
            Shell::Fish => {
                let folder = within("XDG_CONFIG_HOME", ".config")?.join("fish/completions");
                Self { file: folder.join(format!("{program}.fish")), left_to_do: new_shell }
            }
            Shell::Zsh => {
                let folder = within("XDG_DATA_HOME", ".local/share")?.join("zsh/site-functions");
                let config = match variable("ZDOTDIR") {
                    Some(folder) => folder,
                    None => within("HOME", "")?,
                }
                .join(".zshrc");
                let listed = variable("FPATH").unwrap_or_default();
                let is_searched = std::env::split_paths(&listed).any(|it| it == folder);
                let left_to_do = if is_searched {
                    new_shell
                } else {
                    let line = format!("fpath=({} $fpath)", word(&folder));
                    let is_written = fs::read_to_string(&config).is_ok_and(|it| it.lines().any(|it| it.trim() == line));
                    let where_to = format!("{}, before the line with `compinit`", config.display());
                    if is_written { new_shell } else { add(&line, &where_to) }
                };
                Self { file: folder.join(format!("_{program}")), left_to_do }
            }
            Shell::Elvish => {
                let folder = within("XDG_CONFIG_HOME", ".config")?.join("elvish/lib");
                let line = format!("use {program}-completion");
                let left_to_do = add(&line, "~/.config/elvish/rc.elv");
                Self { file: folder.join(format!("{program}-completion.elv")), left_to_do }
            }
            Shell::Powershell => {
                let folder = if cfg!(windows) {
                    within("APPDATA", "AppData/Roaming")?
                } else {
                    within("XDG_CONFIG_HOME", ".config")?
                };
                let file = folder.join("archstone").join(format!("{program}-completion.ps1"));
                let line = format!(". '{}'", file.display().to_string().replace('\'', "''"));
                Self { left_to_do: add(&line, "the file that $PROFILE names"), file }
            }
        })
    }

    /// Reads the existing file. Only our own scripts are replaced or removed.
    fn read(&self) -> Result<Option<String>> {
        match fs::read(&self.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("read", &self.file, &error)),
            Ok(bytes) => match String::from_utf8(bytes) {
                // Scripts of older versions look different.
                Ok(text)
                    if text.contains(MARK)
                        || text.contains("archstone")
                            && ["complete", "compdef", "Completer"].iter().any(|word| text.contains(word)) =>
                {
                    Ok(Some(text))
                }
                _ => {
                    let message = format!("`{}` is not a completion script of archstone", self.file.display());
                    Err(Error::new(ErrorKind::InvalidRequest, message).with_hint("move it away, and try again"))
                }
            },
        }
    }

    /// Replaces the file in one step; a symbolic link is kept.
    fn write(&self, script: &str) -> io::Result<()> {
        let file = fs::canonicalize(&self.file).unwrap_or_else(|_| self.file.clone());
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut half = file.clone().into_os_string();
        half.push(format!(".{}", std::process::id()));
        fs::write(&half, script)?;
        fs::rename(&half, &file).inspect_err(|_| drop(fs::remove_file(&half)))
    }
}

/// A path, quoted for a shell.
fn word(path: &Path) -> String {
    shell_word(&path.display().to_string()).into_owned()
}
