//! `archstone application credential rotate`: each place that can hold a secret, and interrupted runs.

use std::fs;

use archstone::config::KeyringPlace;
use serde_json::{Value, json};

use crate::{program::Program, scene::Scene};

/// A new user with a credential that the cloud `robot` uses.
struct Robot {
    scene: Scene,
    user: Program,
    name: String,
}

impl Robot {
    /// `ID` and `SECRET` are placeholders in the texts; `file` also writes the secret to a file.
    fn new(clouds: &str, secure: &str, file: bool, options: &str) -> Self {
        let scene = Scene::new();
        let name = scene.domain.clone();
        for line in [
            format!("project create --domain DOMAIN {name}"),
            format!("user create --domain DOMAIN --password user-secret {name}"),
            format!("role add --user {name} --user-domain DOMAIN --project {name} --project-domain DOMAIN member"),
        ] {
            assert_eq!(scene.run(&line).code, Some(0), "{line}");
        }
        let user = Program::new();
        let url = user.auth_url();
        let user = user.with("OS_AUTH_URL", &url).with("OS_USERNAME", &name).with("OS_PASSWORD", "user-secret");
        let user = user
            .with("OS_USER_DOMAIN_NAME", &name)
            .with("OS_PROJECT_NAME", &name)
            .with("OS_PROJECT_DOMAIN_NAME", &name);
        let made = user.run(&format!("application credential create backup --role member {options} -f json")).json();
        let filled = |text: &str| {
            text.replace("URL", &url)
                .replace("ID", made["ID"].as_str().unwrap_or_default())
                .replace("SECRET", made["Secret"].as_str().unwrap_or_default())
                .replace("HOME", &user.home.to_string_lossy())
        };
        let folder = user.home.join(".config/openstack");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("clouds.yaml"), filled(clouds)).expect("a file");
        if !secure.is_empty() {
            fs::write(folder.join("secure.yaml"), filled(secure)).expect("a file");
        }
        if file {
            fs::write(user.home.join("secret"), filled("SECRET\n")).expect("a file");
        }
        Self { scene, user, name }
    }

    /// The same in a session with a keyring, such as the one that the tests run in.
    fn with_keyring(self) -> Self {
        let bus = archstone::host::Host::default().variable("DBUS_SESSION_BUS_ADDRESS").expect("a session");
        Self { user: self.user.with("DBUS_SESSION_BUS_ADDRESS", &bus), ..self }
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.user.home.join(".config/openstack").join(name)).unwrap_or_default()
    }

    /// The credential that the cloud `robot` logs in with, without any cache.
    fn used(&self) -> String {
        let mut command = self.user.command(&["--os-cloud", "robot", "--no-cache", "whoami", "-f", "json"]);
        for (name, _) in self.user.command(&[]).get_envs() {
            if name.to_string_lossy().starts_with("OS_") {
                command.env_remove(name);
            }
        }
        let run = self.user.read(&command.output().expect("the program runs"));
        run.json()["user_name"].as_str().unwrap_or_default().to_owned()
    }

    fn listed(&self) -> Vec<String> {
        let list = self.user.run("application credential list -f json").json();
        let name = |it: &Value| it["Name"].as_str().or(it["name"].as_str()).unwrap_or_default().to_owned();
        list.as_array().into_iter().flatten().map(name).collect()
    }

    fn rotate(&self, options: &str) -> Value {
        self.user.run(&format!("application credential rotate backup {options} -f json")).json()
    }
}

const AUTH: &str =
    "auth_type: v3applicationcredential\n    auth:\n      auth_url: URL\n      application_credential_id: ID";

#[test]
fn a_credential_is_rotated_where_it_is() {
    let places = [
        (
            format!("# mine\nclouds:\n  robot:\n    {AUTH}\n      application_credential_secret: SECRET # x\n"),
            "",
            false,
        ),
        (
            format!("clouds:\n  robot:\n    {AUTH}\n"),
            "clouds: {robot: {auth: {application_credential_secret: SECRET}}}\n",
            false,
        ),
        (format!("clouds:\n  robot:\n    {AUTH}\n      application_credential_secret_file: HOME/secret\n"), "", true),
    ];
    for (clouds, secure, file) in &places {
        let robot = Robot::new(clouds, secure, *file, "");
        let before = (robot.file("clouds.yaml"), robot.file("secure.yaml"));
        assert_eq!(robot.used(), robot.name);

        let done = robot.rotate("");

        let (new, old) = (done["id"].as_str().expect("an id"), done["old"].as_str().expect("an id"));
        assert_ne!(new, old);
        assert!(robot.file("clouds.yaml").contains(new), "{}", robot.file("clouds.yaml"));
        assert_eq!(robot.file("clouds.yaml").lines().count(), before.0.lines().count());
        assert_eq!(robot.file("secure.yaml").lines().count(), before.1.lines().count());
        assert!(!robot.file("secure.yaml").contains(new));
        assert_eq!(robot.used(), robot.name);
        assert_eq!(robot.listed().len(), 2);
        // The error explains how to continue.
        let again = robot.user.run("application credential rotate backup").failure();
        assert!(again.contains("--finish"), "{again}");
        assert_eq!(robot.rotate("--finish")["deleted"], old);
        assert_eq!(robot.used(), robot.name);
        // Once more, in a single run.
        let done = robot.rotate("--in robot");
        let finished = robot.rotate("--finish");
        assert_eq!((&finished["deleted"], robot.listed().len()), (&json!(new), 1));
        assert_eq!(finished["id"], done["id"]);
        assert_eq!(robot.used(), robot.name);
        assert!(!robot.user.home.join("secret.new").exists());
    }
}

