//! A model that is named, can be had, and is not here.

use codegen_hub::names::{Hub, Released};

/// The error for it. Who can ask the user may offer to pull it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the model {0} is not on this machine; `codegen-lsp model pull {0}` fetches it, and nothing is fetched without that"
)]
pub struct Missing(pub Hub);

impl Missing {
    /// The bytes that are fetched, about, where that is known without asking.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        self.0.release.map(Released::bytes)
    }
}
