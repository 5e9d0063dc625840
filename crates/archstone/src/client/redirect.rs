//! Redirects: how many are followed, and what is sent along.

use std::time::Duration;

use http::header::LOCATION;
use url::Url;

use super::{Hop, Response};
use crate::error::{Error, ErrorKind, Result, public_url};

/// How redirects are followed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Redirects {
    /// `None`: the default limit, and an error beyond it.
    pub(super) most: Option<usize>,
    /// Whether a body is sent to another origin.
    pub(super) with_body: bool,
}

/// More redirects than this are a loop.
const USUAL: usize = 30;

/// The redirects of one try so far.
pub(super) struct Moves {
    pub(super) to: Url,
    /// Whether the origin of the request was left at any time: a redirect back to it has a path that another server
    /// chose.
    pub(super) is_away: bool,
    visited: Vec<Hop>,
    spent: Duration,
}

/// The target of a redirect; `None` if it cannot be followed, and the response is returned.
pub(super) fn target(answer: &Response, from: &Url) -> Option<Url> {
    let target = from.join(answer.headers().get(LOCATION)?.to_str().ok()?).ok()?;
    let is_weaker = from.scheme() == "https" && target.scheme() != "https";
    (!is_weaker && matches!(target.scheme(), "http" | "https")).then_some(target)
}

impl Moves {
    pub(super) fn from(url: &Url) -> Self {
        Self { to: url.clone(), is_away: false, visited: Vec::new(), spent: Duration::ZERO }
    }

    /// The response, with the redirects that led to it.
    pub(super) fn end(moves: Option<Box<Self>>, answer: Response) -> Response {
        match moves {
            Some(moves) => answer.after(moves.visited),
            None => answer,
        }
    }

    /// Whether one more redirect is followed; otherwise the response is returned.
    ///
    /// # Errors
    ///
    /// When there are more than the default limit, or they take as long as a service may be silent.
    pub(super) fn may_go_on(&mut self, answer: &Response, redirects: Redirects, patience: Duration) -> Result<bool> {
        self.spent += answer.elapsed();
        if self.visited.len() >= redirects.most.unwrap_or(USUAL) {
            let error = || failed(ErrorKind::InvalidResponse, answer, &format!("redirects more than {USUAL} times"));
            return if redirects.most.is_some() { Ok(false) } else { Err(error()) };
        }
        if self.spent > patience {
            return Err(failed(ErrorKind::Timeout, answer, &format!("still redirects after {patience:?}")));
        }
        Ok(true)
    }

    /// # Errors
    ///
    /// When they form a loop, or would send a body to another origin that must not have it.
    pub(super) fn go_to(&mut self, target: Url, answer: Response, has_private_body: bool) -> Result<()> {
        let from = std::mem::replace(&mut self.to, target);
        if from.origin() != self.to.origin() {
            if has_private_body {
                let message =
                    format!("redirects to another origin, `{}`, and the body does not follow", public_url(&self.to));
                return Err(failed(ErrorKind::InvalidResponse, &answer, &message)
                    .with_hint("if the body may be sent there, such as an upload to a store, use `follow_with_body`"));
            }
            self.is_away = true;
        }
        if from == self.to || self.visited.iter().any(|hop| *hop.url() == self.to) {
            return Err(failed(ErrorKind::InvalidResponse, &answer, "redirects in a loop")
                .with_hint("tell the operator of the service, or of the proxy in front of it"));
        }
        self.visited.push(answer.into_hop());
        Ok(())
    }
}

fn failed(kind: ErrorKind, answer: &Response, what: &str) -> Error {
    Error::new(kind, format!("`{}` {what}", public_url(answer.url())))
        .with_status(answer.status().as_u16())
        .with_url(answer.url())
        .with_request_id(answer.request_id().map(str::to_owned))
}