#[test]
fn what_was_restricted_stays_so_and_what_cannot_be_is_an_error() {
    let clouds = format!("clouds:\n  robot:\n    {AUTH}\n      application_credential_secret: SECRET\n");
    let rules = r#"--access-rules [{"path":"/v3/auth/projects","method":"GET","service":"identity"}]"#;
    let robot = Robot::new(&clouds, "", false, &format!("{rules} --description mine --expiration 2030-01-01T00:00:00"));

    let unknown = robot.user.run("application credential rotate backup").failure();
    assert!(unknown.contains("--expiration"), "{unknown}");
    assert_eq!(robot.listed().len(), 1);
    let run =
        robot.user.run("application credential rotate backup --expiration 2031-01-01T00:00:00 --grace 1s -f json");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("is deleted in 1 s"), "{}", run.stderr);
    let names = robot.listed();
    assert_eq!(names.len(), 1);
    let new = robot.user.run(&format!("application credential show {} -f json", names[0])).json();
    assert_eq!((&new["Description"], &new["Unrestricted"]), (&json!("mine"), &json!(false)));
    assert!(new["Roles"].to_string().contains("member"), "{new}");
    assert_eq!(new["Access Rules"][0]["path"], "/v3/auth/projects");
    assert!(new["Expires At"].as_str().is_some_and(|it| it.starts_with("2031-01-01T00:00:00")), "{new}");
    // Its name contains its date of creation: the next one is valid for the same time.
    robot.rotate("");

    for (options, expected) in [
        ("nothing", "no application credential `nothing`"),
        ("backup --in other", "cloud `other`"),
        ("backup --grace 5", "it is not a time"),
    ] {
        let failure = robot.user.run(&format!("application credential rotate {options}")).failure();
        assert!(failure.contains(expected), "{failure}");
    }
}

/// After a run that was interrupted between two steps, the next one continues.
#[test]
fn an_interrupted_rotation_loses_nothing() {
    let clouds = format!("clouds:\n  robot:\n    {AUTH}\n      application_credential_secret_file: HOME/secret\n");
    let robot = Robot::new(&clouds, "", true, "");
    // Before the new one was written.
    robot.user.run("application credential create backup-20261129T101500Z").result();
    let failure = robot.user.run("application credential rotate backup").failure();
    assert!(failure.contains("its secret is lost") && failure.contains("credential delete"), "{failure}");
    assert_eq!(robot.used(), robot.name);
    robot.user.run("application credential delete backup-20261129T101500Z").result();
    // Between the two files: the configuration names the new file that will replace the other one.
    robot.rotate("");
    fs::rename(robot.user.home.join("secret"), robot.user.home.join("secret.new")).expect("a file");
    let text = robot.file("clouds.yaml").replace("/secret", "/secret.new");
    fs::write(robot.user.home.join(".config/openstack/clouds.yaml"), text).expect("a file");
    assert_eq!(robot.used(), robot.name);
    robot.rotate("--finish");
    assert_eq!((robot.used(), robot.listed().len()), (robot.name.clone(), 1));
    assert!(!robot.file("clouds.yaml").contains(".new") && !robot.user.home.join("secret.new").exists());
    let _ = &robot.scene;
}

/// Run by `dev/keyring`, in a session that has a keyring.
#[test]
#[ignore = "needs a keyring: `dev/keyring`"]
fn a_credential_is_rotated_in_the_keyring() {
    let place = |name: &str| -> KeyringPlace { name.parse().expect("a place") };
    let spelled = format!("archstone-{}/robot", std::process::id());
    let secret = |name: &str| place(name).read().map(|it| it.expose().to_owned());
    let clouds = format!("clouds:\n  robot:\n    {AUTH}\n      application_credential_secret_keyring: {spelled} # x\n");
    let robot = Robot::new(&clouds, "", true, "").with_keyring();
    let first = fs::read_to_string(robot.user.home.join("secret")).expect("a secret").trim().to_owned();
    place(&spelled).write(&first.as_str().into()).expect("a keyring");
    assert_eq!(robot.used(), robot.name);

    let done = robot.rotate("");

    let (new, old) = (done["id"].as_str().expect("an id"), done["old"].as_str().expect("an id"));
    let second = secret(&spelled).expect("a secret");
    let kept = robot.file("clouds.yaml");
    assert_ne!(second, first);
    assert!(kept.contains(new) && kept.contains(&format!("{spelled} # x")), "{kept}");
    assert!(!kept.contains(&second) && !kept.contains(&first), "{kept}");
    assert!(secret(&format!("{spelled}.{new}")).is_err(), "nothing else is left in the keyring");
    assert_eq!(robot.used(), robot.name);
    assert_eq!(robot.rotate("--finish")["deleted"], old);

    // A run that was interrupted between the two places: the configuration names the new place that will replace the
    // other one.
    let done = robot.rotate("");
    let between = format!("{spelled}.{}", done["id"].as_str().expect("an id"));
    place(&between).write(&secret(&spelled).expect("a secret").into()).expect("a keyring");
    place(&spelled).write(&second.into()).expect("a keyring");
    fs::write(
        robot.user.home.join(".config/openstack/clouds.yaml"),
        robot.file("clouds.yaml").replace(&spelled, &between),
    )
    .expect("a file");
    assert_eq!(robot.used(), robot.name);
    robot.rotate("--finish");
    assert_eq!((robot.used(), robot.listed().len()), (robot.name.clone(), 1));
    assert!(robot.file("clouds.yaml").contains(&format!("{spelled} # x")), "{}", robot.file("clouds.yaml"));
    assert!(secret(&between).is_err(), "nothing else is left in the keyring");
    assert!(place(&spelled).delete().expect("a keyring"));
}
