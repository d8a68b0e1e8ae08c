-- Ghost text beside Neovim's own menu: it goes on from the selected entry, or is not there.
local helpers = require("helpers")
local expect = MiniTest.expect
local child = helpers.new_child()
require("scripted").add(child)
local T = helpers.new_set(child)

local SUM = { "total = first + second\nprint(total)" }

local function start(options, completeopt)
  child.script({ "total =" }, SUM, vim.tbl_extend("force", { show_with_menu = true, keys = { accept = "<C-f>" } }, options or {}))
  child.o.completeopt = completeopt or "menuone,noinsert"
  child.lua([[vim.keymap.set("i", "<F5>", function()
    local start = #vim.api.nvim_get_current_line():match("^.-[%w_]*$") - #vim.api.nvim_get_current_line():match("[%w_]*$")
    vim.fn.complete(start + 1, { "first", "firstly", "total" })
  end)]])
end

--- What the server was told of the selected entry in the last request, as text and columns.
local function told()
  local sent = child.sent("textDocument/inlineCompletion")
  local info = sent[#sent].context.selectedCompletionInfo
  return info and { info.text, info.range.start.character, info.range["end"].character }
end

local function wait_told(expected)
  helpers.wait_equal("the request", told, expected)
end

T["where an entry begins"] = function()
  local menu = require("codegen.menu")
  for _, case in ipairs({
    -- the line up to the cursor, the entry, where it begins
    { "total = f", "first", 8 },
    { "total = first", "first", 8 },
    { "total = ", "first", 8 },
    { "self.na", "name", 5 },
    { "self.", "name", 5 },
    { "éa", "éab", 0 },
    { "x", "first", nil },
    { "fx", "xylophone", nil },
    { "fi", "First", nil },
    { "f(", "(a)", 1 },
    { "", "a", 0 },
  }) do
    expect.equality({ case[1], menu.start_of(case[1], case[2]) }, { case[1], case[3] })
  end
end

T["goes on from an entry that is selected, but not inserted"] = function()
  start()
  child.type_keys("A", " f")
  child.expect_ghost("irst + second\nprint(total)")
  child.type_keys("<F5>")
  wait_told({ "first", 8, 9 })
  child.expect_ghost("irst + second\nprint(total)")
  expect.equality(child.fn.pumvisible(), 1)
  -- With noinsert an arrow selects, and does not insert.
  child.type_keys("<Down>")
  wait_told({ "firstly", 8, 9 })
  child.expect_ghost(nil)
  child.type_keys("<Up>")
  child.expect_ghost("irst + second\nprint(total)")
  child.type_keys("<C-f>")
  helpers.wait_for("the accepted text", function()
    return child.text() == SUM[1]
  end)
  expect.equality(child.fn.pumvisible(), 0)
end

T["goes on from an entry that the menu has inserted"] = function()
  start({}, "menuone,noselect")
  child.type_keys("A", " f")
  child.wait_ghost()
  child.type_keys("<F5>")
  expect.equality(told(), nil)
  child.expect_ghost("irst + second\nprint(total)")
  child.type_keys("<C-n>")
  wait_told({ "first", 8, 13 })
  child.expect_ghost(" + second\nprint(total)")
  child.type_keys("<C-n>")
  child.expect_ghost(nil)
  expect.equality(child.text(), "total = firstly")
end

T["looking at the entry copies no others"] = function()
  if vim.fn.has("nvim-0.11") == 0 then
    -- It gives one entry only with all of them.
    return
  end
  start()
  child.lua([[
    _G.whats = {}
    local complete_info = vim.fn.complete_info
    vim.fn.complete_info = function(what)
      table.insert(_G.whats, table.concat(what, ","))
      return complete_info(what)
    end
  ]])
  child.type_keys("A", " f", "<F5>")
  wait_told({ "first", 8, 9 })
  child.type_keys("<Down>")
  wait_told({ "firstly", 8, 9 })
  local whats = child.lua_get("_G.whats")
  expect.equality({ vim.tbl_contains(whats, "selected"), vim.tbl_contains(whats, "items") }, { true, false })
end

T["is not there beside an entry that something else is replaced by"] = function()
  start({}, "menuone,noinsert")
  child.type_keys("A", " f")
  child.expect_ghost("irst + second\nprint(total)")
  local asked = #child.sent("textDocument/inlineCompletion")
  child.lua([[vim.schedule(function() vim.fn.complete(9, { "Forth" }) end)]])
  helpers.wait_for("the menu", function()
    return child.fn.pumvisible() == 1
  end)
  child.expect_ghost(nil)
  expect.equality(#child.sent("textDocument/inlineCompletion"), asked)
end

T["comes beside a menu only where that is wanted, or by hand"] = function()
  start({ show_with_menu = false, keys = { trigger = "<C-f>" } })
  child.type_keys("A", " f")
  child.expect_ghost("irst + second\nprint(total)")
  local asked = #child.sent("textDocument/inlineCompletion")
  child.type_keys("<F5>")
  child.expect_ghost(nil)
  expect.equality(#child.sent("textDocument/inlineCompletion"), asked)
  child.type_keys("<C-f>")
  child.expect_ghost("irst + second\nprint(total)")
  expect.equality(told(), { "first", 8, 9 })
  expect.equality(child.fn.pumvisible(), 1)
end

T["drawn by Neovim, it is there only where it goes on from the entry"] = function()
  if not vim.lsp.inline_completion then
    return
  end
  start({ ghost = "builtin" })
  child.type_keys("A", " f")
  child.expect_ghost("irst + second\nprint(total)")
  child.type_keys("<F5>")
  child.expect_ghost("irst + second\nprint(total)")
  child.type_keys("<Down>")
  child.expect_ghost(nil)
end

T["a real server goes on from the entry, or suggests nothing"] = function()
  child.setup({ ghost = "own", show_with_menu = true })
  child.open({ "numbers = [1, 2]", "numerals = [3]", "print(nu" })
  child.wait_attached()
  child.o.completeopt = "menuone,noinsert"
  child.lua([[
    _G.asked, _G.answered = {}, 0
    local client = require("codegen.client")
    local request = client.request
    client.request = function(server, method, params, handler, buf)
      if method ~= "textDocument/inlineCompletion" then
        return request(server, method, params, handler, buf)
      end
      table.insert(_G.asked, params.context.selectedCompletionInfo or false)
      return request(server, method, params, function(...)
        handler(...)
        _G.answered = _G.answered + 1
      end, buf)
    end
  ]])
  child.type_keys("A", "m", "<BS>")
  child.lua([[vim.schedule(function() vim.fn.complete(7, { "numerals", "numbers" }) end)]])
  for _, word in ipairs({ "numerals", "numbers" }) do
    helpers.wait_for("the answer for " .. word, function()
      return child.lua_get([[_G.answered == #_G.asked and #_G.asked > 0 and (_G.asked[#_G.asked] or {}).text == (...) ]], { word })
    end)
    local ghost = child.ghost_at_cursor()
    expect.equality({ word, ghost == nil or vim.startswith("nu" .. ghost, word) }, { word, true })
    child.type_keys("<Down>")
  end
end

return T
