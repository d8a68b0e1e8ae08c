//! Code actions on a prompt and on selections.

use codegen_engine::runtime::backend::scripted::Script;
use serde_json::{Value, json};

use crate::URI;
use crate::common::{Asked, Client, able};

const TEXT: &str = "# load re\r\nimport re\r\n\r\n# say \u{1F600} hello\r\n\r\n# say bye\r\n";

async fn client(literals: bool) -> Client {
    let mut client = Client::with_engine(&Script::continuing(vec![]).engine());
    let mut params = able();
    if literals {
        let kinds = json!({"codeActionKind": {"valueSet": ["", "refactor", "refactor.rewrite"]}});
        params["capabilities"]["textDocument"]["codeAction"] = json!({"codeActionLiteralSupport": kinds});
    }
    client.initialize(params).await;
    client.open(URI, TEXT);
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_model_writes_is_tagged_for_clients_that_know_the_tag() {
    for (tags, expected) in
        [(json!({"valueSet": [1]}), json!([1])), (json!({"valueSet": []}), json!(null)), (json!(null), json!(null))]
    {
        let mut client = Client::with_engine(&Script::continuing(vec![]).engine());
        let mut params = able();
        let kinds = json!({"codeActionKind": {"valueSet": ["refactor.rewrite"]}});
        params["capabilities"]["textDocument"]["codeAction"] =
            json!({"codeActionLiteralSupport": kinds, "tagSupport": tags});
        client.initialize(params).await;
        client.open(URI, TEXT);
        let answer = ask(&mut client, URI, [3, 9, 3, 9], None).result().await;
        let of = |title: &str| {
            let actions = answer.as_array().unwrap();
            actions.iter().find(|action| action["title"] == title).unwrap_or_else(|| panic!("{title}: {answer}"))
        };
        assert_eq!(of("Write code for this prompt")["tags"], expected, "{tags}");
        assert_eq!(of("Explain this turn").get("tags"), None, "{tags}");
    }
}

fn ask(client: &mut Client, uri: &str, range: [u32; 4], only: Option<Value>) -> Asked {
    let [l1, c1, l2, c2] = range;
    let range = json!({"start": {"line": l1, "character": c1}, "end": {"line": l2, "character": c2}});
    let mut context = json!({"diagnostics": []});
    if let Some(only) = only {
        context["only"] = only;
    }
    client.request("textDocument/codeAction", json!({"textDocument": {"uri": uri}, "range": range, "context": context}))
}

async fn titles(client: &mut Client, range: [u32; 4]) -> Vec<String> {
    let answer = ask(client, URI, range, None).result().await;
    let actions = answer.as_array().unwrap_or_else(|| panic!("no actions: {answer}"));
    actions.iter().map(|action| action["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_is_about_its_turn() {
    let mut client = client(true).await;
    let hand = ["Replace 1 line by generated code", "Show candidates for this turn", "Explain this turn"];
    let empty = ["Write code for this prompt", "Show candidates for this turn", "Explain this turn"];
    assert_eq!(titles(&mut client, [0, 3, 0, 3]).await, hand);
    assert_eq!(titles(&mut client, [1, 0, 1, 0]).await, hand, "in its code");
    assert_eq!(titles(&mut client, [1, 0, 1, 4]).await, hand, "with something selected");
    assert_eq!(titles(&mut client, [3, 6, 3, 8]).await, empty);
    client.change(URI, [0, 0, 0, 0], "y = 1\r\n\r\n");
    assert_eq!(titles(&mut client, [0, 2, 0, 2]).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_holds_the_command_that_it_runs() {
    let command = json!({
        "title": "Write code for this prompt", "command": "codegen.synthesize",
        "arguments": [{"uri": URI, "position": {"line": 3, "character": 0}}],
    });
    let mut able = client(true).await;
    let answer = ask(&mut able, URI, [3, 9, 3, 9], None).result().await;
    assert_eq!(
        answer[0],
        json!({"title": "Write code for this prompt", "kind": "refactor.rewrite", "command": command.clone()})
    );
    let mut simple = client(false).await;
    let answer = ask(&mut simple, URI, [3, 9, 3, 9], None).result().await;
    assert_eq!(answer[0], command, "a client that knows commands only gets one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selection_is_about_its_empty_turns() {
    let mut client = client(true).await;
    assert_eq!(titles(&mut client, [0, 0, 3, 2]).await, ["Write code for the empty prompt in the selection"]);
    let answer = ask(&mut client, URI, [1, 2, 5, 3], None).result().await;
    let range = json!({"start": {"line": 1, "character": 2}, "end": {"line": 5, "character": 3}});
    let title = "Write code for the 2 empty prompts in the selection";
    let arguments = json!([{"uri": URI, "range": range}]);
    assert_eq!(
        answer,
        json!([{"title": title, "kind": "refactor.rewrite",
            "command": {"title": title, "command": "codegen.synthesizeAll", "arguments": arguments}}])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_wanted_is_offered() {
    let mut client = client(true).await;
    for (only, count) in [
        (json!(["refactor"]), 3),
        (json!(["refactor.rewrite"]), 3),
        (json!(["quickfix"]), 0),
        (json!(["source", "refactor.inline"]), 0),
    ] {
        let answer = ask(&mut client, URI, [3, 0, 3, 0], Some(only.clone())).result().await;
        assert_eq!(answer.as_array().unwrap().len(), count, "{only}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_nowhere_is_answered_all_the_same() {
    let mut client = client(true).await;
    assert_eq!(ask(&mut client, "file:///nowhere.py", [0, 0, 0, 0], None).result().await, Value::Null);
    let error = ask(&mut client, URI, [99, 0, 99, 0], None).error().await;
    assert!(error["message"].as_str().unwrap().starts_with("line 99 is past the end"), "{error}");
    client.change(URI, [99, 0, 99, 1], "x");
    assert_eq!(ask(&mut client, URI, [0, 0, 0, 0], None).result().await, Value::Null);
}
