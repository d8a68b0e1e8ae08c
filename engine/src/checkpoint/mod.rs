//! Hugging Face checkpoint folders: `config.json` and the weights, in whichever of the usual containers they come.
//!
//! Opening reads headers only. Weights are read by rows, at their offsets, through a buffer of fixed size, so that
//! memory depends on what is asked for and not on the model.

mod config;
mod custom;
mod fields;
pub(crate) mod file;
pub mod folder;
mod index;
mod names;
mod pickle;
mod safetensors;
#[cfg(test)]
mod tests;
mod torch;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use half::{bf16, f16};

use self::file::SourceFile;
use crate::gguf::ModelError;

pub use self::config::Config;
pub use self::custom::{BLOCKS, is_quantized, quantized};

/// Bytes read from a file in one go.
const CHUNK: usize = 64 << 10;

/// How a tensor's elements are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceType {
    /// 64-bit floats.
    F64,
    /// 32-bit floats.
    F32,
    /// IEEE 16-bit floats.
    F16,
    /// 16-bit floats with the exponent of 32-bit ones.
    BF16,
    /// Integers or booleans: fine for a buffer that is dropped, never a weight.
    Other,
}

impl SourceType {
    fn size(self) -> Option<usize> {
        match self {
            Self::F64 => Some(8),
            Self::F32 => Some(4),
            Self::F16 | Self::BF16 => Some(2),
            Self::Other => None,
        }
    }

    /// Appends the elements of `bytes`, which holds only whole elements.
    fn decode(self, bytes: &[u8], out: &mut Vec<f32>) {
        match self {
            #[allow(clippy::cast_possible_truncation)]
            Self::F64 => out.extend(bytes.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes) as f32)),
            Self::F32 => out.extend(bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes))),
            Self::F16 => out.extend(bytes.as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32())),
            Self::BF16 => out.extend(bytes.as_chunks().0.iter().map(|bytes| bf16::from_le_bytes(*bytes).to_f32())),
            Self::Other => {}
        }
    }
}

/// A tensor as the checkpoint lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceTensor {
    /// Its name, such as `transformer.h.0.attn.qkv_proj.weight`.
    pub name: String,
    /// Its shape, the slowest dimension (the rows) first.
    pub shape: Vec<usize>,
    /// How it is stored.
    pub dtype: SourceType,
}

/// The place of a tensor's elements. The code that makes one has checked that all of them lie inside the file.
#[derive(Debug, Clone)]
struct Stored {
    file: Arc<SourceFile>,
    dtype: SourceType,
    shape: Vec<usize>,
    /// Elements between neighbours, for every dimension.
    strides: Vec<usize>,
    /// Byte offset of the first element.
    start: u64,
}

/// The tensors of a folder's weights, whose headers have been read and checked.
#[derive(Debug)]
pub struct Weights {
    folder: PathBuf,
    tensors: Vec<SourceTensor>,
    stored: HashMap<String, Stored>,
}

impl Weights {
    /// Opens `name`.safetensors, its shards' index, `other`.bin or its shards' index, looked for in this order.
    fn open(folder: &Path, name: &str, other: &str) -> Result<Self, ModelError> {
        Ok(Self::of(folder, list(folder, name, other)?))
    }

    fn of(folder: &Path, mut listed: Vec<(String, Stored)>) -> Self {
        listed.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut tensors = Vec::with_capacity(listed.len());
        let mut stored = HashMap::with_capacity(listed.len());
        for (name, tensor) in listed {
            tensors.push(SourceTensor { name: name.clone(), shape: tensor.shape.clone(), dtype: tensor.dtype });
            stored.insert(name, tensor);
        }
        Self { folder: folder.to_owned(), tensors, stored }
    }

