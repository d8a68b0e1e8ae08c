-- Sources for blink.cmp and nvim-cmp, against stand-ins for both, and omni completion.
local helpers = require("helpers")
local standins = require("standins")
local expect = MiniTest.expect
local child = helpers.new_child()
require("scripted").add(child)
local T = helpers.new_set(child)

local SUM = "total = first + second\nprint(total)"
-- Nothing is drawn, so that only the menus ask.
local QUIET = { ghost = false }

local function blink(lines, suggestions, options)
  child.script(lines, suggestions, options or QUIET)
  child.lua(standins.blink)
end

local function cmp(lines, suggestions, options)
  child.script(lines, suggestions, options or QUIET)
  child.lua(standins.cmp)
end

local function wait_answers(which, count)
  helpers.wait_for("an answer", function()
    return child.lua_get(("_G.%s.answers"):format(which)) == count
  end)
end

T["blink.cmp"] = MiniTest.new_set()

T["blink.cmp"]["gets an entry with what it needs, and inserts it"] = function()
  blink({ "total =" }, { SUM })
  expect.equality(child.lua_get("blink.source:enabled()"), true)
  expect.equality(vim.tbl_contains(child.lua_get("blink.source:get_trigger_characters()"), " "), true)
  child.type_keys("A", " ")
  child.lua("blink.show('trigger_character')")
  wait_answers("blink", 1)
  local item = child.lua_get("blink.matching()[1]")
  expect.equality(item.label, "first + second")
  expect.equality(item.labelDetails.description, "codegen +1")
  expect.equality(item.insertTextMode, 1)
  expect.equality(item.documentation.value, "```python\ntotal = first + second\nprint(total)\n```")
  child.lua("blink.accept(1)")
  expect.equality(child.text(), SUM)
  expect.equality(child.api.nvim_win_get_cursor(0), { 2, #"print(total)" })
  -- Counted, once.
  expect.equality(#child.sent("workspace/executeCommand"), 1)
  expect.equality(#child.events("CodegenAccepted"), 1)
end

T["blink.cmp"]["goes on with the entry while a word is typed"] = function()
  blink({ "x-total = fi" }, { "x-total = first + second" })
  child.type_keys("A")
  child.lua("blink.show('keyword')")
  wait_answers("blink", 1)
  child.type_keys("r")
  expect.equality(child.lua_get("#blink.matching()"), 1)
  child.lua("blink.accept(1)")
  expect.equality(child.text(), "x-total = first + second")
end

T["blink.cmp"]["finds entries whatever it takes for a word"] = function()
  blink({ "x = total-fi" }, { "x = total-first" })
  child.type_keys("A")
  child.lua("blink.show('keyword')")
  wait_answers("blink", 1)
  expect.equality(child.lua_get("blink.matching()[1].label"), "first")
  child.lua("blink.accept(1)")
  expect.equality(child.text(), "x = total-first")
end

T["blink.cmp"]["inserts the first line's indentation, too"] = function()
  blink({ "for a in b:", "  " }, { "        x = 1\n        y = 2" })
  child.type_keys("A")
  child.lua("blink.show('keyword')")
  wait_answers("blink", 1)
  child.lua("blink.accept(1)")
  expect.equality(child.text(), "for a in b:\n        x = 1\n        y = 2")
end

T["blink.cmp"]["counts columns in bytes"] = function()
  blink({ "t = '𝄞漢é' + fi" }, { "t = '𝄞漢é' + first" })
  child.type_keys("A")
  child.lua("blink.show('keyword')")
  wait_answers("blink", 1)
  child.lua("blink.accept(1)")
  expect.equality(child.text(), "t = '𝄞漢é' + first")
end

T["blink.cmp"]["is called twice by hand: with the first entry, and with the others"] = function()
  blink({ "total = " }, { SUM, "total = 0", "total = sum(values)" })
  child.type_keys("A")
  child.lua("blink.show('manual')")
  wait_answers("blink", 2)
  local labels = child.lua_get("vim.tbl_map(function(item) return item.label end, blink.items)")
  expect.equality(labels, { "first + second", "0", "sum(values)" })
  child.lua("blink.accept(3)")
  expect.equality(child.text(), "total = sum(values)")
end

T["blink.cmp"]["asks for no others once the cursor is elsewhere, by hand"] = function()
  -- In the same column.
  blink({ "total = ", "total = " }, { SUM, "total = 0" })
  child.type_keys("A")
  child.lua("server.hold = true; blink.show('manual'); vim.api.nvim_win_set_cursor(0, { 1, 8 }); server.release()")
  wait_answers("blink", 1)
  child.wait_timers()
  expect.equality(child.lua_get("blink.answers"), 1)
  expect.equality(#child.sent("textDocument/inlineCompletion"), 1)
end

T["blink.cmp"]["cancels what it does not wait for any more"] = function()
  blink({ "total = " }, { SUM })
  child.type_keys("A")
  child.lua("server.hold = true; blink.show('keyword'); blink.cancel()")
  expect.equality(#child.sent("$/cancelRequest"), 1)
  child.lua("server.release()")
  child.lua("blink.show('keyword')")
  wait_answers("blink", 1)
end

T["blink.cmp"]["shares the request of the ghost text"] = function()
  blink({ "total =" }, { SUM }, { ghost = "own" })
  child.type_keys("A")
  child.wait_ghost()
  local before = #child.sent("textDocument/inlineCompletion")
  child.lua("server.hold = true")
  child.type_keys(" ")
  child.lua("blink.show('trigger_character')")
  -- The ghost text's request comes after a pause.
  child.wait_timers()
  expect.equality(#child.sent("textDocument/inlineCompletion"), before + 1)
  child.lua("server.release()")
  wait_answers("blink", 1)
  expect.equality(child.lua_get("#blink.items"), 1)
  child.wait_ghost()
end

T["blink.cmp"]["does not ask where suggestions are off"] = function()
  blink({ "total = " }, { SUM })
  child.lua("vim.b.codegen_enabled = false")
  expect.equality(child.lua_get("blink.source:enabled()"), false)
  child.cmd("enew")
  expect.equality(child.lua_get("blink.source:enabled()"), false)
  child.lua("blink.show('manual')")
  expect.equality(child.lua_get("blink.answers"), 1)
end

T["nvim-cmp"] = MiniTest.new_set()

T["nvim-cmp"]["gets an entry behind a trigger character, and inserts it"] = function()
  cmp({ "total =" }, { SUM })
  child.type_keys("A", " ")
  expect.equality(child.lua_get("cmp.complete('auto')"), true)
  wait_answers("cmp", 1)
  expect.equality(child.lua_get("cmp.incomplete"), true)
  expect.equality(child.lua_get("cmp.matching()[1].cmp.kind_text"), "CodeGen")
  child.lua("cmp.confirm(1)")
  expect.equality(child.text(), SUM)
  expect.equality(#child.sent("workspace/executeCommand"), 1)
end

T["nvim-cmp"]["gets an entry within a word, and goes on with it"] = function()
  cmp({ "total = fi" }, { SUM })
  child.type_keys("A", "r")
  expect.equality(child.lua_get("cmp.complete('auto')"), true)
  wait_answers("cmp", 1)
  child.type_keys("s")
  expect.equality(child.lua_get("#cmp.matching()"), 1)
  child.lua("cmp.confirm(1)")
  expect.equality(child.text(), SUM)
end

T["nvim-cmp"]["inserts the first line's indentation, whichever range it replaces"] = MiniTest.new_set({
  parametrize = { { false }, { true } },
})
T["nvim-cmp"]["inserts the first line's indentation, whichever range it replaces"]["replacing"] = function(replace)
  cmp({ "for a in b:", "  " }, { "        x = 1\n        y = 2" })
  child.type_keys("A", " ")
  child.lua("cmp.complete('auto')")
  wait_answers("cmp", 1)
  child.lua("cmp.confirm(1, ...)", { replace })
  expect.equality(child.text(), "for a in b:\n        x = 1\n        y = 2")
end

T["nvim-cmp"]["is called twice by hand, the second time with all"] = function()
  cmp({ "total =  # é" }, { "total = sum(values)", "total = 0" })
  child.api.nvim_win_set_cursor(0, { 1, 7 })
  child.type_keys("i", " ")
  child.lua("cmp.complete('manual')")
  wait_answers("cmp", 2)
  local labels = child.lua_get("vim.tbl_map(function(entry) return entry.label end, cmp.entries)")
  expect.equality(labels, { "sum(values)", "0" })
end

T["nvim-cmp"]["is not asked in other buffers"] = function()
  cmp({ "x" }, { "x = 1" })
  child.cmd("enew")
  child.type_keys("i", "x")
  expect.equality(child.lua_get("cmp.complete('manual')"), false)
end

T["omni completion"] = MiniTest.new_set()

local function omni(lines, suggestions)
  child.script(lines, suggestions, { ghost = false, omnifunc = true })
  child.o.completeopt = "menuone,noselect"
  helpers.wait_for("the function", function()
    return child.bo.omnifunc ~= ""
  end)
  child.type_keys("A", "<C-x><C-o>")
end

local function wait_menu()
  helpers.wait_for("the menu", function()
    return child.fn.pumvisible() == 1
  end)
end

T["omni completion"]["lists the alternatives and inserts all lines of one"] = function()
  omni({ "total = " }, { SUM, "total = 0" })
  wait_menu()
  local found = vim.tbl_map(function(item)
    return item.abbr
  end, child.fn.complete_info({ "items" }).items)
  expect.equality(found, { "first + second", "0" })
  child.type_keys("<C-n>", "<C-y>")
  helpers.wait_for("the accepted text", function()
    return child.text() == SUM
  end)
  helpers.wait_for("the count", function()
    return #child.sent("workspace/executeCommand") == 1
  end)
end

T["omni completion"]["inserts no further line of what is left"] = function()
  omni({ "total = fi" }, { SUM })
  wait_menu()
  child.type_keys("<C-n>", "<C-e>")
  expect.equality(child.text(), "total = fi")
end

T["omni completion"]["says that there is nothing"] = function()
  omni({ "nothing" }, {})
  child.wait_message("nothing to suggest here")
end

return T
