//! A GGUF's description, as text and as data.

use std::fmt;
use std::path::{Path, PathBuf};

use codegen_core::printable;
use serde::Serialize;

use super::AdapterSummary;
use super::convert::TOKENIZER_JSON;
use crate::gguf::{Gguf, ModelError, TensorType, Value};
use crate::model::quantize::recipe::FileType;
use crate::model::quantize::writer::{TypeUsage, usage};

/// A GGUF's description. A field that the file does not give is `None`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    /// The file.
    pub path: PathBuf,
    /// Its length in bytes.
    pub bytes: u64,
    /// The format's version.
    pub version: u32,
    /// `general.architecture`: which of llama.cpp's graphs runs it.
    pub architecture: Option<String>,
    /// `general.name`.
    pub name: Option<String>,
    /// The file type, by its name where it has one here.
    pub file_type: Option<String>,
    /// Values of all tensors.
    pub parameters: u64,
    /// Tokens of context the model was trained with.
    pub context: Option<u64>,
    /// Repeating layers.
    pub layers: Option<u64>,
    /// Width of the residual stream.
    pub embedding: Option<u64>,
    /// Width of the MLP's hidden layer.
    pub feed_forward: Option<u64>,
    /// Attention heads.
    pub heads: Option<u64>,
    /// Heads of keys and values.
    pub heads_kv: Option<u64>,
    /// Dimensions of a head that are rotated.
    pub rotary: Option<u64>,
    /// The adapter's description, if the file is an adapter.
    pub adapter: Option<AdapterSummary>,
    /// The tokenizer.
    pub tokenizer: Tokenizer,
    /// The origin of the file: the `general.` keys that give it.
    pub provenance: Vec<(String, String)>,
    /// The number of tensors and bytes of each type.
    pub types: Vec<TypeUsage>,
    /// Every tensor.
    pub tensors: Vec<Tensor>,
}

/// A tokenizer's description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tokenizer {
    /// Its kind, such as `gpt2`.
    pub model: Option<String>,
    /// How text is split before merging.
    pub splitter: Option<String>,
    /// Number of tokens.
    pub tokens: Option<usize>,
    /// Number of merges.
    pub merges: Option<usize>,
    /// The token that ends a text.
    pub end_of_text: Option<u64>,
    /// Whether the source's `tokenizer.json` is in the file.
    pub has_source: bool,
}

/// A tensor's description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// Its lengths, **rows first** as in Python.
    pub shape: Vec<u64>,
    /// How it is stored.
    #[serde(rename = "type")]
    pub kind: TensorType,
    /// Bytes of its data.
    pub bytes: u64,
}

/// Describes a GGUF without reading its weights.
///
/// # Errors
/// If the file cannot be read or is not a complete GGUF.
pub fn inspect(path: &Path) -> Result<Inspection, ModelError> {
    Ok(Inspection::new(&Gguf::open(path)?))
}

impl Inspection {
    fn new(gguf: &Gguf) -> Self {
        let metadata = &gguf.metadata;
        let text = |key: &str| metadata.str(key).map(str::to_owned);
        let architecture = text("general.architecture");
        let prefix = architecture.clone().unwrap_or_default();
        let number = |key: &str| metadata.u64(&format!("{prefix}.{key}"));
        let length = |key: &str| metadata.get(key).and_then(Value::array_len);
        Self {
            path: gguf.path.clone(),
            bytes: gguf.file_bytes,
            version: gguf.version,
            name: text("general.name"),
            file_type: metadata.u64("general.file_type").map(file_type_name),
            parameters: gguf.tensors.iter().fold(0, |sum, tensor| sum.saturating_add(tensor.elements())),
            context: number("context_length"),
            layers: number("block_count"),
            embedding: number("embedding_length"),
            feed_forward: number("feed_forward_length"),
            heads: number("attention.head_count"),
            heads_kv: number("attention.head_count_kv"),
            rotary: number("rope.dimension_count"),
            adapter: AdapterSummary::of(gguf),
            tokenizer: Tokenizer {
                model: text("tokenizer.ggml.model"),
                splitter: text("tokenizer.ggml.pre"),
                tokens: length("tokenizer.ggml.tokens"),
                merges: length("tokenizer.ggml.merges"),
                end_of_text: metadata.u64("tokenizer.ggml.eos_token_id"),
                has_source: metadata.get(TOKENIZER_JSON).is_some(),
            },
            provenance: provenance(gguf),
            types: usage(&gguf.tensors),
            tensors: gguf
                .tensors
                .iter()
                .map(|tensor| Tensor {
                    name: tensor.name.clone(),
                    shape: tensor.shape.iter().rev().copied().collect(),
                    kind: tensor.kind,
                    bytes: tensor.bytes(),
                })
                .collect(),
            architecture,
        }
    }
}

