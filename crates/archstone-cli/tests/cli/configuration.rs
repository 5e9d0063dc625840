//! `archstone config`, `env` and `exec`.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::program::Program;

/// The seeded alice, as a cloud in a `clouds.yaml` in the program's folder.
fn with_cloud() -> Program {
    let program = Program::new();
    let entry = format!(
        "# mine\nclouds:\n  mine:\n    auth:\n      auth_url: {}\n      username: alice # it's me\n      password: alice-secret\n",
        program.auth_url()
    );
    let folder = program.home.join(".config/openstack");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("clouds.yaml"), entry).expect("clouds.yaml");
    program
}

fn clouds_yaml(program: &Program) -> String {
    fs::read_to_string(program.home.join(".config/openstack/clouds.yaml")).expect("clouds.yaml")
}

#[test]
fn what_counts_is_shown_with_its_origin_and_without_secrets() {
    let program = with_cloud().with("OS_PROJECT_NAME", "db");

    let shown = program.run("--os-cloud mine --os-region-name RegionTwo config show -f json").json();
    let unmasked = program.run("config show --os-cloud mine --option password --unmask -f value -c value");

    let rows = shown.as_array().expect("rows");
    let row = |name: &str| rows.iter().find(|row| row["Option"] == name).expect(name);
    assert_eq!(
        (&row("region_name")["Origin"], &row("password")["Value"]),
        (&"`--os-region-name`".into(), &"***".into())
    );
    assert_eq!(row("project_name")["Origin"], "environment variable `OS_PROJECT_NAME`");
    let origin = row("username")["Origin"].as_str().expect("an origin");
    assert!(origin.contains("`clouds.mine.auth.username`") && origin.ends_with("line 6"), "{origin}");
    assert_eq!(unmasked.result(), "alice-secret\n");
    assert_eq!(program.requests(), 0);
}

#[test]
fn clouds_and_files_are_listed() {
    let program = with_cloud();

    let list = program.run("config list -f value -c cloud");
    let path = program.run("config path -f value -c state");
    let all = program.run("config path --all -f value -c state");

    assert_eq!((list.result(), path.result()), ("mine\n", "used\n"));
    assert!(all.result().lines().count() > 20);
}

#[test]
fn a_check_ends_with_a_status_that_says_whether_anything_is_refused() {
    let program = with_cloud();
    let warned = program.run("config check -f json").json();
    fs::set_permissions(program.home.join(".config/openstack/clouds.yaml"), PermissionsExt::from_mode(0o600))
        .expect("a mode");
    let good = program.run("config check -f value");
    fs::write(program.home.join("clouds.yaml"), "clouds: {mine: {auth: {usrname: x}}}").expect("clouds.yaml");
    let refused = program.run("config check -f value");

    assert_eq!(warned[0]["Severity"], "warning", "{warned}");
    assert_eq!((good.code, good.stderr.as_str()), (Some(0), "no problems found\n"));
    assert_eq!((refused.code, refused.stderr.as_str()), (Some(3), ""));
    assert!(refused.stdout.contains("did you mean `username`?"), "{}", refused.stdout);
}

#[test]
fn a_proxy_of_a_variable_is_named_where_it_fails_and_where_the_configuration_is_checked() {
    let program = || {
        let login =
            [("OS_AUTH_URL", "http://127.0.0.1:1/v3"), ("OS_USERNAME", "alice"), ("OS_PASSWORD", "alice-secret")];
        login.into_iter().fold(Program::new(), |program, (name, value)| program.with(name, value))
    };
    let behind = program().with("http_proxy", "http://user:marked@127.0.0.1:9");
    let broken = program().with("http_proxy", "ftp://user:marked@127.0.0.1:9");

    let failed = behind.run("whoami").failure();
    let warned = behind.run("config check -f json").json();
    let refused = broken.run("config check -f value");

    assert!(failed.starts_with("exit 8\n"), "{failed}");
    for text in [&failed, &warned.to_string()] {
        let is_named = text.contains("`http://127.0.0.1:9`") && text.contains("environment variable `http_proxy`");
        assert!(is_named && !text.contains("marked"), "{text}");
    }
    assert_eq!(warned[0]["Severity"], "warning", "{warned}");
    assert_eq!(refused.code, Some(3));
    assert!(refused.stdout.contains("environment variable `http_proxy`"), "{}", refused.stdout);
    assert!(!refused.stdout.contains("marked"), "{}", refused.stdout);
}

