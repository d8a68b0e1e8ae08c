//! Makes LoRA adapters in peft's format for CodeGen checkpoints, and merges them as peft does: on the checkpoint's own
//! matrices, so that nothing of the conversion is in what it is compared with.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use codegen_engine::checkpoint::Checkpoint;
use codegen_engine::gguf::{Metadata, TensorInfo, TensorType, Value as GgufValue, Writer};
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::{Map, Value, json};

/// What an adapter can be added to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Module {
    Qkv,
    OutProj,
    FcIn,
    FcOut,
    LmHead,
    Wte,
}

pub const ALL: [Module; 6] = [Module::Qkv, Module::OutProj, Module::FcIn, Module::FcOut, Module::LmHead, Module::Wte];

impl Module {
    /// Whether every layer has one.
    pub fn layered(self) -> bool {
        !matches!(self, Self::LmHead | Self::Wte)
    }

    /// The last part of its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Qkv => "qkv_proj",
            Self::OutProj => "out_proj",
            Self::FcIn => "fc_in",
            Self::FcOut => "fc_out",
            Self::LmHead => "lm_head",
            Self::Wte => "wte",
        }
    }
}

/// An adapter: what peft is configured with.
#[derive(Debug, Clone, Default)]
pub struct Adapter {
    pub modules: Vec<Module>,
    pub rank: usize,
    pub alpha: f64,
    pub rslora: bool,
    pub ranks: Vec<(Module, usize)>,
    pub alphas: Vec<(Module, f64)>,
}

/// A tensor's shape, rows first, and its elements.
pub type Matrix = (Vec<usize>, Vec<f32>);

/// The two matrices for one of the model's.
pub struct Pair {
    pub module: Module,
    /// The model's matrix.
    pub weight: String,
    pub scale: f64,
    pub a: Matrix,
    pub b: Matrix,
}

impl Adapter {
    fn rank(&self, module: Module) -> usize {
        self.ranks.iter().find(|(other, _)| *other == module).map_or(self.rank, |(_, rank)| *rank)
    }

    fn scale(&self, module: Module) -> f64 {
        let alpha = self.alphas.iter().find(|(other, _)| *other == module).map_or(self.alpha, |(_, alpha)| *alpha);
        let rank = self.rank(module) as f64;
        alpha / if self.rslora { rank.sqrt() } else { rank }
    }

    /// Its matrices for a checkpoint.
    pub fn pairs(&self, checkpoint: &Checkpoint) -> Vec<Pair> {
        let mut pairs = Vec::new();
        for tensor in checkpoint.weights.tensors() {
            let ends = |module: &&Module| tensor.name.ends_with(&format!("{}.weight", module.name()));
            let Some(&module) = self.modules.iter().find(ends) else { continue };
            let rank = self.rank(module);
            let (rows, columns) = match module {
                Module::Wte => (tensor.shape[1], tensor.shape[0]),
                _ => (tensor.shape[0], tensor.shape[1]),
            };
            // What is added is about a quarter of what the matrix itself does.
            let spread = 0.25 / (rank as f64).sqrt() / self.scale(module);
            let spread = if module == Module::Wte { spread } else { spread / (columns as f64).sqrt() };
            pairs.push(Pair {
                module,
                weight: tensor.name.clone(),
                scale: self.scale(module),
                a: (vec![rank, columns], noise(&format!("{} A", tensor.name), rank * columns, 1.0)),
                b: (vec![rows, rank], noise(&format!("{} B", tensor.name), rows * rank, spread)),
            });
        }
        pairs
    }

    /// What peft writes of its configuration.
    pub fn config(&self, base: &str) -> Value {
        let pattern =
            |value: Vec<(&str, Value)>| Value::Object(value.into_iter().map(|(k, v)| (k.to_owned(), v)).collect());
        json!({
            "peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": base, "r": self.rank,
            "lora_alpha": self.alpha, "use_rslora": self.rslora, "bias": "none", "use_dora": false,
            "modules_to_save": null, "fan_in_fan_out": false, "init_lora_weights": true, "lora_dropout": 0.0,
            "rank_pattern": pattern(self.ranks.iter().map(|(module, rank)| (module.name(), json!(rank))).collect()),
            "alpha_pattern": pattern(self.alphas.iter().map(|(module, alpha)| (module.name(), json!(alpha))).collect()),
        })
    }

    /// Writes the folder that peft would write.
    pub fn write(&self, base: &Path, folder: &Path) {
        let checkpoint = Checkpoint::open(base).unwrap();
        let mut tensors = BTreeMap::new();
        for Pair { module, weight, a, b, .. } in self.pairs(&checkpoint) {
            let module_name = weight.strip_suffix(".weight").unwrap();
            for (half, matrix) in [("A", a), ("B", b)] {
                let name = match module {
                    Module::Wte => format!("base_model.model.{module_name}.lora_embedding_{half}"),
                    _ => format!("base_model.model.{module_name}.lora_{half}.weight"),
                };
                tensors.insert(name, matrix);
            }
        }
        fs::write(folder.join("adapter_config.json"), self.config(base.to_str().unwrap()).to_string()).unwrap();
        save(&tensors, &folder.join("adapter_model.safetensors"));
    }
}

