//! `archstone batch …`.

use std::{
    io::{BufRead, BufReader, Write},
    os::unix::fs::PermissionsExt,
    process::Stdio,
};

use archstone_testing::{Failure, FakeKeystone, Reply};

use crate::{
    program::{Program, Run},
    prompt::at_a_terminal,
    scene::Scene,
};

impl Scene {
    /// Writes a file into the home folder, where the program runs.
    fn file(&self, name: &str, text: &str) {
        write(&self.admin, name, &text.replace("DOMAIN", &self.domain));
    }

    fn users(&self) -> String {
        self.run("user list --domain DOMAIN -f value -c Name --sort-column Name").result().replace('\n', " ")
    }
}

/// Writes a file that only its owner can read.
fn write(program: &Program, name: &str, text: &str) {
    let path = program.home.join(name);
    std::fs::write(&path, text).expect("a file");
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).expect("a mode");
}

fn journal(program: &Program, file: &str) -> String {
    std::fs::read_to_string(program.home.join(format!("{file}.journal"))).expect("a journal")
}

/// The states of the lines in a report.
fn states(run: &Run) -> Vec<(i64, String)> {
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let row = |row: &serde_json::Value| {
        (row["Line"].as_i64().expect("a number"), row["State"].as_str().expect("a state").to_owned())
    };
    report.as_array().expect("rows").iter().map(row).collect()
}

#[test]
fn lines_are_done_in_order_with_one_login_and_what_they_print_is_not_mixed() {
    let scene = Scene::new();
    scene.file(
        "lines",
        "\
# A project, and who is in it.
project create web --domain DOMAIN --description 'The web' -f value -c description
archstone user create anna --domain DOMAIN --password \"it's s3cret\" -f value -c name
openstack user create bert --domain DOMAIN -f value -c name
user create carol --domain DOMAIN -f value -c name -q

role add member --user anna --user-domain DOMAIN --project web --project-domain DOMAIN
role assignment list --user anna --user-domain DOMAIN --names -f value -c Role
user list --domain DOMAIN \\
  -f value -c Name --sort-column Name
user delete carol --domain DOMAIN
",
    );
    let logins = scene.admin.logins();
    let run = scene.run("batch lines");
    assert_eq!(
        run.whole(),
        "line 4: warning: No password was supplied, authentication will fail when a user does not have a password.\n\
         `lines`: 8 done\nThe web\nanna\nbert\ncarol\nmember\nanna\nbert\ncarol\n",
    );
    assert_eq!(scene.admin.logins() - logins, 0, "the login is that of the first command");
    assert_eq!(scene.users(), "anna bert ");
    let anna = Program::new().with("OS_AUTH_URL", &scene.admin.auth_url()).with("OS_USERNAME", "anna");
    let anna = anna.with("OS_USER_DOMAIN_NAME", &scene.domain).with("OS_PASSWORD", "it's s3cret");
    assert_eq!(anna.run("--unscoped whoami -f value -c user_name").result(), "anna\n");
}

