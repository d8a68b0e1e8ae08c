--- Whether suggestions come by themselves: `vim.g.codegen_enabled`, and `vim.b.codegen_enabled` for one buffer.

local M = {}

--- Functions that are called when suggestions were turned on or off.
---@type fun()[]
local listeners = {}

--- Whether suggestions come by themselves in the buffer. The buffer's own setting wins.
---@param buf integer
---@return boolean
function M.is_on(buf)
  local own = vim.b[buf].codegen_enabled
  if own ~= nil then
    return own ~= false and own ~= 0
  end
  local all = vim.g.codegen_enabled
  return all == nil or (all ~= false and all ~= 0)
end

--- Turns suggestions on or off.
---@param on boolean
---@param buf? integer in this buffer only; in all of them if left out
function M.set(on, buf)
  if buf then
    vim.b[buf].codegen_enabled = on
  else
    vim.g.codegen_enabled = on
    -- Otherwise a buffer where it was set before would not follow.
    for _, each in ipairs(vim.api.nvim_list_bufs()) do
      if vim.api.nvim_buf_is_loaded(each) then
        vim.b[each].codegen_enabled = nil
      end
    end
  end
  for _, listener in ipairs(listeners) do
    listener()
  end
end

--- Calls `listener` after every change by `set`.
---@param listener fun()
function M.on_change(listener)
  table.insert(listeners, listener)
end

return M
