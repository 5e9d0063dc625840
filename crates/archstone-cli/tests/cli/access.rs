//! Effective access: `access`, `project tree` and `diff`, on a separate cloud, since other tests change the default one.

use archstone::{Client, TokenCache, blocking, identity::Identity};

use crate::program::{Program, dev};

/// A cloud that is deleted when dropped.
struct Cloud {
    name: &'static str,
    auth_url: String,
}

impl Cloud {
    fn new(name: &'static str) -> Self {
        dev(&["down", name, "--delete"]);
        Self { name, auth_url: dev(&["up", name]) }
    }

    fn user(&self, name: &str) -> Program {
        let program = Program::new().with("OS_AUTH_URL", &self.auth_url).with("OS_USERNAME", name);
        program.with("OS_PASSWORD", &format!("{name}-secret"))
    }

    fn admin(&self) -> Program {
        self.user("admin").with("OS_SYSTEM_SCOPE", "all")
    }

    /// A client that creates resources in it.
    fn client(&self) -> (blocking::Client, Identity) {
        let client = Client::builder().auth_url(&self.auth_url).username("admin").password("admin-secret");
        let client = client.system_scope().token_cache(&TokenCache::new()).build().expect("a client");
        (client.clone().into(), client.identity())
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        dev(&["down", self.name, "--delete"]);
    }
}

/// Alice has roles through a group and by inheritance; Carol almost does.
fn grant(cloud: &Cloud) {
    let (client, identity) = cloud.client();
    let done = client.wait(async {
        let (users, roles) = (identity.users(), identity.roles());
        let admin = roles.list().find("admin").await?;
        let member = roles.list().find("member").await?;
        let alice = users.list().domain("default").find("alice").await?;
        let carol = users.list().domain("default").find("carol").await?;
        let web = identity.projects().list().domain("default").find("web").await?;
        let developers = identity.groups().create("developers").domain("default").await?;
        users.add_to_group(&alice, &developers).await?;
        roles.grant(&admin).group(&developers).domain("default").inherited(true).await?;
        roles.grant(&admin).user(&carol).domain("default").await?;
        roles.grant(&member).group(&developers).system(true).await?;
        let below = identity.projects().create("web-test").domain("default").parent(&web).await?;
        roles.grant(&member).user(&carol).project(&web).inherited(true).await?;
        identity.projects().create("<script>alert(1)</script>").domain("default").parent(&below).await?;
        identity.projects().create("\"&'\u{1b}[2J\u{202e}漢字").domain("default").enabled(false).await?;
        Ok(())
    });
    done.expect("the grants");
}

#[test]
fn access_is_explained_listed_and_drawn() {
    let cloud = Cloud::new("cli-access");
    grant(&cloud);
    let admin = cloud.admin();
    explained(&admin);
    missing(&admin);
    listed(&admin);
    seen_by_others(&cloud);
    drawn(&admin);
    compared(&cloud);
}

fn explained(admin: &Program) {
    let member = admin
        .run("access explain alice member --project web --user-domain Default --project-domain Default")
        .result()
        .to_owned();
    let system = admin.run("access explain alice --system all --user-domain Default").result().to_owned();
    let json = admin
        .run("access explain alice admin --project web --user-domain Default --project-domain Default -f json")
        .json();

    let expected = "\
alice@Default has member on project web@Default: direct
alice@Default has member on project web@Default: through group developers@Default, which has admin on domain Default \
(inherited), admin implies manager, manager implies member
";
    assert_eq!(member, expected);
    let expected = "\
alice@Default has member on the system: through group developers@Default, which has member there
alice@Default has reader on the system: through group developers@Default, which has member there, member implies reader
";
    assert_eq!(system, expected);
    let row = &json[0];
    assert_eq!(
        (&row["User"], &row["Role"], &row["Project"]),
        (&"alice@Default".into(), &"admin".into(), &"web@Default".into())
    );
    assert!(row["User ID"].is_string() && row["Role ID"].is_string() && row["Project ID"].is_string(), "{row}");
    let chain = &row["Access"][0];
    assert_eq!(
        (&chain["group"], &chain["granted_on"], &chain["granted_on_name"], &chain["inherited"], &chain["roles"]),
        (
            &"developers@Default".into(),
            &"domain".into(),
            &"Default".into(),
            &true.into(),
            &serde_json::json!(["admin"])
        )
    );
    assert_eq!(row["Missing"], serde_json::json!([]));
}

