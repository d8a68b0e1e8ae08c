-- What the user sees: the screen, compared with tests/screenshots. With CODEGEN_BLESS=1 the files are made anew; look at
-- every one that has changed.
local helpers = require("helpers")
local expect = MiniTest.expect
local child = helpers.new_child()
local scripted = require("scripted")
scripted.add(child)
local T = helpers.new_set(child)

local FOLDER = helpers.plugin .. "/tests/screenshots/"

--- Small, and the same in every Neovim, whose own status lines differ.
local function start(lines, suggestions, options)
  child.o.lines, child.o.columns = 12, 60
  child.o.laststatus, child.o.ruler, child.o.showcmd, child.o.showmode = 0, false, false, false
  child.o.fillchars = "eob: "
  child.cmd("set shortmess+=c")
  child.cmd("syntax off")
  child.script(lines, suggestions, options)
  child.cmd("echo")
end

--- Waits until the screen is that of the file of this name. What is on its way, such as a redraw, may take its time.
local function expect_screen(name)
  local path = FOLDER .. name
  child.cmd("redraw")
  if os.getenv("CODEGEN_BLESS") == "1" then
    vim.uv.sleep(500)
    expect.reference_screenshot(child.get_screenshot(), path, { force = true })
    return
  end
  if vim.fn.filereadable(path) == 0 then
    error("there is no " .. path .. ": CODEGEN_BLESS=1 makes it")
  end
  -- Neovim 0.10 has fewer colours in menus and status lines.
  local text_only = vim.fn.has("nvim-0.11") == 0
  local function compared(screen)
    screen = vim.trim(screen)
    return text_only and screen:match("^(.-)\n\n") or screen
  end
  local expected = compared(table.concat(vim.fn.readfile(path), "\n"))
  local ok = pcall(helpers.wait_for, "the screen", function()
    child.cmd("redraw")
    return compared(tostring(child.get_screenshot())) == expected
  end)
  if not ok then
    expect.reference_screenshot(child.get_screenshot(), path, { ignore_attr = text_only })
  end
end

T["ghost text of one line"] = helpers.of_both_kinds()
T["ghost text of one line"]["of the kind"] = function(kind)
  start({ "values = [1, 2]", "total =" }, { "total = sum(values)" }, { ghost = kind })
  child.type_keys("A", " ")
  child.wait_ghost()
  -- Neovim's own has a colour of its own.
  child.cmd("highlight! link ComplHint CodegenGhost")
  expect_screen("ghost-line")
end

T["ghost text of a block, above what follows"] = helpers.of_both_kinds()
T["ghost text of a block, above what follows"]["of the kind"] = function(kind)
  local block = "for value in values:\n    if value > 0:\n        total += value"
  start({ "total = 0", "for value", "", "print(total)" }, { block }, { ghost = kind })
  child.api.nvim_win_set_cursor(0, { 2, 0 })
  child.type_keys("A", " ")
  child.wait_ghost()
  child.cmd("highlight! link ComplHint CodegenGhost")
  expect_screen("ghost-block")
end

T["an alternative with its number"] = function()
  start({ "total =" }, { "total = 0", "total = sum(values)" }, { keys = { next = "<M-n>" } })
  child.type_keys("A", " ")
  child.wait_ghost()
  child.type_keys("<M-n>")
  helpers.wait_for("the second", function()
    return child.ghost_at_cursor() == "sum(values) (2/2)"
  end)
  expect_screen("ghost-alternative")
end

--- Ghost text, and then a menu.
local function open_menu(options)
  start({ "total =" }, { "total = first + second" }, options)
  child.o.completeopt = "menuone,noinsert"
  child.type_keys("A", " f")
  child.wait_ghost()
  child.lua([[vim.schedule(function() vim.fn.complete(9, { "first", "firstly" }) end)]])
  helpers.wait_for("the menu", function()
    return child.fn.pumvisible() == 1
  end)
end

T["a menu, and ghost text that goes on from its entry"] = function()
  open_menu({ show_with_menu = true })
  expect_screen("menu-with-ghost")
end

T["a menu hides ghost text"] = function()
  open_menu({})
  expect_screen("menu-alone")
end

local function candidate(index, text, more)
  local basis = { index = index, text = text, copies = 1, current = index == 0, score = scripted.SCORE, stats = {} }
  return vim.tbl_extend("force", basis, more or {})
end

T["candidates that begin alike, and what one changes"] = function()
  start({ "# Sum the positive values.", "", "print(total)" }, {})
  child.o.lines = 18
  -- For the difference.
  child.cmd("syntax on | set syntax=OFF")
  local wrong = vim.tbl_extend("force", scripted.SCORE, { parses = false, meanLogprob = -1.25 })
  child.lua("server.answers['workspace/executeCommand'] = ...", {
    {
      outcome = "done",
      replaces = 0,
      candidates = {
        candidate(0, "total = 0\nfor value in values:\n    total += value\n"),
        candidate(1, "total = 0\nfor value in values:\n    total += abs(value)\n", { copies = 2 }),
        candidate(2, "total = 0\nfor value in\n", { score = wrong }),
      },
    },
  })
  child.api.nvim_win_set_cursor(0, { 1, 0 })
  child.cmd("Codegen candidates")
  helpers.wait_for("the windows", function()
    return #child.api.nvim_list_wins() == 3
  end)
  child.type_keys("j")
  expect_screen("candidates")
end

T["signs, and lenses"] = MiniTest.new_set({ parametrize = { { "signs" }, { "lenses" } } })
T["signs, and lenses"]["of the kind"] = function(kind)
  if kind == "lenses" and not vim.lsp.codelens.enable then
    -- Before 0.12 they stand at the lines' ends.
    kind = "lenses-0.11"
  end
  start({ "# Sort x.", "x.sort()", "", "# Print x.", "print(x)", "", "# Save x.", "save(x)" }, {}, { code_lens = kind ~= "signs" })
  local lens = scripted.lens
  child.lua("server.answers['textDocument/codeLens'] = ...", {
    {
      lens(0, "Regenerate"),
      lens(0, "stale: its prompt changed"),
      lens(3, "failed: it did not end"),
      lens(6, "edited by hand"),
    },
  })
  child.lua([[server.dispatchers.server_request("workspace/codeLens/refresh", vim.NIL)]])
  child.type_keys("gg0")
  expect_screen(kind)
end

T["the completion of :Codegen"] = function()
  start({ "x = 1" }, {})
  child.o.wildmode, child.o.wildoptions, child.o.wildmenu = "full", "pum", true
  child.type_keys(":Codegen s", "<Tab>")
  expect_screen("command")
end

T["the state, in the status line and in a window"] = function()
  start({ "x = 1" }, {})
  child.o.laststatus = 2
  child.o.statusline = "%{v:lua.require'codegen'.statusline()}"
  child.lua([[server.dispatchers.notification("codegen/status", {
    busy = false, kind = "Error", message = "no such file: /m.gguf", model = vim.NIL, device = vim.NIL })]])
  helpers.wait_for("the status", function()
    return child.lua_get("require('codegen').statusline()") == "codegen: no model"
  end)
  child.cmd("Codegen status")
  expect_screen("status")
end

return T
