-- Suggestions in Neovim's own completion menu, without this plugin: vim.lsp.completion against the real server.
local helpers = require("helpers")
local expect = MiniTest.expect
local child = helpers.new_child()
local T = helpers.new_set(child)

if not vim.lsp.completion then
  -- Neovim 0.10 has none.
  return T
end

local POINT = helpers.POINT
-- The cursor's line is blank, and the suggestion begins deeper than the cursor.
local MEAN = { "def mean(values):", "    total = 0", "    for value in values:", "" }

--- Opens lines in a buffer whose only server is ours, in the menu.
local function start(lines, options)
  child.o.completeopt = "menuone,noselect"
  child.open(lines)
  child.lua(
    [[
    local server, options = ...
    local id = vim.lsp.start({ name = "codegen", cmd = { server, "--stdio" }, init_options = options })
    _G.enable = function()
      vim.lsp.completion.enable(true, id, 0, { autotrigger = true })
    end
  ]],
    { helpers.server, vim.tbl_extend("force", { completion = { enabled = true } }, options or {}) }
  )
  child.wait_attached()
  child.lua("enable()")
end

--- What the inline suggestion at the cursor puts before and into the buffer, white space on blank lines aside.
local function inline()
  local answer = helpers.wait_for("an inline suggestion", function()
    local found = child.lua_get([[(function()
      local client = vim.lsp.get_clients({ name = "codegen" })[1]
      local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
      params.context = { triggerKind = 2 }
      local answer = client:request_sync("textDocument/inlineCompletion", params, 60000, 0)
      return answer and answer.result or false
    end)()]])
    return type(found) == "table" and found.items and found.items[1]
  end)
  return answer.insertText
end

local function trimmed(text)
  return (text:gsub("\n[ \t]+\n", "\n\n"))
end

--- Waits for the menu, and returns the server's entry in it.
local function wait_entry()
  return helpers.wait_for("the menu", function()
    local found = child.lua_get([[(function()
      for _, item in ipairs(vim.fn.pumvisible() == 1 and vim.fn.complete_info({ "items" }).items or {}) do
        local lsp = type(item.user_data) == "table" and vim.tbl_get(item.user_data, "nvim", "lsp", "completion_item")
        if lsp then
          return lsp
        end
      end
      return false
    end)()]])
    return type(found) == "table" and found
  end)
end

--- Selects the first entry and accepts it.
local function accept(before)
  child.type_keys("<C-n>", "<C-y>")
  return helpers.wait_for("the accepted text", function()
    local text = child.text()
    -- The label stands there until the entry has been put in.
    return text ~= before and child.fn.pumvisible() == 0 and text
  end)
end

--- Waits until the buffer has the text: the server is asked for an entry's rest before it is put in.
local function wait_text(expected)
  helpers.wait_equal("the text", function()
    return trimmed(child.text())
  end, expected)
end

--- Whether the server has said that it has a menu.
local function is_offered()
  return child.lua_get([[(function()
    local client = vim.lsp.get_clients({ name = "codegen" })[1]
    return client.server_capabilities.completionProvider ~= nil
  end)()]])
end

T["opens by itself behind a space, and puts in what the ghost text would"] = function()
  start(POINT)
  child.type_keys("A", " ")
  local entry = wait_entry()
  local before = child.text()
  expect.equality(vim.startswith(entry.filterText, entry.label), true)
  child.type_keys("<C-e>")
  local said = inline()
  child.type_keys("<BS>", " ")
  wait_entry()
  accept(before)
  wait_text(trimmed(before .. said))
  expect.equality(child.is_inserting(), true)
end

T["keeps the indentation of the first line and of those below"] = function()
  start(MEAN)
  child.type_keys("A")
  local said, before = inline(), child.text()
  expect.no_equality(said:match("^ +"), nil)
  child.lua("vim.lsp.completion.get()")
  wait_entry()
  accept(before)
  wait_text(trimmed(before .. said))
end

T["replaces the word that is being typed"] = function()
  start({ "numbers = [1, 2]", "print(num" })
  child.type_keys("A")
  local said, before = inline(), child.text()
  child.lua("vim.lsp.completion.get()")
  local entry = wait_entry()
  expect.equality(entry.textEdit.range.start.character, #"print(")
  expect.equality(vim.startswith(entry.label, "num"), true)
  accept(before)
  wait_text(trimmed(before .. said))
end

T["follows what is typed on"] = function()
  start({ "numbers = [1, 2]", "print(nu" })
  child.type_keys("A")
  child.lua("vim.lsp.completion.get()")
  wait_entry()
  child.type_keys("m")
  helpers.wait_for("the entry for what is typed", function()
    local entry = wait_entry()
    return entry.textEdit.range["end"].character == #"print(num" and entry
  end)
  child.type_keys("<C-e>")
  local said, before = inline(), child.text()
  child.lua("vim.lsp.completion.get()")
  wait_entry()
  accept(before)
  wait_text(trimmed(before .. said))
end

T["counts columns after characters of every width"] = function()
  start({ "def greet(name):", "    text = \"𝄞漢字é\" +" })
  child.type_keys("A", " ")
  wait_entry()
  local before = child.text()
  child.type_keys("<C-e>")
  local said = inline()
  child.lua("vim.lsp.completion.get()")
  wait_entry()
  accept(before)
  wait_text(trimmed(before .. said))
end

T["is not offered where it is not wanted"] = function()
  start(POINT, { completion = { enabled = false } })
  expect.equality(is_offered(), false)
end

T["is offered by itself to a Neovim without inline completion"] = function()
  start(POINT, { completion = { enabled = "auto" } })
  expect.equality(is_offered(), child.lua_get("vim.lsp.inline_completion == nil"))
end

return T
