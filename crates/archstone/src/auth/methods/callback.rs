//! A listener on this machine to which the browser is redirected with the result of one login.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
};
use url::{Host, Url, form_urlencoded};
use zeroize::Zeroizing;

use super::oidc::random;
use crate::{
    error::{Error, ErrorKind, Result},
    hint::Hint,
    secret::Secret,
    text::escaped,
};

/// A browser never sends longer headers or bodies.
const LONGEST_HEAD: usize = 16 << 10;
const LONGEST_BODY: usize = 64 << 10;
/// How long a browser may take to send a request.
const PATIENCE: Duration = Duration::from_secs(10);

/// A listener on this machine.
pub(super) struct Callback {
    listener: TcpListener,
    place: Place,
}

/// The listening address.
struct Place {
    redirect: Url,
    /// A path that redirects to a page, once.
    start: Mutex<Option<(String, Url)>>,
}

/// What a browser sent to the redirect URL.
pub(super) struct Returned {
    pub(super) method: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Zeroizing<Vec<u8>>,
}

/// The response to the browser; and the result, if this is the expected request.
pub(super) struct Verdict {
    pub(super) status: &'static str,
    pub(super) text: &'static str,
    pub(super) brings: Option<Result<Secret>>,
}

impl Returned {
    /// A parameter of the URL.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// A header, by its name in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// A field of the form in its body.
    pub(super) fn field(&self, name: &str) -> Option<Secret> {
        let mut fields = form_urlencoded::parse(&self.body);
        fields.find(|(it, _)| it == name).map(|(_, value)| value.into_owned().into())
    }
}

impl Verdict {
    /// Not the expected request.
    pub(super) fn no(status: &'static str, text: &'static str) -> Self {
        Self { status, text, brings: None }
    }

    /// The expected request.
    pub(super) fn done(text: &'static str, brings: Result<Secret>) -> Self {
        Self { status: "200 OK", text, brings: Some(brings) }
    }
}

impl Callback {
    /// Listens at the local URL from this option; without one, at any free port.
    pub(super) async fn bind(redirect: Option<&Url>, option: &'static str) -> Result<Self> {
        let wrong = |what: String| {
            Error::new(ErrorKind::InvalidConfig, what)
                .with_hint("use a URL such as `http://localhost:9990/`: see " + Hint::option(option))
        };
        let cannot = |error: io::Error| wrong(format!("cannot listen on this machine: {error}"));
        let (listener, redirect) = match redirect {
            None => {
                let listener = TcpListener::bind("127.0.0.1:0").await.map_err(cannot)?;
                let port = listener.local_addr().map_err(cannot)?.port();
                let redirect = Url::parse(&format!("http://127.0.0.1:{port}/"));
                (listener, redirect.map_err(|error| wrong(error.to_string()))?)
            }
            Some(redirect) => {
                let host = match redirect.host() {
                    Some(Host::Domain("localhost")) => "127.0.0.1".to_owned(),
                    Some(Host::Ipv4(address)) if address.is_loopback() => address.to_string(),
                    Some(Host::Ipv6(address)) if address.is_loopback() => format!("[{address}]"),
                    _ => return Err(wrong(format!("`{option}` is not on this machine"))),
                };
                if redirect.scheme() != "http" || redirect.query().is_some() || redirect.fragment().is_some() {
                    return Err(wrong(format!("`{option}` is not a plain `http://` URL without a query")));
                }
                let address = format!("{host}:{}", redirect.port_or_known_default().unwrap_or(80));
                let listener = TcpListener::bind(&address).await;
                let failed = |error| wrong(format!("cannot listen at `{address}`: {error}"));
                (listener.map_err(failed)?, redirect.clone())
            }
        };
        Ok(Self { listener, place: Place { redirect, start: Mutex::default() } })
    }

    /// The redirect URL.
    pub(super) fn redirect(&self) -> &Url {
        &self.place.redirect
    }

    /// A local URL that redirects a browser to a page, once.
    pub(super) fn start_at(&self, page: &Url) -> Result<Url> {
        let mut start = self.place.redirect.clone();
        start.set_path(random()?.expose());
        let path = start.path().to_owned();
        *self.place.start.lock().unwrap_or_else(PoisonError::into_inner) = Some((path, page.clone()));
        Ok(start)
    }

    /// Waits for the redirect that belongs to this login. Other requests are answered and otherwise ignored.
    pub(super) async fn wait(
        self,
        longest: Duration,
        judge: impl Fn(&Returned) -> Verdict + Send + Sync + 'static,
    ) -> Result<Secret> {
        let Self { listener, place } = self;
        let (sender, mut brought) = mpsc::channel(1);
        let (place, judge) = (Arc::new(place), Arc::new(judge));
        // Dropped, and thereby cancelled, when the wait is over.
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            // Browsers open connections that they may not use: none of these may delay another.
            let mut requests = JoinSet::new();
            loop {
                let Ok((stream, _)) = listener.accept().await else { continue };
                let (sender, place, judge) = (sender.clone(), Arc::clone(&place), Arc::clone(&judge));
                requests.spawn(async move {
                    let serving = serve(&stream, &place, &*judge);
                    if let Ok(Some(brings)) = tokio::time::timeout(PATIENCE, serving).await {
                        let _ = sender.send(brings).await;
                    }
                });
                while requests.try_join_next().is_some() {}
            }
        });
        let late = |_| {
            let message = format!("nobody logged in within {} seconds", longest.as_secs());
            Error::new(ErrorKind::Unauthenticated, message).with_hint("log in again, and open the URL that is shown")
        };
        let brings = tokio::time::timeout(longest, brought.recv()).await.map_err(late)?;
        brings.unwrap_or_else(|| Err(Error::new(ErrorKind::ConnectionFailed, "nobody listens any more")))
    }
}

