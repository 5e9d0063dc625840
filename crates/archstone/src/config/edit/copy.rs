//! Copying a cloud.

use super::{ConfigFile, OptionSpec, document::Value, explain};
use crate::{
    config::yaml::{Entry, Node},
    error::Result,
};

impl ConfigFile {
    /// Adds a copy of a cloud in this file; returns whether the original exists.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set), and when there is already a cloud with that name.
    pub fn copy(&mut self, cloud: &str, name: &str) -> Result<bool> {
        let Some(entry) = self.document.get(&[self.key, cloud]).cloned() else { return Ok(false) };
        if self.document.get(&[self.key, name]).is_some() {
            // Returns the error for a name that is already used.
            return self.rename(cloud, name);
        }
        self.copy_members(&mut vec![self.key.to_owned(), name.to_owned()], &entry)?;
        Ok(true)
    }

    fn copy_members(&mut self, path: &mut Vec<String>, entry: &Entry) -> Result<()> {
        let Node::Mapping(members) = &entry.node else { return Ok(()) };
        for member in members {
            path.push(member.key.clone());
            let text;
            let value = match &member.value.node {
                Node::Mapping(_) => {
                    self.copy_members(path, &member.value)?;
                    path.pop();
                    continue;
                }
                Node::Nothing => Value::Bare("null"),
                Node::Text(it) if it.plain && is_bare(&it.value) => Value::Bare(&it.value),
                Node::Text(it) => Value::Text(&it.value),
                list @ Node::List(_) => {
                    text = json(list).to_string();
                    Value::Flow(&text)
                }
            };
            let keys: Vec<&str> = path.iter().map(String::as_str).collect();
            self.document.set(&keys, &value).map_err(|refusal| explain(&self.path, refusal))?;
            self.secret |= OptionSpec::find(&member.key).is_some_and(|spec| spec.secret);
            path.pop();
        }
        Ok(())
    }
}

/// Whether other readers parse a value as something other than text.
fn is_bare(value: &str) -> bool {
    let is_word = ["true", "false", "yes", "no", "on", "off"].iter().any(|it| it.eq_ignore_ascii_case(value));
    is_word || value.parse::<f64>().is_ok()
}

fn json(node: &Node) -> serde_json::Value {
    match node {
        Node::Nothing => serde_json::Value::Null,
        Node::Text(text) if text.plain && is_bare(&text.value) => {
            serde_json::from_str(&text.value).unwrap_or_else(|_| text.value.clone().into())
        }
        Node::Text(text) => text.value.clone().into(),
        Node::List(items) => items.iter().map(|item| json(&item.node)).collect(),
        Node::Mapping(members) => members.iter().map(|member| (member.key.clone(), json(&member.value.node))).collect(),
    }
}
