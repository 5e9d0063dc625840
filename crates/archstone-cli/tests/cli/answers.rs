//! The output of each command in each format.

use crate::program::Program;

#[test]
fn token_issue_has_every_format_of_openstack() {
    let alice = Program::of("alice");

    let value = alice.run("token issue -f value").steady_result();
    let shell = alice.run("token issue -f shell --prefix os_").steady_result();
    let yaml = alice.run("token issue -f yaml").steady_result();
    let json = alice.run("token issue -f json").steady_result();
    let line = alice.run("token issue -f json --noindent -c user_id -c project_id").steady_result();
    let table = alice.run("token issue -c expires -c user_id").steady_result();

    assert_eq!(value, "<time>\n<token>\n<id>\n<id>\n");
    assert_eq!(shell, "os_expires=\"<time>\"\nos_id=\"<token>\"\nos_project_id=\"<id>\"\nos_user_id=\"<id>\"\n");
    assert_eq!(yaml, "expires: <time>\nid: <token>\nproject_id: <id>\nuser_id: <id>\n");
    assert_eq!(
        json,
        "{\n  \"expires\": \"<time>\",\n  \"id\": \"<token>\",\n  \"project_id\": \"<id>\",\n  \"user_id\": \"<id>\"\n}\n"
    );
    assert_eq!(line, "{\"project_id\": \"<id>\", \"user_id\": \"<id>\"}\n");
    let expected = "\
        +---------+----------------------------------+\n\
        | Field   | Value                            |\n\
        +---------+----------------------------------+\n\
        | expires | <time>         |\n\
        | user_id | <id> |\n\
        +---------+----------------------------------+\n";
    assert_eq!(table, expected);
}

