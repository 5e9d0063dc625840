//! Hints work: the program accepts each command in a message, a help page or a document.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use clap::{Command, error::ErrorKind};

use super::{
    broken, parse, quick_root,
    root::{Help, whole_root},
    root_of_commands, root_of_program,
};
use crate::{commands, program::Program};

/// The number of options and arguments in a description, including those that clap copies. The time for parsing and
/// help depends on it, and unlike the time it does not vary with the load of the machine.
fn described(mut root: Command) -> usize {
    fn below(command: &Command) -> usize {
        command.get_arguments().count() + command.get_subcommands().map(below).sum::<usize>()
    }
    root.build();
    below(&root)
}

#[test]
fn a_run_describes_only_what_it_needs() {
    const ARCHSTONE: Program = Program::Archstone;
    for line in ["archstone token issue", "archstone --os-cloud mine user list -f json", "archstone help user"] {
        let words: Vec<OsString> = line.split(' ').map(Into::into).collect();
        // All commands with all options would be 20,000 entries.
        let (quick, program) =
            (described(quick_root(&words, ARCHSTONE)), described(root_of_program(&words, ARCHSTONE)));
        let commands = described(root_of_commands(&words, ARCHSTONE));
        assert!(quick < 80 && program < 250 && commands < 1500, "{line}: {quick}, {program}, {commands}");
    }
}

#[test]
fn an_abbreviation_means_one_command_or_none() {
    for (line, meant) in [
        // Ambiguous: `add` or `assignment`.
        ("openstack role a x", None),
        // Commands that only Archstone has cannot be abbreviated, and do not make anything ambiguous: `env`, `prompt`,
        // `cache`, `config`.
        ("openstack en l", Some("endpoint list")),
        ("openstack cred l", Some("credential list")),
        ("openstack lim l", Some("limit list")),
        ("openstack pro l", Some("project list")),
        ("openstack cat l", Some("catalog list")),
        ("openstack config show", Some("configuration show")),
        ("openstack whoami", Some("whoami")),
        ("openstack endpoint", None),
        ("openstack us l", Some("user list")),
        ("openstack role as l", Some("role assignment list")),
        ("openstack token is", Some("token issue")),
        ("archstone us l", None),
    ] {
        let words: Vec<OsString> = line.split(' ').map(Into::into).collect();
        let parsed = parse(&words).ok().map(|it| it.command.words.join(" "));
        assert_eq!(parsed.as_deref(), meant, "{line}");
    }
}

/// The commands in a text: from `archstone` to the end of the code, the line or the shell command.
fn commands(text: &str) -> Vec<Vec<String>> {
    let ends = |c: char| matches!(c, '`' | '\n' | '|' | ';' | '<' | '>' | ')' | '"' | '#' | '&' | '…');
    let mut found = Vec::new();
    for (at, _) in text.match_indices("archstone ") {
        let before = text[..at].chars().next_back().unwrap_or('\n');
        // Within code, at the beginning of a line, after a prompt, or in `$(…)`.
        let is_code = matches!(before, '`' | '(' | '\n') || text[..at].ends_with("$ ") || text[..at].ends_with("\n  ");
        let code = text[at..].split(ends).next().unwrap_or_default();
        // Two spaces begin an explanation.
        let code = code.split("   ").next().unwrap_or_default();
        // In a manifest, it is the library.
        if is_code && !code.contains("--help") && !code.starts_with("archstone = ") {
            found.push(words(code));
        }
    }
    found
}

/// Splits a line like a shell, as far as documents need it.
fn words(code: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (position, part) in code.split('\'').enumerate() {
        if position % 2 == 0 {
            words.extend(part.split_whitespace().map(ToOwned::to_owned));
        } else {
            words.push(part.to_owned());
        }
    }
    words
}

/// All files below a folder with one of these endings.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    let mut found = Vec::new();
    for path in entries {
        if path.is_dir() {
            found.extend(files(&path, endings));
        } else if path.extension().is_some_and(|it| endings.iter().any(|ending| it == *ending)) {
            found.push(path);
        }
    }
    found
}

#[test]
fn each_command_in_messages_and_documents_is_one_that_the_program_takes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut sources: Vec<PathBuf> = ["crates/archstone-cli/src", "crates/archstone/src"]
        .iter()
        .flat_map(|it| files(&root.join(it), &["rs"]))
        .collect();
    sources.extend(files(&root.join("docs"), &["md"]));
    // These are generated from the examples in the source.
    sources.retain(|it| !it.components().any(|part| part.as_os_str() == "reference"));
    sources.push(root.join("README.md"));
    let (mut checked, mut wrong) = (0, Vec::new());
    for source in sources {
        let is_code = source.extension().is_some_and(|it| it == "rs");
        let text = std::fs::read_to_string(&source).expect("a source file").replace("\\\"", "\"");
        let text: String = text
            .lines()
            .filter(|it| !is_code || !it.trim_start().starts_with("//"))
            .map(|it| format!("{it}\n"))
            .collect();
        for words in commands(&text) {
            // Placeholders that the program replaces.
            let words: Vec<_> = words.iter().map(|it| if it.starts_with('{') { "x" } else { it }).collect();
            checked += 1;
            match parse(&words.iter().map(Into::into).collect::<Vec<_>>()) {
                Ok(_) => {}
                // Prose may mention a command or a group of them; a hint may not.
                Err(error)
                    if !is_code
                        && matches!(
                            error.kind(),
                            ErrorKind::MissingRequiredArgument | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
                        )
                        && commands::all().any(|it| it.words.starts_with(&words[1..])) => {}
                Err(error) => {
                    let first = error.to_string().lines().next().unwrap_or_default().to_owned();
                    wrong.push(format!("{}: {}: {first}", source.display(), words.join(" ")));
                }
            }
        }
    }
    assert!(checked > 60, "{checked}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The lines of the help of a command, and of those below it, that are wider than 80 columns.
fn too_wide(command: &mut Command, found: &mut Vec<String>) {
    let helps = [command.render_help().to_string(), command.render_long_help().to_string()];
    for line in helps.iter().flat_map(|help| help.split_inclusive('\n')).map(broken::usage) {
        // A URL is not broken.
        let is_one_word = |line: &str| line.trim_end_matches(" \\").split_whitespace().count() <= 2;
        found.extend(line.lines().filter(|it| it.chars().count() > 80 && !is_one_word(it)).map(ToOwned::to_owned));
    }
    command.get_subcommands_mut().for_each(|below| too_wide(below, found));
}

#[test]
fn help_fits_a_terminal_of_80_columns() {
    for (help, program) in
        [(Help::Short, Program::Archstone), (Help::Long, Program::Archstone), (Help::Long, Program::Openstack)]
    {
        let mut root = whole_root(help, program).term_width(80);
        root.build();
        let mut found = Vec::new();
        too_wide(&mut root, &mut found);
        assert_eq!(found, Vec::<String>::new());
    }
}
