-- Keys as the editor means them: who claims them, what macros hold of them, and where ghost text may stand.
local helpers = require("helpers")
local expect = MiniTest.expect
local child = helpers.new_child()
require("scripted").add(child)
local T = helpers.new_set(child)

--- A set of one test for both kinds of ghost text, where there are two.
local function of_both_kinds()
  return MiniTest.new_set({ parametrize = helpers.per_kind })
end

local SUM = { "total = first + second\nprint(total)" }

local function start(kind, options)
  child.script({ "total =" }, SUM, vim.tbl_extend("force", { ghost = kind }, options or {}))
end

local function wait_text(expected)
  local last
  local ok = pcall(helpers.wait_for, "the text", function()
    last = child.text()
    return last == expected
  end)
  expect.equality(ok and expected or last, expected)
end

local function wait_no_ghost()
  helpers.wait_for("the ghost text to go", function()
    return not child.ghost()
  end)
end

T["Tab jumps in a snippet, and accepts behind it"] = of_both_kinds()
T["Tab jumps in a snippet, and accepts behind it"]["of the kind"] = function(kind)
  start(kind)
  child.type_keys("A", " ")
  child.wait_ghost()
  child.type_keys("<Esc>")
  child.lua([[
    vim.keymap.set("i", "<M-s>", function() vim.snippet.expand("total = ${1:a}${2:b}") end)
    vim.keymap.set({ "i", "s" }, "<Tab>", function()
      if vim.snippet.active({ direction = 1 }) then
        return "<Cmd>lua vim.snippet.jump(1)<CR>"
      end
      return "<Tab>"
    end, { expr = true, buffer = true })
    require("codegen.keys").unmap(0)
    require("codegen.attach").refresh()
  ]])
  child.type_keys("cc", "<M-s>")
  helpers.wait_for("the snippet's first place", function()
    return child.api.nvim_get_mode().mode == "s"
  end)
  child.type_keys("f")
  child.wait_ghost()
  child.type_keys("<Tab>")
  helpers.wait_for("the snippet's second place", function()
    return child.api.nvim_get_mode().mode == "s"
  end)
  expect.equality(child.api.nvim_get_current_line(), "total = fb")
end

T["Tab chooses from an open menu"] = function()
  child.lua([[vim.keymap.set("i", "<Tab>", function()
    return vim.fn.pumvisible() == 1 and "<C-n>" or "<Tab>"
  end, { expr = true })]])
  start("own", { show_with_menu = true })
  child.o.completeopt = "menuone,noselect"
  child.type_keys("A", " ", "first", "<C-x><C-n>")
  child.cmd("call complete(9, ['first', 'firstly'])")
  expect.equality(child.fn.pumvisible(), 1)
  child.type_keys("<Tab>", "<Tab>")
  expect.equality(child.api.nvim_get_current_line(), "total = firstly")
end

T["Tab is left to copilot.lua and copilot.vim while they show something"] = MiniTest.new_set({
  parametrize = {
    { [[package.loaded["copilot.suggestion"] = { is_visible = function() return _G.theirs end }]] },
    {
      [[
      local folder = vim.fn.tempname()
      vim.fn.mkdir(folder .. "/autoload", "p")
      vim.fn.writefile({
        "function! copilot#GetDisplayedSuggestion()",
        "  return luaeval('_G.theirs') ? {'text': 'x'} : {'text': ''}",
        "endfunction",
      }, folder .. "/autoload/copilot.vim")
      vim.opt.runtimepath:append(folder)
      vim.cmd("runtime autoload/copilot.vim")
    ]],
    },
  },
})
T["Tab is left to copilot.lua and copilot.vim while they show something"]["in the form of"] = function(stand_in)
  child.lua([[_G.theirs = true; vim.keymap.set("i", "<Tab>", "theirs")]])
  child.lua(stand_in)
  start("own")
  child.type_keys("A", " ")
  child.wait_ghost()
  child.type_keys("<Tab>")
  wait_text("total = theirs")
  child.type_keys("<C-w>")
  child.lua("_G.theirs = false")
  child.wait_ghost()
  child.type_keys("<Tab>")
  wait_text(SUM[1])
