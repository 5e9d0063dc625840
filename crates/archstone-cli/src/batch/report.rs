//! The results of a batch.

use std::io;

use archstone::Error;

use super::{
    plan::{Line, Source, Wrong},
    shown::Shown,
};
use crate::{
    console::{self, Kind},
    events::failure,
    failure::{BROKEN_PIPE, ErrorFormat, Failure},
    output::{Answer, Column, Value},
};

/// The result of a line.
#[derive(Debug)]
pub(super) enum Outcome {
    Done {
        output: String,
    },
    /// Completed by an earlier run.
    DoneBefore,
    Failed {
        status: u8,
        reason: String,
        hint: Option<String>,
        output: String,
    },
    NotRun,
}

/// The reason why a batch ended before its last line.
#[derive(Debug)]
pub(super) enum End {
    /// By a signal, with this exit status.
    Interrupted(u8),
    /// A completed line could not be recorded.
    NoJournal(Error),
    /// The output of lines could not be written.
    NoOutput(io::Error),
}

impl Outcome {
    pub(super) fn of_wrong(wrong: &Wrong) -> Self {
        Self::Failed { status: 2, reason: wrong.message.clone(), hint: wrong.hint.clone(), output: String::new() }
    }

    /// Ended with a status other than 0, but without an error.
    pub(super) fn ended(status: u8, output: String) -> Self {
        Self::Failed { status, reason: format!("it ended with status {status}"), hint: None, output }
    }

    pub(super) fn failed(failure: &Failure, shown: &Shown, output: String) -> Self {
        let (_, message, cause, hint) = failure.parts();
        let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
        let reason = shown.without_secrets(&format!("{message}{cause}"));
        let hint = hint.map(|hint| shown.without_secrets(&hint));
        Self::Failed { status: failure.exit_code(ErrorFormat::Text), reason, hint, output }
    }

    pub(super) fn output_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Done { output } | Self::Failed { output, .. } => Some(output),
            Self::DoneBefore | Self::NotRun => None,
        }
    }
}

pub(super) struct Report<'a> {
    pub(super) source: &'a Source,
    pub(super) lines: &'a [Line],
    pub(super) outcomes: &'a [Outcome],
    pub(super) end: Option<End>,
    /// Whether another run can resume it.
    pub(super) can_resume: bool,
}

impl Report<'_> {
    /// The exit status: that of the early end, or else of the first line that failed.
    pub(super) fn status(&self) -> u8 {
        let failed = self.outcomes.iter().find_map(|it| match it {
            Outcome::Failed { status, .. } => Some(*status),
            _ => None,
        });
        match &self.end {
            Some(End::Interrupted(status)) => *status,
            Some(End::NoOutput(error)) if error.kind() == io::ErrorKind::BrokenPipe => BROKEN_PIPE,
            Some(End::NoOutput(_)) => 1,
            Some(End::NoJournal(error)) => error.kind().exit_code(),
            None => failed.unwrap_or(0),
        }
    }

    /// For programs: a row for each line.
    pub(super) fn answer(&self) -> Answer {
        self.tell_end();
        let columns = ["Line", "State", "Command", "Exit Status", "Reason", "Hint"].map(Column::from);
        let rows = self.lines.iter().zip(self.outcomes).map(|(line, outcome)| {
            let (state, status, reason, hint, output) = match outcome {
                Outcome::Done { output } => ("done", Some(0), None, None, Some(output)),
                Outcome::DoneBefore => ("done before", None, None, None, None),
                Outcome::Failed { status, reason, hint, output } => {
                    ("failed", Some(*status), Some(reason.as_str()), hint.as_deref(), Some(output))
                }
                Outcome::NotRun => ("not run", None, None, None, None),
            };
            vec![
                Value::Integer(i64::try_from(line.number).unwrap_or(i64::MAX)),
                state.into(),
                line.shown.text.as_str().into(),
                status.map_or(Value::None, |status: u8| Value::Integer(status.into())),
                reason.into(),
                hint.into(),
                output.map(String::as_str).into(),
            ]
        });
        Answer::list(columns.into_iter().chain([Column::long("Output", false)]), rows)
    }

    /// For people: the failures and the number of completed lines, on standard error.
    pub(super) fn tell(&self) -> Answer {
        for (line, outcome) in self.lines.iter().zip(self.outcomes) {
            let Outcome::Failed { reason, hint, .. } = outcome else { continue };
            console::say(Kind::Error, &format!("line {}: {reason}\n  in: {}", line.number, line.shown.text));
            if let Some(hint) = hint {
                console::say(Kind::Hint, hint);
            }
        }
        self.tell_end();
        let count = |is_it: fn(&Outcome) -> bool| self.outcomes.iter().filter(|it| is_it(it)).count();
        let counts = [
            (count(|it| matches!(it, Outcome::Done { .. })), "done"),
            (count(|it| matches!(it, Outcome::DoneBefore)), "done before"),
            (count(|it| matches!(it, Outcome::Failed { .. })), "failed"),
            (count(|it| matches!(it, Outcome::NotRun)), "not run"),
        ];
        let told: Vec<_> =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        let told = if told.is_empty() { "no lines".to_owned() } else { told.join(", ") };
        console::tell_unless_quiet(&format!("{}: {told}", self.source.place()));
        if counts[2].0 + counts[3].0 > 0 && self.can_resume {
            console::say(Kind::Hint, "run it again with `--resume` to do what is left");
        }
        Answer::Text(String::new())
    }

    fn tell_end(&self) {
        match &self.end {
            Some(End::NoJournal(error)) => failure!("no further line was started: {error}"),
            Some(End::NoOutput(error)) if error.kind() != io::ErrorKind::BrokenPipe => {
                failure!("no further line was started: cannot write the output: {error}");
            }
            Some(End::Interrupted(_) | End::NoOutput(_)) | None => {}
        }
    }
}
