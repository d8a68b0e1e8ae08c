//! The server's memory, in a process of its own: other tests would be counted, too.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use codegen_engine::runtime::backend::scripted::Script;

use common::{Client, item};

const URI: &str = "file:///project/a.py";

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_requests_leave_nothing_behind() {
    let engine = Script::continuing(vec![("return x", " + 1\n")]).engine();
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "y = 0\nreturn x");
    let mut sizes = Vec::new();
    for round in 0..5 {
        for index in 0..400 {
            // Away and back, so that the model is asked every time.
            client.change(URI, [0, 4, 0, 5], &(index % 10).to_string());
            let asked = client.complete(URI, 1, 8);
            if index % 4 == 3 {
                client.cancel(asked.id);
                let _ = asked.answer().await;
            } else {
                assert_eq!(item(&asked.result().await).0, " + 1", "round {round}, request {index}");
            }
        }
        sizes.push(resident());
    }
    // The first round fills caches and pools; the 1,600 requests after it must not add up.
    let grown = sizes[4].saturating_sub(sizes[0]);
    assert!(grown < 8 << 20, "resident bytes after each 400 requests: {sizes:?}");
    let finished = engine.counters().finished_requests;
    assert!(finished >= 1500, "{finished} requests reached the model");
}

/// Bytes of this process in memory.
fn resident() -> usize {
    let statistics = std::fs::read_to_string("/proc/self/statm").unwrap();
    statistics.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}