#[test]
fn a_table_makes_users_and_their_roles_and_a_second_run_does_what_is_left() {
    let scene = Scene::new();
    scene.play(&[("project create web --domain DOMAIN -f value -c name", "web\n")]);
    scene.file(
        "users.csv",
        "\u{feff}name,password,email,project,project_domain,enable\r\n\
         anna,s3cret-anna,anna@example.org,web,DOMAIN,true\r\n\
         bert,\"s3cret, \"\"bert\"\"\",,,,no\r\n\
         ,s3cret-nobody,,,,\r\n\
         carol,s3cret-carol,,nosuch,DOMAIN,\r\n\
         anna,s3cret-again,,,,\r\n\
         dora,s3cret-dora,,,,\r\n",
    );

    let run = scene.run("batch --csv users.csv user create --domain DOMAIN -f value -c name");
    let command = "user create --domain DOMAIN -f value -c name --password=***".replace("DOMAIN", &scene.domain);
    assert_eq!(
        run.whole(),
        format!(
            "exit 2\n\
             error: line 4: the following required arguments were not provided: <NAME>\n  in: {command}\n\
             error: line 5: no project has the name or id `nosuch`\n  in: {command} --project=nosuch --project-domain={domain} \
             -- carol\n\
             error: line 6: Conflict occurred attempting to store user - Duplicate entry found with name anna at domain ID \
             <id>. (HTTP 409 from `<keystone>/v3/users`)\n  in: {command} -- anna\n\
             `users.csv`: 3 done, 3 failed\nhint: run it again with `--resume` to do what is left\nanna\nbert\ndora\n",
            domain = scene.domain,
        )
    );
    assert_eq!(scene.users(), "anna bert dora ");
    assert_eq!(scene.run("user show bert --domain DOMAIN -f value -c enabled").result(), "False\n");
    assert_eq!(
        scene.run("user show anna --domain DOMAIN -f value -c enabled -c email").result(),
        "anna@example.org\nTrue\n"
    );
    assert_eq!(journal(&scene.admin, "users.csv").lines().count(), 4);

    // One row is corrected, one is removed, and one that was done has changed.
    let text = std::fs::read_to_string(scene.admin.home.join("users.csv")).expect("the table");
    let text = text
        .replace("nosuch", "web")
        .replace(",s3cret-nobody,,,,\r\n", "")
        .replace("anna@example.org", "a@example.org");
    write(&scene.admin, "users.csv", &text);
    let before = scene.admin.requests();
    let run = scene.run("batch --csv users.csv --resume -f json user create --domain DOMAIN");
    let state = |line: i64, state: &str| (line, state.to_owned());
    assert_eq!(
        states(&run),
        [state(2, "failed"), state(3, "done before"), state(4, "done"), state(5, "failed"), state(6, "done before")]
    );
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (Some(7), "warning: a line that was done before is no longer in `users.csv`, or changed\n")
    );
    assert!(scene.admin.requests() - before < 12, "what is done is not asked for");
    assert_eq!(scene.users(), "anna bert carol dora ");

    scene.file("roles.csv", "user,project,role,inherited\nanna,web,member,\nbert,web,reader,\ndora,web,reader,yes\n");
    let template = "role add --user-domain DOMAIN --project-domain DOMAIN";
    scene.play(&[
        (
            &format!("batch --csv roles.csv --dry-run {template} -q"),
            concat!(
                "`roles.csv`: 3 done\n",
                "PUT projects/<id>/users/<id>/roles/<id>\n",
                "PUT projects/<id>/users/<id>/roles/<id>\n",
                "PUT OS-INHERIT/projects/<id>/users/<id>/roles/<id>/inherited_to_projects\n"
            ),
        ),
        ("role assignment list --project web --project-domain DOMAIN -f value -c User", ""),
        (&format!("batch --csv roles.csv --quiet {template}"), ""),
        (&format!("batch --csv roles.csv --resume {template}"), "`roles.csv`: 3 done before\n"),
    ]);
    let assigned = scene.run("role assignment list --project web --project-domain DOMAIN -f value -c Role");
    assert_eq!(assigned.result().lines().count(), 3);
}

#[test]
fn what_cannot_be_read_does_nothing_at_all() {
    let scene = Scene::new();
    for (command, text, said) in [
        ("batch f", "user create anna\nuser create 'bert\n", "line 2: the quote ' that begins here is not closed"),
        ("batch f", "user list | head\n", "line 1: `|` has no meaning here; put it in quotes if it is part of a word"),
        ("batch --csv f user create", "name,email\nanna\n", "line 2: 1 cell where the heading has 2"),
        (
            "batch --csv f user create",
            "name,emial\nanna,x\n",
            "line 1: column 2 names no argument or option of `user create`; did you mean `email`?",
        ),
    ] {
        scene.file("f", text);
        let expected = format!("exit 2\nerror: nothing was run, because `f` has errors: {said}\n");
        assert_eq!(scene.run(command).failure(), expected, "{text}");
    }
    scene.file("f", "user create anna --domain DOMAIN\nuser creat bert\n");
    scene.play(&[
        (
            "batch --stop-on-error f",
            "exit 2\nerror: nothing was run, because line 2 is invalid: there is no such command\n",
        ),
        ("user list --domain DOMAIN", "\n"),
        ("batch --csv f nonsense", "exit 2\nerror: the command to run for each row is unknown\n"),
        ("batch nosuch", "exit 2\nerror: cannot read `nosuch`: No such file or directory (os error 2)\n"),
        ("batch f user create", "exit 2\nerror: a command for each row needs `--csv`\n\nhint: without it, each line of the file is a command of its own\n"),
        ("batch --csv f", "exit 2\nerror: the command to run for each row is missing\n\nhint: for example `archstone batch --csv users.csv user create`\n"),
        ("batch --resume", "exit 2\nerror: `--resume` needs a journal, and there is none for standard input\n\nhint: name it with `--journal`\n"),
        ("batch", "standard input: no lines\n"),
        (
            "batch users.CSV",
            "exit 2\nerror: `users.CSV` is a table, not a file of commands\n\nhint: to run a command for each \
             row: `archstone batch --csv users.CSV COMMAND`\n",
        ),
    ]);
    std::fs::write(scene.admin.home.join("f"), b"user list\nuser show \xff\n").expect("a file");
    assert_eq!(scene.run("batch f").failure(), "exit 2\nerror: line 2 of `f` is not UTF-8\n");
}

