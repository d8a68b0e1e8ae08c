//! `codegen.candidates` and `codegen.accept`.

use codegen_engine::Engine;
use serde_json::{Value, json};

use crate::URI;
use crate::common::{Client, able_with, blocked, gated, hesitant};

const TEXT: &str = "# one\n\n# two\n";

async fn client(engine: &Engine, options: Value) -> Client {
    let mut client = Client::with_engine(engine);
    client.initialize(able_with(options)).await;
    client.open(URI, TEXT);
    client
}

async fn candidates(client: &mut Client, more: Value) -> Value {
    let asked = client.on_line("codegen.candidates", URI, 0, more);
    client.accept_progress().await;
    asked.result().await
}

async fn accept(client: &mut Client, index: Value) -> Value {
    let asked = client.on_line("codegen.accept", URI, 0, json!({ "index": index }));
    client.carry_out(asked).await
}

/// The code under the prompt.
async fn present(client: &mut Client) -> String {
    let text = client.text(URI).await["text"].as_str().unwrap().to_owned();
    text.lines().nth(1).unwrap().to_owned()
}

fn texts(result: &Value) -> Vec<String> {
    let candidates = result["candidates"].as_array().unwrap_or_else(|| panic!("{result}"));
    candidates.iter().map(|candidate| candidate["text"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn alternatives_are_answered_and_the_buffer_stays() {
    let mut client = client(&hesitant().engine(), json!({})).await;
    let result = candidates(&mut client, json!({"count": 8, "seed": 5})).await;
    assert_eq!((&result["outcome"], &result["message"]), (&json!("done"), &Value::Null));
    let texts = texts(&result);
    assert!(texts.iter().any(|text| *text != texts[0]), "{texts:?}");
    let copies: u64 = result["candidates"].as_array().unwrap().iter().map(|c| c["copies"].as_u64().unwrap()).sum();
    assert_eq!(copies, 8, "every one that was sampled counts: {result}");
    let first = &result["candidates"][0];
    assert_eq!(first["current"], false);
    for (field, value) in [("parses", json!(true)), ("run", json!(false)), ("raised", Value::Null)] {
        assert_eq!(first["score"][field], value, "{field}");
    }
    assert!(first["score"]["meanLogprob"].as_f64().unwrap() < 0.0);
    assert_eq!(first["stats"]["reason"], "EndOfText");
    client.settle().await;
    assert_eq!(client.arrived("workspace/applyEdit"), []);
    assert_eq!(client.text(URI).await["text"], TEXT);
    // The same seed gives the same again.
    let again = candidates(&mut client, json!({"count": 8, "seed": 5})).await;
    assert_eq!(self::texts(&again), texts);
}

#[tokio::test(flavor = "multi_thread")]
async fn four_are_sampled_unless_told_or_configured() {
    for (options, expected) in [(json!({}), 4), (json!({"synthesis": {"candidates": 6}}), 6)] {
        let mut client = client(&hesitant().engine(), options).await;
        let result = candidates(&mut client, json!({})).await;
        let copies: u64 = result["candidates"].as_array().unwrap().iter().map(|c| c["copies"].as_u64().unwrap()).sum();
        assert_eq!(copies, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ring_of_alternatives_is_gone_round_without_the_model() {
    let engine = hesitant().engine();
    let mut client = client(&engine, json!({})).await;
    let known = texts(&candidates(&mut client, json!({"count": 8, "seed": 1})).await);
    let before = engine.counters().batches;
    let mut seen = Vec::new();
    for _ in 0..known.len() {
        assert_eq!(accept(&mut client, json!("next")).await["outcome"], "done");
        seen.push(present(&mut client).await);
    }
    assert_eq!(seen, known, "best first");
    accept(&mut client, json!("next")).await;
    assert_eq!(present(&mut client).await, known[0], "round again");
    accept(&mut client, json!("previous")).await;
    assert_eq!(present(&mut client).await, known[known.len() - 1]);
    assert_eq!(engine.counters().batches, before, "nothing was sampled for it");
    client.settle().await;
    // The present text is marked in a new list of the same candidates.
    let result = candidates(&mut client, json!({"count": 8, "seed": 1})).await;
    let current: Vec<_> = result["candidates"].as_array().unwrap().iter().map(|c| c["current"] == true).collect();
    assert_eq!(current.iter().filter(|current| **current).count(), 1, "{result}");
    assert!(current[known.len() - 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alternative_is_chosen_by_its_number() {
    let mut client = client(&hesitant().engine(), json!({})).await;
    let result = candidates(&mut client, json!({"count": 8, "seed": 1})).await;
    for candidate in result["candidates"].as_array().unwrap().iter().rev() {
        let accepted = accept(&mut client, candidate["index"].clone()).await;
        assert_eq!(accepted["turns"][0]["text"], candidate["text"], "{accepted}");
        assert_eq!(present(&mut client).await, candidate["text"].as_str().unwrap());
    }
    let accepted = accept(&mut client, json!(99)).await;
    assert_eq!((&accepted["outcome"], &accepted["turns"]), (&json!("nothing"), &json!([])));
    assert!(accepted["message"].as_str().unwrap().starts_with("there is no such alternative; there are 0, "));
    // The present one changes nothing.
    let present = result["candidates"][0]["index"].clone();
    assert_eq!(accept(&mut client, present).await["outcome"], "nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_alternatives_some_are_sampled_first() {
    let engine = hesitant().engine();
    let mut client = client(&engine, json!({})).await;
    let asked = client.on_line("codegen.accept", URI, 0, json!({"index": "next"}));
    client.accept_progress().await;
    assert_eq!(client.carry_out(asked).await["outcome"], "done");
    assert_eq!(present(&mut client).await, "a = 1", "the best");
    // Another prompt has other alternatives.
    client.change(URI, [0, 5, 0, 5], "s");
    let before = engine.counters().batches;
    let asked = client.on_line("codegen.accept", URI, 0, json!({"index": "next"}));
    client.accept_progress().await;
    client.carry_out(asked).await;
    assert!(engine.counters().batches > before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_best_of_several_is_written_and_the_others_are_kept() {
    let engine = hesitant().engine();
    let mut client = client(&engine, json!({"synthesis": {"candidates": 8}})).await;
    let asked = client.synthesize(URI, 0);
    client.accept_progress().await;
    let result = client.carry_out(asked).await;
    assert_eq!(result["turns"][0]["text"], "a = 1");
    let before = engine.counters().batches;
    assert_eq!(accept(&mut client, json!("next")).await["outcome"], "done");
    assert_eq!(engine.counters().batches, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_in_the_turn_drops_the_list_and_typing_elsewhere_does_not() {
    for (line, outcome) in [(0, "dropped"), (2, "done")] {
        let (engine, gate) = gated(hesitant());
        let mut client = client(&engine, json!({})).await;
        gate.close();
        let asked = client.on_line("codegen.candidates", URI, 0, json!({}));
        client.accept_progress().await;
        blocked(&gate).await;
        client.change(URI, [line, 5, line, 5], "0");
        client.settle().await;
        gate.open();
        let result = asked.result().await;
        assert_eq!(result["outcome"], outcome, "{result}");
        assert_eq!(result["candidates"].as_array().unwrap().is_empty(), outcome == "dropped");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_of_files_that_nobody_trusts_are_not_run_and_the_user_is_told_once() {
    let mut client = client(&hesitant().engine(), json!({"synthesis": {"verify": "run"}})).await;
    for _ in 0..2 {
        let result = candidates(&mut client, json!({})).await;
        assert_eq!((&result["outcome"], &result["candidates"][0]["score"]["run"]), (&json!("done"), &json!(false)));
    }
    client.settle().await;
    let told = client.arrived("window/showMessage");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].params["message"].as_str().unwrap().contains("in trusted folders only"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lens_finds_the_present_text_among_alternatives_that_were_sampled_later() {
    let mut client = client(&hesitant().engine(), json!({})).await;
    let asked = client.synthesize(URI, 0);
    client.accept_progress().await;
    client.carry_out(asked).await;
    let result = candidates(&mut client, json!({"count": 8, "seed": 1})).await;
    let each = result["candidates"].as_array().unwrap();
    let place = each.iter().position(|candidate| candidate["current"] == true).unwrap();
    let lenses = client.request("textDocument/codeLens", json!({"textDocument": {"uri": URI}})).result().await;
    let expected = format!("Next candidate ({}/{})", place + 1, each.len());
    assert!(lenses.as_array().unwrap().iter().any(|lens| lens["command"]["title"] == *expected), "{lenses}");
}
