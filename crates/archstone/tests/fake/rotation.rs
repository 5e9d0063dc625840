//! Secrets that change while a client runs.

use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use archstone::{
    Client, ClientBuilder, ErrorKind, TokenCache,
    host::{Clock, Host, Moment},
};
use archstone_testing::{FakeKeystone, FakeUser, Reply};

use crate::within;

const HOUR: u64 = 3600;

/// A clock that only moves when told to.
#[derive(Clone, Default)]
struct Moved(Arc<AtomicU64>);

impl Moved {
    fn by(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for Moved {
    fn now(&self) -> Moment {
        Moment::after_start(Duration::from_secs(10_000 + self.0.load(Ordering::Relaxed)))
    }

    fn wall(&self) -> Duration {
        Duration::from_secs(1_800_000_000 + self.0.load(Ordering::Relaxed))
    }
}

/// An identity service, and a folder with the password of its user.
struct Place {
    keystone: FakeKeystone,
    folder: PathBuf,
    clock: Moved,
}

impl Place {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("archstone-rotation-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let keystone = FakeKeystone::start();
        keystone.on("GET", "/compute/v2.1/servers").with_token().reply(Reply::json(200, r#"{"servers": []}"#));
        let place = Self { keystone, folder, clock: Moved::default() };
        place.write("secret");
        place
    }

    fn file(&self) -> PathBuf {
        self.folder.join("password")
    }

    fn write(&self, password: &str) {
        // Renamed into place, as tools for rotation do, so that a partial file is never read.
        let new = self.folder.join("new");
        fs::write(&new, format!("{password}\n")).unwrap();
        fs::rename(new, self.file()).unwrap();
    }

    /// The identity service expects another password from now on.
    fn rotate(&self, password: &str) {
        let user = FakeUser::new("demo", password).member_of("demo").with_default_project("demo");
        self.keystone.change(|cloud| cloud.user(user));
    }

    fn host(&self) -> Host {
        Host::made([("HOME", self.folder.clone())])
            .with_folders(self.folder.join("work"), self.folder.join("root"))
            .with_clock(self.clock.clone())
    }

    fn user(&self) -> ClientBuilder {
        let client = Client::builder().auth_url(self.keystone.auth_url()).username("demo").host(self.host());
        client.token_cache(&TokenCache::new())
    }

    fn by_file(&self) -> ClientBuilder {
        self.user().option("password_file", self.file().display().to_string())
    }

    /// A command that prints the password, and counts how often it runs.
    fn by_command(&self) -> ClientBuilder {
        let (file, runs) = (self.file().display().to_string(), self.runs_file().display().to_string());
        let script = format!("echo >> '{runs}'; cat '{file}'");
        self.user().option("password_command", serde_json::json!(["sh", "-c", script]).to_string())
    }

    fn runs_file(&self) -> PathBuf {
        self.folder.join("runs")
    }

    fn runs(&self) -> usize {
        fs::read_to_string(self.runs_file()).unwrap_or_default().lines().count()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_tasks_see_nothing_of_a_secret_that_is_rotated() {
    for (name, is_command) in [("tasks-file", false), ("tasks-command", true)] {
        let place = Place::new(name);
        let client = if is_command { place.by_command() } else { place.by_file() }.build().unwrap();
        let first = client.token().await.unwrap();
        let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let tasks: Vec<_> = (0..64)
            .map(|_| {
                let (service, stop, done) = (client.service("compute"), Arc::clone(&stop), Arc::clone(&done));
                tokio::spawn(async move {
                    while !stop.load(Ordering::Relaxed) {
                        service.get("servers").send().await?.bytes().await?;
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok::<_, archstone::Error>(())
                })
            })
            .collect();
        // A task that has failed reports its error at the end.
        let wait_while = async |goes_on: &dyn Fn() -> bool| {
            while goes_on() && !tasks.iter().any(tokio::task::JoinHandle::is_finished) {
                tokio::task::yield_now().await;
            }
        };
        let further = async |count: usize| {
            let until = done.load(Ordering::Relaxed) + count;
            wait_while(&|| done.load(Ordering::Relaxed) < until).await;
        };
        further(200).await;

        // The identity service changes first: the token it has issued stays valid.
        place.rotate("rotated");
        place.write("rotated");
        place.clock.by(HOUR - 60);
        // One task renews it, and the others do not wait for that.
        wait_while(&|| client.current_token().is_none_or(|it| it == first)).await;
        further(200).await;
        // Now that token is revoked, as real services do when the password changes.
        place.write("rotated twice");
        place.rotate("rotated twice");
        place.keystone.revoke_all();
        further(400).await;
        stop.store(true, Ordering::Relaxed);

        for task in tasks {
            within(Duration::from_secs(30), name, task).await.unwrap().unwrap();
        }
        let sent: Vec<_> = place.keystone.requests().into_iter().filter(|it| it.path() == "/v3/auth/tokens").collect();
        let passwords: Vec<_> =
            sent.iter().map(|it| it.json()["auth"]["identity"]["password"]["user"]["password"].clone()).collect();
        assert_eq!(passwords, ["secret", "rotated", "rotated twice"], "{name}");
        if is_command {
            // Once per login, however many tasks wait for it; never for a request.
            assert_eq!(place.runs(), 3);
        }
    }
}

#[tokio::test]
async fn a_source_that_fails_costs_nothing_while_the_token_lives_and_is_named_when_it_has_ended() {
    let place = Place::new("fails");
    let client = place.by_file().build().unwrap();
    let first = client.token().await.unwrap();
    fs::remove_file(place.file()).unwrap();

    place.clock.by(HOUR - 60);
    assert_eq!(client.token().await.unwrap(), first);
    assert_eq!(place.keystone.logins(), 1);

    place.clock.by(60);
    let error = client.token().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    let said = error.to_string();
    assert!(said.contains("password_file") && said.contains(&*place.file().to_string_lossy()), "{said}");

    place.write("secret");
    assert_ne!(client.token().await.unwrap(), first);
}

#[tokio::test]
async fn a_secret_that_is_rotated_before_it_reaches_the_service_is_waited_for() {
    let place = Place::new("early");
    let client = place.by_file().build().unwrap();
    let first = client.token().await.unwrap();

    place.write("rotated");
    place.clock.by(HOUR - 60);
    // The new password is still refused, so the old token stays in use.
    assert_eq!(client.token().await.unwrap(), first);
    place.rotate("rotated");
    // The pause after a failed renewal is over.
    place.clock.by(11);
    assert_ne!(client.token().await.unwrap(), first);
    assert_eq!(place.keystone.logins(), 3);
}

#[tokio::test]
async fn a_refused_login_reads_the_secret_again() {
    let place = Place::new("refused");
    for (late, logins) in [(0, 2), (60, 1)] {
        place.keystone.forget_requests();
        place.write("old");
        let client = place.by_file().build().unwrap();
        place.write("new");
        place.rotate("new");
        // A secret that was read a while ago is read again immediately.
        place.clock.by(late);

        client.token().await.unwrap();

        assert_eq!(place.keystone.logins(), logins);
    }
    // The same secret is not tried twice.
    place.keystone.forget_requests();
    place.write("wrong");
    let client = place.by_file().build().unwrap();
    assert_eq!(client.token().await.unwrap_err().kind(), ErrorKind::Unauthenticated);
    assert_eq!(place.keystone.logins(), 1);
}

#[tokio::test]
async fn a_renewal_that_is_asked_for_takes_the_secret_of_now_and_clients_share_it() {
    let place = Place::new("shared");
    let cache = TokenCache::new();
    let clients: Vec<_> = (0..4).map(|_| place.by_file().token_cache(&cache).build().unwrap()).collect();
    let fixed = place.user().password("secret").token_cache(&cache).build().unwrap();
    for client in clients.iter().chain([&fixed]) {
        client.token().await.unwrap();
    }
    assert_eq!(place.keystone.logins(), 1);
    place.write("rotated");
    place.rotate("rotated");

    let new = clients[0].renew().await.unwrap();

    place.clock.by(HOUR - 60);
    let again = clients[0].token().await.unwrap();
    assert_ne!(&again, new.token());
    for client in &clients[1..] {
        assert_eq!(client.token().await.unwrap(), again);
    }
    assert_eq!(place.keystone.logins(), 3);
    // A client with the old password does not get a token obtained with the new one.
    place.clock.by(60);
    assert_eq!(fixed.token().await.unwrap_err().kind(), ErrorKind::Unauthenticated);
}

#[tokio::test]
async fn what_is_kept_on_disk_is_found_by_the_secret_of_now() {
    let place = Place::new("disk");
    let client = || place.by_file().disk_cache_in(place.folder.join("cache")).build().unwrap();
    let first = client();
    first.token().await.unwrap();
    place.write("rotated");
    place.rotate("rotated");
    let second = client();
    assert!(second.kept_access().is_none());
    let new = second.token().await.unwrap();
    assert_eq!(client().kept_access().unwrap().token(), &new);
    // The first client finds it in the cache, without a login.
    place.clock.by(60);
    place.keystone.revoke_all();
    let error = first.replace(&first.token().await.unwrap()).await;
    assert!(error.is_ok());
    assert_eq!(place.keystone.logins(), 2);
    assert!(first.log_out().await.unwrap());
    assert!(client().kept_access().is_none());
}

/// A pipe can only be read once.
#[tokio::test]
async fn a_pipe_is_read_once() {
    let place = Place::new("pipe");
    let pipe = place.folder.join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::write(pipe, "secret\n").unwrap()
    });
    let client = place.user().option("password_file", pipe.display().to_string()).build().unwrap();
    writer.join().unwrap();
    let first = client.token().await.unwrap();
    place.clock.by(HOUR);
    let again = within(Duration::from_secs(10), "a renewal", client.token()).await.unwrap();
    assert_ne!(again, first);
}

#[tokio::test]
async fn a_configuration_that_changes_counts_at_the_next_login_where_that_is_asked_for() {
    let place = Place::new("yaml");
    let write = |credentials: &str, region: &str, url: &str| {
        let text = format!(
            "clouds:\n  demo:\n    region_name: {region}\n    reload_config: true\n    auth: {{auth_url: '{url}', {credentials}}}\n"
        );
        let folder = place.folder.join(".config/openstack");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("clouds.yaml"), text).unwrap();
    };
    let url = place.keystone.auth_url();
    write("username: demo, password: secret", "one", &url);
    let client = Client::builder().cloud("demo").host(place.host()).token_cache(&TokenCache::new()).build().unwrap();
    let first = client.access().await.unwrap();
    let robot = FakeUser::new("demo", "other").member_of("demo").with_default_project("demo");
    place.keystone.change(|cloud| cloud.user(robot.with_application_credential("robot", "made", "demo")));

    // Another method, and another region, which applies to the next client.
    let credential = "application_credential_name: robot, application_credential_secret: made, username: demo";
    write(credential, "two", &url);
    let second = client.renew().await.unwrap();
    assert_eq!((second.user_name(), client.config().region()), (first.user_name(), Some("one")));
    assert!(second.methods().iter().any(|it| it == "application_credential"), "{:?}", second.methods());

    // An invalid file matters only when the token has expired.
    write("username: demo, password: [", "two", &url);
    place.clock.by(HOUR - 60);
    assert_eq!(client.token().await.unwrap(), *second.token());
    place.clock.by(60);
    let error = client.token().await.unwrap_err();
    assert!(error.to_string().contains("clouds.yaml"), "{error}");

    // Secrets of another service are not sent to this one.
    let logins = place.keystone.logins();
    write("username: demo, password: other", "two", "http://127.0.0.1:9/v3");
    let error = client.token().await.unwrap_err();
    assert!(error.to_string().contains("auth_url") && error.kind() == ErrorKind::InvalidConfig, "{error}");
    assert_eq!(place.keystone.logins(), logins);

    write("username: demo, password: other", "two", &url);
    client.token().await.unwrap();
}

/// The files of a client certificate.
mod certificates {
    use super::*;
    use crate::mutual::{Mutual, own, pem};
    use archstone_testing::Authority;

    #[tokio::test]
    async fn certificates_and_keys_that_change_are_used_by_new_connections() {
        let place = Place::new("certificates");
        let path = |name: &str| place.folder.join(name);
        let ((old, old_key), (new, new_key)) = (own("old"), own("new"));
        let server = Mutual::start(&[old.clone(), new.clone()], |_| None);
        let url = &server.url;
        fs::write(path("cert.pem"), pem("CERTIFICATE", &old)).unwrap();
        fs::write(path("key.pem"), pem("PRIVATE KEY", &old_key)).unwrap();
        // The bundle does not contain the server's authority yet.
        fs::write(path("ca.pem"), Authority::new().pem()).unwrap();
        let client = Client::builder().token_id("t").mgmt_url(url).cacert(path("ca.pem")).host(place.host());
        let client = client.option("cert", path("cert.pem").display().to_string());
        let client = client.option("key", path("key.pem").display().to_string()).build().unwrap();
        let service = client.service("compute").endpoint_override(url).retries(crate::quick());
        let ask = async || service.get("x").send().await;

        assert_eq!(ask().await.unwrap_err().kind(), ErrorKind::TlsNotTrusted);
        fs::write(path("ca.pem"), &server.authority).unwrap();
        ask().await.unwrap();
        // A certificate whose key is not there yet is not used yet.
        fs::write(path("cert.pem"), pem("CERTIFICATE", &new)).unwrap();
        ask().await.unwrap();
        fs::write(path("key.pem"), pem("PRIVATE KEY", &new_key)).unwrap();
        ask().await.unwrap();

        assert_eq!(server.certificates(), [old.clone(), old, new]);
    }
}