#[test]
fn changes_keep_what_they_do_not_change() {
    let program = with_cloud();
    let before = clouds_yaml(&program);

    program.run("config set mine region_name RegionOne").result();
    program.run("config set mine project_name web").result();
    program.run_with_input("config set mine password -", "no # quotes\n").result();
    let changed =
        before.replace("alice-secret\n", "'no # quotes'\n      project_name: web\n    region_name: RegionOne\n");
    assert_eq!(clouds_yaml(&program), changed);
    let file = program.home.join(".config/openstack/clouds.yaml");
    assert_eq!(fs::metadata(file).expect("the file").permissions().mode() & 0o777, 0o600);
    program.run_with_input("config set mine password -", "alice-secret").result();
    for option in ["region_name", "project_name"] {
        program.run(&format!("config unset mine {option}")).result();
    }
    assert_eq!(clouds_yaml(&program), before);

    program.run("config rename mine other").result();
    assert_eq!(program.run("whoami --os-cloud other -f value -c user_name").result(), "alice\n");
    program.run("config remove other").result();
    assert_eq!(clouds_yaml(&program), "# mine\nclouds:\n");
}

#[test]
fn a_change_that_makes_no_sense_changes_nothing() {
    let program = with_cloud();
    let before = clouds_yaml(&program);
    let table = [
        ("config set mine usrname x", "exit 3\nerror: unknown option `usrname`\n"),
        ("config set mine timeout soon", "exit 3\nerror: `timeout` is `soon`"),
        ("config set mine auth_url keystone.example", "exit 3\nerror: `auth_url` is not a URL"),
        ("config set mine verify maybe", "exit 3\nerror: `verify` is `maybe`"),
        ("config set mine auth_type v3passwrod", "exit 3\nerror: `auth_type` selects the auth method `v3passwrod`"),
        ("config set mine interface outside", "exit 3\nerror: `interface`"),
        ("config set mine compute_api_version x", "exit 3\nerror: `compute_api_version`"),
        ("config set mine profile citycluod", "exit 3\nerror: `profile`: there is no profile"),
        ("config set mine cacert -----BEGIN", "exit 3\nerror: `cacert` is the text of a certificate"),
        ("config set mine username", "exit 2\nerror: there is no value for `username`"),
        ("config unset mine region_name", "exit 6\nerror: no file sets `region_name` for the cloud `mine`"),
        ("config rename yours x", "exit 6\nerror: no configuration file has a cloud `yours`"),
        ("config remove yours", "exit 6\nerror: no configuration file has a cloud `yours`"),
    ];

    for (arguments, failure) in table {
        let found = program.run(arguments).failure();
        assert!(found.starts_with(failure), "{arguments}: {found}");
    }
    assert_eq!(clouds_yaml(&program), before);
}

#[test]
fn an_openrc_file_becomes_a_cloud_and_is_not_run() {
    let program = Program::new();
    let openrc = format!(
        "export OS_AUTH_URL=\"{}\"\nexport OS_USERNAME='alice'\ntouch {}/ran\nread -sr OS_PASSWORD_INPUT\nexport OS_PASSWORD=$OS_PASSWORD_INPUT\n",
        program.auth_url(),
        program.home.display()
    );
    fs::write(program.home.join("alice-openrc.sh"), openrc).expect("a file");

    let imported = program.run("config import-openrc mine alice-openrc.sh");
    program.run_with_input("config set mine password -", "alice-secret").result();

    assert_eq!(imported.code, Some(0));
    assert!(imported.stderr.contains("`archstone config set mine password`"), "{}", imported.stderr);
    assert!(!program.home.join("ran").exists());
    assert_eq!(program.run("whoami --os-cloud mine -f value -c user_name").result(), "alice\n");
}

