//! Any configuration file is either read or refused, without a panic: files of `contract/config`, truncated, mixed with
//! each other, and with YAML syntax inserted at random.
//!
//! A run takes a moment; `ARCHSTONE_FUZZ_SECONDS=600 cargo test --test any_file` runs for ten minutes.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use archstone::{
    Client,
    config::{ConfigFile, check, clouds, read_openrc},
    host::Host,
};

/// Strings with a meaning in YAML or in the options of a cloud.
const PIECES: &[&str] = &[
    "\n",
    "\t",
    " ",
    ": ",
    "- ",
    "? ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "\"",
    "'",
    "|",
    ">",
    "|-\n",
    "&a ",
    "*a",
    "<<: *a",
    "!!str ",
    "!x ",
    "%YAML 1.2\n",
    "---\n",
    "...\n",
    "#",
    " #",
    "\\",
    "\\u12",
    "~",
    "null",
    "\r\n",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\0",
    "é漢🦀",
    "clouds:\n",
    "  demo:\n",
    "auth:",
    "regions:",
    "profile: citycloud",
    "{region_name}",
    "compute_api_version: 2.79",
    "password_file: ~/x",
    "=",
    "`",
    "@",
    "${x",
    "$(x)",
];

/// Pseudorandom numbers, the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % bound.max(1)
    }
}

fn files(folder: &Path, found: &mut Vec<Vec<u8>>) {
    for entry in fs::read_dir(folder).expect("the cases").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            files(&entry, found);
        } else if entry.extension().is_some_and(|it| it == "yaml" || it == "yml") {
            let bytes = fs::read(entry).expect("a file");
            // Commands named in a file would be executed, and a mutation could turn them into any command.
            if !String::from_utf8_lossy(&bytes).contains("_command") {
                found.push(bytes);
            }
        }
    }
}

fn mutated(files: &[Vec<u8>], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = files[numbers.below(files.len())].clone();
    for _ in 0..=numbers.below(6) {
        let at = numbers.below(bytes.len() + 1);
        let end = (at + numbers.below(40)).min(bytes.len());
        match numbers.below(6) {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let part = bytes[at..end].to_vec();
                let to = numbers.below(bytes.len() + 1);
                bytes.splice(to..to, part);
            }
            2 => {
                let other = &files[numbers.below(files.len())];
                let from = numbers.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            3 if !bytes.is_empty() => {
                bytes[at.min(end.saturating_sub(1))] = u8::try_from(numbers.below(256)).unwrap_or(0);
            }
            _ => {
                let piece = PIECES[numbers.below(PIECES.len())];
                bytes.splice(at..at, piece.bytes());
            }
        }
    }
    bytes
}

/// Runs everything that reads or changes a file on this one.
fn exercise(host: &Host, path: &Path, numbers: &mut Numbers) {
    for cloud in ["demo", "base"] {
        let builder = || Client::builder().host(host.clone()).environment().cloud(cloud);
        let _ = builder().region_name("north").config();
        if let (Ok(config), Ok(_)) = (builder().config(), builder().explain()) {
            let _ = (config.service("compute"), format!("{config:?}"));
        }
    }
    let _ = (clouds(host), check(host));
    if let Ok(mut file) = ConfigFile::at(path) {
        let value = PIECES[numbers.below(PIECES.len())];
        if file.set("demo", "project_name", value).is_ok() {
            assert!(file.has("demo", "project_name"));
            assert!(file.unset("demo", "project_name").is_err() || !file.has("demo", "project_name"));
        }
        let _ = (file.set("demo", "verify", "false"), file.rename("demo", "other"), file.remove("other"));
    }
}

#[test]
fn no_file_makes_anything_panic() {
    let mut corpus = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contract/config"), &mut corpus);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("any-file-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let host =
        Host::made([("HOME", folder.to_str().expect("a path of words"))]).with_folders(&folder, folder.join("root"));
    let path = folder.join("clouds.yaml");
    let seconds = Host::default().variable("ARCHSTONE_FUZZ_SECONDS").and_then(|it| it.parse().ok()).unwrap_or(2);
    #[expect(clippy::disallowed_methods, reason = "how long the test has been running")]
    let began = Instant::now();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut count = 0_u64;
    while began.elapsed() < Duration::from_secs(seconds) {
        let bytes = mutated(&corpus, &mut numbers);
        // If something panics, the file is still there.
        fs::write(&path, &bytes).expect("a file");
        exercise(&host, &path, &mut numbers);
        let _ = read_openrc(&String::from_utf8_lossy(&bytes));
        count += 1;
    }
    println!("{count} files in {seconds} s");
    assert!(count > 0);
    fs::remove_dir_all(folder).expect("a folder of one's own");
}
