//! Items of a list, as they arrive.

use archstone::{Result, blocking::Client, identity::Items};
use serde_json::Value;

/// Items that arrived together, one after another.
pub(crate) struct Listed(Box<dyn Iterator<Item = Result<Vec<Value>>>>);

impl Listed {
    /// The items of a list. Waits for the first ones, so that a rejected request fails here.
    pub(super) fn arriving(client: Client, items: Items, most: usize) -> Result<Self> {
        let mut arriving = Arriving { client, items, left: most };
        let first = arriving.next().transpose()?;
        Ok(Self(Box::new(first.map(Ok).into_iter().chain(arriving))))
    }

    /// All of them, after the last one has arrived.
    pub(crate) fn all(self) -> Result<Vec<Value>> {
        let mut all = Vec::new();
        for some in self.0 {
            all.extend(some?);
        }
        Ok(all)
    }
}

impl From<Vec<Value>> for Listed {
    fn from(all: Vec<Value>) -> Self {
        Self(Box::new(std::iter::once(Ok(all))))
    }
}

impl IntoIterator for Listed {
    type Item = Result<Vec<Value>>;
    type IntoIter = Box<dyn Iterator<Item = Self::Item>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0
    }
}

struct Arriving {
    client: Client,
    items: Items,
    left: usize,
}

impl Iterator for Arriving {
    type Item = Result<Vec<Value>>;

    fn next(&mut self) -> Option<Self::Item> {
        /// The maximum number that is written at once.
        const AT_ONCE: usize = 1000;
        let most = self.left.min(AT_ONCE);
        if most == 0 {
            return None;
        }
        match self.client.wait(self.items.some(most)) {
            Ok(some) if some.is_empty() => {
                self.left = 0;
                None
            }
            Ok(some) => {
                self.left -= some.len();
                Some(Ok(some.iter().filter_map(|item| serde_json::from_slice(item).ok()).collect()))
            }
            Err(error) => {
                self.left = 0;
                Some(Err(error))
            }
        }
    }
}
