//! Keeps a program in any language logged in: for each line that it reads, it asks a service, and prints the token with
//! which the service has answered. A token that was revoked is replaced, whatever the login method.
//!
//! `eval "$(dev/keystone env alice)" && cargo run --example coprocess -- identity auth/projects`

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what it got")]

use std::{env, io};

use archstone::{Client, ErrorKind, Result};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let service = arguments.next().unwrap_or_else(|| "identity".to_owned());
    let path = arguments.next().unwrap_or_else(|| "auth/projects".to_owned());
    let client = Client::builder().environment().on_login_page(|page| {
        eprintln!("{page}");
        Ok(())
    });
    let client = client.build()?;

    let mut line = String::new();
    while io::stdin().read_line(&mut line).is_ok_and(|length| length > 0) {
        match answered(&client, &service, &path).await {
            Ok(token) => println!("{token}"),
            Err(error) => println!("{:?}: {error:?}", error.kind()),
        }
        line.clear();
    }
    Ok(())
}

/// The token that the service has taken; empty for a login without one.
async fn answered(client: &Client, service: &str, path: &str) -> Result<String> {
    client.service(service).get(path).send().await?.json::<Value>().await?;
    match client.token().await {
        Ok(token) => Ok(token.expose().to_owned()),
        Err(error) if error.kind() == ErrorKind::NotAuthenticated => Ok(String::new()),
        Err(error) => Err(error),
    }
}
