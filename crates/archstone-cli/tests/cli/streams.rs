//! Lists that arrive page by page.

use std::io::{BufRead, BufReader, Read};

use archstone_testing::{Failure, FakeKeystone, Reply};

use crate::program::Program;

/// A cloud with two users on the first page of a list; the test determines the second page.
fn cloud(second: impl Fn() -> Reply + Send + Sync + 'static) -> (FakeKeystone, Program) {
    let keystone = FakeKeystone::start();
    keystone.on("GET", "/v3/users").reply_with(move |request| match request.query() {
        Some(query) if query.contains("marker") => second(),
        _ => Reply::json(
            200,
            serde_json::json!({
                "users": [{"id": "1", "name": "anna"}, {"id": "2", "name": "bert"}],
                "links": {"next": "/v3/users?marker=2"},
            }),
        ),
    });
    let demo = Program::new().with("OS_AUTH_URL", &keystone.auth_url()).with("OS_USERNAME", "demo");
    (keystone, demo.with("OS_PASSWORD", "secret"))
}

#[test]
fn rows_are_written_before_the_next_page_is_there() {
    let (_keystone, demo) = cloud(|| Reply::new(200).with(Failure::Silence));
    for (format, lines) in [
        ("ndjson", vec!["{\"ID\":\"1\",\"Name\":\"anna\"}", "{\"ID\":\"2\",\"Name\":\"bert\"}"]),
        ("value", vec!["1 anna", "2 bert"]),
        ("csv", vec!["\"ID\",\"Name\"", "\"1\",\"anna\"", "\"2\",\"bert\""]),
    ] {
        let mut child = demo.command(&["user", "list", "-f", format]).spawn().expect("the program runs");
        let out = BufReader::new(child.stdout.take().expect("its output"));
        let written: Vec<_> = out.lines().take(lines.len()).map(|line| line.expect("a line")).collect();
        child.kill().expect("it waits for the next page");
        child.wait().expect("it ends");
        assert_eq!(written, lines, "{format}");
    }
}

#[test]
fn rows_that_arrived_before_a_failure_are_written_where_that_is_possible() {
    let (keystone, demo) = cloud(|| Reply::error(403, "not for you"));
    for (format, out) in [("value", "1 anna\n2 bert\n"), ("json", ""), ("table", "")] {
        let run = demo.run(&format!("user list -f {format}"));
        assert_eq!((run.code, run.stdout.as_str()), (Some(5), out), "{format}");
        assert!(run.stderr.contains("not for you"), "{}", run.stderr);
    }
    // A list that is refused at once has no heading, either.
    keystone.on("GET", "/v3/users").reply(Reply::error(403, "not for you"));
    assert!(demo.run("user list -f csv").failure().starts_with("exit 5\nerror: "));
}

#[test]
fn no_more_is_asked_for_than_is_wanted() {
    let (keystone, demo) = cloud(|| Reply::error(403, "not for you"));
    assert_eq!(demo.run("user list -f value --max-items 2").result(), "1 anna\n2 bert\n");
    assert_eq!(keystone.count("GET", "/v3/users"), 1);

    // When the reader closes the pipe, the list ends.
    let endless = Reply::json(
        200,
        serde_json::json!({"users": [{"id": "3", "name": "x".repeat(100_000)}], "links": {"next": "/v3/users?marker=3"}}),
    );
    let (keystone, demo) = cloud(move || endless.clone());
    let mut child = demo.command(&["user", "list", "-f", "ndjson"]).spawn().expect("the program runs");
    let mut first = [0; 1];
    child.stdout.take().expect("its output").read_exact(&mut first).expect("some output");
    let status = child.wait().expect("it ends");
    assert_eq!((&first, status.code()), (b"{", Some(141)));
    assert!(keystone.count("GET", "/v3/users") >= 1);
}
