//! Ten thousand random streams: after each, the server still answers, and ends with its input.

use std::sync::Arc;

use codegen_engine::runtime::backend::scripted::Script;
use codegen_lsp::config::Config;
use codegen_lsp::server::session::Loader;

use crate::common::soon;
use crate::random;

const STREAMS: u64 = 10_000;

#[tokio::test(flavor = "multi_thread")]
async fn random_streams_leave_a_living_server() {
    let engine = Script::continuing(vec![("return 1", " + 1\n")]).engine();
    let loader: Loader = Arc::new(move |_| Ok(engine.clone()));
    for number in 0..STREAMS {
        let input = [random::stream(number), random::probes()].concat();
        let mut output = Vec::new();
        let served = codegen_lsp::server::serve(input.as_slice(), &mut output, Config::default(), loader.clone());
        soon("the server's end", served).await;
        random::check(&output, number);
    }
}
