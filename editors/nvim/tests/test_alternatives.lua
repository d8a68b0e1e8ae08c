-- Alternatives, parts, and asking by hand, against a scripted server.
local helpers = require("helpers")
local expect = MiniTest.expect
local child = helpers.new_child()
require("scripted").add(child)
local T = helpers.new_set(child)

local KEYS = {
  accept_word = "<M-w>",
  accept_line = "<M-l>",
  next = "<M-n>",
  previous = "<M-p>",
  dismiss = "<C-]>",
  trigger = "<M-t>",
}
local THREE = { "total = first + second\nprint(total)", "total = 0", "total = sum(values)" }

local function start(kind)
  child.script({ "total =" }, THREE, { keys = KEYS, ghost = kind })
  child.type_keys("A", " ")
end

T["are asked for with the first key, and go round"] = helpers.of_both_kinds()
T["are asked for with the first key, and go round"]["of the kind"] = function(kind)
  start(kind)
  child.expect_ghost("first + second\nprint(total)")
  child.type_keys("<M-n>")
  child.expect_ghost("0 (2/3)")
  child.type_keys("<M-n>")
  child.expect_ghost("sum(values) (3/3)")
  child.type_keys("<M-n>")
  child.expect_ghost("first + second (1/3)\nprint(total)")
  child.type_keys("<M-p>")
  child.expect_ghost("sum(values) (3/3)")
  local kinds = vim.tbl_map(function(params)
    return params.context.triggerKind
  end, child.sent("textDocument/inlineCompletion"))
  -- By typing first, and once by hand: what was asked for is not asked for again.
  expect.equality(kinds[1], 2)
  expect.equality(table.concat(kinds):gsub("2", ""), "1")
  child.type_keys("<Tab>")
  child.expect_text("total = sum(values)")
  expect.equality(child.sent("workspace/executeCommand")[1].arguments[1], 3)
end

T["begin with the last one by the key for the previous"] = function()
  start("own")
  child.expect_ghost("first + second\nprint(total)")
  child.type_keys("<M-p>")
  child.expect_ghost("sum(values) (3/3)")
end

T["that do not begin with what is typed are left out"] = function()
  start("own")
  child.expect_ghost("first + second\nprint(total)")
  child.type_keys("<M-n>")
  child.expect_ghost("0 (2/3)")
  child.type_keys("s")
  child.expect_ghost("um(values)")
  child.type_keys("<Tab>")
  child.expect_text("total = sum(values)")
end

T["are missing where there is one suggestion, which is said"] = function()
  child.script({ "total =" }, { "total = 0" }, { keys = KEYS, ghost = "own" })
  child.type_keys("A", " ")
  child.expect_ghost("0")
  child.type_keys("<M-n>")
  child.wait_message("there is no other suggestion here")
  expect.equality(child.ghost_at_cursor(), "0")
end

T["leave their keys alone where nothing is shown"] = function()
  child.script({ "x" }, {}, { ghost = "own", keys = { next = "n", previous = "p", dismiss = "d" } })
  child.type_keys("A", "npd")
  expect.equality(child.text(), "xnpd")
end

T["a suggestion asked for by hand comes where none come by themselves"] = helpers.of_both_kinds()
T["a suggestion asked for by hand comes where none come by themselves"]["of the kind"] = function(kind)
  start(kind)
  child.expect_ghost("first + second\nprint(total)")
  child.lua("require('codegen').enable(false, 0)")
  child.type_keys("<BS>", " ")
  child.wait_no_ghost()
  child.type_keys("<M-t>")
  child.expect_ghost("first + second (1/3)\nprint(total)")
end

T["that nothing comes when asked by hand is said"] = function()
  child.script({ "" }, {}, { keys = KEYS, ghost = "own" })
  child.type_keys("i", "<M-t>")
  child.wait_message("nothing to suggest here")
end

T["asking by hand outside of insert mode says where it works"] = function()
  child.script({ "" }, {}, { ghost = "own" })
  child.lua("require('codegen').trigger()")
  child.wait_message("suggestions are made in insert mode")
end

--- Has every redraw of the child remember whether the ghost text stood.
local function watch_redraws()
  child.lua([[
    _G.redraws = { with = 0, without = 0 }
    local own = vim.api.nvim_create_namespace("codegen.ghost")
    local builtin = vim.api.nvim_create_namespace("nvim.lsp.inline_completion")
    vim.api.nvim_set_decoration_provider(vim.api.nvim_create_namespace("watch"), {
      on_win = function(_, _, buf)
        local marks = vim.api.nvim_buf_get_extmarks(buf, own, 0, -1, {})
        local others = vim.api.nvim_buf_get_extmarks(buf, builtin, 0, -1, {})
        local kind = #marks + #others > 0 and "with" or "without"
        _G.redraws[kind] = _G.redraws[kind] + 1
      end,
    })
  ]])