fn provenance(gguf: &Gguf) -> Vec<(String, String)> {
    const TOLD: [&str; 5] = ["author", "license", "organization", "quantized_by", "url"];
    let told = |key: &&str| key.starts_with("source.") || TOLD.contains(key);
    gguf.metadata
        .iter()
        .filter_map(|(key, value)| Some((key.strip_prefix("general.").filter(told)?, value.as_str()?)))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

fn file_type_name(id: u64) -> String {
    let known = FileType::ALL.into_iter().find(|kind| u64::from(kind.id()) == id);
    known.map_or_else(|| format!("llama.cpp's number {id}"), |kind| kind.name().to_owned())
}

/// Bytes in a unit that leaves a readable number.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64;
    let mut unit = "B";
    for next in UNITS {
        // Not 1000, which would show 999 999 bytes as 1000.0 kB.
        if value < 999.95 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    format!("{value:.1} {unit}")
}

/// `blk.7.ffn_up.weight` as `blk.*.ffn_up.weight`, so that equal tensors of all layers make one line.
fn without_layer(name: &str) -> String {
    match name.split_once('.') {
        Some(("blk", rest)) => match rest.split_once('.') {
            Some((layer, rest)) if layer.parse::<u32>().is_ok() => format!("blk.*.{rest}"),
            _ => name.to_owned(),
        },
        _ => name.to_owned(),
    }
}

impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        line(f, "file", format!("{} ({}, GGUF version {})", self.path.display(), size(self.bytes), self.version))?;
        line(f, "name", self.name.clone().unwrap_or_else(|| "?".to_owned()))?;
        line(f, "architecture", self.architecture.clone().unwrap_or_else(|| "?".to_owned()))?;
        let file_type = self.file_type.as_ref().map(|name| name.parse().map_or_else(|_| name.clone(), FileType::shown));
        line(f, "file type", file_type.unwrap_or_else(|| "?".to_owned()))?;
        line(f, "parameters", format!("{:.1} million", self.parameters as f64 / 1e6))?;
        match &self.adapter {
            Some(adapter) => {
                line(f, "adapter", format!("{}, {adapter}", adapter.kind.as_deref().unwrap_or("?")))?;
                line(f, "for the model", adapter.base.clone().unwrap_or_else(|| "?".to_owned()))?;
            }
            None => self.network(f)?,
        }
        for (key, value) in &self.provenance {
            line(f, key, value.clone())?;
        }
        for TypeUsage { kind, tensors, bytes } in &self.types {
            let s = if *tensors == 1 { "" } else { "s" };
            line(f, &kind.shown(), format!("{tensors} tensor{s}, {}", size(*bytes)))?;
        }
        self.table(f)
    }
}

fn line(f: &mut fmt::Formatter<'_>, label: &str, text: String) -> fmt::Result {
    // Names and texts come from the file.
    writeln!(f, "{:<21} {}", printable::line(label), printable::line(&text))
}

impl Inspection {
    /// Writes the shape of the network and its tokenizer.
    fn network(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or = |value: Option<u64>| value.map_or_else(|| "?".to_owned(), |value| value.to_string());
        line(f, "context", format!("{} tokens", or(self.context)))?;
        let heads = format!("{} heads ({} of keys and values)", or(self.heads), or(self.heads_kv));
        let widths = format!("width {}, MLP {}", or(self.embedding), or(self.feed_forward));
        line(f, "shape", format!("{} layers, {widths}, {heads}, rotary {}", or(self.layers), or(self.rotary)))?;
        let Tokenizer { model, splitter, tokens, merges, end_of_text, has_source } = &self.tokenizer;
        let kind = format!("{} / {}", model.as_deref().unwrap_or("?"), splitter.as_deref().unwrap_or("?"));
        let count = |value: &Option<usize>| or(value.map(|value| value as u64));
        let sizes = format!("{} tokens, {} merges", count(tokens), count(merges));
        let source = if *has_source { "with" } else { "without" };
        line(
            f,
            "tokenizer",
            format!("{kind}, {sizes}, end of text {}, {source} the source's tokenizer.json", or(*end_of_text)),
        )
    }
}

