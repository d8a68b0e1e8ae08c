//! The program `codegen-lsp`: picks the subcommand. Standard output belongs to the protocol, or to the result.

use std::process::ExitCode;

fn main() -> ExitCode {
    codegen_lsp::cli::main()
}
