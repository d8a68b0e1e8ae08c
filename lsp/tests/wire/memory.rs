//! The server's memory, counted byte by byte, in a process of its own, because allocations of other tests would be
//! counted, too.

use std::process::Command;
use std::sync::Arc;

use codegen_engine::runtime::backend::scripted::Script;
use codegen_lsp::config::Config;
use codegen_lsp::server::session::Loader;
use peak_alloc::PeakAlloc;
use serde_json::{Value, json};
use tokio::io::{AsyncWriteExt, BufReader};

use crate::URI;
use crate::common::{Client, able, item, read_message, soon};
use crate::random::framed;

/// Counts allocations.
#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// Set in the process that runs only the test below.
const ALONE: &str = "CODEGEN_TEST_ALONE";

/// Runs one test alone in a process.
fn alone(child: &str) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", child, "--nocapture"])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    assert!(output.status.success() && said[0].contains("1 passed"), "{}{}", said[0], said[1]);
}

#[test]
fn two_thousand_requests_leave_nothing_behind() {
    alone("memory::counting_child");
}

#[test]
fn ten_thousand_requests_at_once_take_bounded_memory() {
    alone("memory::burst_child");
}

#[tokio::test(flavor = "multi_thread")]
async fn counting_child() {
    if std::env::var_os(ALONE).is_none() {
        return;
    }
    let engine = Script::continuing(vec![("return 1", " + 1\n")]).engine();
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "y = 0000\nreturn 1");
    let mut sizes = Vec::new();
    for round in 0..5 {
        for index in 0..400 {
            // Another text, so that the model is asked every time.
            client.change(URI, [0, 4, 0, 8], &format!("{:04}", 400 * round + index));
            let asked = client.complete(URI, 1, 8);
            if index % 4 == 3 {
                client.cancel(asked.id);
                let _ = asked.answer().await;
            } else {
                assert_eq!(item(&asked.result().await).0, " + 1", "round {round}, request {index}");
            }
        }
        sizes.push(HEAP.current_usage());
    }
    // The first round fills caches and pools; of the 1,600 requests after it, a leaked pointer each would be seen.
    let grown = sizes[4].saturating_sub(sizes[0]);
    assert!(grown < 1600 * 8, "bytes after each 400 requests: {sizes:?}");
    let finished = engine.counters().finished_requests;
    assert!(finished >= 1500, "{finished} requests reached the model");
}

/// Requests of a burst.
const BURST: usize = 10_000;
/// Bytes that the server may hold for each request of a burst: the request's own, its answer, and what leads from the one to
/// the other.
const EACH: usize = 4096;

#[tokio::test(flavor = "multi_thread")]
async fn burst_child() {
    if std::env::var_os(ALONE).is_none() {
        return;
    }
    let engine = Script::continuing(vec![("return 1", " + 1\n")]).engine();
    let loader: Loader = Arc::new(move |_| Ok(engine.clone()));
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    let (read, write) = tokio::io::split(theirs);
    let served = tokio::spawn(codegen_lsp::server::serve(read, write, Config::default(), loader));
    let (read, mut write) = tokio::io::split(ours);
    let mut read = BufReader::new(read);
    let message = |message: Value| framed(message.to_string().as_bytes());
    let request = |id: usize, method: &str, params: Value| {
        message(json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))
    };
    write.write_all(&request(0, "initialize", able())).await.unwrap();
    soon("the handshake", read_message(&mut read)).await.unwrap();
    let document = json!({"uri": URI, "languageId": "python", "version": 1, "text": "y = 0\nreturn 1"});
    for (method, params) in [("initialized", json!({})), ("textDocument/didOpen", json!({"textDocument": document}))] {
        write.write_all(&message(json!({"jsonrpc": "2.0", "method": method, "params": params}))).await.unwrap();
    }
    let (mut seen, mut sizes) = (vec![0_u8; BURST], Vec::new());
    for round in 0..6_u8 {
        let ask = |id: usize| {
            let position = json!({"line": id % 2, "character": 8});
            let context = json!({"triggerKind": 2});
            let params = json!({"textDocument": {"uri": URI}, "position": position, "context": context});
            request(id, "textDocument/inlineCompletion", params)
        };
        let burst: Vec<u8> = (0..BURST).flat_map(ask).collect();
        let before = HEAP.current_usage();
        HEAP.reset_peak_usage();
        // Nothing is read meanwhile.
        soon("room for all requests", write.write_all(&burst)).await.unwrap();
        for _ in 0..BURST {
            let mut answer = soon("an answer", read_message(&mut read)).await.unwrap();
            while answer.get("method").is_some() {
                answer = soon("an answer", read_message(&mut read)).await.unwrap();
            }
            assert!(answer.get("error").is_none(), "{answer}");
            seen[usize::try_from(answer["id"].as_u64().unwrap()).unwrap()] += 1;
        }
        assert!(seen.iter().all(|&count| count == round + 1), "each is answered once");
        let peak = HEAP.peak_usage().saturating_sub(before);
        assert!(peak < BURST * EACH, "{peak} bytes for {BURST} requests");
        drop(burst);
        sizes.push((HEAP.current_usage(), peak));
    }
    // The first rounds fill caches and pools, and a queue keeps the room that it once needed; of the 40,000 requests after the
    // second round, a leaked answer each would be seen.
    let grown = sizes[5].0.saturating_sub(sizes[1].0);
    assert!(grown < 4 * BURST * 32, "bytes after each round, and the most in it: {sizes:?}");
    write.write_all(&message(json!({"jsonrpc": "2.0", "method": "exit"}))).await.unwrap();
    soon("the server's end", served).await.unwrap();
}
