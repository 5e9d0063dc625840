//! Runs the lines: those of a row in parallel, one row after another, and prints their output in order.

use std::{
    collections::BTreeMap,
    io,
    ops::Range,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use super::{
    journal::Journal,
    plan::{Line, rows, with_program},
    report::{End, Outcome},
};
use crate::{
    command_line::parse,
    console,
    events::warning,
    failure::Failure,
    interrupt,
    progress::Progress,
    session::{Batch, Ids, Session},
};

/// How often to check for signals while lines run.
const GLANCE: Duration = Duration::from_millis(100);

pub(super) struct Work<'a> {
    pub(super) lines: &'a [Line],
    pub(super) digests: &'a [String],
    /// The remaining lines.
    pub(super) left: &'a [usize],
    pub(super) batch: Batch<'a>,
    pub(super) concurrency: usize,
    /// Whether a failure ends the batch.
    pub(super) stops: bool,
    pub(super) is_dry_run: bool,
    /// Whether the output of lines is printed, instead of kept for the report.
    pub(super) prints: bool,
}

/// The result of a line.
struct Done {
    at: usize,
    outcome: Outcome,
    /// Its messages on standard error.
    told: String,
}

/// The progress of the batch.
struct State {
    journal: Mutex<Option<Journal>>,
    is_stopped: AtomicBool,
    end: Mutex<Option<End>>,
}

impl State {
    /// Starts no further lines. The first reason is kept.
    fn stop(&self, end: Option<End>) {
        self.is_stopped.store(true, Ordering::Relaxed);
        let mut first = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        if let (None, Some(End::Interrupted(_))) = (&*first, &end) {
            warning!(
                "interrupted: lines that are running are finished, and no further line is started; interrupt again to stop at once"
            );
        }
        *first = first.take().or(end);
    }

    fn is_stopped(&self) -> bool {
        if let Some(status) = interrupt::status() {
            self.stop(Some(End::Interrupted(status)));
        }
        self.is_stopped.load(Ordering::Relaxed)
    }

    /// Records a completed line: immediately, so that a killed run repeats as little as possible.
    fn note(&self, digest: &str) {
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Err(error)) = journal.as_mut().map(|it| it.add(digest)) {
            self.stop(Some(End::NoJournal(error)));
        }
    }
}

impl Work<'_> {
    /// Runs the remaining lines. Returns the outcome of each line, and why it ended early, if it did.
    pub(super) fn run(&self, mut outcomes: Vec<Outcome>, journal: Option<Journal>) -> (Vec<Outcome>, Option<End>) {
        let state = State { journal: Mutex::new(journal), is_stopped: AtomicBool::new(false), end: Mutex::new(None) };
        let progress = Progress::start("lines", Some(self.left.len() as u64));
        for row in rows(self.lines, self.left) {
            if state.is_stopped() {
                break;
            }
            self.row(row, &state, &mut outcomes, &progress);
        }
        drop(progress);
        (outcomes, state.end.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    fn row(&self, row: Range<usize>, state: &State, outcomes: &mut [Outcome], progress: &Progress) {
        // The lines of a row do not change the resources that they look up.
        let ids = Arc::<Ids>::default();
        let next = AtomicUsize::new(row.start);
        let (sender, receiver) = mpsc::channel();
        thread::scope(|scope| {
            for _ in 0..self.concurrency.min(row.len()) {
                let (sender, ids, next) = (sender.clone(), &ids, &next);
                scope.spawn(move || {
                    while !state.is_stopped() {
                        let position = next.fetch_add(1, Ordering::Relaxed);
                        if position >= row.end {
                            break;
                        }
                        let done = self.line(self.left[position], ids);
                        match &done.outcome {
                            Outcome::Done { .. } => state.note(&self.digests[done.at]),
                            _ if self.stops => state.stop(None),
                            _ => {}
                        }
                        if sender.send((position, done)).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(sender);
            let (mut waiting, mut printed) = (BTreeMap::new(), row.start);
            loop {
                let (position, done) = match receiver.recv_timeout(GLANCE) {
                    Ok(done) => done,
                    Err(RecvTimeoutError::Disconnected) => break,
                    Err(RecvTimeoutError::Timeout) => {
                        state.is_stopped();
                        continue;
                    }
                };
                progress.add(1);
                waiting.insert(position, done);
                while let Some(done) = waiting.remove(&printed) {
                    printed += 1;
                    self.keep(done, state, outcomes);
                }
            }
        });
    }

    /// Prints the output of a line, and keeps its outcome.
    fn keep(&self, mut done: Done, state: &State, outcomes: &mut [Outcome]) {
        for line in done.told.lines() {
            console::tell_as_is(&format!("line {}: {line}", self.lines[done.at].number));
        }
        if self.prints
            && let Some(output) = done.outcome.output_mut()
            && let Err(error) = console::print(&std::mem::take(output))
        {
            state.stop(Some(End::NoOutput(error)));
        }
        outcomes[done.at] = done.outcome;
    }

    fn line(&self, at: usize, ids: &Arc<Ids>) -> Done {
        let line = &self.lines[at];
        let mut output = String::new();
        let (done, told) = match parse(&with_program(&line.words)) {
            Ok(parsed) if self.is_dry_run && !parsed.command.work.is_of_identity() => {
                output = format!("would run: {}\n", line.shown.text);
                (Ok(0), String::new())
            }
            Ok(parsed) => {
                let is_quiet = parsed.level == archstone::events::Level::ERROR;
                console::collected(is_quiet, || {
                    let session = Session::of_line(&parsed.options, &self.batch, Arc::clone(ids));
                    let (answer, status) = parsed.answer(&session)?;
                    let mut write = |text: &str| {
                        output.push_str(text);
                        io::Result::Ok(())
                    };
                    parsed.layout.write::<Failure>(answer, &mut write).map(|()| status)
                })
            }
            // It was checked before.
            Err(error) => (Err(Failure::from(*error)), String::new()),
        };
        let outcome = match done {
            Ok(0) => Outcome::Done { output },
            Ok(status) => Outcome::ended(status, output),
            Err(failure) => Outcome::failed(&failure, &line.shown, output),
        };
        Done { at, outcome, told }
    }
}