#[test]
fn a_password_comes_from_a_command_or_a_file() {
    let program = with_cloud();
    fs::write(program.home.join("secret"), "alice-secret\n").expect("a file");

    for (option, value) in [("password_file", "~/secret"), ("password_command", "cat secret")] {
        program.run("config unset mine password").code.expect("it ends");
        let set = program.command(&["config", "set", "mine", option, value]).status().expect("the program runs");
        assert!(set.success());
        let run = program.run("whoami --os-cloud mine --no-cache -f value -c user_name");
        assert_eq!(run.result(), "alice\n", "{option}");
        program.run(&format!("config unset mine {option}")).result();
    }
}

#[test]
fn a_cloud_goes_into_a_shell() {
    let program = with_cloud().with("OS_REGION_NAME", "RegionTwo").with("OS_NONSENSE", "1");

    let bash = program.run("--os-cloud mine env").result().to_owned();
    let fish = program.run("--os-cloud mine env --shell fish").result().to_owned();

    assert!(bash.contains("unset OS_NONSENSE\n") && bash.contains("export OS_PASSWORD='alice-secret'\n"), "{bash}");
    assert!(bash.contains("export OS_REGION_NAME='RegionTwo'\n"), "{bash}");
    assert!(fish.contains("set -gx OS_USERNAME 'alice'\n"), "{fish}");
}

