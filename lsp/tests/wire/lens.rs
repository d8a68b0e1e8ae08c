//! Code lenses, and the request to fetch them again.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};

use codegen_engine::Engine;
use codegen_engine::runtime::backend::scripted::Script;
use codegen_lsp::config::Config;
use serde_json::{Value, json};

use crate::URI;
use crate::common::{Asked, Client, able, blocked, gated};

const TEXT: &str = "# load re\nimport re\n\n# say hello\n\n# say bye\n";
const REFRESH: &str = "workspace/codeLens/refresh";

fn model() -> Script {
    Script::continuing(vec![("# say hello\n", "print('hello')\n"), ("# say bye\n", "print('bye')\n")])
}

fn ask(client: &mut Client, uri: &str) -> Asked {
    client.request("textDocument/codeLens", json!({"textDocument": {"uri": uri}}))
}

/// The lenses as their line and title.
async fn lenses(client: &mut Client) -> Vec<(u64, String)> {
    let answer = ask(client, URI).result().await;
    let lenses = answer.as_array().unwrap_or_else(|| panic!("no lenses: {answer}"));
    let shown = |lens: &Value| {
        (lens["range"]["start"]["line"].as_u64().unwrap(), lens["command"]["title"].as_str().unwrap().to_owned())
    };
    lenses.iter().map(shown).collect()
}

fn owned(lenses: &[(u64, &str)]) -> Vec<(u64, String)> {
    lenses.iter().map(|&(line, title)| (line, title.to_owned())).collect()
}

/// Applies the edit that the server asks for.
async fn apply(client: &mut Client) {
    let request = client.next("workspace/applyEdit").await;
    let edit = request.params["edit"]["documentChanges"][0]["edits"][0].clone();
    client.changes(URI, json!([{"range": edit["range"], "text": edit["newText"]}]));
    client.reply(&request, json!({"applied": true}));
}

/// The `initialize` parameters with these options, and with support for refreshes if `refresh`.
fn params(options: Value, refresh: bool) -> Value {
    let mut params = able();
    params["initializationOptions"] = options;
    if refresh {
        params["capabilities"]["workspace"]["codeLens"] = json!({"refreshSupport": true});
    }
    params
}

