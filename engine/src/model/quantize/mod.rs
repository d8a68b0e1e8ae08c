//! A GGUF of any architecture to the same in other types.

pub(crate) mod encode;
pub mod recipe;
pub(crate) mod writer;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use self::encode::{Rows, slab_rows};
use self::recipe::{Place, Recipe};
use self::writer::{FileReport, Progress, Stream, set_file_type};
use crate::gguf::output;
use crate::gguf::{Gguf, ModelError, TensorInfo, Value};

/// Writes the model in `input` to `output` in the types that `recipe` says. Metadata stays as it is, but for the keys
/// that name the types. Streamed and written as [`crate::model::convert()`] does.
///
/// # Errors
/// If `input` is not a complete GGUF or one of several parts, if its weights are corrupt or have no encoding in the type
/// asked for, or if `output` cannot be written, is the input or is a file of another kind.
pub fn quantize(
    input: &Path,
    output: &Path,
    recipe: Recipe,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<FileReport, ModelError> {
    let source = Gguf::open(input)?;
    output::check_target(output, input)?;
    if let Some(parts) = source.metadata.u64("split.count").filter(|&parts| parts > 1) {
        let problem = format!("this is one of {parts} parts of a model; merge them first (llama-gguf-split --merge)");
        return Err(ModelError::invalid(input, problem));
    }
    let layers = source.metadata.str("general.architecture");
    let layers = layers.and_then(|name| source.metadata.u64(&format!("{name}.block_count"))).unwrap_or(0);
    let tied = source.tensor("output.weight").is_none();
    let tensors: Vec<TensorInfo> = source.tensors.iter().map(|tensor| entry(tensor, layers, tied, recipe)).collect();
    let mut metadata = source.metadata.clone();
    set_file_type(&mut metadata, recipe.file_type, &tensors);
    metadata.set("general.quantized_by", Value::from(concat!("codegen-lsp ", env!("CARGO_PKG_VERSION"))));
    let weights = source.tensors.iter().filter(|tensor| is_weight(tensor));
    let notes = [recipe::misfits(weights.map(TensorInfo::columns), recipe), requantized(&source.tensors, &tensors)];

    let mut file = File::open(input).map_err(ModelError::io(input))?;
    let mut stream = Stream::create(output, &metadata, &tensors, progress)?;
    let mut bytes = Vec::new();
    for (from, to) in source.tensors.iter().zip(&tensors) {
        file.seek(SeekFrom::Start(source.data_start + from.offset)).map_err(ModelError::io(input))?;
        let (rows, row_bytes) = (from.rows(), from.bytes() / from.rows());
        let step = slab_rows(from.columns());
        for start in (0..rows).step_by(step as usize) {
            let count = step.min(rows - start);
            bytes.resize((count * row_bytes) as usize, 0);
            file.read_exact(&mut bytes).map_err(ModelError::io(input))?;
            if from.kind == to.kind {
                stream.copy(to, &bytes)?;
            } else {
                stream.encode(to, Rows::Stored(from.kind, &bytes), input)?;
            }
        }
    }
    stream.finish(notes.into_iter().flatten().collect())
}

/// The table's entry for a tensor.
fn entry(tensor: &TensorInfo, layers: u64, tied: bool, recipe: Recipe) -> TensorInfo {
    let mut to = tensor.clone();
    if is_weight(tensor) {
        let place = Place { name: &tensor.name, columns: tensor.columns(), layers, tied };
        to.kind = recipe::tensor_type(place, recipe);
    }
    to
}

/// Whether a tensor is a weight that can have another type. Not those of integers and 64-bit floats, which models use
/// for tables, nor of the two types that only exist while computing.
fn is_weight(tensor: &TensorInfo) -> bool {
    let dimensions = tensor.shape.iter().rposition(|&length| length > 1).map_or(1, |last| last + 1);
    let is_float = !matches!(tensor.kind.name(), "i8" | "i16" | "i32" | "i64" | "f64" | "q8_1" | "q8_k");
    is_float && recipe::may_be_encoded(&tensor.name, dimensions)
}

/// Returns a note if weights lose precision a second time.
fn requantized(from: &[TensorInfo], to: &[TensorInfo]) -> Option<String> {
    let twice = from.iter().zip(to).filter(|(from, to)| from.kind.is_quantized() && from.kind != to.kind);
    let count = twice.count();
    (count > 0).then(|| {
        format!("{count} tensors were quantized already and lost precision twice; quantize an f16 or f32 file instead")
    })
}
