--- The plugin's own ghost text, for Neovim 0.10 and 0.11: one suggestion, drawn with one extmark at the cursor.

local place_of = require("codegen.ghost.place")
local text = require("codegen.ghost.text")

local M = {}

local api = vim.api
local namespace = api.nvim_create_namespace("codegen.ghost")
local METHOD = "textDocument/inlineCompletion"

--- What is shown: `text` replaces the bytes of line `row` from `start` to `suffix` bytes past the cursor, and begins
--- with what stands between `start` and the cursor. `tick` is the buffer's changedtick when it was drawn.
---@class codegen.Shown
---@field buf integer
---@field win integer
---@field client_id integer
---@field row integer
---@field start integer
---@field suffix integer
---@field text string
---@field command? table
---@field tick? integer
---@field col? integer

---@type codegen.Shown?
local shown = nil
---@type {client_id: integer, id: integer}?
local pending = nil
-- The number of requests so far; answers to any but the latest request are dropped.
local sequence = 0
-- The buffer and cursor after the last key: TextChangedI and CursorMovedI both fire for one key.
local last_seen = nil

local function place()
  local cursor = api.nvim_win_get_cursor(0)
  return cursor[1] - 1, cursor[2]
end

local function hide()
  if shown and api.nvim_buf_is_valid(shown.buf) then
    api.nvim_buf_clear_namespace(shown.buf, namespace, 0, -1)
  end
  shown = nil
end

--- Cancels the pending request, telling the server.
local function cancel()
  sequence = sequence + 1
  if pending then
    local client = vim.lsp.get_client_by_id(pending.client_id)
    if client then
      require("codegen.client").cancel(client, pending.id)
    end
    pending = nil
  end
end

--- The text that the ghost text adds at the cursor; nil if the text around it has changed otherwise than by typing it.
local function rest()
  if not shown or api.nvim_get_current_buf() ~= shown.buf or api.nvim_get_current_win() ~= shown.win then
    return nil
  end
  local row, col = place()
  if not place_of.is_inserting() or vim.fn.foldclosed(row + 1) ~= -1 then
    return nil
  end
  local line = api.nvim_get_current_line()
  if row ~= shown.row or col < shown.start or col + shown.suffix > #line then
    return nil
  end
  return text.rest(shown.text, line:sub(shown.start + 1, col))
end

--- Draws the rest of the suggestion at the cursor, or hides it.
local function draw()
  local left = rest()
  if not shown or not left or vim.fn.pumvisible() == 1 then
    hide()
    return
  end
  local tab = (" "):rep(vim.bo[shown.buf].tabstop)
  local lines = vim.split(left:gsub("\t", tab), "\n", { plain = true })
  local mark = { id = 1, hl_mode = "combine", undo_restore = false }
  if lines[1] ~= "" then
    mark.virt_text = { { lines[1], "CodegenGhost" } }
    mark.virt_text_pos = shown.suffix > 0 and "overlay" or "inline"
  end
  if #lines > 1 then
    mark.virt_lines = {}
    for i = 2, #lines do
      table.insert(mark.virt_lines, { { lines[i], "CodegenGhost" } })
    end
  end
  local row, col = place()
  shown.tick, shown.col = api.nvim_buf_get_changedtick(shown.buf), col
  api.nvim_buf_set_extmark(shown.buf, namespace, row, col, mark)
end

--- A position's character as a byte offset in its line.
local function byte_offset(line, character, encoding)
  if vim.fn.has("nvim-0.11") == 1 then
    return vim.str_byteindex(line, encoding, character, false)
  end
  return vim.lsp.util._str_byteindex_enc(line, character, encoding)
end

--- The first item of an answer that can be shown at the cursor.
local function pick(result, client, buf)
  local row, col = place()
  local line = api.nvim_get_current_line()
  for _, item in ipairs(result.items or result) do
    local from, to = col, col
    if item.range then
      if item.range.start.line == row and item.range["end"].line == row then
        from = byte_offset(line, item.range.start.character, client.offset_encoding)
        to = byte_offset(line, item.range["end"].character, client.offset_encoding)
      else
        from = nil
      end
    end
    if from and from <= col and to >= col and type(item.insertText) == "string" then
      local insert = text.normalise(item.insertText)
      if text.rest(insert, line:sub(from + 1, col)) then
        return {
          buf = buf,
          win = api.nvim_get_current_win(),
          client_id = client.id,
          row = row,
          start = from,
          suffix = to - col,
          text = insert,
          command = item.command,
        }
      end
    end
  end
end

