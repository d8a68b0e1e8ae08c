-- The pure part: what is left of a suggestion, and parts of it.
local text = require("codegen.ghost.text")
local expect = MiniTest.expect
local T = MiniTest.new_set()

T["rest"] = function()
  expect.equality(text.rest("return x", "ret"), "urn x")
  expect.equality(text.rest("return x", ""), "return x")
  expect.equality(text.rest("return x", "rex"), nil)
  expect.equality(text.rest("return x", "return x"), nil)
end

T["portion"] = function()
  expect.equality(text.portion(" foo(bar)", "word"), " foo")
  expect.equality(text.portion("(bar)", "word"), "(")
  expect.equality(text.portion(" += 1", "word"), " +=")
  expect.equality(text.portion("漢字é + 1", "word"), "漢字é")
  expect.equality(text.portion("\n    return x", "word"), "\n    return")
  expect.equality(text.portion("   ", "word"), "   ")
  expect.equality(text.portion("a + b\n  c", "line"), "a + b")
  expect.equality(text.portion("\n  c\n  d", "line"), "\n  c")
  expect.equality(text.portion("a\nb", "all"), "a\nb")
end

T["indents_first"] = function()
  for _, case in ipairs({
    -- before the cursor, from the cursor on, 'tabstop', expected
    { "", "    x = 1", 8, true },
    { "    ", "    x = 1", 8, true },
    { "    ", "x = 1", 8, false },
    { "", "x = 1\n    y", 8, false },
    { "", "\n    x", 8, false },
    { "", "  \n    x", 8, true },
    { "\t", "\tx = 1", 8, true },
    { "", "\tx = 1", 1, true },
    { "  ", "\tx = 1", 8, true },
    { "x =", " 1", 8, false },
    { "  x", "  = 1", 8, false },
    { "é", "    x", 8, false },
    { "\t", "    x = 1", 4, true },
  }) do
    expect.equality({ case, text.indents_first(case[1], case[2], case[3]) }, { case, case[4] })
  end
end

T["indents_first, to the column of the class's members"] = function()
  for _, case in ipairs({
    { "", "def g", 4, true },
    { "    ", "def g", 4, false },
    { "    ", "def g", 2, false },
    { "", "    def g", 4, true },
    { "", "\n    def g", 4, false },
    { "x", "", 4, false },
  }) do
    expect.equality({ case, text.indents_first(case[1], case[2], 8, case[3]) }, { case, case[4] })
  end
end

T["member_column"] = function()
  local class = { "import a", "class A:", "    def f(self):", "        return 1" }
  local function column(...)
    return text.member_column(vim.list_extend(vim.list_slice(class), { ... }), 8)
  end
  expect.equality(column(), 4)
  expect.equality(column(""), 4)
  expect.equality(column("", "    "), nil)
  expect.equality(column("def g():"), nil)
  expect.equality(column("def g():", "    return 1"), nil)
  expect.equality(column("    class B:", "        x = 1"), 8)
  expect.equality(text.member_column({ "class A:", "\tx = 1" }, 8), 8)
  expect.equality(text.member_column({ "class A:" }, 8), nil)
  expect.equality(text.member_column({ "classes = [", "    1," }, 8), nil)
  expect.equality(text.member_column({ "def f():", "    return 1" }, 8), nil)
  expect.equality(text.member_column({}, 8), nil)
end

T["normalise"] = function()
  expect.equality(text.normalise("a\r\nb\rc\nd"), "a\nb\nc\nd")
end

return T
