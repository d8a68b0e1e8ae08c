//! The common part of converting and requantizing: a GGUF that is written slab by slab, with progress and a report.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::encode::{Encoder, Rows};
use super::recipe::FileType;
use crate::gguf::output::{self, OutputFile};
use crate::gguf::{Metadata, ModelError, TensorInfo, TensorType, Writer};

/// Where a conversion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The tensor being written.
    pub tensor: &'a str,
    /// Values written, of all tensors.
    pub done: u64,
    /// Values to write, of all tensors.
    pub total: u64,
}

/// Tensors of one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct TypeUsage {
    /// The type.
    #[serde(rename = "type")]
    pub kind: TensorType,
    /// Number of tensors.
    pub tensors: u64,
    /// Bytes of their data.
    pub bytes: u64,
}

/// A description of the file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    /// The file.
    pub path: PathBuf,
    /// Its length in bytes.
    pub bytes: u64,
    /// Number of tensors.
    pub tensors: usize,
    /// Values of all tensors.
    pub parameters: u64,
    /// The types used, with the size of each.
    pub types: Vec<TypeUsage>,
    /// Notes for the user on the result.
    pub notes: Vec<String>,
    /// Time taken.
    pub elapsed: Duration,
}

/// How often and how largely each type is used, in the order of the types' numbers.
pub fn usage(tensors: &[TensorInfo]) -> Vec<TypeUsage> {
    let mut found = BTreeMap::new();
    for tensor in tensors {
        let entry = found.entry(tensor.kind).or_insert(TypeUsage { kind: tensor.kind, tensors: 0, bytes: 0 });
        entry.tensors += 1;
        entry.bytes += tensor.bytes();
    }
    found.into_values().collect()
}

/// Adds the file type and, where it matters, the version of the quantized formats to the metadata.
pub fn set_file_type(metadata: &mut Metadata, file_type: FileType, tensors: &[TensorInfo]) {
    /// GGML_QNT_VERSION, unchanged since 2023.
    const QUANTIZATION_VERSION: u32 = 2;
    metadata.set("general.file_type", file_type.id());
    if tensors.iter().any(|tensor| tensor.kind.is_quantized()) {
        metadata.set("general.quantization_version", QUANTIZATION_VERSION);
    }
}

/// A GGUF being written.
pub struct Stream<'a> {
    writer: Writer<OutputFile>,
    path: &'a Path,
    tensors: &'a [TensorInfo],
    encoder: Encoder,
    progress: &'a mut dyn FnMut(Progress<'_>),
    done: u64,
    total: u64,
    started: Instant,
}

impl<'a> Stream<'a> {
    /// Creates the file beside `path` and writes all but the tensors' data.
    pub fn create(
        path: &'a Path,
        metadata: &Metadata,
        tensors: &'a [TensorInfo],
        progress: &'a mut dyn FnMut(Progress<'_>),
    ) -> Result<Self, ModelError> {
        let started = Instant::now();
        let file = output::create(path)?;
        let writer = Writer::new(file, metadata, tensors).map_err(output::unwritten(path))?;
        let total = tensors.iter().map(TensorInfo::elements).sum();
        Ok(Self { writer, path, tensors, encoder: Encoder::new(), progress, done: 0, total, started })
    }

    /// Encodes and writes the next rows of a tensor. `source` is the file to blame for values that have no encoding.
    pub fn encode(&mut self, tensor: &TensorInfo, rows: Rows<'_>, source: &Path) -> Result<(), ModelError> {
        let columns = tensor.columns() as usize;
        let parts = self.encoder.encode(rows, columns, tensor.kind);
        let parts = parts.map_err(|problem| ModelError::invalid(source, format!("{} {problem}", tensor.name)))?;
        let mut bytes = 0;
        for part in parts {
            bytes += part.len() as u64;
            self.writer.write(part).map_err(output::unwritten(self.path))?;
        }
        self.advance(tensor, bytes);
        Ok(())
    }

    /// Writes the next bytes of a tensor as they are.
    pub fn copy(&mut self, tensor: &TensorInfo, bytes: &[u8]) -> Result<(), ModelError> {
        self.writer.write(bytes).map_err(output::unwritten(self.path))?;
        self.advance(tensor, bytes.len() as u64);
        Ok(())
    }

    fn advance(&mut self, tensor: &TensorInfo, bytes: u64) {
        self.done += bytes / tensor.kind.block_bytes() * tensor.kind.block_elements();
        (self.progress)(Progress { tensor: &tensor.name, done: self.done, total: self.total });
    }

    /// Puts the complete file in its place.
    pub fn finish(self, notes: Vec<String>) -> Result<FileReport, ModelError> {
        let (file, bytes) = self.writer.finish().map_err(output::unwritten(self.path))?;
        output::commit(self.path, file)?;
        Ok(FileReport {
            path: self.path.to_owned(),
            bytes,
            tensors: self.tensors.len(),
            parameters: self.total,
            types: usage(self.tensors),
            notes,
            elapsed: self.started.elapsed(),
        })
    }
}
