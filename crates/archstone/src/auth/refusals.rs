//! Remembers which services have recently refused a new token: another new token would be refused as well, and each one
//! would cost a login.
//!
//! There is one exception. Keystone revokes by whole seconds: `revoked_at` has no fraction, and every token that was
//! issued in that second or before counts as revoked (`keystone/revoke/backends/sql.py`, `issued_before >= issued_at`).
//! A login right after a password change therefore gets a token that is refused; one issued a second later is accepted.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use url::Url;

use crate::{host::Moment, token::Token};

/// How long a refusal is remembered.
const REMEMBERED: Duration = Duration::from_secs(60);
/// If there are more, the oldest are forgotten.
const MOST: usize = 64;
/// After this time, the identity service's clock shows another second; slightly more, for the clocks of several
/// servers.
pub(crate) const ANOTHER_SECOND: Duration = Duration::from_millis(1100);

/// A token received this recently may have been issued in the second of a revocation.
const NEW: Duration = Duration::from_secs(2);

/// A token that a service has just refused.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refused<'a> {
    pub(crate) token: &'a Token,
    pub(crate) url: &'a Url,
    /// When the client received it, if it is the client's current token.
    pub(crate) received: Option<Moment>,
    /// Whether the service that issued it refused it.
    pub(crate) is_by_issuer: bool,
    /// The second in which it was issued is not the likely reason: access rules may be, or its application credential
    /// was deleted.
    pub(crate) for_another_reason: bool,
}

/// Whether another token may succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Another {
    Now,
    /// After [`ANOTHER_SECOND`].
    Later,
    No,
}

/// For each origin, the last token that was obtained because the service refused another.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<Vec<Replacement>>);

#[derive(Debug)]
struct Replacement {
    origin: String,
    token: Token,
    since: Moment,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// If it is refused, it may have been issued in the second of a revocation: the next one decides.
    Early,
    /// If it is refused, new tokens are refused in general.
    Decides,
    Refused,
}

impl Refusals {
    pub(crate) fn another(&self, refused: Refused<'_>, now: Moment) -> Another {
        let origin = origin(refused.url);
        let has_worked = refused.token.has_worked_at(refused.url);
        let mut known = self.lock();
        known.retain(|it| it.since.until(now) < REMEMBERED);
        let is_new = refused.received.is_some_and(|received| received.until(now) < NEW);
        // Without a replacement that is known, as after a login that nothing here asked for.
        let of_the_login =
            if is_new && !has_worked && !refused.for_another_reason { Another::Later } else { Another::Now };
        let Some(last) = known.iter_mut().find(|it| it.origin == origin) else { return of_the_login };
        match last.state {
            // Some paths accept any token.
            State::Refused if last.token == *refused.token || !has_worked => Another::No,
            // It was accepted before, and has been revoked since.
            _ if has_worked => Another::Now,
            _ if last.token != *refused.token => of_the_login,
            State::Early => Another::Later,
            State::Decides | State::Refused => {
                last.state = State::Refused;
                Another::No
            }
        }
    }

