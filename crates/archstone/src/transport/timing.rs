//! The requests that were made, and how long each took.

use std::{collections::VecDeque, fmt, sync::Mutex, time::Duration};

use reqwest::Method;
use url::Url;

use crate::error::public_url;

/// The oldest are forgotten when there are more.
const MOST: usize = 128;

/// One request that was made, and how long it took.
#[derive(Clone, Debug)]
pub struct Timing {
    /// The HTTP method.
    pub method: String,
    /// The URL, without its query.
    pub url: String,
    /// The answer's status; `None` when there was no answer.
    pub status: Option<u16>,
    /// From sending to the head of the answer.
    pub elapsed: Duration,
}

/// The latest requests, kept as they come: what is shown of them is made when someone looks.
#[derive(Default)]
pub(super) struct Timings(Mutex<VecDeque<Made>>);

#[derive(Clone)]
struct Made {
    method: Method,
    url: Box<str>,
    status: Option<u16>,
    elapsed: Duration,
}

impl fmt::Debug for Timings {
    /// Without the queries of what was asked, which may hold anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.list()).finish()
    }
}

impl Timings {
    pub(super) fn add(&self, method: Method, url: &Url, status: Option<u16>, elapsed: Duration) {
        let url = url.as_str().into();
        if let Ok(mut made) = self.0.lock() {
            if made.len() >= MOST {
                made.pop_front();
            }
            made.push_back(Made { method, url, status, elapsed });
        }
    }

    pub(super) fn list(&self) -> Vec<Timing> {
        let made = self.0.lock().map(|made| made.clone()).unwrap_or_default();
        made.into_iter()
            .map(|Made { method, url, status, elapsed }| Timing {
                method: method.to_string(),
                // It was a URL when it was kept.
                url: Url::parse(&url).map(|url| public_url(&url)).unwrap_or_default(),
                status,
                elapsed,
            })
            .collect()
    }

    pub(super) fn clear(&self) {
        if let Ok(mut made) = self.0.lock() {
            made.clear();
        }
    }
}
