-- Commands, options and messages.
local helpers = require("helpers")
local expect = MiniTest.expect
local child = helpers.new_child()
local T = helpers.new_set(child)

T[":CodegenSynthesize writes the code under the prompt in one undo step"] = function()
  child.setup()
  child.open({ "# Return the sum of a list of numbers.", "" })
  child.wait_attached()
  child.cmd("normal! gg")
  local before = child.text()
  child.cmd("CodegenSynthesize")
  local after = helpers.wait_for("the code", function()
    local text = child.text()
    return text ~= before and text
  end)
  expect.equality(vim.startswith(after, "# Return the sum of a list of numbers.\n"), true)
  child.type_keys("u")
  expect.equality(child.text(), before)
end

T[":CodegenSynthesize without a server says so"] = function()
  child.setup()
  child.cmd("CodegenSynthesize")
  child.wait_message("no server runs for this buffer")
end

T[":CodegenStatus and :checkhealth describe the running server"] = function()
  child.setup()
  child.open({ "x = 1" })
  child.wait_attached()
  child.cmd("CodegenStatus")
  -- Neovim 0.10 asks for no other than that of the specification's first versions.
  local encoding = vim.fn.has("nvim-0.11") == 1 and "utf-8" or "utf-16"
  expect.equality(child.wait_window("position encoding: " .. encoding):find("running", 1, true) ~= nil, true)
  child.cmd("checkhealth codegen")
  local report = child.text()
  expect.equality(report:find("the server offers inline completion", 1, true) ~= nil, true)
  expect.equality(report:find("ERROR", 1, true), nil)
end

