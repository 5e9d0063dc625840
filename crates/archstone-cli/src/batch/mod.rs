//! Many command lines in one run: read, run in parallel if they are independent, and reported.
//!
//! A file is split into [lines](plan), by [words] or by a [table]; the part of a line that is [shown] contains no
//! secrets. The lines are [run](work), recorded in a [journal], and [reported](report).

mod csv;
mod journal;
mod plan;
mod report;
mod shown;
mod table;
mod words;
mod work;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::PathBuf,
};

use archstone::{Error, ErrorKind, Result};
use clap::ArgMatches;

use self::{
    journal::{Journal, digest_of},
    plan::{Line, Source},
    report::{Outcome, Report},
    work::Work,
};
use crate::{
    cloud_options::given, command::has_output_options, events::warning, input, interrupt, output::Answer, prompt,
    session::Session,
};

/// The default number of lines that run in parallel.
const CONCURRENCY: usize = 8;

/// Runs the lines of a batch.
pub(crate) fn run(session: &Session<'_>, options: &ArgMatches) -> Result<Answer> {
    let source = Source::read(options)?;
    let lines = source.lines()?;
    let stops = session.is_on("stop_on_error");
    if stops && let Some((line, wrong)) = lines.iter().find_map(|it| Some((it, it.command.as_ref().err()?))) {
        let message = format!("nothing was run, because line {} is invalid: {}", line.number, wrong.message);
        return Err(Error::new(ErrorKind::InvalidRequest, message));
    }
    warn_of_seen_secrets(&source, &lines);
    let digests = digests(&lines);
    let (mut journal, done) = journal(session, options, &source)?;
    warn_of_changes(&source, &done, &digests);
    let outcome = |(line, digest): (&Line, &String)| match &line.command {
        _ if done.contains(digest) => Outcome::DoneBefore,
        Ok(_) => Outcome::NotRun,
        Err(wrong) => Outcome::of_wrong(wrong),
    };
    let outcomes: Vec<Outcome> = lines.iter().zip(&digests).map(outcome).collect();
    let left: Vec<usize> = (0..lines.len()).filter(|at| matches!(outcomes[*at], Outcome::NotRun)).collect();
    confirm(session, left.iter().map(|at| &lines[*at]))?;
    // An error here would occur for every line, and a wrong password would lock the user out.
    if left.iter().any(|at| lines[*at].changes()) {
        session.client()?.authenticate()?;
    }
    input::take();
    interrupt::watch()
        .map_err(|error| Error::new(ErrorKind::InvalidRequest, format!("cannot watch signals: {error}")))?;
    if let Some(journal) = &mut journal {
        journal.begin()?;
    }
    let concurrency = options.get_one::<i64>("concurrency").and_then(|it| usize::try_from(*it).ok());
    let is_result = has_output_options(options);
    let work = Work {
        lines: &lines,
        digests: &digests,
        left: &left,
        batch: session.batch(),
        concurrency: concurrency.unwrap_or(CONCURRENCY),
        stops,
        is_dry_run: session.is_dry_run(),
        prints: !is_result,
    };
    let (outcomes, end) = work.run(outcomes, journal);
    let can_resume = source.path().is_some() || given(options, "journal").is_some();
    let report = Report { source: &source, lines: &lines, outcomes: &outcomes, end, can_resume };
    let answer = if is_result { report.answer() } else { report.tell() };
    Ok(Answer::Ending(Box::new(answer), report.status()))
}

/// Warns if completed lines are no longer among the lines.
fn warn_of_changes(source: &Source, done: &BTreeSet<String>, digests: &[String]) {
    let gone = done.len() - digests.iter().filter(|it| done.contains(*it)).count();
    let what = match gone {
        0 => return,
        1 => "a line that was done before is".to_owned(),
        gone => format!("{gone} lines that were done before are"),
    };
    warning!("{what} no longer in {}, or changed", source.place());
}

/// Identical lines are distinguished by the number of earlier ones.
fn digests(lines: &[Line]) -> Vec<String> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut digests = Vec::new();
    for line in lines {
        let before = seen.entry(&line.shown.work).or_default();
        digests.push(digest_of([&*line.shown.work, &before.to_string()]));
        *before += 1;
    }
    digests
}

/// The journal, if one is requested, and the digests of completed lines.
fn journal(
    session: &Session<'_>,
    options: &ArgMatches,
    source: &Source,
) -> Result<(Option<Journal>, BTreeSet<String>)> {
    let resumes = session.is_on("resume");
    let beside = source.path().map(|path| {
        let mut path = path.as_os_str().to_owned();
        path.push(".journal");
        PathBuf::from(path)
    });
    let Some(path) = given(options, "journal").map(PathBuf::from).or(beside) else {
        if resumes {
            let message = "`--resume` needs a journal, and there is none for standard input";
            return Err(Error::new(ErrorKind::InvalidRequest, message).with_hint("name it with `--journal`"));
        }
        return Ok((None, BTreeSet::new()));
    };
    let config = session.client().ok().and_then(|client| client.config().auth_url().map(ToString::to_string));
    let cloud = config.map_or_else(|| "-".to_owned(), |url| digest_of([url.as_str()]));
    if session.is_dry_run() {
        let done = if resumes && path.exists() { Journal::open(&path, &cloud, true)?.1 } else { BTreeSet::new() };
        return Ok((None, done));
    }
    let (journal, done) = Journal::open(&path, &cloud, resumes)?;
    Ok((Some(journal), done))
}

/// Asks for confirmation once if lines delete something and a user can answer.
fn confirm<'a>(session: &Session<'_>, left: impl Iterator<Item = &'a Line>) -> Result<()> {
    let deleting: Vec<&Line> = left.filter(|it| it.deletes()).collect();
    let Some(first) = deleting.first().filter(|_| session.may_ask_to_confirm()) else { return Ok(()) };
    let what = if deleting.len() == 1 {
        "1 line that deletes".to_owned()
    } else {
        format!("{} lines that delete", deleting.len())
    };
    let question =
        format!("Run {what} something, the first of them in line {} (`{}`)? [y/N] ", first.number, first.shown.text);
    let agrees = prompt::line(&question)?.is_some_and(|line| ["y", "yes"].contains(&line.to_lowercase().as_str()));
    if agrees { Ok(()) } else { Err(Error::new(ErrorKind::InvalidRequest, "nothing was run")) }
}

/// Warns if other users can see secrets in the lines.
fn warn_of_seen_secrets(source: &Source, lines: &[Line]) {
    if let Some((command, true)) = source.template() {
        warning!(
            "other users of this machine can see the secret of `{command}` in the process list; put it in a column of the table"
        );
    }
    let has_secrets = lines.iter().any(|it| !it.shown.secrets.is_empty());
    if has_secrets && source.path().is_some_and(|path| is_seen(path).unwrap_or(false)) {
        let path = source.place();
        warning!("other users of this machine can read the secrets in {path}; run `chmod 600` on it");
    }
}

#[cfg(unix)]
fn is_seen(path: &std::path::Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    let file = std::fs::metadata(path)?;
    Ok(file.is_file() && file.permissions().mode() & 0o044 != 0)
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
fn is_seen(_: &std::path::Path) -> io::Result<bool> {
    Ok(false)
}
