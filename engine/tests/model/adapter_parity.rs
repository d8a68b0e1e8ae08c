//! A model with an adapter added while it runs computes what the model with the adapter merged into it computes.

use std::path::{Path, PathBuf};

use codegen_core::TokenId;
use codegen_engine::model::{FileType, convert, convert_adapter, quantize};
use codegen_engine::runtime::logits;
use codegen_engine::{EngineOptions, FlashAttention, GpuLayers, KvType};
use safetensors::SafeTensors;

use crate::adapters::{ALL, Adapter, Module, merge, relative_error};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/parity")
}

/// Exact enough that nothing but the adapter's way is left to differ: llama.cpp's fused attention casts keys and values to
/// f16 whatever the cache's type.
fn run(model: &Path, lora: Option<&Path>, tokens: &[TokenId]) -> Vec<f32> {
    let options = EngineOptions {
        lora: lora.map(Path::to_owned),
        gpu_layers: GpuLayers::Count(0),
        threads: Some(1),
        // A prompt in several chunks, of which the last is not full.
        batch: 20,
        kv_type: KvType::F32,
        flash_attention: FlashAttention::Off,
        ..EngineOptions::new(model.to_owned())
    };
    logits(&options, tokens).unwrap_or_else(|error| panic!("{error}")).concat()
}

fn to_gguf(folder: &Path, file: &Path) {
    convert(folder, file, FileType::F32.into(), &mut |_| ()).unwrap();
}