/// Evaluates the printed shell code in that shell, and returns the value of `$OS_PASSWORD`.
fn password_in(shell: &str, printed: &str, folder: &std::path::Path) -> String {
    let script = match shell {
        "fish" => "printf %s $SCRIPT | source; printf %s $OS_PASSWORD",
        _ => "eval \"$SCRIPT\"; printf %s \"$OS_PASSWORD\"",
    };
    let mut command = crate::shells::shell(shell);
    let output = command.args(["-c", script]).env("SCRIPT", printed).current_dir(folder).output().expect("a shell");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{shell}: {said}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn a_shell_runs_nothing_of_what_names_and_values_hold() {
    use std::os::unix::ffi::OsStrExt;

    let awkward =
        "a'b\"c\\d$(touch pwned)`touch pwned`;touch pwned\n!x \u{2019}\u{2018}#~*?[z]{1,2} \\' %s \t\u{1b}é\n";
    let program = Program::new();
    let cloud = serde_json::json!({"clouds": {"mine": {
        "auth": {"auth_url": program.auth_url(), "username": "alice", "password": awkward},
        "x;touch pwned;": "1", "y z": "2", "q\ntouch pwned\n": "3", "$(touch pwned)": "4", "-a": "5",
    }}});
    fs::write(program.home.join("clouds.yaml"), cloud.to_string()).expect("clouds.yaml");
    for (shell, kind) in [("bash", "bash"), ("dash", "bash"), ("zsh", "bash"), ("fish", "fish")] {
        let mut command = program.command(&["--os-cloud", "mine", "env", "--shell", kind]);
        for name in ["OS_A;touch pwned;", "OS_B\ntouch pwned\n", "OS_$(touch pwned)", "OS_C D", "OS_", "OS_É", "OS_-x"]
        {
            command.env(name, "1");
        }
        command.env(std::ffi::OsStr::from_bytes(b"OS_\xff;touch pwned;"), "1").env("OS_OLD", "1");
        let printed = program.read(&command.output().expect("the program runs"));
        let printed = printed.result();

        assert_eq!(password_in(shell, printed, &program.home), awkward, "{shell}");
        assert!(!program.home.join("pwned").exists(), "{shell}: {printed}");
        assert!(printed.contains("OS_OLD\n"), "{printed}");
    }
    let power = program.run("--os-cloud mine env --shell powershell").result().to_owned();
    assert!(!power.contains("TOUCH") && !power.contains("touch pwned;\n"), "{power}");
    // An environment variable cannot contain it.
    fs::write(program.home.join("clouds.yaml"), cloud.to_string().replace("!x", "\\u0000")).expect("clouds.yaml");
    let failure = program.run("--os-cloud mine env").failure();
    assert!(failure.starts_with("exit 3\nerror: `OS_PASSWORD` holds a NUL character\n"), "{failure}");
}

#[test]
fn a_command_gets_no_variable_that_can_hold_a_secret() {
    use std::os::unix::ffi::OsStrExt;

    let program = with_cloud();
    let mut command = program.command(&["--os-cloud", "mine", "exec", "--", "env", "-0"]);
    for name in [
        "ARCHSTONE_TOKEN_CACHE_PASSWORD",
        "ARCHSTONE_TOKEN_CACHE_SECRET",
        "ARCHSTONE_PASSWORD_COMMAND",
        "ARCHSTONE_SOMETHING_NEW",
        "OS_PASSCODE",
        "OS_Nonsense",
    ] {
        command.env(name, "marked-47");
    }
    command
        .env("OS_PASSWORD", "alice-secret")
        .env("OS_EMPTY", "")
        .env(std::ffi::OsStr::from_bytes(b"OS_\xff"), "marked-47");
    command
        .env("ARCHSTONE_PASSWORD_COMMAND", "")
        .env("PATH", std::env::join_paths(["/usr/bin", "/bin"]).expect("a path"));
    command.env("OTHER", "stays");

    let output = command.output().expect("the program runs");

    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let names: Vec<&str> = text.split('\0').filter_map(|it| it.split('=').next()).filter(|it| !it.is_empty()).collect();
    assert!(
        !text.contains("marked-47")
            && !text.contains("alice-secret")
            && names.contains(&"OTHER")
            && names.contains(&"HOME"),
        "{text}"
    );
    let allowed = ["OS_TOKEN", "OS_AUTH_TYPE", "OS_AUTH_URL", "OS_PROJECT_ID"];
    let rest: Vec<_> = names.iter().filter(|it| it.starts_with("OS_") || it.starts_with("ARCHSTONE_")).collect();
    assert!(rest.iter().all(|it| allowed.contains(it)), "{rest:?}");
}

#[test]
fn a_command_reaches_the_cloud_as_the_login_did() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

    let program = with_cloud();
    for (name, value) in [
        ("no_proxy", "127.0.0.1,.example"),
        ("proxy", "http://user:marked-47@127.0.0.1:9"),
        ("insecure_endpoints", "refuse"),
        ("tls_min_version", "1.3"),
    ] {
        program.run_with_input(&format!("config set mine {name} -"), value).result();
    }
    let mut command = program.command(&["--os-cloud", "mine", "exec", "--", "printenv"]);
    let names = ["ARCHSTONE_NO_PROXY", "ARCHSTONE_PROXY", "ARCHSTONE_INSECURE_ENDPOINTS", "OS_TLS_MIN_VERSION"];
    let printed = program.read(&command.args(names).output().expect("the program runs"));
    let expected = "127.0.0.1,.example\nhttp://user:marked-47@127.0.0.1:9\nrefuse\n1.3\n";
    assert_eq!(printed.result(), expected);
    // Its arguments need not be UTF-8.
    let mut command = program.command(&["--os-cloud", "mine", "exec", "--", "printf", "%s"]);
    let output = command.arg(OsStr::from_bytes(b"\xff")).output().expect("the program runs");
    assert_eq!(output.stdout, b"\xff", "{output:?}");
}

