//! The rooms of the house: which files each has, and whose files they may import. ARCHITECTURE.md says what each is for.

use super::program::Crate;

/// The crates whose imports are looked at.
pub const CRATES: &[Crate] = &[
    Crate { name: "codegen_core", folder: "engine/core/src" },
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
    /// What comes before the dot is the crate, or the room itself is one.
    pub name: &'static str,
    /// A file without its ending, and the folder of that name. A file is in the room whose place fits it longest.
    pub place: &'static str,
    /// The rooms whose files may be imported; a crate's name stands for all rooms of the crate.
    pub imports: &'static [&'static str],
}

const fn room(name: &'static str, place: &'static str, imports: &'static [&'static str]) -> Room {
    Room { name, place, imports }
}

/// All rooms, each below those that it may import.
pub const ROOMS: &[Room] = &[
    room("core", "engine/core/src", &[]),
    room("sandbox", "engine/sandbox/src", &[]),
    // A model file in, tokens out.
    room("engine.ggml", "engine/src/ggml", &["core"]),
    room("engine.gguf", "engine/src/gguf", &["core", "engine.ggml"]),
    room("engine.checkpoint", "engine/src/checkpoint", &["core", "engine.gguf"]),
    room("engine.model", "engine/src/model", &["core", "engine.ggml", "engine.gguf", "engine.checkpoint"]),
    room("engine.decode", "engine/src/decode", &["core"]),
    room("engine.runtime", "engine/src/runtime", &["core", "engine.decode", "engine.gguf", "engine.model"]),
    room("engine", "engine/src/lib", &["core", "engine"]),
    room("eval", "engine/eval/src", &["core", "sandbox", "engine"]),
    // Everything that is decided about text.
    room("text.document", "lsp/text/src/document", &["core"]),
    room("text.edit", "lsp/text/src/edit", &["core"]),
    room("text.testing", "lsp/text/src/testing", &[]),
    room("text.python", "lsp/text/src/python", &["core", "text.document"]),
    room("text.turns", "lsp/text/src/turns", &["core", "text.python", "text.document", "text.edit"]),
    room("text.prompt", "lsp/text/src/prompt", &["core", "text.turns", "text.python"]),
    room(
        "text.completion",
        "lsp/text/src/completion",
        &["core", "text.python", "text.prompt", "text.turns", "text.edit"],
    ),
    room("text.candidates", "lsp/text/src/candidates", &["core", "text.turns", "text.python"]),
    room("text.provenance", "lsp/text/src/provenance", &["core", "text.turns", "text.candidates"]),
    room("text", "lsp/text/src/lib", &["core", "text"]),
    // The server and the command line.
    room("lsp.config", "lsp/src/config", &["core", "text"]),
    room("lsp.protocol", "lsp/src/protocol", &["core", "text"]),
    room("lsp.generate", "lsp/src/generate", &["core", "text", "engine", "sandbox", "lsp.config", "lsp.protocol"]),
    room("lsp.present", "lsp/src/present", &["text", "lsp.protocol", "lsp.generate"]),
    room("lsp.synthesis", "lsp/src/synthesis", &["text", "lsp.protocol", "lsp.generate"]),
    room("lsp.server", "lsp/src/server", BELOW_SERVER),
    room("lsp.handlers", "lsp/src/server/handlers", BELOW_HANDLERS),
    room("lsp.main_loop", "lsp/src/server/main_loop", BELOW_MAIN_LOOP),
    room("lsp.cli", "lsp/src/cli", BELOW_CLI),
    room("lsp", "lsp/src/lib", &["lsp"]),
    room("program", "lsp/src/main", &["lsp.cli"]),
    // The project's own tools.
    room("fuzz", "fuzz/src", &["text", "engine"]),
    room("xtask", "xtask/src", &[]),
];

const BELOW_SERVER: &[&str] = &[
    "core",
    "text",
    "engine",
    "sandbox",
    "lsp.config",
    "lsp.protocol",
    "lsp.generate",
    "lsp.present",
    "lsp.synthesis",
];
const BELOW_HANDLERS: &[&str] = &[
    "core",
    "text",
    "engine",
    "sandbox",
    "lsp.config",
    "lsp.protocol",
    "lsp.generate",
    "lsp.present",
    "lsp.synthesis",
    "lsp.server",
];
const BELOW_MAIN_LOOP: &[&str] = &[
    "core",
    "text",
    "engine",
    "sandbox",
    "lsp.config",
    "lsp.protocol",
    "lsp.generate",
    "lsp.present",
    "lsp.synthesis",
    "lsp.server",
    "lsp.handlers",
];
const BELOW_CLI: &[&str] = &[
    "core",
    "text",
    "engine",
    "sandbox",
    "eval",
    "lsp.config",
    "lsp.protocol",
    "lsp.generate",
    "lsp.present",
    "lsp.synthesis",
    "lsp.server",
    "lsp.main_loop",
];