    /// Opens the weights of a LoRA adapter as peft saves it: `adapter_model.safetensors` or `adapter_model.bin`.
    ///
    /// # Errors
    /// If there is neither, or it is truncated or corrupt.
    pub fn of_adapter(folder: &Path) -> Result<Self, ModelError> {
        Self::open(folder, "adapter_model", "adapter_model")
    }

    /// All tensors, buffers included, by name.
    #[must_use]
    pub fn tensors(&self) -> &[SourceTensor] {
        &self.tensors
    }

    /// Replaces `out` by the given rows of a tensor, one after the other, as 32-bit floats.
    ///
    /// A tensor of more than two dimensions is read as rows of all but the first; one of a single dimension has rows of
    /// one element, and one of none a single such row. Besides `out` this needs 64 KiB of memory.
    ///
    /// # Errors
    /// If there is no such tensor or no such rows, if it does not hold floats, if it is a view whose rows are not
    /// contiguous, or if the file cannot be read.
    pub fn read_rows(&self, tensor: &str, rows: Range<usize>, out: &mut Vec<f32>) -> Result<(), ModelError> {
        let Some(stored) = self.stored.get(tensor) else {
            return Err(ModelError::invalid(&self.folder, format!("has no tensor {tensor}")));
        };
        out.clear();
        stored.read_rows(rows, out).map_err(|error| match error {
            Unreadable::Model(error) => error,
            Unreadable::Problem(problem) => stored.file.error(format!("tensor {tensor}: {problem}")),
        })
    }
}

/// A checkpoint folder whose headers have been read and checked.
#[derive(Debug)]
pub struct Checkpoint {
    /// The contents of `config.json`.
    pub config: Config,
    /// The folder.
    pub folder: PathBuf,
    /// Its weights.
    pub weights: Weights,
    /// Notes for the user on how it was read.
    pub notes: Vec<String>,
}

impl Checkpoint {
    /// Opens a folder that holds `config.json` and one of `model.safetensors`, `model.safetensors.index.json`,
    /// `pytorch_model.bin` and `pytorch_model.bin.index.json`, looked for in this order.
    ///
    /// Wrappers of the training put prefixes before names; such names are read as CodeGen's. A value head, which scores
    /// texts and writes none, is left out; [`Self::notes`] says so.
    ///
    /// # Errors
    /// If a file is missing, truncated or corrupt, or the configuration is not a CodeGen's.
    pub fn open(folder: &Path) -> Result<Self, ModelError> {
        folder::check(folder)?;
        let config = Config::read(&folder.join("config.json"))?;
        let listed = list(folder, "model", "pytorch_model")?;
        let (listed, mut notes) = names::plain(listed).map_err(|problem| ModelError::invalid(folder, problem))?;
        notes.splice(0..0, config.notes.iter().cloned());
        Ok(Self { config, folder: folder.to_owned(), weights: Weights::of(folder, listed), notes })
    }
}

/// The reason why rows could not be read, with or without the file's name.
enum Unreadable {
    Model(ModelError),
    Problem(String),
}

impl Stored {
    fn read_rows(&self, rows: Range<usize>, out: &mut Vec<f32>) -> Result<(), Unreadable> {
        let Some(size) = self.dtype.size() else {
            return Err(Unreadable::Problem("does not hold floating-point numbers".to_owned()));
        };
        let (count, inner) = self.shape.split_first().map_or((1, &[][..]), |(count, inner)| (*count, inner));
        let (stride, inner_strides) =
            self.strides.split_first().map_or((0, &[][..]), |(stride, inner)| (*stride, inner));
        if rows.start > rows.end || rows.end > count {
            return Err(Unreadable::Problem(format!("has {count} rows, not rows {} to {}", rows.start, rows.end)));
        }
        let columns: usize = inner.iter().product();
        if columns == 0 || rows.is_empty() {
            return Ok(());
        }
        if !is_contiguous(inner, inner_strides) {
            return Err(Unreadable::Problem(
                "is stored as a view whose rows are not contiguous; save the checkpoint again with tensor.contiguous()"
                    .to_owned(),
            ));
        }
        out.reserve_exact(rows.len() * columns);
        if stride == columns {
            return self.read_run(rows.start * stride, rows.len() * columns, size, out);
        }
        for row in rows {
            self.read_run(row * stride, columns, size, out)?;
        }
        Ok(())
    }

