//! The requirements of the library, with a test for each of them.

use archstone::{Client, EndpointFilter, ErrorKind, Interface, TokenCache, blocking, host::Host};

use crate::keystone::{Path, call, dev};

#[tokio::test]
async fn a_username_a_password_and_an_auth_url_are_enough() {
    let path = Path::new("");
    let client = path.user("alice").build().unwrap();

    assert!(!client.token().await.unwrap().expose().is_empty());
    assert!(client.url_for("identity").await.unwrap().as_str().ends_with("/v3"));
    assert_eq!(path.logins(), 1);
}

#[tokio::test]
async fn project_token_and_management_url_are_loaded_lazily() {
    let path = Path::new("");
    let client = path.user("alice").build().unwrap();

    assert_eq!(path.requests(), 0);
    let project = client.project().await.unwrap().unwrap();
    assert_eq!(project.name, "web");
    assert!(client.mgmt_url().await.unwrap().as_str().ends_with("/v3"));
    assert_eq!(path.logins(), 1);
}

#[tokio::test]
async fn what_is_given_at_construction_overrides() {
    let path = Path::new("");
    let client = path.user("alice").project_name("db").mgmt_url("http://127.0.0.1:9/v3").build().unwrap();

    assert_eq!(client.access().await.unwrap().project_name(), Some("db"));
    assert_eq!(client.mgmt_url().await.unwrap().as_str(), "http://127.0.0.1:9/v3");
    assert_eq!(client.url_for("identity").await.unwrap().as_str(), "http://127.0.0.1:9/v3");
}

#[tokio::test]
async fn with_a_token_given_nothing_authenticates_and_nothing_is_loaded() {
    let path = Path::new("");
    let client = path.user("alice").token_id("a-token").build().unwrap();

    assert_eq!(client.token().await.unwrap().expose(), "a-token");
    for error in [
        client.access().await.unwrap_err(),
        client.url_for("compute").await.unwrap_err(),
        client.user().await.unwrap_err(),
        client.mgmt_url().await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::NotAuthenticated);
        assert!(error.hint().unwrap().contains("authenticate()"));
    }
    assert_eq!(path.requests(), 0);
}

#[tokio::test]
async fn a_given_token_that_is_refused_is_an_error_that_says_so() {
    let path = Path::new("");
    let client = path.client().token_id("not-a-token").build().unwrap();

    let error = client.authenticate().await.unwrap_err();

    assert_eq!(error.kind(), ErrorKind::TokenRejected);
    assert!(error.to_string().contains("the token that was given"), "{error}");
    assert_eq!(client.projects().await.unwrap_err().kind(), ErrorKind::TokenRejected);
    assert_eq!(path.logins(), 0);
}

#[tokio::test]
async fn without_a_project_the_default_project_is_taken() {
    let path = Path::new("");

    let access = path.user("alice").build().unwrap().access().await.unwrap();

    assert_eq!(access.project_name(), Some("web"));
    assert_eq!(path.requests(), 1);
}

#[tokio::test]
async fn without_a_default_project_the_only_possible_one_is_taken() {
    let access = Path::new("").user("carol").build().unwrap().access().await.unwrap();

    assert_eq!(access.project_name(), Some("lab"));
    assert!(access.catalog().is_some());
}

#[tokio::test]
async fn of_several_projects_none_is_guessed_and_the_choices_are_named() {
    for (user, choices) in [("bob", vec!["db", "lab", "web"]), ("heidi", vec!["db", "web"]), ("dave", vec![])] {
        let client = Path::new("").user(user).build().unwrap();

        let access = client.access().await.unwrap();
        assert!(!access.is_scoped(), "{user}");
        let mut names: Vec<_> = access.possible_projects().unwrap().iter().map(|it| it.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, choices);

        let error = client.url_for("compute").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::EndpointNotFound);
        let hint = error.hint().unwrap();
        assert!(choices.iter().all(|name| hint.contains(&format!("`{name}`"))), "{hint}");
        assert!(!choices.is_empty() || hint.contains("no project"), "{hint}");
    }
}

#[tokio::test]
async fn a_token_with_a_management_url_bootstraps_an_administrator() {
    let path = Path::new("");
    let admin = path.user("admin").project_name("admin").build().unwrap();
    let token = admin.token().await.unwrap();

    let client = Client::builder().token_id(token.expose()).mgmt_url(path.auth_url()).build().unwrap();
    assert_eq!(client.token().await.unwrap(), token);
    assert_eq!(client.mgmt_url().await.unwrap().as_str(), path.auth_url());
    assert_eq!(client.url_for("identity").await.unwrap().as_str(), path.auth_url());

    let access = client.authenticate().await.unwrap();
    assert_eq!(access.user_name(), Some("admin"));
    assert_eq!(access.token(), &token);
    assert_eq!(client.user().await.unwrap().name, "admin");
    assert_eq!(path.logins(), 1);
}

