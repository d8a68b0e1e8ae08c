//! Suggestions as entries of the client's completion menu.

use codegen_engine::Engine;
use codegen_engine::runtime::backend::scripted::{Gate, Script};
use serde_json::{Value, json};

use crate::URI;
use crate::common::{Asked, Client, able, able_with, blocked, gated, idle, item};

/// The capabilities of a client that has a menu, with `completionItem` as given.
fn with_menu(item: Value) -> Value {
    let mut params = able();
    params["capabilities"]["textDocument"]["completion"] = json!({ "completionItem": item });
    params
}

fn as_is() -> Value {
    json!({"insertTextModeSupport": {"valueSet": [1, 2]}, "labelDetailsSupport": true, "documentationFormat": ["markdown"]})
}

fn ask(client: &mut Client, line: u32, character: u32) -> Asked {
    let params = json!({"textDocument": {"uri": URI}, "position": {"line": line, "character": character}});
    client.request("textDocument/completion", params)
}

/// The only entry of an answer.
#[track_caller]
fn entry(answer: &Value) -> &Value {
    let items = answer["items"].as_array().unwrap_or_else(|| panic!("no menu: {answer}"));
    assert_eq!(items.len(), 1, "{answer}");
    &items[0]
}

/// The text and the columns of an entry's edit.
#[track_caller]
fn edit(entry: &Value) -> (&str, [u64; 2]) {
    let (text, range) = (entry["textEdit"]["newText"].as_str().unwrap(), &entry["textEdit"]["range"]);
    assert_eq!(range["start"]["line"], range["end"]["line"], "{entry}");
    (text, ["start", "end"].map(|end| range[end]["character"].as_u64().unwrap()))
}

fn nothing() -> Value {
    json!({"isIncomplete": true, "items": []})
}

fn sums() -> Script {
    Script::continuing(vec![("    return x", " + 1\n\n\ndef g():\n")])
}

const SUM: &str = "def f(x):\n    return x\n";

