//! The fields of a JSON object, checked one by one.

use std::path::Path;

use serde_json::{Map, Value};

use crate::gguf::ModelError;

/// No sensible model has more units, heads, tokens or positions than this; products of two such numbers fit a `u64`.
pub(super) const MAX_SIZE: usize = 1 << 24;

/// A JSON object whose complaints name its file.
pub(super) struct Fields<'a> {
    pub fields: Map<String, Value>,
    pub path: &'a Path,
}

impl Fields<'_> {
    /// The field's value; a null counts as absent, as it does for transformers.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    pub fn error(&self, problem: impl Into<String>) -> ModelError {
        ModelError::invalid(self.path, problem)
    }

    pub fn size(&self, name: &str, default: Option<usize>, max: usize) -> Result<usize, ModelError> {
        let Some(value) = self.get(name) else {
            return default.ok_or_else(|| self.error(format!("has no {name}")));
        };
        value
            .as_u64()
            .and_then(|value| usize::try_from(value).ok())
            .filter(|value| *value <= max)
            .ok_or_else(|| self.error(format!("has {name} {value}; a whole number up to {max} is expected")))
    }

    /// transformers cannot run a CodeGen whose `rotary_dim` is null (its sine table then has the model's width, not the
    /// head's), so there is nothing to be faithful to; absent, it has CodeGenConfig's default.
    pub fn rotary_dim(&self) -> Result<usize, ModelError> {
        if self.fields.get("rotary_dim").is_some_and(Value::is_null) {
            return Err(self.error("has rotary_dim null, with which CodeGen does not run; a number is expected"));
        }
        self.size("rotary_dim", Some(64), MAX_SIZE)
    }

    pub fn epsilon(&self) -> Result<f32, ModelError> {
        let Some(value) = self.get("layer_norm_epsilon") else {
            return Ok(1e-5);
        };
        #[allow(clippy::cast_possible_truncation)]
        let epsilon = value.as_f64().map(|epsilon| epsilon as f32);
        epsilon
            .filter(|epsilon| *epsilon > 0.0 && *epsilon < 1.0)
            .ok_or_else(|| self.error(format!("has layer_norm_epsilon {value}; a small positive number is expected")))
    }

    pub fn flag(&self, name: &str) -> Result<bool, ModelError> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(self.error(format!("has {name} {other}; true or false is expected"))),
        }
    }

    /// One token or a list of them. Numbers outside the vocabulary, such as the defaults of a model with a smaller one or
    /// the -1 of some trainers, mean no token; a note says so.
    pub fn tokens(&self, name: &str, vocabulary: usize, notes: &mut Vec<String>) -> Result<Vec<u32>, ModelError> {
        let expected =
            |value: &Value| self.error(format!("has {name} {value}; a token's number or a list of such is expected"));
        let values = match self.get(name) {
            None => return Ok(Vec::new()),
            Some(Value::Array(values)) => values.as_slice(),
            Some(value) => std::slice::from_ref(value),
        };
        let mut tokens = Vec::new();
        for value in values {
            let number = value.as_i64().ok_or_else(|| expected(value))?;
            match u32::try_from(number).ok().filter(|&token| (token as usize) < vocabulary) {
                Some(token) => tokens.push(token),
                None => notes.push(format!(
                    "{} {number} in {} is outside the vocabulary of {vocabulary}, and is passed over",
                    name,
                    self.path.file_name().unwrap_or_default().to_string_lossy()
                )),
            }
        }
        Ok(tokens)
    }
}
