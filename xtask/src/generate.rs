//! `cargo xtask generate`: writes the files that are made from the server's options: tables in the documentation,
//! Neovim's help, and the data for the plugin's checks. The list of these files is in `lsp/src/config/generated.rs`;
//! its test fails if one is stale, or writes them if told to.

use anyhow::Result;

use crate::run;
use crate::workspace::Workspace;

pub fn generate(workspace: &Workspace) -> Result<()> {
    let test = ["test", "--workspace", "--lib", "config::generated::"];
    run::shown(run::cargo(&workspace.root).args(test).env("CODEGEN_BLESS", "1"))
}
