//! The server's memory, counted byte by byte, in a process of its own, because allocations of other tests would be
//! counted, too.

use std::process::Command;

use codegen_engine::runtime::backend::scripted::Script;

use crate::URI;
use crate::common::{Client, item};
use peak_alloc::PeakAlloc;

/// Counts allocations.
#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// Set in the process that runs only the test below.
const ALONE: &str = "CODEGEN_TEST_ALONE";

#[test]
fn two_thousand_requests_leave_nothing_behind() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "memory::counting_child", "--nocapture"])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    assert!(output.status.success() && said[0].contains("1 passed"), "{}{}", said[0], said[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn counting_child() {
    if std::env::var_os(ALONE).is_none() {
        return;
    }
    let engine = Script::continuing(vec![("return 1", " + 1\n")]).engine();
    let mut client = Client::with_engine(&engine);
    client.hello().await;
    client.open(URI, "y = 0\nreturn x");
    let mut sizes = Vec::new();
    for round in 0..5 {
        for index in 0..400 {
            // Back and forth, so that the model is asked every time.
            client.change(URI, [0, 4, 0, 5], &(index % 10).to_string());
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
