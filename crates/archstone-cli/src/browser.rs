//! The login page: shown to the user, with a QR code for a phone, or opened in a local browser.

use std::{
    io,
    process::{Command, Stdio},
};

use archstone::{Error, ErrorKind, LoginPage, Result, events::Level, host::Host};
use qrcode::{EcLevel, QrCode, render::unicode::Dense1x2};

use crate::{console, events, paint};

/// Shows the page.
///
/// # Errors
///
/// None.
#[expect(clippy::unnecessary_wraps, reason = "the library calls it, and an error would end the login")]
pub(crate) fn show(page: &LoginPage) -> Result<()> {
    let sentence = page.to_string();
    events::log(Level::WARN, "archstone.login", &sentence);
    console::tell(&sentence.replacen("to log in", "To log in", 1));
    if page.user_code().is_none() {
        open(page.browser_url().as_str());
    } else if let Some(code) = qr_code(page.url().as_str()) {
        console::tell_as_is(&code);
    }
    Ok(())
}

/// Fails, because there is no user to show the page to.
///
/// # Errors
///
/// Always.
pub(crate) fn refuse(_: &LoginPage) -> Result<()> {
    let message = "this login needs a browser, and prompts are disabled";
    Err(Error::new(ErrorKind::NotConfigured, message).with_hint("run `archstone login` without `--no-input` first"))
}

/// Opens a URL in the user's preferred browser, if there is one, and does not wait for it.
fn open(url: &str) {
    let variable = |name: &str| Host::default().variable(name).filter(|it| !it.is_empty());
    let has_display = || variable("DISPLAY").or_else(|| variable("WAYLAND_DISPLAY")).is_some();
    let browsers = match variable("BROWSER") {
        Some(browsers) => browsers,
        None if cfg!(target_os = "macos") => "open".to_owned(),
        None if cfg!(windows) => "rundll32 url.dll,FileProtocolHandler".to_owned(),
        None if has_display() => "xdg-open".to_owned(),
        None => return,
    };
    // The variable is a list, and the first entry that runs is used; `%s` is replaced by the URL.
    let separator = if cfg!(windows) { ';' } else { ':' };
    let started = browsers.split(separator).any(|browser| {
        let mut words: Vec<_> = browser.split_whitespace().map(|word| word.replace("%s", url)).collect();
        if !browser.contains("%s") {
            words.push(url.to_owned());
        }
        words.len() > 1 && start(&words[0], &words[1..])
    });
    if !started {
        events::warning!("cannot run the browser `{browsers}`: open the URL yourself");
    }
}

/// Starts a program, and returns whether that succeeded. It outlives this one, and does not receive its Ctrl-C.
fn start(program: &str, arguments: &[String]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn().is_ok()
}

/// The QR code of a URL, if the terminal can show it.
fn qr_code(url: &str) -> Option<String> {
    if !console::has_status() {
        return None;
    }
    let code = QrCode::with_error_correction_level(url, EcLevel::L).ok()?;
    // Most terminals are dark, so the light modules of the code are drawn.
    let drawn = code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
    let width = drawn.lines().next()?.chars().count();
    if terminal_size::terminal_size_of(io::stderr()).is_some_and(|(columns, _)| width > usize::from(columns.0)) {
        return None;
    }
    let is_painted = paint::is_painted(&io::stderr());
    let lines = drawn.lines().map(|line| if is_painted { paint::QR_CODE.text(line) } else { line.to_owned() });
    Some(lines.collect::<Vec<_>>().join("\n"))
}
