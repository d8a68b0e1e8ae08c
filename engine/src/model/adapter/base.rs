//! The shape of the model that an adapter is for.

use std::path::{Path, PathBuf};

use crate::checkpoint::folder::{self, Located};
use crate::checkpoint::{BLOCKS, Config};
use crate::gguf::output::folder_name;
use crate::gguf::{Gguf, ModelError};
use crate::model::convert::QKV_BLOCKS;
use crate::model::resolve::{BUILTIN, resolve};

/// A base: its shape, and what it is called.
#[derive(Debug)]
pub(super) struct Base {
    pub config: Config,
    pub name: Option<String>,
    /// Its file or folder.
    pub path: PathBuf,
}

impl Base {
    /// Reads the base of that name: a checkpoint folder, a GGUF made of one, or the built-in model.
    pub fn open(name: &str) -> Result<Self, ModelError> {
        if name != BUILTIN && Path::new(name).is_dir() {
            return Self::folder(Path::new(name));
        }
        Self::gguf(&Gguf::open(&resolve(name)?)?)
    }

    /// The base that the adapter itself names, if that is a folder here.
    pub fn named_by(adapter: &Path, name: Option<&str>) -> Result<Self, ModelError> {
        let is_base = |name: &&Path| folder::locate(name).is_ok_and(|found| found.folder.join("config.json").is_file());
        let folder = name.map(Path::new).filter(is_base);
        folder.map_or_else(
            || {
                let named = name.map_or_else(|| "it does not say which".to_owned(), |name| format!("it says {name:?}"));
                Err(ModelError::invalid(
                    adapter,
                    format!(
                        "was trained on a model that is not here ({named}); pass --base with that model: its Hugging Face \
                         folder, a GGUF converted from it, or builtin"
                    ),
                ))
            },
            Self::folder,
        )
    }

    fn folder(path: &Path) -> Result<Self, ModelError> {
        let Located { folder, name, .. } = folder::locate(path)?;
        folder::check(&folder)?;
        let config = Config::read(&folder.join("config.json"))?;
        Ok(Self { name: name.or_else(|| config.name.clone()).or_else(|| folder_name(&folder)), config, path: folder })
    }

    /// Accepts only a file made from a CodeGen, because other models' rows are in a different order.
    fn gguf(gguf: &Gguf) -> Result<Self, ModelError> {
        let metadata = &gguf.metadata;
        let invalid = |problem: String| ModelError::invalid(&gguf.path, problem);
        if metadata.str("general.source.architecture") != Some("codegen") {
            return Err(invalid(
                "was not made from a CodeGen checkpoint by this program, so an adapter cannot be fitted to it"
                    .to_owned(),
            ));
        }
        let number = |key: &str| {
            let key = format!("phi2.{key}");
            let value = metadata.u64(&key).filter(|&value| value < 1 << 24);
            value.map(|value| value as usize).ok_or_else(|| invalid(format!("does not say its {key}")))
        };
        let embedding = gguf.tensor("token_embd.weight").ok_or_else(|| invalid("has no embedding".to_owned()))?;
        let config = Config {
            n_layer: number("block_count")?,
            n_embd: number("embedding_length")?,
            n_head: number("attention.head_count")?,
            n_inner: number("feed_forward_length")?,
            n_positions: number("context_length")?,
            rotary_dim: number("rope.dimension_count")?,
            vocab_size: usize::try_from(embedding.rows()).unwrap_or(usize::MAX),
            layer_norm_epsilon: 1e-5,
            tie_word_embeddings: false,
            blocks: match metadata.u64(QKV_BLOCKS) {
                None => BLOCKS,
                Some(blocks) => usize::try_from(blocks)
                    .ok()
                    .filter(|blocks| (1..=1024).contains(blocks))
                    .ok_or_else(|| invalid(format!("has {QKV_BLOCKS} {blocks}, which no CodeGen has")))?,
            },
            bos_token_id: None,
            eos_token_ids: Vec::new(),
            name: None,
            notes: Vec::new(),
        };
        config.check().map_err(invalid)?;
        // No more layers than there are tensors of them; a damaged file must not make us list millions.
        if config.n_layer > gguf.tensors.len() {
            return Err(invalid(format!("has {} layers, but {} tensors", config.n_layer, gguf.tensors.len())));
        }
        Ok(Self { config, name: metadata.str("general.name").map(str::to_owned), path: gguf.path.clone() })
    }
}