fn missing(admin: &Program) {
    let table = [
        (
            "access explain carol admin --project web --project-domain Default",
            "carol@Default does not have admin on project web@Default\n  \
             - has admin on domain Default, but not inherited by projects below\n  \
             - is not in group developers@Default, which has admin on domain Default (inherited)\n",
        ),
        (
            "access explain carol member --project web --project-domain Default",
            "carol@Default does not have member on project web@Default\n  \
             - has admin on domain Default, but not inherited by projects below\n  \
             - has member on project web@Default, but only for projects below (inherited)\n  \
             - is not in group developers@Default, which has admin on domain Default (inherited)\n  \
             - would also get it by a role that implies it: admin, manager\n",
        ),
        (
            "access explain dave --domain acme",
            "dave@Default has no role on domain acme\n  \
             - nothing grants it to the user, or to any group, there or above\n",
        ),
        (
            "access explain dave --project retired",
            "dave@Default has no role on project retired@Default\n  \
             - is not in group developers@Default, which has admin on domain Default (inherited)\n  \
             - the project is disabled: no token is issued\n",
        ),
    ];
    for (arguments, expected) in table {
        let run = admin.run(arguments);
        assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(1), expected, ""), "{arguments}");
    }
    let json = admin.run("access explain dave --domain acme -f json");
    assert_eq!(json.code, Some(1));
    let json: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!((&json[0]["Access"], json[0]["Missing"].as_array().map(Vec::len)), (&serde_json::json!([]), Some(1)));
    // Names that do not exist, and targets that are not given.
    assert!(admin.run("access explain alic --project web --project-domain Default").failure().starts_with("exit 6\n"));
    assert!(admin.run("access explain alice").failure().starts_with("exit 2\n"));
    let ambiguous = admin.run("access explain alice --project web --user-domain acme").failure();
    assert!(ambiguous.starts_with("exit 6\n") && ambiguous.contains("web"), "{ambiguous}");
}

fn listed(admin: &Program) {
    let csv = admin.run("access list --role admin --project web --project-domain Default -f csv").result().to_owned();
    let group = admin.run("access list --group developers --system all -f value -c User -c Role").result().to_owned();
    let all = admin.run("access list -f json").json();
    let table =
        admin.run("access list --user alice --user-domain Default --project web-test --names").result().to_owned();

    let through = "through group developers@Default, which has admin on domain Default (inherited)";
    let expected = format!(
        "\"User\",\"Role\",\"Project\",\"Domain\",\"System\",\"Access\"\n\
         \"alice@Default\",\"admin\",\"web@Default\",\"\",\"\",\"{through}\"\n"
    );
    assert_eq!(csv, expected);
    assert_eq!(group, "alice@Default member\nalice@Default reader\n");
    let rows = all.as_array().expect("rows");
    assert!(rows.iter().any(|it| it["User"] == "alice@acme" && it["Role"] == "reader" && it["Project"] == "shop@acme"));
    assert!(rows.iter().all(|it| !it["Access"].as_array().expect("chains").is_empty()));
    assert!(
        table.contains(
            "| alice@Default | reader  | web-test@Default |        |        | through group developers@Default"
        ),
        "{table}"
    );
}

fn seen_by_others(cloud: &Cloud) {
    let bob = cloud.user("bob").with("OS_PROJECT_NAME", "lab");

    let own = bob.run("access list -f value -c Role -c Project -c Access");
    let here = bob.run("access explain bob member --project lab");
    let not_here = bob.run("access explain bob admin --project lab");
    let elsewhere = bob.run("access explain bob member --project web").failure();
    let of_others = bob.run("access explain alice --project web").failure();

    assert_eq!(own.stdout, "member lab@Default not visible\nreader lab@Default not visible\n");
    let (refused, more) = own.stderr.split_once('\n').expect("two warnings");
    assert!(refused.starts_with("warning: you may not list role assignments: only the roles of your token"), "{own:?}");
    assert!(more.contains("project db@Default, project web@Default;"), "{own:?}");
    assert_eq!(
        here.result(),
        "bob@Default has member on project lab@Default: so your token says; where it comes from is not visible to you\n"
    );
    assert_eq!(not_here.code, Some(1));
    assert!(not_here.stdout.contains("bob@Default does not have admin on project lab@Default"), "{not_here:?}");
    assert!(
        elsewhere.contains("bob@Default has roles on project web@Default, but you may not see which"),
        "{elsewhere}"
    );
    assert!(of_others.starts_with("exit 5\n"), "{of_others}");
}

