--- A source for nvim-cmp: `require("codegen.cmp").register()`. See |codegen-cmp|.

local items = require("codegen.items")

local M = {}
M.__index = M

--- A source.
---@return table
function M.new()
  return setmetatable({}, M)
end

--- Adds the source to nvim-cmp under the name "codegen", once.
function M.register()
  if not M.registered then
    M.registered = require("cmp").register_source("codegen", M.new())
  end
end

---@return string
function M:get_debug_name()
  return "codegen"
end

--- Whether nvim-cmp asks this source in the current buffer.
---@return boolean
function M:is_available()
  return items.client() ~= nil
end

--- Positions are in bytes.
---@return string
function M:get_position_encoding_kind()
  return "utf-8"
end

--- Nothing is a keyword, so that nvim-cmp does not take an entry of several words for one that does not match.
---@return string
function M:get_keyword_pattern()
  return "^$"
end

--- The characters behind which nvim-cmp asks.
---@return string[]
function M:get_trigger_characters()
  return items.ALL_TRIGGERS
end

--- Gives the entries for the cursor.
---@param params table a `cmp.SourceCompletionApiParams`
---@param callback fun(response?: table)
function M:complete(params, callback)
  local client = items.client()
  if self.cancel then
    self.cancel()
    self.cancel = nil
  end
  if not client then
    callback()
    return
  end
  local option = params.context and params.context.option or {}
  self.cancel = items.ask(client, option.reason == "manual", function(found, last)
    if last then
      self.cancel = nil
    end
    for _, item in ipairs(found) do
      item.cmp = { kind_text = "CodeGen", kind_hl_group = "CodegenKind" }
    end
    callback({ items = found, isIncomplete = true })
  end)
end

--- Counts an entry as accepted; nvim-cmp has inserted it.
---@param item codegen.Item
---@param callback fun(item: codegen.Item)
function M:execute(item, callback)
  items.accepted(item)
  callback(item)
end

return M
