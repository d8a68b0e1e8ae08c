-- How the server comes to be started, and how changed options reach it.
local helpers = require("helpers")
local expect = MiniTest.expect
local child = helpers.new_child()
require("scripted").add(child)
local T = helpers.new_set(child)

--- Waits until `code`, a Lua expression, is true in the child.
local function wait_true(what, code)
  return helpers.wait_for(what, function()
    return child.lua_get(code)
  end)
end

local HAS_ENABLE = vim.lsp.enable ~= nil

T["setup goes on from what vim.lsp.config says"] = function()
  if not HAS_ENABLE then
    return
  end
  child.script({ "x" }, {})
  child.lua([[
    vim.lsp.config("codegen", { cmd = server.cmd, filetypes = { "lua" } })
    require("codegen").setup({ debounce = 0 })
  ]])
  expect.equality(child.lua_get("vim.lsp.config.codegen.filetypes"), { "lua" })
  child.lua([[require("codegen").setup({ filetypes = { "python" } })]])
  expect.equality(child.lua_get("vim.lsp.config.codegen.filetypes"), { "python" })
end

T["should_attach decides for each buffer"] = function()
  child.lua([[
    _G.asked = 0
    _G.should = function(buf)
      _G.asked = _G.asked + 1
      return not vim.api.nvim_buf_get_name(buf):find("secret")
    end
  ]])
  child.script({ "x" }, {})
  child.lua("require('codegen').setup({ cmd = server.cmd, should_attach = should })")
  child.cmd("edit " .. child.fn.tempname() .. "-secret.py | set filetype=python")
  wait_true("the question", "_G.asked > 0")
  child.cmd("edit " .. child.fn.tempname() .. ".py | set filetype=python")
  child.wait_attached()
  child.cmd("buffer secret")
  expect.equality(child.lua_get("require('codegen.client').attached(0) == nil"), true)
end

T["a second setup changes keys, signs and what is drawn at once"] = function()
  child.script({ "total =" }, { "total = 0" })
  child.lua("require('codegen').setup({ cmd = server.cmd, debounce = 0, ghost = 'own', keys = { accept = '<C-y>' } })")
  child.type_keys("A", " ")
  child.wait_ghost()
  child.type_keys("<C-y>")
  helpers.wait_for("the accepted text", function()
    return child.text() == "total = 0"
  end)
  child.lua("require('codegen').setup({ cmd = server.cmd, ghost = false })")
  child.type_keys("<C-w>", " ")
  expect.equality(child.ghost(), nil)
end

--- Waits until another server than `_G.first` is there.
local function wait_for_another()
  wait_true(
    "another server",
    [[(function()
    local running = vim.lsp.get_clients({ name = "codegen", bufnr = 0 })[1]
    return running ~= nil and running.id ~= _G.first and running.initialized == true
  end)()]]
  )
end

--- Remembers the present server as `_G.first`.
local function remember()
  child.lua([[_G.first = require("codegen.client").running().id]])
end

--- Whether it is still that.
local function is_the_same()
  return child.lua_get([[(require("codegen.client").running() or {}).id == _G.first]])
end

