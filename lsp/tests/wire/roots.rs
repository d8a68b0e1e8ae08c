//! Workspace folders with settings of their own.

use codegen_engine::Engine;
use codegen_engine::runtime::backend::scripted::Script;
use serde_json::{Value, json};

use crate::common::{Client, Incoming, able, item};

const A: &str = "file:///code/a/x.py";
const B: &str = "file:///code/b/x.py";
const ELSEWHERE: &str = "file:///elsewhere/x.py";

fn engine() -> Engine {
    Script::continuing(vec![("return 1", " + 1\n"), ("one\n", "a = 1\n")]).engine()
}

fn folder(uri: &str) -> Value {
    json!({"uri": uri, "name": uri})
}

async fn client(folders: &[&str]) -> Client {
    let mut client = Client::with_engine(&engine());
    let mut params = able();
    params["capabilities"]["workspace"]["configuration"] = json!(true);
    params["capabilities"]["workspace"]["workspaceFolders"] = json!(true);
    params["workspaceFolders"] = folders.iter().map(|uri| folder(uri)).collect();
    client.initialize(params).await;
    client
}

/// Answers the next request for settings, and waits until they are in force: problems in the first answer are reported
/// then. Returns the request's scopes and the messages.
async fn answer(client: &mut Client, settings: Value) -> (Vec<Value>, String) {
    let pull = client.next("workspace/configuration").await;
    let told = reply(client, &pull, settings).await;
    let items = pull.params["items"].as_array().unwrap();
    assert!(items.iter().all(|item| item["section"] == "codegen"), "{items:?}");
    (items.iter().map(|item| item["scopeUri"].clone()).collect(), told)
}

async fn reply(client: &mut Client, pull: &Incoming, mut settings: Value) -> String {
    let wrong = format!("answer{}", pull.id.as_ref().unwrap());
    settings[0][&wrong] = json!(1);
    client.reply(pull, settings);
    let message = client.message().await;
    assert!(message.contains(&wrong), "{message}");
    message
}

async fn suggested(client: &mut Client, uri: &str) -> bool {
    client.open(uri, "return 1");
    let answer = client.complete(uri, 0, 8).result().await;
    if !answer.is_null() {
        assert_eq!(item(&answer).0, " + 1");
    }
    !answer.is_null()
}

async fn is_prompt(client: &mut Client, uri: &str, text: &str) -> bool {
    client.open(uri, text);
    let lenses = client.request("textDocument/codeLens", json!({"textDocument": {"uri": uri}})).result().await;
    !lenses.as_array().is_none_or(Vec::is_empty)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_folder_s_settings_hold_for_its_documents() {
    let mut client = client(&["file:///code/a", "file:///code/b"]).await;
    let a = json!({"inline": {"enabled": false}});
    let b = json!({"prompt": {"marker": "#>"}, "synthesis": {"verify": "run"}});
    let (scopes, told) = answer(&mut client, json!([null, a, b])).await;
    assert_eq!(scopes, [Value::Null, json!("file:///code/a"), json!("file:///code/b")]);
    assert!(told.contains("; codegen.synthesis.verify = \"run\" is ignored"), "{told}");
    for (uri, wanted) in [(A, false), (B, true), (ELSEWHERE, true)] {
        assert_eq!(suggested(&mut client, uri).await, wanted, "{uri}");
    }
    for (uri, wanted) in [(A, true), (B, false), (ELSEWHERE, true)] {
        assert_eq!(is_prompt(&mut client, uri, "# one\n").await, wanted, "{uri}");
    }
    assert!(is_prompt(&mut client, B, "#> one\n").await);
    // The command uses the folder's marker.
    let asked = client.synthesize(B, 0);
    client.accept_progress().await;
    assert_eq!(client.carry_out(asked).await["outcome"], "done");
    assert_eq!(client.text(B).await["text"], "#> one\na = 1\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_come_and_go() {
    let mut client = client(&["file:///code/a"]).await;
    answer(&mut client, json!([null, {"inline": {"enabled": false}}])).await;
    assert!(!suggested(&mut client, A).await);
    assert!(suggested(&mut client, B).await);
    let change = json!({"event": {"added": [folder("file:///code/b")], "removed": [folder("file:///code/a")]}});
    client.notify("workspace/didChangeWorkspaceFolders", change);
    let (scopes, _) = answer(&mut client, json!([null, {"inline": {"enabled": false}}])).await;
    assert_eq!(scopes, [Value::Null, json!("file:///code/b")]);
    assert!(suggested(&mut client, A).await);
    assert!(!suggested(&mut client, B).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pushed_holds_until_the_folders_answer() {
    let mut client = client(&["file:///code/a"]).await;
    answer(&mut client, json!([null, null])).await;
    assert!(suggested(&mut client, A).await);
    let settings = json!({"settings": {"codegen": {"inline": {"enabled": false}}}});
    client.notify("workspace/didChangeConfiguration", settings);
    let pull = client.next("workspace/configuration").await;
    assert!(!suggested(&mut client, A).await);
    reply(&mut client, &pull, json!([{"inline": {"enabled": false}}, {"inline": {"enabled": true}}])).await;
    assert!(suggested(&mut client, A).await);
    assert!(!suggested(&mut client, B).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_one_folder_is_asked_for_it() {
    let mut client = Client::with_engine(&engine());
    let mut params = able();
    params["capabilities"]["workspace"]["configuration"] = json!(true);
    params["rootUri"] = json!("file:///code/a");
    client.initialize(params).await;
    // A client that answers too little gets what it answered.
    let (scopes, _) = answer(&mut client, json!([{"inline": {"enabled": false}}])).await;
    assert_eq!(scopes, [Value::Null, json!("file:///code/a")]);
    assert!(!suggested(&mut client, A).await);
}
