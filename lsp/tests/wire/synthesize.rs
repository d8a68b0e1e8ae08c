//! `codegen.synthesize`.

use codegen_engine::Engine;
use codegen_engine::runtime::backend::scripted::{Gate, Script};
use serde_json::{Value, json};

use crate::URI;
use crate::common::{Asked, Client, blocked, gated, idle};

const TEXT: &str = "# import re\nimport re\n\n# say hello\n\n# say bye\n";

fn model() -> Script {
    // The model answers only if its prompt has the history.
    Script::continuing(vec![
        ("# import re\nimport re\n\n# say hello\n", "print('hello')\n\n# more\n"),
        ("# say bye\n", "print('bye')\n# more\n"),
    ])
}

async fn client(engine: &Engine) -> Client {
    let mut client = Client::with_engine(engine);
    client.hello().await;
    client.open(URI, TEXT);
    client
}

/// A synthesis of "say hello" held at the gate after its first tokens.
async fn underway() -> (Client, Engine, Gate, Asked, Value) {
    let (engine, gate) = gated(model());
    let mut client = client(&engine).await;
    gate.close();
    let asked = client.synthesize(URI, 3);
    let token = client.accept_progress().await;
    blocked(&gate).await;
    gate.permit(3);
    blocked(&gate).await;
    (client, engine, gate, asked, token)
}

/// The edit that the server asks for: its range, its text, and the version that it is for.
fn edit(request: &crate::common::Incoming) -> (Value, String, Value) {
    let changes =
        request.params["edit"]["documentChanges"].as_array().unwrap_or_else(|| panic!("{:?}", request.params));
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0]["textDocument"]["uri"], URI);
    let edits = changes[0]["edits"].as_array().unwrap();
    assert_eq!(edits.len(), 1, "one undo step");
    (
        edits[0]["range"].clone(),
        edits[0]["newText"].as_str().unwrap().to_owned(),
        changes[0]["textDocument"]["version"].clone(),
    )
}

/// The document after the edit.
fn edited(text: &str, range: &Value, new: &str) -> String {
    let offset = |position: &Value| {
        let line = usize::try_from(position["line"].as_u64().unwrap()).unwrap();
        let character = usize::try_from(position["character"].as_u64().unwrap()).unwrap();
        text.split_inclusive('\n').take(line).map(str::len).sum::<usize>() + character
    };
    format!("{}{new}{}", &text[..offset(&range["start"])], &text[offset(&range["end"])..])
}

const DONE: &str = "# import re\nimport re\n\n# say hello\nprint('hello')\n\n# say bye\n";

