//! Which services refused a new token a moment ago: there yet another one does no better, and each would be a login.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use url::Url;

use crate::{host::Moment, token::Token};

/// How long that is remembered.
const REMEMBERED: Duration = Duration::from_secs(60);
/// The oldest are forgotten when there are more.
const MOST: usize = 64;

/// For each origin, the last token that was obtained because it refused another.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<Vec<Replacement>>);

#[derive(Debug)]
struct Replacement {
    origin: String,
    token: Token,
    /// Whether it was refused, too.
    was_refused: bool,
    until: Moment,
}

impl Refusals {
    /// Whether another token may do better at a URL's origin than one that was refused there.
    pub(crate) fn allow(&self, refused: &Token, url: &Url, now: Moment) -> bool {
        let origin = origin(url);
        let known = self.lock();
        let Some(last) = known.iter().find(|it| it.origin == origin && now < it.until) else { return true };
        if last.token == *refused {
            // A new token. Taken before, it was revoked since.
            return !last.was_refused && refused.has_worked_at(url);
        }
        !last.was_refused || refused.has_worked_at(url)
    }

    /// Keeps that a token was obtained because a URL's origin refused another.
    pub(crate) fn replaced(&self, new: &Token, url: &Url, now: Moment) {
        let origin = origin(url);
        let mut known = self.lock();
        known.retain(|it| now < it.until && (it.origin != origin || it.token == *new));
        if known.iter().any(|it| it.origin == origin) {
            return;
        }
        if known.len() >= MOST {
            known.remove(0);
        }
        known.push(Replacement { origin, token: new.clone(), was_refused: false, until: now.later(REMEMBERED) });
    }

    /// Keeps that a URL's origin refused such a token, too.
    pub(crate) fn refused(&self, new: &Token, url: &Url, now: Moment) {
        self.replaced(new, url, now);
        let origin = origin(url);
        if let Some(last) = self.lock().iter_mut().find(|it| it.origin == origin) {
            last.was_refused = true;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Replacement>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_refuses_new_tokens_gets_no_more_of_them_for_a_while() {
        let at = |seconds| Moment::after_start(Duration::from_secs(seconds));
        let token = |text: &str| Token::new(text.into()).expect("a token");
        let url = |text: &str| -> Url { text.parse().expect("a URL") };
        let (old, new, newer) = (token("old"), token("new"), token("newer"));
        let (here, there) = (url("http://here/a"), url("http://there/"));
        let refusals = Refusals::default();

        assert!(refusals.allow(&old, &here, at(0)));
        refusals.replaced(&new, &here, at(0));
        // Others meet the old one at the same moment, and get the new one without a login; nobody needs a third.
        assert!(refusals.allow(&old, &here, at(1)));
        assert!(!refusals.allow(&new, &here, at(1)));
        new.was_taken_at(&here);
        assert!(refusals.allow(&new, &here, at(2)), "it was taken, and then revoked");

        refusals.refused(&newer, &here, at(3));
        newer.was_taken_at(&here);
        assert!(!refusals.allow(&newer, &here, at(4)), "some paths take any token");
        assert!(refusals.allow(&newer, &there, at(4)));
        assert!(!refusals.allow(&old, &here, at(4)));
        assert!(refusals.allow(&newer, &here, at(3 + REMEMBERED.as_secs())));

        for number in 0..2 * MOST {
            refusals.replaced(&new, &url(&format!("http://host{number}/")), at(5));
        }
        assert!(refusals.lock().len() <= MOST);
    }
}
