//! Ways to make the host end as native code may make it end, for tests: `CODEGEN_FAULT` says when.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// `token:N` aborts at the N-th token that the process generates.
pub(super) fn token() {
    static TOKENS: AtomicUsize = AtomicUsize::new(0);
    let Some(wanted) = fault("token:").and_then(|number| number.parse::<usize>().ok()) else { return };
    if TOKENS.fetch_add(1, Ordering::Relaxed) + 1 == wanted {
        abort("a token");
    }
}

/// `load:PART` aborts where a model with that in its path is loaded; `load:` alone at any.
pub(super) fn load(model: &Path) {
    if fault("load:").is_some_and(|part| model.to_string_lossy().contains(&part)) {
        abort("a model");
    }
}

fn fault(kind: &str) -> Option<String> {
    std::env::var("CODEGEN_FAULT").ok()?.strip_prefix(kind).map(str::to_owned)
}

/// Ends the process as a failed assertion of llama.cpp does.
fn abort(at: &str) {
    tracing::error!(target: "llama.cpp", "it ends this process: GGML_ASSERT({at}) failed");
    std::process::abort();
}
