-- Runs the tests: nvim --clean --headless -u tests/init.lua
--
-- The environment says what with: CODEGEN_LSP is the server, MINI_TEST the folder of the mini.test plugin.
local tests = vim.fn.fnamemodify(debug.getinfo(1, "S").source:sub(2), ":p:h")

local function run()
  vim.opt.runtimepath:prepend(vim.fn.fnamemodify(tests, ":h"))
  vim.opt.runtimepath:append(assert(os.getenv("MINI_TEST"), "MINI_TEST is not set"))
  package.path = tests .. "/?.lua;" .. package.path
  local mini_test = require("mini.test")
  mini_test.setup({
    collect = {
      find_files = function()
        return vim.fn.globpath(tests, "test_*.lua", true, true)
      end,
    },
    execute = { reporter = mini_test.gen_reporter.stdout({ group_depth = 2, quit_on_finish = true }) },
  })
  mini_test.run()
end

-- Whatever keeps the tests from being collected has to end the process with a failure, not leave it waiting.
local ok, message = xpcall(run, debug.traceback)
if not ok then
  io.stderr:write(tostring(message) .. "\n")
  vim.cmd("cquit 1")
end
