//! Adapters' files that are whole, and many that are not: what conversion refuses, and what loading refuses.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use codegen_core::{EngineError, Prompt, Request};
use codegen_engine::gguf::{Gguf, Metadata, ModelError, TensorInfo, TensorType, Value, Writer};
use codegen_engine::model::{FileReport, FileType, convert, convert_adapter, inspect, quantize};
use codegen_engine::{Engine, EngineOptions, GpuLayers};
use safetensors::SafeTensors;
use serde_json::json;

use crate::adapters::{ALL, Adapter, Matrix, configure, noise, save};
use crate::support::{SMALL, wave};

/// A checkpoint, its GGUF, an adapter for it, and its GGUF.
struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        let files = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(files.at("base")).unwrap();
        fs::create_dir(files.at("tuned")).unwrap();
        SMALL.write(&files.at("base"), wave);
        adapter().write(&files.at("base"), &files.at("tuned"));
        files
    }

    /// With the model and the adapter converted.
    fn converted() -> Self {
        let files = Self::new();
        convert(&files.at("base"), &files.at("model.gguf"), FileType::F16.into(), &mut |_| ()).unwrap();
        files.convert(None, FileType::F32).unwrap();
        files
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn convert(&self, base: Option<&str>, kind: FileType) -> Result<FileReport, ModelError> {
        convert_adapter(&self.at("tuned"), base, &self.at("lora.gguf"), kind, &mut |_| ())
    }

    fn options(&self, lora: &str) -> EngineOptions {
        EngineOptions {
            lora: Some(self.at(lora)),
            threads: Some(1),
            gpu_layers: GpuLayers::Count(0),
            ..EngineOptions::new(self.at("model.gguf"))
        }
    }

    /// Expects the conversion to fail with all of `expected` in the message, leaving nothing behind.
    #[track_caller]
    fn refuses(&self, base: Option<&str>, expected: &[&str]) {
        let problem = self.convert(base, FileType::F32).unwrap_err().to_string();
        for part in expected {
            assert!(problem.contains(part), "{part}: {problem}");
        }
        assert!(!self.at("lora.gguf").exists());
    }

    /// Changes the adapter's tensors.
    fn change(&self, change: impl FnOnce(&mut BTreeMap<String, Matrix>)) {
        let path = self.at("tuned/adapter_model.safetensors");
        let bytes = fs::read(&path).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let mut tensors: BTreeMap<String, Matrix> = file
            .tensors()
            .into_iter()
            .map(|(name, tensor)| {
                let values = tensor.data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
                (name, (tensor.shape().to_vec(), values.collect()))
            })
            .collect();
        change(&mut tensors);
        save(&tensors, &path);
    }
}

fn adapter() -> Adapter {
    Adapter { modules: ALL.to_vec(), rank: 4, alpha: 8.0, ..Adapter::default() }
}

const QKV: &str = "base_model.model.transformer.h.1.attn.qkv_proj";

