--- The suggestion that this plugin shows: drawn with one extmark at the cursor, exchanged for its alternatives, and
--- inserted as a whole or in parts.

local encoding = require("codegen.encoding")
local events = require("codegen.events")
local menu = require("codegen.menu")
local place = require("codegen.ghost.place")
local suggestions = require("codegen.suggestions")
local text = require("codegen.ghost.text")

local M = {}

local api = vim.api
local namespace = api.nvim_create_namespace("codegen.ghost")

--- What is shown. `tick` and `col` are the buffer's changedtick and the cursor's column when it was drawn.
---@class codegen.Shown
---@field buf integer
---@field win integer
---@field list codegen.Suggestion[] the alternatives
---@field index integer of the one that is shown
---@field asked boolean whether the list holds all alternatives, because they were asked for by hand
---@field tick? integer
---@field col? integer

---@type codegen.Shown?
local shown = nil
--- The last suggestion that was drawn, so that it is told of once.
---@type codegen.Suggestion?
local told = nil
--- Called when nothing is shown any more.
---@type fun()?
local on_gone = nil

local function cursor()
  local at = api.nvim_win_get_cursor(0)
  return at[1] - 1, at[2]
end

---@return codegen.Suggestion?
local function current()
  return shown and shown.list[shown.index]
end

local function clear()
  if shown and api.nvim_buf_is_valid(shown.buf) then
    api.nvim_buf_clear_namespace(shown.buf, namespace, 0, -1)
  end
end

--- Ends what is shown.
function M.hide()
  if not shown then
    return
  end
  clear()
  shown = nil
  if on_gone then
    on_gone()
  end
end

--- Sets the function that is called when nothing is shown any more.
---@param callback? fun()
function M.on_gone(callback)
  on_gone = callback
end

--- The text that a suggestion adds at the cursor; nil if the text around it has changed otherwise than by typing it.
local function rest_of(suggestion)
  if not shown or api.nvim_get_current_buf() ~= shown.buf or api.nvim_get_current_win() ~= shown.win then
    return nil
  end
  local row, col = cursor()
  if not place.is_inserting() or vim.fn.foldclosed(row + 1) ~= -1 or place.is_past_the_end() then
    return nil
  end
  local line = api.nvim_get_current_line()
  if row ~= suggestion.row or col < suggestion.start or col + suggestion.suffix > #line then
    return nil
  end
  local left = text.rest(suggestion.text, line:sub(suggestion.start + 1, col))
  return left and menu.is_continued_by(left) and left or nil
end

local function rest()
  local suggestion = current()
  return suggestion and rest_of(suggestion)
end

