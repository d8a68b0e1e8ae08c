//! A short description of an adapter.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ADAPTER, ALPHA, HALVES, TYPE};
use crate::gguf::{Gguf, Value};

/// An adapter's description. A field that the file does not give is `None`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AdapterSummary {
    /// `general.name`, or the file's name.
    pub name: String,
    /// `adapter.type`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The numerator, over a matrix's rank, of the scale of what is added to it.
    pub alpha: Option<f32>,
    /// The ranks that occur, ascending.
    pub ranks: Vec<u64>,
    /// The kinds of matrices that something is added to, such as `attn_qkv`, in the file's order.
    pub modules: Vec<String>,
    /// The number of such matrices, in all layers.
    pub matrices: usize,
    /// The name of the model it is for.
    pub base: Option<String>,
}

impl AdapterSummary {
    /// Describes a file; `None` if it is no adapter.
    #[must_use]
    pub fn of(gguf: &Gguf) -> Option<Self> {
        let metadata = &gguf.metadata;
        if metadata.str("general.type") != Some(ADAPTER) {
            return None;
        }
        let text = |key: &str| metadata.str(key).map(str::to_owned);
        let file_name = || gguf.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut summary = Self {
            name: text("general.name").unwrap_or_else(file_name),
            kind: text(TYPE),
            alpha: match metadata.get(ALPHA) {
                Some(&Value::F32(alpha)) => Some(alpha),
                _ => None,
            },
            ranks: Vec::new(),
            modules: Vec::new(),
            matrices: 0,
            base: text("general.base_model.0.name"),
        };
        let mut ranks = BTreeSet::new();
        for tensor in &gguf.tensors {
            let Some(target) = tensor.name.strip_suffix(HALVES[1]) else { continue };
            summary.matrices += 1;
            // The rows of every B are as long as the rank, an embedding's too.
            ranks.insert(tensor.columns());
            let module = module(target);
            if !summary.modules.iter().any(|other| other == module) {
                summary.modules.push(module.to_owned());
            }
        }
        summary.ranks = ranks.into_iter().collect();
        Some(summary)
    }
}

/// `attn_qkv` of `blk.7.attn_qkv.weight`.
fn module(target: &str) -> &str {
    let name = target.strip_suffix(".weight").unwrap_or(target);
    match name.strip_prefix("blk.").and_then(|rest| rest.split_once('.')) {
        Some((layer, rest)) if layer.parse::<u32>().is_ok() => rest,
        _ => name,
    }
}

impl fmt::Display for AdapterSummary {
    /// Its parts, without its name: "rank 16, alpha 32, for 80 matrices (attn_qkv, ffn_up)".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ranks = match self.ranks.as_slice() {
            [] => "?".to_owned(),
            [one] => one.to_string(),
            [first, .., last] => format!("{first} to {last}"),
        };
        let alpha = self.alpha.map_or_else(|| "?".to_owned(), |alpha| alpha.to_string());
        write!(f, "rank {ranks}, alpha {alpha}, for {} matrices ({})", self.matrices, self.modules.join(", "))
    }
}
