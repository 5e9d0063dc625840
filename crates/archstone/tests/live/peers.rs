//! Known bugs of other OpenStack clients in logins and token caches, each as a test.
//!
//! More of them have tests elsewhere. In `token_cache`: two secrets at one cloud share a token, a wrong password works
//! while there is a cached token, another process's lock is deleted, a forced renewal keeps an invalid token. In
//! `config/tests.rs`: an entry without `auth` makes the program panic, and an entry of an unknown kind sends its
//! password all the same. In `fake/logins.rs`: the old catalog stays after a new login.

use archstone::{Client, Scope, TokenCache, host::Host};
use serde_json::{Value, json};

use crate::keystone::{Path, call, folder};

/// A project in the domain acme, where admin of the domain Default may act.
struct ProjectAbroad {
    url: String,
    token: archstone::Token,
    name: String,
}

impl ProjectAbroad {
    async fn new(path: &Path) -> Self {
        let admin = path.user("admin").project_name("admin").build().unwrap();
        let (access, v3) = (admin.access().await.unwrap(), path.auth_url());
        let token = access.token().clone();
        let id = async |url: String, list: &str| {
            let answer = call("GET", &url, &token, Value::Null).await;
            answer[list][0]["id"].as_str().unwrap().to_owned()
        };
        let acme = id(format!("{v3}/domains?name=acme"), "domains").await;
        let member = id(format!("{v3}/roles?name=member"), "roles").await;
        let name = format!("abroad-{}", access.audit_id().unwrap());
        let body = json!({"project": {"name": name, "domain_id": acme}});
        let made = call("POST", &format!("{v3}/projects"), &token, body).await;
        let url = format!("{v3}/projects/{}", made["project"]["id"].as_str().unwrap());
        let grant = format!("{url}/users/{}/roles/{member}", access.user_id().unwrap());
        call("PUT", &grant, &token, Value::Null).await;
        Self { url, token, name }
    }

    async fn delete(self) {
        call("DELETE", &self.url, &self.token, Value::Null).await;
    }
}

/// Each row is an entry of `clouds.yaml`, the expected token, and the bug it guards against.
#[tokio::test]
async fn every_entry_logs_in_as_it_says() {
    let (path, home) = (Path::new(""), folder("peers"));
    let abroad = ProjectAbroad::new(&path).await;
    let alice = path.user("alice").project_name("web").build().unwrap().access().await.unwrap();
    let (user, token) = (alice.user_id().unwrap(), alice.token());
    let url = format!("{}/users/{user}/application_credentials", path.auth_url());
    let named = json!({"application_credential": {"name": abroad.name, "secret": "an-ac-secret"}});
    let credential = call("POST", &url, token, named).await["application_credential"]["id"].clone();
    let password = "alice-secret";

    let table = [
        // The name of the method has two spellings, and a user ID is enough.
        (
            "v3password",
            json!({"user_id": user, "password": password, "project_name": "db", "project_domain_id": "default"}),
            "alice",
            "db",
        ),
        ("password", json!({"username": "alice", "user_domain_id": "default", "password": password}), "alice", "web"),
        ("v3token", json!({"token": token.expose(), "project_id": alice.project_id()}), "alice", "web"),
        ("token", json!({"token": token.expose(), "project_id": alice.project_id()}), "alice", "web"),
        // An application credential by its name, whose user is in a domain.
        (
            "v3applicationcredential",
            json!({"application_credential_id": credential, "application_credential_secret": "an-ac-secret"}),
            "alice",
            "web",
        ),
        (
            "v3applicationcredential",
            json!({"application_credential_name": abroad.name, "username": "alice", "user_domain_name": "Default",
                "application_credential_secret": "an-ac-secret"}),
            "alice",
            "web",
        ),
        // Scopes other than a project are parsed but ignored, or their tokens cannot be parsed.
        (
            "password",
            json!({"username": "admin", "user_domain_name": "Default", "password": "admin-secret",
                "system_scope": "all"}),
            "admin",
            "the system",
        ),
        (
            "password",
            json!({"username": "admin", "user_domain_name": "Default", "password": "admin-secret",
                "domain_name": "Default"}),
            "admin",
            "a domain",
        ),
        ("password", json!({"username": "alice", "password": password, "unscoped": true}), "alice", "no scope"),
        // The user's domain is used for the project.
        (
            "password",
            json!({"username": "admin", "user_domain_name": "Default", "password": "admin-secret",
                "project_name": abroad.name, "project_domain_name": "acme"}),
            "admin",
            abroad.name.as_str(),
        ),
    ];
    std::fs::create_dir_all(home.join("openstack")).unwrap();
    for (kind, mut auth, name, scope) in table {
        auth["auth_url"] = path.auth_url().into();
        // `interface` selects endpoints; it must not affect the login, and the identity service is found with it.
        let entry = json!({"clouds": {"c": {"auth_type": kind, "auth": auth, "interface": "internal"}}});
        std::fs::write(home.join("openstack/clouds.yaml"), entry.to_string()).unwrap();
        let host = Host::made([("XDG_CONFIG_HOME", home.to_str().unwrap())]);
        let client = Client::builder().cloud("c").host(host).token_cache(&TokenCache::new()).build().unwrap();

        let access = client.access().await.unwrap_or_else(|error| panic!("{kind}, {scope}: {error:?}"));

        let found = match access.scope() {
            Scope::Project(_) => access.project_name().unwrap(),
            Scope::Domain(_) => "a domain",
            Scope::System => "the system",
            _ => "no scope",
        };
        assert_eq!((access.user_name(), found), (Some(name), scope), "{kind}");
        assert_eq!(access.catalog().is_some(), scope != "no scope", "{kind}, {scope}");
        assert!(client.projects().await.is_ok(), "{kind}, {scope}");
    }
    abroad.delete().await;
}