#[tokio::test(flavor = "multi_thread")]
async fn the_menu_is_offered_to_clients_without_inline_completion() {
    let inline = || {
        let mut params = with_menu(as_is());
        params["capabilities"]["textDocument"]["inlineCompletion"] = json!({});
        params
    };
    let with = |mut params: Value, enabled: Value| {
        params["initializationOptions"] = json!({"completion": {"enabled": enabled}});
        params
    };
    for (params, offered) in [
        (with_menu(as_is()), true),
        (inline(), false),
        (able(), true),
        (with(inline(), json!(true)), true),
        (with(inline(), json!("auto")), false),
        (with(with_menu(as_is()), json!(false)), false),
    ] {
        let mut client = Client::with_engine(&sums().engine());
        let answer = client.initialize(params.clone()).await;
        let provider = &answer["capabilities"]["completionProvider"];
        assert_eq!(provider.is_object(), offered, "{params}");
        if offered {
            assert_eq!(provider["resolveProvider"], false, "{params}");
            assert!(provider["triggerCharacters"].as_array().unwrap().contains(&json!(" ")), "{params}");
        }
        assert!(client.leave().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_the_inline_suggestion() {
    let engine = sums().engine();
    let mut client = Client::with_engine(&engine);
    client.initialize(with_menu(as_is())).await;
    client.open(URI, SUM);
    let answer = ask(&mut client, 1, 12).result().await;
    assert_eq!(answer["isIncomplete"], true);
    let entry = entry(&answer);
    assert_eq!(edit(entry), ("x + 1", [11, 12]));
    assert_eq!((&entry["label"], &entry["filterText"]), (&json!("x + 1"), &json!("x + 1")));
    assert_eq!((&entry["insertTextFormat"], &entry["insertTextMode"]), (&json!(1), &json!(1)));
    assert_eq!(entry["labelDetails"]["description"], "codegen");
    assert_eq!(entry["documentation"]["value"], "```python\nreturn x + 1\n```");
    // The same engine, cache and filters: the inline suggestion needs no token more.
    let before = engine.counters();
    assert_eq!(item(&client.complete(URI, 1, 12).result().await), (" + 1".to_owned(), [12, 12]));
    assert_eq!(engine.counters(), before);
    // Accepting is counted.
    let command = &entry["command"];
    let params = json!({"command": command["command"], "arguments": command["arguments"]});
    assert_eq!(client.request("workspace/executeCommand", params).result().await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_goes_in_the_clients_form() {
    let said = "\n        if x:\n            return 1\n        return x\n\ng = 1\n";
    let neovim = json!({"snippetSupport": true});
    for (capability, name, text) in [
        (as_is(), "Visual Studio Code", "\n        if x:\n            return 1\n        return x"),
        (neovim.clone(), "Neovim", "\n    if x:\n        return 1\n    return x"),
        (neovim, "Emacs", "\n        if x:\n            return 1\n        return x"),
    ] {
        let mut client = Client::with_engine(&Script::continuing(vec![("def f(x):", said)]).engine());
        let mut params = with_menu(capability);
        params["clientInfo"] = json!({ "name": name });
        client.initialize(params).await;
        client.open(URI, "class A:\n    def f(x):");
        let answer = ask(&mut client, 1, 13).result().await;
        assert_eq!(edit(entry(&answer)), (text, [13, 13]), "{name}");
        assert_eq!(entry(&answer)["label"], "if x:", "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn documentation_comes_when_an_entry_is_looked_at() {
    let mut client = Client::with_engine(&sums().engine());
    let mut capability = as_is();
    capability["resolveSupport"] = json!({"properties": ["documentation"]});
    let answer = client.initialize(with_menu(capability)).await;
    assert_eq!(answer["capabilities"]["completionProvider"]["resolveProvider"], true);
    client.open(URI, SUM);
    let answer = ask(&mut client, 1, 12).result().await;
    let entry = entry(&answer);
    assert_eq!(entry["documentation"], Value::Null);
    // Even when its document is gone.
    client.close(URI);
    let mut expected = entry.clone();
    expected["documentation"] = json!({"kind": "markdown", "value": "```python\nreturn x + 1\n```"});
    assert_eq!(client.request("completionItem/resolve", entry.clone()).result().await, expected);
    // Another server's.
    let other = json!({"label": "x", "data": [1, 2]});
    assert_eq!(client.request("completionItem/resolve", other.clone()).result().await, other);
    assert_eq!(client.request("completionItem/resolve", json!({"data": 1})).error().await["code"], -32602);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_asks_again_where_the_next_key_may_change_the_answer() {
    let mut client = Client::with_engine(&Script::continuing(vec![("y =", "\n")]).engine());
    client.initialize(with_menu(as_is())).await;
    client.open(URI, "y =\n# a comment\n");
    assert_eq!(ask(&mut client, 0, 3).result().await, nothing());
    assert_eq!(ask(&mut client, 1, 8).result().await, Value::Null, "in a comment");
    client.open_as("file:///project/a.js", "javascript", "y =");
    let params = json!({"textDocument": {"uri": "file:///project/a.js"}, "position": {"line": 0, "character": 3}});
    assert_eq!(client.request("textDocument/completion", params).result().await, Value::Null);
    client.close(URI);
    assert_eq!(ask(&mut client, 0, 3).result().await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_suggestions_are_off_the_menu_is_too() {
    let mut client = Client::with_engine(&sums().engine());
    client.initialize(able_with(json!({"inline": {"enabled": false}}))).await;
    client.open(URI, SUM);
    assert_eq!(ask(&mut client, 1, 12).result().await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_requests_are_refused() {
    let mut client = Client::with_engine(&sums().engine());
    client.initialize(with_menu(as_is())).await;
    client.open(URI, SUM);
    assert_eq!(ask(&mut client, 9, 0).error().await["code"], -32602);
    for params in [json!({}), json!({"textDocument": {"uri": URI}}), json!([1])] {
        assert_eq!(client.request("textDocument/completion", params).error().await["code"], -32602);
    }
    // A trigger that LSP does not know.
    let mut params = json!({"textDocument": {"uri": URI}, "position": {"line": 1, "character": 12}});
    params["context"] = json!({"triggerKind": 9, "triggerCharacter": "xyz"});
    assert_eq!(edit(entry(&client.request("textDocument/completion", params).result().await)).0, "x + 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_through_an_entry_needs_no_model() {
    let engine = sums().engine();
    let mut client = Client::with_engine(&engine);
    client.initialize(with_menu(as_is())).await;
    client.open(URI, SUM);
    ask(&mut client, 1, 12).result().await;
    let before = engine.counters();
    client.change(URI, [1, 12, 1, 12], " +");
    assert_eq!(edit(entry(&ask(&mut client, 1, 14).result().await)), (" 1", [14, 14]));
    assert_eq!(engine.counters(), before);
}

/// A model that never stops by itself, held at the gate after a few tokens of a menu's request.
async fn underway() -> (Client, Engine, Gate, Asked) {
    let (engine, gate) = gated(Script::new(|_| i32::from(b'a')));
    let mut client = Client::with_engine(&engine);
    client.initialize(with_menu(as_is())).await;
    client.open(URI, "x = b\ny = 1\n");
    gate.close();
    let asked = ask(&mut client, 0, 5);
    blocked(&gate).await;
    gate.permit(4);
    blocked(&gate).await;
    (client, engine, gate, asked)
}

/// Opens the gate, and checks that at most the batch held there and that of `idle` are decoded.
async fn check_stopped(engine: &Engine, gate: &Gate) {
    let before = engine.counters();
    gate.open();
    idle(engine).await;
    let batches = engine.counters().batches - before.batches;
    assert!(batches <= 2, "{batches} batches after the end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_ends_when_it_is_cancelled() {
    let (mut client, engine, gate, asked) = underway().await;
    client.cancel(asked.id);
    assert_eq!(asked.error().await["code"], -32800);
    client.settle().await;
    check_stopped(&engine, &gate).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_ends_when_typing_goes_another_way() {
    let (mut client, engine, gate, asked) = underway().await;
    client.change(URI, [0, 0, 0, 1], "z");
    assert_eq!(asked.result().await, nothing());
    check_stopped(&engine, &gate).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_latest_request_is_answered_whichever_kind_it_is() {
    let (engine, gate) = gated(sums());
    let mut client = Client::with_engine(&engine);
    client.initialize(with_menu(as_is())).await;
    client.open(URI, SUM);
    gate.close();
    let menu = ask(&mut client, 1, 12);
    blocked(&gate).await;
    let inline = client.complete(URI, 1, 12);
    assert_eq!(menu.result().await, nothing());
    let menu = ask(&mut client, 1, 12);
    assert_eq!(inline.result().await, Value::Null);
    gate.open();
    assert_eq!(edit(entry(&menu.result().await)).0, "x + 1");
}
