//! A checkpoint's `config.json`, checked once so that nothing after it meets an impossible shape.

use std::path::Path;

use serde_json::{Map, Value};

use super::fields::{Fields, MAX_SIZE};
use super::{custom, file, is_there};
use crate::gguf::ModelError;

/// The largest CodeGen has 34.
const MAX_LAYERS: usize = 4096;
/// A `config.json` has a few kilobytes.
const MAX_BYTES: u64 = 16 << 20;

/// The shape of a CodeGen model, as its `config.json` says it.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Number of blocks.
    pub n_layer: usize,
    /// Width of the residual stream; a multiple of `n_head`.
    pub n_embd: usize,
    /// Attention heads; a multiple of `blocks`.
    pub n_head: usize,
    /// Blocks of the fused projection, each with the rows of as many heads: [`super::BLOCKS`] but for CodeGen2's smaller models.
    pub blocks: usize,
    /// Width of the MLP's hidden layer.
    pub n_inner: usize,
    /// Tokens of context the model was trained with.
    pub n_positions: usize,
    /// Dimensions of each head that are rotated: even, and at most the head's size.
    pub rotary_dim: usize,
    /// Rows of the embedding, those without a token included.
    pub vocab_size: usize,
    /// Added to the variance in every layer norm.
    pub layer_norm_epsilon: f32,
    /// Whether the LM head's weight is the embedding's.
    pub tie_word_embeddings: bool,
    /// The token that starts a text, if any.
    pub bos_token_id: Option<u32>,
    /// The tokens that end a text, as `config.json` and then `generation_config.json` name them; each once.
    pub eos_token_ids: Vec<u32>,
    /// The name under which the checkpoint was loaded when it was saved (`_name_or_path`).
    pub name: Option<String>,
    /// Sentences about the parts of the file that are ignored.
    pub notes: Vec<String>,
}

impl Config {
    /// Reads and checks the file.
    ///
    /// # Errors
    /// If it cannot be read, is not JSON, is not a CodeGen's, or describes a shape that CodeGen cannot have.
    pub fn read(path: &Path) -> Result<Self, ModelError> {
        let text = file::read_to_string(path, MAX_BYTES)?;
        let mut config = Self::parse(&text, path)?;
        let generation = path.with_file_name("generation_config.json");
        if is_there(&generation) {
            let text = file::read_to_string(&generation, MAX_BYTES)?;
            let fields: Map<String, Value> = serde_json::from_str(&text)
                .map_err(|error| ModelError::invalid(&generation, format!("is not a JSON object: {error}")))?;
            let fields = Fields { fields, path: &generation };
            config.add_ends(&fields)?;
        }
        Ok(config)
    }

    /// Checks the text of a `config.json`; `path` is for messages, and for the code that a checkpoint may bring beside it.
    ///
    /// # Errors
    /// As for [`Self::read`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, ModelError> {
        let fields: Map<String, Value> = serde_json::from_str(text)
            .map_err(|error| ModelError::invalid(path, format!("is not a JSON object: {error}")))?;
        let fields = Fields { fields, path };
        if let Some(problem) = custom::quantization(&fields.fields) {
            return Err(fields.error(problem));
        }

        match fields.get("model_type") {
            Some(Value::String(kind)) if kind == "codegen" => {}
            Some(kind) => {
                return Err(fields.error(format!("describes a model of type {kind}; only \"codegen\" can be read")));
            }
            None => return Err(fields.error("has no model_type; that of a CodeGen model says \"codegen\"")),
        }
        match fields.get("activation_function") {
            None => {}
            Some(Value::String(name)) if name == "gelu_new" || name == "gelu_pytorch_tanh" => {}
            Some(other) => {
                return Err(fields.error(format!("has the activation_function {other}; CodeGen's is \"gelu_new\"")));
            }
        }

        if let Some(problem) = custom::foreign_option(&fields.fields) {
            return Err(fields.error(problem));
        }

