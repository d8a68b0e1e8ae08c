//! LoRA adapters: from peft's folders to GGUFs that llama.cpp adds to a model while it runs.

mod base;
mod config;
mod copies;
pub(in crate::model) mod detect;
mod mapping;
mod summary;

use std::path::Path;

use self::base::Base;
use self::config::AdapterConfig;
use self::detect::FILE;
use self::mapping::{AdapterTensor, Layout};
use crate::checkpoint::Weights;
use crate::checkpoint::folder::{self, Located};
use crate::gguf::output::{self, folder_name};
use crate::gguf::{Metadata, ModelError, TensorInfo, Value};
use crate::model::convert::gather;
use crate::model::quantize::encode::{Rows, slab_rows};
use crate::model::quantize::recipe::FileType;
use crate::model::quantize::writer::{FileReport, Progress, Stream, set_file_type};

pub use self::detect::{has_adapter, is_adapter};
pub use self::summary::AdapterSummary;

/// `general.type` of an adapter.
pub const ADAPTER: &str = "adapter";
/// The key of the adapter's type, which is `lora` for all that llama.cpp knows.
pub const TYPE: &str = "adapter.type";
/// The key of the number that, over a matrix's rank, is the scale of what it adds.
pub const ALPHA: &str = "adapter.lora.alpha";
/// Endings of the names of the two matrices that are added to one of the model's.
pub const HALVES: [&str; 2] = [".lora_a", ".lora_b"];
/// Numbers of the base that the order of rows depends on. An adapter for another order would fit in its sizes.
pub const ORDER: [&str; 2] = ["attention.head_count", "rope.dimension_count"];

/// Reads the LoRA adapter in peft's `folder` and writes it to `output`, its values as floats of the given type.
///
/// `base` names the model that it is for: a checkpoint folder, a GGUF made of one, or the built-in model; without, it is
/// the folder that the adapter itself names. Nothing but the base's shape is read. Streamed and written as
/// [`super::convert()`] does, but for an embedding's matrix, which is turned round in memory.
///
/// # Errors
/// If the folder does not hold a LoRA adapter of a model of the base's shape, or one that llama.cpp cannot add while a model
/// runs; if a file is corrupt, a value has no encoding, the base is not known, or `output` cannot be written, would be the
/// base or is a file of another kind.
pub fn convert_adapter(
    folder: &Path,
    base: Option<&str>,
    output: &Path,
    file_type: FileType,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<FileReport, ModelError> {
    if file_type.default_type().is_quantized() {
        return Err(ModelError::Usage(format!(
            "an adapter cannot be written as {file_type}: its rows are too short for blocks; f32, f16 and bf16 are possible"
        )));
    }
    let Located { folder, name: cached, .. } = folder::locate(folder)?;
    let folder = folder.as_path();
    let config = AdapterConfig::read(&folder.join(FILE))?;
    let base = match base {
        Some(name) => Base::open(name)?,
        None => Base::named_by(folder, config.base.as_deref())?,
    };
    output::check_target(output, folder)?;
    output::check_target(output, &base.path)?;
    let weights = Weights::of_adapter(folder)?;
    let matrices = copies::left_out(&weights, &base, folder)?;
    let mapped = mapping::map(&base.config, &config, &matrices, folder)?;
    let entry = |tensor: &AdapterTensor| TensorInfo {
        name: tensor.name.clone(),
        shape: tensor.shape.iter().rev().map(|&length| length as u64).collect(),
        kind: file_type.default_type(),
        offset: 0,
    };
    let tensors: Vec<TensorInfo> = mapped.iter().map(entry).collect();
    let mut metadata = metadata(&cached.unwrap_or_else(|| name(folder)), &base, &config);
    set_file_type(&mut metadata, file_type, &tensors);

    let mut stream = Stream::create(output, &metadata, &tensors, progress)?;
    for (mapped, tensor) in mapped.iter().zip(&tensors) {
        write(&weights, mapped, tensor, &mut stream, folder)?;
    }
    stream.finish(Vec::new())
}

/// Writes one tensor's rows.
fn write(
    weights: &Weights,
    mapped: &AdapterTensor,
    tensor: &TensorInfo,
    stream: &mut Stream<'_>,
    folder: &Path,
) -> Result<(), ModelError> {
    let [rows, columns] = mapped.shape;
    let (mut run, mut slab) = (Vec::new(), Vec::new());
    let order = match mapped.layout {
        Layout::Rows(order) => order,
        Layout::Transposed => {
            weights.read_rows(&mapped.source, 0..columns, &mut run)?;
            slab.extend((0..rows).flat_map(|row| run.iter().skip(row).step_by(rows)));
            return stream.encode(tensor, Rows::Floats(&slab), folder);
        }
    };
    let step = usize::try_from(slab_rows(columns as u64)).unwrap_or(usize::MAX);
    for start in (0..rows).step_by(step) {
        gather(weights, &mapped.source, order, start..(start + step).min(rows), &mut run, &mut slab)?;
        #[allow(clippy::cast_possible_truncation)]
        slab.iter_mut().for_each(|value| *value = (f64::from(*value) * mapped.factor) as f32);
        stream.encode(tensor, Rows::Floats(&slab), folder)?;
    }
    Ok(())
}

fn metadata(name: &str, base: &Base, config: &AdapterConfig) -> Metadata {
    let mut metadata = Metadata::default();
    metadata.set("general.architecture", "phi2");
    metadata.set("general.type", ADAPTER);
    metadata.set("general.name", name);
    if let Some(base) = &base.name {
        metadata.set("general.base_model.count", 1);
        metadata.set("general.base_model.0.name", base.as_str());
    }
    metadata.set("general.source.architecture", "codegen");
    metadata.set("general.source.converter", concat!("codegen-lsp ", env!("CARGO_PKG_VERSION")));
    metadata.set(TYPE, "lora");
    metadata.set(ALPHA, Value::F32(mapping::file_alpha(config)));
    for (key, value) in ORDER.into_iter().zip([base.config.n_head, base.config.rotary_dim]) {
        metadata.set(format!("phi2.{key}"), u32::try_from(value).unwrap_or(u32::MAX));
    }
    metadata
}

/// The folder's name, or that of the folder around it where trainers call every adapter's folder alike.
fn name(folder: &Path) -> String {
    let own = folder_name(folder).unwrap_or_else(|| ADAPTER.to_owned());
    match own.as_str() {
        ADAPTER => folder_name(&folder.join("..")).unwrap_or(own),
        _ => own,
    }
}
