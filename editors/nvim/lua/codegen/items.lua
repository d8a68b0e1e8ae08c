--- Suggestions as entries of completion menus: blink.cmp's, nvim-cmp's and Neovim's own.

local client_of = require("codegen.client")
local switch = require("codegen.switch")
local text = require("codegen.ghost.text")

local M = {}

local api = vim.api

-- Columns of a label.
local LABEL = 60

--- Characters behind which menus ask for suggestions.
---@type string[]
M.TRIGGERS = vim.split(" .,:([{=+-*/%<>|&@!~#\"'", "")

--- Those and the characters of words, for menus that would leave words to their own pattern.
---@type string[]
M.ALL_TRIGGERS = vim.list_extend(vim.split("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", ""), M.TRIGGERS)

--- An entry, as LSP has it. Positions are in bytes (UTF-8).
---@class codegen.Item
---@field label string
---@field labelDetails {description: string}
---@field kind integer
---@field filterText string
---@field sortText string
---@field insertTextFormat integer
---@field insertTextMode integer
---@field textEdit {newText: string, range: table}
---@field documentation {kind: string, value: string}
---@field data {client_id: integer, command?: table}
---@field kind_name? string for blink.cmp
---@field kind_hl? string for blink.cmp
---@field cursor_column? integer for blink.cmp
---@field cmp? {kind_text: string, kind_hl_group: string} for nvim-cmp

--- Where the word before a column begins, as a byte offset. Pure.
---@param line string
---@param col integer
---@return integer
function M.word_start(line, col)
  return col - #line:sub(1, col):match("[%w_\128-\255]*$")
end

local function shortened(label)
  if vim.fn.strdisplaywidth(label) <= LABEL then
    return label
  end
  return vim.fn.strcharpart(label, 0, LABEL - 1) .. "…"
end

local function confidence(suggestion)
  local told = ((suggestion.item.command or {}).arguments or {})[2]
  local probability = type(told) == "table" and told.confidence
  return type(probability) == "number" and probability or 0
end

--- An entry for a suggestion. It replaces the word before the cursor and no more, so that menus can put it beside those
--- of other sources, and it begins with the indentation that the line lacks.
---@param suggestion codegen.Suggestion
---@param line string the cursor's
---@param col integer of the cursor, in bytes
---@param place integer the suggestion's among the alternatives, from 1 on
---@param filetype string
---@return codegen.Item?
function M.item(suggestion, line, col, place, filetype)
  local rest = text.rest(suggestion.text, line:sub(suggestion.start + 1, col))
  if not rest then
    return nil
  end
  local start = M.word_start(line, col)
  local inserted = line:sub(start + 1, col) .. rest
  local lines = vim.split(inserted, "\n", { plain = true })
  local first = 1
  while first < #lines and vim.trim(lines[first]) == "" do
    first = first + 1
  end
  local more = #lines - first
  local fence = ("`"):rep(3)
  return {
    label = shortened(vim.trim(lines[first])),
    labelDetails = { description = more > 0 and ("codegen +%d"):format(more) or "codegen" },
    kind = vim.lsp.protocol.CompletionItemKind.Text,
    filterText = inserted,
    sortText = ("%s%02d"):format(confidence(suggestion) >= 0.5 and "!" or "~", place),
    insertTextFormat = vim.lsp.protocol.InsertTextFormat.PlainText,
    -- As it is: the text holds its indentation.
    insertTextMode = 1,
    textEdit = {
      newText = inserted,
      range = {
        start = { line = suggestion.row, character = start },
        ["end"] = { line = suggestion.row, character = col + suggestion.suffix },
      },
    },
    documentation = {
      kind = "markdown",
      value = ("%s%s\n%s%s\n%s"):format(fence, filetype, line:sub(1, start), inserted, fence),
    },
    data = { client_id = suggestion.client_id, command = suggestion.item.command },
  }
end

--- Entries for suggestions at the cursor.
---@param found codegen.Suggestion[]
---@param line string
---@param col integer
---@return codegen.Item[]
function M.items(found, line, col)
  local filetype = vim.bo.filetype
  local items = {}
  for place, suggestion in ipairs(found) do
    table.insert(items, M.item(suggestion, line, col, place, filetype))
  end
  return items
end

--- The client to ask for entries in the current buffer, if it may be asked without being asked for by hand.
---@return vim.lsp.Client?
function M.client()
  local buf = api.nvim_get_current_buf()
  local client = client_of.attached(buf)
  local capable = client and client.server_capabilities and client.server_capabilities.inlineCompletionProvider
  return capable and switch.is_on(buf) and client or nil
end

--- Counts an entry as accepted.
---@param item codegen.Item
function M.accepted(item)
  local data = item.data or {}
  local client = data.client_id and vim.lsp.get_client_by_id(data.client_id)
  if client and data.command then
    client_of.execute(client, data.command)
  end
  require("codegen.events").fire("CodegenAccepted", {
    buf = api.nvim_get_current_buf(),
    text = item.textEdit and item.textEdit.newText,
    part = "all",
    whole = true,
  })
end

--- Asks for entries at the cursor. By hand, what comes soonest is given first, and all alternatives after it.
---@param client vim.lsp.Client
---@param by_hand boolean
---@param give fun(items: codegen.Item[], last: boolean) called once, or twice if asked by hand
---@return fun() cancel
function M.ask(client, by_hand, give)
  local suggestions = require("codegen.suggestions")
  local line, cursor = api.nvim_get_current_line(), api.nvim_win_get_cursor(0)
  local tick, buf, col = api.nvim_buf_get_changedtick(0), api.nvim_get_current_buf(), cursor[2]
  local function stays()
    local same = buf == api.nvim_get_current_buf() and tick == api.nvim_buf_get_changedtick(buf)
    return same and vim.deep_equal(cursor, api.nvim_win_get_cursor(0))
  end
  local cancel
  cancel = suggestions.ask(client, suggestions.TRIGGER.Automatic, function(found)
    cancel = nil
    give(M.items(found, line, col), not by_hand)
    if by_hand and stays() then
      cancel = suggestions.ask(client, suggestions.TRIGGER.Invoked, function(all)
        cancel = nil
        give(M.items(all, line, col), true)
      end)
    end
  end)
  return function()
    if cancel then
      cancel()
      cancel = nil
    end
  end
end

return M
