//! llama.cpp computes from a converted checkpoint what transformers computes from the checkpoint itself.
//!
//! The checkpoints and the reference are made by `fixtures/parity/make.py`, which says what each of them is there for.

use std::path::{Path, PathBuf};

use codegen_core::TokenId;
use codegen_engine::model::{FileType, convert};
use codegen_engine::runtime::{KvType, logits};
use codegen_engine::{EngineOptions, FlashAttention, GpuLayers};
use safetensors::SafeTensors;

fn checkpoints() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/parity/checkpoints")
}

struct Reference {
    tokens: Vec<TokenId>,
    logits: Vec<Vec<f32>>,
}

impl Reference {
    fn read(folder: &Path) -> Self {
        let bytes = std::fs::read(folder.join("reference.safetensors")).unwrap();
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        let words = |name: &str| tensors.tensor(name).unwrap().data().as_chunks::<4>().0.to_vec();
        let columns = tensors.tensor("logits").unwrap().shape()[1];
        let values: Vec<f32> = words("logits").into_iter().map(f32::from_le_bytes).collect();
        Self {
            tokens: words("input_ids").into_iter().map(i32::from_le_bytes).collect(),
            logits: values.chunks(columns).map(<[f32]>::to_vec).collect(),
        }
    }
}

fn argmax(row: &[f32]) -> usize {
    row.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b)).unwrap().0
}

/// The norm of the difference as a part of the reference's norm.
fn relative_error(row: &[f32], reference: &[f32]) -> f64 {
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|value| value * value).sum::<f64>().sqrt();
    let mut differences = row.iter().zip(reference).map(|(a, b)| f64::from(*a) - f64::from(*b));
    norm(&mut differences) / norm(&mut reference.iter().map(|value| f64::from(*value)))
}

/// Converts every checkpoint and compares every position.
fn check(file_type: FileType, kv_type: KvType, attention: &[FlashAttention], limit: f64) {
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(checkpoints()).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert_eq!(folders.len(), 5, "{folders:?}");
    let target = tempfile::tempdir().unwrap();
    let mut failures = Vec::new();
    for folder in folders {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let output = target.path().join(format!("{name}.gguf"));
        convert(&folder, &output, file_type.into(), &mut |_| ()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let reference = Reference::read(&folder);
        assert_eq!(reference.tokens.len(), 48);

        for &flash_attention in attention {
            let options = EngineOptions {
                gpu_layers: GpuLayers::Count(0),
                // A prompt in several chunks, of which the last is not full.
                batch: 20,
                kv_type,
                flash_attention,
                ..EngineOptions::new(output.clone())
            };
            let rows = logits(&options, &reference.tokens).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(rows.len(), reference.logits.len());
            let mut worst: f64 = 0.0;
            for (position, (row, expected)) in rows.iter().zip(&reference.logits).enumerate() {
                assert_eq!(row.len(), expected.len(), "{name}");
                worst = worst.max(relative_error(row, expected));
                if argmax(row) != argmax(expected) {
                    failures.push(format!("{name}: another argmax at position {position}, {flash_attention:?}"));
                }
            }
            eprintln!("{name} {file_type:?} flash attention {flash_attention:?}: relative error {worst:.2e}");
            if worst.is_nan() || worst >= limit {
                failures.push(format!("{name}: relative error {worst:.2e}, flash attention {flash_attention:?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn logits_are_those_of_transformers_at_f16() {
    check(FileType::F16, KvType::F16, &[FlashAttention::Off, FlashAttention::On], 2e-3);
}

#[test]
fn logits_are_those_of_transformers_at_f32() {
    // llama.cpp's flash attention casts keys and values to f16 whatever the cache's type, so it has no place here.
    check(FileType::F32, KvType::F32, &[FlashAttention::Off], 1e-4);
}