#[test]
fn a_shell_hands_a_token_and_an_endpoint_to_any_other_client() {
    let alice = Program::of("alice");

    // As a script would, without the token on any command line; then a request with another HTTP client.
    let script = "eval \"$ISSUED\"; export id; exec python3 -c 'import os, urllib.request as it\n\
        request = it.Request(os.environ[\"URL\"].strip() + \"/auth/projects\")\n\
        request.add_header(\"X-Auth-Token\", os.environ[\"id\"])\n\
        print(it.urlopen(request).status)'";
    let output = std::process::Command::new("sh")
        .args(["-c", script])
        .env("ISSUED", alice.run("token issue -f shell").result())
        .env("URL", alice.run("url identity").result())
        .output()
        .expect("sh runs");

    assert_eq!(String::from_utf8_lossy(&output.stdout), "200\n", "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn token_issue_names_the_scope_that_the_token_has() {
    let admin = Program::of("admin").run("token issue -f yaml --os-system-scope all").steady_result();
    let alice = Program::of("alice").run("--unscoped token issue -f yaml").steady_result();
    let domain = Program::of("olga").run("token issue -f yaml --os-user-domain-name acme --os-domain-name acme");

    assert_eq!(admin, "expires: <time>\nid: <token>\nsystem: all\nuser_id: <id>\n");
    assert_eq!(alice, "expires: <time>\nid: <token>\nuser_id: <id>\n");
    assert_eq!(domain.steady_result(), "domain_id: <id>\nexpires: <time>\nid: <token>\nuser_id: <id>\n");
}

#[test]
fn whoami_says_who_for_what_and_how_long_but_not_the_token() {
    let alice = Program::of("alice");

    let whole = alice.run("whoami").steady_result();
    let facts = alice.run("whoami -f json").json();
    let table = alice.run("whoami -c user_name -c project_name -c roles -c methods").steady_result();

    assert!(!whole.contains("<token>") && whole.contains("| expires             | <time>"), "{whole}");
    assert_eq!(facts["user_domain_id"], "default");
    assert_eq!(facts["roles"], serde_json::json!(["member", "reader"]));
    assert!(facts["remaining"].as_u64().is_some_and(|seconds| (3000..=3600).contains(&seconds)), "{facts}");
    let expected = "\
        +--------------+----------------+\n\
        | Field        | Value          |\n\
        +--------------+----------------+\n\
        | user_name    | alice          |\n\
        | project_name | web            |\n\
        | roles        | member, reader |\n\
        | methods      | password       |\n\
        +--------------+----------------+\n";
    assert_eq!(table, expected);
}

#[test]
fn project_list_has_every_format_of_openstack() {
    let alice = Program::of("alice");

    let table = alice.run("project list --sort-column Name").steady_result();
    let value = alice.run("project list --mine -f value --sort-column Name").steady_result();
    let openstack = alice.run("project list --my-projects -f value --sort-column name").steady_result();
    let csv = alice.run("project list --long -f csv --sort-column Name --sort-descending").steady_result();
    let bare = alice.run("project list --long -f csv --quote minimal --sort-column Name").steady_result();
    let yaml = alice.run("project list --long -f yaml --sort-column Name").steady_result();
    let json = alice.run("project list -f json --sort-column Name --noindent").steady_result();

    let expected = "\
        +----------------------------------+------+\n\
        | ID                               | Name |\n\
        +----------------------------------+------+\n\
        | <id> | db   |\n\
        | <id> | web  |\n\
        +----------------------------------+------+\n";
    assert_eq!(table, expected);
    assert_eq!(value, "<id> db\n<id> web\n");
    assert_eq!(openstack, value);
    let head = "\"ID\",\"Name\",\"Domain ID\",\"Description\",\"Enabled\"\n";
    assert_eq!(csv, format!("{head}\"<id>\",\"web\",\"default\",\"\",True\n\"<id>\",\"db\",\"default\",\"\",True\n"));
    assert_eq!(bare, "ID,Name,Domain ID,Description,Enabled\n<id>,db,default,,True\n<id>,web,default,,True\n");
    let row = |name| format!("- Description: ''\n  Domain ID: default\n  Enabled: true\n  ID: <id>\n  Name: {name}\n");
    assert_eq!(yaml, row("db") + &row("web"));
    assert_eq!(json, "[{\"ID\": \"<id>\", \"Name\": \"db\"}, {\"ID\": \"<id>\", \"Name\": \"web\"}]\n");
}

#[test]
fn a_user_without_projects_gets_an_empty_list() {
    let dave = Program::of("dave");

    assert_eq!(dave.run("project list").result(), "\n");
    assert_eq!(dave.run("project list -f json").result(), "[]\n");
    assert_eq!(dave.run("project list -f value").result(), "");
    assert_eq!(
        dave.run("project list --print-empty").result(),
        "+----+------+\n| ID | Name |\n+----+------+\n+----+------+\n"
    );
}

#[test]
fn catalog_list_has_every_service() {
    let alice = Program::of("alice");

    let types = alice.run("catalog list -f value -c Type --sort-column Type").steady_result();
    let catalog = alice.run("catalog list -f json").json();
    let csv = alice.run("catalog list -f csv -c Name -c Type").steady_result();

    let expected = "baremetal block-storage compute container-infrastructure-management dns identity image key-manager \
                    load-balancer network object-store orchestration placement shared-file-system volumev3 workflowv2";
    assert_eq!(types.lines().collect::<Vec<_>>(), expected.split_whitespace().collect::<Vec<_>>());
    let services = catalog.as_array().expect("a list");
    let compute = services.iter().find(|service| service["Type"] == "compute").expect("compute");
    let endpoints = compute["Endpoints"].as_array().expect("endpoints");
    assert_eq!(endpoints.len(), 6);
    assert!(endpoints.iter().all(|it| it["region_id"] == it["region"] && it["id"].is_string()), "{compute}");
    assert!(csv.starts_with("\"Name\",\"Type\"\n") && csv.contains("\"nova\",\"compute\"\n"), "{csv}");
}

#[test]
fn the_catalog_is_that_of_now_and_a_cached_one_is_asked_for() {
    // A separate cloud: other tests list the services of the default one.
    crate::program::dev(&["down", "cli-catalog", "--delete"]);
    let v3 = crate::program::dev(&["up", "cli-catalog"]);
    let user = |name: &str| {
        let password = format!("{name}-secret");
        Program::new().with("OS_AUTH_URL", &v3).with("OS_USERNAME", name).with("OS_PASSWORD", &password)
    };
    let (admin, alice) = (user("admin"), user("alice"));
    let has = |arguments: &str| alice.run(arguments).result().lines().any(|line| line == "late");
    let token = alice.token();
    // Created after alice's login, by another client.
    let post = |path: &str, body: &serde_json::Value| -> serde_json::Value {
        let script = "import sys, urllib.request as it\n\
            headers = {'X-Auth-Token': sys.argv[3], 'Content-Type': 'application/json'}\n\
            print(it.urlopen(it.Request(sys.argv[1], sys.argv[2].encode(), headers)).read().decode())";
        let python = std::process::Command::new("python3")
            .args(["-c", script, &format!("{v3}/{path}"), &body.to_string(), &admin.token()])
            .output()
            .expect("python3 runs");
        serde_json::from_slice(&python.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&python.stderr)))
    };
    let service = post("services", &serde_json::json!({"service": {"type": "late", "name": "late"}}));
    let id = &service["service"]["id"];
    let endpoint = serde_json::json!({"interface": "public", "service_id": id, "url": "http://late.example"});
    post("endpoints", &serde_json::json!({ "endpoint": endpoint }));

    assert!(!has("catalog list --cached -f value -c Type"));
    assert_eq!(alice.run("catalog show late --cached").code, Some(6));
    assert!(has("catalog list -f value -c Type"));
    assert_eq!(alice.run("catalog show late -f value -c name").result(), "late\n");
    assert_eq!(alice.token(), token);
    crate::program::dev(&["down", "cli-catalog", "--delete"]);
}

