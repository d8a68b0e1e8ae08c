//! What a program waits for before it ends.

use std::path::Path;
use std::time::Duration;

use codegen_core::{Prompt, Request};
use codegen_engine::{Engine, EngineOptions};

use crate::alone;

#[test]
fn engines_are_waited_for_once_nobody_holds_them() {
    let _alone = alone();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/models/builtin.gguf");
    let engine = Engine::load(&EngineOptions { threads: Some(1), ..EngineOptions::new(model) }).unwrap();
    let mut generation = engine.submit(Request::new(Prompt::Text("def add(a, b):\n".into()), 500));
    assert!(generation.blocking_next().is_some(), "it is at work");
    drop(generation);
    // Held, and so not over.
    assert!(!Engine::wait_for_all(Duration::from_millis(20)));
    drop(engine);
    assert!(Engine::wait_for_all(Duration::from_secs(60)));
}