#[tokio::test]
async fn a_token_reference_starts_from_a_stored_token() {
    let path = Path::new("");
    let first = path.user("alice").build().unwrap().access().await.unwrap();
    let reference = first.to_reference();

    let client = Client::builder().token_ref(reference.expose()).build().unwrap();
    let access = client.access().await.unwrap();

    assert_eq!(access.token(), first.token());
    assert_eq!(access.user_name(), Some("alice"));
    assert_eq!(access.auth_url().unwrap().as_str(), path.auth_url());
    assert!(access.remaining().abs_diff(first.remaining()).as_secs() < 2);
    assert!(client.url_for("compute").await.is_ok());
    assert_eq!(client.user().await.unwrap().name, "alice");
    assert_eq!(path.logins(), 1);
}

#[tokio::test]
async fn the_facts_of_a_token_are_documented_properties() {
    let path = Path::new("");

    let access = path.user("alice").build().unwrap().access().await.unwrap();

    assert_eq!(access.user_name(), Some("alice"));
    assert_eq!(access.user_id().map(str::len), Some(32));
    assert_eq!(access.user_domain_id(), Some("default"));
    assert_eq!(access.user_domain_name(), Some("Default"));
    assert_eq!(access.project_name(), Some("web"));
    assert_eq!(access.project_id().map(str::len), Some(32));
    assert_eq!(access.project_domain_name(), Some("Default"));
    assert_eq!(access.project_is_domain(), Some(false));
    assert_eq!(access.auth_url().unwrap().as_str(), path.auth_url());
    assert_eq!(access.methods(), ["password"]);
    let mut roles: Vec<_> = access.role_names().collect();
    roles.sort_unstable();
    assert_eq!(roles, ["member", "reader"]);
    assert_eq!(access.audit_ids().len(), 1);
    assert_eq!(access.audit_id(), access.audit_chain_id());
    assert!(access.expires_at() > access.issued_at().unwrap());
    assert!((3500..=3600).contains(&access.remaining().as_secs()));
    assert!(!access.is_expired() && access.is_project_scoped() && !access.is_federated());
    assert_eq!(access.password_expires_at(), None);
    assert!(access.clock_skew().unwrap().as_secs().abs() < 5);
    assert!(access.trust().is_none() && access.application_credential().is_none());
}

#[tokio::test]
async fn url_for_gives_the_public_url_and_the_internal_one() {
    let client = Path::new("").user("alice").region_name("RegionTwo").build().unwrap();

    let url = |filter: EndpointFilter<'static>| {
        let client = client.clone();
        async move { client.url_for(filter).await.unwrap().to_string() }
    };

    assert_eq!(url("compute".into()).await, "http://compute.public.region-two.example:8774/v2.1");
    let internal = EndpointFilter::from("compute").interface("private".into());
    assert_eq!(url(internal).await, "http://compute.internal.region-two.example:8774/v2.1");
    let elsewhere = EndpointFilter::from("image").interface(Interface::Admin).region("RegionOne");
    assert_eq!(url(elsewhere).await, "http://image.admin.region-one.example:9292");
    let (service, endpoint) = client.endpoint("workflow").await.unwrap();
    assert_eq!((service.name(), endpoint.region()), (Some("mistral"), Some("RegionTwo")));
}

#[tokio::test]
async fn the_token_is_kept_so_that_logins_are_not_repeated() {
    let (path, tokens) = (Path::new(""), TokenCache::new());
    let client = || path.user("alice").token_cache(&tokens).build().unwrap();

    let first = client().token().await.unwrap();
    for _ in 0..10 {
        assert_eq!(client().token().await.unwrap(), first);
    }

    assert_eq!(path.logins(), 1);
}

#[tokio::test]
async fn the_token_is_kept_on_disk_if_asked() {
    let (path, folder) = (Path::new(""), crate::keystone::folder("promise"));
    let client = || path.user("alice").disk_cache_in(&folder).build().unwrap();

    let first = client().access().await.unwrap();
    let second = client().access().await.unwrap();

    assert_eq!(first.token(), second.token());
    assert_eq!(second.project_name(), Some("web"));
    assert_eq!(path.logins(), 1);
}