#[test]
fn the_file_says_what_it_is() {
    let files = Files::new();
    for kind in [FileType::F32, FileType::F16, FileType::BF16] {
        let report = files.convert(None, kind).unwrap();
        assert_eq!((report.tensors, report.types.len()), (20, 1));
        assert_eq!(report.types[0].kind, kind.default_type());
    }
    let gguf = Gguf::open(&files.at("lora.gguf")).unwrap();
    for (key, expected) in [
        ("general.architecture", Value::from("phi2")),
        ("general.type", Value::from("adapter")),
        ("general.name", Value::from("tuned")),
        ("general.base_model.0.name", Value::from("base")),
        ("adapter.type", Value::from("lora")),
        ("adapter.lora.alpha", Value::F32(8.0)),
        ("phi2.attention.head_count", Value::U32(4)),
        ("phi2.rope.dimension_count", Value::U32(32)),
    ] {
        assert_eq!(gguf.metadata.get(key), Some(&expected), "{key}");
    }
    assert!(!format!("{:?}", gguf.metadata).contains(files.folder.path().to_str().unwrap()), "a path of this machine");
    let inspection = inspect(&files.at("lora.gguf")).unwrap();
    let text = inspection.to_string();
    for part in [
        "lora, rank 4, alpha 8, for 10 matrices (token_embd, attn_qkv, attn_output, ffn_up, ffn_down, output)",
        "for the model         base",
        "blk.*.attn_qkv.weight.lora_b         2               768 x 4",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("tokenizer") && !text.contains("heads"), "{text}");
    assert_eq!(serde_json::to_value(&inspection).unwrap()["adapter"]["ranks"], json!([4]));
    // Trainers call every adapter's folder alike; its name is then that of the folder around it.
    fs::rename(files.at("tuned"), files.at("base/adapter")).unwrap();
    convert_adapter(&files.at("base/adapter"), None, &files.at("lora.gguf"), FileType::F32, &mut |_| ()).unwrap();
    assert_eq!(Gguf::open(&files.at("lora.gguf")).unwrap().metadata.str("general.name"), Some("base"));
}

#[test]
fn a_base_is_found_or_asked_for() {
    let files = Files::converted();
    let written = || fs::read(files.at("lora.gguf")).unwrap();
    let expected = written();
    for base in [files.at("base"), files.at("model.gguf")] {
        fs::remove_file(files.at("lora.gguf")).unwrap();
        files.convert(Some(base.to_str().unwrap()), FileType::F32).unwrap();
        assert!(written() == expected, "{}", base.display());
    }
    fs::remove_file(files.at("lora.gguf")).unwrap();
    configure(&files.at("tuned"), &[("base_model_name_or_path", json!("Salesforce/codegen-350M-mono"))]);
    files.refuses(None, &["tuned: ", "Salesforce/codegen-350M-mono", "--base"]);
    configure(&files.at("tuned"), &[("base_model_name_or_path", json!(null))]);
    files.refuses(None, &["does not say which", "--base"]);
    files.refuses(Some("codegen-350M-mono"), &["not on this machine"]);
    // The built-in model has a larger vocabulary and more layers.
    files.refuses(Some("builtin"), &["lora_embedding_A", "300 tokens", "the base has 51200"]);
    files.refuses(Some(files.at("tuned").to_str().unwrap()), &["config.json"]);
    write_gguf(&files.at("phi.gguf"), &[("general.architecture", "phi2".into())], &[]);
    files.refuses(Some(files.at("phi.gguf").to_str().unwrap()), &["phi.gguf", "not made from a CodeGen"]);
    // Writing over the base would take it away.
    let over = convert_adapter(
        &files.at("tuned"),
        Some(files.at("model.gguf").to_str().unwrap()),
        &files.at("model.gguf"),
        FileType::F32,
        &mut |_| (),
    );
    assert!(over.unwrap_err().to_string().contains("is the input"));
}

