//! The GGUF's vocabulary, read by llama.cpp, makes the tokens that CodeGen's own tokenizer makes; those that the model never
//! writes come as what it writes instead.
//!
//! The texts and their tokens are made by `fixtures/parity/make.py`; the tokenizer is the one kept in the built-in
//! model.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use codegen_engine::gguf::Gguf;
use codegen_engine::model::Spelling;
use codegen_engine::model::convert::TOKENIZER_JSON;
use codegen_engine::{Engine, EngineOptions, GpuLayers};
use serde_json::Value;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(name)
}

#[test]
fn llama_cpp_tokenizes_as_the_source_tokenizer_does() {
    let model = fixture("models/builtin.gguf");
    let gguf = Gguf::open(&model).unwrap();
    let source = tokenizers::Tokenizer::from_str(gguf.metadata.str(TOKENIZER_JSON).unwrap()).unwrap();
    let options = EngineOptions {
        gpu_layers: GpuLayers::Count(0),
        context: Some(64),
        slots: Some(1),
        ..EngineOptions::new(model)
    };
    let engine = Engine::load(&options).unwrap();
    let spelling = Spelling::of(&gguf);
    assert!(spelling.len() > 30_000, "the built-in model writes a small part of the vocabulary: {}", spelling.len());

    let text = std::fs::read_to_string(fixture("parity/tokenizer-cases.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(cases.len() > 250);
    let (mut differences, mut spelled) = (Vec::new(), 0);
    for case in &cases {
        let text = case["text"].as_str().unwrap();
        let expected: Vec<i32> =
            case["ids"].as_array().unwrap().iter().map(|id| i32::try_from(id.as_i64().unwrap()).unwrap()).collect();
        let by_source: Vec<i32> =
            source.encode(text, false).unwrap().get_ids().iter().map(|id| i32::try_from(*id).unwrap()).collect();
        assert_eq!(by_source, expected, "the fixture is of another tokenizer: {text:?}");
        let by_engine = engine.tokenize(text);
        let read = spelling.apply(expected.iter().copied());
        spelled += usize::from(read != expected);
        if by_engine != read {
            differences.push(format!("{text:?}\n  {by_engine:?}\n  {read:?}"));
        }
        assert_eq!((engine.detokenize(&expected).as_str(), engine.detokenize(&read).as_str()), (text, text));
    }
    assert!(spelled > 10, "{spelled}");
    assert!(differences.is_empty(), "{} of {}:\n{}", differences.len(), cases.len(), differences.join("\n"));
}
