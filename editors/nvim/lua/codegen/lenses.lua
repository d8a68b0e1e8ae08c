--- Code lenses over prompts, kept up to date.

local client_of = require("codegen.client")

local M = {}

--- The buffers that show lenses, in Neovims that do not keep them up to date themselves, and how often each has asked.
---@type table<integer, integer>
local asked = {}

--- Asks for the lenses of a buffer. `vim.lsp.codelens.refresh` does not ask while it waits for an answer, and so keeps lenses
--- of a state that is over.
local function refresh(buf)
  if not vim.api.nvim_buf_is_loaded(buf) then
    asked[buf] = nil
    return
  end
  local client = client_of.attached(buf)
  if not client then
    return
  end
  asked[buf] = asked[buf] + 1
  local mine = asked[buf]
  local params = { textDocument = vim.lsp.util.make_text_document_params(buf) }
  client_of.request(client, "textDocument/codeLens", params, function(err, lenses)
    if mine == asked[buf] then
      vim.lsp.codelens.on_codelens(err, lenses, { method = "textDocument/codeLens", bufnr = buf, client_id = client.id })
    end
  end, buf)
end

--- Shows the lenses of a buffer, and keeps them up to date; or removes them.
---@param buf integer
---@param on boolean
function M.set(buf, on)
  -- Neovim keeps them up to date itself from 0.12 on.
  if vim.lsp.codelens.enable then
    if on or vim.lsp.codelens.is_enabled({ bufnr = buf }) then
      vim.lsp.codelens.enable(on, { bufnr = buf })
    end
    return
  end
  local name = "codegen.lenses." .. buf
  if not on then
    if asked[buf] then
      asked[buf] = nil
      pcall(vim.api.nvim_del_augroup_by_name, name)
      vim.lsp.codelens.clear(nil, buf)
    end
    return
  end
  asked[buf] = asked[buf] or 0
  vim.api.nvim_create_autocmd({ "BufEnter", "InsertLeave", "TextChanged" }, {
    group = vim.api.nvim_create_augroup(name, { clear = true }),
    buffer = buf,
    callback = function()
      refresh(buf)
    end,
  })
  refresh(buf)
end

--- Asks for all lenses again, because the server says that they have changed.
function M.refresh()
  for _, buf in ipairs(vim.tbl_keys(asked)) do
    refresh(buf)
  end
end

return M