#[test]
fn adapters_that_cannot_be_added_are_refused_by_name() {
    let refused = |key: &str, value: serde_json::Value, expected: &[&str]| {
        let files = Files::new();
        configure(&files.at("tuned"), &[(key, value)]);
        files.refuses(None, expected);
    };
    refused("use_dora", json!(true), &["adapter_config.json", "use_dora"]);
    refused("bias", json!("all"), &["bias \"all\""]);
    refused("modules_to_save", json!(["lm_head"]), &["modules_to_save"]);
    refused("fan_in_fan_out", json!(true), &["fan_in_fan_out"]);
    refused("peft_type", json!("LOHA"), &["LOHA"]);
    refused("r", json!(8), &["lora_embedding_A", "[4, 300]", "[8, 300]"]);

    let changed = |change: &dyn Fn(&mut BTreeMap<String, Matrix>), expected: &[&str]| {
        let files = Files::new();
        files.change(change);
        files.refuses(None, expected);
    };
    let (a, b) = (format!("{QKV}.lora_A.weight"), format!("{QKV}.lora_B.weight"));
    changed(&|tensors| drop(tensors.remove(&a)), &[&b, "lacks", &a]);
    changed(&|tensors| drop(tensors.remove(&b)), &[&a, "lacks", &b]);
    changed(&|tensors| tensors.get_mut(&b).unwrap().0 = vec![4, 768], &[&b, "[4, 768]", "[768, 4]"]);
    changed(
        &|tensors| {
            drop(
                tensors.insert("base_model.model.transformer.h.2.mlp.fc_in.lora_A.weight".into(), (vec![1], vec![1.0])),
            )
        },
        &["h.2.mlp.fc_in.lora_A", "no LoRA matrix"],
    );
    changed(&|tensors| tensors.clear(), &["holds no tensors"]);
    for (name, what) in [(&a, "blk.1.attn_qkv.weight.lora_a"), (&b, "blk.1.attn_qkv.weight.lora_b")] {
        changed(&|tensors| tensors.get_mut(name).unwrap().1[77] = f32::NAN, &["tuned", what, "NaN"]);
        changed(&|tensors| tensors.get_mut(name).unwrap().1[77] = f32::NEG_INFINITY, &[what, "-inf"]);
    }
    let embedding = "base_model.model.transformer.wte.lora_embedding_A";
    changed(&|tensors| tensors.get_mut(embedding).unwrap().1[0] = f32::NAN, &["token_embd.weight.lora_a", "NaN"]);
    let large = |tensors: &mut BTreeMap<String, Matrix>| tensors.get_mut(&a).unwrap().1[0] = 1e6;
    let files = Files::new();
    files.change(large);
    let problem = files.convert(None, FileType::F16).unwrap_err().to_string();
    assert!(problem.contains("too large for f16"), "{problem}");
    let problem = files.convert(None, FileType::Q8_0).unwrap_err().to_string();
    assert!(problem.contains("q8_0") && problem.contains("bf16"), "{problem}");
}

/// peft saves the LM head itself beside its adapter, whether anything has changed it or not.
#[test]
fn copies_of_the_base_are_left_out_and_changed_ones_refused() {
    let files = Files::converted();
    let expected = fs::read(files.at("lora.gguf")).unwrap();
    fs::remove_file(files.at("lora.gguf")).unwrap();
    let copy = |name: &str, shape: &[usize]| {
        let count = shape.iter().product();
        let values = (0..count).map(|index| wave(&format!("lm_head.{name}"), index)).collect();
        (format!("base_model.model.lm_head.base_layer.{name}"), (shape.to_vec(), values))
    };
    files.change(|tensors| tensors.extend([copy("weight", &[300, 256]), copy("bias", &[300])]));
    files.refuses(Some(files.at("model.gguf").to_str().unwrap()), &["lm_head.base_layer.bias", "--base"]);
    files.convert(None, FileType::F32).unwrap();
    assert!(fs::read(files.at("lora.gguf")).unwrap() == expected);
    fs::remove_file(files.at("lora.gguf")).unwrap();
    let changed = |change: fn(&mut Matrix)| {
        files.change(|tensors| {
            tensors.extend([copy("weight", &[300, 256])]);
            change(tensors.get_mut("base_model.model.lm_head.base_layer.weight").unwrap());
        });
        files.refuses(None, &["lm_head.base_layer.weight", "not the base's", "save_embedding_layers=False"]);
    };
    changed(|matrix| matrix.1[76_799] += 1e-6);
    changed(|matrix| matrix.0 = vec![256, 300]);
    files.change(|tensors| {
        tensors.extend([copy("weight", &[300, 256])]);
        let values = copy("weight", &[4]).1;
        tensors.insert("base_model.model.lm_head.base_layer.scale".to_owned(), values);
    });
    files.refuses(None, &["lm_head.base_layer.scale", "not the base's"]);
}

