-- Ghost text from the real server and the built-in model, drawn by this plugin and, where there is one, by Neovim.
local helpers = require("helpers")
local expect = MiniTest.expect
local child = helpers.new_child()

local parameters = vim.tbl_map(function(kind)
  return { kind }
end, helpers.kinds)

local T = helpers.new_set(child, { parametrize = parameters })

-- The built-in model is small, but it knows to say a name of several letters here; no test looks at which one.
local POINT = { "class Point:", "    def __init__(self, name, value):", "        self.name =" }

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

T["goes when insert mode ends"] = function(kind)
  start(kind, POINT)
  child.type_keys("A", " ")
  child.wait_ghost()
  child.type_keys("<Esc>")
  expect.equality(child.ghost(), nil)
  expect.equality(child.lua_get("require('codegen').accept()"), false)
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

T["leaves Tab to the mapping it had before"] = function(kind)
  child.lua([[vim.keymap.set("i", "<Tab>", function() return "mapped" end, { expr = true })]])
  child.setup({ ghost = kind, settings = { inline = { enabled = false } } })
  child.open({ "" })
  child.wait_attached()
  child.type_keys("i", "<Tab>")
  expect.equality(child.text(), "mapped")
end

T["leaves Tab to the mapping the buffer had before"] = function(kind)
  child.lua([[
    vim.keymap.set("i", "<Tab>", function() return "everywhere" end, { expr = true })
    vim.api.nvim_create_autocmd("FileType", { callback = function(event)
      vim.keymap.set("i", "<Tab>", function() return "here" end, { expr = true, buffer = event.buf })
    end })
  ]])
  child.setup({ ghost = kind, settings = { inline = { enabled = false } } })
  child.open({ "" })
  child.wait_attached()
  child.type_keys("i", "<Tab>")
  expect.equality(child.text(), "here")
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
