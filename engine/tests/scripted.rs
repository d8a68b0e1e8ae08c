//! The engine around a scripted model.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use codegen_engine::runtime::scripted::Script;
use codegen_engine::{FinishReason, Prompt, Request};

fn text(prompt: &str, max_tokens: usize) -> Request {
    Request::new(Prompt::Text(prompt.into()), max_tokens)
}

#[test]
fn a_script_is_followed_to_its_end() {
    let engine = Script::continuing(vec![("def f():\n", "    return 1\n"), ("x = ", "é\u{1F600}")]).engine();
    let completion = engine.submit(text("def f():\n", 64)).blocking_finish().unwrap();
    assert_eq!(completion.text, "    return 1\n");
    assert_eq!(completion.reason, FinishReason::EndOfText);
    assert_eq!(completion.generated_tokens, 13);
    assert_eq!(engine.submit(text("x = ", 64)).blocking_finish().unwrap().text, "é\u{1F600}");
}