#[test]
fn a_command_that_cannot_be_run_ends_as_in_a_shell() {
    let program = with_cloud();
    fs::write(program.home.join("data"), "no program").expect("a file");
    for (command, status) in
        [("no-such-command", 127), ("./no/such/command", 127), ("./data", 126), (".", 126), ("/", 126)]
    {
        let failure = program.run(&format!("--os-cloud mine exec -- {command}")).failure();
        let expected = format!("exit {status}\nerror: cannot run `{command}`: ");
        assert!(failure.starts_with(&expected), "{failure}");
    }
}

#[test]
fn a_command_gets_a_token_and_no_password() {
    let program = with_cloud().with("OS_PASSWORD", "alice-secret");
    let child = "echo $OS_TOKEN; echo $OS_PROJECT_ID; echo [$OS_PASSWORD]; exit 7";

    let output = program.command(&["--os-cloud", "mine", "exec", "--", "sh", "-c", child]).output();
    let run = program.read(&output.expect("the program runs"));
    let missing = program.run("--os-cloud mine exec -- no-such-command").failure();

    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!((run.code, lines.len(), lines[2]), (Some(7), 3, "[]"), "{run:?}");
    assert!(lines[0].starts_with("gAAAA") && lines[1].len() == 32, "{run:?}");
    assert!(missing.starts_with("exit 127\nerror: cannot run `no-such-command`: No such file"), "{missing}");
    assert_eq!(program.logins(), 1);
}

#[test]
fn a_vendors_profile_is_fetched_once_and_clouds_are_laid_over_it() {
    let program = Program::new();
    let vendor = archstone_testing::FakeServer::start();
    let profile = format!(
        r#"{{"name": "vendor", "profile": {{"auth": {{"auth_url": "{}"}}, "region_name": "north", "vendor_hook": "os:system"}}}}"#,
        program.auth_url()
    );
    vendor.on("GET", "/.well-known/openstack/api").reply(archstone_testing::Reply::json(200, &profile));
    let folder = program.home.join(".config/openstack");
    let entry = format!(
        "clouds:\n  mine:\n    profile: {}\n    auth:\n      username: alice\n      password: alice-secret\n",
        vendor.url()
    );
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("clouds.yaml"), entry).expect("clouds.yaml");

    let before = program.run("whoami --os-cloud mine");
    let fetched = program.run(&format!("config fetch-profile {}", vendor.url()));
    let who = program.run("whoami --os-cloud mine -f value -c user_name");
    let region = program.run("config show --os-cloud mine --option region_name -f value -c origin");

    assert!(before.stderr.contains("fetch-profile"), "{}", before.stderr);
    assert!(fetched.result().ends_with("clouds-public.yaml\n"));
    assert_eq!(who.result(), "alice\n");
    assert!(region.result().contains("clouds-public.yaml"), "{}", region.stdout);
    let kept = fs::read_to_string(folder.join("clouds-public.yaml")).expect("clouds-public.yaml");
    assert!(!kept.contains("vendor_hook"), "{kept}");
    assert_eq!(vendor.requests().len(), 1);
}

#[test]
fn what_is_no_profile_is_not_kept() {
    let program = Program::new();
    let vendor = archstone_testing::FakeServer::start();
    let answers = [
        (archstone_testing::Reply::json(404, "{}"), "has no profile: status 404"),
        (archstone_testing::Reply::json(200, "<html>"), "is not JSON"),
        (archstone_testing::Reply::json(200, "{}"), "has no `profile`"),
    ];
    for (answer, expected) in answers {
        vendor.on("GET", "/.well-known/openstack/api").reply(answer);
        let run = program.run(&format!("config fetch-profile {}", vendor.url()));
        assert!(run.stderr.contains(expected), "{}", run.stderr);
        assert_ne!(run.code, Some(0));
    }
    let run = program.run("config fetch-profile vexxhost");
    assert!(run.stderr.contains("write it whole: `https://vexxhost.com`"), "{}", run.stderr);
    assert!(!program.home.join(".config").exists());
}

