--- Starting the server, starting it anew, and telling it of options that have changed.

local client = require("codegen.client")
local config = require("codegen.config")

local M = {}

local ENABLES = vim.fn.has("nvim-0.11") == 1
local told_missing = {}

--- Buffers to attach once the server has ended, if it is to be started again.
---@type integer[]?
local afterwards

--- The folders of each client, by its id, that its server is still to be told of.
---@type table<integer, table[]>
local untold = {}

--- Whether somebody draws what the server suggests. Neovim says so itself from 0.12 on, and the server need not know who does.
local function draws()
  return config.current().ghost ~= false or vim.lsp.inline_completion ~= nil
end

local function capabilities()
  local all = vim.lsp.protocol.make_client_capabilities()
  all.workspace.codeLens = { refreshSupport = true }
  all.experimental = { codegenStatus = true }
  return all
end

--- Applies an edit, or refuses one for an older text: Neovim itself would skip that edit and answer that it was
--- applied.
local function apply_edit(err, params, context)
  local changes = params.edit and params.edit.documentChanges or {}
  for _, change in ipairs(changes) do
    local document = change.textDocument
    local version = document and vim.lsp.util.buf_versions[vim.uri_to_bufnr(document.uri)]
    if version and type(document.version) == "number" and version > document.version then
      return { applied = false, failureReason = "the buffer has changed since" }
    end
  end
  local answer = vim.lsp.handlers["workspace/applyEdit"](err, params, context)
  if type(answer) == "table" and answer.applied then
    vim.schedule(function()
      for _, change in ipairs(changes) do
        if change.textDocument then
          local data = { buf = vim.uri_to_bufnr(change.textDocument.uri), uri = change.textDocument.uri, edits = change.edits }
          require("codegen.events").fire("CodegenTurnWritten", data)
        end
      end
    end)
  end
  return answer
end

--- Tells the user what the server says, as this plugin does: Neovim itself would wait for a key after a long text.
local function show_message(_, params)
  local levels = { vim.log.levels.ERROR, vim.log.levels.WARN, vim.log.levels.INFO }
  client.notify(params.message, levels[params.type] or vim.log.levels.DEBUG)
  return params
end

local handlers = {
  ["window/showMessage"] = show_message,
  ["workspace/applyEdit"] = apply_edit,
  ["workspace/codeLens/refresh"] = function(err, result, context)
    require("codegen.lenses").refresh()
    local own = vim.lsp.handlers["workspace/codeLens/refresh"]
    return own and own(err, result, context) or vim.NIL
  end,
  ["codegen/partial"] = function(_, params)
    require("codegen.partial").receive(params, config.current().preview)
  end,
  ["codegen/status"] = function(_, params)
    require("codegen.status").receive(params)
  end,
}

local function on_exit(code, signal, id)
  vim.schedule(function()
    untold[id] = nil
    require("codegen.partial").clear()
    require("codegen.status").receive(nil)
  end)
  if afterwards then
    local buffers = afterwards
    afterwards = nil
    vim.schedule(function()
      for _, buf in ipairs(buffers) do
        if vim.api.nvim_buf_is_loaded(buf) then
          M.start(buf)
        end
      end
    end)
    return
  end
  -- Neovim itself ends the server with code 0, or with SIGTERM (143 from a shell) if the server does not exit in time.
  if code ~= 0 and code ~= 143 and signal ~= 15 then
    vim.schedule(function()
      local words = "the server ended with code %d (signal %d); :Codegen log shows its messages, which are in %s"
      client.notify(words:format(code, signal, M.log_file()), vim.log.levels.WARN)
    end)
  end
end

--- The options that the server is to have, `given` being those that `vim.lsp.config` names.
local function wanted(given)
  local options = vim.tbl_deep_extend("force", given or {}, config.init_options(config.current()))
  return next(options) and options or vim.empty_dict()
end

--- Adds a project's folder to those of a client that serves further ones.
local function add_folder(running, root)
  if type(root) ~= "string" then
    return
  end
  local folder = { uri = vim.uri_from_fname(root), name = root }
  local folders = vim.list_extend({}, running.workspace_folders or {})
  for _, each in ipairs(folders) do
    if each.uri == folder.uri then
      return
    end
  end
  table.insert(folders, folder)
  running.workspace_folders = folders
  untold[running.id] = vim.list_extend(untold[running.id] or {}, { folder })
end

--- Tells the server which projects its buffers are in beside the first. It has to be initialized.
---@param running vim.lsp.Client
function M.tell_folders(running)
  local added = untold[running.id]
  untold[running.id] = nil
  if added then
    client.send(running, "workspace/didChangeWorkspaceFolders", { event = { added = added, removed = {} } })
  end
end

local function is_wanted(buf)
  local should_attach = config.current().should_attach
  return not should_attach or should_attach(buf)
end

--- Whether the server's program is there; tells the user once if it is not.
---@param cmd string[]|function
---@return boolean
local function is_there(cmd)
  local program = type(cmd) == "table" and cmd[1] or nil
  if not program or vim.fn.executable(program) == 1 then
    return true
  end
  if not told_missing[program] then
    told_missing[program] = true
    local words = "cannot run `%s`; see :checkhealth codegen\n%s"
    client.notify(words:format(program, table.concat(require("codegen.install").advice(), "\n")), vim.log.levels.ERROR)
  end
  return false
end

--- Calls `on_dir` with the project's folder if the server is to be attached to the buffer, and can be.
---@param buf integer
---@param on_dir fun(root?: string)
local function root_dir(buf, on_dir)
  local resolved = M.resolved()
  if is_wanted(buf) and is_there(resolved.cmd) then
    on_dir(vim.fs.root(buf, resolved.root_markers))
  end