/// peft saves the embedding whole where it finds that the vocabulary was resized, or where it is told to.
#[test]
fn an_adapter_of_a_resized_model_is_told_apart() {
    let files = Files::new();
    let name = "base_model.model.transformer.wte.weight";
    let copy = |rows: usize| {
        let values = (0..rows * 256).map(|index| wave("transformer.wte.weight", index)).collect();
        (name.to_owned(), (vec![rows, 256], values))
    };
    files.change(|tensors| tensors.extend([copy(308)]));
    files.refuses(None, &[name, "308 tokens", "the base has 300", "resize_token_embeddings"]);
    files.change(|tensors| tensors.extend([copy(300)]));
    files.convert(None, FileType::F32).unwrap();
}

#[test]
fn folders_that_are_not_whole_are_refused() {
    let files = Files::new();
    let weights = files.at("tuned/adapter_model.safetensors");
    let whole = fs::read(&weights).unwrap();
    for length in [0, 7, 8, 100, whole.len() / 2, whole.len() - 1] {
        fs::write(&weights, &whole[..length]).unwrap();
        files.refuses(None, &["adapter_model.safetensors"]);
    }
    fs::remove_file(&weights).unwrap();
    files.refuses(None, &["neither adapter_model.safetensors nor adapter_model.bin"]);
    fs::write(&weights, whole).unwrap();
    for text in ["", "{", "[]", "{\"peft_type\": \"LORA\"}"] {
        fs::write(files.at("tuned/adapter_config.json"), text).unwrap();
        files.refuses(None, &["adapter_config.json"]);
    }
}

fn write_gguf(path: &Path, metadata: &[(&str, Value)], tensors: &[(&str, &[u64])]) {
    let mut pairs = Metadata::default();
    for (key, value) in metadata {
        pairs.set(*key, value.clone());
    }
    let tensor = |(name, shape): &(&str, &[u64])| TensorInfo {
        name: (*name).into(),
        shape: shape.to_vec(),
        kind: TensorType::F32,
        offset: 0,
    };
    let tensors: Vec<_> = tensors.iter().map(tensor).collect();
    let mut writer = Writer::new(fs::File::create(path).unwrap(), &pairs, &tensors).unwrap();
    for tensor in &tensors {
        let values = noise(&tensor.name, tensor.elements() as usize, 0.1);
        writer.write(&values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>()).unwrap();
    }
    writer.finish().unwrap();
}

fn works(engine: &Engine) {
    let request = Request::new(Prompt::Tokens(vec![1, 2, 3]), 4);
    engine.submit(request).blocking_finish().unwrap();
}

#[test]
fn the_engine_says_what_it_runs() {
    let files = Files::converted();
    let engine = Engine::load(&files.options("lora.gguf")).unwrap();
    works(&engine);
    let adapter = engine.info().adapter.clone().unwrap();
    assert_eq!((adapter.name.as_str(), adapter.alpha, adapter.matrices), ("tuned", Some(8.0), 10));
    assert_eq!(engine.info().title(), "base with the adapter tuned");
    let without = Engine::load(&EngineOptions { lora: None, ..files.options("lora.gguf") }).unwrap();
    assert_eq!((without.info().adapter.as_ref(), without.info().title().as_str()), (None, "base"));
}

