//! Inline completions.

use codegen_engine::runtime::backend::scripted::Script;
use serde_json::{Value, json};

use crate::URI;
use crate::common::{Client, blocked, gated, item};

#[tokio::test(flavor = "multi_thread")]
async fn the_rest_of_a_line() {
    let engine = Script::continuing(vec![("    return x", " + 1\n\n\ndef g():\n")]).engine();
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "def f(x):\n    return x\n");
    let answer = client.complete(URI, 1, 12).result().await;
    assert_eq!(item(&answer), (" + 1".to_owned(), [12, 12]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block() {
    let engine = Script::continuing(vec![
        ("def f(x):\n    ", "y = x\n    return y\n\ng = 1\n"),
        ("def f(x):", "\n    y = x\n    return y\n\ng = 1\n"),
    ])
    .engine();
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "def f(x):\n    ");
    let answer = client.complete(URI, 1, 4).result().await;
    let (text, _) = item(&answer);
    assert_eq!(text.trim(), "y = x\n    return y");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_turn_under_a_prompt() {
    let engine = Script::continuing(vec![("# say hello\n", "print('hello')\n\n# another\nprint(1)\n")]).engine();
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "x = 1\n\n# say hello\n");
    let answer = client.complete(URI, 3, 0).result().await;
    let (text, range) = item(&answer);
    assert_eq!((text.trim_end(), range), ("print('hello')", [0, 0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_through_is_answered_without_the_model() {
    let engine = Script::continuing(vec![("return 1", " + 1\n")]).engine();
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "return 1");
    assert_eq!(item(&client.complete(URI, 0, 8).result().await).0, " + 1");
    let before = engine.counters();
    client.change(URI, [0, 8, 0, 8], " +");
    let answer = client.complete(URI, 0, 10).result().await;
    assert_eq!(item(&answer), (" 1".to_owned(), [10, 10]));
    assert_eq!(engine.counters(), before);
    // Another text was typed: the model is asked.
    client.change(URI, [0, 10, 0, 10], "y");
    assert_eq!(client.complete(URI, 0, 11).result().await, Value::Null);
    assert_ne!(engine.counters(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_along_with_the_stream_joins_the_generation() {
    let (engine, gate) = gated(Script::continuing(vec![("return 1", " + yz\n")]));
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "return 1");
    gate.close();
    let first = client.complete(URI, 0, 8);
    blocked(&gate).await;
    // The prompt and the first token: " +" is known, "yz" is not.
    gate.permit(2);
    blocked(&gate).await;
    client.change(URI, [0, 8, 0, 8], " ");
    let second = client.complete(URI, 0, 9);
    assert_eq!(first.result().await, Value::Null, "superseded");
    gate.open();
    assert_eq!(item(&second.result().await), ("+ yz".to_owned(), [9, 9]));
    // One prompt was decoded, and each token was generated once.
    let counters = engine.counters();
    assert_eq!((counters.prefill_tokens, counters.generated_tokens), (8, 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_against_the_stream_begins_anew() {
    let (engine, gate) = gated(Script::continuing(vec![("return 1", " + 1\n"), ("return 1 *", " 2\n")]));
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "return 1");
    gate.close();
    let first = client.complete(URI, 0, 8);
    blocked(&gate).await;
    // Typed before the model has written anything: its text may still turn out to match.
    client.change(URI, [0, 8, 0, 8], " *");
    let second = client.complete(URI, 0, 10);
    assert_eq!(first.result().await, Value::Null);
    gate.open();
    assert_eq!(item(&second.result().await), (" 2".to_owned(), [10, 10]));
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_decodes_what_was_typed_and_not_the_prompt() {
    let text = "def f(value):\n    total = 0\n    for item in value:\n        total = total + item\n    return total\n\n\nresult = 1";
    let engine = Script::continuing(vec![("result = 1", "_never typed\n")]).engine();
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, text);
    client.complete(URI, 7, 10).result().await;
    let before = engine.counters();
    assert_eq!(before.prefill_tokens, text.len() as u64);
    for (index, typed) in "2345678901".chars().enumerate() {
        let column = 10 + u32::try_from(index).unwrap();
        client.change(URI, [7, column, 7, column], &typed.to_string());
        client.complete(URI, 7, column + 1).result().await;
    }
    let after = engine.counters();
    assert_eq!(after.finished_requests - before.finished_requests, 10, "every key asked the model");
    let decoded = after.prefill_tokens - before.prefill_tokens;
    assert!((10..=20).contains(&decoded), "{decoded} prompt tokens for ten keys");
}

#[tokio::test(flavor = "multi_thread")]
async fn acceptance_is_counted_by_the_items_command() {
    let engine = Script::continuing(vec![("return 1", " + 1\n")]).engine();
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "return 1");
    let answer = client.complete(URI, 0, 8).result().await;
    let command = &answer["items"][0]["command"];
    assert!(command["arguments"][0].is_u64(), "{command}");
    let params = json!({"command": command["command"], "arguments": command["arguments"]});
    assert_eq!(client.request("workspace/executeCommand", params).result().await, Value::Null);
}

/// What a model says inside a word: the script knows texts by their ends, so that each piece of the word leads to the next.
fn names() -> Script {
    Script::continuing(vec![
        ("print(", "nothing)\n"),
        ("print(numbers", ")\n"),
        ("print(nu", "ll)\n"),
        ("x = su", "b\n"),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_becomes_a_name_that_exists() {
    let mut client = Client::with_engine(&names().engine());
    client.hello().await;
    client.open(URI, "numbers = [1]\nprint(nu");
    assert_eq!(item(&client.complete(URI, 1, 8).result().await), ("mbers)".to_owned(), [8, 8]));
    // The rest stands while it is typed, and no name begins with another letter.
    client.change(URI, [1, 8, 1, 8], "m");
    assert_eq!(item(&client.complete(URI, 1, 9).result().await), ("bers)".to_owned(), [9, 9]));
    client.change(URI, [1, 9, 1, 9], "q");
    assert_eq!(client.complete(URI, 1, 10).result().await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suggestion_continues_the_selected_entry() {
    let engine = Script::continuing(vec![("x = sum", "(values)\n"), ("x = ", "values\n")]).engine();
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "values = [1]\nx = su");
    let ask = |client: &mut Client, from: u32, text: &str| {
        let range = json!({"start": {"line": 1, "character": from}, "end": {"line": 1, "character": 6}});
        let params = json!({
            "textDocument": {"uri": URI}, "position": {"line": 1, "character": 6},
            "context": {"triggerKind": 2, "selectedCompletionInfo": {"range": range, "text": text}},
        });
        client.request("textDocument/inlineCompletion", params)
    };
    let answer = ask(&mut client, 4, "sum").result().await;
    assert_eq!(item(&answer), ("sum(values)".to_owned(), [4, 6]));
    // Another word than the one that is typed.
    assert_eq!(ask(&mut client, 4, "values").result().await, Value::Null);
    // What stands agrees with no other entry: the model is asked for one that does.
    let answer = ask(&mut client, 4, "super").result().await;
    assert!(item(&answer).0.starts_with("super"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn closers_of_the_editor_do_not_end_a_suggestion() {
    let engine = Script::continuing(vec![("x =", " sum(values)\n")]).engine();
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "values = [1]\nx = ");
    assert_eq!(item(&client.complete(URI, 1, 4).result().await).0, "sum(values)");
    let before = engine.counters();
    client.change(URI, [1, 4, 1, 4], "sum");
    client.change(URI, [1, 7, 1, 7], "()");
    assert_eq!(item(&client.complete(URI, 1, 8).result().await), ("values".to_owned(), [8, 8]));
    assert_eq!(engine.counters(), before);
}
