//! Many operations at once: some at a time, to the end, with a report.

use std::{fmt, future::IntoFuture, iter::Enumerate, pin::Pin, vec::IntoIter};

use tokio::task::JoinSet;

use super::{call::Call, resource::Operation};
use crate::{
    error::{Error, ErrorKind, Result},
    transport::runtime,
};

/// Many operations of a kind. They can be looked at first, and are done some at a time; what fails does not stop the
/// others.
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

/// How far a [`Bulk`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How many are done, well or not.
    pub done: usize,
    /// How many of these have failed.
    pub failed: usize,
    /// How many there are.
    pub total: usize,
}

/// What came of a [`Bulk`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report<T> {
    /// The outcomes, in the order of the operations.
    pub outcomes: Vec<Result<T>>,
}

impl<O: Operation> Bulk<O> {
    /// Gathers operations; four at a time unless said otherwise.
    pub fn new(calls: impl IntoIterator<Item = Call<O>>) -> Self {
        Self { calls: calls.into_iter().collect(), concurrency: 4, progress: None }
    }

    /// How many may be on their way at the same time.
    pub fn concurrency(mut self, most: usize) -> Self {
        self.concurrency = most.max(1);
        self
    }

    /// Is told after each operation how far things are.
    pub fn on_progress(mut self, progress: impl FnMut(Progress) + Send + 'static) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }

    /// What would be sent, without sending anything.
    ///
    /// # Errors
    ///
    /// What could not be sent.
    pub fn preview(&self) -> Result<Vec<String>> {
        self.calls.iter().map(Call::preview).collect()
    }

    /// Does everything.
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
        let lost = || Err(Error::new(ErrorKind::InvalidRequest, "the operation was given up"));
        Report { outcomes: outcomes.into_iter().map(|it| it.unwrap_or_else(lost)).collect() }
    }
}

type Waiting<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

/// The outcomes of many operations, as they arrive: some are on their way at a time.
///
/// What [`Bulk`] is made of, for those who know the operation only when they run: see
/// [`Identity::perform_many`](super::Identity::perform_many). Dropping it gives up what is on its way, and begins nothing
/// more.
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
    /// What failed, each with its position among the operations.
    pub fn failures(&self) -> impl Iterator<Item = (usize, &Error)> {
        self.outcomes.iter().enumerate().filter_map(|(position, it)| Some((position, it.as_ref().err()?)))
    }

    /// What was answered, in order.
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

/// Asks for many things, some at a time; the answers are in the order of the questions. What is asked depends on no type
/// of operation.
pub(super) async fn at_once<Q, T, F>(questions: Vec<Q>, ask: impl Fn(Q) -> F) -> Vec<Result<T>>
where
    T: Default + Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    /// Requests at a time.
    const AT_A_TIME: usize = 8;
    let mut answers: Vec<_> = questions.iter().map(|_| Ok(T::default())).collect();
    let asked = questions.into_iter().map(|it| Box::pin(ask(it)) as Waiting<T>);
    let mut outcomes = Outcomes::new(asked.collect(), AT_A_TIME);
    while let Some((position, outcome)) = outcomes.next().await {
        answers[position] = outcome;
    }
    answers
}
