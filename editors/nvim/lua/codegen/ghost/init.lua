--- Ghost text, whoever draws it: what keys and the user's own mappings do with it.

local client_of = require("codegen.client")
local config = require("codegen.config")
local events = require("codegen.events")
local own = require("codegen.ghost.own")
local place = require("codegen.ghost.place")
local shown = require("codegen.ghost.shown")
local suggestions = require("codegen.suggestions")
local switch = require("codegen.switch")
local text = require("codegen.ghost.text")

local M = {}

local api = vim.api

---@alias codegen.Part "all"|"word"|"line" how much of a suggestion is inserted

--- Who draws: this plugin, or Neovim.
---@class codegen.Drawer
---@field attach fun(client: vim.lsp.Client, buf: integer)
---@field detach fun(buf: integer)
---@field follow_switch fun(buf: integer) suggestions were turned on or off in a buffer that it draws in
---@field is_visible fun(): boolean whether something is shown at the cursor
---@field pending fun(): string? what accepting would add at the cursor's line; nil if nothing is shown
---@field dismiss fun()
---@field keys fun(part: codegen.Part): string the keys that insert the suggestion
---@field apply fun(part: codegen.Part) what those keys call
---@field yield fun() makes room for what this plugin draws

--- Who draws in each buffer that the server is attached to.
---@type table<integer, codegen.Drawer>
local drawers = {}

---@return codegen.Drawer?
local function drawer()
  return drawers[api.nvim_get_current_buf()]
end

---@return codegen.Drawer
local function drawer_of(kind)
  return kind == "builtin" and require("codegen.ghost.builtin") or own
end

--- Whether Neovim draws in the current buffer.
---@return boolean
function M.is_builtin()
  local present = drawer()
  return present ~= nil and present ~= own
end

--- Shows suggestions in a buffer.
---@param client vim.lsp.Client
---@param buf integer
function M.attach(client, buf)
  local wanted = drawer_of(config.ghost_kind(config.current(), buf))
  if drawers[buf] and drawers[buf] ~= wanted then
    M.detach(buf)
  end
  drawers[buf] = wanted
  wanted.attach(client, buf)
end

--- Ends that.
---@param buf integer
function M.detach(buf)
  local was = drawers[buf]
  drawers[buf] = nil
  if was then
    was.detach(buf)
  end
end

switch.on_change(function()
  for buf, each in pairs(drawers) do
    if api.nvim_buf_is_loaded(buf) then
      each.follow_switch(buf)
    end
  end
end)

--- Whether ghost text is shown at the cursor.
---@return boolean
function M.is_visible()
  local present = drawer()
  return present ~= nil and present.is_visible()
end

--- Inserts the suggestion. Usable from any insert-mode mapping, including `expr` ones.
---@param part? codegen.Part all of it by default
---@param key? string the key that was pressed, so that a macro can be made right
---@return boolean accepted false if there is nothing to accept
function M.accept(part, key)
  local present = drawer()
  if not present or not present.is_visible() then
    return false
  end
  if key then
    require("codegen.macro").accepted(key)
  end
  -- Inserted by keys, because an `expr` mapping may not change text.
  local keys = api.nvim_replace_termcodes(present.keys(part or "all"), true, true, true)
  api.nvim_feedkeys(keys, "in", false)
  return true
end

--- Inserts the suggestion, or a part of it. Not for use in mappings; see `accept`.
---@param part codegen.Part
function M.apply(part)
  local present = drawer()
  if present then
    present.apply(part)
  end
end

--- Whether the line still lacks indentation that it will need with the ghost text: <Tab> indents then. See |codegen-keys|.
---@return boolean
function M.indents_first()
  local present = drawer()
  local rest = present and present.pending()
  if not rest then
    return false
  end
  local row, col = unpack(api.nvim_win_get_cursor(0))
  local before = api.nvim_get_current_line():sub(1, col)
  -- A key has to be quick; a class that begins further above than this is not found.
  local above = api.nvim_buf_get_lines(0, math.max(row - 1 - 2000, 0), row - 1, false)
  local tabstop = vim.bo.tabstop
  return text.indents_first(before, rest, tabstop, text.member_column(above, tabstop))
end

--- Hides the ghost text until the next key.
---@return boolean dismissed false if none is shown
function M.dismiss()
  local present = drawer()
  if not present or not present.is_visible() then
    return false
  end
  local data = { buf = api.nvim_get_current_buf(), text = present.pending() }
  present.dismiss()
  events.fire("CodegenDismissed", data)
  return true
end

--- Whether suggestions can be asked for here and now; tells the user what is in the way.
---@return vim.lsp.Client?
local function asked_client()
  local client = client_of.attached_or_told()
  if client and not drawer() then
    client_of.notify("ghost text is off in this buffer; see |codegen-option-ghost|", vim.log.levels.WARN)
  elseif client and not place.is_inserting() then
    client_of.notify("suggestions are made in insert mode", vim.log.levels.WARN)
  elseif client then
    return client
  end
end

--- Asks for suggestions at the cursor by hand: several if there are, however improbable, also where none come by
--- themselves.
function M.trigger()
  local client = asked_client()
  local present = drawer()
  if not client or not present then
    return
  end
  own.ask(client, suggestions.TRIGGER.Invoked, function(found)
    if #found == 0 then
      client_of.notify("nothing to suggest here; `:Codegen why` says why")
      return
    end
    present.yield()
    shown.show(found, true, true)
  end)
end

--- The place among `found` of the first that says something else than `pending`.
local function first_other(found, pending)
  local line, col = api.nvim_get_current_line(), api.nvim_win_get_cursor(0)[2]
  for index, suggestion in ipairs(found) do
    if text.rest(suggestion.text, line:sub(suggestion.start + 1, col)) ~= pending then
      return index
    end
  end
end

--- Shows the next alternative, or the previous one (-1). They are asked for with the first call.
---@param step? 1|-1
---@return boolean visible false if no ghost text is shown, and nothing was done
function M.cycle(step)
  local present = drawer()
  if not present or not present.is_visible() then
    return false
  end
  step = step or 1
  if shown.is_visible() and shown.has_alternatives() then
    if not shown.cycle(step, true) then
      client_of.notify("there is no other suggestion here")
    end
    return true
  end
  local client = asked_client()
  local pending = present.pending()
  if client then
    own.ask(client, suggestions.TRIGGER.Invoked, function(found)
      local other = first_other(found, pending)
      if not other then
        client_of.notify("there is no other suggestion here")
        return
      end
      if step < 0 then
        other = #found
      end
      present.yield()
      shown.show(found, true, true, other)
    end)
  end
  return true
end

return M
