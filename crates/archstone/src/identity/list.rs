//! Lists: configured, then fetched item by item, so that memory holds only a few items.

use std::{collections::VecDeque, fmt};

use futures_util::stream::{self, Stream};
use serde_json::{Map, Value};

use super::{
    call::{Call, complete},
    find,
    prepare::{Arguments, Prepared, prepare},
    resource::{FromAnswer, Operation},
    spec::{Answer, OperationSpec},
    splitter::Splitter,
    value::Input,
};
use crate::{
    client::{Client, Response},
    error::{Error, ErrorKind, Result},
    host::Moment,
    transport::Trail,
};

/// A list that is being configured, then fetched. Nothing is sent before the first item is requested.
///
/// Items are returned while the response still arrives, and all pages are read: memory holds only a few items, however
/// long the list is.
///
/// ```no_run
/// # async fn run(client: archstone::Client) -> archstone::Result<()> {
/// let mut users = client.identity().users().list().domain("default").enabled(true);
/// while let Some(user) = users.next().await? {
///     println!("{} {}", user.id, user.name);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent until items are pulled by `next` or `all`"]
pub struct List<O> {
    call: Call<O>,
    items: Option<Items>,
}

impl<O: Operation> From<Call<O>> for List<O> {
    fn from(call: Call<O>) -> Self {
        Self { call, items: None }
    }
}

impl<O: Operation> List<O> {
    pub(super) fn set<T>(mut self, name: &str, value: impl Input<T>) -> Self {
        self.call = self.call.set(name, value);
        self
    }

    pub(super) fn into_parts(self) -> (Client, Arguments) {
        (self.call.client, self.call.arguments)
    }

    /// Adds a filter that Archstone does not know.
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.call = self.call.extra(name, value);
        self
    }

    /// The page size, for paginated lists: of users, groups, projects and domains. It affects the cost of a request,
    /// not its result.
    pub fn page_size(self, items: u32) -> Self {
        self.extra("limit", items)
    }

    /// The next item; `None` after the last.
    ///
    /// # Errors
    ///
    /// According to the status of the response; the reason why there is no response or no token; before anything is
    /// sent, when parameters contradict each other.
    pub async fn next(&mut self) -> Result<Option<O::Answer>> {
        let items = self
            .items
            .get_or_insert_with(|| Items::new(&self.call.client, O::SPEC, std::mem::take(&mut self.call.arguments)));
        match items.next().await? {
            None => Ok(None),
            Some(item) => O::Answer::from_answer(parse(&item)?).map(Some),
        }
    }

    /// All remaining items, in one list.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next).
    pub async fn all(mut self) -> Result<Vec<O::Answer>> {
        let mut all = Vec::new();
        while let Some(item) = self.next().await? {
            all.push(item);
        }
        Ok(all)
    }

    /// The item with this id, or else with this name, among those that match the filters.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound) when there is none, with similar names; [`Ambiguous`](ErrorKind::Ambiguous)
    /// when there are several, with all of them.
    pub async fn find(self, name_or_id: impl Input<String>) -> Result<O::Answer> {
        let Call { client, arguments, .. } = self.call;
        let wanted = name_or_id.into_json();
        let wanted = wanted.as_str().unwrap_or_default();
        let found = find::find(&client, O::RESOURCE, O::SPEC, arguments, wanted).await?;
        O::Answer::from_answer(found)
    }
}

impl<O: Operation> List<O> {
    /// The items as a stream that ends with the first error.
    ///
    /// ```no_run
    /// # async fn run(client: archstone::Client) -> archstone::Result<()> {
    /// use futures_util::TryStreamExt;
    ///
    /// let mut users = std::pin::pin!(client.identity().users().list().stream());
    /// while let Some(user) = users.try_next().await? {
    ///     println!("{}", user.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream(self) -> impl Stream<Item = Result<O::Answer>> + Send {
        stream::try_unfold(self, async |mut list| Ok(list.next().await?.map(|item| (item, list))))
    }
}

impl<O: Operation> fmt::Debug for List<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List").field("call", &self.call).field("is_begun", &self.items.is_some()).finish()
    }
}

/// A list of any kind of resource, as JSON.
///
/// The basis of [`List`], for callers that know the kind of resource only at run time.
#[derive(Debug)]
pub struct Items {
    client: Client,
    operation: &'static OperationSpec,
    arguments: Arguments,
    state: State,
    ready: VecDeque<Vec<u8>>,
    request_ids: Vec<String>,
    trail: Trail,
    /// The number of items on this page so far, and when the last one arrived.
    on_page: usize,
    since: Option<Moment>,
}

#[derive(Debug)]
enum State {
    New,
    /// A page is to be requested.
    Page(Prepared),
    /// A page is being received.
    Arriving(Prepared, Box<(Response, Splitter)>),
    Done,
}

/// Anything larger is not an item of a list.
const LARGEST_ITEM: usize = 64 << 20;