        // Sizes have no sensible default; the rest have CodeGenConfig's.
        let mut config = Self {
            n_layer: fields.size("n_layer", None, MAX_LAYERS)?,
            n_embd: fields.size("n_embd", None, MAX_SIZE)?,
            n_head: fields.size("n_head", None, MAX_SIZE)?,
            n_inner: fields.size("n_inner", Some(0), MAX_SIZE)?,
            n_positions: fields.size("n_positions", Some(2048), MAX_SIZE)?,
            rotary_dim: fields.rotary_dim()?,
            vocab_size: fields.size("vocab_size", None, MAX_SIZE)?,
            layer_norm_epsilon: fields.epsilon()?,
            tie_word_embeddings: fields.flag("tie_word_embeddings")?,
            blocks: custom::BLOCKS,
            bos_token_id: None,
            eos_token_ids: Vec::new(),
            name: fields
                .get("_name_or_path")
                .and_then(Value::as_str)
                .filter(|name| !name.is_empty())
                .map(str::to_owned),
            notes: Vec::new(),
        };
        if config.n_inner == 0 {
            config.n_inner = 4 * config.n_embd;
        }
        config.check().map_err(|problem| fields.error(problem))?;
        config.blocks = custom::blocks(&fields, config.name.as_deref(), config.head_size())?;
        config.check().map_err(|problem| fields.error(problem))?;
        config.bos_token_id = fields.tokens("bos_token_id", config.vocab_size, &mut config.notes)?.first().copied();
        config.add_ends(&fields)?;
        Ok(config)
    }

    /// Adds the end tokens that a file names.
    fn add_ends(&mut self, fields: &Fields<'_>) -> Result<(), ModelError> {
        for token in fields.tokens("eos_token_id", self.vocab_size, &mut self.notes)? {
            if !self.eos_token_ids.contains(&token) {
                self.eos_token_ids.push(token);
            }
        }
        Ok(())
    }

    /// Dimensions of one attention head.
    #[must_use]
    pub fn head_size(&self) -> usize {
        self.n_embd / self.n_head
    }

    /// Returns the reason why no CodeGen can have this shape, if there is one.
    pub(crate) fn check(&self) -> Result<(), String> {
        let Self { n_layer, n_embd, n_head, blocks, n_positions, rotary_dim, vocab_size, .. } = *self;
        for (name, value) in [
            ("n_layer", n_layer),
            ("n_embd", n_embd),
            ("n_head", n_head),
            ("n_positions", n_positions),
            ("vocab_size", vocab_size),
        ] {
            if value == 0 {
                return Err(format!("has {name} 0; it has to be positive"));
            }
        }
        if !n_head.is_multiple_of(blocks) {
            return Err(format!("has n_head {n_head}; CodeGen's head count is divisible by {blocks}"));
        }
        if !n_embd.is_multiple_of(n_head) {
            return Err(format!("has n_embd {n_embd} and n_head {n_head}; n_embd has to be divisible by n_head"));
        }
        if rotary_dim == 0 || !rotary_dim.is_multiple_of(2) || rotary_dim > self.head_size() {
            return Err(format!(
                "has rotary_dim {rotary_dim}; it has to be even, positive and at most the head size, {}",
                self.head_size()
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str =
        r#"{"model_type":"codegen","n_layer":2,"n_embd":256,"n_head":4,"rotary_dim":32,"vocab_size":512}"#;

    #[test]
    fn defaults_are_those_of_transformers() {
        let config = Config::parse(SMALL, Path::new("config.json")).unwrap();
        assert_eq!(
            config,
            Config {
                n_layer: 2,
                n_embd: 256,
                n_head: 4,
                n_inner: 1024,
                n_positions: 2048,
                rotary_dim: 32,
                vocab_size: 512,
                layer_norm_epsilon: 1e-5,
                tie_word_embeddings: false,
                blocks: 4,
                bos_token_id: None,
                eos_token_ids: Vec::new(),
                name: None,
                notes: Vec::new(),
            }
        );
        assert_eq!(config.head_size(), 64);
    }

    #[test]
    fn what_codegen_cannot_be_is_refused_by_name() {
        for (field, value, expected) in [
            ("model_type", "\"gpt2\"", "model of type \"gpt2\""),
            ("activation_function", "\"relu\"", "activation_function \"relu\""),
            ("n_head", "6", "head count is divisible by 4"),
            ("n_head", "8.5", "n_head 8.5"),
            ("n_head", "0", "n_head 0"),
            ("n_embd", "258", "divisible by n_head"),
            ("n_embd", "null", "has no n_embd"),
            ("n_embd", "99999999999", "n_embd 99999999999"),
            ("n_layer", "-1", "n_layer -1"),
            ("rotary_dim", "null", "rotary_dim null"),
            ("rotary_dim", "33", "rotary_dim 33"),
            ("rotary_dim", "66", "at most the head size, 64"),
            ("rotary_dim", "0", "rotary_dim 0"),
            ("layer_norm_epsilon", "-1", "layer_norm_epsilon"),
            ("eos_token_id", "[\"a\"]", "a list of such is expected"),
            ("eos_token_id", "1.5", "a list of such is expected"),
            ("tie_word_embeddings", "1", "true or false"),
        ] {
            let mut fields: Map<String, Value> = serde_json::from_str(SMALL).unwrap();
            fields.insert(field.to_owned(), serde_json::from_str(value).unwrap());
            let text = serde_json::to_string(&fields).unwrap();
            let error = Config::parse(&text, Path::new("config.json")).unwrap_err().to_string();
            assert!(error.starts_with("config.json: ") && error.contains(expected), "{field}: {value}: {error}");
        }
    }

    #[test]
    fn the_ends_of_texts_are_one_or_several_and_in_the_vocabulary() {
        for (value, ends, notes) in [
            ("256", &[256][..], 0),
            ("[3, 256, 3]", &[3, 256], 0),
            ("null", &[], 0),
            ("50256", &[], 1),
            ("[-1, 7]", &[7], 1),
        ] {
            let mut fields: Map<String, Value> = serde_json::from_str(SMALL).unwrap();
            fields.insert("eos_token_id".to_owned(), serde_json::from_str(value).unwrap());
            let config = Config::parse(&Value::from(fields).to_string(), Path::new("config.json")).unwrap();
            assert_eq!((config.eos_token_ids.as_slice(), config.notes.len()), (ends, notes), "{value}");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        std::fs::write(&path, SMALL).unwrap();
        std::fs::write(folder.path().join("generation_config.json"), r#"{"eos_token_id": [5, 900]}"#).unwrap();
        let config = Config::read(&path).unwrap();
        assert_eq!((config.eos_token_ids.as_slice(), config.notes.len()), (&[5][..], 1));
        assert!(config.notes[0].contains("900 in generation_config.json"), "{:?}", config.notes);
    }
}
