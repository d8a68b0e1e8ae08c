--- Ghost text by Neovim's own `vim.lsp.inline_completion`, for 0.12 and later. It makes room where it has no call for
--- what the user wants: alternatives, and what is left of a suggestion of which a part was inserted.

local config = require("codegen.config")
local events = require("codegen.events")
local menu = require("codegen.menu")
local place = require("codegen.ghost.place")
local shown = require("codegen.ghost.shown")
local switch = require("codegen.switch")
local text = require("codegen.ghost.text")

local M = {}

local api = vim.api
local namespace = api.nvim_create_namespace("nvim.lsp.inline_completion")

--- Buffers that were attached to, and whether suggestions were last turned on in them.
---@type table<integer, boolean>
local attached = {}
--- The buffer that Neovim makes room in for what this plugin draws.
---@type integer?
local yielded = nil
--- What was drawn when that was told of last.
---@type string?
local told = nil

--- The suggestion's mark in the current buffer, if it stands where the user inserts.
local function mark_at_cursor()
  if not place.is_inserting() then
    return nil
  end
  local mark = api.nvim_buf_get_extmarks(0, namespace, 0, -1, { limit = 1, details = true })[1]
  local cursor = api.nvim_win_get_cursor(0)
  return mark and mark[2] == cursor[1] - 1 and mark[3] == cursor[2] and mark or nil
end

local function turn(buf)
  attached[buf] = switch.is_on(buf)
  vim.lsp.inline_completion.enable(attached[buf], { bufnr = buf })
end

--- Drops a buffer's suggestion. Neovim has no call that does; it is turned off and on again, and the next key asks again.
local function drop(buf)
  vim.lsp.inline_completion.enable(false, { bufnr = buf })
  turn(buf)
end

--- Tells of what Neovim has drawn.
local function tell()
  local rest = M.pending()
  local now = rest and ("%d:%s"):format(api.nvim_get_current_buf(), rest)
  if now and now ~= told then
    events.fire("CodegenShown", { buf = api.nvim_get_current_buf(), text = rest, index = 1, count = 1 })
  end
  told = now
end

--- Removes marks that Neovim has left where nobody inserts, or has drawn there: it hides them at InsertLeave only, and
--- draws an item anew at its old place whenever the cursor moves.
local function check()
  if shown.is_any() then
    if place.is_inserting() then
      shown.draw(config.current().show_with_menu)
    else
      shown.hide()
    end
  end
  local current = api.nvim_get_current_buf()
  if attached[current] ~= nil and yielded ~= current and attached[current] ~= switch.is_on(current) then
    -- The user has set the variable.
    turn(current)
  end
  local at_cursor = mark_at_cursor()
  local pending = at_cursor and M.pending()
  local hidden = menu.is_open() and not (config.current().show_with_menu and pending and menu.is_continued_by(pending))
  for buf in pairs(attached) do
    if not api.nvim_buf_is_loaded(buf) then
      attached[buf] = nil
    elseif hidden or not (at_cursor and buf == current) then
      local drawn = #api.nvim_buf_get_extmarks(buf, namespace, 0, -1, { limit = 1 }) > 0
      if drawn and place.is_inserting() and buf == current then
        -- Only hidden, since the request for the new place is on its way.
        api.nvim_buf_clear_namespace(buf, namespace, 0, -1)
      elseif drawn then
        drop(buf)
      end
    end
  end
  if not shown.is_any() then
    tell()
  end
end

--- Lets Neovim draw again when this plugin does no longer.
local function take_back()
  local buf = yielded
  yielded = nil
  shown.on_gone(nil)
  if buf and api.nvim_buf_is_loaded(buf) then
    turn(buf)
  end
end

--- Makes room for what this plugin draws.
function M.yield()
  if not yielded then
    yielded = api.nvim_get_current_buf()
    vim.lsp.inline_completion.enable(false, { bufnr = yielded })
    shown.on_gone(take_back)
  end
end

---@param buf integer
function M.attach(client, buf)
  vim.lsp.inline_completion.enable(true, { client_id = client.id })
  turn(buf)
  -- Neovim's own autocommands may run after these, and draw.
  place.watch("codegen.ghost.builtin", function(event)
    if event.event == "SafeState" or not place.is_inserting() then
      check()
    else
      vim.schedule(check)
    end
  end)
end

---@param buf integer
function M.detach(buf)
  attached[buf] = nil
  if yielded == buf then
    shown.hide()
  end
  vim.lsp.inline_completion.enable(false, { bufnr = buf })
end

--- Follows `switch`.
---@param buf integer
function M.follow_switch(buf)
  shown.hide()
  turn(buf)
end

function M.is_visible()
  return shown.is_visible() or mark_at_cursor() ~= nil
end

--- What accepting would add at the cursor's line; nil if nothing is shown.
---@return string?
function M.pending()
  if shown.is_visible() then
    return shown.pending()
  end
  local mark = mark_at_cursor()
  if not mark then
    return nil
  end
  local lines = { mark[4].virt_text and mark[4].virt_text[1] and mark[4].virt_text[1][1] or "" }
  for _, chunks in ipairs(mark[4].virt_lines or {}) do
    table.insert(lines, chunks[1] and chunks[1][1] or "")
  end
  return table.concat(lines, "\n")
end

function M.dismiss()
  shown.hide()
  drop(api.nvim_get_current_buf())
end

--- What is left to insert of an item at the cursor, and how many bytes behind the cursor it replaces; nil if it no longer
--- fits. Neovim keeps an item while the user types, with the range from when it was made. Until the next answer comes
--- (after 200 ms and more), text typed since must not be inserted again.
---@return codegen.Suggestion?
local function left_of(item)
  local insert = text.normalise(item.insert_text)
  local cursor = api.nvim_win_get_cursor(0)
  local row, col = cursor[1] - 1, cursor[2]
  local sent = { insertText = insert, command = item.command }
  local left = { client_id = item.client_id, row = row, start = col, suffix = 0, text = insert, item = sent }
  if item.range then
    local line = api.nvim_get_current_line()
    local start_row, start_col, end_row, end_col = item.range:to_extmark()
    if start_row ~= row or end_row ~= row or start_col > col or not text.rest(insert, line:sub(start_col + 1, col)) then
      return nil
    end
    left.start, left.suffix = start_col, math.min(math.max(end_col - col, 0), #line - col)
  end
  return left
end

--- The keys that insert the suggestion, or a part of it: CTRL-G u makes it an undo step of its own.
---@param part codegen.Part
---@return string
function M.keys(part)
  return ("<C-g>u<Cmd>lua require('codegen.ghost').apply('%s')<CR>"):format(part)
end

local function end_undo_step()
  api.nvim_feedkeys(api.nvim_replace_termcodes("<C-g>u", true, true, true), "in", false)
end

--- Inserts the suggestion, or a part of it. Not for use in mappings; see `codegen.ghost`.
---@param part codegen.Part
function M.apply(part)
  if shown.is_visible() then
    shown.apply(part, config.current().show_with_menu)
    end_undo_step()
    return
  end
  vim.lsp.inline_completion.get({
    on_accept = function(item)
      if type(item.insert_text) ~= "string" then
        -- A snippet, which Neovim inserts itself.
        return item
      end
      local left = left_of(item)
      -- Neovim calls this later, when insert mode may have ended.
      if not left or not place.is_inserting() then
        return nil
      end
      M.yield()
      shown.take(left)
      shown.apply(part, config.current().show_with_menu)
      end_undo_step()
    end,
  })
end

return M
