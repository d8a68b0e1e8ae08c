//! Mistakes of clients: every request has its answer, and the server continues.

use codegen_engine::runtime::backend::scripted::Script;
use serde_json::{Value, json};

use crate::URI;
use crate::common::{Client, item};

async fn client() -> Client {
    let engine = Script::continuing(vec![("return 1", " + 1\n")]).engine();
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "return 1");
    client
}

async fn check_alive(client: &mut Client) {
    assert_eq!(item(&client.complete(URI, 0, 8).result().await).0, " + 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_cannot_be_applied_waits_for_the_whole_text() {
    let mut client = client().await;
    client.changes(
        URI,
        json!([
            {"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}, "text": "lost "},
            {"range": {"start": {"line": 7, "character": 0}, "end": {"line": 8, "character": 0}}, "text": "x"},
        ]),
    );
    let told = client.message().await;
    assert!(told.contains(URI) && told.contains("line 7 is past the end"), "{told}");
    assert_eq!(client.text(URI).await["text"], "return 1", "all changes or none");
    assert_eq!(client.complete(URI, 0, 8).result().await, Value::Null);
    client.change(URI, [0, 0, 0, 0], "ignored ");
    assert_eq!(client.text(URI).await["text"], "return 1");
    assert_eq!(client.arrived("window/showMessage"), [], "told once");
    client.changes(URI, json!([{"text": "y = 1\nreturn 1"}]));
    assert_eq!(item(&client.complete(URI, 1, 8).result().await).0, " + 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_and_documents_that_are_not_there() {
    let mut client = client().await;
    let error = client.complete(URI, 9, 0).error().await;
    assert_eq!(error["code"], -32602);
    assert!(error["message"].as_str().unwrap().contains("line 9 is past the end"), "{error}");
    assert_eq!(client.complete("file:///other.py", 0, 0).result().await, Value::Null);
    // LSP: a character past the line's end is the line's end.
    assert_eq!(item(&client.complete(URI, 0, 99).result().await), (" + 1".to_owned(), [8, 8]));
    client.change("file:///other.py", [0, 0, 0, 0], "x");
    client.close("file:///other.py");
    let error = client.synthesize("file:///other.py", 0).error().await;
    assert_eq!(error["message"], "file:///other.py is not open");
    check_alive(&mut client).await;
}

/// A command's argument with one more field.
fn at(line: u32, field: &str, value: Value) -> Value {
    let mut argument = json!({"uri": URI, "position": {"line": line, "character": 0}});
    argument[field] = value;
    argument
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_and_arguments_that_mean_nothing() {
    let mut client = client().await;
    for (command, arguments, problem) in [
        (
            "codegen.dance",
            json!([]),
            "there is no command codegen.dance; there are codegen.synthesize, codegen.synthesizeAll, codegen.regenerate",
        ),
        ("codegen.accepted", json!(["one"]), "expected the suggestion's number"),
        ("codegen.accepted", json!([]), "takes one argument, not 0"),
        ("codegen.synthesize", json!([{"uri": 3}]), "expected {uri: string, position: Position}"),
        ("codegen.synthesize", json!([URI, 3]), "takes one argument, not 2"),
        (
            "codegen.synthesize",
            json!([{"uri": URI, "position": {"line": -1, "character": 0}}]),
            "cannot use its argument",
        ),
        ("codegen.synthesize", json!([{"uri": URI, "position": {"line": 99, "character": 0}}]), "past the end"),
        ("codegen.regenerate", json!([at(99, "following", json!(true))]), "past the end"),
        ("codegen.regenerate", json!([at(0, "following", json!("yes"))]), "following?: boolean"),
        ("codegen.regenerate", json!([at(0, "seed", json!(-1))]), "seed?: number"),
        ("codegen.synthesizeAll", json!([]), "{uri: string, range?: Range}"),
        ("codegen.synthesizeAll", json!([{"uri": "file:///nowhere.py"}]), "file:///nowhere.py is not open"),
        ("codegen.synthesizeAll", json!([{"uri": URI, "range": 3}]), "cannot use its argument"),
        ("codegen.replace", json!([at(0, "lines", json!("all"))]), "lines?: number"),
        ("codegen.candidates", json!([at(0, "count", json!(1))]), "cannot sample 1 candidates; expected"),
        ("codegen.candidates", json!([at(0, "count", json!(17))]), "count?: a number from 2 to 16"),
        ("codegen.accept", json!([at(0, "index", json!("best"))]), "index: a number, \"next\" or \"previous\""),
        ("codegen.accept", json!([at(0, "position", json!({"line": 0, "character": 0}))]), "missing field `index`"),
        ("codegen.cancel", json!([{"position": {"line": 0, "character": 0}}]), "a position without its uri"),
        ("codegen.cancel", json!([{"uri": "file:///nowhere.py", "position": {"line": 0, "character": 0}}]), "not open"),
    ] {
        let error = client
            .request("workspace/executeCommand", json!({"command": command, "arguments": arguments}))
            .error()
            .await;
        assert_eq!(error["code"], -32602, "{error}");
        assert!(error["message"].as_str().unwrap().contains(problem), "{error} should say {problem}");
    }
    check_alive(&mut client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_are_no_messages() {
    let mut client = client().await;
    let error = client.request("textDocument/inlineCompletion", json!({"textDocument": 3})).error().await;
    assert_eq!(error["code"], -32602);
    let error = client.request("textDocument/inlineCompletion", Value::Null).error().await;
    assert_eq!(error["code"], -32602);
    for method in ["textDocument/dance", "$/dance", "$/setTrace", ""] {
        assert_eq!(client.request(method, json!({})).error().await["code"], -32601, "{method:?}");
    }
    client.notify("textDocument/didChange", json!({"textDocument": {"uri": URI}}));
    client.notify("textDocument/didOpen", json!([]));
    client.notify("$/unknown", json!({}));
    client.cancel(999);
    assert_eq!(client.text(URI).await["synced"], false, "a change that cannot be read has been lost");
    client.changes(URI, json!([{"text": "return 1"}]));
    check_alive(&mut client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_with_an_id_is_refused_and_its_document_out_of_step() {
    let mut client = client().await;
    let document = json!({"uri": URI, "languageId": "python", "version": 5, "text": "other"});
    for (method, params) in [
        (
            "textDocument/didChange",
            json!({"textDocument": {"uri": URI, "version": 5}, "contentChanges": [{"text": "other"}]}),
        ),
        ("textDocument/didOpen", json!({ "textDocument": document })),
    ] {
        let error = client.request(method, params).error().await;
        assert_eq!(error["code"], -32600, "{error}");
        let expected = json!({"text": "return 1", "version": client.version(), "synced": false});
        assert_eq!(client.text(URI).await, expected, "{method}: the client's text is another one now");
        client.changes(URI, json!([{"text": "return 1"}]));
        check_alive(&mut client).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_outside_the_conversation() {
    let engine = Script::continuing(vec![]).engine();
    let mut client = Client::with_engine(&engine);
    assert_eq!(client.complete(URI, 0, 0).error().await["code"], -32002, "before initialize");
    client.hello().await;
    let again = client.request("initialize", crate::common::able()).error().await;
    assert_eq!(again["code"], -32600, "initialize comes once");
    client.request("shutdown", Value::Null).result().await;
    assert_eq!(client.complete(URI, 0, 0).error().await["code"], -32600, "after shutdown");
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_twice_takes_the_newer_text() {
    let mut client = client().await;
    client.open(URI, "y\nreturn 1");
    assert_eq!(item(&client.complete(URI, 1, 8).result().await).0, " + 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_document_has_no_suggestion() {
    let mut client = client().await;
    client.open("file:///empty.py", "");
    assert_eq!(client.complete("file:///empty.py", 0, 0).result().await, Value::Null);
    assert_eq!(client.arrived("window/showMessage"), []);
}
