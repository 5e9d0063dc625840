//! From a file to command lines, and which of them run in parallel.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    ops::Range,
    path::Path,
};

use archstone::{Error, ErrorKind, Result};
use clap::{
    ArgMatches,
    error::{ContextKind, ContextValue},
};

use super::{
    csv,
    shown::{Arguments, Shown},
    table,
    words::{self, CommandLine, Fault},
};
use crate::{
    cloud_options::given,
    command::{Changes, Spec},
    command_line::{command_in, parse},
    failure::Failure,
    input,
};

/// The source of the command lines.
pub(super) struct Source {
    /// `-` is standard input.
    pub(super) file: String,
    text: String,
    /// The command of a table, and its words.
    command: Option<(&'static Spec, Vec<String>)>,
}

/// A command line of a batch.
pub(super) struct Line {
    pub(super) number: usize,
    pub(super) words: Vec<String>,
    pub(super) shown: Shown,
    /// The command, if the line is valid.
    pub(super) command: Result<&'static Spec, Wrong>,
    is_apart: bool,
}

/// The error of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl Source {
    pub(super) fn read(options: &ArgMatches) -> Result<Self> {
        let invalid = |message: String| Error::new(ErrorKind::InvalidRequest, message);
        let file = given(options, "batch_file").unwrap_or("-").to_owned();
        let command: Vec<String> = options.get_many::<String>("batch_command").into_iter().flatten().cloned().collect();
        let command = match (options.get_flag("csv"), command.is_empty()) {
            (true, false) => Some(command),
            (false, true) => None,
            (true, true) => {
                let message = "the command to run for each row is missing".to_owned();
                return Err(invalid(message).with_hint("for example `archstone batch --csv users.csv user create`"));
            }
            (false, false) => {
                let message = "a command for each row needs `--csv`".to_owned();
                return Err(invalid(message).with_hint("without it, each line of the file is a command of its own"));
            }
        };
        if command.is_none() && Path::new(&file).extension().is_some_and(|it| it.eq_ignore_ascii_case("csv")) {
            let message = format!("`{file}` is a table, not a file of commands");
            let hint = format!("to run a command for each row: `archstone batch --csv {file} COMMAND`");
            return Err(invalid(message).with_hint(hint));
        }
        let command = command.map(without_program).map(|words| match command_in(&with_program(&words)) {
            Some(spec) => Ok((spec, words)),
            // The words may contain a secret, so they are not quoted.
            None => Err(invalid("the command to run for each row is unknown".to_owned())),
        });
        let command = command.transpose()?;
        if file == "-" && given(options, "batch_file").is_none() && input::is_terminal() {
            return Err(invalid("the file with the commands is missing".to_owned()).with_hint("`-` is standard input"));
        }
        let read = if file == "-" { input::read_bytes() } else { fs::read(&file) };
        let bytes = read.map_err(|error| invalid(format!("cannot read {}: {error}", place(&file))))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
            let line = valid.matches('\n').count() + 1;
            invalid(format!("line {line} of {} is not UTF-8", place(&file)))
        })?;
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        Ok(Self { file, text, command })
    }

    /// The path, unless it is standard input.
    pub(super) fn path(&self) -> Option<&Path> {
        (self.file != "-").then(|| Path::new(&self.file))
    }

    pub(super) fn place(&self) -> String {
        place(&self.file)
    }

    /// The command that all rows of a table share, without its secrets; and whether it has any.
    pub(super) fn template(&self) -> Option<(String, bool)> {
        let (spec, words) = self.command.as_ref()?;
        let shown = Arguments::of(spec).shown(words);
        Some((shown.text, !shown.secrets.is_empty()))
    }

    /// The command lines.
    ///
    /// # Errors
    ///
    /// If the text cannot be split into lines and words, or into rows with all cells.
    pub(super) fn lines(&self) -> Result<Vec<Line>> {
        let words = match &self.command {
            None => words::lines(&self.text),
            Some((spec, words)) => {
                csv::rows(&self.text).and_then(|rows| table::lines(words, &Arguments::of(spec), rows))
            }
        };
        let mut checks = Checks::default();
        let words = words.map_err(|faults| self.refused(&faults))?;
        Ok(words.into_iter().map(|words| checks.line(words)).collect())
    }

    fn refused(&self, faults: &[Fault]) -> Error {
        /// Nobody would read more than these.
        const MOST: usize = 5;
        let told = |fault: &Fault| format!("line {}: {}", fault.line, fault.message);
        let mut all: Vec<_> = faults.iter().take(MOST).map(told).collect();
        if faults.len() > MOST {
            all.push(format!("and {} more", faults.len() - MOST));
        }
        let message = format!("nothing was run, because {} has errors: {}", self.place(), all.join("; "));
        Error::new(ErrorKind::InvalidRequest, message)
    }
}

