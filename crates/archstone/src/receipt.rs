//! Multi-factor logins: what Keystone hands back when more is needed.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{lenient, secret::Secret, text::printable};

/// Proof of a login that is half done, and what is still missing.
///
/// Comes with an error of the kind [`ReceiptIssued`](crate::ErrorKind::ReceiptIssued). Follows
/// Keystone's "multi-factor authentication" (`Openstack-Auth-Receipt`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// What to send back in `Openstack-Auth-Receipt`.
    pub id: Secret,
    /// The methods that have succeeded.
    pub methods: Vec<String>,
    /// The sets of methods of which one must be completed.
    pub required_auth_methods: Vec<Vec<String>>,
    /// When the receipt ends, by the server's clock.
    pub expires_at: Option<Timestamp>,
}

impl Receipt {
    /// A receipt by its header, `Openstack-Auth-Receipt`, and the answer's body.
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

    /// The next factor to send, of the set that needs the fewest and of which each is `known`.
    pub(crate) fn next_of<T>(&self, known: impl Fn(&str) -> Option<T>) -> Option<T> {
        let sets = self.required_auth_methods.iter().filter_map(|set| {
            let missing: Vec<_> = set.iter().filter(|method| !self.methods.contains(method)).collect();
            let all: Option<Vec<T>> = missing.iter().map(|method| known(method)).collect();
            all.filter(|all| !all.is_empty())
        });
        sets.min_by_key(Vec::len)?.into_iter().next()
    }

    /// What is still missing, as it may be shown.
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
