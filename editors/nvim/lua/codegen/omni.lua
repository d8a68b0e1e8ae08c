--- Omni completion: CTRL-X CTRL-O lists the suggestions for the cursor.

local client_of = require("codegen.client")
local items = require("codegen.items")
local place = require("codegen.ghost.place")
local suggestions = require("codegen.suggestions")

local M = {}

local api = vim.api

--- Cancels the request under way.
---@type fun()?
local cancel = nil

--- An entry of Neovim's own menu. That inserts one line only; the others follow when the entry is accepted.
local function entry(item)
  local first, below = item.textEdit.newText:match("^([^\n]*)(.*)$")
  return {
    word = first,
    abbr = item.label,
    menu = item.labelDetails.description,
    info = item.documentation.value,
    dup = 1,
    empty = 1,
    user_data = { codegen = { below = below, item = item } },
  }
end

--- Inserts what an accepted entry holds beside its first line.
local function on_done()
  local data = vim.v.completed_item and vim.v.completed_item.user_data
  local mine = type(data) == "table" and data.codegen
  local reason = (vim.v.event or {}).reason
  if not mine or (reason and reason ~= "accept") then
    return
  end
  vim.schedule(function()
    if place.is_inserting() and mine.below ~= "" then
      place.insert(mine.below, 0)
    end
    items.accepted(mine.item)
  end)
end

local function show(found, line, col)
  local entries = vim.tbl_map(entry, items.items(found, line, col))
  if #entries == 0 then
    client_of.notify("nothing to suggest here; `:Codegen why` says why")
    return
  end
  api.nvim_create_autocmd("CompleteDone", {
    group = api.nvim_create_augroup("codegen.omni", { clear = true }),
    buffer = 0,
    callback = on_done,
  })
  vim.fn.complete(items.word_start(line, col) + 1, entries)
end

--- For 'omnifunc'. The menu opens when the server has answered, unless the user has gone on.
---@param findstart 0|1
---@return integer|table
function M.complete(findstart)
  if findstart == 0 then
    return {}
  end
  local client = client_of.attached_or_told()
  if not client then
    return -3
  end
  if cancel then
    cancel()
  end
  local buf, line, cursor = api.nvim_get_current_buf(), api.nvim_get_current_line(), api.nvim_win_get_cursor(0)
  local tick = api.nvim_buf_get_changedtick(buf)
  cancel = suggestions.ask(client, suggestions.TRIGGER.Invoked, function(found)
    cancel = nil
    local stays = api.nvim_get_current_buf() == buf
      and tick == api.nvim_buf_get_changedtick(buf)
      and vim.deep_equal(cursor, api.nvim_win_get_cursor(0))
    if stays and place.is_inserting() then
      show(found, line, cursor[2])
    end
  end)
  -- Neovim stays in completion mode, and shows no message.
  return -2
end

return M
