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

local differing = require("codegen.differing")

T["candidates that begin alike are named by where they differ"] = function()
  local long = "result = some_function_with_a_long_name(argument_one, argument_two, argument_three, %d)"
  for _, case in ipairs({
    { { "only\n" }, { "only" } },
    { { "a = 1\nb = 2\n", "c = 1\n" }, { "a = 1 … +1", "c = 1" } },
    { { "a = 0\nb = 1\n", "a = 0\nb = 2\nc = 3\n" }, { "a = 0 ⏎ b = 1", "a = 0 ⏎ b = 2 … +1" } },
    {
      { "a = 0\nfor x in xs:\n    a += x\n", "a = 0\nfor x in xs:\n    a -= x\n", "a = 0\n" },
      { "a = 0 … a += x", "a = 0 … a -= x", "a = 0, then ends" },
    },
    { { "a = 0\nb = 1\n", "a = 0\nb = 1\nc = 2\n" }, { "a = 0 … +1, then ends", "a = 0 … c = 2" } },
    {
      { long:format(5), long:format(6) },
      { "…ong_name(argument_one, argument_two, argument_three, 5)", "…ong_name(argument_one, argument_two, argument_three, 6)" },
    },
    {
      { ("é"):rep(80) .. "a", ("é"):rep(80) .. "b" },
      { "…" .. ("é"):rep(54) .. "a", "…" .. ("é"):rep(54) .. "b" },
    },
    {
      { "x = 1\n" .. ("y"):rep(60) .. "1", "x = 1\n" .. ("y"):rep(60) .. "2" },
      { "x = 1 ⏎ …" .. ("y"):rep(26) .. "1", "x = 1 ⏎ …" .. ("y"):rep(26) .. "2" },
    },
  }) do
    expect.equality(differing.labels(case[1]), case[2])
  end
end

return T
