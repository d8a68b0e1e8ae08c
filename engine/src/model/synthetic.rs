//! A model of any shape with random weights, for measuring how fast a shape runs.

use std::path::Path;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::convert::{entry, set_shape};
use crate::checkpoint::{BLOCKS, Config};
use crate::gguf::{Gguf, ModelError, TensorInfo, output};
use crate::model::convert::mapping::{self, Precision};
use crate::model::quantize::encode::{Rows, slab_rows};
use crate::model::quantize::recipe::Recipe;
use crate::model::quantize::writer::{FileReport, Progress, Stream, set_file_type};

/// Standard deviation of the weights, as models are initialized.
const SPREAD: f32 = 0.02;

/// Standard deviation of the LM head's weights: logits then spread so that, as in a trained model, a few tokens are much
/// likelier than the rest. What sampling costs depends on that.
const HEAD_SPREAD: f32 = 0.1;

/// The shape of a CodeGen model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Number of blocks.
    pub layers: usize,
    /// Width of the residual stream.
    pub width: usize,
    /// Attention heads.
    pub heads: usize,
    /// Dimensions of each head that are rotated.
    pub rotary: usize,
    /// Tokens of context.
    pub context: usize,
}

impl Shape {
    /// `Salesforce/codegen-350M`.
    pub const CODEGEN_350M: Self = Self { layers: 20, width: 1024, heads: 16, rotary: 32, context: 2048 };
}

/// Writes a GGUF of the given shape with random weights and the tokenizer of `like`, a model that was converted from a
/// CodeGen checkpoint. The same seed gives the same file. It never ends a text, so that every generation has all the
/// tokens asked for.
///
/// # Errors
/// If `like` cannot be read, or has no token that ends a text, or if `output` cannot be written or is a file of another
/// kind.
pub fn synthetic(
    like: &Path,
    shape: Shape,
    recipe: Recipe,
    seed: u64,
    output: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<FileReport, ModelError> {
    output::check_target(output, like)?;
    let source = Gguf::open(like)?;
    let lacks = |what: &str| ModelError::invalid(like, format!("lacks {what}"));
    let head = source.tensor("output.weight").ok_or_else(|| lacks("an LM head of its own"))?;
    let end = source.metadata.u64("tokenizer.ggml.eos_token_id").ok_or_else(|| lacks("a token that ends a text"))?;
    let config = config(shape, usize::try_from(head.rows()).unwrap_or(usize::MAX));
    let mapped = mapping::wanted(&config);
    let tensors: Vec<TensorInfo> = mapped.iter().map(|tensor| entry(tensor, &config, recipe)).collect();
    let mut metadata = source.metadata.clone();
    metadata.set("general.name", "random weights");
    set_shape(&mut metadata, &config);
    set_file_type(&mut metadata, recipe.file_type, &tensors);

    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut stream = Stream::create(output, &metadata, &tensors, progress)?;
    let mut slab = Vec::new();
    for (mapped, tensor) in mapped.iter().zip(&tensors) {
        let rows = tensor.rows();
        let step = slab_rows(tensor.columns());
        for start in (0..rows).step_by(step as usize) {
            let count = (step.min(rows - start) * tensor.columns()) as usize;
            slab.clear();
            match (mapped.precision, tensor.name.as_str()) {
                (Precision::Weight, "output.weight") => fill(&mut slab, count, HEAD_SPREAD, &mut random),
                (Precision::Weight, _) => fill(&mut slab, count, SPREAD, &mut random),
                (Precision::F32Always, name) => {
                    slab.resize(count, if name.ends_with("norm.weight") { 1.0 } else { 0.0 })
                }
            }
            if tensor.name == "output.bias"
                && let Some(bias) = usize::try_from(end).ok().and_then(|end| slab.get_mut(end))
            {
                *bias = -1e4;
            }
            stream.encode(tensor, Rows::Floats(&slab), like)?;
        }
    }
    stream.finish(Vec::new())
}

fn config(shape: Shape, vocabulary: usize) -> Config {
    Config {
        n_layer: shape.layers,
        n_embd: shape.width,
        n_head: shape.heads,
        n_inner: 4 * shape.width,
        n_positions: shape.context,
        rotary_dim: shape.rotary,
        vocab_size: vocabulary,
        layer_norm_epsilon: 1e-5,
        tie_word_embeddings: false,
        blocks: BLOCKS,
        bos_token_id: None,
        eos_token_ids: Vec::new(),
        name: None,
        notes: Vec::new(),
    }
}

/// Appends evenly distributed numbers with a mean of zero.
fn fill(slab: &mut Vec<f32>, count: usize, spread: f32, random: &mut ChaCha8Rng) {
    // The standard deviation of numbers between -1 and 1 is one over the root of three.
    let scale = spread * 3.0_f32.sqrt() / 2.0_f32.powi(31);
    #[allow(clippy::cast_possible_wrap, clippy::cast_precision_loss)]
    slab.extend((0..count).map(|_| random.next_u32() as i32 as f32 * scale));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FileType, inspect};

    #[test]
    fn a_random_model_has_the_shape_asked_for_and_is_always_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let like: &Path = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/models/builtin.gguf").as_ref();
        let shape = Shape { layers: 2, width: 64, heads: 4, rotary: 8, context: 300 };
        let bytes = |name: &str, seed| {
            let path = folder.path().join(name);
            synthetic(like, shape, FileType::F16.into(), seed, &path, &mut |_| ()).unwrap();
            std::fs::read(path).unwrap()
        };
        let one = bytes("one.gguf", 1);
        assert!(one == bytes("again.gguf", 1));
        assert!(one != bytes("other.gguf", 2));
        let shown = inspect(&folder.path().join("one.gguf")).unwrap().to_string();
        assert!(shown.contains("2 layers, width 64, MLP 256, 4 heads (4 of keys and values), rotary 8"), "{shown}");
        assert!(shown.contains("context               300 tokens") && shown.contains("F16"), "{shown}");
    }
}