local function ask(buf, mine)
  local stale = mine ~= sequence or api.nvim_get_current_buf() ~= buf or not place_of.is_inserting()
  local client = require("codegen.client").attached(buf)
  if stale or not client or vim.fn.pumvisible() == 1 then
    return
  end
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  params.context = { triggerKind = 2 }
  local tick, row, col = api.nvim_buf_get_changedtick(buf), place()
  local id = require("codegen.client").request(client, METHOD, params, function(err, result)
    if mine ~= sequence then
      return
    end
    pending = nil
    if err then
      require("vim.lsp.log").error(METHOD, err)
      result = nil
    end
    if api.nvim_get_current_buf() ~= buf or not place_of.is_inserting() then
      return
    end
    local row_now, col_now = place()
    if tick ~= api.nvim_buf_get_changedtick(buf) or row ~= row_now or col ~= col_now then
      return
    end
    hide()
    shown = type(result) == "table" and pick(result, client, buf) or nil
    draw()
  end, buf)
  if id and mine == sequence then
    pending = { client_id = client.id, id = id }
  end
end

--- Called when text or cursor may have changed in insert mode.
local function on_change(buf, debounce)
  if api.nvim_get_current_buf() ~= buf then
    return
  end
  local row, col = place()
  local now = ("%d:%d:%d:%d"):format(buf, api.nvim_buf_get_changedtick(buf), row, col)
  if now == last_seen then
    return
  end
  last_seen = now
  cancel()
  -- A suggestion that the user types through stays, so that it does not flicker while the server confirms it.
  draw()
  local mine = sequence
  vim.defer_fn(function()
    if mine == sequence and api.nvim_buf_is_valid(buf) then
      ask(buf, mine)
    end
  end, debounce)
end

local function stop()
  cancel()
  hide()
  last_seen = nil
end

--- Ends what is shown and asked for, unless the user goes on inserting where it was drawn.
local function check()
  if not place_of.is_inserting() then
    if shown or pending or last_seen then
      stop()
    end
  elseif shown and not M.is_visible() then
    draw()
  end
end

---@param buf integer
---@param config codegen.Config
function M.attach(_, buf, config)
  place_of.watch("codegen.ghost", check)
  local group = api.nvim_create_augroup("codegen.ghost." .. buf, { clear = true })
  local function on(events, callback)
    api.nvim_create_autocmd(events, { group = group, buffer = buf, callback = callback })
  end
  on({ "InsertEnter", "TextChangedI", "CursorMovedI" }, function()
    on_change(buf, config.debounce)
  end)
  -- The menu covers the same place, and its entries would change the text that the suggestion was made for.
  on({ "TextChangedP", "CompleteChanged" }, function()
    cancel()
    hide()
  end)
  on("CompleteDone", function()
    last_seen = nil
    vim.schedule(function()
      if api.nvim_get_mode().mode == "i" then
        on_change(buf, config.debounce)
      end
    end)
  end)
  on("BufLeave", stop)
  -- Back from the command line, or from the one command after CTRL-O: neither brings InsertEnter.
  api.nvim_create_autocmd("ModeChanged", {
    group = group,
    pattern = "*:i",
    callback = function()
      on_change(buf, config.debounce)
    end,
  })
  on("LspDetach", function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if client and client.name == "codegen" then
      stop()
    end
  end)
  if api.nvim_get_current_buf() == buf and api.nvim_get_mode().mode == "i" then
    on_change(buf, config.debounce)
  end
end

function M.is_visible()
  if not rest() then
    return false
  end
  local _, col = place()
  return shown.tick == api.nvim_buf_get_changedtick(shown.buf) and shown.col == col
end

--- What accepting would add at the cursor; nil if nothing is shown.
---@return string?
function M.pending()
  return M.is_visible() and rest() or nil
end

function M.dismiss()
  cancel()
  hide()
end

---@param part "all"|"word"|"line"
function M.accept(part)
  if not M.is_visible() then
    return false
  end
  -- Inserted by keys, because an `expr` mapping may not change text, and because CTRL-G u makes it an undo step of its
  -- own.
  local keys = ("<C-g>u<Cmd>lua require('codegen.ghost.own').apply('%s')<CR><C-g>u"):format(part)
  api.nvim_feedkeys(api.nvim_replace_termcodes(keys, true, true, true), "in", false)
  return true
end

--- Inserts the suggestion, or a part of it. Not for use in mappings; see `accept`.
function M.apply(part)
  local left = rest()
  if not shown or not left then
    return
  end
  local item = shown
  local piece = text.portion(left, part)
  local whole = piece == left
  cancel()
  hide()
  place_of.insert(piece, whole and item.suffix or 0)
  if whole then
    local client = vim.lsp.get_client_by_id(item.client_id)
    if item.command and client then
      require("codegen.client").execute(client, item.command)
    end
  else
    item.row, item.start = place()
    item.text = left:sub(#piece + 1)
    shown = item
    draw()
  end
end

return M
