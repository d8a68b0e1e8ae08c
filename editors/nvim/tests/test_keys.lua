-- Keys as the editor means them: who claims them, what macros hold of them, and where ghost text may stand.
local helpers = require("helpers")
local expect = MiniTest.expect
local child = helpers.new_child()
require("scripted").add(child)
local T = helpers.new_set(child)

local SUM = { "total = first + second\nprint(total)" }

local function start(kind, options)
  child.script({ "total =" }, SUM, vim.tbl_extend("force", { ghost = kind }, options or {}))
end

T["Tab jumps in a snippet, and accepts behind it"] = helpers.of_both_kinds()
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

T["Tab and Shift-Tab jump in snippets of plugins"] = MiniTest.new_set({
  parametrize = {
    { [[package.loaded["luasnip"] = { locally_jumpable = function(step) return _G.theirs and step == 1 end }]], false },
    { [[package.loaded["mini.snippets"] = { session = { get = function() return _G.theirs and {} or nil end } }]], true },
    -- Versions without these functions claim nothing.
    { [[_G.theirs = false; package.loaded["luasnip"] = {}; package.loaded["mini.snippets"] = {}]], false },
  },
})
T["Tab and Shift-Tab jump in snippets of plugins"]["in the form of"] = function(stand_in, back)
  child.lua("_G.theirs = true")
  child.lua(stand_in)
  local function claims(key)
    return child.lua_get("require('codegen.claims').key(...)", { key })
  end
  local theirs = child.lua_get("_G.theirs")
  expect.equality({ claims("<Tab>"), claims("<S-Tab>"), claims("<C-y>") }, { theirs, theirs and back, false })
  child.lua("_G.theirs = false")
  expect.equality({ claims("<Tab>"), claims("<S-Tab>") }, { false, false })
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
  child.expect_text("total = theirs")
  child.type_keys("<C-w>")
  child.lua("_G.theirs = false")
  child.wait_ghost()
  child.type_keys("<Tab>")
  child.expect_text(SUM[1])
end

-- Of each way in which Neovim holds keys.
local KEYS = { { "<Tab>" }, { "<C-y>" }, { "<C-]>" }, { "<M-w>" }, { "<S-Right>" } }

T["what was mapped before comes back with other keys"] = MiniTest.new_set({ parametrize = KEYS })
T["what was mapped before comes back with other keys"]["in place of"] = function(key)
  child.lua(
    [[
    local key = ...
    -- Once, since the file type is set again when the plugin's own mapping may be there.
    vim.api.nvim_create_autocmd("FileType", { once = true, callback = function()
      vim.keymap.set("i", key, "mine", { buffer = true })
    end })
  ]],
    { key }
  )
  start("own", { keys = { accept = key } })
  child.type_keys("A", " ")
  child.wait_ghost()
  child.lua("require('codegen').setup({ cmd = server.cmd, ghost = 'own', keys = { accept = '<C-l>' } })")
  child.type_keys(key)
  child.expect_text("total = mine")
  child.type_keys("<C-w>")
  child.wait_ghost()
  child.type_keys("<C-l>")
  child.expect_text(SUM[1])
end

T["where nothing is shown, a key does what it did before"] = MiniTest.new_set({ parametrize = KEYS })
T["where nothing is shown, a key does what it did before"]["by"] = function(key)
  child.lua(
    [[
    local key = ...
    vim.keymap.set("i", key, function() return "everywhere" end, { expr = true })
    vim.api.nvim_create_autocmd("FileType", { callback = function(event)
      if _G.here then
        vim.keymap.set("i", key, function() return "here" end, { expr = true, buffer = event.buf })
      end
    end })
  ]],
    { key }
  )
  child.script({ "" }, {}, { keys = { accept = key } })
  child.type_keys("i", key)
  child.expect_text("everywhere")
  child.lua("_G.here = true")
  child.type_keys("<Esc>")
  child.open({ "" })
  child.wait_attached()
  child.type_keys("i", key)
  child.expect_text("here")
end

T["a key does what it did before, however that is mapped"] = MiniTest.new_set({
  parametrize = {
    -- the mapping of <Tab>, what is left by it behind "x"
    { [[inoremap <expr> <Tab> col('.') < 5 ? "a" : "b"]], "xa" },
    { [[inoremap <expr> <Tab> "\<C-v>u201c"]], "x“" },
    { [[imap <expr> <Tab> col('.') < 5 ? "“<lt>" : "b"]], "x“<" },
    { [[imap <expr> <Tab> "\<Plug>(mine)"|inoremap <Plug>(mine) plug]], "xplug" },
    { [[imap <Tab> <Plug>(mine)|inoremap <Plug>(mine) plug]], "xplug" },
    { [[imap <Tab> (<F5>)|inoremap <F5> five]], "x(five)" },
    -- Not mapped again where it comes first.
    { [[imap <Tab> <Tab><F5>|inoremap <F5> five]], "x   five" },
    { [[imap <expr> <Tab> "\<Tab><F5>"|inoremap <F5> five]], "x   five" },
    { [[inoremap <script> <Tab> <F5>]], "x<F5>" },
    { [[inoremap <Tab> <Nop>]], "x" },
    { [[inoremap <Tab> <Cmd>call setline(1, 'set')<CR>]], "set" },
    { [[lua vim.keymap.set("i", "<Tab>", function() return "<lt>Tab>" end, { expr = true })]], "x<Tab>" },
    {
      [[lua vim.keymap.set("i", "<Tab>", function() return "<F5>" end, { expr = true, remap = true }) vim.cmd("imap <F5> five")]],
      "xfive",
    },
  },
})
T["a key does what it did before, however that is mapped"]["by"] = function(mapping, expected)
  child.script({ "x" }, {})
  child.cmd(mapping)
  child.type_keys("A", "<Tab>")
  expect.equality({ mapping, child.text(), child.v.errmsg }, { mapping, expected, "" })
