//! Cancelled work stops at once. Counted in tokens, not in time.

use codegen_engine::Engine;
use codegen_engine::runtime::backend::scripted::{Gate, Script};
use serde_json::Value;

use crate::URI;
use crate::common::{Asked, Client, blocked, gated, idle};

/// A model that never stops by itself, held at the gate after a few tokens of a completion.
async fn underway() -> (Client, Engine, Gate, Asked) {
    let (engine, gate) = gated(Script::new(|_| i32::from(b'a')));
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "x = b\ny = 1\n");
    gate.close();
    let asked = client.complete(URI, 0, 5);
    blocked(&gate).await;
    gate.permit(4);
    blocked(&gate).await;
    (client, engine, gate, asked)
}

/// Opens the gate, and checks that at most one more batch is decoded beside the `others` that are still wanted.
async fn check_stopped(engine: &Engine, gate: &Gate, others: u64) {
    let before = engine.counters();
    gate.open();
    idle(engine).await;
    let after = engine.counters();
    // The batch held at the gate, those of the others, and that of `idle`.
    let batches = after.batches - before.batches;
    assert!(batches <= 1 + others + 1, "{batches} batches after the end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_request() {
    let (mut client, engine, gate, asked) = underway().await;
    client.cancel(asked.id);
    assert_eq!(asked.error().await["code"], -32800);
    client.settle().await;
    check_stopped(&engine, &gate, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_superseded_request() {
    let (mut client, engine, gate, asked) = underway().await;
    let second = client.complete(URI, 1, 5);
    assert_eq!(asked.result().await, Value::Null);
    client.cancel(second.id);
    assert_eq!(second.error().await["code"], -32800);
    client.settle().await;
    check_stopped(&engine, &gate, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_text_changed() {
    let (mut client, engine, gate, asked) = underway().await;
    client.change(URI, [0, 0, 0, 1], "z");
    assert_eq!(asked.result().await, Value::Null);
    check_stopped(&engine, &gate, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_document_was_closed() {
    let (mut client, engine, gate, asked) = underway().await;
    client.close(URI);
    assert_eq!(asked.result().await, Value::Null);
    assert_eq!(client.text(URI).await, Value::Null, "documents are dropped on close");
    check_stopped(&engine, &gate, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shut_down_server() {
    let (mut client, engine, gate, asked) = underway().await;
    client.request("shutdown", Value::Null).result().await;
    assert_eq!(asked.result().await, Value::Null);
    check_stopped(&engine, &gate, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_hung_up() {
    let (client, engine, gate, _asked) = underway().await;
    assert!(!client.hang_up().await);
    check_stopped(&engine, &gate, 0).await;
}
