//! Marked secrets appear nowhere: not in `Debug`, not in errors, not in logs.

use std::{
    fmt::Write,
    sync::{Arc, Mutex},
};

use archstone::{Access, Client, TokenCache, host::Host};
use tracing::{Event, Metadata, Subscriber, field, span};

use crate::keystone::{Path, folder};

/// Records everything that is logged.
#[derive(Clone, Default)]
pub(crate) struct Recorder(pub(crate) Arc<Mutex<String>>);

impl field::Visit for Recorder {
    fn record_debug(&mut self, field: &field::Field, value: &dyn std::fmt::Debug) {
        writeln!(self.0.lock().unwrap(), "{field}={value:?}").unwrap();
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        attributes.record(&mut self.clone());
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut self.clone());
    }

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

#[tokio::test]
async fn secrets_appear_nowhere() {
    let recorder = Recorder::default();
    // With a single subscriber, tracing caches the interest of the thread that logs first, which may belong to another
    // test; with two, it checks each time.
    let _second = tracing::Dispatch::new(recorder.clone());
    let logged = tracing::subscriber::set_default(recorder.clone());
    let (path, folder) = (Path::new(""), folder("secrets"));
    let mut shown = String::new();

    let client = path.user("alice").disk_cache_in(&folder).build().unwrap();
    let access = client.access().await.unwrap();
    client.projects().await.unwrap();
    let reference = access.to_reference();
    let secrets =
        [access.token().expose(), "alice-secret", "marked-password", "marked-token", "marked-ac", "marked-env"];
    let hosts = Host::made([("OS_PASSWORD", "marked-env")]);
    let builders = [
        path.user("alice").password("marked-password").disk_cache_in(&folder),
        path.client().token("marked-token"),
        path.client().token_id("marked-token"),
        path.client().application_credential_id("id").application_credential_secret("marked-ac"),
        path.user("grace"),
        Client::builder().environment().auth_url(path.auth_url()).username("alice").host(hosts.clone()),
        path.user("alice").token_ref(reference.expose()),
    ];
    for builder in builders {
        write!(shown, "{builder:?}").unwrap();
        let client = builder.token_cache(&TokenCache::new()).build().unwrap();
        write!(shown, "{client:?} {:?} {:?} {:?}", client.config(), client.timings(), client.current_token()).unwrap();
        match client.authenticate().await {
            Ok(access) => write!(shown, "{access:?} {:?}", access.token()),
            Err(error) => write!(shown, "{error:?} {error} {:?} {:?}", error.hint(), error.receipt()),
        }
        .unwrap();
    }
    write!(shown, "{client:?} {access:?} {reference:?} {hosts:?} {:?}", TokenCache::shared()).unwrap();
    for text in ["{\"auth_token\": \"marked-token\"", "{\"auth_token\": \"marked-token\", \"body\": {}}"] {
        write!(shown, "{:?}", Access::from_reference(text, &hosts).unwrap_err()).unwrap();
    }
    let bad_header = path.client().token_id("marked-token\nmore").build().unwrap_err();
    write!(shown, "{bad_header:?}").unwrap();
    drop(logged);

    let logged = recorder.0.lock().unwrap();
    assert!(logged.contains("/v3/auth/tokens"), "the log has the requests: {logged}");
    for secret in secrets {
        assert!(!shown.contains(secret), "shown: {secret}");
        assert!(!logged.contains(secret), "logged: {secret}");
    }
}
