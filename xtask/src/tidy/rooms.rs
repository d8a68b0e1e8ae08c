//! The rooms of the house: the files of each, and the rooms that they may import. ARCHITECTURE.md describes each room.

use super::program::Crate;

/// The crates whose imports are checked.
pub const CRATES: &[Crate] = &[
    Crate { name: "codegen_core", folder: "engine/core/src" },
    Crate { name: "codegen_hub", folder: "engine/hub/src" },
    Crate { name: "codegen_sandbox", folder: "engine/sandbox/src" },
    Crate { name: "codegen_engine", folder: "engine/src" },
    Crate { name: "codegen_eval", folder: "engine/eval/src" },
    Crate { name: "codegen_text", folder: "lsp/text/src" },
    Crate { name: "codegen_lsp", folder: "lsp/src" },
    Crate { name: "codegen_fuzz", folder: "fuzz/src" },
    Crate { name: "xtask", folder: "xtask/src" },
];

/// A part of the house.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// The room's name: the part before the dot is the crate; a room without a dot is a whole crate.
    pub name: &'static str,
    /// A file without its ending, or the folder of that name. A file is in the room with the longest matching place.
    pub place: &'static str,
    /// The rooms whose files may be imported; a crate's name stands for all rooms of the crate.
    pub imports: &'static [&'static str],
}

const fn room(name: &'static str, place: &'static str, imports: &'static [&'static str]) -> Room {
    Room { name, place, imports }
}

/// The rooms below the server, which all rooms above them may import, and `more` rooms.
macro_rules! server_and {
    ($($more:literal),*) => {
        &[
            "core", "sandbox", "engine", "hub", "text", "lsp.uri", "lsp.config", "lsp.protocol", "lsp.related", "lsp.models",
            "lsp.generate", "lsp.present", "lsp.synthesis", "lsp.statistics", "lsp.store", $($more),*
        ]
    };
}

/// All rooms, each below those that it may import.
pub const ROOMS: &[Room] = &[
    room("core", "engine/core/src", &[]),
    room("sandbox", "engine/sandbox/src", &[]),
    // Models by name. Disk first: names and store know no network.
    room("hub.error", "engine/hub/src/error", &["core"]),
    room("hub.names", "engine/hub/src/names", &["core", "hub.error"]),
    room("hub.store", "engine/hub/src/store", &["hub.error", "hub.names"]),
    room("hub.remote", "engine/hub/src/remote", &["core", "hub.error", "hub.names", "hub.store"]),
    room("hub.testing", "engine/hub/src/testing", &["hub.remote"]),
    room("hub", "engine/hub/src/lib", &["hub"]),
    // The model: from a file to tokens.
    room("engine.output", "engine/src/output", &["core"]),
    room("engine.gguf", "engine/src/gguf", &["core", "engine.output"]),
    room("engine.ggml", "engine/src/ggml", &["core", "engine.gguf"]),
    room("engine.checkpoint", "engine/src/checkpoint", &["core", "engine.gguf"]),
    room(
        "engine.model",
        "engine/src/model",
        &["core", "engine.output", "engine.ggml", "engine.gguf", "engine.checkpoint"],
    ),
    room("engine.decode", "engine/src/decode", &["core"]),
    room("engine.runtime", "engine/src/runtime", &["core", "engine.decode", "engine.gguf", "engine.model"]),
    // The border between a server and the process of its engine.
    room("engine.remote", "engine/src/remote", &["core", "engine.runtime"]),
    room("engine", "engine/src/lib", &["core", "engine"]),
    room("eval", "engine/eval/src", &["core", "sandbox", "engine"]),
    // The decisions about text.
    room("text.edit", "lsp/text/src/edit", &["core"]),
    room("text.document", "lsp/text/src/document", &["core", "text.edit"]),
    room("text.testing", "lsp/text/src/testing", &["text.document"]),
    room("text.python", "lsp/text/src/python", &["core", "text.document"]),
    room("text.turns", "lsp/text/src/turns", &["core", "text.document", "text.edit", "text.python"]),
    room("text.prompt", "lsp/text/src/prompt", &["core", "text.document", "text.edit", "text.python", "text.turns"]),
    room(
        "text.completion",
        "lsp/text/src/completion",
        &["core", "text.document", "text.edit", "text.python", "text.turns", "text.prompt"],
    ),
    room("text.candidates", "lsp/text/src/candidates", &["core", "text.document", "text.python", "text.turns"]),
    room(
        "text.provenance",
        "lsp/text/src/provenance",
        &["core", "text.document", "text.turns", "text.prompt", "text.candidates"],
    ),
    room("text", "lsp/text/src/lib", &["core", "text"]),
    // The server and the command line.
    room("lsp.uri", "lsp/src/uri", &[]),
    // Includes the options of the engine and of the sandbox.
    room("lsp.config", "lsp/src/config", &["core", "sandbox", "engine", "hub", "text", "lsp.uri"]),
    room("lsp.protocol", "lsp/src/protocol", &["core", "text", "lsp.uri"]),
    // Reads the workspace's files, and knows neither the model nor the client.
    room("lsp.related", "lsp/src/related", &["text", "lsp.config"]),
    // A name becomes a file; knows neither the options nor the client.
    room("lsp.models", "lsp/src/models", &["engine", "hub"]),
    room(
        "lsp.generate",
        "lsp/src/generate",
        &["core", "sandbox", "engine", "text", "lsp.config", "lsp.protocol", "lsp.models"],
    ),
    room("lsp.present", "lsp/src/present", &["core", "text", "lsp.config", "lsp.protocol", "lsp.generate"]),
    room(
        "lsp.synthesis",
        "lsp/src/synthesis",
        &["core", "sandbox", "text", "lsp.uri", "lsp.config", "lsp.protocol", "lsp.generate"],
    ),
    room("lsp.statistics", "lsp/src/statistics", &["text"]),
    // Their files; the engine has what writes a file whole or not at all.
    room("lsp.store", "lsp/src/statistics/store", &["engine", "lsp.statistics"]),
    room("lsp.server", "lsp/src/server", server_and!()),
    room("lsp.handlers", "lsp/src/server/handlers", server_and!("lsp.server")),
    room("lsp.main_loop", "lsp/src/server/main_loop", server_and!("lsp.server", "lsp.handlers")),
    // The entrance: it starts the main loop.
    room("lsp.transport", "lsp/src/server.rs", WAY_IN),
    room("lsp.transport", "lsp/src/server/transport", WAY_IN),
    // All rooms but the handlers.
    room("lsp.cli", "lsp/src/cli", server_and!("eval", "lsp.server", "lsp.main_loop", "lsp.transport")),
    room("lsp", "lsp/src/lib", &["lsp"]),
    room("program", "lsp/src/main", &["lsp.cli"]),
    // The project's own tools.
    room("fuzz", "fuzz/src", &["text", "engine"]),
    room("xtask", "xtask/src", &[]),
];

const WAY_IN: &[&str] =
    &["core", "lsp.uri", "lsp.config", "lsp.protocol", "lsp.statistics", "lsp.server", "lsp.main_loop"];