fn drawn(admin: &Program) {
    let tree = admin.run("project tree --domain Default").result().to_owned();
    let unicode = admin.command(&["project", "tree", "--domain", "Default"]).env("LANG", "C.UTF-8").output();
    let unicode = admin.read(&unicode.expect("a run")).result().to_owned();
    let graph = admin.run("access graph --project web --project-domain Default").result().to_owned();
    let edges = admin.run("access graph --group developers -f json").json();

    let expected = "\
domain Default
|-- \"&'\\u{1b}[2J\\u{202e}漢字 (disabled)
|-- admin
|-- db
|-- lab
|-- retired (disabled)
|-- service
`-- web
    `-- web-test
        `-- <script>alert(1)</script>
";
    assert_eq!(tree, expected);
    assert_eq!(unicode, expected.replace("|--", "├──").replace("`--", "└──"));
    let expected = "\
group developers@Default: alice@Default
`-- admin (implies manager, member, reader) on domain Default, inherited by its projects
user alice@Default
`-- member (implies reader) on project web@Default
";
    assert!(graph.starts_with(expected), "{graph}");
    assert_eq!(edges.as_array().map(Vec::len), Some(2), "{edges}");
    for arguments in ["project tree", "access graph --domain Default", "access graph"] {
        for form in ["--svg", "--html", "--dot"] {
            let drawn = admin.run(&format!("{arguments} {form}")).result().to_owned();
            assert!(!drawn.contains("<script>alert") || form == "--dot", "{drawn}");
            assert!(drawn.chars().all(|c| c == '\n' || archstone::text::is_visible(c)), "{drawn:?}");
            assert!(!drawn.replace("xmlns=\"http:", "").contains("\"http"), "{drawn}");
        }
    }
    assert!(admin.run("project tree --html").result().contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(admin.run("project tree --dot --svg").failure().starts_with("exit 2\n"));
    let two = admin.run("-f json project tree --dot").failure();
    assert!(two.contains("error: `--dot` is a format of its own; `--format` is not supported with it"), "{two}");
}

fn compared(cloud: &Cloud) {
    let usual = Program::new().auth_url();
    let entry = |name: &str, url: &str| {
        format!(
            "  {name}:\n    auth:\n      auth_url: {url}\n      username: admin\n      password: admin-secret\n      \
             user_domain_id: default\n      system_scope: all\n"
        )
    };
    // Environment variables would make both the same cloud.
    let program = cloud.user("alice");
    let clouds = format!("clouds:\n{}{}", entry("here", &cloud.auth_url), entry("usual", &usual));
    std::fs::write(program.home.join("clouds.yaml"), clouds).expect("a file");

    let same = program.run("diff here here");
    let groups = program.run("diff here usual --only groups,memberships,roles -f json");

    assert_eq!(same.result(), "\n");
    assert_eq!((groups.code, groups.stderr.as_str()), (Some(1), ""));
    let rows: serde_json::Value = serde_json::from_str(&groups.stdout).expect("JSON");
    let row = |what: &str, name: &str| serde_json::json!({"What": what, "Name": name, "Field": "", "A": "present", "B": "missing"});
    let rows = rows.as_array().expect("rows");
    assert!(rows.contains(&row("groups", "developers@Default")), "{rows:?}");
    assert!(rows.contains(&row("memberships", "alice@Default in developers@Default")), "{rows:?}");

    let missing = "error: the following required arguments were not provided:\n";
    let unknown = "error: there is no cloud `nosuch` in `clouds.yaml`\n\nhint: the clouds are `here`, `usual`\n";
    for (line, code, expected) in [
        ("diff", 2, format!("{missing}  <CLOUD_A>\n  <CLOUD_B>\n")),
        ("diff here", 2, format!("{missing}  <CLOUD_B>\n")),
        ("diff here usual nosuch", 2, "error: unexpected argument 'nosuch' found\n".into()),
        ("diff here usual --only users,nothing", 2, "error: invalid value 'nothing' for '--only <WHAT>'\n".into()),
        ("diff here usual --only", 2, "error: a value is required for '--only <WHAT>' but none was supplied\n".into()),
        ("diff here nosuch", 3, unknown.into()),
        ("diff nosuch here", 3, unknown.into()),
    ] {
        let run = program.run(line);
        assert_eq!((run.code, run.stdout.as_str()), (Some(code), ""), "{line}");
        assert!(run.stderr.starts_with(&expected), "{line}: {}", run.stderr);
    }
}
