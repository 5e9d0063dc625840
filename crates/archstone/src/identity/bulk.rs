//! Bulk operations: several at a time, continuing after failures, with a report.

use std::{fmt, future::IntoFuture, iter::Enumerate, pin::Pin, vec::IntoIter};

use tokio::task::JoinSet;

use super::{call::Call, resource::Operation};
use crate::{
    error::{Error, ErrorKind, Result},
    transport::runtime,
};

/// Many operations of one kind. They can be previewed, and run several at a time; a failure does not stop the others.
///
/// ```no_run
/// # async fn run(client: archstone::Client) -> archstone::Result<()> {
/// use archstone::identity::Bulk;
///
/// let users = client.identity().users();
/// let mut calls = Vec::new();
/// let mut leaving = users.list().domain("default").enabled(false);
/// while let Some(user) = leaving.next().await? {
///     calls.push(users.delete(&user));
/// }
/// let bulk = Bulk::new(calls).concurrency(8).on_progress(|it| eprintln!("{}/{}", it.done, it.total));
/// for line in bulk.preview()? {
///     println!("{line}");
/// }
/// let report = bulk.run().await;
/// for (position, error) in report.failures() {
///     eprintln!("{position}: {error}");
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent until it is run"]
pub struct Bulk<O: Operation> {
    calls: Vec<Call<O>>,
    concurrency: usize,
    progress: Option<Box<dyn FnMut(Progress) + Send>>,
}

/// The progress of a [`Bulk`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The number of operations that are done, successful or not.
    pub done: usize,
    /// The number of these that have failed.
    pub failed: usize,
    /// The total number of operations.
    pub total: usize,
}

/// The results of a [`Bulk`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report<T> {
    /// The outcomes, in the order of the operations.
    pub outcomes: Vec<Result<T>>,
}

impl<O: Operation> Bulk<O> {
    /// Collects operations; runs four at a time by default.
    pub fn new(calls: impl IntoIterator<Item = Call<O>>) -> Self {
        Self { calls: calls.into_iter().collect(), concurrency: 4, progress: None }
    }

    /// The maximum number of operations at a time.
    pub fn concurrency(mut self, most: usize) -> Self {
        self.concurrency = most.max(1);
        self
    }

    /// Sets a callback that is called with the progress after each operation.
    pub fn on_progress(mut self, progress: impl FnMut(Progress) + Send + 'static) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }

    /// The requests that would be sent, without sending anything.
    ///
    /// # Errors
    ///
    /// When a request could not be sent.
    pub fn preview(&self) -> Result<Vec<String>> {
        self.calls.iter().map(Call::preview).collect()
    }

    /// Runs all operations.
    pub async fn run(mut self) -> Report<O::Answer> {
        let total = self.calls.len();
        let mut progress = Progress { done: 0, failed: 0, total };
        let mut outcomes: Vec<Option<Result<O::Answer>>> = (0..total).map(|_| None).collect();
        let mut arriving = Outcomes::new(self.calls.into_iter().map(Call::into_future).collect(), self.concurrency);
        while let Some((position, outcome)) = arriving.next().await {
            progress.done += 1;
            progress.failed += usize::from(outcome.is_err());
            outcomes[position] = Some(outcome);
            if let Some(tell) = &mut self.progress {
                tell(progress);
            }
        }
        let lost = || Err(Error::new(ErrorKind::InvalidRequest, "the operation was cancelled"));
        Report { outcomes: outcomes.into_iter().map(|it| it.unwrap_or_else(lost)).collect() }
    }
}

type Waiting<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

/// The outcomes of many operations, as they arrive: several run at a time.
///
/// The basis of [`Bulk`], for callers that know the operation only at run time: see
/// [`Identity::perform_many`](super::Identity::perform_many). Dropping it cancels the operations that are running, and
/// starts no others.
pub struct Outcomes<T> {
    waiting: Enumerate<IntoIter<Waiting<T>>>,
    running: JoinSet<(usize, Result<T>)>,
    concurrency: usize,
}

impl<T: Send + 'static> Outcomes<T> {
    pub(super) fn new(operations: Vec<Waiting<T>>, concurrency: usize) -> Self {
        Self { waiting: operations.into_iter().enumerate(), running: JoinSet::new(), concurrency: concurrency.max(1) }
    }

    /// The next outcome, with the operation's position; `None` after the last.
    pub async fn next(&mut self) -> Option<(usize, Result<T>)> {
        loop {
            while self.running.len() < self.concurrency
                && let Some((position, operation)) = self.waiting.next()
            {
                if let Err(error) = runtime::current() {
                    return Some((position, Err(error)));
                }
                self.running.spawn(async move { (position, operation.await) });
            }
            if let Ok(finished) = self.running.join_next().await? {
                return Some(finished);
            }
        }
    }
}

impl<T> fmt::Debug for Outcomes<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (waiting, running) = (self.waiting.len(), self.running.len());
        f.debug_struct("Outcomes").field("waiting", &waiting).field("running", &running).finish_non_exhaustive()
    }
}

impl<T> Report<T> {
    /// The failures, each with its position among the operations.
    pub fn failures(&self) -> impl Iterator<Item = (usize, &Error)> {
        self.outcomes.iter().enumerate().filter_map(|(position, it)| Some((position, it.as_ref().err()?)))
    }

    /// The results, in order.
    pub fn answers(&self) -> impl Iterator<Item = &T> {
        self.outcomes.iter().filter_map(|it| it.as_ref().ok())
    }
}

impl<O: Operation> fmt::Debug for Bulk<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bulk")
            .field("calls", &self.calls)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}

/// Sends many queries, several at a time; the answers are in the order of the questions. Not generic over operations,
/// so that it is compiled only once.
pub(super) async fn at_once<Q, T, F>(questions: Vec<Q>, ask: impl Fn(Q) -> F) -> Vec<Result<T>>
where
    T: Default + Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    /// The number of concurrent requests.
    const AT_A_TIME: usize = 8;
    let mut answers: Vec<_> = questions.iter().map(|_| Ok(T::default())).collect();
    let asked = questions.into_iter().map(|it| Box::pin(ask(it)) as Waiting<T>);
    let mut outcomes = Outcomes::new(asked.collect(), AT_A_TIME);
    while let Some((position, outcome)) = outcomes.next().await {
        answers[position] = outcome;
    }
    answers
}