/// A cached token for one scope is exchanged for another; if it was revoked, logins fail for as long as it is cached.
#[tokio::test]
async fn a_revoked_token_in_the_cache_is_no_obstacle() {
    let (path, tokens, folder) = (Path::new(""), TokenCache::new(), folder("way"));
    let alice = || path.user("alice").token_cache(&tokens).disk_cache_in(&folder);
    let revoked = alice().build().unwrap().token().await.unwrap();
    Path::new("").user("admin").system_scope().build().unwrap().revoke(&revoked).await.unwrap();

    let access = alice().project_name("db").build().unwrap().access().await.unwrap();

    assert_eq!((access.project_name(), access.methods()), (Some("db"), &["password".to_owned()][..]));
    assert_eq!(path.logins(), 2);
}

/// Every login is cached as the unscoped one, too, so an unscoped client gets a token of a project.
#[tokio::test]
async fn unscoped_stays_unscoped_for_the_next_process() {
    let (path, folder) = (Path::new(""), folder("unscoped"));
    let next = |unscoped: bool| {
        let alice = path.user("alice").disk_cache_in(&folder);
        if unscoped { alice.unscoped() } else { alice }.build().unwrap()
    };
    let project = next(false).access().await.unwrap();

    let (first, second) = (next(true).access().await.unwrap(), next(true).access().await.unwrap());

    assert!(!first.is_scoped() && first.catalog().is_none());
    assert_eq!(second.token(), first.token());
    assert_eq!(next(false).token().await.unwrap(), *project.token());
    assert_eq!(path.logins(), 2);
}

/// An ID is inserted into a URL without encoding, and requests something else.
#[tokio::test]
async fn an_id_stays_one_segment_of_a_url() {
    let path = Path::new("");
    let alice = path.user("alice").build().unwrap().access().await.unwrap();
    let mut stored: Value = serde_json::from_str(alice.to_reference().expose()).unwrap();
    stored["body"]["token"]["user"]["id"] = "x/../../auth/projects?y#z".into();

    let client = path.client().token_ref(stored.to_string()).build().unwrap();

    assert!(client.user().await.is_err());
    let asked =
        crate::keystone::dev(&["requests", "--tag", path.tag(), "--method", "GET", "--path", "/v3/auth/projects"]);
    assert_eq!(asked, "");
}
