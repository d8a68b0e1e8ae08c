--- Features of Neovim's that servers fill: `vim.lsp.codelens` and `vim.lsp.inline_completion`, from 0.12 on. Each has a
--- switch for every buffer and one for every client, and is on where both are.

local M = {}

--- Turns a feature off for one server in a buffer, where other servers keep it.
---@param feature table one of those modules
---@param client vim.lsp.Client
---@param buf integer
function M.turn_off(feature, client, buf)
  local both = { client_id = client.id, bufnr = buf }
  if feature.is_enabled({ bufnr = buf }) then
    -- Neovim acts only where a switch changes the outcome, and another buffer may have turned the client's off already.
    feature.enable(true, both)
  end
  feature.enable(false, both)
end

return M