#[tokio::test(flavor = "multi_thread")]
async fn the_program_text_comes_as_one_versioned_edit() {
    let engine = model().engine();
    let mut client = client(&engine).await;
    let asked = client.synthesize(URI, 3);
    let token = client.accept_progress().await;
    let request = client.next("workspace/applyEdit").await;
    let (range, text, version) = edit(&request);
    assert_eq!(edited(TEXT, &range, &text), DONE);
    assert_eq!(version, json!(client.version()));
    client.report(&request);
    client.say_applied(&request);
    let result = asked.result().await;
    assert_eq!((&result["outcome"], &result["message"]), (&json!("done"), &Value::Null), "{result}");
    assert_eq!(result["turns"].as_array().unwrap().len(), 1, "{result}");
    let turn = &result["turns"][0];
    assert_eq!((&turn["prompt"], &turn["text"]), (&json!("say hello"), &json!("print('hello')")));
    assert!(turn["stats"]["generatedTokens"].as_u64().unwrap() >= 14, "{result}");
    assert_eq!((&turn["score"]["parses"], &turn["score"]["run"]), (&json!(true), &json!(false)), "{result}");

    let progress = client.progress().await;
    assert!(progress.iter().all(|progress| progress["token"] == token));
    let kinds: Vec<_> = progress.iter().map(|progress| progress["value"]["kind"].as_str().unwrap()).collect();
    assert_eq!((kinds.first(), kinds.last()), (Some(&"begin"), Some(&"end")));
    assert!(kinds[1..kinds.len() - 1].iter().all(|kind| *kind == "report"));
    assert_eq!(progress[0]["value"]["message"], "say hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_inside_a_block_stays_inside() {
    let text = "def f():\n    # say hello\n\ny = 2\n";
    let engine = Script::continuing(vec![("def f():\n    # say hello\n", "    print('hello')\n\nx = 1\n")]).engine();
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, text);
    let asked = client.synthesize(URI, 1);
    client.accept_progress().await;
    let request = client.next("workspace/applyEdit").await;
    let (range, new, _) = edit(&request);
    assert_eq!(edited(text, &range, &new), "def f():\n    # say hello\n    print('hello')\n\ny = 2\n");
    client.report(&request);
    client.say_applied(&request);
    assert_eq!(asked.result().await["outcome"], "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_alone_are_not_written_into_the_document() {
    let engine = Script::continuing(vec![("# say hello\n", "    #\n    # hello\n")]).engine();
    let mut client = client(&engine).await;
    let asked = client.synthesize(URI, 3);
    client.accept_progress().await;
    assert_eq!(client.message().await, "codegen-lsp: the model wrote no code for this prompt");
    assert_eq!(asked.result().await["outcome"], "nothing");
    assert_eq!(client.arrived("workspace/applyEdit"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn text_typed_elsewhere_moves_the_edit() {
    let (mut client, _engine, gate, asked, _) = underway().await;
    client.change(URI, [0, 0, 0, 0], "import os\n\n");
    client.change(URI, [7, 9, 7, 9], " now");
    let now = "import os\n\n# import re\nimport re\n\n# say hello\n\n# say bye now\n";
    assert_eq!(client.text(URI).await["text"], now);
    gate.open();
    let request = client.next("workspace/applyEdit").await;
    let (range, text, version) = edit(&request);
    assert_eq!(
        edited(now, &range, &text),
        DONE.replace("bye", "bye now").replacen("# import", "import os\n\n# import", 1)
    );
    assert_eq!(version, json!(client.version()));
    client.report(&request);
    client.say_applied(&request);
    assert_eq!(asked.result().await["outcome"], "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_that_was_edited_gets_nothing() {
    let (mut client, engine, gate, asked, _) = underway().await;
    client.change(URI, [3, 6, 3, 6], "good");
    assert_eq!(asked.result().await["outcome"], "dropped");
    assert!(client.message().await.contains("the turn was edited"));
    let before = engine.counters();
    gate.open();
    idle(&engine).await;
    assert!(engine.counters().batches - before.batches <= 2, "the work stops with it");
    client.settle().await;
    assert_eq!(client.arrived("workspace/applyEdit"), []);
    client.progress().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_for_an_old_version_is_made_anew() {
    let engine = model().engine();
    let mut client = client(&engine).await;
    let asked = client.synthesize(URI, 3);
    client.accept_progress().await;
    let request = client.next("workspace/applyEdit").await;
    // The user typed before the edit was applied.
    client.change(URI, [0, 0, 0, 0], "\n");
    client.reply(&request, json!({"applied": false, "failureReason": "stale"}));
    let request = client.next("workspace/applyEdit").await;
    let (range, text, version) = edit(&request);
    assert_eq!(edited(&format!("\n{TEXT}"), &range, &text), format!("\n{DONE}"));
    assert_eq!(version, json!(client.version()));
    // For a reason that another attempt would not change.
    client.reply(&request, json!({"applied": false, "failureReason": "read only"}));
    let result = asked.result().await;
    assert_eq!((&result["outcome"], &result["turns"][0]["text"]), (&json!("not applied"), &json!("print('hello')")));
    assert_eq!(client.message().await, "codegen-lsp: the editor did not apply the code: read only");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_command_for_the_turn_supersedes() {
    let (mut client, _engine, gate, first, _) = underway().await;
    let second = client.synthesize(URI, 3);
    assert_eq!(first.result().await, json!({"outcome": "superseded", "message": null, "turns": []}));
    client.accept_progress().await;
    gate.open();
    client.apply().await;
    assert_eq!(second.result().await["outcome"], "done");
    client.settle().await;
    assert_eq!(client.arrived("workspace/applyEdit"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_turn_does_not_supersede() {
    let (mut client, _engine, gate, first, _) = underway().await;
    let second = client.synthesize(URI, 5);
    client.accept_progress().await;
    client.settle().await;
    assert_eq!(client.unanswered(), 2);
    gate.open();
    for _ in 0..2 {
        client.apply().await;
    }
    assert_eq!(
        (first.result().await["outcome"].clone(), second.result().await["outcome"].clone()),
        (json!("done"), json!("done"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_user_may_cancel() {
    let (client, engine, gate, asked, token) = underway().await;
    client.notify("window/workDoneProgress/cancel", json!({ "token": token }));
    assert_eq!(asked.result().await["outcome"], "cancelled");
    let before = engine.counters();
    gate.open();
    idle(&engine).await;
    assert!(engine.counters().batches - before.batches <= 2);

    let (mut client, engine, gate, asked, _) = underway().await;
    client.cancel(asked.id);
    assert_eq!(asked.error().await["code"], -32800);
    client.settle().await;
    let before = engine.counters();
    gate.open();
    idle(&engine).await;
    assert!(engine.counters().batches - before.batches <= 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_document_ends_it() {
    let (client, _engine, _gate, asked, _) = underway().await;
    client.close(URI);
    assert_eq!(asked.result().await["outcome"], "closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_turn_is_the_user_is_told() {
    let engine = model().engine();
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "x = 1\n");
    assert_eq!(client.synthesize(URI, 0).result().await["outcome"], "nothing");
    assert_eq!(client.message().await, "codegen-lsp: line 1 is no comment: put the cursor on one, or on its code");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_has_nothing_to_say() {
    let engine = Script::continuing(vec![]).engine();
    let mut client = client(&engine).await;
    let asked = client.synthesize(URI, 3);
    client.accept_progress().await;
    let result = asked.result().await;
    let message = "the model wrote no code for this prompt";
    assert_eq!(result, json!({"outcome": "nothing", "message": message, "turns": []}));
    assert_eq!(client.message().await, format!("codegen-lsp: {message}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simple_client_gets_simple_edits_without_progress() {
    let engine = model().engine();
    let mut client = Client::with_engine(&engine);
    client.initialize(json!({"capabilities": {"workspace": {"applyEdit": true}}})).await;
    client.open(URI, TEXT);
    let asked = client.synthesize(URI, 3);
    let request = client.next("workspace/applyEdit").await;
    let edits = &request.params["edit"]["changes"][URI];
    assert_eq!(edited(TEXT, &edits[0]["range"], edits[0]["newText"].as_str().unwrap()), DONE);
    client.report(&request);
    client.say_applied(&request);
    assert_eq!(asked.result().await["outcome"], "done");
    assert_eq!(client.arrived("$/progress"), []);
    assert_eq!(client.arrived("window/workDoneProgress/create"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clients_own_token_is_used() {
    let engine = model().engine();
    let mut client = client(&engine).await;
    let argument = json!({"uri": URI, "position": {"line": 3, "character": 0}});
    let params = json!({"command": "codegen.synthesize", "arguments": [argument], "workDoneToken": "mine"});
    let asked = client.request("workspace/executeCommand", params);
    client.apply().await;
    asked.result().await;
    let progress = client.progress().await;
    assert!(progress.len() > 2 && progress.iter().all(|progress| progress["token"] == "mine"));
    assert_eq!(client.arrived("window/workDoneProgress/create"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_string_does_not_take_the_turns_below_into_the_program_text() {
    let engine = Script::continuing(vec![("# one\n", "x = 1\ny = \"\"\"\nopen\n")]).engine();
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "# one\n\n# two\nmine = 2\n");
    let asked = client.synthesize(URI, 0);
    client.accept_progress().await;
    assert_eq!(client.carry_out(asked).await["turns"][0]["text"], "x = 1");
    assert_eq!(client.text(URI).await["text"], "# one\nx = 1\n\n# two\nmine = 2\n");
}