impl Inspection {
    /// The tensors, equal ones of all layers in one line.
    fn table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines: Vec<(String, &Tensor, u64)> = Vec::new();
        for tensor in &self.tensors {
            let name = without_layer(&printable::line(&tensor.name));
            let same = |(other, first, _): &&mut (String, &Tensor, u64)| {
                *other == name && first.kind == tensor.kind && first.shape == tensor.shape
            };
            match lines.iter_mut().find(same) {
                Some(line) => line.2 += 1,
                None => lines.push((name, tensor, 1)),
            }
        }
        let width = lines.iter().map(|line| line.0.chars().count()).max().unwrap_or(0).max(6);
        writeln!(f, "\n{:<width$}  {:>5}  {:>20}  {:<7}  {:>10}", "tensor", "count", "shape", "type", "each")?;
        for (name, tensor, count) in lines {
            let shape: Vec<String> = tensor.shape.iter().map(u64::to_string).collect();
            let (shape, each) = (shape.join(" x "), size(tensor.bytes));
            writeln!(f, "{name:<width$}  {count:>5}  {shape:>20}  {:<7}  {each:>10}", tensor.kind.shown())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gguf::{Metadata, TensorInfo, Writer};

    #[test]
    fn sizes_have_a_unit_that_fits() {
        for (bytes, expected) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (999_949, "999.9 kB"),
            (999_999, "1.0 MB"),
            (28_549_216, "28.5 MB"),
            (12_345_678_901, "12.3 GB"),
            (u64::MAX, "18446744.1 TB"),
        ] {
            assert_eq!(size(bytes), expected);
        }
    }

    /// A file with two layers of one tensor that have different types, and nothing said about its shape.
    fn unusual() -> Inspection {
        let tensor = |name: &str, kind| TensorInfo { name: name.to_owned(), shape: vec![32, 2], kind, offset: 0 };
        let tensors = [
            tensor("blk.0.ffn_up.weight", TensorType::Q8_0),
            tensor("blk.1.ffn_up.weight", TensorType::Q8_0),
            tensor("blk.2.ffn_up.weight", TensorType::F16),
            tensor("blk.x.ffn_up.weight", TensorType::F16),
        ];
        let mut metadata = Metadata::default();
        metadata.set("general.architecture", "strange");
        metadata.set("general.file_type", 4711);
        metadata.set("general.license", "mit");
        metadata.set("general.source.url", "a place");
        metadata.set("general.tags", Value::strings(["a"]));
        metadata.set("strange.context_length", Value::I64(-1));
        let mut bytes = Vec::new();
        if let Ok(mut writer) = Writer::new(&mut bytes, &metadata, &tensors) {
            for tensor in &tensors {
                assert!(writer.write(&vec![0; tensor.bytes() as usize]).is_ok());
            }
        }
        Gguf::parse(bytes.as_slice(), bytes.len() as u64, Path::new("strange.gguf"))
            .map(|gguf| Inspection::new(&gguf))
            .unwrap_or_else(|error| unreachable!("{error}"))
    }

    #[test]
    fn equal_tensors_of_all_layers_make_one_line_and_unknowns_are_question_marks() {
        insta::assert_snapshot!(unusual(), @r"
        file                  strange.gguf (960 B, GGUF version 3)
        name                  ?
        architecture          strange
        file type             llama.cpp's number 4711
        parameters            0.0 million
        context               ? tokens
        shape                 ? layers, width ?, MLP ?, ? heads (? of keys and values), rotary ?
        tokenizer             ? / ?, ? tokens, ? merges, end of text ?, without the source's tokenizer.json
        license               mit
        source.url            a place
        F16                   2 tensors, 256 B
        Q8_0                  2 tensors, 136 B

        tensor               count                 shape  type           each
        blk.*.ffn_up.weight      2                2 x 32  Q8_0           68 B
        blk.*.ffn_up.weight      1                2 x 32  F16           128 B
        blk.x.ffn_up.weight      1                2 x 32  F16           128 B
        ");
    }

    #[test]
    fn json_names_types_and_says_null_for_what_is_not_known() {
        let json = serde_json::to_value(unusual()).unwrap_or_default();
        assert_eq!(json["tensors"][0]["type"], "q8_0");
        assert_eq!(json["tensors"][0]["shape"], serde_json::json!([2, 32]));
        assert_eq!(json["layers"], serde_json::Value::Null);
        assert_eq!(json["types"][1], serde_json::json!({"type": "q8_0", "tensors": 2, "bytes": 136}));
    }
}