#[test]
fn a_line_that_fails_stops_the_others_where_that_is_asked_for() {
    let scene = Scene::new();
    let lines = "\
        user show nosuch --domain DOMAIN\nproject create web --domain DOMAIN\ntoken issue --no-such\n\
        user set nosuch --domain DOMAIN --password -\n";
    let filled = lines.replace("DOMAIN", &scene.domain);
    let run = scene.admin.run_with_input("batch --json line,state,reason,exit_status --noindent", &filled);
    assert_eq!(run.code, Some(6));
    assert_eq!(
        run.stdout,
        "[{\"line\": 1, \"state\": \"failed\", \"reason\": \"no user has the name or id `nosuch`\", \"exit_status\": 6}, \
         {\"line\": 2, \"state\": \"done\", \"reason\": null, \"exit_status\": 0}, \
         {\"line\": 3, \"state\": \"failed\", \"reason\": \"unexpected argument '***' found\", \"exit_status\": 2}, \
         {\"line\": 4, \"state\": \"failed\", \"reason\": \"cannot read the password from standard input: the lines of a batch have \
         no standard input\", \"exit_status\": 3}]\n"
    );
    let stopping =
        "user show nosuch --domain DOMAIN\nproject create other --domain DOMAIN\n".replace("DOMAIN", &scene.domain);
    let run = scene.admin.run_with_input("batch --stop-on-error", &stopping);
    let told = format!(
        "exit 6\nerror: line 1: no user has the name or id `nosuch`\n  in: user show nosuch --domain {}\nstandard input: 1 failed, 1 not run\n",
        scene.domain
    );
    assert_eq!(run.whole(), told);
    assert_eq!(scene.run("project list --domain DOMAIN -f value -c Name").result(), "web\n");
}

#[test]
fn a_dry_run_changes_nothing_and_leaves_no_journal() {
    let scene = Scene::new();
    scene.file("lines", "user create anna --domain DOMAIN --password s3cret\nconfig set x region_name y\n");
    let body =
        "{\n  \"user\": {\n    \"name\": \"anna\",\n    \"domain_id\": \"<id>\",\n    \"password\": \"***\"\n  }\n}";
    scene.play(&[
        ("batch lines --dry-run", &format!("`lines`: 2 done\nPOST users\n{body}\nwould run: config set *** *** ***\n")),
        ("user list --domain DOMAIN", "\n"),
    ]);
    assert!(!scene.admin.home.join("lines.journal").exists() && !scene.admin.home.join("clouds.yaml").exists());
}

#[test]
fn no_secret_of_a_line_is_shown_or_kept() {
    let scene = Scene::new();
    let text = "\
        user create anna --domain DOMAIN --password s3cret-1\nuser create bert --pasword s3cret-2\n\
        user create carol --password my s3cret-3\nuser set nosuch --domain DOMAIN --password s3cret-4\n\
        --os-password s3cret-5 --os-username nobody user list\ns3cret-6 x\n";
    scene.file("lines", text);
    for options in ["--debug", "--resume", "--resume -f json", "--resume -f value -o wide"] {
        let run = scene.run(&format!("batch lines {options}"));
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(!format!("{}{}", run.stdout, run.stderr).contains("s3cret"), "{options}: {run:?}");
    }
    let kept = journal(&scene.admin, "lines");
    assert!(!kept.contains("s3cret") && kept.lines().count() == 2, "{kept}");
    let mode =
        |name: &str| std::fs::metadata(scene.admin.home.join(name)).expect("a file").permissions().mode() & 0o777;
    assert_eq!(mode("lines.journal"), 0o600);
    std::fs::set_permissions(scene.admin.home.join("lines"), PermissionsExt::from_mode(0o644)).expect("a mode");
    let seen = scene.run("batch lines --resume");
    let warning = "warning: other users of this machine can read the secrets in `lines`; run `chmod 600` on it\n";
    assert!(seen.stderr.starts_with(warning), "{}", seen.stderr);
    let run = scene.run("batch --csv /dev/null user create --password s3cret");
    assert!(!run.stderr.contains("s3cret"), "{run:?}");
}

