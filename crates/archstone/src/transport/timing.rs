//! The requests that were sent, and their durations.

use std::{collections::VecDeque, fmt, sync::Mutex, time::Duration};

use http::Method;
use url::Url;

use crate::error::public_url;

/// If there are more, the oldest are forgotten.
const MOST: usize = 128;

/// A request that was sent, and its duration.
#[derive(Clone, Debug)]
pub struct Timing {
    /// The HTTP method.
    pub method: String,
    /// The URL, without its query.
    pub url: String,
    /// The response's status; `None` if there was no response.
    pub status: Option<u16>,
    /// The time from sending to the headers of the response.
    pub elapsed: Duration,
}

/// The latest requests, stored in raw form: their public form is created on demand.
#[derive(Default)]
pub(super) struct Timings(Mutex<VecDeque<Made>>);

#[derive(Clone)]
struct Made {
    method: Method,
    url: String,
    status: Option<u16>,
    elapsed: Duration,
}

impl fmt::Debug for Timings {
    /// Omits the queries of URLs, which may contain anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.list()).finish()
    }
}

impl Timings {
    pub(super) fn add(&self, method: Method, url: &Url, status: Option<u16>, elapsed: Duration) {
        if let Ok(mut made) = self.0.lock() {
            // The memory of the oldest is reused for the newest.
            if made.len() >= MOST
                && let Some(oldest) = made.front_mut()
            {
                oldest.url.clear();
                oldest.url.push_str(url.as_str());
                (oldest.method, oldest.status, oldest.elapsed) = (method, status, elapsed);
                made.rotate_left(1);
                return;
            }
            made.push_back(Made { method, url: url.as_str().to_owned(), status, elapsed });
        }
    }

    pub(super) fn list(&self) -> Vec<Timing> {
        let made = self.0.lock().map(|made| made.clone()).unwrap_or_default();
        made.into_iter()
            .map(|Made { method, url, status, elapsed }| Timing {
                method: method.to_string(),
                // It was a valid URL when it was stored.
                url: Url::parse(&url).map(|url| public_url(&url)).unwrap_or_default(),
                status,
                elapsed,
            })
            .collect()
    }

    /// Whether a server has responded before.
    pub(super) fn has_answer_of(&self, url: &Url) -> bool {
        let of_the_same = |made: &Made| Url::parse(&made.url).is_ok_and(|it| it.origin() == url.origin());
        self.0.lock().is_ok_and(|made| made.iter().any(|it| it.status.is_some() && of_the_same(it)))
    }

    pub(super) fn clear(&self) {
        if let Ok(mut made) = self.0.lock() {
            made.clear();
        }
    }
}
