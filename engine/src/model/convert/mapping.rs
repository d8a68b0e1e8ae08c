//! How CodeGen's tensors become those of llama.cpp's `phi2`, whose graph is CodeGen's under other names.
//!
//! Both have one layer norm that feeds attention and MLP side by side, a partial rotary embedding, the tanh form of
//! GELU and a bias on the LM head. They differ in names, in the order of the fused projection's rows, and in that phi2
//! wants a bias on the attention's output, which CodeGen does not have and gets as zeros.

use std::collections::HashMap;
use std::path::Path;

use crate::checkpoint::{self, Config, SourceTensor, SourceType};
use crate::gguf::ModelError;

/// A tensor of the GGUF, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedTensor {
    /// Its name in the GGUF.
    pub name: String,
    /// Rows and columns, or the length of a vector.
    pub shape: Vec<usize>,
    /// The origin of its elements.
    pub source: Source,
    /// Whether it may be quantized.
    pub precision: Precision,
}

/// The origin of a tensor's elements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Copied from a tensor of the checkpoint of the same shape.
    Tensor {
        /// Its name in the checkpoint.
        name: String,
        /// The order of its rows.
        rows: RowOrder,
    },
    /// All elements are zero.
    Zeros,
}

/// How precisely a tensor has to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// Written as 32-bit floats in every file type: norms and biases, which are small and which llama.cpp adds to
    /// 32-bit activations.
    F32Always,
    /// Written in the file's type.
    Weight,
}

/// The order in which rows are taken from the checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowOrder {
    /// The order of the checkpoint.
    AsIs,
    /// The fused projection's, for three times `n_embd` rows: see [`RowOrder::source_row`].
    Qkv {
        /// Width of the model.
        n_embd: usize,
        /// Dimensions of a head.
        head_size: usize,
        /// Dimensions of a head that are rotated.
        rotary_dim: usize,
        /// Blocks of the checkpoint's rows.
        blocks: usize,
    },
}

impl RowOrder {
    /// The checkpoint's row that becomes row `destination` of the GGUF. A permutation of the tensor's rows.
    ///
    /// CodeGen's projection is some blocks, four but for CodeGen2's smaller models, each with the rows of as many heads:
    /// first their queries, then their values, then their keys. phi2 wants all queries, all keys, all values.
    ///
    /// CodeGen rotates neighbouring dimensions of a head, (0, 1), (2, 3), …; phi2 rotates halves, (0, n/2), (1, n/2 +
    /// 1), …. So among the rotated dimensions of queries and keys the even ones come first, then the odd ones. Moving
    /// both alike leaves every product of a query and a key as it was.
    #[must_use]
    pub fn source_row(&self, destination: usize) -> usize {
        let Self::Qkv { n_embd, head_size, rotary_dim, blocks } = *self else {
            return destination;
        };
        let block_rows = n_embd / blocks;
        let (part, row) = (destination / n_embd, destination % n_embd);
        let (block, row) = (row / block_rows, row % block_rows);
        let (head, dimension) = (row / head_size, row % head_size);
        // Which part of its block: queries, values, keys.
        let (source_part, rotated) = match part {
            0 => (0, true),
            1 => (2, true),
            _ => (1, false),
        };
        let half = rotary_dim / 2;
        let source_dimension = if !rotated || dimension >= rotary_dim {
            dimension
        } else if dimension < half {
            2 * dimension
        } else {
            2 * (dimension - half) + 1
        };
        block * 3 * block_rows + source_part * block_rows + head * head_size + source_dimension
    }
}

/// The checkpoint's tensors that no layer needs: the causal mask in its several forms, which is not a weight and
/// follows from the context's length.
const BUFFERS: [&str; 3] = ["attn.causal_mask", "attn.bias", "attn.masked_bias"];

/// Maximum number of names in a message.
const NAMES_SHOWN: usize = 5;

/// Lists the GGUF's tensors in the order in which they are written. `path` is the checkpoint's, for messages.
///
/// # Errors
/// If tensors are missing, are there that CodeGen does not have, have other shapes than the configuration says, or do
/// not hold floating-point numbers; each by name.
pub fn map(config: &Config, tensors: &[SourceTensor], path: &Path) -> Result<Vec<MappedTensor>, ModelError> {
    let mut sources: HashMap<&str, &SourceTensor> =
        tensors.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect();
    for layer in 0..config.n_layer {
        for buffer in BUFFERS {
            sources.remove(format!("transformer.h.{layer}.{buffer}").as_str());
        }
    }

    if let Some(part) = tensors.iter().find(|tensor| checkpoint::is_quantized(&tensor.name)) {
        return Err(ModelError::invalid(path, checkpoint::quantized(&part.name)));
    }

    let mut mapped = wanted(config);
    // A tied head need not be written; transformers leaves it out of safetensors and puts it into .bin.
    if config.tie_word_embeddings && !sources.contains_key(LM_HEAD) {
        for tensor in &mut mapped {
            if let Source::Tensor { name, .. } = &mut tensor.source
                && name == LM_HEAD
            {
                EMBEDDING.clone_into(name);
            }
        }
    }

    let mut missing = Vec::new();
    let mut taken = Vec::new();
    for tensor in &mapped {
        let Source::Tensor { name, .. } = &tensor.source else { continue };
        let Some(source) = sources.get(name.as_str()) else {
            missing.push(name.as_str());
            continue;
        };
        if source.dtype == SourceType::Other {
            return Err(ModelError::invalid(path, checkpoint::quantized(&format!("{name} does not hold floats"))));
        }
        if source.shape != tensor.shape {
            return Err(ModelError::invalid(path, misshapen(source, &tensor.shape)));
        }
        taken.push(name.as_str());
    }
    if !missing.is_empty() {
        return Err(ModelError::invalid(path, format!("lacks {}", names(&missing))));
    }
    for name in taken {
        sources.remove(name);
    }
    if !sources.is_empty() {
        let mut extra: Vec<&str> = sources.into_keys().collect();
        extra.sort_unstable();
        return Err(ModelError::invalid(
            path,
            format!("has {}, which CodeGen as in config.json has not", names(&extra)),
        ));
    }
    Ok(mapped)
}

