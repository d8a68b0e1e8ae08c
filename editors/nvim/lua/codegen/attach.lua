--- What the plugin does in a buffer that the server is attached to, whoever has started the server.

local client = require("codegen.client")
local config = require("codegen.config")

local M = {}

local function set_omnifunc(buf)
  if config.current().omnifunc then
    vim.bo[buf].omnifunc = "v:lua.require'codegen'.omnifunc"
  end
end

--- Gives a buffer its ghost text, keys, signs and lenses.
---@param server vim.lsp.Client
---@param buf integer
---@param again? boolean after a change of options: what the user's `on_attach` does it has done
function M.attach(server, buf, again)
  local present = config.current()
  local capable = server.server_capabilities or {}
  require("codegen.keys").unmap(buf)
  if present.ghost and capable.inlineCompletionProvider then
    require("codegen.ghost").attach(server, buf)
    require("codegen.keys").map(present.keys, buf)
  else
    require("codegen.ghost").detach(buf)
  end
  if capable.codeLensProvider then
    require("codegen.lenses").set(server, buf, present.signs, present.code_lens)
  end
  set_omnifunc(buf)
  if present.on_attach and not again then
    present.on_attach(server, buf)
  end
end

--- Sets what the file type's own plugin has reset.
local function after_file_type(buf)
  vim.schedule(function()
    if vim.api.nvim_buf_is_valid(buf) and client.attached(buf) then
      set_omnifunc(buf)
    end
  end)
end

local watching = false

--- Does so in every buffer that the server will be attached to.
---@param on_file_type fun(buf: integer) called for every buffer that gets a file type, or has one
function M.watch(on_file_type)
  require("codegen.highlights").define()
  require("codegen.commands").define()
  if watching then
    return
  end
  watching = true
  local group = vim.api.nvim_create_augroup("codegen.attach", { clear = true })
  require("codegen.progress").watch(group)
  vim.api.nvim_create_autocmd("LspAttach", {
    group = group,
    callback = function(event)
      local server = vim.lsp.get_client_by_id(event.data.client_id)
      if server and server.name == client.NAME then
        require("codegen.server").tell_folders(server)
        M.attach(server, event.buf)
      end
    end,
  })
  vim.api.nvim_create_autocmd("FileType", {
    group = group,
    callback = function(event)
      after_file_type(event.buf)
      on_file_type(event.buf)
    end,
  })
  -- This may be called while a file type is being set, too late for the event.
  vim.schedule(function()
    for _, buf in ipairs(vim.api.nvim_list_bufs()) do
      on_file_type(buf)
    end
  end)
  vim.api.nvim_create_autocmd("LspDetach", {
    group = group,
    callback = function(event)
      local server = vim.lsp.get_client_by_id(event.data.client_id)
      if server and server.name == client.NAME then
        require("codegen.ghost").detach(event.buf)
        require("codegen.keys").unmap(event.buf)
        require("codegen.lenses").detach(server, event.buf)
      end
    end,
  })
end

--- Follows changed options in the buffers that the server is attached to.
function M.refresh()
  for _, server in ipairs(vim.lsp.get_clients({ name = client.NAME })) do
    for buf in pairs(server.attached_buffers) do
      M.attach(server, buf, true)
    end
  end
end

return M
