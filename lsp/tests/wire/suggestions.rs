//! Suggestions beyond the single one that a key asks for: several, remembered, prepared, early; and when there are none.

use std::sync::{Arc, Mutex};

use codegen_engine::model::Infill;
use codegen_engine::runtime::backend::scripted::Script;
use codegen_text::completion::pace::{Debounce, Eagerness};
use serde_json::{Value, json};

use crate::URI;
use crate::common::{Client, blocked, gated, idle, item};

fn sums() -> Script {
    Script::continuing(vec![("return 1", " + 1\n"), ("return 1 + 1", "\n"), ("x = 1 + 1", "\n")])
}

/// The texts of an answer's items.
#[track_caller]
fn texts(answer: &Value) -> Vec<&str> {
    let items = answer["items"].as_array().unwrap_or_else(|| panic!("no items: {answer}"));
    items.iter().map(|item| item["insertText"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn by_hand_there_are_several_that_differ_with_the_most_likely_first() {
    // Behind `x = ` three digits are about equally likely, one a little more than the others.
    let script = Script::weighing(|tokens| match tokens.last().and_then(|&token| u8::try_from(token).ok()) {
        Some(b'=') => vec![(i32::from(b' '), 40.0)],
        Some(b' ') => vec![(i32::from(b'1'), 20.4), (i32::from(b'2'), 20.2), (i32::from(b'3'), 20.0)],
        _ => vec![(i32::from(b'\n'), 40.0)],
    });
    let engine = script.engine();
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "x = ");
    let answer = client.invoke(URI, 0, 4).result().await;
    let found = texts(&answer);
    assert_eq!(found[0], "1");
    assert!((2..=4).contains(&found.len()), "{answer}");
    let mut different = found.clone();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), found.len(), "{answer}");
    // What was typed by hand stands: the key that follows is answered without the model.
    let before = engine.counters();
    client.change(URI, [0, 4, 0, 4], " ");
    assert_eq!(client.complete(URI, 0, 4).result().await["items"][0]["insertText"], "1");
    assert_eq!(engine.counters(), before);
    // While typing, there is one at most.
    client.change(URI, [0, 4, 0, 5], "");
    assert_eq!(item(&client.complete(URI, 0, 4).result().await).0, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_by_hand_ends_with_a_cancellation_or_a_change() {
    let (engine, gate) = gated(sums());
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "return 1");
    gate.close();
    let asked = client.invoke(URI, 0, 8);
    blocked(&gate).await;
    client.cancel(asked.id);
    let error = asked.error().await;
    assert_eq!(error["code"], -32800, "{error}");
    let asked = client.invoke(URI, 0, 8);
    client.change(URI, [0, 8, 0, 8], "0");
    assert_eq!(asked.result().await, Value::Null);
    gate.open();
    idle(&engine).await;
    client.change(URI, [0, 8, 0, 9], "");
    assert_eq!(texts(&client.invoke(URI, 0, 8).result().await), [" + 1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_for_another_version_is_answered_with_nothing() {
    let mut client = Client::with_engine(&sums().engine());
    client.hello().await;
    client.open(URI, "return 1");
    let version = client.version();
    for (asked, answered) in [(version, true), (version - 1, false), (version + 1, false)] {
        let params = json!({
            "textDocument": {"uri": URI, "version": asked}, "position": {"line": 0, "character": 8},
            "context": {"triggerKind": 2}, "formattingOptions": {"tabSize": 4, "insertSpaces": true},
        });
        let answer = client.request("textDocument/inlineCompletion", params).result().await;
        assert_eq!(!answer.is_null(), answered, "{asked}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_shows_no_unit_has_the_editor_s() {
    let engine = Script::continuing(vec![("def f(x):", "\n    y = x\n    return y\n\ng = 1\n")]).engine();
    for (options, unit) in [
        (json!({"tabSize": 4, "insertSpaces": false}), "\t"),
        (json!({"tabSize": 2, "insertSpaces": true}), "  "),
        (json!(null), "    "),
    ] {
        let mut client = Client::with_engine(&engine);
        client.hello().await;
        client.open(URI, "def f(x):");
        let params = json!({
            "textDocument": {"uri": URI}, "position": {"line": 0, "character": 9},
            "context": {"triggerKind": 2}, "formattingOptions": options,
        });
        let answer = client.request("textDocument/inlineCompletion", params).result().await;
        assert_eq!(item(&answer).0, format!("\n{unit}y = x\n{unit}return y"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_generated_is_remembered_wherever_the_user_goes_meanwhile() {
    let engine = Script::continuing(vec![("a = f(", "x)\n"), ("b = g(", "y)\n")]).engine();
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "x = y = 1\na = f(\nb = g(\n");
    assert_eq!(item(&client.complete(URI, 1, 6).result().await).0, "x)");
    assert_eq!(item(&client.complete(URI, 2, 6).result().await).0, "y)");
    let before = engine.counters();
    // Back at the first, after an undo, and after an edit elsewhere.
    assert_eq!(item(&client.complete(URI, 1, 6).result().await).0, "x)");
    client.change(URI, [1, 6, 1, 6], "q");
    client.change(URI, [1, 6, 1, 7], "");
    assert_eq!(item(&client.complete(URI, 1, 6).result().await).0, "x)");
    client.change(URI, [2, 6, 2, 6], "0)");
    client.change(URI, [2, 6, 2, 8], "");
    assert_eq!(item(&client.complete(URI, 2, 6).result().await).0, "y)");
    assert_eq!(engine.counters(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_follows_an_acceptance_is_there_already() {
    let engine = Script::continuing(vec![("x = 1", " + 1\n"), ("x = 1 + 1\n", "y = 2\n")]).engine();
    let mut client = Client::with_config(&engine, |config| config.inline.prepare_next = true);
    client.hello().await;
    client.open(URI, "x = 1");
    assert_eq!(item(&client.complete(URI, 0, 5).result().await).0, " + 1");
    client.settle().await;
    // The end of the line, and the line below it.
    while engine.counters().finished_requests < 3 {
        tokio::task::yield_now().await;
    }
    client.settle().await;
    idle(&engine).await;
    let before = engine.counters();
    client.change(URI, [0, 5, 0, 5], " + 1");
    client.change(URI, [0, 9, 0, 9], "\n");
    assert_eq!(item(&client.complete(URI, 1, 0).result().await).0, "y = 2");
    let after = engine.counters();
    // The prompt that follows that is already being prepared; nothing was decoded for the answer.
    assert!(after.generated_tokens - before.generated_tokens < 6, "{before:?} {after:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_has_asked_for_gives_way_to_what_somebody_asks() {
    let (engine, gate) =
        gated(Script::continuing(vec![("x = 1", " + 1\n"), ("x = 1 + 1\n", "z = 0000000000\n"), ("y =", " 2\n")]));
    let mut client = Client::with_config(&engine, |config| config.inline.prepare_next = true);
    client.hello().await;
    client.open(URI, "y = \nx = 1");
    gate.close();
    let asked = client.complete(URI, 1, 5);
    blocked(&gate).await;
    gate.permit(5);
    assert_eq!(item(&asked.result().await).0, " + 1");
    blocked(&gate).await;
    let before = engine.counters();
    let asked = client.complete(URI, 0, 4);
    client.settle().await;
    gate.open();
    assert_eq!(item(&asked.result().await).0, "2");
    let after = engine.counters();
    // The batch that was under way came to its end, and the rest of what was prepared was not made before the answer.
    assert!(after.generated_tokens - before.generated_tokens <= 5, "{before:?} {after:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_line_of_a_block_is_answered_before_the_rest_is_there() {
    let block = "\n    y = x\n    z = y\n    return z\n\ng = 1\n";
    let (engine, gate) = gated(Script::continuing(vec![("def f(x):", block)]));
    let mut client = Client::with_config(&engine, |config| config.inline.patience_ms = 0);
    client.hello().await;
    client.open(URI, "def f(x):");
    gate.close();
    let asked = client.complete(URI, 0, 9);
    blocked(&gate).await;
    // The prompt, the first line and its end.
    gate.permit("\n    y = x\n".len() + 1);
    assert_eq!(item(&asked.result().await).0, "\n    y = x");
    gate.open();
    while engine.counters().finished_requests < 1 {
        tokio::task::yield_now().await;
    }
    idle(&engine).await;
    client.settle().await;
    let before = engine.counters();
    // The rest follows what is shown, wherever the user is in it.
    assert_eq!(item(&client.complete(URI, 0, 9).result().await).0, "\n    y = x\n    z = y\n    return z");
    client.change(URI, [0, 9, 0, 9], "\n    y = x");
    assert_eq!(item(&client.complete(URI, 1, 9).result().await).0, "\n    z = y\n    return z");
    assert_eq!(engine.counters(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn eagerness_says_when_there_is_one() {
    for (eagerness, at_end, inside, by_hand) in [
        (Eagerness::Eager, true, true, true),
        (Eagerness::Calm, true, false, true),
        (Eagerness::OnDemand, false, false, true),
    ] {
        let engine = Script::continuing(vec![("f(1", " + 1"), ("x = 1", " + 1\n")]).engine();
        let mut client = Client::with_config(&engine, |config| {
            config.inline.eagerness = eagerness;
            config.inline.debounce = Debounce::Fixed(0);
        });
        client.hello().await;
        client.open(URI, "f(1)\nx = 1\n");
        assert_eq!(!client.complete(URI, 1, 5).result().await.is_null(), at_end, "{eagerness:?}");
        assert_eq!(!client.complete(URI, 0, 3).result().await.is_null(), inside, "{eagerness:?}");
        assert_eq!(!client.invoke(URI, 0, 3).result().await.is_null(), by_hand, "{eagerness:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_before_the_delay_is_over_begins_it_again() {
    let engine = sums().engine();
    let mut client = Client::with_config(&engine, |config| config.inline.debounce = Debounce::Fixed(60_000));
    client.hello().await;
    client.open(URI, "return ");
    client.change(URI, [0, 7, 0, 7], "1");
    let first = client.complete(URI, 0, 8);
    client.change(URI, [0, 8, 0, 8], " ");
    let second = client.complete(URI, 0, 9);
    assert_eq!(first.result().await, Value::Null);
    client.change(URI, [0, 8, 0, 9], "");
    client.settle().await;
    assert_eq!(engine.counters().finished_requests, 0, "nothing was begun");
    // What the user asks for by hand has no delay.
    assert_eq!(texts(&client.invoke(URI, 0, 8).result().await), [" + 1"]);
    assert_eq!(second.result().await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_by_hand_while_the_model_loads_waits_for_it_and_not_for_the_delay_of_a_key() {
    let engine = sums().engine();
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let loader = Arc::new(move |_: &_| {
        wait.lock().unwrap().recv()?;
        Ok(engine.clone())
    });
    let mut config = codegen_lsp::config::Config::default();
    (config.inline.debounce, config.inline.min_confidence) = (Debounce::Fixed(60_000), None);
    let mut client = Client::with_loader(loader, config);
    client.hello().await;
    client.open(URI, "return ");
    client.change(URI, [0, 7, 0, 7], "1");
    let delayed = client.complete(URI, 0, 8);
    let by_hand = client.invoke(URI, 0, 8);
    assert_eq!(delayed.result().await, Value::Null);
    client.settle().await;
    assert_eq!(client.unanswered(), 1);
    go.send(()).unwrap();
    assert_eq!(texts(&by_hand.result().await), [" + 1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_ignored_is_never_shown_to_the_model() {
    let engine = sums().engine();
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    for (uri, served) in [("file:///project/.env", false), ("file:///project/.ssh/a.py", false), (URI, true)] {
        client.open_as(uri, "python", "return 1");
        assert_eq!(!client.complete(uri, 0, 8).result().await.is_null(), served, "{uri}");
        assert_eq!(!client.invoke(uri, 0, 8).result().await.is_null(), served, "{uri}");
        assert_eq!(engine.counters().finished_requests > 0, served, "{uri}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn suggestions_are_put_off_by_a_command() {
    let mut client = Client::with_engine(&sums().engine());
    client.hello().await;
    client.open(URI, "return 1");
    let snooze = |client: &mut Client, arguments: Value| {
        client.request("workspace/executeCommand", json!({"command": "codegen.snooze", "arguments": arguments}))
    };
    assert_eq!(snooze(&mut client, json!([])).result().await, json!({"seconds": 300.0}));
    assert_eq!(client.complete(URI, 0, 8).result().await, Value::Null);
    assert_eq!(texts(&client.invoke(URI, 0, 8).result().await), [" + 1"]);
    let why = json!({"uri": URI, "position": {"line": 0, "character": 8}});
    client.complete(URI, 0, 8).result().await;
    let why = json!({"command": "codegen.why", "arguments": [why]});
    let answer = client.request("workspace/executeCommand", why).result().await;
    assert_eq!(answer["refusal"]["name"], "snoozed", "{answer}");
    assert_eq!(snooze(&mut client, json!([{"minutes": 0}])).result().await, json!({"seconds": 0.0}));
    assert_eq!(item(&client.complete(URI, 0, 8).result().await).0, " + 1");
    for wrong in [json!([{"minutes": -1}]), json!([{"minutes": 1e9}]), json!([{"minutes": "x"}]), json!([1])] {
        let error = snooze(&mut client, wrong.clone()).error().await;
        assert_eq!(error["code"], -32602, "{wrong}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_languages_get_the_rest_of_a_line_where_the_user_lists_them() {
    let engine = Script::continuing(vec![("int x = ", "f(1);\nint y")]).engine();
    let listed = |config: &mut codegen_lsp::config::Config| config.inline.languages = vec!["c".to_owned()];
    let mut client = Client::with_config(&engine, listed);
    client.hello().await;
    client.open_as(URI, "c", "int x = \n");
    client.open_as("file:///project/a.rs", "rust", "int x = \n");
    assert_eq!(item(&client.complete(URI, 0, 8).result().await).0, "f(1);");
    assert_eq!(texts(&client.invoke(URI, 0, 8).result().await), ["f(1);"]);
    client.change(URI, [0, 8, 0, 8], "f(");
    assert_eq!(item(&client.complete(URI, 0, 10).result().await).0, "1);");
    assert_eq!(client.complete("file:///project/a.rs", 0, 8).result().await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_text_is_read_while_the_user_rests() {
    let text = "x = 1\ny = 2\nreturn 1";
    for (prepare_next, opened) in [(true, true), (true, false), (false, true)] {
        let engine = sums().engine();
        let mut client = Client::with_config(&engine, |config| config.inline.prepare_next = prepare_next);
        client.hello().await;
        if opened {
            client.open(URI, text);
        } else {
            client.open(URI, "");
            client.change(URI, [0, 0, 0, 0], text);
        }
        if prepare_next {
            while engine.counters().finished_requests < 1 {
                tokio::task::yield_now().await;
            }
        }
        client.settle().await;
        let before = engine.counters();
        assert_eq!(item(&client.complete(URI, 2, 8).result().await).0, " + 1");
        let after = engine.counters();
        let read = after.prefill_tokens - before.prefill_tokens;
        // The last token has to be read again for what follows it; what is prepared behind that has a token more.
        assert_eq!(read < 10, prepare_next, "{before:?} {after:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_gives_way_to_a_request_and_follows_the_focus() {
    let other = "file:///other.py";
    let long = "a = 1\n".repeat(200);
    let (engine, gate) = gated(sums());
    let mut client = Client::with_config(&engine, |config| config.inline.prepare_next = true);
    client.hello().await;
    client.open(URI, "return 1");
    // It is read once, so that all that is submitted for it from here on is what is asked for.
    while engine.counters().finished_requests == 0 {
        tokio::task::yield_now().await;
    }
    gate.close();
    client.open(other, &long);
    blocked(&gate).await;
    let before = engine.submitted();
    let asked = client.complete(URI, 0, 8);
    while engine.submitted() == before {
        tokio::task::yield_now().await;
    }
    // The batch that is under way comes to its end, and no other of it is made before the answer, for which these are enough.
    gate.permit(6);
    assert_eq!(item(&asked.result().await).0, " + 1");
    gate.open();
    // What was broken off goes on when the user turns to it.
    let before = engine.counters().finished_requests;
    client.notify("textDocument/didFocus", json!({"textDocument": {"uri": other}}));
    while engine.counters().finished_requests == before {
        tokio::task::yield_now().await;
    }
    client.notify("textDocument/didFocus", json!({"textDocument": {"uri": "no URI"}}));
    client.notify("textDocument/didFocus", json!({}));
    client.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_was_trained_for_it_is_shown_what_stands_behind_the_cursor() {
    const INFILL: Infill = Infill { prefix: 1, suffix: 2, middle: 3 };
    let seen = Arc::new(Mutex::new(String::new()));
    let told = Arc::clone(&seen);
    let mut script = Script::new(move |tokens| {
        let text: Vec<u8> = tokens.iter().filter_map(|&token| u8::try_from(token).ok()).collect();
        let text = String::from_utf8_lossy(&text).into_owned();
        let said = text.split('\u{3}').nth(1).map_or(0, str::len);
        *told.lock().unwrap() = text;
        i32::from(b" f(b)\n"[said.min(5)])
    });
    script.infill = Some(INFILL);
    let mut client = Client::with_engine(&script.engine());
    client.hello().await;
    // In tabs, which the model is shown as spaces; a word is held back and said again.
    client.open(URI, "def f(b):\n\ta = f\n\treturn a\n");
    assert_eq!(item(&client.complete(URI, 1, 6).result().await).0, "(b)");
    let shown = seen.lock().unwrap().clone();
    let (before, rest) = shown.split_once('\u{2}').unwrap();
    let (behind, _) = rest.split_once('\u{3}').unwrap();
    assert!(before.starts_with("\u{1}def f(b):\n    a ="), "{shown:?}");
    assert_eq!(behind, "\n    return a\n", "{shown:?}");
}