#[test]
fn where_the_catalog_is_refused_that_of_the_login_is_shown_and_said_to_be() {
    let keystone = archstone_testing::FakeKeystone::start();
    let refusal = serde_json::json!({"error": {"code": 403, "message": "not for you", "title": "Forbidden"}});
    let reply = archstone_testing::Reply::json(403, refusal.to_string());
    keystone.on("GET", "/v3/auth/catalog").reply(reply);
    let demo = Program::new().with("OS_AUTH_URL", &keystone.auth_url()).with("OS_USERNAME", "demo");
    let demo = demo.with("OS_PASSWORD", "secret");
    demo.token();

    let listed = demo.run("catalog list -f value -c Type");
    let cached = demo.run("catalog list -f value -c Type --cached");

    assert_eq!(listed.stdout, cached.result());
    assert!(!listed.stdout.is_empty() && listed.code == Some(0), "{listed:?}");
    let said = "warning: this is the catalog of the login, which may be out of date: ";
    assert!(listed.stderr.starts_with(said) && listed.stderr.contains("not for you"), "{listed:?}");
    assert_eq!((keystone.logins(), keystone.count("GET", "/v3/auth/catalog")), (1, 1));
}

#[test]
fn catalog_has_every_format_of_openstack() {
    let alice = Program::of("alice");
    let catalog = alice.run("catalog list -f json").json();
    let endpoints = |formatted: &str| formatted.matches(".example:8774/v2.1").count();

    let table = alice.run("catalog list --sort-column Name -c Name -c Type").result().to_owned();
    let yaml = alice.run("catalog list -f yaml --sort-column Name -c Type -c Name").result().to_owned();
    let value = alice.run("catalog list -f value --sort-column Name -c Type -c Name -c Endpoints").result().to_owned();
    let csv = alice.run("catalog list -f csv --sort-column Name -c Name -c Endpoints").result().to_owned();
    let show = |format: &str| alice.run(&format!("catalog show compute -f {format}")).steady_result();

    let count = catalog.as_array().expect("a list").len();
    assert!(table.starts_with("+-----------+-------------------------------------+\n| Name      | Type  "), "{table}");
    assert_eq!(table.lines().count(), count + 4);
    assert!(yaml.starts_with("- Name: barbican\n  Type: key-manager\n- Name: cinder\n"), "{yaml}");
    assert!(value.starts_with("barbican key-manager [{'id': '"), "{value}");
    assert!(csv.starts_with("\"Name\",\"Endpoints\"\n\"barbican\",\"[{'id': '"), "{csv}");
    assert_eq!((value.lines().count(), csv.lines().count()), (count, count + 1));
    assert_eq!((endpoints(&value), endpoints(&csv)), (6, 6));
    let first = "id: <id>\n  interface: public\n  region: RegionOne\n  region_id: RegionOne\n";
    assert!(
        show("yaml").starts_with(&format!("endpoints:\n- {first}  url: http://compute.public.")),
        "{}",
        show("yaml")
    );
    assert!(show("yaml").ends_with("\nid: <id>\nname: nova\ntype: compute\n"), "{}", show("yaml"));
    assert!(show("value").ends_with("}]\n<id>\nnova\ncompute\n"), "{}", show("value"));
    assert!(show("shell").ends_with("}]\"\nid=\"<id>\"\nname=\"nova\"\ntype=\"compute\"\n"), "{}", show("shell"));
    assert_eq!((endpoints(&show("value")), endpoints(&show("shell")), endpoints(&show("json"))), (6, 6, 6));
}