/// The name of the file in messages.
fn place(file: &str) -> String {
    if file == "-" { "standard input".to_owned() } else { format!("`{file}`") }
}

/// The words as in a run of the program, which is the first word.
pub(super) fn with_program(words: &[String]) -> Vec<std::ffi::OsString> {
    ["archstone"].into_iter().chain(words.iter().map(String::as_str)).map(Into::into).collect()
}

fn without_program(mut words: Vec<String>) -> Vec<String> {
    if words.first().is_some_and(|it| ["archstone", "openstack"].contains(&it.as_str())) {
        words.remove(0);
    }
    words
}

/// The commands whose arguments were read already.
#[derive(Default)]
struct Checks(BTreeMap<&'static [&'static str], Arguments>);

impl Checks {
    fn line(&mut self, line: CommandLine) -> Line {
        let words = without_program(line.words);
        let given = with_program(&words);
        let shown = match command_in(&given) {
            Some(command) => self.0.entry(command.words).or_insert_with(|| Arguments::of(command)).shown(&words),
            // Without a command, any word may be a secret.
            None => Shown { text: "***".into(), work: "***".into(), ..Shown::default() },
        };
        let command = check(&given, &shown);
        Line { number: line.line, words, shown, command, is_apart: line.is_apart }
    }
}

fn check(words: &[std::ffi::OsString], shown: &Shown) -> Result<&'static Spec, Wrong> {
    let wrong = |message: &str| Err(Wrong { message: message.to_owned(), hint: None });
    match parse(words) {
        Ok(parsed) if matches!(parsed.command.words, ["batch" | "exec"]) => {
            wrong(&format!("`{}` cannot be a line of a batch", parsed.command.words[0]))
        }
        Ok(parsed) => Ok(parsed.command),
        Err(error) if !error.use_stderr() => wrong("help cannot be a line of a batch"),
        // The words may contain a secret, so they are not quoted.
        Err(error) if command_in(words).is_none() => {
            let near = match error.get(ContextKind::SuggestedSubcommand) {
                Some(ContextValue::String(near)) => Some(near.clone()),
                Some(ContextValue::Strings(near)) => near.first().cloned(),
                _ => None,
            };
            let hint = near.map(|near| format!("did you mean `{near}`?"));
            Err(Wrong { message: "there is no such command".to_owned(), hint })
        }
        Err(error) => {
            let (_, message, _, hint) = Failure::Usage(error).parts();
            let hint = hint.map(|hint| shown.without_secrets(&hint));
            Err(Wrong { message: shown.without_secrets(&message), hint })
        }
    }
}

impl Line {
    /// Whether it deletes something.
    pub(super) fn deletes(&self) -> bool {
        self.command.as_ref().is_ok_and(|it| it.work.changes() == Changes::Deletes)
    }

    /// Whether it changes something in the cloud.
    pub(super) fn changes(&self) -> bool {
        self.command.as_ref().is_ok_and(|it| it.work.changes() != Changes::Nothing)
    }

    /// The names of what it creates, changes or deletes; `None` if it does not refer to anything by name.
    fn things(&self) -> Option<&[String]> {
        let verb = self.command.as_ref().ok()?.words.last()?;
        let names = &self.shown.positional;
        match *verb {
            // The other words describe it.
            "create" | "set" => Some(&names[..names.len().min(1)]),
            "delete" | "unset" => Some(names),
            _ => None,
        }
    }

    /// Whether it can run in parallel with an earlier line, whatever each refers to.
    fn is_like(&self, before: &Self) -> bool {
        let (Ok(command), Ok(other)) = (&self.command, &before.command) else { return false };
        // A change without a name has the same target each time: the user's own password.
        let is_about_something = self.things().is_none_or(|things| !things.is_empty());
        std::ptr::eq(*command, *other) && command.work.is_of_identity() && is_about_something
    }
}

