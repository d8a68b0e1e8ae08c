//! `codegen.explainTurn`.

use std::sync::Arc;

use codegen_engine::runtime::backend::scripted::Script;
use codegen_lsp::config::Config;
use serde_json::{Value, json};

use crate::URI;
use crate::common::{Asked, Client, blocked, gated};

const TEXT: &str = "import os\r\n\r\n# say hello\r\nprint('hello')\r\n\r\n# say \u{1F600} bye\r\n";

fn explain(client: &mut Client, uri: &str, line: u32) -> Asked {
    let argument = json!({"uri": uri, "position": {"line": line, "character": 7}});
    client.request("workspace/executeCommand", json!({"command": "codegen.explainTurn", "arguments": [argument]}))
}

/// Opens a document once the engine is loaded.
async fn ready(client: &mut Client, text: &str) {
    client.open(URI, "return 1");
    client.complete(URI, 0, 8).result().await;
    client.open(URI, text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_model_would_be_shown() {
    let mut client = Client::with_engine(&Script::continuing(vec![]).engine());
    client.hello().await;
    ready(&mut client, TEXT).await;
    let shown = "import os\n\n# say hello\nprint('hello')\n\n# say \u{1F600} bye\n";
    assert_eq!(
        explain(&mut client, URI, 5).result().await,
        json!({
            "prompt": "say \u{1F600} bye", "promptText": shown, "promptTokens": shown.len(),
            "history": {"kept": ["say hello"], "dropped": [], "preambleCut": false},
            "state": "empty", "failure": null, "made": null,
        })
    );
    let first = explain(&mut client, URI, 3).result().await;
    assert_eq!((&first["prompt"], &first["state"]), (&json!("say hello"), &json!("edited")));
    assert_eq!(first["promptText"], "import os\n\n# say hello\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_named() {
    // A token is a byte here: of 2,048, 256 are for the answer.
    let turn = |number: u32| format!("# turn {number}\nx = '{}'\n\n", "a".repeat(400));
    let text = (0..6).map(turn).collect::<String>() + "# the last one\n";
    let mut client = Client::with_engine(&Script::continuing(vec![]).engine());
    client.hello().await;
    ready(&mut client, &text).await;
    let answer = explain(&mut client, URI, 18).result().await;
    let history = json!({
        "kept": ["turn 2", "turn 3", "turn 4", "turn 5"], "dropped": ["turn 0", "turn 1"], "preambleCut": false,
    });
    assert_eq!(answer["history"], history);
    assert_eq!(answer["promptTokens"], answer["promptText"].as_str().unwrap().len());
    assert!(answer["promptTokens"].as_u64().unwrap() <= 2048 - 256);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_model_there_is_no_prompt_to_show() {
    let loader = Arc::new(|_: &_| anyhow::bail!("no such model"));
    let mut client = Client::with_loader(loader, Config::default());
    client.hello().await;
    client.open(URI, TEXT);
    assert_eq!(
        explain(&mut client, URI, 5).result().await,
        json!({
            "prompt": "say \u{1F600} bye", "promptText": null, "promptTokens": null, "history": null,
            "state": "empty", "failure": null, "made": null,
        })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_answered_while_the_model_is_at_work() {
    let (engine, gate) = gated(Script::continuing(vec![("bye\n", "print('bye')\n")]));
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, TEXT);
    gate.close();
    let asked = client.synthesize(URI, 5);
    client.accept_progress().await;
    blocked(&gate).await;
    assert_eq!(explain(&mut client, URI, 5).result().await["state"], "empty");
    client.cancel(asked.id);
    asked.error().await;
    gate.open();
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_turn_the_user_is_told() {
    let mut client = Client::with_engine(&Script::continuing(vec![]).engine());
    client.hello().await;
    client.open(URI, TEXT);
    assert_eq!(explain(&mut client, URI, 0).result().await, Value::Null);
    let message = "codegen-lsp: line 1 is no comment: put the cursor on one, or on its code";
    assert_eq!(client.message().await, message);
    let error = explain(&mut client, "file:///nowhere.py", 0).error().await;
    assert_eq!(error["message"], "file:///nowhere.py is not open");
    let error = explain(&mut client, URI, 99).error().await;
    assert!(error["message"].as_str().unwrap().starts_with("line 99 is past the end"), "{error}");
    let params = json!({"command": "codegen.explainTurn", "arguments": [{"uri": URI}]});
    let error = client.request("workspace/executeCommand", params).error().await;
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("missing field `position`") && message.contains("expected {"), "{message}");
    client.change(URI, [99, 0, 99, 1], "x");
    assert_eq!(explain(&mut client, URI, 5).result().await, Value::Null);
}