/// The types that this program does not write, but llama.cpp's converter does.
#[test]
fn an_adapter_of_eight_bits_runs() {
    let files = Files::converted();
    let metadata = [
        ("general.type", "adapter".into()),
        ("general.architecture", "phi2".into()),
        ("adapter.type", "lora".into()),
        ("adapter.lora.alpha", Value::F32(8.0)),
    ];
    let pair = [("blk.0.ffn_up.weight.lora_a", &[256_u64, 32][..]), ("blk.0.ffn_up.weight.lora_b", &[32, 1024])];
    let embedding = [("token_embd.weight.lora_a", &[32_u64, 300][..]), ("token_embd.weight.lora_b", &[32, 256])];
    write_gguf(&files.at("f32.gguf"), &metadata, &[pair, embedding].concat());
    // Requantizing leaves an adapter's matrices alone, since their names are no weights'; so the types are written here.
    let whole = Gguf::open(&files.at("f32.gguf")).unwrap();
    for kind in [TensorType::F16, TensorType::BF16, TensorType::Q8_0] {
        let tensors: Vec<TensorInfo> =
            whole.tensors.iter().map(|tensor| TensorInfo { kind, ..tensor.clone() }).collect();
        let mut writer =
            Writer::new(fs::File::create(files.at("other.gguf")).unwrap(), &whole.metadata, &tensors).unwrap();
        for tensor in &tensors {
            writer.write(&vec![0x2a; tensor.bytes() as usize]).unwrap();
        }
        writer.finish().unwrap();
        works(&Engine::load(&files.options("other.gguf")).unwrap());
    }
}

#[track_caller]
fn refusal(options: &EngineOptions) -> String {
    match Engine::load(options) {
        Err(error @ EngineError::AdapterLoad { .. }) => error.to_string(),
        Err(error) => panic!("another error: {error}"),
        Ok(_) => panic!("it was loaded"),
    }
}

#[test]
fn what_is_no_adapter_for_the_model_is_refused_with_a_reason() {
    let files = Files::converted();
    fs::write(files.at("text.gguf"), "This is no adapter.\n").unwrap();
    fs::write(files.at("empty.gguf"), "").unwrap();
    for (name, expected) in [
        ("missing.gguf", "No such file"),
        ("base", "it is a folder"),
        ("tuned", "model convert"),
        ("text.gguf", "not a GGUF"),
        ("empty.gguf", "not a GGUF"),
        ("model.gguf", "it is a model, not an adapter"),
    ] {
        let problem = refusal(&files.options(name));
        let named = format!("cannot load the adapter {}: ", files.at(name).display());
        assert!(problem.starts_with(&named) && problem.contains(expected), "{name}: {problem}");
    }
    // For another model.
    let builtin = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/models/builtin.gguf");
    let problem = refusal(&EngineOptions { model: builtin.into(), ..files.options("lora.gguf") });
    assert!(problem.contains("token_embd.weight.lora_a") && problem.contains("do not fit"), "{problem}");
    // In the model's place.
    let options = EngineOptions { lora: None, ..EngineOptions::new(files.at("lora.gguf")) };
    let problem = Engine::load(&options).unwrap_err().to_string();
    assert!(problem.contains("it is an adapter, not a model"), "{problem}");
    // Of a model that cannot be read, nothing is known.
    fs::write(files.at("model.gguf"), "GGUF?").unwrap();
    let problem = Engine::load(&files.options("lora.gguf")).unwrap_err().to_string();
    let expected = format!("cannot load the model {}: ", files.at("model.gguf").display());
    assert!(problem.starts_with(&expected) && problem.contains("truncated"), "{problem}");
}

