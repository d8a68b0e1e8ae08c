//! A model that nobody asks anything of leaves memory, and comes back with the next request.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use codegen_engine::runtime::backend::scripted::Script;
use codegen_lsp::config::{Config, IdleUnload};
use codegen_lsp::server::session::Loader;
use serde_json::Value;

use crate::common::{Client, item};

const URI: &str = "file:///project/a.py";

/// A client of a server that loads an engine each time, and how often it has.
fn client(limit: Duration) -> (Client, Arc<AtomicUsize>) {
    let loads = Arc::<AtomicUsize>::default();
    let counted = Arc::clone(&loads);
    let loader: Loader = Arc::new(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        Ok(Script::continuing(vec![("x =", " 1\n"), ("# Say one.\n", "print(1)\n")]).engine())
    });
    let mut config = Config::default();
    config.inline.min_confidence = None;
    config.inline.prepare_next = false;
    config.idle_unload = IdleUnload::After(limit);
    (Client::with_loader(loader, config), loads)
}

/// Waits until the client is told that the model is out of memory.
async fn unloaded(client: &mut Client) {
    loop {
        let status: Value = client.next("codegen/status").await.params;
        if status["kind"] == "Inactive" {
            assert!(status["message"].as_str().unwrap().contains("out of memory"), "{status}");
            return;
        }
    }
}

#[tokio::test]
async fn an_idle_model_leaves_and_comes_back_with_the_next_request() {
    let (mut client, loads) = client(Duration::from_millis(1));
    client.hello().await;
    client.open(URI, "x = \n# Say one.\n");
    unloaded(&mut client).await;
    let answer = client.complete(URI, 0, 4).result().await;
    assert_eq!(item(&answer).0, "1");
    unloaded(&mut client).await;
    assert_eq!(loads.load(Ordering::Relaxed), 2);
    // A command waits for it as well, and its edit is written.
    let command = client.synthesize(URI, 1);
    client.accept_progress().await;
    let edit = client.next("workspace/applyEdit").await;
    client.report(&edit);
    client.say_applied(&edit);
    assert!(command.answer().await.is_ok());
    unloaded(&mut client).await;
    assert_eq!(loads.load(Ordering::Relaxed), 3);
    assert!(client.leave().await);
}

#[tokio::test]
async fn a_model_stays_where_the_option_is_off() {
    let (mut client, loads) = client(Duration::ZERO);
    client.hello().await;
    client.open(URI, "x = \n");
    for _ in 0..3 {
        client.change(URI, [0, 4, 0, 4], "");
        assert_eq!(item(&client.complete(URI, 0, 4).result().await).0, "1");
    }
    assert!(client.arrived("codegen/status").iter().all(|status| status.params["kind"] != "Inactive"));
    assert_eq!(loads.load(Ordering::Relaxed), 1);
}
