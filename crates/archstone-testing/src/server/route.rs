//! Routes: which request gets which response.

use std::{collections::VecDeque, sync::Arc};

use super::{Shared, request::SeenRequest};
use crate::{Failure, Reply, locked};

/// The requests that a route or failure applies to.
#[derive(Clone, Debug)]
pub(super) struct Matcher {
    method: String,
    path: String,
}

impl Matcher {
    pub(super) fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), path: path.to_owned() }
    }

    pub(super) fn fits(&self, method: &str, path: &str) -> bool {
        let is_path = match self.path.strip_suffix('*') {
            Some(beginning) => path.starts_with(beginning),
            None => path == self.path,
        };
        is_path && (self.method == "*" || self.method == method)
    }

    fn fits_request(&self, request: &SeenRequest) -> bool {
        self.fits(request.method(), request.path())
    }
}

type Make = dyn Fn(&SeenRequest) -> Reply + Send + Sync;

/// The responses of a route.
enum Answers {
    Always(Arc<Reply>),
    InOrder(VecDeque<Reply>),
    Made(Arc<Make>),
}

pub(super) enum Answer {
    Reply(Arc<Reply>),
    Made(Arc<Make>),
    Unauthenticated,
}

/// The routes and failures of a server.
#[derive(Default)]
pub(super) struct Rules {
    routes: Vec<(Matcher, bool, Answers)>,
    /// With the remaining number of times; `None` means always.
    failures: Vec<(Matcher, Option<usize>, Failure)>,
}

impl Rules {
    /// The failure of a request, if any.
    pub(super) fn failure(&mut self, request: &SeenRequest) -> Option<Failure> {
        let place = self.failures.iter().position(|(matcher, ..)| matcher.fits_request(request))?;
        let (_, times, failure) = &mut self.failures[place];
        let failure = failure.clone();
        if let Some(times) = times {
            *times -= 1;
            if *times == 0 {
                self.failures.remove(place);
            }
        }
        Some(failure)
    }

    pub(super) fn heal(&mut self) {
        self.failures.clear();
    }

    /// The response of the latest route that matches.
    pub(super) fn answer(&mut self, request: &SeenRequest, is_authenticated: impl FnOnce() -> bool) -> Option<Answer> {
        let place = self.routes.iter().rposition(|(matcher, _, answers)| {
            matcher.fits_request(request) && !matches!(answers, Answers::InOrder(replies) if replies.is_empty())
        })?;
        let (_, needs_token, answers) = &mut self.routes[place];
        if *needs_token && !is_authenticated() {
            return Some(Answer::Unauthenticated);
        }
        match answers {
            Answers::Always(reply) => Some(Answer::Reply(Arc::clone(reply))),
            Answers::InOrder(replies) => replies.pop_front().map(|reply| Answer::Reply(Arc::new(reply))),
            Answers::Made(make) => Some(Answer::Made(Arc::clone(make))),
        }
    }
}

/// A route or failure under construction. See [`FakeServer::on`](crate::FakeServer::on).
///
/// ```
/// use archstone_testing::{Failure, FakeKeystone, Reply};
/// use serde_json::json;
///
/// let keystone = FakeKeystone::start();
/// // With a valid token an empty list, without one 401.
/// keystone.on("GET", "/compute/v2.1/servers").with_token().reply(Reply::json(200, json!({"servers": []})));
/// // Busy twice, then created.
/// keystone.on("POST", "/compute/v2.1/servers").replies([
///     Failure::Status(503).into(),
///     Failure::Status(503).into(),
///     Reply::json(202, json!({"server": {"id": "s1"}})),
/// ]);
/// // For any image.
/// keystone.on("GET", "/image/v2/images/*").reply_with(|request| Reply::text(200, request.path()));
/// ```
#[must_use = "a route does nothing until it is told what to answer"]
pub struct Route<'a> {
    shared: &'a Shared,
    matcher: Matcher,
    needs_token: bool,
}

impl<'a> Route<'a> {
    pub(super) fn new(shared: &'a Shared, matcher: Matcher) -> Self {
        Self { shared, matcher, needs_token: false }
    }

    /// Requests without a valid token are answered with 401. A [`FakeKeystone`](crate::FakeKeystone), and a server next
    /// to it ([`FakeKeystone::beside`](crate::FakeKeystone::beside)), know which tokens are valid; for another server, every
    /// token is.
    pub fn with_token(self) -> Self {
        Self { needs_token: true, ..self }
    }

    /// Always sends this reply.
    pub fn reply(self, reply: impl Into<Reply>) {
        self.answer(Answers::Always(Arc::new(reply.into())));
    }

    /// Sends these replies in order; later requests are left to earlier routes.
    pub fn replies(self, replies: impl IntoIterator<Item = Reply>) {
        self.answer(Answers::InOrder(replies.into_iter().collect()));
    }

    /// Sends the reply that the function returns.
    pub fn reply_with(self, make: impl Fn(&SeenRequest) -> Reply + Send + Sync + 'static) {
        self.answer(Answers::Made(Arc::new(make)));
    }

    /// Fails from now on, until [`heal`](crate::FakeServer::heal) is called.
    pub fn fail(self, failure: impl Into<Failure>) {
        locked(&self.shared.rules).failures.push((self.matcher, None, failure.into()));
    }

    /// Fails this many times from now on. Several calls are queued in their order.
    pub fn fail_next(self, times: usize, failure: impl Into<Failure>) {
        if times > 0 {
            locked(&self.shared.rules).failures.push((self.matcher, Some(times), failure.into()));
        }
    }

    fn answer(self, answers: Answers) {
        locked(&self.shared.rules).routes.push((self.matcher, self.needs_token, answers));
    }
}

impl std::fmt::Debug for Route<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.matcher.fmt(f)
    }
}