end

T["what was mapped before comes back with other keys"] = function()
  child.lua([[vim.api.nvim_create_autocmd("FileType", { callback = function()
    vim.keymap.set("i", "<Tab>", "mine", { buffer = true })
  end })]])
  start("own")
  child.type_keys("A", " ")
  child.wait_ghost()
  child.lua("require('codegen').setup({ cmd = server.cmd, ghost = ..., keys = { accept = '<C-y>' } })", { "own" })
  child.type_keys("<Tab>")
  wait_text("total = mine")
  child.type_keys("<C-w>")
  child.wait_ghost()
  child.type_keys("<C-y>")
  wait_text(SUM[1])
end

T["a macro holds what was accepted, and replays it without the plugin"] = of_both_kinds()
T["a macro holds what was accepted, and replays it without the plugin"]["of the kind"] = function(kind)
  start(kind, { keys = { accept_word = "<M-w>" } })
  child.type_keys("qq", "A", " ")
  child.wait_ghost()
  child.type_keys("<M-w>")
  wait_text("total = first")
  child.wait_ghost()
  child.type_keys("<Tab>")
  wait_text(SUM[1])
  child.type_keys("é", "<Esc>", "q")
  helpers.wait_for("the macro", function()
    return not child.fn.getreg("q"):find("codegen", 1, true)
  end)
  expect.equality(child.fn.getreg("q"):find("\t", 1, true), nil)
  child.lua("require('codegen.keys').unmap(0); require('codegen').enable(false)")
  child.cmd("setlocal autoindent smartindent textwidth=30 formatoptions=tcroq")
  child.api.nvim_buf_set_lines(0, 0, -1, false, { "    total =" })
  child.type_keys("gg", "@q")
  wait_text("    " .. SUM[1] .. "é")
  -- Each acceptance is an undo step of its own here, too.
  child.type_keys("u", "u")
  expect.equality(child.text(), "    total = first")
end

T["a macro with quotes, backslashes and characters beyond ASCII is right"] = function()
  local text = "x = \"a\\n\" + '\\\\' + \"é漢𝄞\"\n\ty\n"
  child.script({ "x" }, { text }, { ghost = "own" })
  child.type_keys("qq", "A", " ")
  child.wait_ghost()
  child.type_keys("<Tab>")
  wait_text(text)
  child.type_keys("<Esc>", "q")
  helpers.wait_for("the macro", function()
    return not child.fn.getreg("q"):find("codegen", 1, true)
  end)
  child.lua("require('codegen').enable(false)")
  child.api.nvim_buf_set_lines(0, 0, -1, false, { "x" })
  child.type_keys("gg", "@q")
  wait_text(text)
end

T["a macro without acceptance is left alone"] = function()
  child.script({ "total =" }, {}, { ghost = "own" })
  child.type_keys("qq", "A", "<Tab>", "x", "<Esc>", "q")
  expect.equality(child.fn.getreg("q"), "A\tx\27")
end

T[":normal and what it types leave no ghost text"] = of_both_kinds()
T[":normal and what it types leave no ghost text"]["of the kind"] = function(kind)
  start(kind)
  child.cmd("normal! A f")
  child.cmd("normal A\t")
  expect.equality(child.is_inserting(), false)
  -- Until the server has been asked, if anything would have asked it.
  child.type_keys("A", "<BS>", "<Esc>")
  wait_no_ghost()
  expect.equality(child.text():sub(1, 9), "total = f")
end

T["nothing is shown past the end of a line"] = function()
  start("own")
  child.o.virtualedit = "all"
  child.type_keys("A", " ")
  child.wait_ghost()
  child.type_keys("<Right>", "<Right>")
  wait_no_ghost()
  expect.equality(child.lua_get("require('codegen').accept()"), false)
  child.type_keys("<Left>", "<Left>")
  child.wait_ghost()
end

