//! Connections to services: proxies, sockets, encodings, and headers about the caller.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{IpAddr, TcpListener},
    time::Duration,
};

use archstone::{Client, ClientBuilder, ErrorKind, ServiceClient, host::Host};
use archstone_testing::{Authority, FakeServer, Reply};

fn given() -> ClientBuilder {
    Client::builder().token_id("the-token").mgmt_url("http://127.0.0.1:9/v3")
}

fn compute(builder: ClientBuilder, url: &str) -> ServiceClient {
    builder.build().unwrap().service("compute").endpoint_override(url)
}

#[tokio::test]
async fn a_proxy_is_used_for_all_but_the_hosts_that_are_named() {
    let proxy = FakeServer::start();
    proxy.on("GET", "*").reply(Reply::json(200, r#"{"from": "the proxy"}"#));
    let with_password = proxy.url().replace("http://", "http://user:marked@");

    let through = compute(given().proxy(with_password), "http://nova.invalid:8774/v2.1");
    let answer = through.get("servers").send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), r#"{"from": "the proxy"}"#);
    let seen = &proxy.requests()[0];
    assert_eq!(seen.target(), "http://nova.invalid:8774/v2.1/servers");
    // `user:marked` as HTTP Basic encodes it.
    assert_eq!(seen.header("proxy-authorization"), Some("Basic dXNlcjptYXJrZWQ="));

    let direct = FakeServer::start();
    direct.on("GET", "*").reply(Reply::json(200, "{}"));
    for builder in [given().proxy(proxy.url()).no_proxy("127.0.0.1"), given().proxy("none")] {
        assert_eq!(compute(builder, direct.url()).get("servers").send().await.unwrap().status(), 200);
    }
    assert_eq!((proxy.requests().len(), direct.requests().len()), (1, 2));
}

#[test]
fn what_is_no_proxy_is_refused_without_showing_it() {
    for wrong in ["socks://marked@proxy", "ftp://marked@proxy", "http://", "http://user:marked"] {
        let error = given().proxy(wrong).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{wrong}");
        assert!(!format!("{error:?}").contains("marked") && error.hint().is_some(), "{error:?}");
    }
    let settings = format!("{:?}", given().proxy("http://user:marked@proxy:3128").config().unwrap());
    assert!(!settings.contains("marked"), "{settings}");
}

#[test]
fn the_proxy_of_a_variable_is_shown_with_its_variable_and_without_its_password() {
    let shown = |no_proxy: &str| {
        let variables = [
            ("OS_AUTH_URL", "http://keystone.example/v3"),
            ("http_proxy", "http://user:marked@proxy.example:3128"),
            ("no_proxy", no_proxy),
        ];
        let explained = Client::builder().environment().host(Host::made(variables)).explain().unwrap();
        let proxy = explained.values.iter().find(|it| it.name == "proxy");
        proxy.map(|it| format!("{} {}", it.shown(), it.origin))
    };
    assert_eq!(shown("other").unwrap(), "http://proxy.example:3128 environment variable `http_proxy`");
    assert_eq!(shown(".example"), None);
}

#[test]
fn a_check_names_the_proxy_of_a_variable_and_what_is_wrong_with_one() {
    let found = |more: &[(&str, &str)]| {
        let login = [("OS_AUTH_URL", "http://keystone.example:5000/v3"), ("OS_USERNAME", "a"), ("OS_PASSWORD", "b")];
        let host = Host::made(login.iter().chain(more).copied()).with_folders("/nowhere", "/nowhere");
        let found = archstone::config::check(&host);
        let text = |it: &archstone::config::Finding| {
            format!("{} {}; {}", it.is_error, it.message, it.hint.as_ref().map(ToString::to_string).unwrap_or_default())
        };
        found.iter().map(text).collect::<Vec<_>>().join("\n")
    };
    let proxy = ("http_proxy", "http://user:marked@proxy.example:3128");
    let broken = ("http_proxy", "ftp://user:marked@proxy.example");

    assert_eq!(
        found(&[proxy]),
        "false requests to `http://keystone.example:5000/v3` go through the proxy `http://proxy.example:3128` \
         (environment variable `http_proxy`); if that is not meant, add `keystone.example` to `no_proxy`"
    );
    let refused = found(&[broken]);
    assert!(refused.starts_with("true environment variable `http_proxy` begins with `ftp://`"), "{refused}");
    assert!(
        refused.lines().count() == 1 && refused.contains("`socks5h://`") && !refused.contains("marked"),
        "{refused}"
    );
    let refused = found(&[("ARCHSTONE_PROXY", broken.1), proxy]);
    assert!(refused.starts_with("true environment variable `ARCHSTONE_PROXY` begins with `ftp://`"), "{refused}");
    assert!(refused.lines().count() == 1 && !refused.contains("marked"), "{refused}");
    // Settings that do not apply to the URL cause no error.
    for direct in [
        [("no_proxy", "keystone.example"), proxy],
        [("no_proxy", "keystone.example"), broken],
        [("ARCHSTONE_PROXY", "none"), broken],
        [("ARCHSTONE_UNIX_SOCKET", "/run/keystone"), broken],
        [("ARCHSTONE_NO_PROXY", ".example"), proxy],
        [("https_proxy", broken.1), ("http_proxy", "")],
    ] {
        assert_eq!(found(&direct), "", "{direct:?}");
    }
}

#[test]
fn a_connection_is_closed_with_its_last_blocking_client_and_without_another_call() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (connection, _) = listener.accept().unwrap();
        // Much less than the time for which an idle connection is kept.
        connection.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut reader = BufReader::new(&connection);
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            reader.read_line(&mut line).unwrap();
        }
        (&connection).write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
        reader.read(&mut [0]).unwrap()
    });
    let client = given().build_blocking().unwrap();
    let service = client.service("compute").endpoint_override(url);
    let body = client.wait(async { service.get("servers").send().await?.text().await });
    assert_eq!(body.unwrap(), "{}");

    drop((client, service));

    assert_eq!(server.join().unwrap(), 0);
}