#[test]
fn a_new_cloud_is_said() {
    let program = with_cloud();
    let known = program.run("config set mine region_name north");
    let typo = program.run("config set mien region_name north");
    let other = program.run("config set lab auth_url http://keystone:5000/v3");
    assert_eq!(known.stderr, "");
    assert!(
        typo.stderr.contains("`mien` is a new cloud") && typo.stderr.contains("did you mean `mine`?"),
        "{}",
        typo.stderr
    );
    assert!(other.stderr.contains("`lab` is a new cloud") && !other.stderr.contains("mean"), "{}", other.stderr);
    assert_eq!((typo.code, other.code), (Some(0), Some(0)));
}

#[test]
fn a_file_of_the_working_folder_is_trusted_once() {
    let program = Program::new();
    let entry = format!(
        "clouds:\n  mine:\n    auth:\n      auth_url: {}\n      username: alice\n      password_command: [echo, alice-secret]\n",
        program.auth_url()
    );
    fs::write(program.home.join("clouds.yaml"), &entry).expect("clouds.yaml");
    let refused = program.run("whoami --os-cloud mine").failure();
    assert!(refused.contains("archstone config trust clouds.yaml"), "{refused}");

    assert_eq!(program.run("config trust").result(), "clouds.yaml\n");
    assert_eq!(program.run("whoami --os-cloud mine -f value -c user_name").result(), "alice\n");
    assert!(program.run("config trust").failure().starts_with("exit 6\n"));
    fs::write(program.home.join("clouds.yaml"), entry + "# changed\n").expect("clouds.yaml");
    assert!(program.run("whoami --os-cloud mine").failure().contains("archstone config trust"));
    program.run("config trust clouds.yaml").result();
    program.run("config trust --remove clouds.yaml").result();
    assert!(program.run("whoami --os-cloud mine").failure().contains("archstone config trust"));
}

#[test]
fn commands_that_an_import_recommends_work() {
    let program = Program::new();
    fs::write(
        program.home.join("openrc"),
        "export OS_USERNAME=alice OS_PASSWORD=$X OS_REGION_NAME=$Y\nfoo OS_USER_ID\n",
    )
    .expect("a file");
    let imported =
        program.read(&program.command(&["config", "import-openrc", "my cloud", "openrc"]).output().expect("it runs"));
    assert!(imported.stderr.contains("line 2") && imported.stderr.contains("`OS_USER_ID`"), "{}", imported.stderr);
    let commands: Vec<&str> = imported.stderr.split('`').filter(|part| part.starts_with("archstone ")).collect();
    assert_eq!(commands.len(), 2, "{}", imported.stderr);
    for command in commands {
        let words = command.replace("archstone config set 'my cloud' ", "").replace("VALUE", "north");
        let words: Vec<&str> = words.split(' ').collect();
        let mut arguments = vec!["config", "set", "my cloud"];
        arguments.extend(&words);
        if words.len() == 1 {
            arguments.push("secret");
        }
        let set = program.read(&program.command(&arguments).output().expect("it runs"));
        assert_eq!(set.code, Some(0), "{command}: {}", set.stderr);
    }
}

#[test]
fn a_refusal_says_where_a_login_of_several_layers_comes_from() {
    let program = with_cloud().with("OS_CLOUD", "mine").with("OS_PASSWORD", "left over");

    let refused = program.run("token issue --no-cache").failure();
    let found = program.run("config check -f value").stdout;

    assert!(refused.starts_with("exit 4\n"), "{refused}");
    for words in
        ["`clouds.mine.auth.username` in", "the password is from environment variable `OS_PASSWORD`", "auth_url` in"]
    {
        assert!(refused.contains(words), "{words}: {refused}");
    }
    assert!(found.contains("`OS_PASSWORD` takes precedence over `clouds.mine.auth.password`"), "{found}");
}