    /// Records that a token was obtained to replace another, and when.
    pub(crate) fn replaced(&self, refused: Refused<'_>, new: &Token, when: Another, now: Moment) {
        let origin = origin(refused.url);
        let is_of_this_cloud = refused.is_by_issuer || refused.token.has_worked_at(refused.url);
        let may_be_early = when == Another::Now && is_of_this_cloud && !refused.for_another_reason;
        let state = if may_be_early { State::Early } else { State::Decides };
        let mut known = self.lock();
        known.retain(|it| it.origin != origin || it.token == *new);
        if known.iter().any(|it| it.origin == origin) {
            return;
        }
        if known.len() >= MOST {
            known.remove(0);
        }
        known.push(Replacement { origin, token: new.clone(), since: now, state });
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

    fn at(seconds: u64) -> Moment {
        Moment::after_start(Duration::from_secs(seconds))
    }

    fn token(text: &str) -> Token {
        Token::new(text.into()).expect("a token")
    }

    fn url(text: &str) -> Url {
        text.parse().expect("a URL")
    }

    fn refused<'a>(token: &'a Token, url: &'a Url) -> Refused<'a> {
        Refused { token, url, received: None, is_by_issuer: false, for_another_reason: false }
    }

    #[test]
    fn a_service_that_refuses_new_tokens_gets_no_more_of_them_for_a_while() {
        let (old, new, newer) = (token("old"), token("new"), token("newer"));
        let (here, there) = (url("http://here/a"), url("http://there/"));
        let refusals = Refusals::default();
        let another = |token, url, seconds| refusals.another(refused(token, url), at(seconds));

        assert_eq!(another(&old, &here, 0), Another::Now);
        refusals.replaced(refused(&old, &here), &new, Another::Now, at(0));
        // Others are refused with the old one at the same moment, and get the new one without a login.
        assert_eq!(another(&old, &here, 1), Another::Now);
        new.was_taken_at(&here);
        assert_eq!(another(&new, &here, 2), Another::Now, "it was taken, and then revoked");

        refusals.replaced(refused(&old, &here), &newer, Another::Now, at(3));
        assert_eq!(another(&newer, &here, 3), Another::No);
        newer.was_taken_at(&here);
        assert_eq!(another(&newer, &here, 4), Another::No, "some paths take any token");
        assert_eq!(another(&old, &here, 4), Another::No);
        assert_eq!(another(&newer, &there, 4), Another::Now);
        assert_eq!(another(&newer, &here, 3 + REMEMBERED.as_secs()), Another::Now);

        for number in 0..2 * MOST {
            let url = url(&format!("http://host{number}/"));
            refusals.replaced(refused(&old, &url), &new, Another::Now, at(5));
        }
        assert!(refusals.lock().len() <= MOST);
    }

    #[test]
    fn a_token_that_may_be_of_the_second_of_a_revocation_is_replaced_a_second_later() {
        let (worked, other, new, later) = (token("worked"), token("other"), token("new"), token("later"));
        let here = url("http://here/");
        worked.was_taken_at(&here);
        let by = |token| refused(token, &here);
        let by_issuer = |token| Refused { is_by_issuer: true, ..by(token) };
        let by_reason = |token| Refused { for_another_reason: true, ..by_issuer(token) };
        for (first, outcome) in [
            (by(&worked), Another::Later),
            (by_issuer(&other), Another::Later),
            (by(&other), Another::No),
            (by_reason(&other), Another::No),
        ] {
            let refusals = Refusals::default();
            assert_eq!(refusals.another(first, at(0)), Another::Now);
            refusals.replaced(first, &new, Another::Now, at(0));
            let second = Refused { token: &new, ..first };
            // Every caller that is refused waits, however many there are, and however late they come.
            for seconds in [0, 0, 30] {
                assert_eq!(refusals.another(second, at(seconds)), outcome, "{first:?}");
            }
            refusals.replaced(second, &later, Another::Later, at(30));
            let third = Refused { token: &later, ..first };
            assert_eq!(refusals.another(second, at(31)), Another::Now, "there is a newer one");
            assert_eq!(refusals.another(third, at(31)), Another::No);
        }

        // A fresh login, without any before it.
        let since = |seconds, first| Refused { received: Some(at(seconds)), ..first };
        for (first, outcome) in [
            (since(10, by(&other)), Another::Later),
            (since(8, by(&other)), Another::Now),
            (since(10, by(&worked)), Another::Now),
            (since(10, by_reason(&other)), Another::Now),
        ] {
            let refusals = Refusals::default();
            assert_eq!(refusals.another(first, at(10)), outcome, "{first:?}");
            // The same if the login was made while a replacement was refused.
            refusals.replaced(by_issuer(&new), &later, Another::Now, at(10));
            assert_eq!(refusals.another(first, at(10)), outcome, "{first:?}");
        }
    }
}