#[test]
fn a_password_that_is_wrong_is_tried_once() {
    let keystone = FakeKeystone::start();
    let demo = Program::new().with("OS_AUTH_URL", &keystone.auth_url()).with("OS_USERNAME", "demo");
    let demo = demo.with("OS_PASSWORD", "wrong");
    let lines: String = (0..20).map(|it| format!("user create u{it}\n")).collect();
    let run = demo.run_with_input("batch", &lines);
    assert_eq!((run.code, run.stdout.as_str()), (Some(4), ""));
    assert_eq!(keystone.count("POST", "/v3/auth/tokens"), 1);
    assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
}

/// A cloud in which `made` answers requests to create a user.
fn cloud(made: impl Fn(&str) -> Reply + Send + Sync + 'static) -> (FakeKeystone, Program) {
    let keystone = FakeKeystone::start();
    keystone.on("POST", "/v3/users").reply_with(move |request| {
        let body = request.json();
        made(body["user"]["name"].as_str().unwrap_or_default())
    });
    let demo = Program::new().with("OS_AUTH_URL", &keystone.auth_url()).with("OS_USERNAME", "demo");
    (keystone, demo.with("OS_PASSWORD", "secret"))
}

fn user(name: &str) -> Reply {
    Reply::json(201, serde_json::json!({"user": {"id": name, "name": name}}))
}

#[test]
fn after_an_interrupt_what_runs_is_finished_and_the_rest_is_left() {
    let (sender, arrived) = std::sync::mpsc::channel();
    let (go, gate) = std::sync::mpsc::channel::<()>();
    let gate = std::sync::Mutex::new(gate);
    let (_keystone, demo) = cloud(move |name| {
        if name == "u1" {
            sender.send(()).expect("the test waits");
            gate.lock().expect("one at a time").recv().expect("the test goes on");
        }
        user(name)
    });
    let lines: String = (0..5).map(|it| format!("user create u{it} --password x\n")).collect();
    write(&demo, "lines", &lines);
    let mut child =
        demo.command(&["batch", "lines", "--concurrency", "1", "-f", "json"]).spawn().expect("the program runs");

    arrived.recv().expect("the second request");
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(killed.success());
    // The response comes after the program has noticed the signal.
    let mut told = BufReader::new(child.stderr.take().expect("its messages"));
    let mut line = String::new();
    told.read_line(&mut line).expect("a line");
    assert!(line.starts_with("warning: interrupted: "), "{line}");
    go.send(()).expect("the server waits");
    let run = demo.read(&child.wait_with_output().expect("it ends"));

    assert_eq!(run.code, Some(130), "{run:?}");
    let done: Vec<_> = states(&run).into_iter().map(|(_, state)| state).collect();
    assert_eq!(done, ["done", "done", "not run", "not run", "not run"], "{run:?}");
    assert_eq!(journal(&demo, "lines").lines().count(), 3);
    let rest = demo.run("batch lines --resume -f json");
    assert_eq!(states(&rest).iter().filter(|(_, state)| state == "done").count(), 3, "{rest:?}");
}

#[test]
fn a_run_that_is_killed_has_noted_what_was_done() {
    let (_keystone, demo) =
        cloud(|name| if name == "u2" { Reply::new(200).with(Failure::Silence) } else { user(name) });
    let lines: String = (0..3).map(|it| format!("user create u{it} --password x -f value -c name\n")).collect();
    write(&demo, "lines", &lines);
    let mut child = demo.command(&["batch", "lines", "--concurrency", "1"]).spawn().expect("the program runs");
    let out = BufReader::new(child.stdout.take().expect("its output"));
    assert_eq!(out.lines().take(2).map(|it| it.expect("a line")).collect::<Vec<_>>(), ["u0", "u1"]);
    child.kill().expect("it waits for the third");
    child.wait().expect("it ends");

    assert_eq!(journal(&demo, "lines").lines().count(), 3);
}