/// The tokens of a reference, and its logits in one row.
fn reference(folder: &Path) -> (Vec<TokenId>, Vec<f32>) {
    let bytes = std::fs::read(folder.join("reference.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let words = |name: &str| tensors.tensor(name).unwrap().data().as_chunks::<4>().0.to_vec();
    let tokens = words("input_ids").into_iter().map(i32::from_le_bytes).collect();
    (tokens, words("logits").into_iter().map(f32::from_le_bytes).collect())
}

/// The adapters are made, merged and run by peft and transformers; `fixtures/parity/make_adapters.py` says what each is
/// there for.
#[test]
fn logits_are_those_of_transformers_with_the_adapter_merged_by_peft() {
    let target = tempfile::tempdir().unwrap();
    for (name, base) in [("blocks", "heads-4x32"), ("patterns", "heads-8x32")] {
        let (folder, checkpoint) = (fixtures().join("adapters").join(name), fixtures().join("checkpoints").join(base));
        let [model, lora] = ["model", "lora"].map(|kind| target.path().join(format!("{name}-{kind}.gguf")));
        to_gguf(&checkpoint, &model);
        let checkpoint = checkpoint.to_str().unwrap();
        // The base's shape is the same whichever of its forms it is read from.
        for (base, kind) in [(checkpoint, FileType::F16), (model.to_str().unwrap(), FileType::F32)] {
            convert_adapter(&folder, Some(base), &lora, kind, &mut |_| ()).unwrap_or_else(|error| panic!("{error}"));
            let (tokens, expected) = reference(&folder);
            let error = relative_error(&run(&model, Some(&lora), &tokens), &expected);
            let without = relative_error(&run(&model, None, &tokens), &expected);
            eprintln!("{name} {kind}: relative error {error:.2e}, without the adapter {without:.2e}");
            assert!(without > 0.2, "{name}: the adapter does too little to be seen");
            // An f16 product rounds its activations, too.
            assert!(error < if kind == FileType::F32 { 2e-4 } else { 2e-3 }, "{name} {kind}: {error:.2e}");
        }
    }
}

/// What is trained of a model, and how it is scaled.
fn adapters(tied: bool) -> Vec<(&'static str, Adapter)> {
    let blocks: Vec<Module> = ALL.into_iter().filter(|module| module.layered()).collect();
    let all = if tied { blocks.clone() } else { ALL.to_vec() };
    let plain = Adapter { modules: all, rank: 4, alpha: 6.0, ..Adapter::default() };
    vec![
        ("all modules", plain.clone()),
        ("only qkv", Adapter { modules: vec![Module::Qkv], rank: 8, alpha: 16.0, ..Adapter::default() }),
        ("rslora", Adapter { rslora: true, rank: 5, alpha: 3.0, ..plain.clone() }),
        (
            "patterns",
            Adapter {
                ranks: vec![(Module::Qkv, 7), (Module::FcOut, 1)],
                alphas: vec![(Module::FcIn, 2.5), (Module::Qkv, 9.0)],
                ..plain.clone()
            },
        ),
        (
            "patterns and rslora",
            Adapter {
                rslora: true,
                alpha: 2.0,
                ranks: vec![(Module::OutProj, 2)],
                alphas: vec![(Module::FcOut, 1.0)],
                ..plain
            },
        ),
    ]
}

#[test]
fn logits_are_those_of_the_merged_model_in_every_shape() {
    let target = tempfile::tempdir().unwrap();
    let at = |name: &str| target.path().join(name);
    let [model, merged, lora] = ["model.gguf", "merged.gguf", "lora.gguf"].map(at);
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(fixtures().join("checkpoints")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert_eq!(folders.len(), 5);
    for checkpoint in folders {
        let shape = checkpoint.file_name().unwrap().to_string_lossy().into_owned();
        to_gguf(&checkpoint, &model);
        let (tokens, _) = reference(&checkpoint);
        let without = run(&model, None, &tokens);
        for (name, adapter) in adapters(shape == "heads-4x80") {
            let (folder, whole) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            adapter.write(&checkpoint, folder.path());
            merge(&checkpoint, &adapter, whole.path());
            to_gguf(whole.path(), &merged);
            // The adapter itself says what its base is.
            convert_adapter(folder.path(), None, &lora, FileType::F32, &mut |_| ()).unwrap();
            let expected = run(&merged, None, &tokens);
            let (error, effect) =
                (relative_error(&run(&model, Some(&lora), &tokens), &expected), relative_error(&without, &expected));
            eprintln!("{shape}, {name}: relative error {error:.2e}, without the adapter {effect:.2e}");
            assert!(effect > 0.05, "{shape}, {name}: the adapter does too little to be seen: {effect:.2e}");
            assert!(error < 2e-5, "{shape}, {name}: {error:.2e}");
        }
    }
}

/// Weights that llama.cpp repacks when it loads them cannot take the adapter where they lie.
#[test]
fn quantized_bases_take_an_adapter_as_well() {
    let target = tempfile::tempdir().unwrap();
    let at = |name: &str| target.path().join(name);
    // Rows of 256 values fill the blocks of every type.
    let checkpoint = fixtures().join("checkpoints/heads-8x32");
    let (tokens, _) = reference(&checkpoint);
    let adapter = adapters(false).remove(0).1;
    std::fs::create_dir(at("adapter")).unwrap();
    std::fs::create_dir(at("whole")).unwrap();
    adapter.write(&checkpoint, &at("adapter"));
    merge(&checkpoint, &adapter, &at("whole"));
    to_gguf(&checkpoint, &at("model.gguf"));
    to_gguf(&at("whole"), &at("merged.gguf"));
    convert_adapter(&at("adapter"), None, &at("lora.gguf"), FileType::F32, &mut |_| ()).unwrap();
    let exact = run(&at("merged.gguf"), None, &tokens);
    for (kind, limit) in [(FileType::Q8_0, 0.03), (FileType::Q6K, 0.06), (FileType::Q4KM, 0.17), (FileType::Q4_0, 0.22)]
    {
        for (from, to) in [("model.gguf", "small.gguf"), ("merged.gguf", "small-merged.gguf")] {
            quantize(&at(from), &at(to), kind.into(), &mut |_| ()).unwrap();
        }
        let added = run(&at("small.gguf"), Some(&at("lora.gguf")), &tokens);
        let merged = run(&at("small-merged.gguf"), None, &tokens);
        let without = relative_error(&run(&at("small.gguf"), None, &tokens), &merged);
        let [apart, added, merged] =
            [(&added, &merged), (&added, &exact), (&merged, &exact)].map(|(one, other)| relative_error(one, other));
        eprintln!("{kind}: apart {apart:.2e}; from f32 {added:.2e} added, {merged:.2e} merged; without {without:.2e}");
        assert!(without > 0.3, "{kind}: the adapter does too little to be seen: {without:.2e}");
        assert!(apart < limit && added < limit, "{kind}: {apart:.2e}, {added:.2e}");
    }
}