--- Leaves out the alternatives that what was typed since rules out, and goes on with those that are left.
local function narrow()
  local kept, index = {}, nil
  for _, suggestion in ipairs(shown.list) do
    if rest_of(suggestion) then
      table.insert(kept, suggestion)
      index = index or (suggestion == current() and #kept) or nil
    end
  end
  if #kept == 0 then
    return false
  end
  shown.list, shown.index = kept, index or 1
  return true
end

local function lines_of(left)
  local tab = (" "):rep(vim.bo[shown.buf].tabstop)
  local lines = {}
  for _, line in ipairs(vim.split(left:gsub("\t", tab), "\n", { plain = true })) do
    table.insert(lines, { { line, "CodegenGhost" } })
  end
  if #shown.list > 1 then
    table.insert(lines[1], { (" (%d/%d)"):format(shown.index, #shown.list), "CodegenGhostCount" })
  end
  return lines
end

--- Shows it in the window where the user types, and not in others of the same buffer.
local function keep_to_window(win)
  if api.nvim__ns_set then
    pcall(api.nvim__ns_set, namespace, { wins = { win } })
  end
end

--- Draws the rest of the suggestion at the cursor, or ends it if there is none.
---@param show_with_menu boolean
function M.draw(show_with_menu)
  if not shown then
    return
  end
  if not narrow() then
    M.hide()
    return
  end
  if not show_with_menu and menu.is_open() then
    -- It comes back when the menu closes.
    clear()
    shown.tick = nil
    return
  end
  local suggestion, left = current(), rest()
  local lines = lines_of(left)
  local mark = { id = 1, hl_mode = "combine", undo_restore = false }
  if left:sub(1, 1) ~= "\n" or #lines[1] > 1 then
    mark.virt_text = lines[1]
    mark.virt_text_pos = suggestion.suffix > 0 and "overlay" or "inline"
  end
  if #lines > 1 then
    mark.virt_lines = vim.list_slice(lines, 2)
  end
  local row, col = cursor()
  shown.tick, shown.col = api.nvim_buf_get_changedtick(shown.buf), col
  keep_to_window(shown.win)
  api.nvim_buf_set_extmark(shown.buf, namespace, row, col, mark)
  if told ~= suggestion then
    told = suggestion
    suggestions.tell(suggestion, "didShowCompletion")
    events.fire("CodegenShown", { buf = shown.buf, text = left, index = shown.index, count = #shown.list })
  end
end

--- Shows the first of these suggestions for the cursor of the current buffer, in place of what was shown. What shows the
--- same text stays as it is.
---@param list codegen.Suggestion[]
---@param show_with_menu boolean
---@param asked? boolean whether these are all, because they were asked for by hand
---@param index? integer of the one that is shown
function M.show(list, show_with_menu, asked, index)
  if #list == 0 then
    M.hide()
    return
  end
  local before = rest()
  local earlier = current()
  shown = {
    buf = api.nvim_get_current_buf(),
    win = api.nvim_get_current_win(),
    list = list,
    index = index or 1,
    asked = asked or false,
  }
  if earlier and told == earlier and rest() == before then
    -- The same suggestion, which the server has sent again for the new place.
    told = current()
  end
  M.draw(show_with_menu)
end

--- Takes a suggestion that somebody else has drawn at the cursor, to insert it or a part of it.
---@param suggestion codegen.Suggestion
function M.take(suggestion)
  shown = {
    buf = api.nvim_get_current_buf(),
    win = api.nvim_get_current_win(),
    list = { suggestion },
    index = 1,
    asked = false,
  }
  told = suggestion
end

--- Whether something is shown at the cursor.
---@return boolean
function M.is_visible()
  if not rest() then
    return false
  end
  local _, col = cursor()
  return shown.tick == api.nvim_buf_get_changedtick(shown.buf) and shown.col == col
end

--- What accepting would add at the cursor; nil if nothing is shown.
---@return string?
function M.pending()
  return M.is_visible() and rest() or nil
end

--- Whether anything is shown or hidden by a menu, in whatever state.
---@return boolean
function M.is_any()
  return shown ~= nil
end

--- Whether all alternatives are there.
---@return boolean
function M.has_alternatives()
  return shown ~= nil and shown.asked
end

--- Shows the next alternative, or the previous one (-1).
---@param step 1|-1
---@param show_with_menu boolean
---@return boolean moved false if there is only one
function M.cycle(step, show_with_menu)
  if not shown or #shown.list < 2 then
    return false
  end
  shown.index = (shown.index - 1 + step) % #shown.list + 1
  M.draw(show_with_menu)
  return true
end

--- Inserts the suggestion, or a part of it. Not for use in mappings; see `codegen.ghost`.
---@param part codegen.Part
---@param show_with_menu boolean
function M.apply(part, show_with_menu)
  local left = rest()
  if not left then
    return
  end
  local was = shown
  local suggestion = current()
  local piece = text.portion(left, part)
  local whole = piece == left
  local _, col = cursor()
  local line = api.nvim_get_current_line()
  local before = line:sub(suggestion.start + 1, col)
  local suffix = whole and suggestion.suffix or 0
  place.insert(piece, suffix)
  require("codegen.macro").inserted(piece, vim.fn.strchars(line:sub(col + 1, col + suffix)))
  local data = { buf = was.buf, text = piece, part = part, whole = whole }
  if whole then
    M.hide()
    suggestions.accepted(suggestion)
  else
    local row, column = cursor()
    -- The rest is a suggestion of its own: what was inserted need not be looked at again.
    local remaining = vim.tbl_extend("force", suggestion, { row = row, start = column, text = left:sub(#piece + 1) })
    remaining.taken = (suggestion.taken or "") .. before .. piece
    shown = was
    shown.list, shown.index, shown.asked = { remaining }, 1, false
    told = remaining
    M.draw(show_with_menu)
    suggestions.tell(suggestion, "didPartiallyAcceptCompletion", { acceptedLength = encoding.length(remaining.taken, "utf-16") })
  end
  events.fire("CodegenAccepted", data)
end

return M
