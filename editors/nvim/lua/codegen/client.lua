--- The server's client: finding it, and asking it.

local M = {}

M.NAME = "codegen"

--- Tells the user something.
---@param message string
---@param level? integer of `vim.log.levels`; INFO by default
function M.notify(message, level)
  -- The server names itself in what it says, for editors that do not say who is talking.
  message = message:gsub("^codegen%-lsp: ", "")
  require("codegen.messages").tell("codegen: " .. message, level or vim.log.levels.INFO)
end

-- Neovim 0.10 has the client's functions as fields, 0.11 as methods.
local METHODS = vim.fn.has("nvim-0.11") == 1

--- Sends a request.
---@param client vim.lsp.Client
---@param method string
---@param params table
---@param handler fun(err?: table, result: any)
---@param buf? integer
---@return integer? id nil if the client is gone
function M.request(client, method, params, handler, buf)
  local sent, id
  if METHODS then
    sent, id = client:request(method, params, handler, buf)
  else
    sent, id = client.request(method, params, handler, buf)
  end
  return sent and id or nil
end

--- Sends a notification.
---@param client vim.lsp.Client
---@param method string
---@param params table
function M.send(client, method, params)
  if METHODS then
    client:notify(method, params)
  else
    client.notify(method, params)
  end
end

--- Tells the server that a request is cancelled.
---@param client vim.lsp.Client
---@param id integer
function M.cancel(client, id)
  if METHODS then
    client:cancel_request(id)
  else
    client.cancel_request(id)
  end
end

--- Ends the client's server.
---@param client vim.lsp.Client
function M.stop(client)
  if METHODS then
    client:stop()
  else
    client.stop()
  end
end

--- Whether the client's server is ending or has ended.
---@param client vim.lsp.Client
---@return boolean
function M.is_stopped(client)
  if METHODS then
    return client:is_stopped()
  end
  return client.is_stopped()
end

--- Asks the server to run a command.
---@param client vim.lsp.Client
---@param command {command: string, arguments?: table}
---@param done? fun(err?: table, result: any)
function M.execute(client, command, done)
  local params = { command = command.command, arguments = command.arguments }
  M.request(client, "workspace/executeCommand", params, done or function() end)
end

--- The client of the server that this buffer is attached to, or nil.
---@param buf integer
---@return vim.lsp.Client?
function M.attached(buf)
  if buf == 0 then
    buf = vim.api.nvim_get_current_buf()
  end
  return vim.lsp.get_clients({ name = M.NAME, bufnr = buf })[1]
end

--- The client attached to the current buffer; shows a message if there is none.
---@return vim.lsp.Client?
function M.attached_or_told()
  local client = M.attached(0)
  if not client then
    M.notify("no server runs for this buffer; see :checkhealth codegen", vim.log.levels.ERROR)
  end
  return client
end

--- The client of the server, or nil if it does not run.
---@return vim.lsp.Client?
function M.running()
  for _, client in ipairs(vim.lsp.get_clients({ name = M.NAME })) do
    if not M.is_stopped(client) then
      return client
    end
  end
end

--- The client of the server; shows a message if it does not run.
---@return vim.lsp.Client?
function M.running_or_told()
  local client = M.running()
  if not client then
    M.notify("no server runs; see :checkhealth codegen", vim.log.levels.ERROR)
  end
  return client
end

return M
