//! Kerberos with real servers: an MIT KDC, and Keystone behind `mod_auth_gssapi`.

use std::process::Command;

use archstone::{Client, ClientBuilder, ErrorKind, TokenCache};
use archstone_testing::{FakeServer, Reply};
use serde_json::{Value, json};

use crate::lab::{SAID, facts, hint, validated};

struct Lab(Value);

impl Lab {
    fn new() -> Self {
        Self(facts("kerberos"))
    }

    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap()
    }

    fn bare(&self, url: &str) -> ClientBuilder {
        let client = Client::builder().cacert(self.text("cacert")).option("proxy", "none").auth_url(url);
        client.token_cache(&TokenCache::new())
    }

    fn kerberos(&self) -> ClientBuilder {
        self.bare(self.text("kerberos_auth_url")).auth_type("v3kerberos")
    }

    fn federated(&self) -> ClientBuilder {
        let client = self.bare(self.text("auth_url")).auth_type("v3fedkerb");
        ["identity_provider", "protocol"].iter().fold(client, |it, name| it.option(name, self.text(name)))
    }

    fn admin(&self) -> Client {
        let client = self.bare(self.text("auth_url")).username("admin").password("admin-secret");
        client.option("project_name", "admin").build().unwrap()
    }
}

/// Runs a test in a separate process with a user's tickets, since the system's Kerberos reads the environment.
fn with_tickets_of(user: &str, test: &str, work: impl Future<Output = ()>) {
    with_tickets(user, "krb5_config", test, work);
}

fn with_tickets(user: &str, config: &str, test: &str, work: impl Future<Output = ()>) {
    const WITHIN: &str = "ARCHSTONE_LAB_USER";
    if std::env::var_os(WITHIN).is_some() {
        return tokio::runtime::Runtime::new().unwrap().block_on(work);
    }
    let lab = Lab::new();
    let tickets = lab.0[user].as_str().unwrap_or("FILE:/none/of/it").to_owned();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", &format!("kerberos::{test}"), "--ignored", "--nocapture"]).env(WITHIN, user);
    child.env("KRB5_CONFIG", lab.text(config)).env("KRB5CCNAME", tickets);
    let output = child.output().unwrap();
    let said = [output.stdout, output.stderr].map(|it| String::from_utf8_lossy(&it).into_owned()).concat();
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
#[ignore = "needs `dev/lab kerberos up`"]
fn a_ticket_logs_in_with_each_way_of_mutual_authentication() {
    with_tickets_of("alice", "a_ticket_logs_in_with_each_way_of_mutual_authentication", async {
        let lab = Lab::new();
        let admin = lab.admin();
        for way in [None, Some("optional"), Some("required"), Some("disabled")] {
            let client = lab.kerberos().option("project_name", lab.text("project"));
            let client = way.into_iter().fold(client, |it, way| it.option("mutual_auth", way)).build().unwrap();
            let access = client.access().await.unwrap_or_else(|error| panic!("{way:?}: {error:#}"));
            assert_eq!((access.user_name(), access.project_name()), (Some("alice"), Some(lab.text("project"))));
            let token = validated(&admin, access.token()).await;
            assert_eq!((&token["methods"], &token["user"]["name"]), (&json!(["kerberos"]), &json!("alice")));
            let renewed = client.renew().await.unwrap();
            assert_ne!(renewed.token(), access.token());
            assert_eq!(client.user().await.unwrap().name, "alice");
            assert!(!client.projects().await.unwrap().is_empty());
            let replaced = client.replace(renewed.token()).await.unwrap();
            assert_eq!(validated(&admin, &replaced).await["user"]["name"], "alice");
            let said = SAID.lock().unwrap().clone();
            for token in [access.token(), renewed.token(), &replaced] {
                assert!(!said.contains(token.expose()) && !format!("{client:?}").contains(token.expose()));
            }
            assert!(!said.contains("Negotiate YI"), "{said}");
        }
        // Without a scope, the only project of the user.
        let client = lab.kerberos().build().unwrap();
        assert_eq!(client.access().await.unwrap().project_name(), Some(lab.text("project")));
    });
}

#[test]
#[ignore = "needs `dev/lab kerberos up`"]
fn a_ticket_is_one_of_two_factors() {
    with_tickets_of("quinn", "a_ticket_is_one_of_two_factors", async {
        let lab = Lab::new();
        let admin = lab.admin();
        let password = |url: &str| lab.bare(lab.text(url)).username("quinn").password(lab.text("quinn_password"));
        let both = |url: &str| password(url).option("auth_methods", "v3password,v3kerberos");

        let client = both("kerberos_auth_url").project_name(lab.text("project")).build().unwrap();
        let access = client.access().await.unwrap_or_else(|error| panic!("{error:#}"));

        assert_eq!((access.user_name(), access.project_name()), (Some("quinn"), Some(lab.text("project"))));
        let methods = validated(&admin, access.token()).await["methods"].take();
        let mut methods: Vec<_> = methods.as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
        methods.sort_unstable();
        assert_eq!(methods, ["kerberos", "password"]);
        assert_ne!(client.renew().await.unwrap().token(), access.token());
        // One of them is not enough, and either one completes the other.
        let of = async |client: ClientBuilder| client.build().unwrap().access().await;
        let first = of(password("auth_url")).await.unwrap_err();
        assert_eq!(first.kind(), ErrorKind::ReceiptIssued, "{first:?}");
        assert!(first.to_string().contains("still missing is `kerberos`"), "{first}");
        let continued = lab.bare(lab.text("kerberos_auth_url")).receipt(first.receipt().unwrap().to_reference());
        assert_eq!(of(continued).await.unwrap().user_name(), Some("quinn"));
        let second = of(lab.kerberos()).await.unwrap_err();
        assert!(second.to_string().contains("still missing is `password`"), "{second}");
        let continued = password("auth_url").receipt(second.receipt().unwrap().to_reference());
        assert_eq!(of(continued).await.unwrap().user_name(), Some("quinn"));
        // A server that does not accept tickets, and a wrong password.
        for client in [both("auth_url"), both("kerberos_auth_url").password("wrong")] {
            let error = of(client).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error:?}");
            assert!(hint(&error).contains("the password and the Kerberos ticket"), "{error:?}");
            assert!(hint(&error).contains("klist") && hint(&error).contains("auth_url"), "{error:?}");
        }
        assert!(!SAID.lock().unwrap().contains("Negotiate YI"));
    });
}

