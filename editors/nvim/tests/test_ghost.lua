-- Ghost text from the real server and the built-in model, drawn by this plugin and, where there is one, by Neovim.
local helpers = require("helpers")
local expect = MiniTest.expect
local child = helpers.new_child()

local T = helpers.new_set(child, { parametrize = helpers.per_kind })

local POINT = helpers.POINT

local function start(kind, lines)
  child.setup({ ghost = kind })
  child.open(lines)
  child.wait_attached()
end

T["appears while typing, and Tab inserts exactly what was shown"] = function(kind)
  start(kind, POINT)
  child.type_keys("A", " ")
  local before, ghost = child.text(), child.wait_ghost()
  expect.no_equality(ghost, "")
  child.type_keys("<Tab>")
  helpers.wait_for("the accepted text", function()
    return child.text() ~= before
  end)
  expect.equality(child.text(), before .. ghost)
  -- The cursor is where one goes on typing.
  local last = vim.split(child.text(), "\n")
  expect.equality(child.api.nvim_win_get_cursor(0), { #last, #last[#last] })
  expect.equality(child.api.nvim_get_mode().mode, "i")
end

T["is one undo step"] = function(kind)
  start(kind, POINT)
  child.type_keys("A", " ")
  local before = child.text()
  child.wait_ghost()
  child.type_keys("<Tab>")
  helpers.wait_for("the accepted text", function()
    return child.text() ~= before
  end)
  child.type_keys("<Esc>", "u")
  expect.equality(child.text(), before)
end

T["counts columns right after characters of every width"] = function(kind)
  start(kind, { "def greet(name):", "    text = \"𝄞漢字é\" +" })
  child.type_keys("A", " ")
  local before, ghost = child.text(), child.wait_ghost()
  child.type_keys("<Tab>")
  helpers.wait_for("the accepted text", function()
    return child.text() ~= before
  end)
  expect.equality(child.text(), before .. ghost)
end

--- Accepts what is shown by <Tab>, and returns it.
local function accept()
  local before, ghost = child.text(), child.wait_ghost()
  child.type_keys("<Tab>")
  helpers.wait_for("the accepted text", function()
    return child.text() ~= before
  end)
  return ghost
end

-- Each leaves insert mode, or the place of the ghost text, in another way.
local WAYS_OUT = {
  "<Esc>",
  "<C-c>",
  "<C-o>",
  "<C-o>:",
  "<C-o>v",
  "<C-r>=",
  "<C-\\><C-n>",
  "<Insert>",
  "<Cmd>stopinsert<CR>",
  "<Cmd>new<CR>",
  "<Cmd>tabnew<CR>",
  "<Cmd>split<CR>",
}

T["goes when insert mode ends"] = MiniTest.new_set({
  parametrize = vim.tbl_map(function(keys)
    return { keys }
  end, WAYS_OUT),
})

T["goes when insert mode ends"]["by"] = function(kind, keys)
  start(kind, POINT)
  child.type_keys("A", " ")
  child.wait_ghost()
  local buf = child.api.nvim_get_current_buf()
  child.type_keys(keys)
  helpers.wait_for("the ghost text to go after " .. keys, function()
    return not child.ghost(buf) or (child.is_inserting() and child.ghost_at_cursor())
  end)
  if not child.is_inserting() then
    expect.equality(child.lua_get("require('codegen').is_visible()"), false)
    expect.equality(child.lua_get("require('codegen').accept()"), false)
  end
end

T["does not arrive after insert mode was left, and comes back with it"] = function(kind)
  start(kind, POINT)
  child.type_keys("A", " ", "<C-c>")
  -- Longer than either kind waits before it asks.
  vim.uv.sleep(600)
  expect.equality(child.ghost(), nil)
  child.type_keys("gg0")
  expect.equality(child.ghost(), nil)
  child.type_keys("GA", " ", "<BS>")
  child.wait_ghost()
end

T["goes with a window change by a timer"] = function(kind)
  start(kind, POINT)
  child.cmd("split | wincmd p | 1 | wincmd p")
  child.type_keys("A", " ")
  child.wait_ghost()
  child.lua([[vim.defer_fn(function() vim.cmd.wincmd("p") end, 0)]])
  helpers.wait_for("the ghost text to go", function()
    local _, row = child.ghost()
    return row ~= #POINT - 1
  end)
end

T["lets Tab indent where the line lacks indentation"] = function(kind)
  start(kind, { "def mean(values):", "    total = 0", "    for value in values:", "" })
  child.type_keys("A")
  local ghost = child.wait_ghost()
  local white = #ghost:match("^ *")
  expect.no_equality(white, 0)
  for column = 4, white, 4 do
    child.type_keys("<Tab>")
    expect.equality(child.api.nvim_get_current_line(), (" "):rep(column))
    expect.equality(child.wait_ghost(), ghost:sub(column + 1))
  end
  expect.equality(accept(), ghost:sub(white + 1))
  expect.equality(child.text(), "def mean(values):\n    total = 0\n    for value in values:\n" .. ghost)
end

T["is inserted verbatim, whatever the buffer's options"] = function(kind)
  start(kind, { "def mean(values):", "    total = 0", "    for value in values:", "" })
  child.cmd("setlocal autoindent smartindent textwidth=12 formatoptions=tcroq indentkeys+==,o,O")
  child.cmd("inoreabbrev <buffer> total sum")
  child.lua([[vim.paste = function() error("the user's own") end]])
  child.type_keys("A")
  local before, ghost = child.text(), child.wait_ghost()
  expect.equality(child.lua_get("require('codegen').accept()"), true)
  helpers.wait_for("the accepted text", function()
    return child.text() ~= before
  end)
  expect.equality(child.text(), before .. ghost)
end

T["is repeated by dot, between what is typed before and after"] = function(kind)
  if vim.fn.has("nvim-0.11") == 0 then
    -- Its nvim_paste() is not repeated.
    return
  end
  start(kind, POINT)
  child.type_keys("o", "        self.x =", " ")
  local before = child.text()
  local typed = "        self.x = " .. accept()
  expect.equality(child.text(), before .. typed:sub(#"        self.x = " + 1))
  child.type_keys("#", "<Esc>")
  local once = child.text()
  child.type_keys("G", ".")
  expect.equality(child.text(), once .. "\n" .. typed .. "#")
  -- What was accepted is an undo step of its own; a repetition is one as a whole.
  child.type_keys("u")
  expect.equality(child.text(), once)
  child.type_keys("u")
  expect.equality(child.text(), once:sub(1, -2))
  child.type_keys("u")
  expect.equality(child.text(), before)
end

T["follows what is typed through, and inserts the rest once"] = function(kind)
  start(kind, POINT)
  child.type_keys("A", " ")
  local before, ghost = child.text(), child.wait_ghost()
  local first = vim.fn.strcharpart(ghost, 0, 1)
  child.type_keys(first)
  expect.equality(child.ghost(), ghost:sub(#first + 1))
  child.type_keys("<Tab>")
  helpers.wait_for("the accepted text", function()
    return child.text() ~= before .. first
  end)
  expect.equality(child.text(), before .. ghost)
end

T["is not left behind when the cursor moves away"] = function(kind)
  if kind == "builtin" then
    -- Neovim's own keeps an item until the next answer.
    return
  end
  start(kind, POINT)
  child.type_keys("A", " ")
  child.wait_ghost()
  child.type_keys("<Up>")
  expect.equality(child.ghost(), nil)
end

T["makes room for the completion menu"] = function(kind)
  if kind == "builtin" then
    return
  end
  start(kind, POINT)
  child.o.completeopt = "menuone"
  child.type_keys("A", " ")
  child.wait_ghost()
  child.type_keys("<C-x><C-n>")
  expect.equality(child.fn.pumvisible(), 1)
  expect.equality(child.ghost(), nil)
end

T["leaves Tab alone where nothing is shown"] = function(kind)
  child.setup({ ghost = kind, settings = { inline = { enabled = false } } })
  child.open({ "" })
  child.wait_attached()
  child.type_keys("i", "<Tab>", "x")
  expect.equality(child.text(), "    x")
end

T["gives a word or a line where only that is wanted"] = function(kind)
  child.setup({ ghost = kind, keys = { accept_word = "<M-w>", accept_line = "<M-l>" } })
  child.open(POINT)
  child.wait_attached()
  child.type_keys("A", " ")
  local before, ghost = child.text(), child.wait_ghost()
  local word = child.lua_get("require('codegen.ghost.text').portion(..., 'word')", { ghost })
  child.type_keys("<M-w>")
  helpers.wait_for("the accepted word", function()
    return child.text() ~= before
  end)
  expect.equality(child.text(), before .. word)
end

T["can be dismissed"] = function(kind)
  child.setup({ ghost = kind, keys = { dismiss = "<C-]>" } })
  child.open(POINT)
  child.wait_attached()
  child.type_keys("A", " ")
  local before = child.text()
  child.wait_ghost()
  child.type_keys("<C-]>")
  helpers.wait_for("the ghost text to go", function()
    return not child.ghost()
  end)
  expect.equality(child.text(), before)
end

return T
