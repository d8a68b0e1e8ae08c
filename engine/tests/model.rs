//! The engine with a real model: the quantized one that ships with the program.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use codegen_engine::{Engine, EngineOptions, FinishReason, Prompt, Request};

fn options() -> EngineOptions {
    EngineOptions::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/models/builtin.gguf").into())
}

fn text(prompt: &str, max_tokens: usize) -> Request {
    Request::new(Prompt::Text(prompt.into()), max_tokens)
}

#[test]
fn a_quantized_model_decodes_on_this_machine() {
    let engine = Engine::load(&options()).unwrap();
    eprintln!("{:?}\n{}\n{:?}", engine.info(), Engine::build_info(), Engine::devices());
    let completion = engine.submit(text("def add(a, b):\n", 32)).blocking_finish().unwrap();
    eprintln!("{completion:?}");
    assert_eq!(completion.reason, FinishReason::MaxTokens);
}
