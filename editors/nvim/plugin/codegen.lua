-- Commands are there before the server is, so that they can say what is missing.
if vim.g.loaded_codegen or vim.fn.has("nvim-0.10") == 0 then
  return
end
vim.g.loaded_codegen = true
require("codegen.commands").define()
