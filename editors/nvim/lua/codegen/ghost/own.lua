--- The plugin's own ghost text: asks the server when the user has typed, and shows what comes.

local client_of = require("codegen.client")
local config = require("codegen.config")
local menu = require("codegen.menu")
local place = require("codegen.ghost.place")
local shown = require("codegen.ghost.shown")
local suggestions = require("codegen.suggestions")
local switch = require("codegen.switch")

local M = {}

local api = vim.api

--- Cancels the request under way.
---@type fun()?
local cancel_request = nil
-- The number of changes so far; an answer to any but the latest is dropped.
local sequence = 0
-- The buffer and cursor after the last key: TextChangedI and CursorMovedI both fire for one key.
local last_seen = nil

local function cancel()
  sequence = sequence + 1
  if cancel_request then
    cancel_request()
    cancel_request = nil
  end
end

local function with_menu()
  return config.current().show_with_menu
end

--- Asks for suggestions at the cursor and shows them, unless the user has gone on meanwhile.
---@param client vim.lsp.Client
---@param trigger codegen.Trigger
---@param done? fun(found: codegen.Suggestion[]) called with what there is, in place of showing it
function M.ask(client, trigger, done)
  cancel()
  local mine = sequence
  local buf = api.nvim_get_current_buf()
  local tick, cursor = api.nvim_buf_get_changedtick(buf), api.nvim_win_get_cursor(0)
  local entry = menu.selected()
  if entry and not entry.start then
    -- Nothing that stands behind the cursor can go on from it.
    local give = done or shown.hide
    give({})
    return
  end
  cancel_request = suggestions.ask(client, trigger, function(found)
    if mine ~= sequence then
      return
    end
    cancel_request = nil
    if api.nvim_get_current_buf() ~= buf or not place.is_inserting() then
      return
    end
    if tick ~= api.nvim_buf_get_changedtick(buf) or not vim.deep_equal(cursor, api.nvim_win_get_cursor(0)) then
      return
    end
    if done then
      done(found)
    else
      shown.show(found, with_menu())
    end
  end, entry)
end

--- Called when text or cursor may have changed in insert mode.
local function on_change(buf)
  if api.nvim_get_current_buf() ~= buf then
    return
  end
  local at = vim.fn.getcurpos()
  local entry = menu.selected()
  local selected = entry and entry.text or ""
  local now = ("%d:%d:%d:%d:%d:%s"):format(buf, api.nvim_buf_get_changedtick(buf), at[2], at[3], at[4], selected)
  if now == last_seen then
    return
  end
  last_seen = now
  cancel()
  if switch.is_on(buf) or shown.has_alternatives() then
    -- A suggestion that the user types through stays, so that it does not flicker while the server confirms it.
    shown.draw(with_menu())
  else
    shown.hide()
  end
  local mine = sequence
  vim.defer_fn(function()
    local stale = mine ~= sequence or not api.nvim_buf_is_valid(buf) or api.nvim_get_current_buf() ~= buf
    if stale or not place.is_inserting() or place.is_past_the_end() or not switch.is_on(buf) then
      return
    end
    local client = client_of.attached(buf)
    -- Alternatives that the user has asked for stay as long as they fit.
    if client and (with_menu() or not menu.is_open()) and not shown.has_alternatives() then
      M.ask(client, suggestions.TRIGGER.Automatic)
    end
  end, config.current().debounce)
end

local function stop()
  cancel()
  shown.hide()
  last_seen = nil
end

--- Ends what is shown and asked for, unless the user goes on inserting where it was drawn.
local function check()
  if not place.is_inserting() then
    if shown.is_any() or cancel_request or last_seen then
      stop()
    end
  elseif shown.is_any() and not shown.is_visible() then
    shown.draw(with_menu())
  end
end

--- Asks anew, as if the cursor had moved.
local function again(buf)
  last_seen = nil
  if api.nvim_get_mode().mode == "i" then
    on_change(buf)
  end
end

---@param client vim.lsp.Client
---@param buf integer
function M.attach(client, buf)
  if vim.lsp.inline_completion then
    -- Neovim's own would draw the same suggestions once more.
    require("codegen.features").turn_off(vim.lsp.inline_completion, client, buf)
  end
  place.watch("codegen.ghost", check)
  menu.watch(function()
    local here = api.nvim_get_current_buf()
    if client_of.attached(here) then
      shown.draw(with_menu())
      again(here)
    end
  end)
  local group = api.nvim_create_augroup("codegen.ghost." .. buf, { clear = true })
  local function on(events, callback)
    api.nvim_create_autocmd(events, { group = group, buffer = buf, callback = callback })
  end
  on({ "InsertEnter", "TextChangedI", "CursorMovedI" }, function()
    on_change(buf)
  end)
  -- Neovim's menu covers the same place. Where ghost text is wanted beside it, it goes on from the selected entry.
  on({ "TextChangedP", "CompleteChanged" }, function()
    if with_menu() then
      on_change(buf)
      -- When the menu opens, its entry is known only once it is there.
      vim.schedule(function()
        on_change(buf)
      end)
    else
      cancel()
      shown.hide()
    end
  end)
  on("CompleteDone", function()
    vim.schedule(function()
      again(buf)
    end)
  end)
  on("BufLeave", stop)
  -- Back from the command line, or from the one command after CTRL-O: neither brings InsertEnter.
  api.nvim_create_autocmd("ModeChanged", {
    group = group,
    pattern = "*:i",
    callback = function()
      on_change(buf)
    end,
  })
  if api.nvim_get_current_buf() == buf and api.nvim_get_mode().mode == "i" then
    on_change(buf)
  end
end

---@param buf integer
function M.detach(buf)
  pcall(api.nvim_del_augroup_by_name, "codegen.ghost." .. buf)
  if api.nvim_get_current_buf() == buf then
    stop()
  end
end

--- Follows `switch`: hides what is shown where suggestions were turned off, and asks where they were turned on. Both happen
--- in the current buffer only.
---@param buf integer
function M.follow_switch(buf)
  if buf ~= api.nvim_get_current_buf() then
    return
  end
  if switch.is_on(buf) then
    again(buf)
  else
    stop()
  end
end

M.is_visible = shown.is_visible
M.pending = shown.pending

function M.dismiss()
  cancel()
  shown.hide()
end

--- The keys that insert the suggestion, or a part of it: CTRL-G u makes it an undo step of its own.
---@param part codegen.Part
---@return string
function M.keys(part)
  return ("<C-g>u<Cmd>lua require('codegen.ghost').apply('%s')<CR><C-g>u"):format(part)
end

---@param part codegen.Part
function M.apply(part)
  cancel()
  shown.apply(part, with_menu())
end

--- Makes room for what this plugin draws: nothing, where nobody else draws.
function M.yield() end

return M
