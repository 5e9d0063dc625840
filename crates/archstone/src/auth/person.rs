//! The person behind a login, who enters a secret or opens a page in a browser.

use std::{fmt, pin::pin, sync::Arc};

use futures_util::future::{Either, select};
use url::Url;

use crate::{
    error::{Error, ErrorKind, Result, public_url},
    settings::Ask,
};

/// A page that a person opens in a browser to log in.
///
/// It displays as a sentence: `to log in, open https://login.example/… in a browser on this machine`. See
/// [`ClientBuilder::on_login_page`](crate::ClientBuilder::on_login_page).
#[derive(Clone)]
#[non_exhaustive]
pub struct LoginPage {
    pub(crate) url: Url,
    /// A local URL that redirects a browser on this machine to the page.
    pub(crate) start: Option<Url>,
    pub(crate) user_code: Option<String>,
}

impl LoginPage {
    /// The URL of the page, for a person to open.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The URL for a program that starts a browser on this machine. It redirects to the page, and works once. It
    /// reveals nothing about the login to other users of this machine, who can see the arguments of programs.
    #[must_use]
    pub fn browser_url(&self) -> &Url {
        self.start.as_ref().unwrap_or(&self.url)
    }

    /// The code that the page shows, for the person to compare. `None`: the page shows none and redirects to this
    /// machine, so the browser must run here.
    #[must_use]
    pub fn user_code(&self) -> Option<&str> {
        self.user_code.as_deref()
    }
}

impl fmt::Display for LoginPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "to log in, open {} in a browser", self.url)?;
        match &self.user_code {
            Some(code) => write!(f, ", and check that it shows {code}"),
            None => f.write_str(" on this machine"),
        }
    }
}

/// Omits what the URL reveals about the login.
impl fmt::Debug for LoginPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginPage").field("url", &public_url(&self.url)).finish_non_exhaustive()
    }
}

/// A callback that shows a person a page.
#[derive(Clone)]
pub(crate) struct ShowPage(Arc<Show>);

type Show = dyn Fn(&LoginPage) -> Result<()> + Send + Sync;

impl ShowPage {
    pub(crate) fn new(show: impl Fn(&LoginPage) -> Result<()> + Send + Sync + 'static) -> Self {
        Self(Arc::new(show))
    }
}

impl fmt::Debug for ShowPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ShowPage")
    }
}

/// The means by which a program can reach a person.
#[derive(Clone, Debug, Default)]
pub(crate) struct Person {
    pub(crate) ask: Option<Ask>,
    pub(crate) show: Option<ShowPage>,
}

impl Person {
    /// Shows the person a page, and waits for the result. If the program has no other way to show it, the page is
    /// logged as a warning.
    pub(crate) async fn show<T>(&self, page: LoginPage, wait: impl Future<Output = Result<T>>) -> Result<T> {
        let Some(show) = self.show.clone() else {
            tracing::warn!(target: "archstone::login", "{page}");
            return wait.await;
        };
        // It may take as long as the person does, such as a browser that runs until the login is done.
        let showing = tokio::task::spawn_blocking(move || (show.0)(&page));
        match select(pin!(wait), showing).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right((shown, wait)) => {
                shown.map_err(|error| {
                    Error::new(ErrorKind::NotConfigured, "showing the page of the login failed").with_source(error)
                })??;
                wait.await
            }
        }
    }
}