end

T["a word or a line is taken, and the rest stands without flicker"] = helpers.of_both_kinds()
T["a word or a line is taken, and the rest stands without flicker"]["of the kind"] = function(kind)
  start(kind)
  child.lua("table.insert(server.suggestions, 'print(total)')")
  child.expect_ghost("first + second\nprint(total)")
  watch_redraws()
  for _, step in ipairs({
    { "<M-w>", "total = first", " + second\nprint(total)" },
    { "<M-w>", "total = first +", " second\nprint(total)" },
    { "<M-l>", "total = first + second", "\nprint(total)" },
    { "<M-w>", "total = first + second\nprint", "(total)" },
  }) do
    child.type_keys(step[1])
    child.expect_text(step[2])
    child.expect_ghost(step[3])
    child.cmd("redraw")
  end
  expect.equality(child.lua_get("_G.redraws.without"), 0)
  expect.equality(child.lua_get("_G.redraws.with") > 0, true)
  child.type_keys("<Tab>")
  child.expect_text("total = first + second\nprint(total)")
  -- In UTF-16 code units of the whole item, parts that were taken before included.
  local lengths = vim.tbl_map(function(params)
    return params.acceptedLength
  end, child.sent("textDocument/didPartiallyAcceptCompletion"))
  expect.equality(lengths[1], #"total = first")
  expect.equality(lengths[2], #"total = first +")
end

T["parts are counted in UTF-16, and undone one by one"] = function()
  child.script({ "x =" }, { "x = 𝄞漢 + y" }, { keys = KEYS, ghost = "own" })
  child.type_keys("A", " ")
  child.expect_ghost("𝄞漢 + y")
  child.type_keys("<M-w>")
  child.expect_text("x = 𝄞漢")
  helpers.wait_for("the notification", function()
    return #child.sent("textDocument/didPartiallyAcceptCompletion") == 1
  end)
  expect.equality(child.sent("textDocument/didPartiallyAcceptCompletion")[1].acceptedLength, 7)
  child.type_keys("<M-w>")
  child.expect_text("x = 𝄞漢 +")
  child.type_keys("<Esc>", "u")
  expect.equality(child.text(), "x = 𝄞漢")
  child.type_keys("u")
  expect.equality(child.text(), "x = ")
end

T["dismissing lasts until the next key, and is told"] = helpers.of_both_kinds()
T["dismissing lasts until the next key, and is told"]["of the kind"] = function(kind)
  start(kind)
  child.expect_ghost("first + second\nprint(total)")
  child.type_keys("<C-]>")
  child.wait_no_ghost()
  expect.equality(#child.events("CodegenDismissed"), 1)
  child.type_keys("f")
  child.expect_ghost("irst + second\nprint(total)")
end

T["User autocommands tell what is shown and accepted"] = helpers.of_both_kinds()
T["User autocommands tell what is shown and accepted"]["of the kind"] = function(kind)
  start(kind)
  child.expect_ghost("first + second\nprint(total)")
  child.type_keys("<M-w>")
  child.expect_text("total = first")
  child.type_keys("<Tab>")
  child.expect_text("total = first + second\nprint(total)")
  local shown, accepted = child.events("CodegenShown"), child.events("CodegenAccepted")
  expect.equality(vim.trim(shown[1].text), "first + second\nprint(total)")
  expect.equality({ shown[1].index, shown[1].count }, { 1, 1 })
  expect.equality({ accepted[1].text, accepted[1].part, accepted[1].whole }, { "first", "word", false })
  expect.equality({ accepted[2].text, accepted[2].part, accepted[2].whole }, { " + second\nprint(total)", "all", true })
  -- The server is told, too; Neovim's own does not say what it shows.
  if kind == "builtin" then
    return
  end
  expect.equality(child.sent("textDocument/didShowCompletion")[1].item.command.arguments[1], 1)
  expect.equality(child.sent("workspace/executeCommand")[1].command, "codegen.accepted")
end

T["requests say the version and the indentation"] = function()
  child.script({ "total =" }, THREE)
  child.cmd("setlocal shiftwidth=3 noexpandtab")
  child.type_keys("A", " ")
  child.expect_ghost("first + second\nprint(total)")
  local sent = child.sent("textDocument/inlineCompletion")
  local params = sent[#sent]
  expect.equality(params.formattingOptions, { tabSize = 3, insertSpaces = false })
  expect.equality(params.textDocument.version, child.lua_get("vim.lsp.util.buf_versions[vim.api.nvim_get_current_buf()]"))
end

return T