#[cfg(unix)]
#[tokio::test]
async fn every_connection_can_go_to_one_socket() {
    let path = std::env::temp_dir().join(format!("archstone-socket-{}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let server = std::thread::spawn(move || {
        let (connection, _) = listener.accept().unwrap();
        let lines = BufReader::new(&connection).lines().map(Result::unwrap);
        let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
        (&connection).write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
        head.join("\n")
    });

    let answer = compute(given().unix_socket(&path), "http://nova.invalid/v2.1").get("servers").send().await.unwrap();

    assert_eq!(answer.text().await.unwrap(), "{}");
    let head = server.join().unwrap();
    assert!(head.starts_with("GET /v2.1/servers HTTP/1.1") && head.contains("host: nova.invalid"), "{head}");
    std::fs::remove_file(&path).unwrap();
}

#[tokio::test]
async fn answers_that_are_packed_are_unpacked() {
    // `{"packed": true}`, compressed with gzip.
    const PACKED: [u8; 36] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 42, 72, 76, 206, 78, 77, 81, 178, 82, 40, 41, 42, 77, 173, 5, 0, 185,
        208, 187, 115, 16, 0, 0, 0,
    ];
    let server = FakeServer::start();
    let packed = Reply::new(200).header("content-type", "application/json").header("content-encoding", "gzip");
    server.on("GET", "*").reply(packed.body(PACKED));

    let answer = compute(given(), server.url()).get("servers").send().await.unwrap();

    assert_eq!(answer.text().await.unwrap(), r#"{"packed": true}"#);
    assert!(server.requests()[0].header("accept-encoding").unwrap().contains("gzip"));
}

#[tokio::test]
async fn services_are_told_who_asks_and_for_whom() {
    let server = FakeServer::start();
    server.on("GET", "*").reply(Reply::json(200, "{}"));
    let address: IpAddr = "2001:db8::7".parse().unwrap();
    let service = compute(given().user_agent("app/1").original_ip(address), server.url()).user_agent("library/2");
    let own = concat!("archstone/", env!("CARGO_PKG_VERSION"));

    service.get("x").send().await.unwrap();
    service.get("x").user_agent("just-this").original_ip("192.0.2.7".parse().unwrap()).send().await.unwrap();

    let [usual, said] = &*server.requests() else { panic!("two requests") };
    assert_eq!(usual.header("user-agent"), Some(&*format!("app/1 library/2 {own}")));
    assert_eq!(usual.header("forwarded"), Some(&*format!("for=\"[2001:db8::7]\";by=\"app/1 {own}\"")));
    assert_eq!(usual.header("accept"), Some("application/json"));
    assert_eq!(said.header("user-agent"), Some("just-this"));
    assert_eq!(said.header("forwarded"), Some(&*format!("for=192.0.2.7;by=\"app/1 {own}\"")));
}

#[tokio::test]
async fn authorities_can_be_the_files_of_a_folder() {
    let authority = Authority::new();
    let server = FakeServer::start_tls(&authority.certificate());
    server.on("GET", "*").reply(Reply::json(200, "{}"));
    let folder = std::env::temp_dir().join(format!("archstone-authorities-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir(&folder).unwrap();
    let refused = compute(given().cacert(&folder), server.url()).get("x").send().await.unwrap_err();
    assert!(refused.kind() == ErrorKind::InvalidConfig && refused.to_string().contains("no file in"), "{refused}");

    std::fs::write(folder.join("readme.txt"), "no certificate").unwrap();
    std::fs::write(folder.join("ours.pem"), authority.pem()).unwrap();
    for builder in [given().cacert(&folder), given().cacert(&folder).tls_min_version(archstone::TlsVersion::Tls13)] {
        assert_eq!(compute(builder, server.url()).get("x").send().await.unwrap().status(), 200);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
