//! Where the values of placeholders come from.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Scan;

/// What placeholders stand for: the variables of an environment, or the configuration of an application.
pub trait Values {
    /// What `${name}` stands for.
    fn plain(&self, name: &str) -> Option<Value>;

    /// Why `${name}` stands for nothing, and what to do about it.
    fn missing(&self, name: &str) -> String;

    /// The current version of the secret that `${secret.name}` stands for.
    ///
    /// # Errors
    ///
    /// Why it stands for nothing, and what to do about it.
    fn secret(&self, name: &str) -> Result<u64, String>;

    /// The current version of every secret that a definition names, and why others have none.
    fn pin(&self, scan: &Scan) -> (BTreeMap<String, u64>, Vec<String>) {
        let (mut pinned, mut missing) = (BTreeMap::new(), Vec::new());
        for name in &scan.secrets {
            match self.secret(name) {
                Ok(version) => _ = pinned.insert(name.clone(), version),
                Err(reason) => missing.push(reason),
            }
        }
        (pinned, missing)
    }
}
