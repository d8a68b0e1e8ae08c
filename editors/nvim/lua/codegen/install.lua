--- How the user gets the server.

local M = {}

--- The plugin's folder.
---@return string
function M.plugin()
  return vim.fn.fnamemodify(debug.getinfo(1, "S").source:sub(2), ":p:h:h:h")
end

--- The repository that the plugin is a part of, if it lies in one: the server is built from it.
---@return string?
function M.repository()
  local root = vim.fn.fnamemodify(M.plugin(), ":h:h")
  return vim.fn.filereadable(root .. "/lsp/Cargo.toml") == 1 and root or nil
end

--- The one command that installs the server.
---@return string
function M.command()
  local root = M.repository()
  return "cargo install --locked --path " .. (root and vim.fn.shellescape(root .. "/lsp") or "lsp")
end

--- What the user can do about a server that is not there, one way a line.
---@return string[]
function M.advice()
  local where = M.repository() and "" or " in a checkout of codegen-lsp's repository"
  local lines = {}
  if vim.fn.executable("cargo") == 0 then
    table.insert(lines, "Install Rust, whose `cargo` builds the server: https://rustup.rs")
  end
  table.insert(lines, ("Build it with `%s`%s, and see that ~/.cargo/bin is on your PATH."):format(M.command(), where))
  table.insert(lines, "Or name it: require(\"codegen\").setup({ cmd = { \"/path/to/codegen-lsp\" } })")
  return lines
end

return M
