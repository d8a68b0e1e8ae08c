//! Which type each tensor gets. Pure: a name, a place in the model and a recipe give a type.

use std::fmt;
use std::str::FromStr;

use crate::gguf::{ModelError, TensorType};

/// A file type as users name it, with llama.cpp's number for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileType {
    /// 32-bit floats.
    F32,
    /// 16-bit IEEE floats.
    F16,
    /// 16-bit floats with the exponent of 32-bit ones.
    BF16,
    /// 8.5 bits per weight.
    Q8_0,
    /// 6.6 bits per weight.
    Q6K,
    /// 5.5 bits per weight, more for the tensors that need it most.
    Q5KM,
    /// 4.5 bits per weight, more for the tensors that need it most.
    Q4KM,
    /// 4.5 bits per weight in the simplest encoding.
    Q4_0,
}

impl FileType {
    /// Every file type, the most precise first.
    pub const ALL: [Self; 8] =
        [Self::F32, Self::F16, Self::BF16, Self::Q8_0, Self::Q6K, Self::Q5KM, Self::Q4KM, Self::Q4_0];

    /// As users write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::BF16 => "bf16",
            Self::Q8_0 => "q8_0",
            Self::Q6K => "q6_k",
            Self::Q5KM => "q5_k_m",
            Self::Q4KM => "q4_k_m",
            Self::Q4_0 => "q4_0",
        }
    }

    /// The name as llama.cpp shows it: `Q4_K_M`.
    #[must_use]
    pub fn shown(self) -> String {
        self.name().to_ascii_uppercase()
    }

    /// llama.cpp's number (`enum llama_ftype`), which `general.file_type` holds.
    #[must_use]
    pub fn id(self) -> u32 {
        match self {
            Self::F32 => 0,
            Self::F16 => 1,
            Self::BF16 => 32,
            Self::Q8_0 => 7,
            Self::Q6K => 18,
            Self::Q5KM => 17,
            Self::Q4KM => 15,
            Self::Q4_0 => 2,
        }
    }

    /// What most weights get.
    #[must_use]
    pub fn default_type(self) -> TensorType {
        match self {
            Self::F32 => TensorType::F32,
            Self::F16 => TensorType::F16,
            Self::BF16 => TensorType::BF16,
            Self::Q8_0 => TensorType::Q8_0,
            Self::Q6K => TensorType::Q6_K,
            Self::Q5KM => TensorType::Q5_K,
            Self::Q4KM => TensorType::Q4_K,
            Self::Q4_0 => TensorType::Q4_0,
        }
    }
}

impl fmt::Display for FileType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for FileType {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        Self::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(text)).ok_or_else(|| {
            let names = Self::ALL.map(Self::shown).join(", ");
            ModelError::Usage(format!("there is no file type {text}; the types are {names}"))
        })
    }
}

/// A file type, and what the user wants otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipe {
    /// The file type.
    pub file_type: FileType,
    /// For the token embedding instead of what the file type says. Of a small model with a large vocabulary it is a
    /// large part, and one that only gets looked up.
    pub token_embedding: Option<TensorType>,
    /// For the LM head instead of what the file type says.
    pub output: Option<TensorType>,
}

impl From<FileType> for Recipe {
    fn from(file_type: FileType) -> Self {
        Self { file_type, token_embedding: None, output: None }
    }
}

/// What the policy knows of a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The GGUF's name for it.
    pub name: &'a str,
    /// Length of its rows.
    pub columns: u64,
    /// Layers of the model.
    pub layers: u64,
    /// Whether the token embedding also serves as the LM head.
    pub tied: bool,
}

/// The type for a tensor that [`may_be_encoded`], as llama.cpp's own mixes choose it (`llama_tensor_get_type` in
/// `src/llama-quant.cpp` of the bundled version, without importance matrix), so that a file made here and one made by
/// `llama-quantize` are alike.
#[must_use]
pub fn tensor_type(place: Place<'_>, recipe: Recipe) -> TensorType {
    let usual = recipe.file_type.default_type();
    let wanted = match role(place.name) {
        Role::TokenEmbedding if recipe.token_embedding.is_some() => recipe.token_embedding,
        Role::Output if recipe.output.is_some() => recipe.output,
        _ if !usual.is_quantized() => None,
        Role::Output => Some(output_type(usual)),
        Role::TokenEmbedding if place.tied => Some(output_type(usual)),
        Role::AttentionValue | Role::FfnDown
            if matches!(recipe.file_type, FileType::Q4KM | FileType::Q5KM)
                && layer(place.name).is_some_and(|layer| needs_more_bits(layer, place.layers)) =>
        {
            Some(TensorType::Q6_K)
        }
        _ => None,
    };
    fitting(wanted.unwrap_or(usual), place.columns)
}

