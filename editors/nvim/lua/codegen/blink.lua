--- A source for blink.cmp: `module = "codegen.blink"`. See |codegen-blink|.

local items = require("codegen.items")

local M = {}
M.__index = M

--- A source. blink.cmp's options are for its own part.
---@return table
function M.new()
  return setmetatable({}, M)
end

--- Whether blink.cmp asks this source in the current buffer.
---@return boolean
function M:enabled()
  return items.client() ~= nil
end

--- The characters behind which blink.cmp asks, beside words.
---@return string[]
function M:get_trigger_characters()
  return items.TRIGGERS
end

--- Gives the entries for the cursor. blink.cmp filters them itself, and asks again with every key.
---@param context table a `blink.cmp.Context`
---@param callback fun(response?: table)
---@return fun()? cancel
function M:get_completions(context, callback)
  local client = items.client()
  if not client then
    callback()
    return nil
  end
  local by_hand = context.trigger.initial_kind == "manual" or context.trigger.kind == "manual"
  -- blink.cmp matches what it takes for the word before the cursor, which may be more than is replaced.
  local line, cursor, bounds = context.line, context.cursor, context.bounds
  local given = {}
  return items.ask(client, by_hand, function(found)
    local new = {}
    for _, item in ipairs(found) do
      -- What is given a second time would stand in the menu twice.
      if not given[item.textEdit.newText] then
        given[item.textEdit.newText] = true
        item.kind_name, item.kind_hl = "CodeGen", "CodegenKind"
        local start = item.textEdit.range.start.character
        if bounds and bounds.start_col - 1 < start then
          item.filterText = line:sub(bounds.start_col, start) .. item.filterText
        end
        item.cursor_column = cursor[2]
        table.insert(new, item)
      end
    end
    callback({ items = new, is_incomplete_forward = true, is_incomplete_backward = true })
  end)
end

--- Inserts an entry as blink.cmp does, and counts it as accepted.
---@param _ table a `blink.cmp.Context`
---@param item codegen.Item
---@param callback fun()
---@param default_implementation? fun() blink.cmp's own
function M:execute(_, item, callback, default_implementation)
  if default_implementation then
    default_implementation()
  end
  items.accepted(item)
  callback()
end

return M
