//! Whole weights of the base that peft saves beside an adapter's matrices. By default it does so whenever the LM head
//! has an adapter, because the user may have resized it.

use std::path::Path;

use super::base::Base;
use super::mapping::{self, PREFIX};
use crate::checkpoint::{Checkpoint, SourceTensor, Weights};
use crate::gguf::ModelError;
use crate::model::convert::mapping::{EMBEDDING, LM_HEAD};
use crate::model::quantize::encode::slab_rows;

/// Stands in a copy's name between the module and the parameter.
const COPIED: &str = ".base_layer.";

/// Weights that have a row for each token. peft saves them under their own names where the vocabulary was resized, or where
/// it is told to.
const WHOLE: [&str; 3] = [EMBEDDING, LM_HEAD, "lm_head.bias"];

/// The adapter's tensors without those that the base has, too. `path` is the adapter's, for messages.
///
/// # Errors
/// If one differs from the base's, or the base is not a checkpoint's folder, so that nothing can be compared.
pub(super) fn left_out(weights: &Weights, base: &Base, path: &Path) -> Result<Vec<SourceTensor>, ModelError> {
    let is_copy = |tensor: &&SourceTensor| {
        tensor.name.strip_prefix(PREFIX).is_some_and(|name| name.contains(COPIED) || WHOLE.contains(&name))
    };
    let (copies, own): (Vec<&SourceTensor>, Vec<&SourceTensor>) = weights.tensors().iter().partition(is_copy);
    if let Some(first) = copies.first() {
        if let Some(problem) = copies.iter().find_map(|copy| resized(copy, base)) {
            return Err(ModelError::invalid(path, problem));
        }
        if !base.path.is_dir() {
            let problem = format!(
                "has {}, a copy of the base's; pass the base's Hugging Face folder as --base, so that the two can be compared, \
                 or save the adapter with save_embedding_layers=False",
                first.name
            );
            return Err(ModelError::invalid(path, problem));
        }
        let base = Checkpoint::open(&base.path)?.weights;
        for copy in copies {
            if !is_same(weights, copy, &base)? {
                let problem = format!(
                    "has {}, which is not the base's: it was changed, or saved in another type; merge the adapter into its \
                     model instead, or save it with save_embedding_layers=False",
                    copy.name
                );
                return Err(ModelError::invalid(path, problem));
            }
        }
    }
    Ok(own.into_iter().cloned().collect())
}

/// Returns a message if a copy has more or fewer rows than the base has tokens.
fn resized(copy: &SourceTensor, base: &Base) -> Option<String> {
    let name = copy.name.strip_prefix(PREFIX)?.replace(COPIED, ".");
    let (rows, tokens) = (*copy.shape.first()?, base.config.vocab_size);
    let fits = copy.shape.get(1).is_none_or(|&columns| columns == base.config.n_embd);
    (WHOLE.contains(&name.as_str()) && fits && rows != tokens).then(|| mapping::resized(&copy.name, rows, tokens))
}

/// Whether a copy is as the base has it, to the last bit.
fn is_same(weights: &Weights, copy: &SourceTensor, base: &Weights) -> Result<bool, ModelError> {
    let name = copy.name.strip_prefix(PREFIX).unwrap_or(&copy.name).replace(COPIED, ".");
    let Some(original) = base.tensors().iter().find(|tensor| tensor.name == name) else { return Ok(false) };
    let Some((&rows, inner)) = copy.shape.split_first() else { return Ok(false) };
    if original.shape != copy.shape {
        return Ok(false);
    }
    let step = usize::try_from(slab_rows(inner.iter().product::<usize>() as u64)).unwrap_or(usize::MAX);
    let (mut ours, mut its) = (Vec::new(), Vec::new());
    for start in (0..rows).step_by(step) {
        let range = start..start.saturating_add(step).min(rows);
        weights.read_rows(&copy.name, range.clone(), &mut ours)?;
        base.read_rows(&name, range, &mut its)?;
        if ours != its {
            return Ok(false);
        }
    }
    Ok(true)
}
