--- Code lenses over prompts, kept up to date.

local M = {}

--- The buffers that show lenses, in Neovims that do not keep them up to date themselves.
---@type table<integer, true>
local buffers = {}

local function refresh(buf)
  if vim.api.nvim_buf_is_valid(buf) then
    vim.lsp.codelens.refresh({ bufnr = buf })
  else
    buffers[buf] = nil
  end
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
    if buffers[buf] then
      buffers[buf] = nil
      pcall(vim.api.nvim_del_augroup_by_name, name)
      vim.lsp.codelens.clear(nil, buf)
    end
    return
  end
  buffers[buf] = true
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
  for buf in pairs(buffers) do
    refresh(buf)
  end
end

return M
