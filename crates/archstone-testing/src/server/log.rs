//! The recorded requests.

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use super::{request::SeenRequest, route::Matcher};
use crate::locked;

/// The requests that arrived.
pub(super) struct Log {
    seen: Mutex<Seen>,
    keeps: AtomicBool,
    body_limit: AtomicUsize,
}

#[derive(Default)]
struct Seen {
    requests: Vec<SeenRequest>,
    /// By path, then by method.
    counts: HashMap<String, HashMap<String, usize>>,
}

impl Default for Log {
    fn default() -> Self {
        Self { seen: Mutex::default(), keeps: AtomicBool::new(true), body_limit: AtomicUsize::new(usize::MAX) }
    }
}

impl Log {
    pub(super) fn record(&self, request: &SeenRequest) {
        let mut seen = locked(&self.seen);
        let known = seen.counts.get_mut(request.path()).and_then(|methods| methods.get_mut(request.method()));
        match known {
            Some(count) => *count += 1,
            None => {
                let methods = seen.counts.entry(request.path().to_owned()).or_default();
                methods.insert(request.method().to_owned(), 1);
            }
        }
        if self.keeps.load(Ordering::Relaxed) {
            let is_long = request.body().len() > self.body_limit.load(Ordering::Relaxed);
            seen.requests.push(if is_long { request.without_body() } else { request.clone() });
        }
    }

    pub(super) fn requests(&self) -> Vec<SeenRequest> {
        locked(&self.seen).requests.clone()
    }

    pub(super) fn count(&self, wanted: &Matcher) -> usize {
        let seen = locked(&self.seen);
        let counts = seen.counts.iter().flat_map(|(path, methods)| {
            methods.iter().filter(|(method, _)| wanted.fits(method, path)).map(|(_, count)| count)
        });
        counts.sum()
    }

    pub(super) fn forget(&self) {
        *locked(&self.seen) = Seen::default();
    }

    pub(super) fn keep_none(&self) {
        self.keeps.store(false, Ordering::Relaxed);
    }

    pub(super) fn set_body_limit(&self, bytes: usize) {
        self.body_limit.store(bytes, Ordering::Relaxed);
    }

    /// How much of a body is read into memory: enough for handlers that read it, such as logins.
    pub(super) fn body_limit(&self) -> usize {
        const ENOUGH: usize = 64 << 10;
        let kept = if self.keeps.load(Ordering::Relaxed) { self.body_limit.load(Ordering::Relaxed) } else { 0 };
        kept.max(ENOUGH)
    }
}
