--- `:checkhealth codegen`

local M = {}

function M.check()
  local health = vim.health
  health.start("codegen: Neovim")
  if vim.fn.has("nvim-0.10") == 0 then
    health.error("Neovim 0.10 or later is needed")
    return
  end
  health.ok("version " .. tostring(vim.version()))

  local codegen = require("codegen")
  if not codegen.config then
    health.warn("setup() has not been called, or was given options it refused", {
      "Put require(\"codegen\").setup{} into your configuration; :messages shows what it refused.",
    })
    return
  end
  health.ok("ghost text: " .. tostring(require("codegen.config").ghost_kind(codegen.config)))

  health.start("codegen: server")
  local program = codegen.config.cmd[1]
  if vim.fn.executable(program) == 0 then
    health.error(("cannot run `%s`: no such program"):format(program), {
      "Build it with `cargo install --path lsp`.",
      "Or name it: require(\"codegen\").setup{ cmd = { \"/path/to/codegen-lsp\" } }",
    })
    return
  end
  local answer = vim.system({ program, "--version" }, { text = true }):wait(10000)
  if answer.code == 0 then
    health.ok(("%s (%s)"):format(vim.trim(answer.stdout), vim.fn.exepath(program)))
  else
    health.error(("`%s --version` ended with code %d: %s"):format(program, answer.code, vim.trim(answer.stderr)))
  end

  local client = require("codegen.client").running()
  if not client then
    health.info("the server is not running; it starts with the first buffer of type " .. table.concat(codegen.config.filetypes, ", "))
    return
  end
  for _, line in ipairs(codegen.status()) do
    health.info(line)
  end
  if client.server_capabilities.inlineCompletionProvider then
    health.ok("the server offers inline completion")
  else
    health.error("the server does not offer inline completion; is it codegen-lsp?")
  end
end

return M
