//! The program `codegen-lsp`: runs the subcommand. Standard output carries the protocol, or the result.

use std::process::ExitCode;

fn main() -> ExitCode {
    codegen_lsp::cli::main()
}
