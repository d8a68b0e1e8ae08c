--- Asking the server for suggestions. Ghost text and menus that ask for the same place at the same time share one
--- request, since the server answers only the latest one of a document.

local client_of = require("codegen.client")
local encoding = require("codegen.encoding")
local text = require("codegen.ghost.text")

local M = {}

local api = vim.api
local METHOD = "textDocument/inlineCompletion"

--- How suggestions are asked for: by hand, or by typing. By hand there may be several.
---@enum codegen.Trigger
M.TRIGGER = { Invoked = 1, Automatic = 2 }

--- A suggestion for the cursor of one buffer: `text` replaces the bytes of line `row` from `start` to `suffix` bytes past
--- the cursor, and begins with what stands between `start` and the cursor.
---@class codegen.Suggestion
---@field client_id integer
---@field row integer counted from 0
---@field start integer in bytes
---@field suffix integer in bytes
---@field text string its lines end in "\n"
---@field item table the server's item
---@field taken? string what was inserted of the item before, if this is the rest of one

--- A request under way.
---@class codegen.Flight
---@field key string
---@field client vim.lsp.Client
---@field id? integer
---@field waiting fun(suggestions: codegen.Suggestion[])[]

---@type table<integer, codegen.Flight>
local flights = {}

--- An item for the cursor at (`row`, `col`) of `line`; nil if it does not fit there.
---@return codegen.Suggestion?
local function fitting(item, client, row, col, line)
  if type(item.insertText) ~= "string" then
    return nil
  end
  local from, to = col, col
  if item.range then
    if item.range.start.line ~= row or item.range["end"].line ~= row then
      return nil
    end
    from = encoding.byte_offset(line, item.range.start.character, client.offset_encoding)
    to = encoding.byte_offset(line, item.range["end"].character, client.offset_encoding)
  end
  local insert = text.normalise(item.insertText)
  if from > col or to < col or not text.rest(insert, line:sub(from + 1, col)) then
    return nil
  end
  return { client_id = client.id, row = row, start = from, suffix = to - col, text = insert, item = item }
end

local function parameters(client, buf, trigger, entry)
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  params.context = { triggerKind = trigger }
  if entry then
    local before = api.nvim_get_current_line():sub(1, entry.start)
    local start = { line = params.position.line, character = encoding.length(before, client.offset_encoding) }
    params.context.selectedCompletionInfo = { range = { start = start, ["end"] = params.position }, text = entry.text }
  end
  -- Beside the specification, for a server that knows it.
  params.textDocument.version = vim.lsp.util.buf_versions[buf]
  params.formattingOptions = {
    tabSize = api.nvim_buf_call(buf, vim.fn.shiftwidth),
    insertSpaces = vim.bo[buf].expandtab,
  }
  return params
end

--- Asks for suggestions at the cursor of the current buffer.
---@param client vim.lsp.Client
---@param trigger codegen.Trigger
---@param done fun(suggestions: codegen.Suggestion[]) called once, unless cancelled
---@param entry? codegen.Entry of a menu, which the suggestions are to go on from
---@return fun() cancel
function M.ask(client, trigger, done, entry)
  local buf = api.nvim_get_current_buf()
  local cursor = api.nvim_win_get_cursor(0)
  local row, col = cursor[1] - 1, cursor[2]
  local key = ("%d:%d:%d:%d:%d:%s"):format(client.id, api.nvim_buf_get_changedtick(buf), row, col, trigger, entry and entry.text or "")
  local flight = flights[buf]
  if not (flight and flight.key == key) then
    flight = { key = key, client = client, waiting = {} }
    flights[buf] = flight
    local line = api.nvim_get_current_line()
    flight.id = client_of.request(client, METHOD, parameters(client, buf, trigger, entry), function(err, result)
      if flights[buf] == flight then
        flights[buf] = nil
      end
      if err then
        require("vim.lsp.log").error(METHOD, err)
      end
      local found = {}
      for _, item in ipairs(type(result) == "table" and (result.items or result) or {}) do
        table.insert(found, fitting(item, client, row, col, line))
      end
      for _, waiting in ipairs(flight.waiting) do
        waiting(found)
      end
    end, buf)
  end
  local function answer(found)
    done(found)
  end
  table.insert(flight.waiting, answer)
  return function()
    for index, waiting in ipairs(flight.waiting) do
      if waiting == answer then
        table.remove(flight.waiting, index)
      end
    end
    if #flight.waiting == 0 and flights[buf] == flight then
      flights[buf] = nil
      if flight.id then
        client_of.cancel(client, flight.id)
      end
    end
  end
end

--- Tells the server what became of an item, by the notifications of GitHub's Copilot language server.
---@param suggestion codegen.Suggestion
---@param what "didShowCompletion"|"didPartiallyAcceptCompletion"
---@param more? table
function M.tell(suggestion, what, more)
  local client = vim.lsp.get_client_by_id(suggestion.client_id)
  -- Only an item with a command has the number that the server knows it by.
  if client and suggestion.item.command then
    client_of.send(client, "textDocument/" .. what, vim.tbl_extend("force", { item = suggestion.item }, more or {}))
  end
end

--- Counts an item as accepted.
---@param suggestion codegen.Suggestion
function M.accepted(suggestion)
  local client = vim.lsp.get_client_by_id(suggestion.client_id)
  if client and suggestion.item.command then
    client_of.execute(client, suggestion.item.command)
  end
end

return M
