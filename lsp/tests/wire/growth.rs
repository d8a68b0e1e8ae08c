//! Documents that are too large or too broken for the main loop, or for the parser.

use codegen_engine::runtime::backend::scripted::Script;
use serde_json::{Value, json};

use crate::URI;
use crate::common::{Asked, Client, able_with, item};

const LARGE: &str = "file:///project/large.py";

fn function(index: usize) -> String {
    format!("def f{index}(a, b):\n    c = a + b * {index}\n    return [c, 'text {index}']\n\n\n")
}

/// A text of `count` functions that is too large to be parsed on the main loop.
fn functions(count: usize) -> String {
    (0..count).map(function).collect()
}

fn model() -> Script {
    Script::continuing(vec![("return 1", " + 1\n"), ("# say hello\n", "print('hello')\n")])
}

async fn client(options: Value) -> Client {
    let mut client = Client::with_engine(&model().engine());
    client.initialize(able_with(options)).await;
    // So that the engine is loaded.
    client.open(URI, "y = 0\nreturn x");
    assert_eq!(item(&client.complete(URI, 1, 8).result().await).0, " + 1");
    client
}

fn lenses(client: &mut Client, uri: &str) -> Asked {
    client.request("textDocument/codeLens", json!({"textDocument": {"uri": uri}}))
}

