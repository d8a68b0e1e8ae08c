--- `:checkhealth codegen`

local client_of = require("codegen.client")
local config = require("codegen.config")
local install = require("codegen.install")

local M = {}

local health = vim.health

--- Whether anything has the server started.
local function is_enabled()
  local enabled = vim.lsp.is_enabled
  return require("codegen").config ~= nil or enabled and enabled(client_of.NAME) or client_of.running() ~= nil
end

local function check_neovim()
  health.start("codegen: Neovim")
  health.ok("version " .. tostring(vim.version()))
  if not is_enabled() then
    local advice = { "Put require(\"codegen\").setup({}) into your configuration; :messages shows what it refused." }
    if vim.lsp.enable then
      table.insert(advice, 1, "Put vim.lsp.enable(\"codegen\") into your configuration.")
    end
    health.warn("nothing starts the server", advice)
  end
  local present = config.current()
  local kind = config.ghost_kind(present, vim.api.nvim_get_current_buf())
  health.ok("ghost text: " .. (kind and tostring(kind) or "none"))
  local menus = { ["blink.cmp"] = "codegen-blink", cmp = "codegen-cmp" }
  for plugin, tag in pairs(menus) do
    if package.loaded[plugin] then
      health.info(("%s is loaded; :help %s says how suggestions get into its menu"):format(plugin, tag))
    end
  end
end

--- Whether the program of the server can be run.
local function check_program()
  local resolved = require("codegen.server").resolved()
  if type(resolved.cmd) == "function" then
    health.ok("the server is started by a function")
    return true
  end
  local program = resolved.cmd[1]
  if vim.fn.executable(program) == 0 then
    health.error(("cannot run `%s`: no such program"):format(program), install.advice())
    return false
  end
  local answer = vim.system({ program, "--version" }, { text = true }):wait(10000)
  if answer.code ~= 0 then
    local words = ("`%s --version` ended with code %d: %s"):format(program, answer.code, vim.trim(answer.stderr or ""))
    health.error(words, { ("Build it anew with `%s`."):format(install.command()) })
    return false
  end
  health.ok(("%s (%s)"):format(vim.trim(answer.stdout), vim.fn.exepath(program)))
  -- What is wrong with the user's own file of options. An older server has no such command.
  local checked = vim.system({ program, "config", "check" }, { text = true }):wait(10000)
  if checked.code == 1 then
    health.warn(vim.trim(checked.stdout .. checked.stderr), { "Correct the file, and restart the server." })
  end
  return true
end

local function check_server()
  local server = client_of.running()
  if not server then
    local types = table.concat(require("codegen.server").resolved().filetypes, ", ")
    health.info("the server is not running; it starts with the first buffer of type " .. types)
    return
  end
  for _, line in ipairs(require("codegen.status").report()) do
    health.info(line)
  end
  if server.server_capabilities.inlineCompletionProvider then
    health.ok("the server offers inline completion")
  else
    health.error("the server does not offer inline completion; is it codegen-lsp?", install.advice())
  end
  local told = require("codegen.status").latest()
  if told and told.kind == "Error" then
    health.error(told.message, {
      "`codegen-lsp doctor` in a terminal says more.",
      "`:Codegen model builtin` goes on with the model that comes with the server.",
    })
  elseif told and told.kind ~= "Normal" then
    health.warn(told.message)
  end
end

function M.check()
  if vim.fn.has("nvim-0.10") == 0 then
    health.start("codegen: Neovim")
    health.error("Neovim 0.10 or later is needed", { "Install it from https://neovim.io" })
    return
  end
  check_neovim()
  health.start("codegen: server")
  if check_program() then
    check_server()
  end
end

return M