/// Each byte of the file's head, and others further on, become another, and the file ends early: llama.cpp must neither end
/// the process nor crash. What is still an adapter may be loaded.
#[test]
fn damaged_files_end_nothing() {
    let files = Files::converted();
    // A small one, so that its head is most of it.
    let metadata = [
        ("general.type", "adapter".into()),
        ("general.architecture", "phi2".into()),
        ("adapter.type", "lora".into()),
        ("adapter.lora.alpha", Value::F32(8.0)),
        ("general.alignment", Value::U32(32)),
    ];
    let pair = [("blk.0.attn_qkv.weight.lora_a", &[256_u64, 2][..]), ("blk.0.attn_qkv.weight.lora_b", &[2, 768])];
    write_gguf(&files.at("small.gguf"), &metadata, &pair);
    works(&Engine::load(&files.options("small.gguf")).unwrap());
    let whole = fs::read(files.at("small.gguf")).unwrap();
    let head = Gguf::open(&files.at("small.gguf")).unwrap().data_start as usize;
    let mut loaded = 0;
    let mut attempt = |bytes: &[u8]| {
        fs::write(files.at("damaged.gguf"), bytes).unwrap();
        match Engine::load(&files.options("damaged.gguf")) {
            Ok(engine) => {
                loaded += 1;
                // Numbers that are damaged may make nonsense, which the engine says.
                let request = Request::new(Prompt::Tokens(vec![1, 2, 3]), 4);
                match engine.submit(request).blocking_finish() {
                    Ok(_) | Err(EngineError::Decode { .. }) => {}
                    Err(error) => panic!("another error: {error}"),
                }
            }
            Err(EngineError::AdapterLoad { reason, .. }) => assert!(!reason.is_empty()),
            Err(error) => panic!("another error: {error}"),
        }
    };
    for length in (0..head).step_by(7).chain([head, head + 1, whole.len() - 33, whole.len() - 32]) {
        attempt(&whole[..length]);
    }
    let random = noise("bytes", head, 1.0);
    for (at, random) in random.into_iter().enumerate() {
        // Among what the fixed steps give is each type of a number as another of the same size.
        for step in [1, 254, random.to_bits().to_le_bytes()[1]] {
            let mut bytes = whole.clone();
            bytes[at] = bytes[at].wrapping_add(step);
            attempt(&bytes);
        }
    }
    // Numbers that are none.
    for value in [f32::NAN, f32::INFINITY, f32::MAX] {
        let mut bytes = whole.clone();
        bytes[head..].as_chunks_mut().0.iter_mut().for_each(|number| *number = value.to_le_bytes());
        attempt(&bytes);
    }
    assert!(loaded > 3, "paddings and the names of keys may be anything: {loaded}");
}

/// Without the check, each of these ends the process or is silently without effect.
#[test]
fn files_that_llama_cpp_would_take_amiss_are_refused() {
    let files = Files::converted();
    let metadata: [(&str, Value); 4] = [
        ("general.type", "adapter".into()),
        ("general.architecture", "phi2".into()),
        ("adapter.type", "lora".into()),
        ("adapter.lora.alpha", Value::F32(8.0)),
    ];
    let refused = |metadata: &[(&str, Value)], tensors: &[(&str, &[u64])], expected: &str| {
        write_gguf(&files.at("amiss.gguf"), metadata, tensors);
        let problem = refusal(&files.options("amiss.gguf"));
        assert!(problem.contains(expected), "{expected}: {problem}");
    };
    let pair: [(&str, &[u64]); 2] =
        [("blk.0.attn_qkv.weight.lora_a", &[256, 2]), ("blk.0.attn_qkv.weight.lora_b", &[2, 768])];
    for at in 0..metadata.len() {
        let mut other = metadata.clone();
        other[at].1 = Value::U32(8);
        refused(&other, &pair, metadata[at].0);
    }
    let fit = "do not fit";
    for (a, b, expected) in [
        (("blk.0.attn_qkv.weight.lora_a", &[256, 2, 3][..]), ("blk.0.attn_qkv.weight.lora_b", &[2, 768, 2][..]), fit),
        (("token_embd.weight.lora_a", &[3, 300]), ("token_embd.weight.lora_b", &[2, 256]), fit),
        (
            ("blk.0.attn_norm.weight.lora_a", &[256, 2]),
            ("blk.0.attn_norm.weight.lora_b", &[2, 1]),
            "nothing can be added",
        ),
        (("blk.0.lora_a.attn_qkv.weight.lora_a", &[256, 2]), ("blk.0.attn_qkv.weight.lora_b", &[2, 768]), "neither"),
    ] {
        refused(&metadata, &[a, b], expected);
    }
}

#[test]
fn requantizing_an_adapter_keeps_it() {
    let files = Files::converted();
    quantize(&files.at("lora.gguf"), &files.at("again.gguf"), FileType::Q4KM.into(), &mut |_| ()).unwrap();
    works(&Engine::load(&files.options("again.gguf")).unwrap());
}