T["changed options reach the running server, whoever may set them"] = function()
  child.script({ "x" }, {}, { settings = { inline = { maxTokens = 8 } } })
  remember()
  for _, case in ipairs({
    { { settings = { inline = { maxTokens = 9, eagerness = "calm" } } }, { inline = { maxTokens = 9, eagerness = "calm" } } },
    { { model = "/other.gguf", trusted = true }, { model = "/other.gguf", trusted = true } },
    -- What is named no longer has its default again.
    { {}, vim.empty_dict() },
  }) do
    local options = vim.tbl_extend("force", { ghost = "own", debounce = 0 }, case[1])
    child.lua("local options = ...; options.cmd = server.cmd; require('codegen').setup(options)", { options })
    local told = child.sent("codegen/userOptions")
    expect.equality(told[#told], { settings = case[2] })
  end
  expect.equality(child.lua_get("vim.json.encode(server.sent('codegen/userOptions')[3].params)"), "{\"settings\":{}}")
  child.cmd("Codegen eagerness calm")
  expect.equality(child.sent("codegen/userOptions")[4], { settings = { inline = { eagerness = "calm" } } })
  expect.equality({ is_the_same(), #child.sent("initialize"), #child.sent("workspace/didChangeConfiguration") }, { true, 1, 0 })
  expect.equality(child.lua_get("_G.messages"), {})
end

T["settings that vim.lsp.config names reach the running server, too"] = function()
  if not HAS_ENABLE then
    return
  end
  child.script({ "x" }, {})
  remember()
  local function set(settings)
    child.lua(
      "vim.lsp.config('codegen', { settings = ... }); require('codegen').setup({ cmd = server.cmd, ghost = 'own', debounce = 0 })",
      {
        settings,
      }
    )
  end
  set({ codegen = { inline = { maxTokens = 9 } } })
  expect.equality(child.sent("workspace/didChangeConfiguration"), { { settings = { codegen = { inline = { maxTokens = 9 } } } } })
  -- What the server asks for by itself is the same.
  local asked = child.lua_get([[vim.lsp.handlers["workspace/configuration"](nil, { items = { { section = "codegen" } } },
    { client_id = _G.first })]])
  expect.equality(asked[1].inline.maxTokens, 9)
  expect.equality(is_the_same(), true)
end

T["what is said when the server starts takes a new start"] = MiniTest.new_set({
  parametrize = {
    { "options.settings = { completion = { enabled = true } }" },
    { "options.ghost = false" },
    { "options.cmd = function(dispatchers) return server.cmd(dispatchers) end" },
    -- A server that does not say that it takes options while it runs.
    { "options.model = '/other.gguf'", "server.capabilities.experimental = nil" },
  },
})
T["what is said when the server starts takes a new start"]["such as"] = function(change, before)
  if change:find("ghost", 1, true) and vim.lsp.inline_completion then
    -- Neovim itself says that it draws.
    return
  end
  child.write_server()
  child.lua(before or "")
  child.script({ "x" }, {})
  remember()
  child.lua(([[
    local options = { cmd = server.cmd, ghost = "own", debounce = 0 }
    %s
    require("codegen").setup(options)
  ]]):format(change))
  wait_for_another()
  expect.equality(#child.sent("codegen/userOptions"), 0)
  expect.equality(child.lua_get("_G.messages"), {})
end

T["the same options again change nothing"] = function()
  child.script({ "x" }, {}, { settings = { inline = { maxTokens = 8 } } })
  child.lua([[require("codegen").setup({ cmd = server.cmd, ghost = "own", debounce = 0, settings = { inline = { maxTokens = 8 } } })]])
  expect.equality(#child.sent("codegen/userOptions"), 0)
  expect.equality(#child.sent("workspace/didChangeConfiguration"), 0)
  expect.equality(#child.sent("initialize"), 1)
end

--- A project of these files, by name and text.
local function project(files)
  local folder = child.fn.resolve(child.fn.tempname())
  for name, text in pairs(vim.tbl_extend("force", { ["pyproject.toml"] = "" }, files)) do
    vim.fn.mkdir(folder, "p")
    vim.fn.writefile(vim.split(text, "\n"), folder .. "/" .. name)
  end
  return folder
end

local function edit(path)
  child.cmd("edit " .. path .. " | set filetype=python")
  child.wait_attached()
end

T["the server is told of every project that its buffers are in"] = function()
  local first, second = project({ ["a.py"] = "x" }), project({ ["b.py"] = "x", ["c.py"] = "x" })
  child.script({ "x" }, {})
  edit(first .. "/a.py")
  edit(second .. "/b.py")
  edit(second .. "/c.py")
  edit(first .. "/a.py")
  local function folder(path)
    return { uri = vim.uri_from_fname(path), name = path }
  end
  local told = child.sent("workspace/didChangeWorkspaceFolders")
  expect.equality(told, {
    { event = { added = { folder(first) }, removed = {} } },
    { event = { added = { folder(second) }, removed = {} } },
  })
  expect.equality(child.lua_get("require('codegen.client').running().workspace_folders"), { folder(first), folder(second) })
end

T["projects that are opened before the server is there are told of, too"] = function()
  local first, second = project({ ["a.py"] = "x" }), project({ ["b.py"] = "x" })
  child.write_server()
  child.lua("server.hold = 'initialize'; require('codegen').setup({ cmd = server.cmd, ghost = 'own' })")
  child.cmd("edit " .. first .. "/a.py | set filetype=python")
  child.cmd("edit " .. second .. "/b.py | set filetype=python")
  helpers.wait_for("the start", function()
    return child.lua_get("#server.held") == 1
  end)
  child.wait_timers()
  child.lua("server.release()")
  child.wait_attached()
  helpers.wait_for("the second project", function()
    return #child.sent("workspace/didChangeWorkspaceFolders") == 1
  end)
  expect.equality(child.sent("workspace/didChangeWorkspaceFolders")[1].event.added[1].name, second)
  expect.equality(#child.sent("initialize"), 1)
end

T["a real server reads what a file of a second project imports"] = function()
  local first = project({ ["a.py"] = "x = 1" })
  local second =
    project({ ["helper.py"] = "def distance(a, b):\n    return abs(a - b)\n", ["b.py"] = "from helper import distance\n\nvalue =" })
  child.setup({ ghost = "own", settings = { inline = { context = "imports", minConfidence = vim.NIL } } })
  edit(first .. "/a.py")
  edit(second .. "/b.py")
  child.type_keys("GA", " ")
  local context = helpers.wait_for("the context", function()
    local why = child.lua_get([[(function()
      local client = vim.lsp.get_clients({ name = "codegen" })[1]
      local position = vim.lsp.util.make_position_params(0, client.offset_encoding)
      local argument = { uri = position.textDocument.uri, position = position.position }
      local answer = vim.lsp.buf_request_sync(0, "workspace/executeCommand", { command = "codegen.why", arguments = { argument } }, 60000)
      return (answer and answer[client.id] or {}).result or false
    end)()]])
    return type(why) == "table" and why ~= vim.NIL and why.context and #why.context > 0 and why.context
  end)
  expect.equality({ context[1].file, context[1].why }, { "helper.py", "imported" })
end

T["reports of progress are shown as the option says, however the server is started"] = function()
  if not HAS_ENABLE then
    return
  end
  child.write_server()
  child.lua("vim.lsp.config('codegen', { cmd = server.cmd }); vim.lsp.enable('codegen')")
  child.open({ "x" })
  child.wait_attached()
  child.o.columns = 60
  local function report(title)
    child.cmd("echo 'nothing'")
    child.lua([[server.dispatchers.notification("$/progress", { token = 1, value = { kind = "begin", title = ... } })]], { title })
    child.wait_timers()
    return tostring(child.get_screenshot())
  end
  helpers.contains(report("loading it"), { "codegen: loading it" })
  child.lua("require('codegen').setup({ cmd = server.cmd, progress = false })")
  expect.equality(report("loading more"):find("loading more", 1, true), nil)
end

T[":checkhealth without the server names the one command that helps"] = function()
  child.lua("require('codegen').setup({ cmd = 'no-such-codegen-lsp' })")
  child.cmd("checkhealth codegen")
  local report = child.text()
  expect.equality(report:find("cannot run `no-such-codegen-lsp`", 1, true) ~= nil, true)
  local root = vim.fn.fnamemodify(helpers.plugin, ":h:h")
  expect.equality(report:find("cargo install --locked --path '" .. root .. "/lsp'", 1, true) ~= nil, true)
end

--- What :checkhealth says where neither the server nor Rust is.
local function without_server(plugin)
  child.restart({ "--clean" })
  child.lua(
    [[
    vim.opt.runtimepath:append((...))
    vim.env.PATH = "/nowhere"
    if vim.lsp.enable then
      vim.lsp.enable("codegen")
    else
      require("codegen").setup({})
    end
    vim.cmd("checkhealth codegen")
  ]],
    { plugin }
  )
  return child.text()
end

T[":checkhealth on a machine without the server and without Rust names how to get both"] = function()
  local report = without_server(helpers.plugin)
  for _, part in ipairs({ "cannot run `codegen-lsp`", "https://rustup.rs", "cargo install --locked --path", "PATH" }) do
    expect.equality({ part, report:find(part, 1, true) ~= nil }, { part, true })
  end
end

T[":checkhealth of a plugin without its repository says where to run the command"] = function()
  local copy = vim.fn.tempname()
  vim.fn.system({ "cp", "-r", helpers.plugin, copy })
  local report = without_server(copy):gsub("%s+", " ")
  local words = "Build it with `cargo install --locked --path lsp` in a checkout of codegen-lsp's repository"
  expect.equality({ report, report:find(words, 1, true) ~= nil }, { report, true })
end

T["set up while a file type is set, as lazy.nvim does, it serves that buffer"] = function()
  child.lua(
    [[
    local server = ...
    local loaded = false
    vim.api.nvim_create_autocmd("FileType", { pattern = "python", callback = function(event)
      if loaded then
        return
      end
      loaded = true
      require("codegen").setup({ cmd = { server } })
      -- lazy.nvim has it run once more for what it has just loaded.
      vim.api.nvim_exec_autocmds("FileType", { buffer = event.buf, modeline = false })
    end })
  ]],
    { helpers.server }
  )
  child.open({ "x = 1" })
  child.wait_attached()
  expect.equality(child.lua_get("#vim.lsp.get_clients({ name = 'codegen' })"), 1)
end

T[":checkhealth says that nothing starts the server"] = function()
  child.cmd("checkhealth codegen")
  expect.equality(child.text():find("nothing starts the server", 1, true) ~= nil, true)
end

T["the plugin's commands are there before the server is"] = function()
  child.cmd("runtime plugin/codegen.lua")
  expect.equality(child.fn.exists(":Codegen"), 2)
  child.cmd("Codegen synthesize")
  child.wait_message("no server runs for this buffer")
end

T["vim.lsp.enable is enough"] = function()
  if not HAS_ENABLE then
    return
  end
  child.lua(
    [[vim.lsp.config("codegen", { cmd = { (...) }, init_options = { inline = { maxTokens = 5 } } }); vim.lsp.enable("codegen")]],
    { helpers.server }
  )
  child.open(helpers.POINT)
  child.wait_attached()
  child.type_keys("A", " ")
  local before, ghost = child.text(), child.wait_ghost()
  child.type_keys("<Tab>")
  helpers.wait_for("the accepted text", function()
    return child.text() == before .. ghost
  end)
  expect.equality(child.lua_get("require('codegen.client').running().config.init_options"), { inline = { maxTokens = 5 } })
  expect.equality(child.fn.exists(":Codegen"), 2)
  expect.no_equality(child.fn.hlexists("CodegenGhost"), 0)
end

T["a real server takes changed options"] = function()
  child.setup({ ghost = "own" })
  child.open(helpers.POINT)
  child.wait_attached()
  child.type_keys("A", " ")
  child.wait_ghost()
  remember()
  local function enable(on)
    local options = { cmd = { helpers.server }, ghost = "own", settings = { inline = { enabled = on } } }
    child.lua("require('codegen').setup(...)", { options })
  end
  enable(false)
  wait_true("the server to say that suggestions are off", "require('codegen').statusline() == 'codegen off'")
  enable(true)
  wait_true("the server to say that they are on", "require('codegen').statusline():find('off') == nil")
  child.type_keys("<BS>", " ")
  child.wait_ghost()
  expect.equality(is_the_same(), true)
end

return T
