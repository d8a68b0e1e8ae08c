-- Beside other servers: their lenses and their inline completion are not this plugin's to turn off.
local helpers = require("helpers")
local expect = MiniTest.expect
local child = helpers.new_child()
local scripted = require("scripted")
scripted.add(child)
local T = helpers.new_set(child)

--- The titles of the lenses that are shown.
local function titles()
  local found = child.lua_get([[vim.tbl_map(function(found)
    return (found.lens or found).command.title
  end, vim.lsp.codelens.get(vim.lsp.codelens.enable and { bufnr = 0 } or 0))]])
  table.sort(found)
  return found
end

local function wait_titles(expected)
  helpers.wait_equal("the lenses", titles, expected)
end

--- Options that differ in what is drawn only.
local function set_up(options)
  child.lua("local options = ...; options.cmd = server.cmd; require('codegen').setup(options)", {
    vim.tbl_extend("force", { ghost = "own", debounce = 0 }, options),
  })
end

--- Has both servers say a lens of their own.
local function with_lenses(options)
  child.write_server()
  child.lua("server.answers['textDocument/codeLens'] = ...", { { scripted.lens(0, "ours") } })
  child.script({ "# a", "a = 1" }, {}, options)
  child.attach_other({}, { scripted.lens(0, "theirs") })
end

T["other servers' lenses stay, where this one's are off, turned off, or gone"] = function()
  if not vim.lsp.codelens.enable then
    return
  end
  child.lua("vim.lsp.codelens.enable(true)")
  with_lenses({ code_lens = false })
  wait_titles({ "theirs" })
  set_up({ code_lens = true })
  wait_titles({ "ours", "theirs" })
  set_up({ code_lens = false })
  wait_titles({ "theirs" })
  expect.equality(child.lua_get("vim.lsp.codelens.is_enabled({ bufnr = 0 })"), true)
  set_up({ code_lens = true })
  wait_titles({ "ours", "theirs" })
  child.lua("vim.lsp.buf_detach_client(0, require('codegen.client').running().id)")
  wait_titles({ "theirs" })
  expect.equality(child.lua_get("vim.lsp.codelens.is_enabled({ bufnr = 0 })"), true)
end

T["lenses that the plugin has turned on go with it, in every buffer"] = function()
  if not vim.lsp.codelens.enable then
    return
  end
  with_lenses({ code_lens = true })
  wait_titles({ "ours", "theirs" })
  child.lua("_G.earlier = vim.api.nvim_get_current_buf()")
  child.open({ "# b" })
  child.wait_attached()
  wait_titles({ "ours" })
  set_up({ code_lens = false })
  wait_titles({})
  child.cmd("buffer " .. child.lua_get("_G.earlier"))
  wait_titles({})
  expect.equality(child.lua_get("vim.lsp.codelens.is_enabled({ bufnr = 0 })"), false)
  set_up({ code_lens = true })
  wait_titles({ "ours", "theirs" })
  expect.equality(child.v.errmsg, "")
end

T["before 0.12, only this server's lenses are removed"] = function()
  if vim.lsp.codelens.enable then
    return
  end
  with_lenses({ code_lens = true })
  child.lua("vim.lsp.codelens.refresh({ bufnr = 0 })")
  wait_titles({ "ours", "theirs" })
  set_up({ code_lens = false })
  wait_titles({ "theirs" })
end

-- What follows is about Neovim's own inline completion.
if not vim.lsp.inline_completion then
  return T
end

local function kind()
  return child.lua_get("require('codegen.config').ghost_kind(require('codegen.config').current(), vim.api.nvim_get_current_buf())")
end

local function is_enabled()
  return child.lua_get("vim.lsp.inline_completion.is_enabled({ bufnr = 0 })")
end

--- Types these keys, which bring ghost text, and has the buffer leave its server.
local function detach_after(...)
  child.type_keys(...)
  child.expect_ghost("0")
  child.type_keys("<Esc>")
  child.lua("vim.lsp.buf_detach_client(0, require('codegen.client').running().id)")
end

T["Neovim's own stays as the user has turned it on, and draws again after a new start"] = function()
  child.lua("vim.lsp.inline_completion.enable(true)")
  child.script({ "total =" }, { "total = 0" }, { ghost = "auto" })
  expect.equality({ kind(), is_enabled() }, { "builtin", true })
  child.type_keys("A", " ")
  child.expect_ghost("0")
  child.type_keys("<Esc>")
  child.lua("_G.first = require('codegen.client').running().id; require('codegen.server').restart()")
  helpers.wait_for("another server", function()
    return child.lua_get("(require('codegen.client').attached(0) or { id = _G.first }).id ~= _G.first")
  end)
  expect.equality({ kind(), is_enabled() }, { "builtin", true })
  detach_after("A", "<BS>", " ")
  expect.equality(is_enabled(), true)
end

T["what the plugin has turned on, it turns off, and takes for no wish of the user's"] = function()
  child.script({ "total =" }, { "total = 0" }, { ghost = "builtin" })
  expect.equality(is_enabled(), true)
  set_up({ ghost = "auto" })
  expect.equality({ kind(), is_enabled() }, { "own", false })
  set_up({ ghost = "builtin" })
  detach_after("A", " ")
  expect.equality(is_enabled(), false)
end

T["in every buffer the one or the other draws, never both"] = function()
  child.lua("vim.lsp.inline_completion.enable(true)")
  child.script({ "total =" }, { "total = 0" }, { ghost = "auto" })
  child.lua("_G.earlier = vim.api.nvim_get_current_buf()")
  child.open({ "total =" })
  child.wait_attached()
  for _, ghost in ipairs({ "own", "auto", "own", "builtin" }) do
    set_up({ ghost = ghost })
    for _ = 1, 2 do
      child.cmd("buffer " .. child.lua_get("_G.earlier") .. " | let g:earlier = bufnr('#') | lua _G.earlier = vim.g.earlier")
      child.type_keys("A", " ")
      child.expect_ghost("0")
      -- Neovim's comes later.
      child.wait_timers()
      expect.equality({ ghost, child.ghost_at_cursor() }, { ghost, "0" })
      child.type_keys("<BS>", "<Esc>")
    end
  end
end

--- How often a server was asked for suggestions.
local function asked(server)
  return child.lua_get(("#%s.sent('textDocument/inlineCompletion')"):format(server))
end

T["another server goes on where this one's suggestions are turned off"] = function()
  child.lua("vim.lsp.inline_completion.enable(true)")
  child.script({ "total =" }, { "total = 0" }, { ghost = "auto" })
  child.attach_other({ "total = first" })
  child.cmd("Codegen disable buffer")
  local before = asked("server")
  child.type_keys("A", " ")
  child.expect_ghost("first")
  expect.equality({ asked("server"), is_enabled() }, { before, true })
  child.type_keys("<Esc>")
  child.cmd("Codegen enable buffer")
  child.type_keys("A", "<BS>", " ")
  helpers.wait_for("a request to both", function()
    return asked("server") > before
  end)
end

T["Tab is another server's where Neovim draws its ghost text, beside this plugin's"] = function()
  child.lua("vim.lsp.inline_completion.enable(true); vim.keymap.set('i', '<Tab>', 'theirs')")
  child.script({ "total =" }, {}, { ghost = "own" })
  child.attach_other({ "total = first" })
  child.type_keys("A", " ")
  child.expect_ghost("first")
  expect.equality(child.lua_get("require('codegen.claims').key('<Tab>')"), true)
  child.type_keys("<Tab>")
  child.expect_text("total = theirs")
end

return T