T["a missing server is named, once, with what to do"] = function()
  child.setup({ cmd = { "no-such-codegen-lsp" } })
  child.open({ "x = 1" })
  local message = child.wait_message("cannot run `no-such-codegen-lsp`")
  expect.equality(message.text:find("cargo install", 1, true) ~= nil, true)
  expect.equality(message.level, vim.log.levels.ERROR)
  child.open({ "y = 2" })
  expect.equality(#child.lua_get("_G.messages"), 1)
end

T["a server that dies is reported with where to look"] = function()
  child.setup({ cmd = { "sh", "-c", "exit 3" } })
  child.open({ "x = 1" })
  local message = child.wait_message("the server ended with code 3")
  expect.equality(message.text:find("lsp.log", 1, true) ~= nil, true)
end

T["a model that is not there is named by the server"] = function()
  child.setup({ model = "/no/such/model.gguf" })
  child.open({ "def add(a, b):", "    return" })
  child.wait_attached()
  child.type_keys("A", " ")
  helpers.wait_for("a message with the model's path", function()
    local said = child.cmd_capture("messages") .. vim.inspect(child.lua_get("_G.messages"))
    return said:find("/no/such/model.gguf", 1, true)
  end)
end

T[":CodegenModel has the server go on with another model"] = function()
  child.setup({ model = "/no/such/model.gguf", ghost = "own" })
  child.open(helpers.POINT)
  child.wait_attached()
  child.lua("_G.first = require('codegen.client').running().id")
  helpers.wait_for("the server to say that there is no model", function()
    return child.lua_get("require('codegen').statusline()") == "codegen: no model"
  end)
  child.cmd("CodegenModel builtin")
  helpers.wait_for("the server to say that there is one", function()
    return child.lua_get("require('codegen').statusline()") == "codegen"
  end)
  child.type_keys("A", " ")
  child.wait_ghost()
  expect.equality(child.lua_get("require('codegen.client').running().id == _G.first"), true)
end

T["the server answers in the file types that it is attached to"] = function()
  local sent = function(options)
    child.lua("require('codegen').setup(...)", { options })
    return child.lua_get("require('codegen.config').init_options(require('codegen').config).languages")
  end
  expect.equality(sent({ filetypes = { "python", "starlark" } }), { "python", "starlark" })
  expect.equality(sent({ filetypes = { "python", "starlark" }, settings = { languages = { "python" } } }), { "python" })
  expect.equality(sent({}), vim.NIL)
end

local function refused(options, words)
  child.lua("require('codegen').setup(...)", { options })
  expect.equality(#child.lua_get("_G.messages"), 1)
  local message = child.lua_get("_G.messages[1]")
  helpers.contains(message.text, words)
  expect.equality(message.level, vim.log.levels.ERROR)
  -- Nothing half set up is left behind.
  expect.equality(child.fn.exists(":CodegenSynthesize"), 0)
end

T["wrong options are named with what would be right"] = MiniTest.new_set({
  parametrize = {
    { { debouce = 10 }, { "unknown option `debouce`", "did you mean `debounce`?" } },
    { { keys = { acept = "<C-y>" } }, { "unknown option `keys.acept`", "`keys.accept`" } },
    { { settings = { gpulayers = 3 } }, { "unknown option `settings.gpulayers`", "`settings.gpuLayers`" } },
    { { settings = { inline = { maxTokens = "many" } } }, { "`settings.inline.maxTokens` is \"many\"", "whole number" } },
    { { settings = { inline = { maxTokens = 4097 } } }, { "`settings.inline.maxTokens` is 4097", "from 1 to 4096" } },
    { { settings = { threads = "all" } }, { "`settings.threads` is \"all\"", "\"auto\" or a whole number from 1 to 512" } },
    { { settings = { threads = 1.5 } }, { "`settings.threads` is 1.5", "whole number" } },
    { { settings = { synthesis = { verify = "Run" } } }, { "`settings.synthesis.verify` is \"Run\"", "\"parse\" or \"run\"" } },
    { { settings = { synthesis = { temperature = 0 } } }, { "`settings.synthesis.temperature` is 0", "above 0 and up to 2" } },
    { { settings = { synthesis = { topp = 1 } } }, { "unknown option `settings.synthesis.topp`", "`settings.synthesis.topP`" } },
    { { settings = { inline = { minLogprob = 1 } } }, { "`settings.inline.minLogprob` is 1", "at most 0" } },
    { { settings = { prompt = { marker = "//" } } }, { "`settings.prompt.marker` is \"//\"", "starts a prompt" } },
    { { settings = { languages = { 3 } } }, { "`settings.languages` is { 3 }", "list" } },
    { { settings = { inline = true } }, { "`settings.inline` is true", "table" } },
    { { trusted = "yes" }, { "`trusted` is \"yes\"", "true, false or a list of folders" } },
    { { debounce = -1 }, { "`debounce` is -1", "milliseconds" } },
    { { ghost = "none" }, { "`ghost` is \"none\"", "\"own\"" } },
    { { keys = 5 }, { "`keys` is 5", "table" } },
    { { cmd = {} }, { "`cmd` is {}", "program" } },
    { { filetypes = {} }, { "`filetypes` is {}", "list" } },
    { { root_markers = {} }, { "`root_markers` is {}", "list" } },
    { { settings = { inline = { ignore = { glob = "*" } } } }, { "`settings.inline.ignore` is {", "list of globs" } },
    { { wholly = 1, different = 2 }, { "`different`", "`wholly`" } },
  },
})
T["wrong options are named with what would be right"]["case"] = refused

T["options of every form are taken"] = function()
  local settings = {
    threads = "auto",
    gpuLayers = 0,
    flashAttention = true,
    languages = { "python", "starlark" },
    inline = { minLogprob = -0.5, enabled = false },
    prompt = { marker = "#>" },
    synthesis = { topP = 0.5, temperature = 2, verify = "run", runSeconds = 600, isolation = "folder+network", python = "python3" },
    trusted = { "/a" },
  }
  child.lua("require('codegen').setup(...)", { { model = "/m.gguf", trusted = true, settings = settings } })
  expect.equality(child.lua_get("_G.messages"), {})
  expect.equality(child.lua_get("require('codegen').config.settings"), settings)
  child.lua("require('codegen').setup(...)", { { settings = { threads = 512, inline = { minLogprob = 0 } } } })
  expect.equality(child.lua_get("_G.messages"), {})
end

T["empty lists are lists for the server, and empty sections are left out"] = function()
  local settings = { languages = {}, inline = { ignore = {} }, prompt = {} }
  child.lua("require('codegen').setup(...)", { { trusted = {}, settings = settings } })
  expect.equality(child.lua_get("_G.messages"), {})
  local sent = child.lua_get("vim.json.encode(require('codegen.config').init_options(require('codegen').config))")
  expect.equality(vim.json.decode(sent), { languages = {}, inline = { ignore = {} }, trusted = {} })
  expect.equality(sent:find("{}", 1, true), nil)
  child.lua("require('codegen').setup({ settings = { prompt = {} } })")
  expect.equality(child.lua_get("vim.json.encode(require('codegen.config').init_options(require('codegen').config))"), "{}")
end

T["a real server takes empty lists"] = function()
  child.setup({ ghost = "own", settings = { inline = { ignore = {} } } })
  child.open(helpers.POINT)
  child.wait_attached()
  child.type_keys("A", " ")
  child.wait_ghost()
  expect.equality(child.lua_get("_G.messages"), {})
end

T["the help is there after the README's set-up, without a plugin manager"] = function()
  child.restart({ "--clean" })
  child.lua(
    [[
    vim.opt.runtimepath:append((...))
    require("codegen").setup({})
  ]],
    { helpers.plugin }
  )
  for _, subject in ipairs({ "codegen", "codegen-option-keys", ":CodegenWhy", "hl-CodegenGhost" }) do
    child.cmd("help " .. subject)
    expect.equality(child.fn.expand("%:p"), helpers.plugin .. "/doc/codegen.txt")
    expect.no_equality(child.api.nvim_get_current_line():find("*" .. subject .. "*", 1, true), nil)
    child.cmd("helpclose")
  end
end

T["the help has every function, subcommand and event"] = function()
  local help = table.concat(vim.fn.readfile(helpers.plugin .. "/doc/codegen.txt"), "\n")
  local function is_there(words)
    expect.equality({ words, help:find(words, 1, true) ~= nil }, { words, true })
  end
  for name, value in pairs(require("codegen")) do
    if type(value) == "function" then
      is_there("*codegen." .. name .. "()*")
    end
  end
  for _, name in ipairs(require("codegen.commands").names()) do
    expect.equality({ name, help:find("\n    [%a, ]*" .. name .. "%f[%A]") ~= nil }, { name, true })
  end
  for name, value in pairs(require("codegen.turns")) do
    expect.equality({ type(value), help:find(name .. "(", 1, true) ~= nil, name }, { "function", true, name })
  end
  local events = table.concat(vim.fn.readfile(helpers.plugin .. "/lua/codegen/events.lua"), "\n")
  for name in events:gmatch("%-%-%-| \"(%w+)\"") do
    is_there("\n" .. name .. " ")
  end
end

T["every help tag leads somewhere"] = function()
  local docs = vim.fn.tempname()
  vim.fn.mkdir(docs .. "/doc", "p")
  vim.fn.writefile(vim.fn.readfile(helpers.plugin .. "/doc/codegen.txt"), docs .. "/doc/codegen.txt")
  child.cmd("helptags " .. docs .. "/doc")
  child.cmd("set runtimepath^=" .. docs)
  local tags = vim.fn.readfile(docs .. "/doc/tags")
  expect.equality(#tags > 5, true)
  -- The file that comes with the plugin: `nvim --headless "+helptags doc" +quit` in its folder makes it anew.
  expect.equality(vim.fn.readfile(helpers.plugin .. "/doc/tags"), tags)
  for _, line in ipairs(tags) do
    child.cmd("help " .. vim.split(line, "\t")[1])
    expect.equality(child.fn.expand("%:t"), "codegen.txt")
  end
  -- And every option and command that exists is in it.
  local help = child.text()
  local names = child.lua_get("vim.tbl_keys(require('codegen.config').defaults)")
  vim.list_extend(names, { "model", "on_attach", ":CodegenStatus", ":checkhealth codegen" })
  child.lua("require('codegen').setup({})")
  local commands = child.lua_get([[vim.tbl_filter(function(name)
    return vim.startswith(name, "Codegen")
  end, vim.tbl_keys(vim.api.nvim_get_commands({})))]])
  expect.equality(#commands > 5, true)
  for _, name in ipairs(commands) do
    table.insert(names, ":" .. name)
  end
  for _, name in ipairs(names) do
    if not help:find(name, 1, true) then
      error(name .. " is not in the help")
    end
  end
end

return T
