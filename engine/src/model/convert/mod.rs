//! A Hugging Face CodeGen folder to a GGUF that stock llama.cpp runs, as the architecture `phi2`.

pub mod mapping;
pub mod tokenizer;

use std::ops::Range;
use std::path::Path;

use sha2::{Digest, Sha256};

use self::mapping::{MappedTensor, Precision, RowOrder, Source};
use self::tokenizer::{SourceTokenizer, Special, TokenKind};
use crate::checkpoint::folder::{self, Located};
use crate::checkpoint::{BLOCKS, Checkpoint, Config, Weights, file, is_there};
use crate::gguf::digest::hex;
use crate::gguf::output::{self, folder_name};
use crate::gguf::{Metadata, ModelError, TensorInfo, TensorType, Value};
use crate::model::adapter::detect::FILE;
use crate::model::quantize::encode::{Rows, slab_rows};
use crate::model::quantize::recipe::{self, Place, Recipe};
use crate::model::quantize::writer::{FileReport, Progress, Stream, set_file_type};
use crate::model::resolve::check_folder;

/// The key under which the source's `tokenizer.json` is kept, so that nothing of the source but its weights' excess
/// precision is lost.
pub const TOKENIZER_JSON: &str = "tokenizer.huggingface.json";

/// The key of the number of blocks of the source's fused projection, where that is not [`BLOCKS`]: adapters for the source
/// have their rows in that order.
pub const QKV_BLOCKS: &str = "general.source.qkv_blocks";

/// A `config.json` has been read before, and is not larger than this.
const MAX_CONFIG: u64 = 16 << 20;

/// Reads the CodeGen checkpoint in `folder` and writes it to `output` in the types that `recipe` says. Of a model's folder in
/// the Hub's cache (`models--ORG--NAME`) the snapshot in use is read.
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
    let located = folder::locate(folder)?;
    check_folder(&located.folder)?;
    let folder = located.folder.as_path();
    let checkpoint = Checkpoint::open(folder)?;
    output::check_target(output, folder)?;
    let mapped = mapping::map(&checkpoint.config, checkpoint.weights.tensors(), folder)?;
    let tokenizer = SourceTokenizer::open(folder, &checkpoint.config)?;
    let mut notes = checkpoint.notes.clone();
    notes.extend(tokenizer.special.notes.iter().cloned());
    notes.extend(left_over(folder));
    let tensors: Vec<TensorInfo> = mapped.iter().map(|tensor| entry(tensor, &checkpoint.config, recipe)).collect();
    let mut metadata = metadata(&checkpoint, &located, tokenizer)?;
    set_file_type(&mut metadata, recipe.file_type, &tensors);
    let weights = mapped.iter().zip(&tensors).filter(|(mapped, _)| mapped.precision == Precision::Weight);
    notes.extend(recipe::misfits(weights.map(|(_, tensor)| tensor.columns()), recipe));

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
    stream.finish(notes)
}

/// Returns a note if an adapter lies beside a whole model: it may already be merged into it, or not.
fn left_over(folder: &Path) -> Option<String> {
    is_there(&folder.join(FILE)).then(|| {
        format!(
            "the folder holds an adapter, too ({}), which was not read; if it is not merged into the model yet, convert it as \
             well, with --base {}",
            FILE,
            folder.display()
        )
    })
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

fn metadata(checkpoint: &Checkpoint, located: &Located, tokenizer: SourceTokenizer) -> Result<Metadata, ModelError> {
    let Checkpoint { config, folder, .. } = checkpoint;
    let mut metadata = Metadata::default();
    // In the Hub's cache a folder is called by its commit.
    let folder_name = located.name.clone().or_else(|| folder_name(folder)).unwrap_or_else(|| "codegen".to_owned());
    metadata.set("general.architecture", "phi2");
    metadata.set("general.type", "model");
    let name = located.name.as_deref().or(config.name.as_deref()).unwrap_or(&folder_name);
    metadata.set("general.name", name);
    set_shape(&mut metadata, config);

    metadata.set("general.source.architecture", "codegen");
    metadata.set("general.source.folder", folder_name.as_str());
    metadata.set("general.source.converter", concat!("codegen-lsp ", env!("CARGO_PKG_VERSION")));
    if let Some(revision) = &located.revision {
        metadata.set("general.source.revision", revision.as_str());
    }
    if config.blocks != BLOCKS {
        metadata.set(QKV_BLOCKS, number(config.blocks));
    }
    let text = file::read_to_string(&folder.join("config.json"), MAX_CONFIG)?;
    metadata.set("general.source.config_sha256", hex(&Sha256::digest(text)).as_str());

    metadata.set("tokenizer.ggml.model", "gpt2");
    metadata.set("tokenizer.ggml.pre", "gpt-2");
    metadata.set("tokenizer.ggml.tokens", Value::strings(&tokenizer.tokens));
    metadata.set("tokenizer.ggml.token_type", Value::i32s(tokenizer.kinds.into_iter().map(kind_number)));
    metadata.set("tokenizer.ggml.merges", Value::strings(&tokenizer.merges));
    set_special(&mut metadata, &tokenizer.special, &tokenizer.tokens);
    metadata.set(TOKENIZER_JSON, tokenizer.json.as_str());
    Ok(metadata)
}

/// Adds the numbers that describe the network to the metadata.
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
///
/// llama.cpp ends a text at the tokens under these three keys, and at those whose texts it knows.
fn set_special(metadata: &mut Metadata, special: &Special, tokens: &[String]) {
    metadata.set("tokenizer.ggml.bos_token_id", special.begin);
    metadata.set("tokenizer.ggml.unknown_token_id", special.begin);
    let is_known = |id: &&u32| tokens.get(**id as usize).is_some_and(|token| token == tokenizer::END_OF_TEXT);
    let (known, own): (Vec<u32>, Vec<u32>) = special.ends.iter().partition(is_known);
    for (key, id) in ["eos", "eot", "eom"].into_iter().zip(own.into_iter().chain(known)) {
        metadata.set(format!("tokenizer.ggml.{key}_token_id"), id);
    }
    metadata.set("tokenizer.ggml.add_bos_token", Value::Bool(special.first));
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
