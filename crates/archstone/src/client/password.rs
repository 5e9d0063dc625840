//! Changing the user's own password, even if it has expired.

use super::Client;
use crate::{
    auth::AuthMethod,
    error::{Error, ErrorKind, Result},
    reference::UserRef,
    secret::Secret,
};

impl Client {
    /// Changes the password of the user that this client logs in as. This works for an expired password, too: Keystone
    /// accepts the old password instead of a token.
    ///
    /// Keystone revokes the tokens that were obtained with the old password, and the cached one is deleted. The client
    /// itself still has the old password: create a new client, unless it reads the password from a file, a command or
    /// the keyring; store the new password there.
    ///
    /// ```no_run
    /// # async fn run() -> archstone::Result<()> {
    /// let client = archstone::Client::from_cloud("demo")?;
    /// client.change_password("a new secret").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`](ErrorKind::InvalidRequest) when the client does not log in with a password;
    /// [`TokenRejected`](ErrorKind::TokenRejected) when the old password is wrong; or Keystone's reason for refusing
    /// the new one.
    pub async fn change_password(&self, new: impl Into<Secret>) -> Result<()> {
        let link = self.link();
        let Some(AuthMethod::Password(login)) = link.as_ref().map(|link| &link.login.method) else {
            let message = "the client does not log in with a password, so there is none to change";
            return Err(Error::new(ErrorKind::InvalidRequest, message));
        };
        let new: Secret = new.into();
        let user = match &login.user {
            UserRef::Id(id) => id.clone(),
            UserRef::Name { .. } => self.own_id().await?,
        };
        self.identity().users().update_password(login.password.clone(), new).user(&*user).await?;
        if let Some(source) = self.source() {
            self.0.slot.forget(source).await;
        }
        Ok(())
    }

    /// The id of the user who logs in: from the token, or from Keystone's refusal of an expired password.
    async fn own_id(&self) -> Result<String> {
        match self.authenticate().await {
            Ok(access) => access.user_id().map(ToOwned::to_owned).ok_or_else(|| {
                Error::new(ErrorKind::InvalidResponse, "the token names no user, so the password cannot be changed")
            }),
            Err(error) if error.kind() == ErrorKind::PasswordExpired => {
                expired_user(&error.to_string()).map(ToOwned::to_owned).ok_or(error)
            }
            Err(error) => Err(error),
        }
    }
}

/// From `PasswordExpired` in `keystone/exception.py`: "The password is expired and needs to be changed for user: ID."
fn expired_user(said: &str) -> Option<&str> {
    let (_, rest) = said.rsplit_once("needs to be changed for user: ")?;
    let id = rest.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).next()?;
    (!id.is_empty()).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keystone_names_the_user_whose_password_is_expired() {
        let said = "login was refused: The password is expired and needs to be changed for user: 0a1b-c.";
        assert_eq!(expired_user(said), Some("0a1b-c"));
        assert_eq!(expired_user("The password is expired and needs to be changed for user: ."), None);
        assert_eq!(expired_user("The password is expired."), None);
    }
}
