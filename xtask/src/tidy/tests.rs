//! Tests of all rules, over small checkouts in a separate folder.

use std::path::Path;
use std::process::Command;

use super::*;

/// A checkout with these files, as the rules see it.
fn checkout(name: &str, files: &[(&str, &str)]) -> Vec<Source> {
    let root = std::env::temp_dir().join(format!("xtask-tidy-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&root);
    for (path, text) in files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    run::output(Command::new("git").args(["init", "--quiet"]).current_dir(&root)).unwrap();
    let sources = sources(&root).unwrap();
    std::fs::remove_dir_all(&root).unwrap();
    sources
}

/// Returns the findings, except for rooms and places that so small a checkout lacks.
fn found(sources: &[Source]) -> Vec<String> {
    let program = modules::program(sources, CRATES);
    let found = findings(sources, &program, &graph::graph(&program));
    let lacking = |finding: &Finding| {
        let what = &finding.what;
        what.contains("has no file: take it out") || what.contains("and has none") || what.contains("may be longer")
    };
    found.iter().filter(|finding| !lacking(finding)).map(ToString::to_string).collect()
}

const CLEAN: &[(&str, &str)] = &[
    (".gitignore", "/target\n"),
    ("target/left.rs", "unsafe"),
    ("engine/core/src/lib.rs", "pub struct Request;"),
    ("engine/src/lib.rs", "mod ggml; mod decode;"),
    ("engine/src/ggml.rs", "fn f() { unsafe { llama_cpp_sys_2::g() } }"),
    ("engine/src/decode.rs", "fn f(_: codegen_core::Request) {}"),
    ("lsp/src/lib.rs", "mod config; mod protocol;"),
    ("lsp/src/config.rs", ""),
    ("lsp/src/protocol.rs", "const A: &str = \"codegen.one\";"),
    ("lsp/PROTOCOL.md", "| `codegen.one` | does |\n"),
    ("fixtures/bytes.bin", "\u{0}"),
];

#[test]
fn a_clean_checkout_has_no_finding() {
    assert_eq!(found(&checkout("clean", CLEAN)), [""; 0]);
}

#[test]
fn each_rule_finds_what_was_planted() {
    let long = "\n".repeat(501);
    let machine = format!("cd /{}/ann\n", "home");
    let mut files = CLEAN.to_vec();
    files.retain(|(path, _)| !path.starts_with("lsp/src/"));
    files.extend([
        ("engine/core/src/more.rs", ""),
        ("engine/extra/src/lib.rs", ""),
        ("lsp/src/lib.rs", "mod config; mod protocol; mod attic;"),
        ("lsp/src/attic.rs", ""),
        ("lsp/src/config.rs", "pub struct Config; use crate::protocol::Position; fn f() { unsafe {} }"),
        ("lsp/src/protocol.rs", "pub struct Position; use crate::config::Config;"),
        ("lsp/tests/long.rs", &long),
        ("README.md", &machine),
    ]);
    let found = found(&checkout("planted", &files));
    let starts = [
        "README.md:1: `/home/ann` exists on one machine only",
        "engine/core/src/more.rs: no module names this file",
        "engine/extra/src/lib.rs: belongs to no crate of the table",
        "lsp/PROTOCOL.md:1: `codegen.one` is nowhere in lsp/src",
        "lsp/src/attic.rs: this file has no room",
        "lsp/src/config.rs:1: 2 files import each other: lsp/src/config.rs → lsp/src/protocol.rs (Position) →",
        "lsp/src/config.rs:1: `unsafe` stands only in engine/src/ggml, ",
        "lsp/src/config.rs:1: lsp.config may not import lsp.protocol, but takes Position from lsp/src/protocol.rs",
        "lsp/src/protocol.rs:1: lsp.protocol may not import lsp.config, but takes Config from lsp/src/config.rs",
        "lsp/tests/long.rs: has 501 lines, and 500 are allowed",
    ];
    assert_eq!(found.len(), starts.len(), "{found:#?}");
    for (finding, start) in found.iter().zip(starts) {
        assert!(finding.starts_with(start), "{finding}\nis not\n{start}");
    }
}

#[test]
fn a_folder_that_is_no_checkout_is_named() {
    let error = sources(Path::new("/nowhere/at/all")).unwrap_err();
    assert!(format!("{error:#}").contains("/nowhere/at/all"), "{error:#}");
}
