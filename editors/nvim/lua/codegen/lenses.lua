--- Code lenses over prompts, kept up to date.

local M = {}

--- Shows the lenses of a buffer, and keeps them up to date.
---@param buf integer
function M.attach(buf)
  -- Neovim keeps them up to date itself from 0.12 on.
  if vim.lsp.codelens.enable then
    vim.lsp.codelens.enable(true, { bufnr = buf })
    return
  end
  local function refresh()
    if vim.api.nvim_buf_is_valid(buf) then
      vim.lsp.codelens.refresh({ bufnr = buf })
    end
  end
  vim.api.nvim_create_autocmd({ "BufEnter", "InsertLeave", "TextChanged" }, {
    group = vim.api.nvim_create_augroup("codegen.lenses." .. buf, { clear = true }),
    buffer = buf,
    callback = refresh,
  })
  refresh()
end

return M
