//! How the matrices of a LoRA adapter become those that llama.cpp adds to a converted CodeGen.
//!
//! An adapter adds `scale · B · A` to a matrix. A's columns are the matrix's, B's rows are, so that B's rows have to be put
//! in the order in which the matrix's were, and A stays as it is. llama.cpp has one alpha for the file and scales by alpha
//! over rank; what is left of a scale is multiplied into B.

use std::collections::HashMap;
use std::path::Path;

use super::config::AdapterConfig;
use super::detect::FILE;
use crate::checkpoint::{Config, SourceTensor, SourceType};
use crate::gguf::ModelError;
use crate::model::convert::mapping::{self, EMBEDDING, LM_HEAD, Precision, RowOrder, Source};

/// What peft puts before the names of a causal language model's modules.
pub(super) const PREFIX: &str = "base_model.model.";

/// A tensor of the GGUF, and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AdapterTensor {
    /// Its name in the GGUF.
    pub name: String,
    /// Rows and columns, in the GGUF.
    pub shape: [usize; 2],
    /// Its name in the adapter.
    pub source: String,
    /// How its elements lie there.
    pub layout: Layout,
    /// The factor of its elements.
    pub factor: f64,
}

/// How the elements lie in the adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// The same rows in some order.
    Rows(RowOrder),
    /// Columns for rows: the A of an embedding, of which llama.cpp looks rows up.
    Transposed,
}

/// The file's alpha. llama.cpp takes a zero for "no scale at all".
pub(super) fn file_alpha(config: &AdapterConfig) -> f32 {
    #[allow(clippy::cast_possible_truncation)]
    let alpha = config.alpha as f32;
    if alpha.is_normal() { alpha } else { 1.0 }
}

/// Lists the GGUF's tensors in the order in which they are written. `path` is the adapter's, for messages.
///
/// # Errors
/// If there are none, if tensors are no LoRA matrices of a model of this shape, lack their counterpart, or have another
/// shape than the model and the configuration say; each by name.
pub(super) fn map(
    base: &Config,
    config: &AdapterConfig,
    tensors: &[SourceTensor],
    path: &Path,
) -> Result<Vec<AdapterTensor>, ModelError> {
    let mut sources: HashMap<&str, &SourceTensor> =
        tensors.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect();
    let mut mapped = Vec::new();
    for weight in mapping::wanted(base) {
        let Source::Tensor { name, rows } = &weight.source else { continue };
        if weight.precision != Precision::Weight {
            continue;
        }
        let module = name.strip_suffix(".weight").unwrap_or(name);
        let pair = Pair { base, config, module, target: &weight.name, shape: &weight.shape, rows: *rows };
        let [a, b] = pair.names();
        match (sources.remove(a.as_str()), sources.remove(b.as_str())) {
            (None, None) => {}
            (Some(a), Some(b)) => {
                mapped.extend(pair.fit(a, b).map_err(|problem| ModelError::invalid(path, problem))?);
            }
            (Some(_), None) => return Err(ModelError::invalid(path, format!("has {a}, but lacks {b}"))),
            (None, Some(_)) => return Err(ModelError::invalid(path, format!("has {b}, but lacks {a}"))),
        }
    }
    if !sources.is_empty() {
        let mut extra: Vec<&str> = sources.into_keys().collect();
        extra.sort_unstable();
        return Err(ModelError::invalid(path, foreign(&extra)));
    }
    if mapped.is_empty() {
        return Err(ModelError::invalid(path, "holds no tensors"));
    }
    Ok(mapped)
}

/// Returns the likely origin of tensors that are not LoRA matrices of the model.
fn foreign(names: &[&str]) -> String {
    let all = mapping::names(names);
    if names.iter().any(|name| name.contains("lora_magnitude_vector")) {
        format!("has {all}: it is a DoRA adapter, which llama.cpp cannot add; merge it into its model instead")
    } else {
        format!("has {all}, which is no LoRA matrix of a CodeGen of the base's shape")
    }
}

