--- Ghost text by Neovim's own `vim.lsp.inline_completion`, for 0.12 and later.

local place = require("codegen.ghost.place")
local text = require("codegen.ghost.text")

local M = {}

local api = vim.api
local namespace = api.nvim_create_namespace("nvim.lsp.inline_completion")

--- The suggestion's mark in the current buffer, if it stands where the user inserts.
local function mark_at_cursor()
  if not place.is_inserting() then
    return nil
  end
  local mark = api.nvim_buf_get_extmarks(0, namespace, 0, -1, { limit = 1, details = true })[1]
  local cursor = api.nvim_win_get_cursor(0)
  return mark and mark[2] == cursor[1] - 1 and mark[3] == cursor[2] and mark or nil
end

-- Buffers that were attached to.
local attached = {}

--- Drops a buffer's suggestion. Neovim has no call that does; it is turned off and on again, and the next key asks again.
local function drop(buf)
  vim.lsp.inline_completion.enable(false, { bufnr = buf })
  vim.lsp.inline_completion.enable(true, { bufnr = buf })
end

--- Removes marks that Neovim has left where nobody inserts, or has drawn there: it hides them at InsertLeave only, and
--- draws an item anew at its old place whenever the cursor moves.
local function check()
  local at_cursor = mark_at_cursor()
  local current = api.nvim_get_current_buf()
  for buf in pairs(attached) do
    if not api.nvim_buf_is_loaded(buf) then
      attached[buf] = nil
    elseif not (at_cursor and buf == current) then
      local drawn = #api.nvim_buf_get_extmarks(buf, namespace, 0, -1, { limit = 1 }) > 0
      if drawn and place.is_inserting() and buf == current then
        -- Only hidden, since the request for the new place is on its way.
        api.nvim_buf_clear_namespace(buf, namespace, 0, -1)
      elseif drawn then
        drop(buf)
      end
    end
  end
end

---@param buf integer
function M.attach(_, buf)
  attached[buf] = true
  vim.lsp.inline_completion.enable(true, { bufnr = buf })
  -- Neovim's own autocommands may run after these, and draw.
  place.watch("codegen.ghost", function(event)
    if event.event == "SafeState" or not place.is_inserting() then
      check()
    else
      vim.schedule(check)
    end
  end)
end

function M.is_visible()
  return mark_at_cursor() ~= nil
end

--- What accepting would add at the cursor's line; nil if nothing is shown.
---@return string?
function M.pending()
  local mark = mark_at_cursor()
  local chunk = mark and mark[4].virt_text and mark[4].virt_text[1]
  return chunk and chunk[1] or nil
end

function M.dismiss()
  drop(api.nvim_get_current_buf())
end

--- What is left to insert of an item at the cursor, and how many bytes behind the cursor it replaces; nil if it no longer
--- fits. Neovim keeps an item while the user types, with the range from when it was made. Until the next answer comes
--- (after 200 ms and more), text typed since must not be inserted again.
local function left_of(item)
  local insert = text.normalise(item.insert_text)
  if not item.range then
    return insert, 0
  end
  local cursor = api.nvim_win_get_cursor(0)
  local row, col = cursor[1] - 1, cursor[2]
  local start_row, start_col, end_row, end_col = item.range:to_extmark()
  if start_row ~= row or end_row ~= row or start_col > col then
    return nil
  end
  local line = api.nvim_get_current_line()
  local left = text.rest(insert, line:sub(start_col + 1, col))
  return left, math.min(math.max(end_col - col, 0), #line - col)
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

--- Inserts an item, or a part of it. Returns what Neovim itself has still to do: a snippet's insertion.
local function insert(item, part)
  if type(item.insert_text) ~= "string" then
    return item
  end
  local left, suffix = left_of(item)
  -- Neovim calls this later, when insert mode may have ended.
  if not left or not place.is_inserting() then
    return nil
  end
  local piece = text.portion(left, part)
  place.insert(piece, piece == left and suffix or 0)
  api.nvim_feedkeys(api.nvim_replace_termcodes("<C-g>u", true, true, true), "in", false)
  -- An item counts as accepted only with its last part.
  local client = vim.lsp.get_client_by_id(item.client_id)
  if piece == left and item.command and client then
    client:exec_cmd(item.command, { bufnr = api.nvim_get_current_buf() })
  end
end

--- Inserts the suggestion, or a part of it. Not for use in mappings; see `accept`.
function M.apply(part)
  vim.lsp.inline_completion.get({
    on_accept = function(item)
      return insert(item, part)
    end,
  })
end

return M