T["two windows of a buffer show it where one types"] = function()
  start("own")
  child.cmd("vsplit | wincmd l")
  child.type_keys("A", " ")
  child.wait_ghost()
  child.cmd("redraw")
  if child.lua_get("vim.api.nvim__ns_set ~= nil") then
    local lines = vim.split(tostring(child.get_screenshot()), "\n")
    local first = vim.tbl_filter(function(line)
      return line:find("total =", 1, true) ~= nil
    end, lines)[1]
    local _, count = first:gsub("first %+ second", "")
    expect.equality(count, 1)
  end
  child.type_keys("<Tab>")
  wait_text(SUM[1])
  child.type_keys("<Esc>", "<C-w>h", "o", "total")
  expect.equality(child.wait_ghost(), " = first + second\nprint(total)")
  expect.equality(child.api.nvim_win_get_cursor(0), { 2, 5 })
end

T["a menu of another plugin hides it, and it comes back"] = MiniTest.new_set({
  parametrize = {
    {
      [[
      package.loaded["blink.cmp"] = { is_menu_visible = function() return _G.open end }
      _G.menu = function(open)
        _G.open = open
        vim.api.nvim_exec_autocmds("User", { pattern = open and "BlinkCmpMenuOpen" or "BlinkCmpMenuClose" })
      end
    ]],
    },
    {
      [[
      local listeners = {}
      package.loaded["cmp"] = {
        visible = function() return _G.open end,
        event = { on = function(_, name, listener) listeners[name] = listener end },
      }
      _G.menu = function(open)
        _G.open = open
        listeners[open and "menu_opened" or "menu_closed"]({ window = {} })
      end
    ]],
    },
  },
})
T["a menu of another plugin hides it, and it comes back"]["in the form of"] = function(stand_in)
  child.lua(stand_in)
  start("own")
  child.type_keys("A", " ")
  child.wait_ghost()
  child.lua("menu(true)")
  wait_no_ghost()
  child.type_keys("f")
  expect.equality(child.ghost(), nil)
  child.lua("menu(false)")
  expect.equality(child.wait_ghost(), "irst + second\nprint(total)")
end

T["shown with a menu where that is wanted"] = function()
  child.lua([[package.loaded["blink.cmp"] = { is_menu_visible = function() return true end }]])
  start("own", { show_with_menu = true })
  child.type_keys("A", " ")
  child.wait_ghost()
end

T["turned off, nothing comes by itself, in a buffer or everywhere"] = of_both_kinds()
T["turned off, nothing comes by itself, in a buffer or everywhere"]["of the kind"] = function(kind)
  start(kind)
  child.type_keys("A", " ")
  child.wait_ghost()
  child.lua("require('codegen').enable(false, 0)")
  wait_no_ghost()
  expect.equality(child.lua_get("vim.b.codegen_enabled"), false)
  local asked = #child.sent("textDocument/inlineCompletion")
  child.type_keys("f")
  -- A request that would be sent is sent before the answer to this one.
  child.lua("server.asked = false; vim.defer_fn(function() server.asked = true end, 300)")
  helpers.wait_for("a later timer", function()
    return child.lua_get("server.asked")
  end)
  expect.equality(#child.sent("textDocument/inlineCompletion"), asked)
  child.lua("require('codegen').enable()")
  expect.equality(child.lua_get("vim.b.codegen_enabled"), vim.NIL)
  child.type_keys("i")
  expect.equality(child.wait_ghost(), "rst + second\nprint(total)")
end

T["the variable of a buffer turns them off and on"] = of_both_kinds()
T["the variable of a buffer turns them off and on"]["of the kind"] = function(kind)
  child.lua([[vim.g.codegen_enabled = false]])
  start(kind)
  child.lua("vim.b.codegen_enabled = true")
  child.type_keys("A", " ")
  child.wait_ghost()
  child.lua("vim.b.codegen_enabled = 0")
  child.type_keys("f")
  wait_no_ghost()
  child.lua("vim.b.codegen_enabled = nil; vim.g.codegen_enabled = nil")
  child.type_keys("i")
  expect.equality(child.wait_ghost(), "rst + second\nprint(total)")
end

return T