/// Splits the remaining lines into rows, which run in parallel: consecutive lines with the same command that do not
/// name what another of them creates, changes or deletes. An empty line ends a row.
pub(super) fn rows(lines: &[Line], left: &[usize]) -> Vec<Range<usize>> {
    let mut rows: Vec<Range<usize>> = Vec::new();
    let (mut things, mut all) = (BTreeSet::new(), BTreeSet::new());
    for (at, line) in left.iter().map(|at| &lines[*at]).enumerate() {
        // Some clouds compare names case-insensitively.
        let lower = |names: &[String]| names.iter().map(|it| it.to_lowercase()).collect::<Vec<_>>();
        let (own, names) = (lower(line.things().unwrap_or_default()), lower(&line.shown.positional));
        let names = [names, lower(&line.shown.values)].concat();
        let is_apart = at == 0 || lines[left[at - 1] + 1..=left[at]].iter().any(|it| it.is_apart);
        let joins = !is_apart
            && line.is_like(&lines[left[at - 1]])
            && !own.iter().any(|it| all.contains(it))
            && !names.iter().any(|it| things.contains(it));
        match rows.last_mut() {
            Some(row) if joins => row.end = at + 1,
            _ => {
                rows.push(at..at + 1);
                things.clear();
                all.clear();
            }
        }
        things.extend(own);
        all.extend(names);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<Line> {
        let source = Source { file: "-".into(), text: text.into(), command: None };
        source.lines().expect(text)
    }

    #[test]
    fn lines_in_a_row_run_side_by_side_where_none_needs_another() {
        let sizes = |lines: &[Line], left: &[usize]| rows(lines, left).iter().map(Range::len).collect::<Vec<_>>();
        for (text, expected) in [
            ("user create a\nuser create b\nuser create c", &[3][..]),
            ("user create a\nproject create b\nuser create c", &[1, 1, 1]),
            ("user create a\n\nuser create b", &[1, 1]),
            ("project create a\nproject create b\nproject create c --parent a\nproject create d", &[2, 2]),
            ("user set a --name b\nuser set c --name d\nuser set b --enable", &[2, 1]),
            ("user create a\nuser create a --domain x", &[1, 1]),
            ("project create A\nproject create b --parent a", &[1, 1]),
            ("endpoint create a public http://x\nendpoint create b public http://y", &[2]),
            ("user password set --password a\nuser password set --password b", &[1, 1]),
            ("user delete a b\nuser delete c\nuser delete b", &[2, 1]),
            ("role add member --user a --project p\nrole add member --user b --project p", &[2]),
            ("group add user g a\ngroup add user g b", &[2]),
            ("user show a\nuser show a", &[2]),
            // Commands outside the identity API run alone.
            ("config path\nconfig path", &[1, 1]),
            ("archstone user create a\nopenstack user create b\nuser --os-cloud x create c", &[3]),
        ] {
            let lines = lines(text);
            assert!(lines.iter().all(|it| it.command.is_ok()), "{text}");
            let all: Vec<usize> = (0..lines.len()).collect();
            assert_eq!(sizes(&lines, &all), expected, "{text}");
        }
        // Lines that are already done are not waited for, but an empty line before them still counts.
        let lines = lines("user create a\n\nuser create b\nuser create c");
        assert_eq!(sizes(&lines, &[0, 2]), [1, 1]);
    }

    #[test]
    fn what_makes_no_sense_is_said_without_what_may_be_a_secret() {
        for (text, said) in [
            ("user create anna --password my s3cret", "unexpected argument '***' found"),
            ("user create --password s3cret", "the following required arguments were not provided: <NAME>"),
            ("name,s3cret", "there is no such command"),
            ("user", "there is no such command"),
            ("exec -- ls", "`exec` cannot be a line of a batch"),
            ("batch x", "`batch` cannot be a line of a batch"),
            ("user create --help", "help cannot be a line of a batch"),
        ] {
            let line = &lines(text)[0];
            let wrong = line.command.as_ref().err().expect(text);
            assert_eq!(wrong.message, said, "{text}");
            assert!(!format!("{wrong:?} {}", line.shown.text).contains("s3cret"), "{text}: {}", line.shown.text);
        }
    }
}
