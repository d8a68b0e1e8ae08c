--- The server: one client for all buffers, its requests and its messages.

local M = {}

local NAME = "codegen"
local told_missing = {}

local function notify(message, level)
  vim.notify("codegen: " .. message, level)
end

--- Sends a request; Neovim 0.10 has the client's functions as fields, 0.11 as methods.
---@return integer? id nil if the client is gone
function M.request(client, method, params, handler, buf)
  local sent, id
  if vim.fn.has("nvim-0.11") == 1 then
    sent, id = client:request(method, params, handler, buf)
  else
    sent, id = client.request(method, params, handler, buf)
  end
  return sent and id or nil
end

--- Tells the server that a request is cancelled.
function M.cancel(client, id)
  if vim.fn.has("nvim-0.11") == 1 then
    client:cancel_request(id)
  else
    client.cancel_request(id)
  end
end

--- Asks the server to run a command.
---@param command {command: string, arguments?: table}
---@param done? fun(err?: table, result: any)
function M.execute(client, command, done)
  local params = { command = command.command, arguments = command.arguments }
  M.request(client, "workspace/executeCommand", params, done or function() end)
end

--- The client of the server that this buffer is attached to, or nil.
function M.attached(buf)
  if buf == 0 then
    buf = vim.api.nvim_get_current_buf()
  end
  return vim.lsp.get_clients({ name = NAME, bufnr = buf })[1]
end

--- The client of the server, or nil if it does not run.
function M.running()
  return vim.lsp.get_clients({ name = NAME })[1]
end

local function capabilities(kind)
  local all = vim.lsp.protocol.make_client_capabilities()
  if kind then
    -- Neovim declares this itself from 0.12 on; the server need not know which code draws the ghost text.
    all.textDocument.inlineCompletion = all.textDocument.inlineCompletion or { dynamicRegistration = false }
  end
  return all
end

local function on_attach(config, kind, client, buf)
  if kind and client.server_capabilities.inlineCompletionProvider then
    require("codegen.ghost." .. kind).attach(client, buf, config)
    require("codegen.keys").map(config.keys, buf)
  end
  if config.code_lens and client.server_capabilities.codeLensProvider then
    require("codegen.lenses").attach(buf)
  end
  if config.on_attach then
    config.on_attach(client, buf)
  end
end

-- A function to call once the server has ended, if it is to be started again.
local afterwards

local function on_exit(code, signal)
  vim.schedule(function()
    require("codegen.partial").clear()
  end)
  if afterwards then
    vim.schedule(afterwards)
    afterwards = nil
    return
  end
  -- Neovim itself ends the server with code 0, or with SIGTERM (143 from a shell) if the server does not exit in time.
  if code ~= 0 and code ~= 143 and signal ~= 15 then
    vim.schedule(function()
      local log = require("vim.lsp.log").get_filename()
      notify(("the server ended with code %d (signal %d); its messages are in %s"):format(code, signal, log), vim.log.levels.WARN)
    end)
  end
end

--- Applies an edit, or refuses one for an older text: Neovim itself would skip that edit and answer that it was
--- applied.
local function apply_edit(err, params, context)
  for _, change in ipairs(params.edit and params.edit.documentChanges or {}) do
    local document = change.textDocument
    local version = document and vim.lsp.util.buf_versions[vim.uri_to_bufnr(document.uri)]
    if version and type(document.version) == "number" and version > document.version then
      return { applied = false, failureReason = "the buffer has changed since" }
    end
  end
  return vim.lsp.handlers["workspace/applyEdit"](err, params, context)
end

--- Attaches the buffer to the server, starting it if it does not run.
---@param config codegen.Config
---@param buf integer
function M.start(config, buf)
  local program = config.cmd[1]
  if vim.fn.executable(program) == 0 then
    if not told_missing[program] then
      told_missing[program] = true
      notify(
        ("cannot run `%s`: no such program. Build it with `cargo install --path lsp`, or name it in setup's `cmd`"):format(program),
        vim.log.levels.ERROR
      )
    end
    return
  end
  local kind = require("codegen.config").ghost_kind(config)
  vim.lsp.start({
    name = NAME,
    cmd = config.cmd,
    root_dir = vim.fs.root(buf, config.root_markers),
    init_options = require("codegen.config").init_options(config),
    capabilities = capabilities(kind),
    on_attach = function(client, attached)
      on_attach(config, kind, client, attached)
    end,
    on_exit = on_exit,
    handlers = {
      ["workspace/applyEdit"] = apply_edit,
      ["codegen/partial"] = function(_, params)
        if config.preview then
          require("codegen.partial").show(params)
        end
      end,
    },
  }, {
    bufnr = buf,
    -- A server holds a model in memory, so one serves every project.
    reuse_client = function(client)
      return client.name == NAME and not client:is_stopped()
    end,
  })
end

--- Ends the server and starts it again for the same buffers, with the present configuration.
---@param config codegen.Config
function M.restart(config)
  local server = M.running()
  if not server then
    return
  end
  local buffers = vim.tbl_keys(server.attached_buffers)
  afterwards = function()
    for _, buf in ipairs(buffers) do
      if vim.api.nvim_buf_is_loaded(buf) then
        M.start(config, buf)
      end
    end
  end
  if vim.fn.has("nvim-0.11") == 1 then
    server:stop()
  else
    server.stop()
  end
end

--- Shows the server's progress reports in the command line.
---@param group integer an autocommand group
function M.show_progress(group)
  vim.api.nvim_create_autocmd("LspProgress", {
    group = group,
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      local value = event.data.params and event.data.params.value
      if not client or client.name ~= NAME or type(value) ~= "table" then
        return
      end
      local words = {}
      for _, word in ipairs({ value.title or false, value.message or false }) do
        if word then
          table.insert(words, (word:gsub("%s*\n%s*", " ")))
        end
      end
      local text = value.kind == "end" and (value.message or "done") or table.concat(words, ": ")
      -- One screen line at most, because Neovim would wait for a key otherwise.
      text = vim.fn.strcharpart("codegen: " .. text, 0, math.max(vim.o.columns - 15, 10))
      vim.api.nvim_echo({ { (text:gsub("\n", " ")) } }, false, {})
    end,
  })
end

return M
