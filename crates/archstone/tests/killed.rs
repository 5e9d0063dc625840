//! Processes that are killed while they write tokens to disk: no file is left incomplete, and no lock stays.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test may panic, measures time, and talks to its processes by their output"
)]

use std::{
    fs::DirEntry,
    hash::{BuildHasher, RandomState},
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use archstone::{Client, TokenCache, blocking};
use archstone_testing::{CatalogBuilder, FakeCloud, FakeKeystone, FakeProject, FakeUser};

const TEST: &str = "processes_killed_at_any_moment_leave_a_whole_token_and_no_lock";
/// Set for processes that this test starts from its own executable: the auth URL, the folder and the user.
const WRITER: &str = "ARCHSTONE_TEST_WRITER";
/// Each has two processes that write the same entry.
const USERS: [&str; 4] = ["u1", "u2", "u3", "u4"];
const PROCESSES: usize = 8;
const WRITES: usize = 2000;
/// A process is killed during its last write, after this many at most.
const WRITES_OF_A_LIFE: u32 = 10;
/// A stale lock would be waited for a minute and a half.
const AT_ONCE: Duration = Duration::from_secs(45);
/// Makes an entry larger than a page.
const SERVICES: usize = 20;

#[derive(Default)]
struct Counts {
    writes: AtomicUsize,
    kills: AtomicUsize,
}

#[test]
fn processes_killed_at_any_moment_leave_a_whole_token_and_no_lock() {
    if let Ok(task) = std::env::var(WRITER) {
        let [auth_url, folder, user] = task.split(' ').collect::<Vec<_>>()[..] else { panic!("{task}") };
        return write_when_told(&client(auth_url, Path::new(folder), user));
    }
    let folder = std::env::temp_dir().join(format!("archstone-killed-{}", std::process::id()));
    let (keystone, counts) = (keystone(), Counts::default());

    let longest = std::thread::scope(|scope| {
        let (keystone, folder, counts) = (&keystone, &folder, &counts);
        let threads: Vec<_> = (0..PROCESSES)
            .map(|number| scope.spawn(move || write_and_kill(USERS[number % USERS.len()], keystone, folder, counts)))
            .collect();
        threads.into_iter().map(|it| it.join().unwrap()).max().unwrap()
    });

    let (writes, kills) = (counts.writes.into_inner(), counts.kills.into_inner());
    let half = std::fs::read_dir(&folder).unwrap().flatten().filter(is_half_written).count();
    println!(
        "{writes} writes, {kills} kills, {half} of them with a file half written; longest login after: {longest:?}"
    );
    assert!(longest < AT_ONCE, "a lock stayed: a login took {longest:?}");
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Whether a file is a temporary one that a killed process did not rename.
fn is_half_written(file: &DirEntry) -> bool {
    file.file_name().to_string_lossy().matches('.').count() > 1
}

/// Starts and kills one process after the other that writes a user's entry, until there are enough writes. Returns the
/// longest login after a kill.
fn write_and_kill(user: &str, keystone: &FakeKeystone, folder: &Path, counts: &Counts) -> Duration {
    let auth_url = keystone.auth_url();
    let mut longest = Duration::ZERO;
    while counts.writes.load(Ordering::Relaxed) < WRITES {
        let mut writer = Writer::start(&auth_url, folder, user);
        let mut took = Duration::ZERO;
        for _ in 0..=random(WRITES_OF_A_LIFE) {
            let began = Instant::now();
            writer.begin();
            writer.finish();
            took = began.elapsed();
            counts.writes.fetch_add(1, Ordering::Relaxed);
        }
        writer.begin();
        std::thread::sleep(took * random(1000) / 1000);
        writer.process.kill().unwrap();
        writer.process.wait().unwrap();
        counts.writes.fetch_add(1, Ordering::Relaxed);
        counts.kills.fetch_add(1, Ordering::Relaxed);

        let next = client(&auth_url, folder, user);
        let kept = next.asynchronous().kept_access().expect("there is a token, since a write was complete");
        assert!(keystone.accepts(kept.token().expose()));
        assert_eq!(kept.user_name(), Some(user));
        assert_eq!(kept.catalog().unwrap().services().len(), SERVICES);
        let began = Instant::now();
        next.renew().unwrap();
        longest = longest.max(began.elapsed());
    }
    longest
}

fn keystone() -> FakeKeystone {
    let cloud = FakeCloud::new().project(FakeProject::new("p")).catalog(CatalogBuilder::sized(SERVICES, 3, 1));
    let users = USERS.map(|user| FakeUser::new(user, "secret").member_of("p").with_default_project("p"));
    let keystone = users.into_iter().fold(cloud, FakeCloud::user).start();
    keystone.only_count();
    keystone
}

/// A client with an empty memory cache.
fn client(auth_url: &str, folder: &Path, user: &str) -> blocking::Client {
    let client = Client::builder().auth_url(auth_url).username(user).password("secret");
    client.token_cache(&TokenCache::new()).disk_cache_in(folder).build().unwrap().into()
}

/// A process that logs in and stores the token on request.
struct Writer {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Writer {
    fn start(auth_url: &str, folder: &Path, user: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", TEST, "--nocapture"]).env(WRITER, format!("{auth_url} {} {user}", folder.display()));
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let input = process.stdin.take().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        Self { process, input, output }
    }

    fn begin(&mut self) {
        writeln!(self.input, "write").unwrap();
    }

    fn finish(&mut self) {
        let said = (&mut self.output).lines().map_while(Result::ok).find(|line| line == "written");
        assert!(said.is_some(), "a writer ended by itself");
    }
}

/// What a [`Writer`] does, until its input ends.
fn write_when_told(client: &blocking::Client) {
    for _ in std::io::stdin().lines() {
        client.renew().unwrap();
        println!("written");
    }
}

/// A number below a limit.
fn random(limit: u32) -> u32 {
    u32::try_from(RandomState::new().hash_one(limit) % u64::from(limit)).unwrap()
}
