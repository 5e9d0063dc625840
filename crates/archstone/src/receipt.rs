//! Multi-factor logins: the receipt that Keystone returns when more factors are needed.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{lenient, secret::Secret, text::printable};

/// The receipt of a login that lacks factors: which are completed, and which are missing.
///
/// Comes with an error of the kind [`ReceiptIssued`](crate::ErrorKind::ReceiptIssued). Follows Keystone's "multi-factor
/// authentication" (`Openstack-Auth-Receipt`). It can be stored to continue the login later, in another client or
/// another program: see [`ClientBuilder::receipt`](crate::ClientBuilder::receipt).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The value to send back in `Openstack-Auth-Receipt`.
    pub id: Secret,
    /// The methods that have succeeded.
    pub methods: Vec<String>,
    /// The sets of methods of which one must be completed.
    pub required_auth_methods: Vec<Vec<String>>,
    /// When the receipt expires, by the server's clock.
    pub expires_at: Option<Timestamp>,
}

impl Receipt {
    /// JSON to store, and to continue the login from later. It contains the receipt: keep it as secret as a password.
    ///
    /// ```
    /// use archstone::Receipt;
    ///
    /// # fn main() -> archstone::Result<()> {
    /// let receipt = Receipt::from_reference(r#"{"id": "gAAAA", "methods": ["password"]}"#)?;
    /// assert_eq!(Receipt::from_reference(receipt.to_reference().expose())?, receipt);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn to_reference(&self) -> Secret {
        self.to_record().to_string().into()
    }

    /// Parses a stored receipt, or only the value of its header; otherwise returns what is wrong with it, without
    /// quoting it.
    pub(crate) fn of_reference(reference: &str) -> std::result::Result<Self, &'static str> {
        #[derive(Deserialize)]
        struct Reference {
            id: String,
            #[serde(default)]
            methods: Vec<String>,
            #[serde(default)]
            required_auth_methods: Vec<Vec<String>>,
            #[serde(default)]
            expires_at: Option<String>,
        }
        let text = reference.trim();
        let reference = if text.starts_with('{') {
            serde_json::from_str(text).map_err(|_| "is not JSON of the right form")?
        } else {
            let id = text.to_owned();
            Reference { id, methods: Vec::new(), required_auth_methods: Vec::new(), expires_at: None }
        };
        if reference.id.is_empty() || !reference.id.chars().all(|it| it.is_ascii_graphic()) {
            return Err("is not one that an identity service has issued");
        }
        let Reference { id, methods, required_auth_methods, expires_at } = reference;
        let expires_at = expires_at.and_then(|it| it.parse().ok());
        Ok(Self { id: id.into(), methods, required_auth_methods, expires_at })
    }

    /// A receipt from its header, `Openstack-Auth-Receipt`, and the response's body.
    pub(crate) fn read(id: &str, body: &str) -> Self {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Body {
            #[serde(deserialize_with = "lenient::part")]
            receipt: Details,
            #[serde(deserialize_with = "lenient::parts")]
            required_auth_methods: Vec<Vec<String>>,
        }
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Details {
            #[serde(deserialize_with = "lenient::parts")]
            methods: Vec<String>,
            #[serde(deserialize_with = "lenient::text")]
            expires_at: Option<String>,
        }
        let body: Body = serde_json::from_str(body).unwrap_or_default();
        Self {
            id: Secret::from(id),
            methods: body.receipt.methods,
            required_auth_methods: body.required_auth_methods,
            expires_at: body.receipt.expires_at.and_then(|it| it.parse().ok()),
        }
    }

    /// The next factor to send: from the set that needs the fewest, if all its methods are `known`.
    pub(crate) fn next_of<T>(&self, known: impl Fn(&str) -> Option<T>) -> Option<T> {
        self.missing_sets(known).min_by_key(Vec::len)?.into_iter().next()
    }

    /// The sets of missing methods that complete the login, if all methods of a set are `known`.
    pub(crate) fn missing_sets<T>(&self, known: impl Fn(&str) -> Option<T>) -> impl Iterator<Item = Vec<T>> {
        self.required_auth_methods.iter().filter_map(move |set| {
            let missing = set.iter().filter(|method| !self.methods.contains(method));
            let all: Option<Vec<T>> = missing.map(|method| known(method)).collect();
            all.filter(|all| !all.is_empty())
        })
    }

    /// The missing factors, in a form that is safe to show.
    pub(crate) fn missing(&self) -> String {
        let sets = self.required_auth_methods.iter().map(|set| {
            let missing: Vec<_> = set
                .iter()
                .filter(|method| !self.methods.contains(method))
                .map(|it| format!("`{}`", printable(it)))
                .collect();
            missing.join(" and ")
        });
        sets.collect::<Vec<_>>().join(", or ")
    }

    pub(crate) fn to_record(&self) -> Value {
        json!({
            "id": self.id.expose(),
            "methods": self.methods,
            "required_auth_methods": self.required_auth_methods,
            "expires_at": self.expires_at.map(|it| it.to_string()),
        })
    }

    pub(crate) fn from_record(record: &Value) -> Option<Self> {
        Some(Self {
            id: Secret::from(record["id"].as_str()?),
            methods: serde_json::from_value(record["methods"].clone()).ok()?,
            required_auth_methods: serde_json::from_value(record["required_auth_methods"].clone()).ok()?,
            expires_at: record["expires_at"].as_str().and_then(|it| it.parse().ok()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_is_read_again() {
        let receipt = Receipt {
            id: "gAAAA-receipt_".into(),
            methods: vec!["password".into()],
            required_auth_methods: vec![vec!["password".into(), "totp".into()]],
            expires_at: Some("2026-11-30T08:00:00Z".parse().expect("a date")),
        };
        let stored = receipt.to_reference();
        assert_eq!(Receipt::of_reference(&format!(" {}\n", stored.expose())).expect("a receipt"), receipt);
        assert_eq!(Receipt::of_reference("gAAAA-receipt_\n").expect("a receipt").id, receipt.id);
    }
}