end

--- Tells the user if the server is to be attached to a buffer and is not there: `vim.lsp.enable` itself only logs that.
---@param buf integer
function M.tell_if_missing(buf)
  if not vim.api.nvim_buf_is_loaded(buf) or vim.bo[buf].buftype ~= "" then
    return
  end
  local enabled = not ENABLES or vim.lsp.is_enabled(client.NAME)
  local resolved = enabled and M.resolved()
  if resolved and vim.tbl_contains(resolved.filetypes or {}, vim.bo[buf].filetype) and is_wanted(buf) then
    is_there(resolved.cmd)
  end
end

--- The configuration for `vim.lsp.config`: that of lsp/codegen.lua.
---@return table a `vim.lsp.Config`
function M.config()
  local present = config.current()
  require("codegen.attach").watch(M.tell_if_missing)
  return {
    name = client.NAME,
    cmd = present.cmd,
    filetypes = present.filetypes,
    root_markers = present.root_markers,
    root_dir = root_dir,
    capabilities = capabilities(),
    before_init = function(params, started)
      started.init_options, started.draws = wanted(started.init_options), draws()
      params.initializationOptions = started.init_options
      local document = params.capabilities.textDocument
      -- Not among the capabilities above: `vim.lsp.config` keeps what a `setup` has said before.
      document.inlineCompletion = document.inlineCompletion or (started.draws and { dynamicRegistration = false } or nil)
    end,
    on_exit = on_exit,
    handlers = handlers,
    -- A server holds a model in memory, so one serves every project.
    reuse_client = function(other, started)
      local same = other.name == client.NAME and not client.is_stopped(other)
      if same then
        add_folder(other, started.root_dir)
      end
      return same
    end,
  }
end

--- The configuration with what the user has set by `vim.lsp.config`.
---@return table
function M.resolved()
  return ENABLES and vim.lsp.config[client.NAME] or M.config()
end

--- The file that the server logs to: the one that its arguments name, or else Neovim's.
---@return string
function M.log_file()
  local cmd = M.resolved().cmd
  for index, word in ipairs(type(cmd) == "table" and cmd or {}) do
    local file = word:match("^%-%-log=(.+)$") or (word == "--log" and cmd[index + 1])
    if file then
      return vim.fn.fnamemodify(file, ":p")
    end
  end
  return require("vim.lsp.log").get_filename()
end

--- Attaches the buffer to the server, starting it if it does not run.
---@param buf integer
function M.start(buf)
  local resolved = vim.deepcopy(M.resolved())
  root_dir(buf, function(root)
    resolved.root_dir = root
    resolved.name = client.NAME
    vim.lsp.start(resolved, { bufnr = buf, reuse_client = resolved.reuse_client })
  end)
end

--- Has the server started for buffers of the configured file types, those that are open included.
---@param group integer an autocommand group
function M.enable(group)
  local present = config.current()
  if ENABLES then
    local own, earlier = M.config(), vim.lsp.config[client.NAME] or {}
    for _, name in ipairs({ "cmd", "filetypes", "root_markers" }) do
      -- What the user has said by `vim.lsp.config` stands, unless a `setup` says otherwise.
      if not config.is_named(name) and earlier[name] ~= nil then
        own[name] = nil
      end
    end
    vim.lsp.config(client.NAME, own)
    vim.lsp.enable(client.NAME)
    if vim.v.vim_did_enter == 1 then
      return
    end
  end
  local function start(buf)
    if vim.bo[buf].buftype == "" then
      M.start(buf)
    end
  end
  if not ENABLES then
    vim.api.nvim_create_autocmd("FileType", {
      group = group,
      pattern = present.filetypes,
      callback = function(event)
        start(event.buf)
      end,
    })
  end
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buf) and vim.tbl_contains(present.filetypes, vim.bo[buf].filetype) then
      start(buf)
    end
  end
end

--- Ends the server and starts it again for the same buffers, with the present configuration.
function M.restart()
  local running = client.running()
  if not running then
    return
  end
  afterwards = vim.tbl_keys(running.attached_buffers)
  client.stop(running)
end

--- Whether the server can be told of changed options while it runs.
local function takes_options(running)
  return vim.tbl_get(running.server_capabilities or {}, "experimental", "codegenUserOptions") == true
end

--- What is said once, when the server starts: how it is run, and what the client and it can do.
local function at_start(cmd, drawn, options)
  return { cmd, drawn, vim.tbl_get(options, "completion", "enabled") }
end

--- Brings changed options to the server, which is started anew where it cannot take them while it runs.
---@return boolean changed whether there were any
function M.reload()
  local running = client.running()
  if not running then
    return false
  end
  local resolved, told = M.resolved(), running.config
  local before, after = told.init_options or {}, wanted(resolved.init_options)
  local start = at_start(resolved.cmd, draws(), after)
  local differs = not vim.deep_equal(before, after)
  if not vim.deep_equal(at_start(told.cmd, told.draws, before), start) or differs and not takes_options(running) then
    M.restart()
    return true
  end
  if differs then
    told.init_options = after
    client.send(running, "codegen/userOptions", { settings = after })
  end
  local settings = resolved.settings or {}
  if not vim.deep_equal(settings, running.settings or {}) then
    running.settings = settings
    client.send(running, "workspace/didChangeConfiguration", { settings = next(settings) and settings or vim.empty_dict() })
    return true
  end
  return differs
end

return M
