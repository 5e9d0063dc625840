//! Tokens and receipts that have been issued.

use std::collections::HashMap;

use jiff::Timestamp;

use super::cloud::FakeCloud;
use crate::TokenBuilder;

/// The cloud, and what it has issued.
pub(super) struct State {
    /// The server's URL, for the endpoints that are its own.
    pub(super) url: String,
    pub(super) cloud: FakeCloud,
    tokens: HashMap<String, Issued>,
    receipts: HashMap<String, Receipt>,
    count: usize,
}

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

/// A login that is half done.
#[derive(Clone)]
pub(super) struct Receipt {
    pub(super) user_id: String,
    pub(super) methods: Vec<String>,
    pub(super) expires_at: Timestamp,
}

impl State {
    pub(super) fn new(cloud: FakeCloud, url: &str) -> Self {
        let url = url.to_owned();
        Self { url, cloud, tokens: HashMap::new(), receipts: HashMap::new(), count: 0 }
    }

    /// A number that comes once.
    pub(super) fn next(&mut self) -> usize {
        self.count += 1;
        self.count
    }

    /// Keeps a token, and returns what it is called: as long as Keystone's are, and no other server's.
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

    /// A token that is good now.
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
