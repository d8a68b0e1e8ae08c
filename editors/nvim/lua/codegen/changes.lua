--- Which changes of the server's options can be made while it runs. Pure.
---
--- The server takes an editor's settings for a workspace's, which may only narrow what the user's own
--- `initializationOptions` allow. What goes beyond that takes a new start of the server.

local M = {}

--- Options that anyone may set. Those that are missing here take a new start, which is right, though slower.
local FREE = {
  "languages",
  "inline.maxTokens",
  "inline.minConfidence",
  "inline.minLogprob",
  "inline.debounceMs",
  "inline.patienceMs",
  "inline.prepareNext",
  "prompt.marker",
  "synthesis.maxTokens",
  "synthesis.candidates",
  "synthesis.temperature",
  "synthesis.topP",
  "synthesis.codeLens",
}
M.FREE = FREE

local EAGERNESS = { onDemand = 1, calm = 2, eager = 3 }

--- Whether `value` in place of `user`, the value at the start (nil: the default), narrows an option of this name.
local function narrows(name, user, value)
  if vim.tbl_contains(FREE, name) then
    return true
  elseif name == "inline.eagerness" then
    return EAGERNESS[value] <= EAGERNESS[user or "eager"]
  elseif name == "inline.enabled" then
    return value == false or user ~= false
  elseif name == "completion.enabled" then
    -- Whether there is a menu at all is said once, when the server starts.
    return value == false and user ~= nil and user ~= false
  end
  return false
end

--- The options by their full names, with dots.
---@param options table
---@param path? string
---@param found? table<string, any>
---@return table<string, any>
function M.flat(options, path, found)
  found = found or {}
  for name, value in pairs(options) do
    local full = (path or "") .. name
    if type(value) == "table" and not vim.islist(value) then
      M.flat(value, full .. ".", found)
    else
      found[full] = value
    end
  end
  return found
end

local function put(options, name, value)
  local keys = vim.split(name, ".", { plain = true })
  for index = 1, #keys - 1 do
    options[keys[index]] = options[keys[index]] or {}
    options = options[keys[index]]
  end
  options[keys[#keys]] = value
end

--- The settings that make a server that was started with `init` follow `wanted`; nil if it has to be started anew.
---@param init table its `initializationOptions`
---@param wanted table the options that it is to have
---@return table? settings of the section "codegen"
function M.settings(init, wanted)
  local at_start, now = M.flat(init), M.flat(wanted)
  for name in pairs(at_start) do
    -- What is left out of the settings is as it was at the start: no setting says "as if it had not been named".
    if now[name] == nil then
      return nil
    end
  end
  local pushed = {}
  for name, value in pairs(now) do
    if not vim.deep_equal(at_start[name], value) then
      if not narrows(name, at_start[name], value) then
        return nil
      end
      put(pushed, name, value)
    end
  end
  return pushed
end

return M
