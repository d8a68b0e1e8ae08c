--- The plugin's `User` autocommands. See |codegen-events|.

local M = {}

---@alias codegen.Event
---| "CodegenShown" ghost text has appeared, or another alternative of it
---| "CodegenAccepted" all or a part of it was inserted
---| "CodegenDismissed" the user has hidden it
---| "CodegenTurnWritten" the server has written code into a buffer
---| "CodegenStatus" the server's state has changed

--- Runs the autocommands of an event.
---@param event codegen.Event
---@param data table what the autocommands get as `event.data`
function M.fire(event, data)
  vim.api.nvim_exec_autocmds("User", { pattern = event, data = data, modeline = false })
end

return M