fn titles(answer: &Value) -> Vec<&str> {
    answer.as_array().unwrap().iter().map(|lens| lens["command"]["title"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_above_the_limit_is_followed_and_nothing_else() {
    let mut client = client(json!({"maxFileBytes": 1000, "synthesis": {"codeLens": "all"}})).await;
    let text = format!("# say hello\n\n{}return x", "z = 1\n".repeat(200));
    client.open(LARGE, &text);
    let message = client.message().await;
    assert!(message.contains(LARGE) && message.contains("1000 bytes (codegen.maxFileBytes)"), "{message}");
    let last = 202;
    assert_eq!(client.complete(LARGE, last, 8).result().await, Value::Null);
    assert_eq!(lenses(&mut client, LARGE).result().await, Value::Null);
    let answer = client.synthesize(LARGE, 0).result().await;
    assert_eq!(answer["outcome"], "failed", "{answer}");
    let why = "this document is not parsed, since it is larger than maxFileBytes";
    assert!(client.message().await.contains(why), "{answer}");
    let explained = client.on_line("codegen.explainTurn", LARGE, 0, json!({})).result().await;
    assert_eq!(explained, Value::Null);
    assert!(client.message().await.contains(why));
    // The server's text is correct all the while.
    client.change(LARGE, [0, 2, 0, 5], "shout");
    let text = text.replacen("say", "shout", 1);
    assert_eq!(client.text(LARGE).await["text"], json!(text));
    // Once it is small enough, everything works without a message.
    client.change(LARGE, [0, 2, 0, 7], "say");
    client.change(LARGE, [2, 0, 190, 0], "");
    assert_eq!(item(&client.complete(LARGE, 14, 8).result().await).0, " + 1");
    assert!(titles(&lenses(&mut client, LARGE).result().await).contains(&"Write code"));
    client.change(LARGE, [2, 0, 2, 0], &"z = 1\n".repeat(200));
    assert_eq!(lenses(&mut client, LARGE).result().await, Value::Null);
    client.settle().await;
    assert!(client.arrived("window/showMessage").is_empty(), "it is said once");
    assert!(client.leave().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_can_change() {
    let mut client = client(json!({"synthesis": {"codeLens": "all"}})).await;
    let text = format!("# say hello\n\n{}", "z = 1\n".repeat(200));
    client.open(LARGE, &text);
    assert!(titles(&lenses(&mut client, LARGE).result().await).contains(&"Write code"));
    let limit = |bytes: u32| json!({"settings": {"codegen": {"maxFileBytes": bytes}}});
    client.notify("workspace/didChangeConfiguration", limit(1000));
    assert_eq!(lenses(&mut client, LARGE).result().await, Value::Null);
    client.notify("workspace/didChangeConfiguration", limit(100_000));
    assert!(titles(&lenses(&mut client, LARGE).result().await).contains(&"Write code"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_the_syntax_of_a_large_document_waits_for_it() {
    let mut client = client(json!({"synthesis": {"codeLens": "all"}})).await;
    let text = format!("# say hello\n\n{}", functions(300));
    client.open(LARGE, &text);
    let (first, second) = (lenses(&mut client, LARGE), lenses(&mut client, LARGE));
    let action = client.request(
        "textDocument/codeAction",
        json!({
            "textDocument": {"uri": LARGE}, "context": {"diagnostics": []},
            "range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}},
        }),
    );
    // A change while they wait: they are answered for the text after it.
    client.change(LARGE, [0, 0, 0, 0], "# ----------\n\n");
    for asked in [first, second] {
        let answer = asked.result().await;
        assert!(titles(&answer).contains(&"Write code"), "{answer}");
        assert_eq!(answer[0]["range"]["start"]["line"], 2);
    }
    assert!(action.result().await.is_array());
    // Broken far above, it is parsed anew, and the command waits for that.
    client.change(LARGE, [2, 0, 2, 0], "def broken(:\n    x = [\n\n");
    let asked = client.synthesize(LARGE, 5);
    let answer = client.carry_out(asked).await;
    assert_eq!(answer["outcome"], "done", "{answer}");
    let after = client.text(LARGE).await["text"].as_str().unwrap().to_owned();
    assert!(after.contains("# say hello\nprint('hello')\n"), "{}", &after[..120]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_is_answered_when_the_document_is_closed_or_the_request_is_cancelled() {
    let mut client = client(json!({})).await;
    let text = format!("# say hello\n\n{}", functions(20_000));
    client.open(LARGE, &text);
    let (lens, command) = (lenses(&mut client, LARGE), client.synthesize(LARGE, 0));
    let cancelled = client.synthesize(LARGE, 0);
    client.cancel(cancelled.id);
    client.close(LARGE);
    assert_eq!(lens.result().await, Value::Null);
    assert!(command.error().await["message"].as_str().unwrap().contains("is not open"));
    assert_eq!(cancelled.error().await["code"], -32800);
    client.open(LARGE, &text);
    let lens = lenses(&mut client, LARGE);
    assert!(client.leave().await);
    let _ = lens.answer().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn suggestions_in_a_large_document_do_not_wait_for_its_syntax() {
    let mut client = client(json!({})).await;
    let text = format!("def broken(:\n    x = [\n\n{}def last(x):\n    return x", functions(3_000));
    client.open(LARGE, &text);
    let line = u32::try_from(text.matches('\n').count()).unwrap();
    assert_eq!(item(&client.complete(LARGE, line, 12).result().await), (" + 1".to_owned(), [12, 12]));
    client.change(LARGE, [line, 4, line, 4], "y = 1; ");
    assert_eq!(item(&client.complete(LARGE, line, 19).result().await).1, [19, 19]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_parsed_is_said_and_ends_nothing() {
    let mut client = client(json!({})).await;
    client.open(LARGE, &format!("# say hello\n\n{}", "(".repeat(300_000)));
    assert_eq!(lenses(&mut client, LARGE).result().await, Value::Null);
    let answer = client.synthesize(LARGE, 0).result().await;
    assert_eq!(answer["outcome"], "failed", "{answer}");
    assert!(client.message().await.contains("its brackets are nested too deep"));
    assert_eq!(client.complete(LARGE, 2, 300_000).result().await, Value::Null);
    // Without the brackets, everything works.
    client.change(LARGE, [2, 0, 2, 300_000], "");
    assert!(titles(&lenses(&mut client, LARGE).result().await).contains(&"Write code"));
}
