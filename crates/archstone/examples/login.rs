//! Logs in with a user name, a password and an auth URL from the environment, and nothing else.
//!
//! `eval "$(dev/keystone env alice)" && cargo run --example login`

#![expect(clippy::print_stdout, reason = "an example shows what it got")]

#[tokio::main(flavor = "current_thread")]
async fn main() -> archstone::Result<()> {
    let client = archstone::Client::from_env()?;

    let access = client.access().await?;
    println!("user:     {}", access.user_name().unwrap_or("?"));
    println!("project:  {}", access.project_name().unwrap_or("none"));
    println!("roles:    {}", access.role_names().collect::<Vec<_>>().join(", "));
    println!("expires:  {} ({} s left)", access.expires_at(), access.remaining().as_secs());
    println!("compute:  {}", client.url_for("compute").await?);
    Ok(())
}
