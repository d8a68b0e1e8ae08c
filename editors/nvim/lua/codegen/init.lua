--- Ghost text and comment-to-code for Python, from a CodeGen model that runs on this machine.

local M = {}

---@type codegen.Config?
M.config = nil

local function notify(message, level)
  vim.notify("codegen: " .. message, level or vim.log.levels.INFO)
end

--- Defines the commands on turns.
local function commands()
  local turns = require("codegen.turns")
  local function command(name, run, options)
    vim.api.nvim_create_user_command("Codegen" .. name, run, options)
  end
  command("Synthesize", function(arguments)
    if arguments.range > 0 then
      turns.synthesize_all(arguments.line1, arguments.line2)
    else
      turns.synthesize()
    end
  end, { range = true, desc = "Write the code for the comment prompt at the cursor, or for those in the range" })
  command("SynthesizeAll", function()
    turns.synthesize_all()
  end, { desc = "Write the code for every comment prompt that has none" })
  command("Regenerate", function(arguments)
    turns.regenerate(arguments.bang)
  end, { bang = true, desc = "Write the generated code at the cursor anew; with !, that of later turns, too" })
  command("Replace", function()
    turns.replace()
  end, { desc = "Replace the lines directly below the prompt at the cursor by generated code" })
  command("Candidates", function(arguments)
    turns.candidates(arguments.count > 0 and arguments.count or nil)
  end, { count = 0, desc = "Choose among several candidates for the code at the cursor" })
  command("Next", function()
    turns.choose("next")
  end, { desc = "Take the next candidate for the code at the cursor" })
  command("Previous", function()
    turns.choose("previous")
  end, { desc = "Take the previous candidate for the code at the cursor" })
  command("Cancel", function(arguments)
    turns.cancel(arguments.bang)
  end, { bang = true, desc = "End the work on the turn at the cursor; with !, all work" })
  command("Explain", function()
    turns.explain()
  end, { desc = "Show what the model is shown for the turn at the cursor" })
end

--- Starts the server for the configured file types, also in open buffers.
---@param options? table see |codegen-options|
function M.setup(options)
  if vim.fn.has("nvim-0.10") == 0 then
    notify("Neovim 0.10 or later is needed", vim.log.levels.ERROR)
    return
  end
  local config, problems = require("codegen.config").resolve(options)
  if not config then
    notify("setup: " .. table.concat(problems, "\ncodegen: setup: "), vim.log.levels.ERROR)
    return
  end
  M.config = config

  vim.api.nvim_set_hl(0, "CodegenGhost", { link = "Comment", default = true })
  commands()
  vim.api.nvim_create_user_command("CodegenModel", function(arguments)
    M.use_model(arguments.args)
  end, { nargs = 1, complete = "file", desc = "Start the CodeGen server anew with another model" })
  vim.api.nvim_create_user_command("CodegenStatus", function()
    notify(table.concat(M.status(), "\n"))
  end, { desc = "Show the state of the CodeGen server" })

  local group = vim.api.nvim_create_augroup("codegen", { clear = true })
  local function start(buf)
    if vim.bo[buf].buftype == "" then
      require("codegen.client").start(config, buf)
    end
  end
  vim.api.nvim_create_autocmd("FileType", {
    group = group,
    pattern = config.filetypes,
    callback = function(event)
      start(event.buf)
    end,
  })
  if config.progress then
    require("codegen.client").show_progress(group)
  end
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buf) and vim.tbl_contains(config.filetypes, vim.bo[buf].filetype) then
      start(buf)
    end
  end
end

--- Restarts the server with another model. The server reads the model's name when it starts, not from settings, because
--- those may be a project's.
---@param model string "builtin" or the path of a GGUF file
function M.use_model(model)
  if not M.config then
    notify("setup() has not been called", vim.log.levels.ERROR)
    return
  end
  if model ~= "builtin" then
    model = vim.fn.fnamemodify(vim.fn.expand(model), ":p")
  end
  M.config.model = model
  require("codegen.client").restart(M.config)
end

local function ghost()
  local kind = M.config and require("codegen.config").ghost_kind(M.config)
  return kind and require("codegen.ghost." .. kind)
end

--- Inserts the suggestion. Usable from any insert-mode mapping, including `expr` ones.
---@param part? "all"|"word"|"line" how much of it (all of it by default)
---@return boolean accepted false if there is nothing to accept
function M.accept(part)
  local shown = ghost()
  return shown and shown.accept(part or "all") or false
end

--- Whether ghost text is shown at the cursor.
---@return boolean
function M.is_visible()
  local shown = ghost()
  return shown and shown.is_visible() or false
end

--- Whether the line still lacks indentation that it will need with the ghost text: <Tab> indents then. See |codegen-keys|.
---@return boolean
function M.indents_first()
  local shown = ghost()
  local rest = shown and shown.pending()
  if not rest then
    return false
  end
  local text = require("codegen.ghost.text")
  local row, col = unpack(vim.api.nvim_win_get_cursor(0))
  local before = vim.api.nvim_get_current_line():sub(1, col)
  -- A key has to be quick; a class that begins further above than this is not found.
  local above = vim.api.nvim_buf_get_lines(0, math.max(row - 1 - 2000, 0), row - 1, false)
  local tabstop = vim.bo.tabstop
  return text.indents_first(before, rest, tabstop, text.member_column(above, tabstop))
end

--- Hides the ghost text until the next key.
function M.dismiss()
  local shown = ghost()
  if shown then
    shown.dismiss()
  end
end

--- Asks the server for the code of the comment prompt at the cursor, which arrives as one undo step.
function M.synthesize()
  require("codegen.turns").synthesize()
end

--- The state of the plugin and the server, in lines for the user.
---@return string[]
function M.status()
  if not M.config then
    return { "setup() has not been called" }
  end
  local lines = {}
  local server = require("codegen.client").running()
  if server then
    local info = server.server_info or {}
    local buffers = vim.tbl_count(server.attached_buffers)
    table.insert(lines, ("server: %s %s, running"):format(info.name or "codegen-lsp", info.version or ""))
    table.insert(lines, ("buffers: %d"):format(buffers))
    table.insert(lines, ("position encoding: %s"):format(server.offset_encoding))
  else
    table.insert(lines, "server: not running")
  end
  table.insert(lines, ("command: %s"):format(table.concat(M.config.cmd, " ")))
  table.insert(lines, ("model: %s"):format(require("codegen.config").init_options(M.config).model or "builtin"))
  table.insert(lines, ("ghost text: %s"):format(tostring(require("codegen.config").ghost_kind(M.config))))
  return lines
end

return M
