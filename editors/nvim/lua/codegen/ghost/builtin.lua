--- Ghost text by Neovim's own `vim.lsp.inline_completion`, for 0.12 and later.

local text = require("codegen.ghost.text")

local M = {}

local api = vim.api

---@param buf integer
function M.attach(_, buf)
  vim.lsp.inline_completion.enable(true, { bufnr = buf })
end

function M.is_visible()
  local namespace = api.nvim_create_namespace("nvim.lsp.inline_completion")
  return #api.nvim_buf_get_extmarks(0, namespace, 0, -1, { limit = 1 }) > 0
end

function M.dismiss()
  -- Neovim has no call that only hides the suggestion. It is turned off and on again, and the next key asks again.
  vim.lsp.inline_completion.enable(false, { bufnr = 0 })
  vim.lsp.inline_completion.enable(true, { bufnr = 0 })
end

--- The item as it has to be inserted now. Neovim keeps an item while the user types, with the range from when it was
--- made. Until the next answer comes (after 200 ms and more), text typed since must not be inserted again.
local function adapt(item, part)
  if type(item.insert_text) ~= "string" then
    return item
  end
  local insert = text.normalise(item.insert_text)
  item.insert_text = insert
  local cursor = api.nvim_win_get_cursor(0)
  local row, col = cursor[1] - 1, cursor[2]
  local left, replaced_to = insert, col
  if item.range then
    local start_row, start_col, end_row, end_col = item.range:to_extmark()
    if start_row ~= row or end_row ~= row or start_col > col then
      return nil
    end
    local line = api.nvim_get_current_line()
    left = text.rest(insert, line:sub(start_col + 1, col))
    if not left then
      return nil
    end
    replaced_to = end_col
  end
  local piece = text.portion(left, part)
  if piece ~= left then
    -- A part is typed for the user; the item counts as accepted only with its last part.
    item.insert_text, item.range, item.command = piece, nil, nil
  elseif replaced_to < col then
    item.insert_text, item.range = left, nil
  end
  return item
end

---@param part "all"|"word"|"line"
function M.accept(part)
  if not M.is_visible() then
    return false
  end
  -- Inserted by keys for the sake of CTRL-G u, which makes it an undo step of its own.
  local keys = ("<C-g>u<Cmd>lua require('codegen.ghost.builtin').apply('%s')<CR>"):format(part)
  api.nvim_feedkeys(api.nvim_replace_termcodes(keys, true, true, true), "in", false)
  return true
end

--- Inserts the suggestion, or a part of it. Not for use in mappings; see `accept`.
function M.apply(part)
  vim.lsp.inline_completion.get({
    on_accept = function(item)
      return adapt(item, part)
    end,
  })
end

return M