/// Whether llama.cpp can use a tensor in another type than it has: matrices, but for those that are small or are used
/// by operations that know floats only. `dimensions` counts those longer than one, as ggml does.
#[must_use]
pub fn may_be_encoded(name: &str, dimensions: usize) -> bool {
    const KEPT: &[&str] = &[
        "_norm.weight",
        "ffn_gate_inp.weight",
        "ffn_gate_tid2eid.weight",
        "altup",
        "laurel",
        "per_layer_model_proj",
        "position_embd.weight",
        "token_types.weight",
        "ssm_conv1d",
        "shortconv.conv.weight",
        "indexer.k_proj.weight",
        "indexer.q_proj.weight",
        "time_mix_",
        "attn_rel_b.weight",
        ".position_embd",
        "sam.pos_embd",
        "sam.neck.",
        "sam.net_",
        ".rel_pos",
        ".patch_embd",
        ".patch_merger",
        "a.rvq.codebook",
        "mm.a.code_embd",
    ];
    dimensions >= 2 && name.ends_with("weight") && !KEPT.iter().any(|part| name.contains(part))
}

/// Says so when weights, whose rows have these lengths, get a larger type than the recipe's because its blocks do not
/// fit: the file is larger than the user expects.
#[must_use]
pub fn misfits(columns: impl Iterator<Item = u64>, recipe: Recipe) -> Option<String> {
    let usual = recipe.file_type.default_type();
    let block = usual.block_elements();
    let count = columns.filter(|columns| !columns.is_multiple_of(block)).count();
    (count > 0).then(|| {
        format!("{count} tensors have rows that are not a multiple of {block} values long, as {usual} needs, and got a larger type")
    })
}

enum Role {
    TokenEmbedding,
    Output,
    /// The values' projection, alone or fused with others: what suffers most from few bits.
    AttentionValue,
    FfnDown,
    Other,
}

fn role(name: &str) -> Role {
    let has = |part: &str| name.contains(part);
    if name == "output.weight" {
        Role::Output
    } else if name == "token_embd.weight" || name == "per_layer_token_embd.weight" {
        Role::TokenEmbedding
    } else if has("attn_qkv.weight") || has("attn_kv_b.weight") || has("attn_v.weight") {
        Role::AttentionValue
    } else if has("ffn_down") {
        Role::FfnDown
    } else {
        Role::Other
    }
}

/// The LM head gets 6 bits even where everything else gets fewer.
fn output_type(usual: TensorType) -> TensorType {
    if usual == TensorType::Q8_0 { usual } else { TensorType::Q6_K }
}

/// The layer's number in names such as `blk.7.ffn_down.weight`.
fn layer(name: &str) -> Option<u64> {
    name.strip_prefix("blk.")?.split('.').next()?.parse().ok()
}

/// The first and last eighth of the layers, and every third between: llama.cpp's `use_more_bits`.
fn needs_more_bits(layer: u64, layers: u64) -> bool {
    let eighth = layers / 8;
    layer < eighth || layer >= 7 * layers / 8 || (layer - eighth) % 3 == 2
}