#[test]
#[ignore = "needs `dev/lab kerberos up`"]
fn a_federated_ticket_serves_every_scope_with_one_login() {
    with_tickets_of("yuri", "a_federated_ticket_serves_every_scope_with_one_login", async {
        let lab = Lab::new();
        let admin = lab.admin();
        for way in ["optional", "required", "disabled"] {
            let client = lab.federated().option("mutual_auth", way).option("project_name", "web").build().unwrap();
            let access = client.access().await.unwrap_or_else(|error| panic!("{way}: {error:#}"));
            assert_eq!((access.user_name(), access.project_name()), (Some("yuri"), Some("web")));
            let token = validated(&admin, access.token()).await;
            assert_eq!(token["user"]["OS-FEDERATION"]["identity_provider"]["id"], lab.text("identity_provider"));
            assert_eq!(client.projects().await.unwrap().len(), 2);
        }
        let error = lab.federated().option("project_name", "admin").build().unwrap().access().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ScopeNotAllowed, "{error:?}");
    });
}

#[test]
#[ignore = "needs `dev/lab kerberos up`"]
fn a_user_whom_keystone_does_not_know_is_refused_with_what_to_check() {
    with_tickets_of("yuri", "a_user_whom_keystone_does_not_know_is_refused_with_what_to_check", async {
        let lab = Lab::new();
        let error = lab.kerberos().build().unwrap().access().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error:?}");
        assert!(hint(&error).contains("klist"), "{error:?}");
        // A server that does not accept tickets.
        let error = lab.bare(lab.text("auth_url")).auth_type("v3kerberos").build().unwrap().access().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error:?}");
        assert!(hint(&error).contains("auth_url"), "{error:?}");
    });
}

#[test]
#[ignore = "needs `dev/lab kerberos up`"]
fn without_a_ticket_nothing_is_sent() {
    with_tickets_of("nobody", "without_a_ticket_nothing_is_sent", async {
        let lab = Lab::new();
        for client in [lab.kerberos(), lab.federated()] {
            let error = client.build().unwrap().access().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{error:?}");
            assert!(error.to_string().contains("no Kerberos ticket for `HTTP/localhost`"), "{error}");
            assert!(hint(&error).contains("kinit"), "{error:?}");
        }
    });
}

