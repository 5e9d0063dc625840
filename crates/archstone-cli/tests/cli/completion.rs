//! Completion in real shells, including names of the cloud, which may contain any character.

use std::{path::PathBuf, process::Command, time::Duration};

use archstone_testing::{Failure, FakeKeystone, Reply};
use serde_json::json;

use crate::{program::Program, prompt::command_at_a_terminal, scene::Scene, shells::shell};

/// A long timeout, for a machine that is busy with other tests.
const TIMEOUT: (&str, &str) = ("ARCHSTONE_COMPLETE_TIMEOUT", "60000");

/// A shell with the program in `PATH`, its environment, and a file with the completion script.
fn shell_of(name: &str, program: &Program) -> Command {
    let file = program.home.join("completion");
    std::fs::write(&file, program.run(&format!("completion {name}")).result()).expect("a file");
    let folder = PathBuf::from(env!("CARGO_BIN_EXE_archstone"));
    let folder = folder.parent().expect("a folder").display();
    let template = program.command(&[]);
    let mut command = shell(name);
    command.envs(template.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("FILE", &file).env("PATH", format!("{folder}:/usr/bin:/bin")).current_dir(&program.home);
    command
}

/// The output lines of a shell that runs a script with the program's completion loaded.
fn offered(name: &str, script: &str) -> Vec<String> {
    let nobody = Program::new().with(TIMEOUT.0, TIMEOUT.1);
    std::fs::write(nobody.home.join("clouds.yaml"), r#"{"clouds": {"my cloud": {}, "other": {}}}"#).expect("a file");
    let output = shell_of(name, &nobody).args(["-c", script]).output().expect("the shell runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
    String::from_utf8_lossy(&output.stdout).lines().map(ToOwned::to_owned).collect()
}

/// The candidates that the program prints for zsh, which uses them unchanged.
fn words(program: &Program, line: &[&str]) -> Vec<String> {
    let run = program.read(
        &program.command(&[&["complete", "--shell=zsh", "--"], line].concat()).output().expect("the program runs"),
    );
    let texts = run.result().lines().filter_map(|line| line.split('\t').next());
    texts.map(ToOwned::to_owned).collect()
}

#[test]
fn bash_offers_words_first_and_options_after_a_hyphen() {
    let script = r#"
        source "$FILE"
        offer() {
            COMP_LINE=$1 COMP_POINT=${#1} COMPREPLY=()
            _archstone_completion archstone "$2" ""
            (IFS='|'; echo "${COMPREPLY[*]}")
        }
        offer 'archstone token ' ''; offer 'archstone user password ' ''; offer 'archstone completion z' z
        offer 'archstone token issue --form' --form; offer 'archstone wh' wh; offer 'archstone --os-cloud ' ''
        offer 'archstone whoami --os-cloud="my c' 'my c'; offer 'archstone doctor my\ ' 'my\ '
        offer 'archstone diff "my cloud" o' o; offer 'archstone token issue -f y' y; offer 'archstone help to' to
        offer 'archstone --os-cloud other -v token i' i
    "#;

    let lines = offered("bash", script);

    let expected = [
        "issue|revoke",
        "set",
        "zsh",
        "--format",
        "whoami",
        r"my\ cloud|other",
        "my cloud",
        r"my\ cloud",
        "other",
        "yaml",
        "token",
        "issue",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn fish_and_zsh_show_what_words_mean() {
    let lines = offered(
        "fish",
        "source $FILE; complete -C 'archstone token '; complete -C 'archstone url --interf'; \
         complete -C 'archstone --os-cloud=my'; complete -C 'archstone doctor \"my c'",
    );
    let expected = [
        "issue\tGet a token for the cloud, user and scope that the options say",
        "revoke\tRevoke a token",
        "--interface\tPublic, internal or admin; several, separated by commas, in order of preference",
        "--os-cloud=my cloud",
        "my cloud",
    ];
    let first =
        |lines: &[String]| lines.iter().filter_map(|it| Some(it.split('\t').next()?.to_owned())).collect::<Vec<_>>();
    assert_eq!(first(&lines), expected.map(|it| it.split('\t').next().unwrap_or_default()));
    assert!(lines[0].contains('\t') && lines[2].contains('\t'), "{lines:?}");

    let lines = offered(
        "zsh",
        "autoload -U compinit; compinit -u -D; source $FILE; echo $+functions[_archstone] $_comps[archstone]",
    );
    assert_eq!(lines, ["1 _archstone"]);
}

/// Names that would have an effect if a shell evaluated them, and their prefixes.
const NAMES: [(&str, &str); 8] = [
    ("plain-1", "pl"),
    ("a1 $(touch pwned) `touch pwned`", "a1"),
    ("b2'q\"d\\e", "b2"),
    ("c3:d=e@f", "c3"),
    ("ü4 grün 日本", "ü"),
    ("d5;touch pwned&|<>", "d5"),
    ("e6!x~*?[a]{b,c}#", "e6"),
    ("f7\t\u{1b}[2Jx\ny", HIDDEN),
];

/// The prefix of a name with invisible characters, which is not offered.
const HIDDEN: &str = "f7";

#[test]
fn each_shell_types_a_name_of_the_cloud_as_it_is_and_runs_nothing() {
    let scene = Scene::new();
    let client = scene.client();
    let domain = client.wait(client.identity().domains().list().find(&*scene.domain)).expect("the domain");
    for (name, _) in NAMES {
        client.wait(client.identity().users().create(name).domain(&domain)).expect("a user");
    }
    let admin = Program::of("admin").with("OS_PROJECT_NAME", "admin").with(TIMEOUT.0, TIMEOUT.1).with("TERM", "xterm");
    for (name, arguments, prompt) in [
        ("bash", &["-i"][..], "PS1='rea''dy> '"),
        ("zsh", &["-i"], "autoload -U compinit; compinit -u -D; PS1='rea''dy> '"),
        ("fish", &["-i"], "function fish_prompt; echo -n 'rea''dy> '; end"),
    ] {
        let define = match name {
            "fish" => "function archstone; printf '<%s>' $argv; echo; end",
            _ => "archstone() { printf '<%s>' \"$@\"; echo; }",
        };
        let setup = format!("={define}; {prompt}; source $FILE\r");
        let quotes: &[&str] = if name == "bash" { &["", "'", "\""] } else { &["", "'"] };
        let mut steps = vec![("", setup)];
        for quote in quotes {
            // A shell would wait for the closing quote.
            for (_, beginning) in NAMES.iter().filter(|(_, it)| quote.is_empty() || *it != HIDDEN) {
                steps.push((
                    "ready> ",
                    format!("=archstone user show --domain {} {quote}{beginning}\t\x05\r", scene.domain),
                ));
            }
        }
        steps.push(("ready> ", "=\x15exit\r".to_owned()));
        let steps: Vec<_> = steps.iter().map(|(wait, act)| (*wait, act.as_str())).collect();
        let mut command = shell_of(name, &admin);
        command.args(arguments);

        let session = command_at_a_terminal(&command, &steps);

        for (user, beginning) in NAMES {
            let printed = format!("<user><show><--domain><{}><{user}>", scene.domain);
            let is_typed = session.shown.matches(&printed).count() == quotes.len();
            assert_eq!(is_typed, beginning != HIDDEN, "{name}: {user}: {}", session.shown);
        }
        assert!(!admin.home.join("pwned").exists(), "{name} ran a name");
    }
}

#[test]
fn names_are_of_the_domain_on_the_line_and_kept_for_their_login_alone() {
    let scene = Scene::new();
    scene.play(&[("group create one --domain DOMAIN -f value -c name", "one\n")]);
    let admin = Program::of("admin").with("OS_PROJECT_NAME", "admin").with(TIMEOUT.0, TIMEOUT.1);
    let line = ["archstone", "group", "show", "--domain", &scene.domain, ""];

    assert_eq!(words(&admin, &line), ["one"]);
    assert_eq!(words(&admin, &["archstone", "group", "add", "user", "--group-domain", &scene.domain, "o"]), ["one"]);
    let requests = admin.requests();
    assert_eq!(words(&admin, &line), ["one"]);
    let as_openstack = ["openstack", "gr", "sh", "--dom", &scene.domain, "on"];
    assert_eq!(words(&admin, &as_openstack), ["one"]);
    assert_eq!(admin.requests(), requests, "names are kept");

    // A name that looks like an option is only offered if it cannot be one.
    scene.play(&[("group create --domain DOMAIN -f value -c name -- -dash", "-dash\n")]);
    let other = Program::of("admin").with("OS_PROJECT_NAME", "admin").with(TIMEOUT.0, TIMEOUT.1);
    let free = [&line[..5], &["--", "-"]].concat();
    assert_eq!((words(&other, &line), words(&other, &free)), (vec!["one".to_owned()], vec!["-dash".to_owned()]));
    let list = ["archstone", "user", "list", "--domain", &scene.domain];
    assert_eq!(words(&other, &[&list[..], &["--group", ""]].concat()), ["one"]);
    assert_eq!(words(&other, &[&list[..], &["--group=-"]].concat()), ["--group=-dash"]);

    // Everything except public names is readable by its owner only, and encrypted.
    for file in std::fs::read_dir(admin.home.join(".cache/archstone")).expect("a folder").flatten() {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(file.metadata().expect("a file").permissions().mode() & 0o077, 0, "{file:?}");
        let text = std::fs::read(file.path()).expect("the file");
        assert!(!text.windows(scene.domain.len()).any(|it| it == scene.domain.as_bytes()), "{file:?}");
    }
    // Another user with the same home does not see any of it: alice may not list groups.
    let alice = ["archstone", "--os-username", "alice", "--os-password", "alice-secret", "--os-project-name", ""];
    let alice = [&alice[..6], &["web"], &line[1..]].concat();
    assert_eq!(words(&admin, &alice), [""; 0]);
}

#[test]
fn values_are_named_by_what_help_calls_them() {
    let admin = Program::of("admin").with("OS_PROJECT_NAME", "admin").with(TIMEOUT.0, TIMEOUT.1);
    for (line, expected) in [
        ("role add --user al", "alice"),
        ("role add --user alice --user-domain Def", "Default"),
        ("role add adm", "admin"),
        ("project show la", "lab"),
        ("user show --domain Default al", "alice"),
        ("access explain --user al", "alice"),
        ("service show keyst", "keystone"),
        ("user list --domain=Def", "--domain=Default"),
    ] {
        let line: Vec<_> = std::iter::once("archstone").chain(line.split(' ')).collect();
        // On a busy machine, one attempt may be too slow and return nothing.
        let mut tries = (0..20).map(|_| words(&admin, &line));
        assert!(tries.any(|found| found.contains(&expected.to_owned())), "{line:?}: {:?}", words(&admin, &line));
    }
    assert_eq!(admin.logins(), 1);
    // File names are completed by the shell.
    assert_eq!(words(&admin, &["archstone", "mapping", "create", "--rules", ""]), [""]);
    // Users who may not list all projects get their own.
    let alice = Program::of("alice").with("OS_PROJECT_NAME", "web").with(TIMEOUT.0, TIMEOUT.1);
    assert_eq!(words(&alice, &["archstone", "project", "show", "w"]), ["web"]);
}

#[test]
fn names_of_an_answer_that_arrives_in_pieces_are_all_there() {
    let keystone = FakeKeystone::start();
    let users: Vec<_> = ["first", "second", "third"].map(|it| json!({"id": it, "name": it})).into();
    keystone.on("GET", "/v3/users").reply(Reply::json(200, json!({"users": users, "links": {}})));
    keystone.on("GET", "/v3/users").fail(Failure::DripBody(Duration::from_millis(1)));
    let demo = Program::new().with("OS_AUTH_URL", &keystone.auth_url()).with(TIMEOUT.0, TIMEOUT.1);
    let demo = demo.with("OS_USERNAME", "demo").with("OS_PASSWORD", "secret");

    assert_eq!(words(&demo, &["archstone", "user", "show", ""]), ["first", "second", "third"]);
}

#[test]
fn completion_never_waits_and_never_asks() {
    let line = ["archstone", "user", "show", ""];
    // Completion does not wait for a slow cloud: a background process fetches the names, and they are there the next time.
    let slow = Program::of("admin").with("OS_PROJECT_NAME", "admin").behind("delay=1500");
    assert_eq!(words(&slow, &line), [""; 0]);
    let later = (0..1000).map(|_| words(&slow, &line)).find(|it| !it.is_empty()).expect("names");
    assert!(later.contains(&"alice".to_owned()), "{later:?}");
    assert_eq!(slow.logins(), 1);
    // A failed login is not repeated: Keystone counts them.
    let wrong = Program::of("admin").with("OS_PASSWORD", "wrong").with(TIMEOUT.0, TIMEOUT.1);
    for _ in 0..3 {
        assert_eq!(words(&wrong, &line), [""; 0]);
    }
    assert_eq!(wrong.logins(), 1);
    // Completion never prompts and never runs a command.
    for (name, value) in [("OS_PASSWORD", ""), ("ARCHSTONE_PASSWORD_COMMAND", "touch asked"), ("OS_CLOUD", "nope")] {
        let program = Program::of("admin").with("OS_PASSWORD", "").with(name, value).with(TIMEOUT.0, TIMEOUT.1);
        assert_eq!(words(&program, &line), [""; 0]);
        assert_eq!((program.requests(), program.home.join("asked").exists()), (0, false), "{name}");
    }
    let nobody = Program::new().with(TIMEOUT.0, TIMEOUT.1);
    assert_eq!(words(&nobody, &["archstone", "user", "show", "--password-file", "-", ""]), [""; 0]);
    for line in [&["archstone", "--nonsense", "-", "user", "show", "x", "y", ""][..], &[], &["server", "list", ""]] {
        words(&nobody, line);
    }
}

#[test]
fn a_script_is_installed_where_its_shell_looks_and_removed_again() {
    let nobody = Program::new();
    let home = nobody.home.display().to_string();
    for (shell, file) in [
        ("bash", ".local/share/bash-completion/completions/archstone"),
        ("zsh", ".local/share/zsh/site-functions/_archstone"),
        ("fish", ".config/fish/completions/archstone.fish"),
        ("powershell", ".config/archstone/archstone-completion.ps1"),
        ("elvish", ".config/elvish/lib/archstone-completion.elv"),
    ] {
        let path = format!("{home}/{file}");
        let first = |run: &crate::program::Run| run.result().lines().next().unwrap_or_default().to_owned();
        let install = format!("completion install {shell}");
        assert_eq!(first(&nobody.run(&format!("{install} --dry-run"))), format!("would write `{path}`"));
        assert!(!nobody.home.join(file).exists());
        assert_eq!(first(&nobody.run(&install)), format!("wrote `{path}`"));
        assert_eq!(
            std::fs::read_to_string(&path).expect("the script"),
            nobody.run(&format!("completion {shell}")).result()
        );
        assert_eq!(first(&nobody.run(&install)), format!("`{path}` is up to date"));
        std::fs::write(&path, "something else").expect("a file");
        let refused = nobody.run(&install);
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
        assert!(refused.stderr.contains(&format!("`{path}` is not a completion script")), "{}", refused.stderr);
        std::fs::remove_file(&path).expect("the file");
        nobody.run(&install).result();
        assert_eq!(first(&nobody.run(&format!("completion uninstall {shell}"))), format!("removed `{path}`"));
        assert_eq!(first(&nobody.run(&format!("completion uninstall {shell}"))), format!("`{path}` does not exist"));
    }
    // The user's shell, and the remaining steps.
    let fish = Program::new().with("SHELL", "/usr/bin/fish");
    assert!(fish.run("completion install").result().ends_with("Start a new shell to use it.\n"));
    let zsh = Program::new().with("SHELL", "/bin/zsh");
    let line = format!("fpath=({}/.local/share/zsh/site-functions $fpath)", zsh.home.display());
    assert!(zsh.run("completion install").result().contains(&line));
    std::fs::write(zsh.home.join(".zshrc"), format!("{line}\n")).expect("a file");
    assert!(!zsh.run("completion install").result().contains(&line));
    let ksh = Program::new().with("SHELL", "/bin/ksh").run("completion install");
    assert!(ksh.code == Some(2) && ksh.stderr.contains("`ksh`"), "{}", ksh.stderr);
}
