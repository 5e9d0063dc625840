//! Colors of text.

use std::{ffi::OsString, io::IsTerminal, sync::OnceLock};

use archstone::host::Host;

use crate::program::Program;

/// A style of terminals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Paint(&'static str);

pub(crate) const HEADING: Paint = Paint("\x1b[1m");
pub(crate) const ERROR: Paint = Paint("\x1b[1;31m");
pub(crate) const WARNING: Paint = Paint("\x1b[1;33m");
/// Bright white on black, independent of the terminal's color scheme.
pub(crate) const QR_CODE: Paint = Paint("\x1b[97;40m");
pub(crate) const HINT: Paint = Paint("\x1b[36m");

impl Paint {
    pub(crate) fn text(self, text: &str) -> String {
        format!("{}{text}\x1b[0m", self.0)
    }
}

/// The values of `--color`.
pub(crate) const CHOICES: [&str; 3] = ["auto", "always", "never"];

static CHOICE: OnceLock<Choice> = OnceLock::new();

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Auto,
    Always,
    Never,
}

/// Decides by the words of the command line, which may be invalid, since errors are colored, too.
pub(crate) fn decide(words: &[OsString], program: Program) {
    let choice = if program == Program::Openstack { Some("never") } else { value_of(words, "--color") };
    let choice = match choice {
        Some("always") => Choice::Always,
        Some("never") => Choice::Never,
        _ => of_environment(|name| Host::default().variable(name)),
    };
    // Decided once, at the start.
    let _ = CHOICE.set(choice);
}

/// The value of an option; of the last one if there are several.
pub(crate) fn value_of<'a>(words: &'a [OsString], option: &str) -> Option<&'a str> {
    let words: Vec<&str> = words.iter().map_while(|word| word.to_str()).take_while(|word| *word != "--").collect();
    let value = |(at, word): (usize, &&'a str)| match word.strip_prefix(option)? {
        "" => words.get(at + 1).copied(),
        rest => rest.strip_prefix('='),
    };
    words.iter().enumerate().filter_map(value).next_back()
}

/// The choice according to the variables that many programs share.
fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Choice {
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    let is_on = |name: &str| variable(name).is_some_and(|value| !matches!(value.as_str(), "" | "0" | "false"));
    if is_set("NO_COLOR") {
        Choice::Never
    } else if is_on("FORCE_COLOR") || is_on("CLICOLOR_FORCE") {
        Choice::Always
    } else if is_dumb(&variable) || variable("CLICOLOR").is_some_and(|it| it == "0") {
        Choice::Never
    } else {
        Choice::Auto
    }
}

/// Whether a terminal, if there is one, can only show text.
pub(crate) fn is_dumb(variable: impl Fn(&str) -> Option<String>) -> bool {
    match variable("TERM") {
        None => cfg!(unix),
        Some(terminal) => matches!(terminal.as_str(), "" | "dumb"),
    }
}

/// Whether text for this stream is colored.
pub(crate) fn is_painted(stream: &impl IsTerminal) -> bool {
    match CHOICE.get() {
        Some(Choice::Always) => true,
        Some(Choice::Auto) => stream.is_terminal(),
        Some(Choice::Never) | None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variables_of_other_programs_count() {
        for (variables, choice) in [
            (&[("TERM", "xterm")][..], Choice::Auto),
            (&[("TERM", "xterm"), ("NO_COLOR", ""), ("CLICOLOR", "1")], Choice::Auto),
            (&[("NO_COLOR", "1")], Choice::Never),
            (&[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], Choice::Never),
            (&[("FORCE_COLOR", "1"), ("TERM", "dumb")], Choice::Always),
            (&[("CLICOLOR_FORCE", "1")], Choice::Always),
            (&[("TERM", "xterm"), ("FORCE_COLOR", "0"), ("CLICOLOR_FORCE", "0")], Choice::Auto),
            (&[("TERM", "dumb")], Choice::Never),
            (&[("TERM", "xterm"), ("CLICOLOR", "0")], Choice::Never),
        ] {
            let variable =
                |name: &str| variables.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(of_environment(variable), choice, "{variables:?}");
        }
    }

    #[test]
    fn an_option_is_found_on_a_line_that_makes_no_sense() {
        let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        for (line, value) in [
            ("archstone --color never nonsense", Some("never")),
            ("archstone --color=always --color=auto", Some("auto")),
            ("archstone --colors x", None),
            ("archstone exec -- ls --color always", None),
            ("archstone --color", None),
        ] {
            assert_eq!(value_of(&words(line), "--color"), value, "{line}");
        }
    }
}
