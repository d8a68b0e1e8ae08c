//! `codegen/stats`, `codegen/status`, `codegen.why`, and what clients say of suggestions.

use std::sync::Arc;

use codegen_engine::runtime::backend::scripted::Script;
use codegen_lsp::config::Config;
use serde_json::{Value, json};

use crate::URI;
use crate::common::{Client, able, gated, soon};

fn client() -> Client {
    Client::with_engine(&Script::continuing(vec![("return 1", " + 1\n")]).engine())
}

async fn stats(client: &mut Client) -> Value {
    client.request("codegen/stats", json!({})).result().await
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_and_pastes_are_told_apart() {
    let mut client = client();
    client.hello().await;
    client.open(URI, "");
    for (line, character, text) in [(0, 0, "f"), (0, 1, "()"), (0, 3, "\n"), (1, 0, "import something")] {
        client.change(URI, [line, character, line, character], text);
    }
    let answer = stats(&mut client).await;
    let expected = json!({"model": 0, "hand": 3, "other": 16, "share": 0.0});
    assert_eq!((&answer["report"]["characters"], &answer["session"]["characters"]), (&expected, &expected));
    assert_eq!((&answer["enabled"], &answer["folder"], &answer["days"]), (&json!(true), &Value::Null, &json!(30)));
    for days in [json!(0), json!(91), json!("x"), json!(-1)] {
        let refused = client.request("codegen/stats", json!({ "days": days })).error().await;
        assert!(refused["message"].as_str().unwrap().ends_with("but must be a number from 1 to 90"), "{refused}");
    }
    assert_eq!(client.request("codegen/stats", json!({"days": 90})).result().await["days"], 90);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_says_of_no_suggestion_is_named_or_ignored() {
    let mut client = client();
    client.hello().await;
    client.open(URI, "");
    let item = |number: Value| json!({"item": {"command": {"title": "", "command": "codegen.accepted", "arguments": [number]}}});
    for method in ["didShowCompletion", "didAcceptCompletion", "didPartiallyAcceptCompletion"] {
        let mut params = item(json!(7));
        params["acceptedLength"] = json!(3);
        client.notify(&format!("textDocument/{method}"), params);
    }
    client.settle().await;
    assert_eq!(client.arrived("window/logMessage"), []);
    client.notify("textDocument/didShowCompletion", item(json!("seven")));
    let log = client.next("window/logMessage").await.params["message"].as_str().unwrap().to_owned();
    assert!(log.contains("textDocument/didShowCompletion: expected the item as it was sent"), "{log}");
    client.notify("textDocument/didPartiallyAcceptCompletion", item(json!(7)));
    client.notify("textDocument/didAcceptCompletion", json!([]));
    client.settle().await;
    assert_eq!(client.arrived("window/logMessage"), [], "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_is_told_when_it_changes() {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let loader = Arc::new(move |_: &_| {
        wait.lock().unwrap().recv()?;
        Ok(Script::continuing(vec![("return 1", " + 1\n")]).engine())
    });
    let mut client = Client::with_loader(loader, Config::default());
    client.hello().await;
    let loading = client.next("codegen/status").await.params;
    assert_eq!((&loading["busy"], &loading["kind"]), (&json!(true), &json!("Normal")));
    assert_eq!(loading["message"], "loading the model builtin");
    go.send(()).unwrap();
    let ready = client.next("codegen/status").await.params;
    assert_eq!((&ready["busy"], &ready["message"], &ready["device"]), (&json!(false), &json!(""), &json!("CPU")));
    client.open_as(URI, "rust", "");
    let inactive = client.next("codegen/status").await.params;
    assert_eq!(inactive["kind"], "Inactive", "{inactive}");
    client.open("file:///project/b.py", "return 1");
    assert_eq!(client.next("codegen/status").await.params, ready);
    client.complete("file:///project/b.py", 0, 8).result().await;
    client.change("file:///project/b.py", [0, 0, 0, 0], " ");
    client.settle().await;
    assert_eq!(client.arrived("codegen/status"), [], "nothing that every client has to know");
    client.change("file:///project/b.py", [7, 0, 7, 0], " ");
    assert_eq!(client.next("codegen/status").await.params["kind"], "Warning");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_asks_is_told_of_every_suggestion() {
    let (engine, gate) = gated(Script::continuing(vec![("return 1", " + 1\n")]));
    let mut client = Client::with_engine(&engine);
    let mut params = able();
    params["capabilities"]["experimental"] = json!({"codegenStatus": true});
    client.initialize(params).await;
    client.open(URI, "return 1");
    soon("the model", async { while client.next("codegen/status").await.params["model"] == "builtin" {} }).await;
    gate.close();
    let asked = client.complete(URI, 0, 8);
    assert_eq!(client.next("codegen/status").await.params["busy"], true);
    gate.open();
    asked.result().await;
    assert_eq!(client.next("codegen/status").await.params["busy"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_fails_is_an_error_with_its_reason() {
    let loader = Arc::new(|_: &_| anyhow::bail!("cannot open the model /no/such.gguf"));
    let mut client = Client::with_loader(loader, Config::default());
    client.hello().await;
    let mut status = client.next("codegen/status").await.params;
    while status["kind"] == "Normal" {
        status = client.next("codegen/status").await.params;
    }
    assert_eq!((&status["kind"], &status["busy"]), (&json!("Error"), &json!(false)));
    assert_eq!(status["message"], "cannot open the model /no/such.gguf");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_was_asked_for_there_is_nothing_to_explain() {
    let mut client = client();
    client.hello().await;
    let why = |client: &mut Client, uri: &str, line: u32| {
        let argument = json!({"uri": uri, "position": {"line": line, "character": 0}});
        client.request("workspace/executeCommand", json!({"command": "codegen.why", "arguments": [argument]}))
    };
    let refused = why(&mut client, URI, 0).error().await;
    assert_eq!(refused["message"], format!("{URI} is not open"));
    client.open(URI, "");
    let refused = why(&mut client, URI, 7).error().await;
    assert!(refused["message"].as_str().unwrap().starts_with("line 7 is past the end"), "{refused}");
    assert_eq!(why(&mut client, URI, 0).result().await, Value::Null);
    let message = client.message().await;
    assert_eq!(message, "codegen-lsp: no suggestion has been asked for in this file since it was opened");
}

#[tokio::test(flavor = "multi_thread")]
async fn code_that_a_turn_was_given_is_the_model_s() {
    let mut client = Client::with_engine(&crate::common::hesitant().engine());
    client.hello().await;
    client.open(URI, "# say hello\n");
    let asked = client.synthesize(URI, 0);
    assert_eq!(client.carry_out(asked).await["outcome"], "done");
    let characters = stats(&mut client).await["report"]["characters"].clone();
    assert_eq!(characters["model"], 5, "{characters}");
}