/// Answers one request; `None` if it is not the expected one.
async fn serve(stream: &TcpStream, place: &Place, judge: &impl Fn(&Returned) -> Verdict) -> Option<Result<Secret>> {
    let (url, returned) = match read(stream, place).await? {
        Ok(read) => read,
        Err(Verdict { status, text, .. }) => {
            answer(stream, status, None, text).await;
            return None;
        }
    };
    let page = {
        let mut start = place.start.lock().unwrap_or_else(PoisonError::into_inner);
        start.take_if(|(path, _)| returned.method == "GET" && path.as_str() == url.path()).map(|(_, page)| page)
    };
    if let Some(page) = page {
        answer(stream, "302 Found", Some(&page), "").await;
        return None;
    }
    let Verdict { status, text, brings } = if url.path() == place.redirect.path() {
        judge(&returned)
    } else {
        Verdict::no("404 Not Found", "There is nothing here.")
    };
    answer(stream, status, None, text).await;
    brings
}

/// Reads a request with its URL; an error if it is not a valid request. `None` if the browser disconnected.
async fn read(stream: &TcpStream, place: &Place) -> Option<Result<(Url, Returned), Verdict>> {
    let too_long = |status| Some(Err(Verdict::no(status, "The request is too long.")));
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|it| it == b"\r\n\r\n") {
            break end;
        }
        if bytes.len() > LONGEST_HEAD {
            return too_long("431 Request Header Fields Too Large");
        }
        more(stream, &mut bytes).await?;
    };
    let mut body = Zeroizing::new(bytes.split_off(head_end + 4));
    let head = String::from_utf8_lossy(&bytes);
    let mut lines = head.lines();
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (method, target) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default());
    let header = |(name, value): (&str, &str)| (name.to_ascii_lowercase(), value.trim().to_owned());
    let headers: Vec<_> = lines.filter_map(|line| line.split_once(':').map(header)).collect();
    let mut request = Returned { method, query: Vec::new(), headers, body: Zeroizing::default() };
    // Only a path of this origin: a request for another host name that resolves to here is not part of a login.
    let base = &place.redirect;
    let is_own = |host: &str| Url::parse(&format!("http://{host}/")).is_ok_and(|it| it.origin() == base.origin());
    let url = base.join(target).ok().filter(|url| target.starts_with('/') && url.origin() == base.origin());
    let Some(url) = url.filter(|_| request.header("host").is_some_and(is_own)) else {
        return Some(Err(Verdict::no("404 Not Found", "There is nothing here.")));
    };
    let length = request.header("content-length").map_or(Ok(0), str::parse::<usize>);
    let Ok(length) = length else { return Some(Err(Verdict::no("400 Bad Request", "The request is malformed."))) };
    if length > LONGEST_BODY {
        return too_long("413 Content Too Large");
    }
    while body.len() < length {
        more(stream, &mut body).await?;
    }
    request.body = body;
    request.query = url.query_pairs().into_owned().collect();
    Some(Ok((url, request)))
}

/// Reads the available bytes. `None` if the browser disconnected.
async fn more(stream: &TcpStream, bytes: &mut Vec<u8>) -> Option<()> {
    let mut piece = [0; 4096];
    loop {
        stream.readable().await.ok()?;
        match stream.try_read(&mut piece) {
            Ok(0) => return None,
            Ok(length) => {
                bytes.extend_from_slice(&piece[..length]);
                return Some(());
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return None,
        }
    }
}

async fn answer(stream: &TcpStream, status: &str, location: Option<&Url>, text: &str) {
    let text = escaped(text);
    let page = format!(
        "<!doctype html>\n<html lang=en><meta charset=utf-8><title>Archstone</title>\n<h1>Archstone</h1>\n<p>{text}</p>\n"
    );
    let location = location.map(|url| format!("location: {url}\r\n")).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {status}\r\n{location}content-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n\
         connection: close\r\ncache-control: no-store\r\nreferrer-policy: no-referrer\r\n\
         content-security-policy: default-src 'none'\r\n\r\n",
        page.len()
    );
    let answer = format!("{head}{page}");
    let mut rest = answer.as_bytes();
    // A browser that has disconnected does not read it.
    while !rest.is_empty() && stream.writable().await.is_ok() {
        match stream.try_write(rest) {
            Ok(length) => rest = &rest[length..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}
