//! Programs that print tokens.

use std::{os::unix::fs::PermissionsExt, path::PathBuf};

use archstone::{Client, ClientBuilder, ErrorKind, TokenCache};
use archstone_testing::FakeKeystone;
use serde_json::Value;

use crate::demo;

/// A program in its own folder that records each request it gets.
struct Printer {
    folder: PathBuf,
}

impl Printer {
    fn new(name: &str, script: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("archstone-exec-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let printer = Self { folder };
        let script = format!("#!/bin/sh\necho \"$ARCHSTONE_EXEC_REQUEST\" >> '{}'\n{script}\n", printer.asked_file());
        std::fs::write(printer.program(), script).unwrap();
        std::fs::set_permissions(printer.program(), std::fs::Permissions::from_mode(0o700)).unwrap();
        printer
    }

    fn program(&self) -> PathBuf {
        self.folder.join("program")
    }

    fn asked_file(&self) -> String {
        self.folder.join("asked").display().to_string()
    }

    fn asked(&self) -> Vec<Value> {
        let asked = std::fs::read_to_string(self.asked_file()).unwrap_or_default();
        asked.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn client(&self, auth_url: &str, cache: &TokenCache) -> ClientBuilder {
        let client = Client::builder().auth_url(auth_url).auth_type("exec").token_cache(cache);
        client.option("exec_command", serde_json::json!([self.program()]).to_string())
    }
}

impl Drop for Printer {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[tokio::test]
async fn a_program_logs_in_once_for_all_and_for_any_scope() {
    let keystone = FakeKeystone::start();
    let given = demo(&keystone).unscoped().build().unwrap().access().await.unwrap();
    let token = given.token().expose();
    let printer = Printer::new("scopes", &format!("echo '{{\"token\": \"{token}\"}}'"));
    let cache = TokenCache::new();
    let client = || printer.client(&keystone.auth_url(), &cache);

    // The token is used as it is.
    let clients: Vec<_> = (0..8).map(|_| client().unscoped().build().unwrap()).collect();
    let tasks: Vec<_> = clients.into_iter().map(|it| tokio::spawn(async move { it.access().await })).collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap().token().expose(), token);
    }
    assert_eq!(printer.asked().len(), 1);
    // The token is exchanged for one of the requested project.
    let scoped = client().project_id("demo-id").build().unwrap().access().await.unwrap();
    assert_eq!((scoped.project_id(), scoped.user_name()), (Some("demo-id"), Some("demo")));
    assert_ne!(scoped.token().expose(), token);

    let asked = printer.asked();
    assert_eq!(asked[0]["scope"], "unscoped");
    assert_eq!(asked[1]["scope"]["project"]["id"], "demo-id");
    assert_eq!((&asked[1]["version"], asked[1]["auth_url"].as_str()), (&Value::from(1), Some(&*keystone.auth_url())));
}

#[tokio::test]
async fn what_a_program_prints_is_checked() {
    let keystone = FakeKeystone::start();
    let table = [
        ("echo MARKED", ErrorKind::InvalidConfig, "prints something that is not JSON"),
        ("true", ErrorKind::InvalidConfig, "prints something that is not JSON"),
        ("echo '[\"MARKED\"]'", ErrorKind::InvalidConfig, "prints JSON without a `token`"),
        ("echo '{\"token\": 7}'", ErrorKind::InvalidConfig, "prints JSON without a `token`"),
        ("echo '{\"token\": \"\"}'", ErrorKind::InvalidConfig, "prints an empty token"),
        ("echo '{\"token\": \"MAR\\nKED\"}'", ErrorKind::InvalidConfig, "prints something that is not JSON"),
        ("echo '{\"token\": \"MARKED\\u0000\"}'", ErrorKind::InvalidConfig, "cannot be written in an HTTP header"),
        (
            "echo '{\"token\": \"MARKED\", \"expires_at\": \"soon\"}'",
            ErrorKind::InvalidConfig,
            "`expires_at` that is not a time",
        ),
        (
            "echo '{\"token\": \"MARKED\", \"expires_at\": \"2020-01-01T00:00:00Z\"}'",
            ErrorKind::InvalidConfig,
            "a token that ended at 2020-01-01T00:00:00Z",
        ),
        (
            "echo '{\"id\": \"MARKED\", \"expires\": \"2020-01-01T00:00:00+0000\"}'",
            ErrorKind::InvalidConfig,
            "a token that ended at 2020-01-01T00:00:00Z",
        ),
        ("echo '{\"token\": \"MARKED\"}'; exit 3", ErrorKind::InvalidConfig, "failed (exit status: 3)"),
        ("printf '\\377'", ErrorKind::InvalidConfig, "not UTF-8"),
        ("echo '{\"token\": \"MARKED\"}'", ErrorKind::TokenRejected, "has expired, was revoked"),
    ];
    for (position, (script, kind, words)) in table.into_iter().enumerate() {
        let printer = Printer::new(&format!("wrong-{position}"), script);
        let client = printer.client(&keystone.auth_url(), &TokenCache::new()).build().unwrap();
        let error = client.access().await.unwrap_err();
        let shown = format!("{error} {error:?} {client:?} {}", error.hint().unwrap_or_default());
        assert_eq!(error.kind(), kind, "{script}: {shown}");
        assert!(shown.contains(words) && shown.contains("program"), "{script}: {shown}");
        assert!(!shown.contains("MARKED"), "{script}: {shown}");
    }
    let printer = Printer::new("unattended", "echo MARKED");
    let unattended = printer.client(&keystone.auth_url(), &TokenCache::new()).unattended().build().unwrap_err();
    assert_eq!(unattended.kind(), ErrorKind::NotConfigured);
    assert!(unattended.to_string().contains("`exec_command`") && printer.asked().is_empty(), "{unattended}");
    let missing = Client::builder().auth_url(keystone.auth_url()).auth_type("exec").build().unwrap_err();
    assert!(missing.to_string().contains("lacks `exec_command`"), "{missing}");
}
