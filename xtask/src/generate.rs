//! `cargo xtask generate`: writes anew what is made from the server's options: tables in the documentation, Neovim's help, and
//! what the plugin's checks go by. The list of these files is in `lsp/src/config/generated.rs`, whose test fails where one is
//! stale, and writes them instead where it is told to.

use anyhow::Result;

use crate::run;
use crate::workspace::Workspace;

pub fn generate(workspace: &Workspace) -> Result<()> {
    let test = ["test", "--workspace", "--lib", "config::generated::"];
    run::shown(run::cargo(&workspace.root).args(test).env("CODEGEN_BLESS", "1"))
}