/// Returns the message for a tensor whose shape differs from the configuration's.
fn misshapen(tensor: &SourceTensor, expected: &[usize]) -> String {
    let SourceTensor { name, shape, .. } = tensor;
    // Each process of a ZeRO stage 3 training holds a part, and the whole model's own tensors nothing.
    if shape.as_slice() == [0] {
        return format!(
            "tensor {name} is empty, as DeepSpeed's ZeRO stage 3 leaves it; put the weights together with `python \
             zero_to_fp32.py . pytorch_model.bin` in the folder with the pieces, or train with \
             stage3_gather_16bit_weights_on_model_save"
        );
    }
    format!("tensor {name} has the shape {shape:?}; by config.json it should be {expected:?}")
}

/// The input's embedding in a checkpoint.
pub(in crate::model) const EMBEDDING: &str = "transformer.wte.weight";
/// The LM head in a checkpoint.
pub(in crate::model) const LM_HEAD: &str = "lm_head.weight";

/// The GGUF's tensors as if the checkpoint were complete.
pub(in crate::model) fn wanted(config: &Config) -> Vec<MappedTensor> {
    let Config { n_layer, n_embd, n_inner, vocab_size, rotary_dim, .. } = *config;
    let qkv = RowOrder::Qkv { n_embd, head_size: config.head_size(), rotary_dim, blocks: config.blocks };
    let weight = |name: String, source: String, shape: [usize; 2], rows: RowOrder| MappedTensor {
        name,
        shape: shape.to_vec(),
        source: Source::Tensor { name: source, rows },
        precision: Precision::Weight,
    };
    let vector = |name: String, source: String, length: usize| MappedTensor {
        name,
        shape: vec![length],
        source: Source::Tensor { name: source, rows: RowOrder::AsIs },
        precision: Precision::F32Always,
    };

    let mut tensors =
        vec![weight("token_embd.weight".to_owned(), EMBEDDING.to_owned(), [vocab_size, n_embd], RowOrder::AsIs)];
    for layer in 0..n_layer {
        let to = |name: &str| format!("blk.{layer}.{name}");
        let from = |name: &str| format!("transformer.h.{layer}.{name}");
        tensors.extend([
            vector(to("attn_norm.weight"), from("ln_1.weight"), n_embd),
            vector(to("attn_norm.bias"), from("ln_1.bias"), n_embd),
            weight(to("attn_qkv.weight"), from("attn.qkv_proj.weight"), [3 * n_embd, n_embd], qkv),
            weight(to("attn_output.weight"), from("attn.out_proj.weight"), [n_embd, n_embd], RowOrder::AsIs),
            MappedTensor {
                name: to("attn_output.bias"),
                shape: vec![n_embd],
                source: Source::Zeros,
                precision: Precision::F32Always,
            },
            weight(to("ffn_up.weight"), from("mlp.fc_in.weight"), [n_inner, n_embd], RowOrder::AsIs),
            vector(to("ffn_up.bias"), from("mlp.fc_in.bias"), n_inner),
            weight(to("ffn_down.weight"), from("mlp.fc_out.weight"), [n_embd, n_inner], RowOrder::AsIs),
            vector(to("ffn_down.bias"), from("mlp.fc_out.bias"), n_embd),
        ]);
    }
    tensors.extend([
        vector("output_norm.weight".to_owned(), "transformer.ln_f.weight".to_owned(), n_embd),
        vector("output_norm.bias".to_owned(), "transformer.ln_f.bias".to_owned(), n_embd),
        weight("output.weight".to_owned(), LM_HEAD.to_owned(), [vocab_size, n_embd], RowOrder::AsIs),
        vector("output.bias".to_owned(), "lm_head.bias".to_owned(), vocab_size),
    ]);
    tensors
}

/// "the tensor a", "the tensors a and b", "17 tensors, such as a, b, c, d and e".
pub(in crate::model) fn names(names: &[&str]) -> String {
    match names {
        [] => "no tensors".to_owned(),
        [one] => format!("the tensor {one}"),
        [shown @ .., last] if names.len() <= NAMES_SHOWN => format!("the tensors {} and {last}", shown.join(", ")),
        _ => {
            let shown: Vec<&str> = names.iter().take(NAMES_SHOWN).copied().collect();
            format!("{} tensors, such as {}", names.len(), shown.join(", "))
        }
    }
}

#[cfg(test)]
mod tests;
