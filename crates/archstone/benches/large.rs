//! Lists of a large cloud: how long they take, and what memory holds at most. `bench/large` starts it.

#![expect(clippy::print_stdout, reason = "what is measured is printed")]

use std::{
    fs,
    time::{Duration, Instant},
};

use archstone::{Client, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let identity = Client::builder().environment().timeout(Duration::from_secs(1800)).build()?.identity();
    let mut began = now();
    let mut took = || {
        let seconds = began.elapsed().as_secs_f64();
        began = now();
        seconds
    };

    let (mut users, mut count) = (identity.users().list(), 0);
    while users.next().await?.is_some() {
        count += 1;
    }
    let (listed, seconds, peak) = (count, took(), peak_mb());
    println!("{{\"what\": \"users\", \"count\": {listed}, \"seconds\": {seconds:.1}, \"peak_mb\": {peak:.1}}}");

    let (mut assignments, mut count) = (identity.role_assignments().list(), 0);
    while assignments.next().await?.is_some() {
        count += 1;
    }
    let (seconds, peak) = (took(), peak_mb());
    println!("{{\"what\": \"assignments\", \"count\": {count}, \"seconds\": {seconds:.1}, \"peak_mb\": {peak:.1}}}");

    let (mut named, mut count) = (identity.role_assignments().list().named(), 0);
    while let Some(it) = named.next().await? {
        count += usize::from(it.user_name().is_some() && it.role_name().is_some());
    }
    let (seconds, peak) = (took(), peak_mb());
    println!("{{\"what\": \"named\", \"count\": {count}, \"seconds\": {seconds:.1}, \"peak_mb\": {peak:.1}}}");
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "what is measured is the time that passes here")]
fn now() -> Instant {
    Instant::now()
}

/// The most memory that was resident so far.
fn peak_mb() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    peak.map_or(0.0, |kilobytes: f64| kilobytes / 1024.0)
}
