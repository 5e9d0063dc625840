//! Adds a way to log in: the token is in a file that another program keeps fresh.
//!
//! `eval "$(dev/keystone env alice)" && cargo run --example token_provider`

#![expect(clippy::print_stdout, reason = "an example shows what it got")]

use std::{env, fs, path::PathBuf, process};

use archstone::{
    Client, ProvidedToken, ProviderError, TokenProvider, TokenRequest,
    config::{ProviderMethod, ProviderOptions},
};

/// A file with a token in its first line.
struct TokenFile {
    path: PathBuf,
}

impl TokenFile {
    fn new(options: &ProviderOptions<'_>) -> Result<Self, ProviderError> {
        let path = PathBuf::from(options.text("token_path"));
        if path.is_relative() {
            return Err(options.wrong("token_path", "is not an absolute path").into());
        }
        Ok(Self { path })
    }
}

impl TokenProvider for TokenFile {
    fn name(&self) -> String {
        format!("the file {}", self.path.display())
    }

    fn identity(&self) -> String {
        self.path.display().to_string()
    }

    async fn token(&self, _: TokenRequest) -> Result<ProvidedToken, ProviderError> {
        let text = fs::read_to_string(&self.path)?;
        Ok(ProvidedToken::new(text.lines().next().unwrap_or_default()))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), ProviderError> {
    ProviderMethod::new("shared_file", TokenFile::new)
        .help("a file that another program keeps fresh")
        .needs("token_path", "a file with a token in its first line")
        .register()?;

    // The other program, which logs in with a password.
    let other = Client::from_env()?;
    let folder = env::temp_dir().join(format!("archstone-token-file-{}", process::id()));
    fs::create_dir(&folder)?;
    fs::write(folder.join("token"), other.token().await?.expose())?;

    // What names the method, as a user writes it.
    let auth_url = other.config().auth_url().map(ToString::to_string).unwrap_or_default();
    let clouds = format!(
        "clouds:\n  shared:\n    auth_type: shared_file\n    auth: {{auth_url: \"{auth_url}\", token_path: {}}}\n",
        folder.join("token").display()
    );
    fs::write(folder.join("clouds.yaml"), clouds)?;
    let host = archstone::host::Host::made([("OS_CLIENT_CONFIG_FILE", folder.join("clouds.yaml"))]);
    let client = Client::builder().host(host).cloud("shared").build()?;

    let outcome = client.access().await;
    fs::remove_dir_all(&folder)?;
    let access = outcome?;
    println!("user:     {}", access.user_name().unwrap_or("?"));
    println!("project:  {}", access.project_name().unwrap_or("none"));
    Ok(())
}
