rockspec_format = "3.0"
package = "codegen-lsp.nvim"
version = "scm-1"

-- Installed from this folder: luarocks make codegen-lsp.nvim-scm-1.rockspec
source = {
  url = "git+file://.",
}

description = {
  summary = "Ghost text and comment-to-code for Python from a CodeGen model on this machine",
  detailed = [[
    The Neovim plugin of codegen-lsp, a language server that runs Salesforce CodeGen in its own process: suggestions while
    you type, and comments turned into code. The server is installed separately; :checkhealth codegen says how.
  ]],
  labels = { "neovim", "lsp", "completion" },
  license = "Apache-2.0",
}

dependencies = {
  "lua >= 5.1, < 5.2",
}

-- The modules are those of lua/.
build = {
  type = "builtin",
  copy_directories = { "doc", "lsp", "plugin" },
}
