--- For `vim.lsp.enable("codegen")`: the server with all that the plugin draws and maps. See |codegen-setup|.
---@type vim.lsp.Config
return require("codegen.server").config()
