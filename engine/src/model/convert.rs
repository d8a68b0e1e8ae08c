//! A Hugging Face CodeGen folder to a GGUF that stock llama.cpp runs, as the architecture `phi2`.

use std::ops::Range;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::checkpoint::{Checkpoint, Config, Weights};
use super::encode::{Rows, slab_rows};
use super::gguf::{Metadata, TensorInfo, Value};
use super::mapping::{self, MappedTensor, Precision, RowOrder, Source};
use super::recipe::{self, Place, Recipe};
use super::stream::{FileReport, Progress, Stream, set_file_type};
use super::tokenizer::{SourceTokenizer, TokenKind};
use super::{ModelError, TensorType, output};

/// The key under which the source's `tokenizer.json` is kept, so that nothing of the source but its weights' excess
/// precision is lost.
pub const TOKENIZER_JSON: &str = "tokenizer.huggingface.json";

/// Reads the CodeGen checkpoint in `folder` and writes it to `output` in the types that `recipe` says.
///
/// The weights are streamed: memory stays at some tens of megabytes whatever the model's size. The file appears under
/// its name only when it is complete and on the disk; `progress` is called after every few megabytes.
///
/// # Errors
/// If the folder does not hold a CodeGen checkpoint with a tokenizer, if a file of it is corrupt, if its weights have no
/// encoding in the type asked for, or if `output` cannot be written, would be the input or is a file of another kind.
pub fn convert(
    folder: &Path,
    output: &Path,
    recipe: Recipe,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<FileReport, ModelError> {
    let checkpoint = Checkpoint::open(folder)?;
    output::check_target(output, folder)?;
    let mapped = mapping::map(&checkpoint.config, checkpoint.weights.tensors(), folder)?;
    let tokenizer = SourceTokenizer::open(folder, &checkpoint.config)?;
    let tensors: Vec<TensorInfo> = mapped.iter().map(|tensor| entry(tensor, &checkpoint.config, recipe)).collect();
    let mut metadata = metadata(&checkpoint, tokenizer)?;
    set_file_type(&mut metadata, recipe.file_type, &tensors);
    let weights = mapped.iter().zip(&tensors).filter(|(mapped, _)| mapped.precision == Precision::Weight);
    let notes = recipe::misfits(weights.map(|(_, tensor)| tensor.columns()), recipe);

    let mut stream = Stream::create(output, &metadata, &tensors, progress)?;
    drop(metadata);
    let mut slab = Vec::new();
    let mut run = Vec::new();
    for (mapped, tensor) in mapped.iter().zip(&tensors) {
        // A vector is one row of the GGUF, but a row per element of the checkpoint.
        let source_columns = if mapped.shape.len() == 1 { 1 } else { tensor.columns() };
        let rows = tensor.elements() / source_columns;
        // Vectors are short; encoding one in a single slab keeps its blocks whole.
        let step = if source_columns == 1 { rows } else { slab_rows(source_columns) };
        for start in (0..rows).step_by(step as usize) {
            let range = start as usize..(start + step).min(rows) as usize;
            match &mapped.source {
                Source::Zeros => {
                    slab.clear();
                    slab.resize(range.len() * source_columns as usize, 0.0);
                }
                Source::Tensor { name, rows } => gather(&checkpoint.weights, name, *rows, range, &mut run, &mut slab)?,
            }
            stream.encode(tensor, Rows::Floats(&slab), folder)?;
        }
    }
    stream.finish(notes.into_iter().collect())
}

/// Reads rows in the GGUF's order: runs of rows that are neighbours in the checkpoint, too, are read at once.
pub(super) fn gather(
    weights: &Weights,
    name: &str,
    order: RowOrder,
    rows: Range<usize>,
    run: &mut Vec<f32>,
    slab: &mut Vec<f32>,
) -> Result<(), ModelError> {
    if order == RowOrder::AsIs {
        return weights.read_rows(name, rows, slab);
    }
    slab.clear();
    let mut row = rows.start;
    while row < rows.end {
        let first = order.source_row(row);
        let length = (1..rows.end - row).find(|&next| order.source_row(row + next) != first + next);
        let length = length.unwrap_or(rows.end - row);
        weights.read_rows(name, first..first + length, run)?;
        slab.extend_from_slice(run);
        row += length;
    }
    Ok(())
}

/// The table's entry for a tensor.
pub(super) fn entry(tensor: &MappedTensor, config: &Config, recipe: Recipe) -> TensorInfo {
    let shape: Vec<u64> = tensor.shape.iter().rev().map(|&length| length as u64).collect();
    let kind = match tensor.precision {
        Precision::F32Always => TensorType::F32,
        Precision::Weight => {
            let columns = shape.first().copied().unwrap_or(1);
            let place = Place { name: &tensor.name, columns, layers: config.n_layer as u64, tied: false };
            recipe::tensor_type(place, recipe)
        }
    };
    TensorInfo { name: tensor.name.clone(), shape, kind, offset: 0 }
}

fn metadata(checkpoint: &Checkpoint, tokenizer: SourceTokenizer) -> Result<Metadata, ModelError> {
    let Checkpoint { config, folder, .. } = checkpoint;
    let mut metadata = Metadata::default();
    let folder_name = folder_name(folder).unwrap_or_else(|| "codegen".to_owned());
    metadata.set("general.architecture", "phi2");
    metadata.set("general.type", "model");
    metadata.set("general.name", config.name.as_deref().unwrap_or(&folder_name));
    set_shape(&mut metadata, config);

    metadata.set("general.source.architecture", "codegen");
    metadata.set("general.source.folder", folder_name.as_str());
    metadata.set("general.source.converter", concat!("codegen-lsp ", env!("CARGO_PKG_VERSION")));
    let path = folder.join("config.json");
    let text = std::fs::read(&path).map_err(ModelError::io(path))?;
    metadata.set("general.source.config_sha256", hex(&Sha256::digest(text)).as_str());

    let end = end_of_text(config, &tokenizer.tokens);
    metadata.set("tokenizer.ggml.model", "gpt2");
    metadata.set("tokenizer.ggml.pre", "gpt-2");
    metadata.set("tokenizer.ggml.tokens", Value::strings(&tokenizer.tokens));
    metadata.set("tokenizer.ggml.token_type", Value::i32s(tokenizer.kinds.into_iter().map(kind_number)));
    metadata.set("tokenizer.ggml.merges", Value::strings(&tokenizer.merges));
    if let Some(end) = end {
        for key in ["bos", "eos", "unknown"] {
            metadata.set(format!("tokenizer.ggml.{key}_token_id"), end);
        }
    }
    metadata.set("tokenizer.ggml.add_bos_token", Value::Bool(false));
    metadata.set(TOKENIZER_JSON, tokenizer.json.as_str());
    Ok(metadata)
}

/// The folder's own name, whichever way the user took to it.
pub(super) fn folder_name(folder: &Path) -> Option<String> {
    let folder = std::fs::canonicalize(folder).ok()?;
    Some(folder.file_name()?.to_string_lossy().into_owned())
}

/// Puts the numbers that describe the network into the metadata.
pub(super) fn set_shape(metadata: &mut Metadata, config: &Config) {
    for (key, value) in [
        ("context_length", config.n_positions),
        ("embedding_length", config.n_embd),
        ("block_count", config.n_layer),
        ("feed_forward_length", config.n_inner),
        ("attention.head_count", config.n_head),
        ("attention.head_count_kv", config.n_head),
        ("rope.dimension_count", config.rotary_dim),
    ] {
        metadata.set(format!("phi2.{key}"), number(value));
    }
    metadata.set("phi2.attention.layer_norm_epsilon", Value::F32(config.layer_norm_epsilon));
}

/// CodeGen's texts are separated by `<|endoftext|>`, which both ends one and starts the next. The released
/// configurations call token 1 (a quotation mark) the first of a text, a leftover that nothing used.
fn end_of_text(config: &Config, tokens: &[String]) -> Option<u32> {
    let named = tokens.iter().position(|token| token == "<|endoftext|>").and_then(|id| u32::try_from(id).ok());
    named.or(config.eos_token_id).filter(|&id| (id as usize) < tokens.len())
}

/// llama.cpp's numbers (`enum llama_token_type`).
fn kind_number(kind: TokenKind) -> i32 {
    match kind {
        TokenKind::Normal => 1,
        TokenKind::Control => 3,
        TokenKind::UserDefined => 4,
        TokenKind::Unused => 5,
    }
}

/// The configuration's reader keeps sizes below 2^24.
fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
