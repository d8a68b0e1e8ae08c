--- Ghost text by Neovim's own `vim.lsp.inline_completion`, for 0.12 and later. It makes room where it has no call for
--- what the user wants: alternatives, and what is left of a suggestion of which a part was inserted.

local config = require("codegen.config")
local events = require("codegen.events")
local menu = require("codegen.menu")
local place = require("codegen.ghost.place")
local shown = require("codegen.ghost.shown")
local suggestions = require("codegen.suggestions")
local switch = require("codegen.switch")
local text = require("codegen.ghost.text")

local M = {}

local api = vim.api
local METHOD = "textDocument/inlineCompletion"
local namespace = api.nvim_create_namespace("nvim.lsp.inline_completion")

--- Buffers that were attached to, and whether suggestions were last turned on in them.
---@type table<integer, boolean>
local attached = {}
--- Buffers where the plugin, and not the user, has turned Neovim's inline completion on, which other servers may have, too.
---@type table<integer, true>
local turned_on = {}
--- The clients that are asked nothing where suggestions are turned off.
---@type table<vim.lsp.Client, true>
local silenced = setmetatable({}, { __mode = "k" })
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

local function is_enabled(buf)
  return vim.lsp.inline_completion.is_enabled({ bufnr = buf })
end

local function enable(buf, on)
  vim.lsp.inline_completion.enable(on, { bufnr = buf })
end

--- Whether the user has turned Neovim's inline completion on in a buffer.
---@param buf integer
---@return boolean
function M.is_users(buf)
  return not turned_on[buf] and (yielded == buf or is_enabled(buf))
end

--- Drops a buffer's suggestion. Neovim has no call that does; it is turned off and on again, and the next key asks again.
local function drop(buf)
  if is_enabled(buf) then
    enable(buf, false)
    enable(buf, true)
  end
end

--- Has Neovim's own requests not reach the server where suggestions are turned off. Neovim cannot leave out one server in
--- one buffer, and others may go on there.
---@param client vim.lsp.Client
local function silence(client)
  if silenced[client] then
    return
  end
  silenced[client] = true
  local request = client.request
  function client.request(self, method, params, handler, buf)
    if method == METHOD and params.context.triggerKind == suggestions.TRIGGER.Automatic and attached[buf] == false then
      return true
    end
    return request(self, method, params, handler, buf)
  end
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
    attached[current] = switch.is_on(current)
    drop(current)
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
    enable(buf, true)
  end
end

--- Makes room for what this plugin draws.
function M.yield()
  if not yielded then
    yielded = api.nvim_get_current_buf()
    enable(yielded, false)
    shown.on_gone(take_back)
  end
end

---@param client vim.lsp.Client
---@param buf integer
function M.attach(client, buf)
  silence(client)
  local is_first = attached[buf] == nil
  if is_first and not is_enabled(buf) then
    turned_on[buf] = true
    enable(buf, true)
  end
  attached[buf] = switch.is_on(buf)
  local both = { client_id = client.id, bufnr = buf }
  if yielded ~= buf and not vim.lsp.inline_completion.is_enabled(both) then
    -- The plugin's own ghost text has turned the client's off.
    vim.lsp.inline_completion.enable(true, both)
  end
  if is_first and client.attached_buffers[buf] then
    -- Neovim itself starts only in buffers that are being attached.
    drop(buf)
  end
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
  if yielded == buf then
    shown.hide()
  end
  attached[buf] = nil
  if turned_on[buf] then
    enable(buf, false)
  else
    drop(buf)
  end
  turned_on[buf] = nil
end

--- Follows `switch`.
---@param buf integer
function M.follow_switch(buf)
  shown.hide()
  attached[buf] = switch.is_on(buf)
  drop(buf)
end

---@return boolean
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