/// The sentence for a tensor with a row or column for each token of a vocabulary that is not the base's.
pub(super) fn resized(tensor: &str, tokens: usize, base: usize) -> String {
    format!(
        "has {tensor} for {tokens} tokens, and the base has {base}: it is another model's, or the base was resized for it \
         (resize_token_embeddings), which an adapter cannot do while a model runs; pass the resized base as --base, or merge the adapter into its model instead"
    )
}

/// The two matrices for one of the model's.
struct Pair<'a> {
    base: &'a Config,
    config: &'a AdapterConfig,
    /// The model's module, as transformers names it.
    module: &'a str,
    /// The model's matrix in the GGUF.
    target: &'a str,
    /// Its rows and columns.
    shape: &'a [usize],
    rows: RowOrder,
}

impl Pair<'_> {
    fn is_embedding(&self) -> bool {
        EMBEDDING.strip_suffix(".weight") == Some(self.module)
    }

    /// The adapter's names for A and B.
    fn names(&self) -> [String; 2] {
        ["A", "B"].map(|half| match self.is_embedding() {
            true => format!("{PREFIX}{}.lora_embedding_{half}", self.module),
            false => format!("{PREFIX}{}.lora_{half}.weight", self.module),
        })
    }

    fn fit(&self, a: &SourceTensor, b: &SourceTensor) -> Result<[AdapterTensor; 2], String> {
        if self.base.tie_word_embeddings
            && (self.is_embedding() || LM_HEAD.strip_suffix(".weight") == Some(self.module))
        {
            return Err(format!(
                "has {}, but the base ties its embedding to its LM head, which are two in a GGUF; merge it into its model \
                 instead",
                a.name
            ));
        }
        let rank = usize::try_from(self.config.rank(self.module)).unwrap_or(usize::MAX);
        let (rows, columns) = match *self.shape {
            // An embedding's matrix is the transposed of a linear layer's: A reads a token, B writes the model's width.
            [rows, columns] if self.is_embedding() => (columns, rows),
            [rows, columns] => (rows, columns),
            _ => return Err(format!("has {}, for what is no matrix", a.name)),
        };
        let by_token = match self.is_embedding() {
            true => Some((a, 1)),
            false => (LM_HEAD.strip_suffix(".weight") == Some(self.module)).then_some((b, 0)),
        };
        if let Some((tensor, dimension)) = by_token
            && let (2, Some(&tokens)) = (tensor.shape.len(), tensor.shape.get(dimension))
            && tokens != self.base.vocab_size
        {
            return Err(resized(&tensor.name, tokens, self.base.vocab_size));
        }
        for (tensor, expected) in [(a, [rank, columns]), (b, [rows, rank])] {
            if tensor.shape != expected {
                return Err(format!(
                    "tensor {} has the shape {:?}; by {} and the base it should be {expected:?}",
                    tensor.name, tensor.shape, FILE
                ));
            }
            if tensor.dtype == SourceType::Other {
                return Err(format!("tensor {} does not hold floating-point numbers", tensor.name));
            }
        }
        let factor = self.config.scale(self.module) * rank as f64 / f64::from(file_alpha(self.config));
        let tensor = |half: &str, shape, source: &SourceTensor, layout, factor| AdapterTensor {
            name: format!("{}.lora_{half}", self.target),
            shape,
            source: source.name.clone(),
            layout,
            factor,
        };
        let (a_shape, a_layout) = match self.is_embedding() {
            true => ([columns, rank], Layout::Transposed),
            false => ([rank, columns], Layout::Rows(RowOrder::AsIs)),
        };
        Ok([tensor("a", a_shape, a, a_layout, 1.0), tensor("b", [rows, rank], b, Layout::Rows(self.rows), factor)])
    }
}

#[cfg(test)]
mod tests;