end

T["in a macro, what a key did before comes in its turn"] = function()
  child.lua([[vim.keymap.set("i", "<Tab>", function() vim.api.nvim_put({ "12" }, "c", false, true) end)]])
  child.script({ "" }, {})
  child.fn.setreg("q", "ia\tb\27")
  child.type_keys("2@q")
  child.expect_text("a12a12bb")
end

T["a macro holds what was accepted, and replays it without the plugin"] = helpers.of_both_kinds()
T["a macro holds what was accepted, and replays it without the plugin"]["of the kind"] = function(kind)
  start(kind, { keys = { accept_word = "<M-w>" } })
  child.type_keys("qq", "A", " ")
  child.wait_ghost()
  child.type_keys("<M-w>")
  child.expect_text("total = first")
  child.wait_ghost()
  child.type_keys("<Tab>")
  child.expect_text(SUM[1])
  child.type_keys("é", "<Esc>", "q")
  helpers.wait_for("the macro", function()
    return not child.fn.getreg("q"):find("codegen", 1, true)
  end)
  expect.equality(child.fn.getreg("q"):find("\t", 1, true), nil)
  child.lua("require('codegen.keys').unmap(0); require('codegen').enable(false)")
  child.cmd("setlocal autoindent smartindent textwidth=30 formatoptions=tcroq")
  child.api.nvim_buf_set_lines(0, 0, -1, false, { "    total =" })
  child.type_keys("gg", "@q")
  child.expect_text("    " .. SUM[1] .. "é")
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
  child.expect_text(text)
  child.type_keys("<Esc>", "q")
  helpers.wait_for("the macro", function()
    return not child.fn.getreg("q"):find("codegen", 1, true)
  end)
  child.lua("require('codegen').enable(false)")
  child.api.nvim_buf_set_lines(0, 0, -1, false, { "x" })
  child.type_keys("gg", "@q")
  child.expect_text(text)
end

T["a macro without acceptance is left alone"] = function()
  child.script({ "total =" }, {}, { ghost = "own" })
  child.type_keys("qq", "A", "<Tab>", "x", "<Esc>", "q")
  expect.equality(child.fn.getreg("q"), "A\tx\27")
end

T[":normal and what it types leave no ghost text"] = helpers.of_both_kinds()
T[":normal and what it types leave no ghost text"]["of the kind"] = function(kind)
  start(kind)
  child.cmd("normal! A f")
  child.cmd("normal A\t")
  expect.equality(child.is_inserting(), false)
  -- Until the server has been asked, if anything would have asked it.
  child.type_keys("A", "<BS>", "<Esc>")
  child.wait_no_ghost()
  expect.equality(child.text():sub(1, 9), "total = f")
end

T["nothing is shown past the end of a line"] = function()
  start("own")
  child.o.virtualedit = "all"
  child.type_keys("A", " ")
  child.wait_ghost()
  child.type_keys("<Right>", "<Right>")
  child.wait_no_ghost()
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
  child.expect_text(SUM[1])
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
  child.wait_no_ghost()
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

T["turned off, nothing comes by itself, in a buffer or everywhere"] = helpers.of_both_kinds()
T["turned off, nothing comes by itself, in a buffer or everywhere"]["of the kind"] = function(kind)
  start(kind)
  child.type_keys("A", " ")
  child.wait_ghost()
  child.lua("require('codegen').enable(false, 0)")
  child.wait_no_ghost()
  expect.equality(child.lua_get("vim.b.codegen_enabled"), false)
  local asked = #child.sent("textDocument/inlineCompletion")
  child.type_keys("f")
  child.wait_timers()
  expect.equality(#child.sent("textDocument/inlineCompletion"), asked)
  child.lua("require('codegen').enable()")
  expect.equality(child.lua_get("vim.b.codegen_enabled"), vim.NIL)
  child.type_keys("i")
  expect.equality(child.wait_ghost(), "rst + second\nprint(total)")
end

T["the variable of a buffer turns them off and on"] = helpers.of_both_kinds()
T["the variable of a buffer turns them off and on"]["of the kind"] = function(kind)
  child.lua([[vim.g.codegen_enabled = false]])
  start(kind)
  child.lua("vim.b.codegen_enabled = true")
  child.type_keys("A", " ")
  child.wait_ghost()
  child.lua("vim.b.codegen_enabled = 0")
  child.type_keys("f")
  child.wait_no_ghost()
  child.lua("vim.b.codegen_enabled = nil; vim.g.codegen_enabled = nil")
  child.type_keys("i")
  expect.equality(child.wait_ghost(), "rst + second\nprint(total)")
end

return T