#[tokio::test]
async fn authenticate_fails_with_an_error_that_says_clearly_why() {
    let path = Path::new("");
    let client = path.user("alice").password("not-the-password").build().unwrap();

    let error = client.authenticate().await.unwrap_err();

    assert_eq!((error.kind(), error.status()), (ErrorKind::Unauthenticated, Some(401)));
    assert!(error.to_string().starts_with("login as user `alice` in domain id `default` was refused: "), "{error}");
    assert_eq!(error.url(), Some(format!("{}/auth/tokens", path.auth_url()).as_str()));
    assert!(error.request_id().unwrap().starts_with("req-"));
    assert!(error.hint().unwrap().contains("check the user's name, its domain and the password"), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("not-the-password"));
    assert_eq!(path.logins(), 1);
}

#[tokio::test]
async fn user_project_and_possible_projects_are_objects_asked_once() {
    let path = Path::new("");
    let client = path.user("alice").build().unwrap();

    for _ in 0..2 {
        assert_eq!(
            client.user().await.unwrap().default_project_id,
            client.project().await.unwrap().map(|it| it.id.clone())
        );
        assert_eq!(client.tenant().await.unwrap().unwrap().name, "web");
        assert_eq!(client.projects().await.unwrap().len(), 2);
        assert_eq!(client.tenants().await.unwrap().len(), 2);
    }

    // A login, the user, the project, the list of projects.
    assert_eq!(path.requests(), 4);
    assert!(Path::new("").user("dave").build().unwrap().project().await.unwrap().is_none());
}

#[tokio::test]
async fn any_other_client_can_use_the_token_and_the_url() {
    let path = Path::new("");
    let client = path.user("alice").build().unwrap();
    let internal = EndpointFilter::from("identity").interface(Interface::Internal);

    let (url, token) = (client.url_for(internal).await.unwrap(), client.token().await.unwrap());
    let answer = call("GET", &format!("{url}/auth/projects"), &token, serde_json::Value::Null).await;

    let mut names: Vec<_> =
        answer["projects"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["db", "web"]);
    assert_eq!(path.logins(), 1);
}

#[test]
fn the_same_client_waits_for_code_that_is_not_asynchronous() {
    let path = Path::new("");
    let client = blocking::Client::from(path.user("alice").build().unwrap());

    assert_eq!(client.access().unwrap().user_name(), Some("alice"));
    assert_eq!(client.project().unwrap().unwrap().name, "web");
    assert!(client.url_for("compute").unwrap().as_str().contains("public"));
    assert_eq!(client.token().unwrap(), *client.authenticate().unwrap().token());
    assert_eq!(path.logins(), 1);
}

#[tokio::test]
async fn the_environment_and_a_cloud_of_clouds_yaml_serve_as_well() {
    let (path, home) = (Path::new(""), crate::keystone::folder("home"));
    let folder = home.join("openstack");
    std::fs::create_dir_all(&folder).unwrap();
    let clouds = format!(
        "clouds:\n  demo:\n    auth:\n      auth_url: {}\n      username: alice\n      project_name: db\n    region_name: RegionTwo\n",
        path.auth_url()
    );
    std::fs::write(folder.join("clouds.yaml"), clouds).unwrap();
    std::fs::write(folder.join("secure.yaml"), "clouds: {demo: {auth: {password: alice-secret}}}\n").unwrap();
    let home = home.to_str().unwrap().to_owned();

    let machine = Host::made([("XDG_CONFIG_HOME", home.as_str()), ("OS_CLOUD", "demo"), ("OS_PROJECT_NAME", "web")]);
    let client = Client::builder().environment().host(machine.clone()).build().unwrap();
    assert_eq!(client.access().await.unwrap().project_name(), Some("web"));
    assert!(client.url_for("compute").await.unwrap().as_str().contains("region-two"));

    let client = Client::builder().cloud("demo").host(machine).build().unwrap();
    assert_eq!(client.access().await.unwrap().project_name(), Some("db"));

    let variables = dev(&["env", "acme/alice"]);
    let variables = variables.lines().filter_map(|line| line.strip_prefix("export ")?.split_once('='));
    let variables = variables.map(|(name, value)| (name, value.trim_matches('\'')));
    let client = Client::builder().environment().host(Host::made(variables)).build().unwrap();
    assert_eq!(client.access().await.unwrap().user_domain_name(), Some("acme"));
}
