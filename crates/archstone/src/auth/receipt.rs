//! A stored receipt, with which a login continues.

use crate::{
    error::{Error, ErrorKind, Result},
    receipt::Receipt,
};

impl Receipt {
    /// Reads a stored receipt: the text of [`to_reference`](Self::to_reference), or the value of the header
    /// `Openstack-Auth-Receipt`, which does not say which factors are still missing.
    ///
    /// # Errors
    ///
    /// [`InvalidConfig`](ErrorKind::InvalidConfig) when the text is neither.
    ///
    /// ```
    /// let receipt = archstone::Receipt::from_reference("gAAAA")?;
    /// assert!(receipt.methods.is_empty());
    /// # Ok::<(), archstone::Error>(())
    /// ```
    pub fn from_reference(reference: &str) -> Result<Self> {
        Self::of_reference(reference).map_err(|what| {
            Error::new(ErrorKind::InvalidConfig, format!("the receipt {what}")).with_hint(
                "give the whole text that was stored, or the value of `Openstack-Auth-Receipt` in Keystone's answer",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_receipt_is_not_quoted() {
        let table = [
            "",
            " ",
            "marked one",
            "marked\nmarked",
            "märked",
            "{marked}",
            r#"{"id": "marked\n"}"#,
            r#"{"id": "m", "methods": "marked"}"#,
        ];
        for text in table {
            let error = Receipt::from_reference(text).expect_err(text);
            assert_eq!(error.kind(), ErrorKind::InvalidConfig);
            assert!(!format!("{error:?} {error}").contains("marked"), "{error:?}");
        }
    }
}
