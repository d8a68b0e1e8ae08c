--- Ghost text and comment-to-code for Python, from a CodeGen model that runs on this machine.

local M = {}

--- The configuration; nil before `setup`, where the defaults hold.
---@type codegen.Config?
M.config = nil

local function notify(message, level)
  require("codegen.client").notify(message, level)
end

--- Starts the server for the configured file types, also in open buffers. Called again, it makes the new options hold.
---@param options? codegen.Options see |codegen-options|
function M.setup(options)
  if vim.fn.has("nvim-0.10") == 0 then
    notify("Neovim 0.10 or later is needed", vim.log.levels.ERROR)
    return
  end
  local config = require("codegen.config")
  local resolved, problems = config.resolve(options)
  if not resolved then
    notify("setup: " .. table.concat(problems, "\ncodegen: setup: "), vim.log.levels.ERROR)
    return
  end
  M.config = resolved
  config.set(resolved, options)
  require("codegen.commands").define()
  local server = require("codegen.server")
  server.enable(vim.api.nvim_create_augroup("codegen", { clear = true }))
  require("codegen.attach").refresh()
  server.reload()
end

--- Has the server go on with another model. Said again, the same model is loaded anew.
---@param model string "builtin", the name of a model that was pulled, or the path of a GGUF file
function M.use_model(model)
  local path = vim.fn.expand(model)
  local is_path = path:find("[/\\]") or path:match("%.gguf$") or vim.uv.fs_stat(path)
  if is_path and model ~= "builtin" and not vim.startswith(model, "hf:") then
    model = vim.fn.fnamemodify(path, ":p")
  end
  require("codegen.config").current().model = model
  local server = require("codegen.server")
  if not require("codegen.client").running() then
    notify(("the server will start with %s"):format(model))
  elseif not server.reload() then
    server.restart()
  end
end

--- Sets when suggestions come by themselves, until Neovim ends.
---@param eagerness "eager"|"calm"|"onDemand"
function M.set_eagerness(eagerness)
  local settings = require("codegen.config").current().settings
  settings.inline = vim.tbl_extend("force", settings.inline or {}, { eagerness = eagerness })
  require("codegen.server").reload()
end

--- Turns suggestions that come by themselves on or off. Those that are asked for by hand come in any case.
---@param on? boolean true by default
---@param buf? integer only in this buffer (0: the current one); everywhere if left out
function M.enable(on, buf)
  if buf == 0 then
    buf = vim.api.nvim_get_current_buf()
  end
  require("codegen.switch").set(on ~= false, buf)
end

--- Whether suggestions come by themselves in a buffer.
---@param buf? integer the current one by default
---@return boolean
function M.is_enabled(buf)
  return require("codegen.switch").is_on(buf and buf ~= 0 and buf or vim.api.nvim_get_current_buf())
end

--- Inserts the suggestion. Usable from any insert-mode mapping, including `expr` ones.
---@param part? codegen.Part how much of it (all of it by default)
---@return boolean accepted false if there is nothing to accept
function M.accept(part)
  return require("codegen.ghost").accept(part)
end

--- Whether ghost text is shown at the cursor.
---@return boolean
function M.is_visible()
  return require("codegen.ghost").is_visible()
end

--- Whether the line still lacks indentation that it will need with the ghost text: <Tab> indents then. See |codegen-keys|.
---@return boolean
function M.indents_first()
  return require("codegen.ghost").indents_first()
end

--- Shows the next alternative of the ghost text.
---@return boolean visible false if none is shown
function M.next()
  return require("codegen.ghost").cycle(1)
end

--- Shows the previous alternative of the ghost text.
---@return boolean visible false if none is shown
function M.previous()
  return require("codegen.ghost").cycle(-1)
end

--- Hides the ghost text until the next key.
---@return boolean dismissed false if none is shown
function M.dismiss()
  return require("codegen.ghost").dismiss()
end

--- Asks for suggestions at the cursor by hand.
function M.trigger()
  require("codegen.ghost").trigger()
end

--- Asks the server for the code of the comment prompt at the cursor, which arrives as one undo step.
function M.synthesize()
  require("codegen.turns").synthesize()
end

--- For 'omnifunc': "v:lua.require'codegen'.omnifunc".
---@param findstart 0|1
---@return integer|table
function M.omnifunc(findstart)
  return require("codegen.omni").complete(findstart)
end

--- The state of the plugin and the server, in lines for the user.
---@return string[]
function M.status()
  return require("codegen.status").report()
end

--- The state in a few words, for 'statusline'; empty where the server is not attached.
---@param buf? integer the current one by default
---@return string
function M.statusline(buf)
  -- Status lines of plugins hand over what they like.
  return require("codegen.status").line(type(buf) == "number" and buf or nil)
end

return M