#[test]
fn catalog_show_finds_a_service_by_type_alias_name_or_id() {
    let alice = Program::of("alice");
    let service = |wanted: &str| alice.run(&format!("catalog show {wanted} -f json")).json();

    let compute = service("compute");
    let id = compute["id"].as_str().expect("an id");
    let table = alice.run("catalog show nova").steady_result();

    assert_eq!(service("nova"), compute);
    assert_eq!(service(id), compute);
    assert_eq!(service("volume")["type"], "block-storage");
    assert_eq!(service("block_storage")["name"], "cinder");
    let public = "\
        | endpoints | RegionOne                                                        |\n\
        |           |   public: http://compute.public.region-one.example:8774/v2.1     |\n";
    let end = "\
        |           |                                                                  |\n\
        | id        | <id>                                 |\n\
        | name      | nova                                                             |\n\
        | type      | compute                                                          |\n\
        +-----------+------------------------------------------------------------------+\n";
    assert!(table.contains(public) && table.ends_with(end), "{table}");
}

#[test]
fn url_prints_one_url_and_nothing_else() {
    let alice = Program::of("alice");
    let url = |arguments: &str| alice.run(&format!("url {arguments}")).result().to_owned();
    let catalog = alice.run("catalog show image -f json").json();
    let endpoint = &catalog["endpoints"][3];

    assert_eq!(url("compute"), "http://compute.public.region-one.example:8774/v2.1\n");
    assert_eq!(url("compute --interface internal"), "http://compute.internal.region-one.example:8774/v2.1\n");
    assert_eq!(url("compute --interface private,public"), url("compute --os-interface internal"));
    assert_eq!(url("volume --region RegionTwo"), "http://block-storage.public.region-two.example:8776/v3\n");
    assert_eq!(url("image --service-name glance"), "http://image.public.region-one.example:9292\n");
    let by_id = format!("--endpoint-id {}", endpoint["id"].as_str().expect("an id"));
    assert_eq!(url(&by_id), format!("{}\n", endpoint["url"].as_str().expect("a URL")));
    assert_eq!(url("identity --os-mgmt-url http://keystone.example/v3"), "http://keystone.example/v3\n");
}

#[test]
fn what_is_configured_for_one_service_counts_for_url_and_catalog() {
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);
    let table: [Case<'_>; 6] = [
        (&[("OS_COMPUTE_REGION_NAME", "RegionTwo")], "compute", "http://compute.public.region-two.example:8774/v2.1"),
        (&[("OS_IDENTITY_INTERFACE", "internal")], "compute", "http://compute.public.region-one.example:8774/v2.1"),
        (&[("OS_VOLUME_INTERFACE", "admin")], "block-storage", "http://block-storage.admin.region-one.example:8776/v3"),
        (&[("OS_COMPUTE_ENDPOINT_OVERRIDE", "https://own.example:8774")], "compute", "https://own.example:8774"),
        (
            &[("OS_COMPUTE_ENDPOINT_OVERRIDE", "https://own.example:8774")],
            "compute --interface internal",
            "http://compute.internal.region-one.example:8774/v2.1",
        ),
        (
            &[("OS_COMPUTE_REGION_NAME", "RegionTwo"), ("OS_REGION_NAME", "RegionTwo")],
            "compute --region RegionOne",
            "http://compute.public.region-one.example:8774/v2.1",
        ),
    ];
    for (variables, arguments, expected) in table {
        let alice = variables.iter().fold(Program::of("alice"), |alice, (name, value)| alice.with(name, value));
        let url = alice.run(&format!("url {arguments}"));
        assert_eq!(url.result(), format!("{expected}\n"), "{variables:?} {arguments}");
    }

    let alice = Program::of("alice").with("OS_IMAGE_SERVICE_TYPE", "compute");
    let alice = alice.with("OS_COMPUTE_ENDPOINT_OVERRIDE", "https://own.example");
    let shown = alice.run("catalog show image -f value -c type");
    let listed = alice.run("catalog list -f value -c Type");
    let other = alice.run("catalog show volume -f value -c type");
    let warning =
        "warning: an endpoint override is configured for `compute`: `archstone url compute` prints the URL in use\n";
    assert_eq!((&*shown.stdout, &*shown.stderr), ("compute\n", warning));
    assert_eq!((&*listed.stderr, other.result()), (warning, "block-storage\n"));
    let own = alice.run("url compute");
    assert_eq!(own.result(), "https://own.example\n");
}