impl Items {
    pub(super) fn new(client: &Client, operation: &'static OperationSpec, arguments: Arguments) -> Self {
        Self {
            client: client.clone(),
            operation,
            arguments,
            state: State::New,
            ready: VecDeque::new(),
            request_ids: Vec::new(),
            trail: Trail::default(),
            on_page: 0,
            since: None,
        }
    }

    /// The next item as JSON text; `None` after the last.
    ///
    /// # Errors
    ///
    /// As [`List::next`].
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Ok(Some(item));
            }
            if !self.pull().await? {
                return Ok(None);
            }
        }
    }

    /// Up to `most` items, as many as are available without waiting for more; empty after the last.
    ///
    /// # Errors
    ///
    /// As [`List::next`].
    pub async fn some(&mut self, most: usize) -> Result<Vec<Vec<u8>>> {
        let Some(first) = self.next().await? else { return Ok(Vec::new()) };
        let more = self.ready.len().min(most.saturating_sub(1));
        Ok(std::iter::once(first).chain(self.ready.drain(..more)).collect())
    }

    /// The ids of the requests so far, one for each page, with which operators find them in the service's logs.
    #[must_use]
    pub fn request_ids(&self) -> &[String] {
        &self.request_ids
    }

    /// Requests the first page; its items are still to be read.
    pub(super) async fn begin(&mut self) -> Result<()> {
        while matches!(self.state, State::New | State::Page(_)) {
            self.pull().await?;
        }
        Ok(())
    }

    /// Whether the next item is available without waiting.
    pub(super) fn has_some_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Takes one step; false after the last.
    async fn pull(&mut self) -> Result<bool> {
        match &mut self.state {
            State::Done => return Ok(false),
            State::New => {
                complete(&self.client, self.operation, &mut self.arguments).await?;
                self.state = State::Page(prepare(self.operation, &self.arguments)?);
            }
            State::Page(prepared) => {
                // Boxed, so that the future of a caller that waits for an item stays small.
                let page = async { prepared.request(&self.client, self.operation).await?.send().await };
                let answer = Box::pin(page).await?;
                self.request_ids.extend(answer.request_id().map(str::to_owned));
                let splitter = Splitter::new(member(self.operation));
                self.trail.asked(&prepared.query);
                (self.on_page, self.since) = (0, Some(answer.now()));
                self.state = State::Arriving(prepared.clone(), Box::new((answer, splitter)));
            }
            State::Arriving(prepared, page) => {
                let (answer, splitter) = &mut **page;
                match answer.chunk().await? {
                    Some(piece) => {
                        let before = self.ready.len();
                        splitter.take(&piece, &mut self.ready);
                        let new = self.ready.len() - before;
                        self.on_page += new;
                        if !prepared.sieves.is_empty() {
                            let found = self.ready.split_off(before);
                            let is_wanted = |item: &Vec<u8>| prepared.sieves.iter().all(|it| it.lets_through(item));
                            self.ready.extend(found.into_iter().filter(is_wanted));
                        }
                        // The read timeout applies to each item of a slow list, not to each byte.
                        if new > 0 {
                            self.since = Some(answer.now());
                        } else if let Some(late) = self.since.and_then(|since| answer.is_late(since)) {
                            return Err(late);
                        }
                        if splitter.held() > LARGEST_ITEM {
                            return Err(Error::new(ErrorKind::InvalidResponse, "an item of the list is too large"));
                        }
                    }
                    None => self.state = following(prepared, answer, splitter, self.on_page, &mut self.trail)?,
                }
            }
        }
        Ok(true)
    }
}

fn member(operation: &OperationSpec) -> &'static str {
    match operation.answer {
        Answer::Many(names) | Answer::One(names) | Answer::First(names) => names.members,
        Answer::Texts(member) | Answer::Member(member) => member,
        _ => "",
    }
}

/// The page after the current one. Only the query of a link is used: a token is never sent where a link points.
fn following(
    prepared: &Prepared,
    answer: &Response,
    splitter: &Splitter,
    items: usize,
    trail: &mut Trail,
) -> Result<State> {
    let envelope: Map<String, Value> = parse(splitter.envelope()).and_then(|envelope| match envelope {
        Value::Object(envelope) => Ok(envelope),
        _ => Err(Error::new(ErrorKind::InvalidResponse, "the answer is no list")),
    })?;
    let link = envelope.get("links").and_then(|links| links["next"].as_str());
    let Some(link) = link.and_then(|link| answer.url().join(link).ok()) else { return Ok(State::Done) };
    let query = trail.next(answer.url(), items, link.query_pairs().into_owned().collect())?;
    Ok(State::Page(Prepared { query, ..prepared.clone() }))
}

fn parse(text: &[u8]) -> Result<Value> {
    serde_json::from_slice(text).map_err(|source| {
        Error::new(ErrorKind::InvalidResponse, "the answer is not the JSON that is expected").with_source(source)
    })
}
