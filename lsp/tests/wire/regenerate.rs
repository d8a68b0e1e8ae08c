//! `codegen.regenerate`.

use codegen_engine::Engine;
use codegen_engine::runtime::backend::scripted::Script;
use serde_json::{Value, json};

use crate::URI;
use crate::common::{Asked, Client, able_with, blocked, gated, hesitant};

async fn client(engine: &Engine, text: &str) -> Client {
    let mut client = Client::with_engine(engine);
    let mut params = able_with(Value::Null);
    params["capabilities"]["window"] = json!({});
    client.initialize(params).await;
    client.open(URI, text);
    client
}

fn regenerate(client: &mut Client, line: u32, more: Value) -> Asked {
    client.on_line("codegen.regenerate", URI, line, more)
}

/// Regenerates a turn, and returns the new code.
async fn again(client: &mut Client, line: u32, more: Value) -> String {
    let asked = regenerate(client, line, more);
    let result = client.carry_out(asked).await;
    assert_eq!(result["outcome"], "done", "{result}");
    result["turns"][0]["text"].as_str().unwrap().to_owned()
}

async fn synthesize_all(client: &mut Client, turns: usize) {
    let asked = client.command("codegen.synthesizeAll", json!({ "uri": URI }));
    assert_eq!(client.carry_out(asked).await["turns"].as_array().unwrap().len(), turns);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_most_likely_text_gives_way_to_one_that_is_drawn() {
    let engine = hesitant().engine();
    let mut client = client(&engine, "# one\n\ny = 2\n").await;
    assert_eq!(again(&mut client, 0, json!({})).await, "a = 1");
    // Sampling may give the same text by chance; there are four.
    let mut texts = std::collections::BTreeSet::new();
    for _ in 0..12 {
        texts.insert(again(&mut client, 0, json!({})).await);
    }
    assert!(texts.len() > 2, "{texts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_was_made_from_another_history_can_be_another_one_without_being_drawn() {
    let engine = hesitant().engine();
    let mut client = client(&engine, "# one\nx = 1\n\n# two\n").await;
    assert_eq!(again(&mut client, 3, json!({"seed": 2})).await, "d = 1");
    client.change(URI, [1, 4, 1, 5], "2");
    assert_eq!(again(&mut client, 3, json!({})).await, "a = 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_is_drawn_with_in_any_case_and_gives_the_same_again() {
    let mut client = client(&hesitant().engine(), "# one\n\nx = 1\n").await;
    let mut seen = Vec::new();
    for seed in 0..6 {
        let mut texts = Vec::new();
        for _ in 0..2 {
            client.changes(URI, json!([{"text": "# one\n\nx = 1\n"}]));
            texts.push(again(&mut client, 0, json!({ "seed": seed })).await);
        }
        assert_eq!(texts[0], texts[1], "seed {seed}");
        seen.push(texts.remove(0));
    }
    assert!(seen.iter().any(|text| *text != seen[0]), "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_follows_is_regenerated_unless_somebody_wrote_it() {
    let mut client = client(&hesitant().engine(), "# one\n\n# two\n\n# three\n\n# four\n").await;
    synthesize_all(&mut client, 4).await;
    // The third is edited by hand.
    client.change(URI, [7, 0, 7, 1], "hand");
    let asked = regenerate(&mut client, 0, json!({"following": true, "seed": 3}));
    let result = client.carry_out(asked).await;
    let turns = result["turns"].as_array().unwrap();
    let prompts: Vec<_> = turns.iter().map(|turn| turn["prompt"].as_str().unwrap()).collect();
    assert_eq!(prompts, ["one", "two", "four"]);
    assert_eq!(result["outcome"], "done");
    let message = result["message"].as_str().unwrap();
    assert!(message.starts_with("1 later turn was written or changed by hand and left as they are"), "{message}");
    let text = client.text(URI).await["text"].clone();
    assert_eq!(text.as_str().unwrap().lines().nth(7), Some("hand = 1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_in_the_turn_at_work_ends_what_follows() {
    let (engine, gate) = gated(hesitant());
    let mut client = client(&engine, "# one\n\n# two\n").await;
    synthesize_all(&mut client, 2).await;
    gate.close();
    let asked = regenerate(&mut client, 0, json!({"following": true}));
    blocked(&gate).await;
    client.change(URI, [0, 5, 0, 5], "!");
    let result = asked.result().await;
    assert_eq!((&result["outcome"], &result["turns"]), (&json!("dropped"), &json!([])));
    gate.open();
    client.settle().await;
    assert_eq!(client.arrived("workspace/applyEdit"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_candidates_another_text_is_taken() {
    let mut client = Client::with_engine(&hesitant().engine());
    client.initialize(able_with(json!({"synthesis": {"candidates": 8}}))).await;
    client.open(URI, "# one\n\ny = 2\n");
    let asked = client.synthesize(URI, 0);
    client.accept_progress().await;
    client.apply().await;
    assert_eq!(asked.result().await["turns"][0]["text"], "a = 1", "the most likely is the best");
    let asked = regenerate(&mut client, 0, json!({}));
    client.accept_progress().await;
    client.apply().await;
    assert_ne!(asked.result().await["turns"][0]["text"], "a = 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_to_be_said_of_several_turns_is_said_once() {
    let engine = Script::continuing(vec![("# one\n", "a = 1\n"), ("# two\n", "b = 2\n")]).engine();
    let mut client = client(&engine, "# one\n\n# two\n").await;
    synthesize_all(&mut client, 2).await;
    let asked = regenerate(&mut client, 0, json!({"following": true}));
    let result = client.carry_out(asked).await;
    assert_eq!(result["message"], "the model wrote the same code again (2 times)");
}
