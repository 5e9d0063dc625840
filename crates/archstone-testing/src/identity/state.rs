//! Tokens and receipts that have been issued.

use std::{collections::HashMap, sync::Arc};

use jiff::Timestamp;
use serde_json::Value;

use super::cloud::FakeCloud;
use crate::{Reply, SeenRequest, TokenBuilder};

/// The cloud, and what it has issued.
pub(super) struct State {
    /// The server's URL, for its own endpoints.
    pub(super) url: String,
    pub(super) cloud: FakeCloud,
    tokens: HashMap<String, Issued>,
    receipts: HashMap<String, Receipt>,
    count: usize,
    /// The trusted providers, by identity provider and protocol.
    pub(super) vouchers: HashMap<(String, String), Voucher>,
    /// The service providers, in the format of tokens.
    pub(super) service_providers: Vec<Value>,
}

/// The user's name for a request at the federated URL; `None` or a response of its own if there is no user.
pub(super) type Voucher = Arc<dyn Fn(&SeenRequest) -> Result<Option<String>, Reply> + Send + Sync>;

/// A token that was issued.
#[derive(Clone)]
pub(super) struct Issued {
    /// The document, without its catalog.
    pub(super) document: TokenBuilder,
    pub(super) user_id: String,
    pub(super) methods: Vec<String>,
    pub(super) expires_at: Timestamp,
    /// The audit id of the first token of the chain.
    pub(super) chain: String,
}

/// A login that needs another factor.
#[derive(Clone)]
pub(super) struct Receipt {
    pub(super) user_id: String,
    pub(super) methods: Vec<String>,
    pub(super) expires_at: Timestamp,
}

impl State {
    pub(super) fn new(cloud: FakeCloud, url: &str) -> Self {
        let url = url.to_owned();
        let (tokens, receipts, vouchers) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { url, cloud, tokens, receipts, count: 0, vouchers, service_providers: Vec::new() }
    }

    /// A unique number.
    pub(super) fn next(&mut self) -> usize {
        self.count += 1;
        self.count
    }

    /// Stores a token, and returns its value, which is as long as Keystone's, and unique among all servers.
    pub(super) fn keep(&mut self, token: Issued) -> String {
        let number = self.next();
        let port = self.url.rsplit(':').next().unwrap_or_default();
        let name = format!("gAAAAA-fake-{port}-{number}-");
        let name = format!("{name:x<183}");
        self.tokens.insert(name.clone(), token);
        name
    }

    pub(super) fn keep_receipt(&mut self, receipt: Receipt) -> String {
        let name = format!("fake-receipt-{}", self.next());
        self.receipts.insert(name.clone(), receipt);
        name
    }

    /// A token that is currently valid.
    pub(super) fn token(&self, name: &str, now: Timestamp) -> Option<&Issued> {
        self.tokens.get(name).filter(|token| now < token.expires_at)
    }

    pub(super) fn receipt(&self, name: &str, now: Timestamp) -> Option<&Receipt> {
        self.receipts.get(name).filter(|receipt| now < receipt.expires_at)
    }

    /// Returns whether there was such a token.
    pub(super) fn revoke(&mut self, name: &str) -> bool {
        self.tokens.remove(name).is_some()
    }

    pub(super) fn revoke_all(&mut self) {
        self.tokens.clear();
    }
}