/// Writes tensors as 32-bit floats.
pub fn save(tensors: &BTreeMap<String, Matrix>, file: &Path) {
    let bytes = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let data: Vec<_> = tensors.iter().map(|(name, (shape, values))| (name, shape.clone(), bytes(values))).collect();
    let views =
        data.iter().map(|(name, shape, bytes)| (*name, TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap()));
    safetensors::serialize_to_file(views, None, file).unwrap();
}

/// Writes the checkpoint with an adapter merged into it: each matrix plus its scaled product, in 64-bit floats.
pub fn merge(base: &Path, adapter: &Adapter, folder: &Path) {
    let checkpoint = Checkpoint::open(base).unwrap();
    let mut tensors = BTreeMap::new();
    for tensor in checkpoint.weights.tensors() {
        if tensor.name.ends_with("causal_mask")
            || tensor.name.ends_with("attn.bias")
            || tensor.name.ends_with("masked_bias")
        {
            continue;
        }
        let mut values = Vec::new();
        checkpoint.weights.read_rows(&tensor.name, 0..tensor.shape[0], &mut values).unwrap();
        tensors.insert(tensor.name.clone(), (tensor.shape.clone(), values));
    }
    for Pair { module, weight, scale, a, b } in adapter.pairs(&checkpoint) {
        let (shape, values) = tensors.get_mut(&weight).unwrap();
        let (rank, inputs) = (a.0[0], a.0[1]);
        for (index, value) in values.iter_mut().enumerate() {
            let (row, column) = (index / shape[1], index % shape[1]);
            // A linear layer's rows are its outputs, an embedding's are tokens, its inputs.
            let (output, input) = if module == Module::Wte { (column, row) } else { (row, column) };
            let product: f64 =
                (0..rank).map(|at| f64::from(b.1[output * rank + at]) * f64::from(a.1[at * inputs + input])).sum();
            *value = (f64::from(*value) + scale * product) as f32;
        }
    }
    save(&tensors, &folder.join("model.safetensors"));
    for entry in fs::read_dir(base).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let weights = name.contains("safetensors") || name.contains(".bin") || name == "sha256.json";
        if !weights {
            fs::copy(&path, folder.join(name)).unwrap();
        }
    }
}

/// Writes an adapter for the built-in model, of one matrix and small numbers.
pub fn write_for_builtin(path: &Path) {
    let mut metadata = Metadata::default();
    for (key, value) in [("type", "adapter"), ("architecture", "phi2"), ("name", "tuned")] {
        metadata.set(format!("general.{key}"), value);
    }
    metadata.set("adapter.type", "lora");
    metadata.set("adapter.lora.alpha", GgufValue::F32(2.0));
    let tensors = [("lora_a", [256, 2]), ("lora_b", [2, 768])].map(|(half, shape)| TensorInfo {
        name: format!("blk.3.attn_qkv.weight.{half}"),
        shape: shape.to_vec(),
        kind: TensorType::F32,
        offset: 0,
    });
    let mut writer = Writer::new(fs::File::create(path).unwrap(), &metadata, &tensors).unwrap();
    for tensor in &tensors {
        let values = noise(&tensor.name, tensor.elements() as usize, 0.02);
        writer.write(&values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>()).unwrap();
    }
    writer.finish().unwrap();
}

/// Numbers of mean zero and the given spread that depend on the name and nothing else.
pub fn noise(name: &str, count: usize, spread: f64) -> Vec<f32> {
    // SplitMix64, started from FNV-1a of the name.
    let mut state = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..count).map(|_| ((2.0 * next() - 1.0) * 3.0_f64.sqrt() * spread) as f32).collect()
}

/// The norm of the difference as a part of the reference's norm.
pub fn relative_error(values: &[f32], reference: &[f32]) -> f64 {
    assert_eq!(values.len(), reference.len());
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|value| value * value).sum::<f64>().sqrt();
    let mut differences = values.iter().zip(reference).map(|(a, b)| f64::from(*a) - f64::from(*b));
    norm(&mut differences) / norm(&mut reference.iter().map(|value| f64::from(*value)))
}

/// Replaces or adds fields of the configuration.
pub fn configure(folder: &Path, changes: &[(&str, Value)]) {
    let path = folder.join("adapter_config.json");
    let mut fields: Map<String, Value> = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    for (key, value) in changes {
        fields.insert((*key).to_owned(), value.clone());
    }
    fs::write(path, Value::Object(fields).to_string()).unwrap();
}