async fn client(engine: &Engine, options: Value) -> Client {
    let mut client = Client::with_engine(engine);
    client.initialize(params(options, false)).await;
    client.open(URI, TEXT);
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lens_holds_the_command_that_it_runs() {
    let engine = model().engine();
    let mut client = client(&engine, Value::Null).await;
    let answer = ask(&mut client, URI).result().await;
    let range =
        |line: u64, end: u64| json!({"start": {"line": line, "character": 0}, "end": {"line": line, "character": end}});
    let at = |line: u64| json!({"uri": URI, "position": {"line": line, "character": 0}});
    let command = |title: &str, command: &str, argument: Value| json!({"title": title, "command": command, "arguments": [argument]});
    assert_eq!(
        answer,
        json!([
            {"range": range(3, 11), "command": command("Write code", "codegen.synthesize", at(3))},
            {"range": range(3, 11), "command": command("Write all (2)", "codegen.synthesizeAll", json!({"uri": URI}))},
            {"range": range(5, 9), "command": command("Write code", "codegen.synthesize", at(5))},
        ])
    );
    // The very arguments can be sent back.
    let params = json!({"command": "codegen.synthesize", "arguments": answer[2]["command"]["arguments"]});
    let asked = client.request("workspace/executeCommand", params);
    client.accept_progress().await;
    let request = client.next("workspace/applyEdit").await;
    assert_eq!(request.params["edit"]["documentChanges"][0]["edits"][0]["newText"], "print('bye')\n");
    client.reply(&request, json!({"applied": false}));
    asked.answer().await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_option_says_where_lenses_are() {
    let engine = model().engine();
    let empty = [(3, "Write code"), (3, "Write all (2)"), (5, "Write code")];
    let hand = [(0, "Replace 1 line by generated code"), (0, "written by hand")];
    let all = owned(&[&hand[..], &empty[..]].concat());
    for (options, expected) in [
        (json!({"synthesis": {"codeLens": "auto"}}), owned(&empty)),
        (json!({"synthesis": {"codeLens": "all"}}), all.clone()),
        (json!({"prompt": {"marker": "#"}}), all),
        (json!({"prompt": {"marker": "#>"}}), owned(&[])),
    ] {
        let mut client = client(&engine, options.clone()).await;
        assert_eq!(lenses(&mut client).await, expected, "{options}");
    }
    let mut client = client(&engine, json!({"synthesis": {"codeLens": "off"}})).await;
    assert_eq!(ask(&mut client, URI).result().await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_open_or_out_of_step_has_no_lenses() {
    let engine = model().engine();
    let mut client = client(&engine, Value::Null).await;
    assert_eq!(ask(&mut client, "file:///nowhere.py").result().await, Value::Null);
    client.change(URI, [99, 0, 99, 1], "x");
    assert_eq!(ask(&mut client, URI).result().await, Value::Null);
    client.changes(URI, json!([{ "text": TEXT }]));
    assert_eq!(lenses(&mut client).await.len(), 3);
    client.close(URI);
    assert_eq!(ask(&mut client, URI).result().await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_are_the_clients() {
    let text = "x = '\u{1F600}'\r\n\r\ndef f():\r\n\t# say \u{1F600} hi\r\n\t# twice\r\n";
    for (encoding, end) in [("utf-16", 12), ("utf-8", 14), ("utf-32", 11)] {
        let mut client = Client::with_engine(&model().engine());
        let mut params = able();
        params["capabilities"]["general"]["positionEncodings"] = json!([encoding, "utf-16"]);
        client.initialize(params).await;
        client.open(URI, text);
        let answer = ask(&mut client, URI).result().await;
        let range = json!({"start": {"line": 3, "character": 1}, "end": {"line": 3, "character": end}});
        assert_eq!(answer[0]["range"], range, "{encoding}");
        assert_eq!(answer[0]["command"]["arguments"][0]["position"], range["start"], "{encoding}");
        assert_eq!(answer.as_array().unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lenses_need_no_engine() {
    let loader = Arc::new(|_: &_| anyhow::bail!("no such model"));
    let mut client = Client::with_loader(loader, Config::default());
    client.hello().await;
    client.open(URI, TEXT);
    assert_eq!(lenses(&mut client).await.len(), 3);
    assert!(client.leave().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_at_work_can_only_be_cancelled() {
    let (engine, gate) = gated(model());
    let mut client = client(&engine, Value::Null).await;
    gate.close();
    let asked = client.synthesize(URI, 3);
    client.accept_progress().await;
    blocked(&gate).await;
    assert_eq!(lenses(&mut client).await, owned(&[(3, "Cancel"), (5, "Write code")]));
    // It moves with the text.
    client.change(URI, [0, 0, 0, 0], "\n");
    assert_eq!(lenses(&mut client).await, owned(&[(4, "Cancel"), (6, "Write code")]));
    client.cancel(asked.id);
    asked.error().await;
    client.settle().await;
    assert_eq!(lenses(&mut client).await.len(), 3);
    gate.open();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_to_refresh_at_a_time() {
    let (engine, gate) = gated(model());
    let mut client = Client::with_engine(&engine);
    client.initialize(params(Value::Null, true)).await;
    client.open(URI, TEXT);
    gate.close();
    let asked = client.synthesize(URI, 3);
    client.accept_progress().await;
    blocked(&gate).await;
    let refresh = client.next(REFRESH).await;
    // The end of the work is another change, but the client has not answered yet.
    client.cancel(asked.id);
    asked.error().await;
    client.settle().await;
    assert_eq!(client.arrived(REFRESH), []);
    client.reply(&refresh, Value::Null);
    let refresh = client.next(REFRESH).await;
    client.reply(&refresh, Value::Null);
    client.settle().await;
    client.settle().await;
    assert_eq!(client.arrived(REFRESH), [], "nothing has changed since");
    gate.open();
}

/// A client that supports refreshes and has opened `text`, while the engine loads: sending something ends the loading.
async fn loading(engine: Engine, options: Value, text: &str) -> (Client, Sender<()>) {
    let (load, wait) = std::sync::mpsc::channel();
    let wait = Mutex::new(wait);
    let loader = Arc::new(move |_: &_| {
        wait.lock().unwrap().recv()?;
        Ok(engine.clone())
    });
    let mut client = Client::with_loader(loader, Config::default());
    client.initialize(params(options, true)).await;
    client.open(URI, text);
    client.settle().await;
    assert_eq!(client.arrived(REFRESH), []);
    (client, load)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_and_the_settings_change_lenses() {
    let (mut client, load) = loading(model().engine(), Value::Null, TEXT).await;
    load.send(()).unwrap();
    let refresh = client.next(REFRESH).await;
    client.reply(&refresh, Value::Null);
    let settings = |lenses: &str| json!({"settings": {"codegen": {"synthesis": {"codeLens": lenses}}}});
    client.notify("workspace/didChangeConfiguration", settings("all"));
    let refresh = client.next(REFRESH).await;
    client.reply(&refresh, json!(null));
    assert_eq!(lenses(&mut client).await.len(), 5);
    // Settings that change nothing cause no refresh.
    client.notify("workspace/didChangeConfiguration", settings("all"));
    client.settle().await;
    assert_eq!(client.arrived(REFRESH), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_cannot_refresh_is_not_asked_to() {
    let engine = model().engine();
    let mut client = client(&engine, Value::Null).await;
    let asked = client.synthesize(URI, 3);
    client.accept_progress().await;
    apply(&mut client).await;
    asked.result().await;
    client.settle().await;
    assert_eq!(client.arrived(REFRESH), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_does_not_fit_is_told() {
    // A token is a byte here: of 2,048, 256 are for the answer.
    let turn = |number: u32| format!("# turn {number}\nx = '{}'\n\n", "a".repeat(400));
    let text = (0..6).map(turn).collect::<String>() + "# the last one\n";
    let options = json!({"synthesis": {"codeLens": "all"}});
    let (mut client, load) = loading(model().engine(), options, &text).await;
    // Counting needs the engine, and a client that asked too early is told to ask again.
    load.send(()).unwrap();
    let refresh = client.next(REFRESH).await;
    client.reply(&refresh, Value::Null);
    let cut: Vec<_> =
        lenses(&mut client).await.into_iter().filter(|(_, title)| title.contains("history cut")).collect();
    let hand = "written by hand, history cut: 2 of 5 turns left out";
    assert_eq!(cut, owned(&[(15, hand), (18, "history cut: 2 of 6 turns left out")]));
    // The same again, from the counts that were kept.
    assert_eq!(lenses(&mut client).await.iter().filter(|(_, title)| title.contains("history cut")).count(), 2);
}

const WRITTEN: &str = "# load re\nimport re\n\n# say hello\nprint('hello')\n\n# say bye\nprint('bye')\n";

/// A client whose two empty turns have been synthesized.
async fn written(engine: &Engine) -> Client {
    let mut client = client(engine, Value::Null).await;
    for line in [3, 6] {
        let asked = client.synthesize(URI, line);
        client.accept_progress().await;
        apply(&mut client).await;
        assert_eq!(asked.result().await["outcome"], "done");
    }
    assert_eq!(client.text(URI).await["text"], WRITTEN);
    client
}

const HELLO: [(u64, &str); 3] = [(3, "Regenerate"), (3, "Regenerate from here"), (3, "Next candidate")];
const BYE: [(u64, &str); 2] = [(6, "Regenerate"), (6, "Next candidate")];

#[tokio::test(flavor = "multi_thread")]
async fn generated_turns_say_what_became_of_them() {
    let engine = model().engine();
    for (change, text, hello, bye) in [
        ([0; 4], "", "generated", "generated"),
        ([3, 2, 3, 5], "shout", "stale: its prompt changed", "stale: a turn before it changed"),
        ([4, 7, 4, 12], "hi", "edited by hand", "stale: a turn before it changed"),
        ([6, 2, 6, 5], "shout", "generated", "stale: its prompt changed"),
        ([7, 7, 7, 10], "adieu", "generated", "edited by hand"),
    ] {
        let mut client = written(&engine).await;
        client.change(URI, change, text);
        let following = bye != "edited by hand";
        let replace = "Replace 1 line by generated code";
        let shown: Vec<_> = match hello {
            "edited by hand" => vec![(3, replace)],
            _ => HELLO.into_iter().filter(|(_, title)| following || *title != "Regenerate from here").collect(),
        };
        let later = if following { BYE.to_vec() } else { vec![(6, replace)] };
        let expected: Vec<_> = shown.into_iter().chain([(3, hello)]).chain(later).chain([(6, bye)]).collect();
        assert_eq!(lenses(&mut client).await, owned(&expected), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_that_failed_says_why() {
    let engine = Script::continuing(vec![]).engine();
    let mut client = client(&engine, Value::Null).await;
    let asked = client.synthesize(URI, 3);
    client.accept_progress().await;
    asked.result().await;
    let lenses = lenses(&mut client).await;
    assert_eq!(lenses[0], (3, "Write code again".to_owned()));
    assert_eq!(lenses[2], (3, "failed: the model wrote no code".to_owned()), "{lenses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_of_a_generated_turn_explains_it() {
    let engine = model().engine();
    let mut client = written(&engine).await;
    let answer = ask(&mut client, URI).result().await;
    let run = |title: &str| {
        let lens = answer.as_array().unwrap().iter().find(|lens| lens["command"]["title"] == title).unwrap();
        json!({"command": lens["command"]["command"], "arguments": lens["command"]["arguments"]})
    };
    let asked = client.request("workspace/executeCommand", run("generated"));
    let made = asked.result().await["made"].clone();
    assert_eq!((&made["model"], &made["raised"]), (&json!("scripted"), &Value::Null));
    assert_eq!(made["promptText"], "# load re\nimport re\n\n# say hello\n");
    assert_eq!(made["history"], json!({"kept": ["load re"], "dropped": [], "preambleCut": false}));
    assert_eq!(made["stats"]["promptTokens"], made["promptText"].as_str().unwrap().len());
}