#[test]
fn lines_side_by_side_are_as_many_as_asked_for_and_print_in_their_order() {
    for (concurrency, most) in [("1", 1), ("4", 4)] {
        let running = std::sync::Arc::new((std::sync::Mutex::new((0, 0)), std::sync::Condvar::new()));
        let shared = std::sync::Arc::clone(&running);
        let (_keystone, demo) = cloud(move |name| {
            let (counts, changed) = &*shared;
            let mut counts = counts.lock().expect("counts");
            counts.0 += 1;
            counts.1 = counts.1.max(counts.0);
            changed.notify_all();
            // The first lines wait until the maximum number runs at the same time.
            let long = std::time::Duration::from_secs(20);
            let (mut counts, _) = changed.wait_timeout_while(counts, long, |counts| counts.1 < most).expect("counts");
            counts.0 -= 1;
            user(name)
        });
        let names: Vec<String> = (0..12).map(|it| format!("u{it}")).collect();
        let lines: String =
            names.iter().map(|it| format!("user create {it} --password x -f value -c name\n")).collect();
        let mut child = demo
            .command(&["batch", "--concurrency", concurrency, "-q"])
            .stdin(Stdio::piped())
            .spawn()
            .expect("the program runs");
        child.stdin.take().expect("its input").write_all(lines.as_bytes()).expect("the input is read");
        let run = demo.read(&child.wait_with_output().expect("it ends"));

        assert_eq!(run.result(), names.join("\n") + "\n");
        assert_eq!(running.0.lock().expect("counts").1, most, "{concurrency}");
    }
}

#[test]
fn a_person_is_asked_once_before_something_is_deleted() {
    let scene = Scene::new();
    let names = ["anna", "bert", "carol"];
    scene.file(
        "made",
        &names.map(|name| format!("user create {name} --domain DOMAIN --password x -f value -c id\n")).concat(),
    );
    scene.run("batch made");
    scene.file("lines", &names.map(|name| format!("user delete {name} --domain DOMAIN\n")).concat());
    let asked = format!(
        "Run 3 lines that delete something, the first of them in line 1 (`user delete anna --domain {}`)? [y/N] ",
        scene.domain
    );
    let said_no = at_a_terminal(&scene.admin, &["batch", "lines"], &[(&asked, "=n\r")]);
    assert_eq!((said_no.status, scene.users().as_str()), (2, "anna bert carol "), "{said_no:?}");
    assert!(said_no.shown.ends_with("error: nothing was run\r\n"), "{said_no:?}");
    let said_yes = at_a_terminal(&scene.admin, &["batch", "lines"], &[(&asked, "=y\r")]);
    assert_eq!((said_yes.status, scene.users().as_str()), (0, ""), "{said_yes:?}");
    scene.run("batch made");
    let not_asked = at_a_terminal(&scene.admin, &["batch", "lines", "--yes"], &[]);
    assert_eq!((not_asked.status, scene.users().as_str()), (0, ""), "{not_asked:?}");
    assert!(!not_asked.shown.contains('?'), "{not_asked:?}");
}

#[test]
fn the_password_of_the_login_is_asked_for_once_and_not_without_input() {
    let alice = Program::of("alice").with("OS_PASSWORD", "");
    write(&alice, "lines", "whoami -f value -c user_name\nproject list --my-projects -f value -c Name\n");
    let refused = at_a_terminal(&alice, &["batch", "lines", "--no-input"], &[]);
    assert!(refused.status == 3 && !refused.shown.contains("Password: "), "{refused:?}");

    let typed = at_a_terminal(&alice, &["batch", "lines"], &[("Password: ", "alice-secret\r")]);

    assert!(typed.status == 0 && typed.echoes, "{typed:?}");
    assert_eq!(typed.shown.matches("Password: ").count(), 1, "{typed:?}");
    assert!(typed.shown.contains("alice\r\n") && typed.shown.ends_with("`lines`: 2 done\r\n"), "{typed:?}");
    assert_eq!(alice.logins(), 1);
}

#[test]
fn people_see_how_far_it_is_and_a_second_interrupt_ends_it() {
    let (_keystone, demo) =
        cloud(|name| if name == "u1" { Reply::new(200).with(Failure::Silence) } else { user(name) });
    let demo = demo.with("TERM", "xterm");
    write(&demo, "lines", "user create u0 --password x -f value -c name\nuser create u1 --password x\n");

    let steps = [("lines: 1 of 2 (", "=\u{3}"), ("interrupted: lines that are running", "=\u{3}")];
    let ended = at_a_terminal(&demo, &["batch", "lines"], &steps);

    assert_eq!(ended.status, 130, "{ended:?}");
    assert!(ended.shown.contains("u0\r\n"), "{ended:?}");
    assert_eq!(journal(&demo, "lines").lines().count(), 2);
}

#[test]
fn a_program_called_openstack_has_no_batch() {
    let scene = Scene::new();
    let told = "exit 2\nopenstack: 'batch' is not a command of identity, and there is no other `openstack` on PATH to hand it \
        over to (ARCHSTONE_OPENSTACK can name one)\n";
    scene.play_as_openstack(&[("batch lines", told)]);
}