    /// Appends `count` neighbouring elements, the first being the `first` after the tensor's start.
    fn read_run(&self, first: usize, count: usize, size: usize, out: &mut Vec<f32>) -> Result<(), Unreadable> {
        let mut buffer = vec![0; CHUNK.min(count * size)];
        let mut offset = self.start + (first * size) as u64;
        let mut left = count * size;
        while left > 0 {
            let length = left.min(buffer.len());
            let bytes = &mut buffer[..length];
            self.file.read_at(offset, bytes).map_err(Unreadable::Model)?;
            self.dtype.decode(bytes, out);
            offset += length as u64;
            left -= length;
        }
        Ok(())
    }
}

/// The strides of a tensor stored row by row without gaps.
fn contiguous_strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    let mut product: usize = 1;
    for (stride, n) in strides.iter_mut().zip(shape).rev() {
        *stride = product;
        product = product.saturating_mul(*n);
    }
    strides
}

/// Whether elements lie row by row without gaps. The stride of a dimension of one element says nothing.
fn is_contiguous(shape: &[usize], strides: &[usize]) -> bool {
    shape.iter().zip(strides).zip(contiguous_strides(shape)).all(|((n, stride), wanted)| *n == 1 || *stride == wanted)
}

/// Whether a folder lists a name, even that of a link whose target is missing.
pub(crate) fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// How a container lists its tensors.
type Lister = fn(&Arc<SourceFile>) -> Result<Vec<(String, Stored)>, ModelError>;

/// Finds the weights and lists their tensors.
fn list(folder: &Path, name: &str, other: &str) -> Result<Vec<(String, Stored)>, ModelError> {
    let (safetensors, pickle) = (format!("{name}.safetensors"), format!("{other}.bin"));
    let containers: [(&str, Lister); 2] = [(&safetensors, safetensors::read), (&pickle, torch::read)];
    for (name, lister) in containers {
        let path = folder.join(name);
        if is_there(&path) {
            return lister(&Arc::new(SourceFile::open(path)?));
        }
        let path = folder.join(format!("{name}.index.json"));
        if is_there(&path) {
            return list_shards(folder, &path, lister);
        }
    }
    let problem = format!("has no weights: neither {safetensors} nor {pickle}, and no index of shards of either");
    let known = (name == "model").then(|| folder::without_weights(folder)).flatten();
    Err(ModelError::invalid(folder, known.unwrap_or(problem)))
}

/// Lists the tensors of all shards. The index and the shards must agree.
fn list_shards(folder: &Path, index_path: &Path, lister: Lister) -> Result<Vec<(String, Stored)>, ModelError> {
    let index = index::read(index_path)?;
    let shards: BTreeSet<&String> = index.values().collect();
    let mut found: BTreeMap<String, Stored> = BTreeMap::new();
    for shard in shards {
        let path = folder.join(shard);
        if !is_there(&path) {
            return Err(ModelError::invalid(index_path, format!("names the shard {shard}, which is not there")));
        }
        for (name, stored) in lister(&Arc::new(SourceFile::open(path)?))? {
            if index.get(&name) != Some(shard) {
                return Err(ModelError::invalid(
                    index_path,
                    format!("does not say that the tensor {name} is in {shard}, where it is"),
                ));
            }
            found.insert(name, stored);
        }
    }
    if let Some((name, shard)) = index.iter().find(|(name, _)| !found.contains_key(*name)) {
        return Err(ModelError::invalid(
            folder.join(shard),
            format!("lacks the tensor {name}, which the index puts there"),
        ));
    }
    Ok(found.into_iter().collect())
}