#[test]
#[ignore = "needs `dev/lab kerberos up`"]
fn a_kdc_that_does_not_answer_is_told() {
    with_tickets("alice", "krb5_config_without_kdc", "a_kdc_that_does_not_answer_is_told", async {
        // A host without a ticket.
        let client = Lab::new().kerberos().auth_url("https://127.0.0.1:9/v3").build().unwrap();
        let error = client.access().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionFailed, "{error:?}");
        assert!(error.to_string().contains("the KDC does not answer"), "{error}");
        assert!(hint(&error).contains("krb5.conf"), "{error:?}");
    });
}

/// Responses of a server that does not have the key.
#[test]
#[ignore = "needs `dev/lab kerberos up`"]
fn a_server_that_does_not_prove_itself_is_believed_only_where_that_is_wanted() {
    with_tickets_of("alice", "a_server_that_does_not_prove_itself_is_believed_only_where_that_is_wanted", async {
        let document = json!({"token": {
            "methods": ["kerberos"],
            "user": {"id": "u", "name": "alice", "domain": {"id": "default", "name": "Default"}},
            "issued_at": "2026-01-01T00:00:00.000000Z",
            "expires_at": "2046-01-01T00:00:00.000000Z",
            "project": {"id": "p", "name": "web", "domain": {"id": "default", "name": "Default"}},
            "audit_ids": ["a"],
        }});
        for (proof, way, is_believed) in [
            (None, "optional", true),
            (None, "disabled", true),
            (None, "required", false),
            (Some("Negotiate AAAA"), "optional", false),
            (Some("Negotiate AAAA"), "required", false),
            (Some("Negotiate AAAA"), "disabled", true),
            (Some("Negotiate !!!"), "optional", false),
            (Some("Basic realm=\"x\""), "required", false),
        ] {
            let server = FakeServer::start();
            let reply = Reply::json(201, document.clone()).header("x-subject-token", "marked-token");
            let reply = proof.into_iter().fold(reply, |it, proof| it.header("www-authenticate", proof));
            server.on("POST", "/v3/auth/tokens").reply(reply);
            let url = format!("http://localhost:{}/v3", server.url().rsplit(':').next().unwrap());
            let client = Client::builder().option("proxy", "none").auth_url(url).token_cache(&TokenCache::new());
            let client = client.auth_type("v3kerberos").option("mutual_auth", way).option("project_id", "p");
            let outcome = client.build().unwrap().access().await;
            assert!(server.requests()[0].header("authorization").unwrap().starts_with("Negotiate YI"));
            match outcome {
                Ok(access) => assert!(is_believed, "{proof:?} {way}: {access:?}"),
                Err(error) => {
                    assert!(!is_believed, "{proof:?} {way}: {error:?}");
                    assert!(error.to_string().contains("does not authenticate itself"), "{error}");
                    assert!(hint(&error).contains("mutual_auth"), "{error:?}");
                    assert!(!format!("{error:?}").contains("marked"), "{error:?}");
                }
            }
        }
    });
}

/// A ticket is for one host: a redirect to another one gets none, and the ticket is not sent on.
#[test]
#[ignore = "needs `dev/lab kerberos up`"]
fn no_ticket_follows_a_redirect() {
    with_tickets_of("alice", "no_ticket_follows_a_redirect", async {
        let (server, other) = (FakeServer::start(), FakeServer::start());
        let at_localhost = |server: &FakeServer| {
            format!("http://localhost:{}", server.url().rsplit(':').next().unwrap().trim_end_matches('/'))
        };
        for status in [302, 307] {
            for path in ["/v3/auth/tokens", "/v3/OS-FEDERATION/identity_providers/kdc/protocols/mapped/auth"] {
                let reply = Reply::text(status, "").header("location", format!("{}{path}", at_localhost(&other)));
                server.on("*", path).reply(reply);
            }
            let client = |auth_type: &str| {
                let client = Client::builder().option("proxy", "none").token_cache(&TokenCache::new());
                let client = client.auth_url(format!("{}/v3", at_localhost(&server))).auth_type(auth_type);
                client.option("identity_provider", "kdc").option("protocol", "mapped")
            };
            for client in [client("v3kerberos"), client("v3fedkerb")] {
                let before = server.requests().len();
                client.build().unwrap().access().await.unwrap_err();
                let sent = server.requests().split_off(before);
                assert!(sent.iter().any(|it| it.header("authorization").is_some_and(|it| it.starts_with("Negotiate"))));
            }
        }
        assert!(other.requests().is_empty());
    });
}
