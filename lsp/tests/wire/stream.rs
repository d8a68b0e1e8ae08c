//! `codegen/partial` and progress while a turn is generated.

use codegen_engine::runtime::backend::scripted::Script;
use serde_json::{Value, json};

use crate::URI;
use crate::common::{Client, able_with, gated, hesitant, idle};

/// Checks that the partials of one generation grow, and that only the last one is marked as such.
fn check(partials: &[&Value], last: &str) {
    let (end, growing) = partials.split_last().expect("there is a last one");
    assert!(growing.iter().all(|partial| partial["done"] == false), "{partials:?}");
    assert_eq!((&end["done"], &end["text"]), (&json!(true), &json!(last)));
    for pair in partials.windows(2) {
        assert!(pair[0]["tokens"].as_u64() <= pair[1]["tokens"].as_u64(), "never an older one later: {partials:?}");
        assert_eq!(pair[0]["id"], pair[1]["id"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_text_so_far_comes_with_its_indentation_and_ends_before_the_edit() {
    let prompt = "def f():\n    # say hello\n";
    let (engine, gate) = gated(Script::continuing(vec![(prompt, "    for x in y:\n        print(x)\n    # no\n")]));
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, prompt);
    gate.close();
    let asked = client.synthesize(URI, 1);
    client.accept_progress().await;
    // The first tokens, one at a time: the client has time to take each of them.
    let mut seen = Vec::new();
    for tokens in 1..9 {
        gate.permit(1);
        seen.push(client.next("codegen/partial").await.params);
        assert_eq!(seen[tokens - 1]["tokens"], tokens);
    }
    // Lines move when the user types above.
    client.change(URI, [0, 0, 0, 0], "\n");
    client.settle().await;
    gate.open();
    let edit = client.next("workspace/applyEdit").await;
    seen.extend(client.before("codegen/partial").into_iter().map(|partial| partial.params.clone()));
    check(&seen.iter().collect::<Vec<_>>(), "    for x in y:\n        print(x)");
    let first = &seen[0];
    assert_eq!(
        (&first["uri"], &first["prompt"], &first["candidate"]),
        (&json!(URI), &json!("say hello"), &Value::Null)
    );
    let range = |line: u32| json!({"start": {"line": line, "character": 0}, "end": {"line": line + 1, "character": 0}});
    assert_eq!((&first["range"], &seen[seen.len() - 1]["range"]), (&range(1), &range(2)));
    assert!(
        seen.iter().all(|partial| "    for x in y:\n        print(x)".starts_with(partial["text"].as_str().unwrap()))
    );
    client.report(&edit);
    client.say_applied(&edit);
    let before = client.before("codegen/partial").len();
    asked.result().await;
    client.settle().await;
    assert_eq!(client.arrived("codegen/partial").len(), before, "none comes after the edit");
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_shows_the_line_at_work() {
    let (engine, gate) = gated(Script::continuing(vec![("# say hello\n", "print('hello')\nx = 1\n")]));
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "# say hello\n");
    gate.close();
    let asked = client.synthesize(URI, 0);
    client.accept_progress().await;
    gate.permit(5);
    client.until("$/progress", |progress| progress["value"]["message"] == "5 tokens: print").await;
    gate.open();
    client.carry_out(asked).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_candidate_has_a_stream_of_its_own() {
    let mut client = Client::with_engine(&hesitant().engine());
    client.initialize(able_with(json!({}))).await;
    client.open(URI, "# one\n");
    let asked = client.on_line("codegen.candidates", URI, 0, json!({"count": 3, "seed": 2}));
    client.accept_progress().await;
    asked.result().await;
    client.progress().await;
    let partials = client.arrived("codegen/partial");
    for candidate in 0..3 {
        let own: Vec<_> = partials.iter().map(|p| &p.params).filter(|p| p["candidate"] == candidate).collect();
        let last = own.last().unwrap()["text"].as_str().unwrap();
        assert!(last.ends_with(" = 1"), "{last}");
        check(&own, last);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generation_that_is_broken_off_ends_its_stream() {
    let (engine, gate) = gated(Script::new(|_| i32::from(b'a')));
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "# one\n");
    gate.close();
    let asked = client.synthesize(URI, 0);
    client.accept_progress().await;
    gate.permit(4);
    let mut partials = client.until("codegen/partial", |partial| partial["tokens"] == 4).await;
    client.cancel(asked.id);
    asked.error().await;
    partials.extend(client.until("codegen/partial", |partial| partial["done"] == true).await);
    check(&partials.iter().collect::<Vec<_>>(), "aaaa");
    client.progress().await;
    gate.open();
    idle(&engine).await;
    client.settle().await;
    assert_eq!(client.arrived("codegen/partial"), [], "nothing comes after the last one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_closed_or_replaced_ends_its_stream() {
    for replaced in [false, true] {
        let (engine, gate) = gated(Script::new(|_| i32::from(b'a')));
        let mut client = Client::with_engine(&engine);
        client.hello().await;
        client.open(URI, "# one\n");
        gate.close();
        let asked = client.synthesize(URI, 0);
        client.accept_progress().await;
        gate.permit(4);
        let mut partials = client.until("codegen/partial", |partial| partial["tokens"] == 4).await;
        if replaced {
            client.open(URI, "# two\n");
        } else {
            client.close(URI);
        }
        assert_eq!(asked.result().await["outcome"], "closed");
        partials.extend(client.until("codegen/partial", |partial| partial["done"] == true).await);
        check(&partials.iter().collect::<Vec<_>>(), "aaaa");
        gate.open();
    }
}
