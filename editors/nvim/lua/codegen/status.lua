--- The server's state, as `codegen/status` tells it.

local M = {}

--- The parameters of `codegen/status`; see lsp/PROTOCOL.md.
---@class codegen.Status
---@field busy boolean
---@field kind "Normal"|"Error"|"Warning"|"Inactive"
---@field message string
---@field model? string
---@field device? string
---@field layers? {gpu: integer, all: integer}
---@field percent? integer

---@type codegen.Status?
local latest
--- When suggestions come again by themselves, in seconds as `os.time` counts them.
---@type integer?
local snoozed_until

--- Handles the server's notification; nil when the server has ended.
---@param status codegen.Status?
function M.receive(status)
  if status then
    latest = {}
    for name, value in pairs(status) do
      if value ~= vim.NIL then
        latest[name] = value
      end
    end
  else
    latest, snoozed_until = nil, nil
  end
  require("codegen.events").fire("CodegenStatus", { status = latest })
  vim.cmd.redrawstatus({ bang = true })
end

--- What the server has told last; nil before that, and without a server.
---@return codegen.Status?
function M.latest()
  return latest
end

--- Remembers for how long the server has put suggestions off.
---@param seconds integer
function M.snoozed(seconds)
  snoozed_until = seconds > 0 and os.time() + seconds or nil
  require("codegen.events").fire("CodegenStatus", { status = latest })
  vim.cmd.redrawstatus({ bang = true })
end

--- The state in a few words. Pure.
---@param status codegen.Status?
---@param on boolean whether suggestions come by themselves in the buffer
---@param snoozed integer? for how many seconds more they are put off
---@return string
function M.words(status, on, snoozed)
  if not status then
    return "codegen starts"
  elseif status.kind == "Error" then
    return "codegen: no model"
  elseif status.percent then
    return ("codegen loads %d%%"):format(status.percent)
  elseif status.kind == "Warning" then
    return "codegen: out of step"
  elseif not on or status.kind == "Inactive" then
    return "codegen off"
  elseif snoozed and snoozed > 0 then
    return ("codegen off %d min"):format(math.ceil(snoozed / 60))
  end
  return status.busy and "codegen…" or "codegen"
end

--- For 'statusline': the state in a few words, empty where the server is not attached.
---@param buf? integer the current one by default
---@return string
function M.line(buf)
  buf = buf or vim.api.nvim_get_current_buf()
  if not require("codegen.client").attached(buf) then
    return ""
  end
  local left = snoozed_until and snoozed_until - os.time()
  return M.words(latest, require("codegen.switch").is_on(buf), left)
end

--- The state of the plugin and the server, in lines for the user.
---@return string[]
function M.report()
  local config = require("codegen.config")
  local present = config.current()
  local lines = {}
  local function add(form, ...)
    table.insert(lines, form:format(...))
  end
  local server = require("codegen.client").running()
  if server then
    local info = server.server_info or {}
    local name = vim.trim(("%s %s"):format(info.name or "codegen-lsp", info.version or ""))
    add("server: %s, running%s", name, latest and latest.kind == "Error" and ", but without a model" or "")
    add("buffers: %d", vim.tbl_count(server.attached_buffers))
    add("position encoding: %s", server.offset_encoding)
  else
    add("server: not running")
  end
  add("command: %s", config.program(present) and table.concat(present.cmd, " ") or "a function")
  if latest then
    local device = latest.device and (" on %s"):format(latest.device) or ""
    local layers = latest.layers and latest.layers.gpu > 0 and (", %d of %d layers"):format(latest.layers.gpu, latest.layers.all) or ""
    add("model: %s%s%s", latest.model or "none", device, layers)
    if latest.message ~= "" then
      add("%s: %s", latest.kind:lower(), latest.message)
    end
  else
    add("model: %s", config.init_options(present).model or "builtin")
  end
  local buf = vim.api.nvim_get_current_buf()
  add("ghost text: %s", tostring(config.ghost_kind(present, buf)))
  if not require("codegen.switch").is_on(buf) then
    add("suggestions: off here; `:Codegen enable` turns them on")
  end
  if snoozed_until and snoozed_until > os.time() then
    add("suggestions: put off for %d s; `:Codegen snooze 0` ends that", snoozed_until - os.time())
  end
  return lines
end

return M