/// The type itself if rows of that length fill its blocks, else the one that llama.cpp takes in its place.
fn fitting(wanted: TensorType, columns: u64) -> TensorType {
    let fits = |kind: TensorType| columns.is_multiple_of(kind.block_elements());
    if fits(wanted) {
        return wanted;
    }
    let smaller = match wanted {
        TensorType::Q4_K => TensorType::Q5_0,
        TensorType::Q5_K => TensorType::Q5_1,
        TensorType::Q6_K => TensorType::Q8_0,
        other => other,
    };
    if fits(smaller) { smaller } else { TensorType::F16 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(recipe: impl Into<Recipe>, name: &str, columns: u64, expected: TensorType) {
        let place = Place { name, columns, layers: 16, tied: false };
        assert_eq!(tensor_type(place, recipe.into()), expected, "{name}, {columns} columns");
    }

    /// Layers of 16 that get more bits: the first and last two, and 4, 7, 10 and 13.
    const MORE: [u64; 8] = [0, 1, 4, 7, 10, 13, 14, 15];

    #[test]
    fn the_mixes_are_llama_cpps() {
        use FileType::{Q4_0, Q4KM, Q5KM, Q6K, Q8_0};
        use TensorType as T;
        for (file_type, usual, more, output) in [
            (FileType::F32, T::F32, T::F32, T::F32),
            (FileType::F16, T::F16, T::F16, T::F16),
            (FileType::BF16, T::BF16, T::BF16, T::BF16),
            (Q8_0, T::Q8_0, T::Q8_0, T::Q8_0),
            (Q6K, T::Q6_K, T::Q6_K, T::Q6_K),
            (Q5KM, T::Q5_K, T::Q6_K, T::Q6_K),
            (Q4KM, T::Q4_K, T::Q6_K, T::Q6_K),
            (Q4_0, T::Q4_0, T::Q4_0, T::Q6_K),
        ] {
            check(file_type, "token_embd.weight", 1024, usual);
            check(file_type, "output.weight", 1024, output);
            for layer in 0..16 {
                let sensitive = if MORE.contains(&layer) { more } else { usual };
                check(file_type, &format!("blk.{layer}.attn_qkv.weight"), 1024, sensitive);
                check(file_type, &format!("blk.{layer}.attn_v.weight"), 1024, sensitive);
                check(file_type, &format!("blk.{layer}.ffn_down.weight"), 4096, sensitive);
                check(file_type, &format!("blk.{layer}.ffn_up.weight"), 1024, usual);
                check(file_type, &format!("blk.{layer}.attn_output.weight"), 1024, usual);
            }
        }
    }

    #[test]
    fn few_layers_get_more_bits_where_llama_cpp_gives_them() {
        let more = |layers: u64| (0..layers).filter(|&layer| needs_more_bits(layer, layers)).collect::<Vec<_>>();
        assert_eq!(more(1), [0]);
        assert_eq!(more(2), [1]);
        assert_eq!(more(4), [2, 3]);
        assert_eq!(more(8), [0, 3, 6, 7]);
    }

    #[test]
    fn rows_that_do_not_fill_blocks_fall_back() {
        use FileType::{Q4_0, Q4KM, Q5KM, Q6K, Q8_0};
        for (file_type, columns, expected) in [
            (Q4KM, 320, TensorType::Q5_0),
            (Q5KM, 320, TensorType::Q5_1),
            (Q6K, 320, TensorType::Q8_0),
            (Q8_0, 320, TensorType::Q8_0),
            (Q4_0, 320, TensorType::Q4_0),
            (Q4KM, 80, TensorType::F16),
            (Q8_0, 80, TensorType::F16),
            (FileType::F32, 80, TensorType::F32),
        ] {
            check(file_type, "blk.2.ffn_up.weight", columns, expected);
        }
        check(Q4_0, "output.weight", 320, TensorType::Q8_0);
        check(Q4KM, "blk.0.ffn_down.weight", 320, TensorType::Q8_0);
    }

    #[test]
    fn a_tied_embedding_is_an_lm_head() {
        let place = Place { name: "token_embd.weight", columns: 1024, layers: 16, tied: true };
        assert_eq!(tensor_type(place, FileType::Q4KM.into()), TensorType::Q6_K);
        assert_eq!(tensor_type(place, FileType::Q8_0.into()), TensorType::Q8_0);
    }

    #[test]
    fn overrides_win_and_fit() {
        let recipe = Recipe {
            file_type: FileType::Q6K,
            token_embedding: Some(TensorType::Q5_K),
            output: Some(TensorType::Q8_0),
        };
        check(recipe, "token_embd.weight", 256, TensorType::Q5_K);
        check(recipe, "token_embd.weight", 320, TensorType::Q5_1);
        check(recipe, "output.weight", 256, TensorType::Q8_0);
        check(recipe, "blk.0.ffn_up.weight", 256, TensorType::Q6_K);
    }

    #[test]
    fn only_matrices_that_are_weights_are_encoded() {
        for (name, dimensions, expected) in [
            ("blk.0.attn_qkv.weight", 2, true),
            ("blk.0.ffn_down_exps.weight", 3, true),
            ("output.bias", 1, false),
            ("blk.0.attn_norm.weight", 1, false),
            ("blk.0.attn_q_norm.weight", 2, false),
            ("blk.0.ffn_gate_inp.weight", 2, false),
            ("position_embd.weight", 2, false),
            ("rope_freqs", 2, false),
        ] {
            assert_eq!(may_be_encoded(name, dimensions), expected, "{name}");
        }
    }

    #[test]
    fn file_types_are_read_by_name() {
        for kind in FileType::ALL {
            assert_eq!(kind.name().to_uppercase().parse::<FileType>().unwrap(), kind);
        }
        let message = "q3_k".parse::<FileType>().unwrap_err().to_string();
        assert!(message.contains("q3_k") && message.contains("Q4_K_M"), "{message}");
    }
}
