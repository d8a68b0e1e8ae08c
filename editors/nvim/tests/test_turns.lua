-- Turns: synthesized one after the other, written anew, chosen, explained.
local helpers = require("helpers")
local expect = MiniTest.expect
local child = helpers.new_child()
local T = helpers.new_set(child)

local THREE = {
  "# Assign the list [3, 8, 1, 12, 7] to a variable named numbers.",
  "",
  "# Sort numbers in descending order.",
  "",
  "# Print numbers.",
}

local function open(lines, options)
  child.setup(options)
  child.open(lines)
  child.wait_attached()
end

--- Remembers every answer to a command, so that a test can wait for it.
local function watch_answers()
  child.lua([[
    _G.answers = {}
    local client = require("codegen.client")
    local execute = client.execute
    client.execute = function(server, command, done)
      execute(server, command, function(err, result)
        if done then
          done(err, result)
        end
        table.insert(_G.answers, { command = command.command, err = err, result = result })
      end)
    end
  ]])
end

--- Waits for the `number`-th answer.
local function wait_answer(number)
  return helpers.wait_for("answer " .. number, function()
    return child.lua_get("#_G.answers") >= number and child.lua_get(("_G.answers[%d]"):format(number))
  end)
end

--- The code below the prompt that starts on a line (counted from 1).
local function code_below(prompt)
  local lines, code, inside = child.api.nvim_buf_get_lines(0, 0, -1, false), {}, false
  for _, line in ipairs(lines) do
    if line == prompt then
      inside = true
    elseif inside and vim.startswith(line, "#") then
      break
    elseif inside and line ~= "" then
      table.insert(code, line)
    end
  end
  return table.concat(code, "\n")
end

local function synthesize_all()
  watch_answers()
  child.cmd("CodegenSynthesizeAll")
  return wait_answer(1)
end

T[":CodegenSynthesizeAll writes three turns, each an undo step of its own"] = function()
  open(THREE)
  local before = child.text()
  local answer = synthesize_all()
  expect.equality(answer.result.outcome, "done")
  expect.equality(#answer.result.turns, 3)
  local after = child.text()
  for index, turn in ipairs(answer.result.turns) do
    expect.equality("# " .. turn.prompt, THREE[index * 2 - 1])
    expect.equality(vim.trim(turn.text), code_below("# " .. turn.prompt))
    expect.no_equality(vim.trim(turn.text), "")
  end
  -- Later turns go by the earlier ones, whose KV cache is still there.
  expect.equality(answer.result.turns[3].stats.reusedTokens > 20, true)
  for done = 2, 0, -1 do
    child.type_keys("u")
    local written = 0
    for _, index in ipairs({ 1, 3, 5 }) do
      written = written + (code_below(THREE[index]) ~= "" and 1 or 0)
    end
    expect.equality(written, done)
  end
  expect.equality(child.text(), before)
  child.type_keys("3<C-r>")
  expect.equality(child.text(), after)
end

T["a range of :CodegenSynthesize is where turns are written"] = function()
  open(THREE)
  watch_answers()
  child.cmd("3,5CodegenSynthesize")
  local answer = wait_answer(1)
  expect.equality(#answer.result.turns, 2)
  expect.equality(code_below(THREE[1]), "")
  expect.no_equality(code_below(THREE[5]), "")
end

T[":CodegenRegenerate! writes this turn and the later ones anew"] = function()
  open(THREE)
  synthesize_all()
  local first = code_below(THREE[1])
  child.lua("vim.api.nvim_win_set_cursor(0, { vim.fn.search('^# Sort', 'w'), 0 })")
  child.cmd("CodegenRegenerate!")
  local answer = wait_answer(2)
  expect.equality(answer.result.outcome, "done")
  expect.equality(#answer.result.turns, 2)
  expect.equality(code_below(THREE[1]), first)
  expect.equality(code_below(THREE[3]), vim.trim(answer.result.turns[1].text))
end

local function without_blank_lines(text)
  return table.concat(
    vim.tbl_filter(function(line)
      return vim.trim(line) ~= ""
    end, vim.split(text, "\n")),
    "\n"
  )
end

T[":CodegenCandidates offers what differs, and writes what is chosen"] = function()
  local prompt = "# Sort numbers in descending order."
  open({ "numbers = [3, 8, 1]", "", prompt }, { candidates = "select", settings = { synthesis = { temperature = 1.2, maxTokens = 24 } } })
  watch_answers()
  child.lua([[
    vim.ui.select = function(items, options, choose)
      _G.offered = vim.tbl_map(options.format_item, items)
      _G.chosen = items[#items]
      choose(items[#items])
    end
  ]])
  child.cmd("8CodegenCandidates")
  local answer = wait_answer(1)
  expect.equality(answer.command, "codegen.candidates")
  expect.equality(#answer.result.candidates > 1, true)
  expect.equality(wait_answer(2).result.outcome, "done")
  expect.equality(#child.lua_get("_G.offered"), #answer.result.candidates)
  expect.equality(without_blank_lines(child.lua_get("_G.chosen.text")), code_below(prompt))
  local chosen = child.text()
  child.cmd("CodegenNext")
  expect.equality(wait_answer(3).result.outcome, "done")
  expect.no_equality(child.text(), chosen)
  child.cmd("CodegenPrevious")
  expect.equality(wait_answer(4).result.outcome, "done")
  expect.equality(child.text(), chosen)
end

local OWN = {
  "import os",
  "",
  "# Put the numbers from 1 to 5 into a list named `numbers`.",
  "",
  "def important(path):",
  "    return sorted(os.listdir(path))",
}

T[":CodegenSynthesize keeps the code below a blank line"] = function()
  open(OWN)
  watch_answers()
  child.api.nvim_win_set_cursor(0, { 3, 5 })
  child.cmd("CodegenSynthesize")
  expect.equality(wait_answer(1).result.outcome, "done")
  local text = child.text()
  expect.equality(vim.startswith(text, table.concat({ OWN[1], OWN[2], OWN[3], "numbers" }, "\n")), true)
  expect.equality(vim.endswith(text, table.concat({ "", OWN[5], OWN[6] }, "\n")), true)
  child.type_keys("u")
  expect.equality(child.text(), table.concat(OWN, "\n"))
end

T["only :CodegenReplace replaces code directly below a prompt"] = function()
  local own = { OWN[3], "numbers = 'mine'", "more = 'mine'", "", "print(numbers)" }
  open(own)
  watch_answers()
  for index, command in ipairs({ "CodegenSynthesize", "CodegenRegenerate", "CodegenNext", "CodegenSynthesizeAll", "CodegenRegenerate!" }) do
    child.api.nvim_win_set_cursor(0, { 1, 0 })
    child.cmd(command)
    wait_answer(index)
    expect.equality(child.text(), table.concat(own, "\n"))
  end
  child.cmd("CodegenReplace")
  local answer = wait_answer(6)
  expect.equality(answer.result.outcome, "done")
  expect.equality(answer.result.message, "2 lines were replaced by generated code")
  expect.equality(vim.startswith(child.text(), own[1] .. "\n"), true)
  expect.equality(child.text():find("mine", 1, true), nil)
  expect.equality(vim.endswith(child.text(), "\n\nprint(numbers)"), true)
  child.type_keys("u")
  expect.equality(child.text(), table.concat(own, "\n"))
end

T[":CodegenExplain shows the very prompt and what made the code"] = function()
  open(THREE)
  synthesize_all()
  child.cmd("normal! G")
  child.cmd("CodegenExplain")
  wait_answer(2)
  local text = child.text()
  helpers.contains(text, { "State:    generated", "Sampling: the most likely text", "2 turns shown, 0 left out", THREE[5] })
  child.type_keys("q")
  expect.equality(vim.startswith(child.text(), THREE[1]), true)
end

T[":CodegenCancel leaves the buffer as it was"] = function()
  -- A prompt that the model answers at length, and many of them, so that there is something to cancel.
  local lines = {}
  for index = 1, 40 do
    vim.list_extend(lines, { ("# define a class number %d with many methods"):format(index), "" })
  end
  open(lines)
  watch_answers()
  child.lua([[
    _G.partials = 0
    local partial = require("codegen.partial")
    local show = partial.show
    partial.show = function(params)
      _G.partials = _G.partials + 1
      show(params)
    end
  ]])
  child.cmd("CodegenSynthesizeAll")
  helpers.wait_for("a preview", function()
    return child.lua_get("_G.partials") > 0
  end)
  child.cmd("CodegenCancel!")
  local answers = { wait_answer(1), wait_answer(2) }
  for _, answer in ipairs(answers) do
    if answer.command == "codegen.synthesizeAll" then
      expect.equality(answer.result.outcome, "cancelled")
      expect.equality(#answer.result.turns < 40, true)
    end
  end
  -- Nothing of the preview is left.
  local marks = child.lua_get([[vim.api.nvim_buf_get_extmarks(0, vim.api.nvim_create_namespace("codegen.partial"), 0, -1, {})]])
  expect.equality(marks, {})
end

T["what is typed elsewhere just before the code arrives is kept"] = function()
  open(THREE)
  -- The change is made when all has been written, and so before Neovim has told the server of it.
  child.lua([[
    local partial = require("codegen.partial")
    local show = partial.show
    partial.show = function(params)
      show(params)
      if params.done then
        vim.api.nvim_buf_set_lines(0, -1, -1, false, { "", "typed = 1" })
      end
    end
  ]])
  watch_answers()
  child.cmd("normal! gg")
  child.cmd("CodegenSynthesize")
  local answer = wait_answer(1)
  expect.equality(answer.result.outcome, "done")
  expect.equality(code_below(THREE[1]), vim.trim(answer.result.turns[1].text))
  expect.equality(vim.endswith(child.text(), "# Print numbers.\n\ntyped = 1"), true)
end

T["code that is being written is shown below its prompt"] = function()
  open(THREE)
  child.lua([[
    _G.seen = {}
    local partial = require("codegen.partial")
    local show = partial.show
    partial.show = function(params)
      show(params)
      local namespace = vim.api.nvim_create_namespace("codegen.partial")
      for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { details = true })) do
        for _, chunks in ipairs(mark[4].virt_lines or {}) do
          table.insert(_G.seen, { row = mark[2], text = chunks[1][1] })
        end
      end
    end
  ]])
  watch_answers()
  child.cmd("normal! gg")
  child.cmd("CodegenSynthesize")
  local text = wait_answer(1).result.turns[1].text
  local seen = child.lua_get("_G.seen")
  expect.equality(#seen > 0, true)
  for _, line in ipairs(seen) do
    expect.equality(line.row, 0)
  end
  expect.equality(text:find(vim.trim(seen[1].text), 1, true) ~= nil, true)
end

--- The titles of the lenses that are shown.
local function titles()
  return child.lua_get([[vim.tbl_map(function(found)
    -- From 0.12 on they come with the client that they are from.
    return (found.lens or found).command.title
  end, vim.lsp.codelens.get(vim.lsp.codelens.enable and { bufnr = 0 } or 0))]])
end

T["lenses stand over prompts, and one of them synthesizes"] = function()
  open(THREE, { code_lens = true })
  helpers.wait_for("lenses", function()
    return vim.tbl_contains(titles(), "Write code")
  end)
end

T["a sign says that code was edited, without a word of the server's"] = function()
  open(THREE)
  synthesize_all()
  local function signs()
    return child.lua_get([[vim.tbl_map(function(mark)
      return vim.trim(mark[4].sign_text)
    end, vim.api.nvim_buf_get_extmarks(0, vim.api.nvim_create_namespace("codegen.signs"), 0, -1, { details = true }))]])
  end
  child.wait_timers()
  expect.equality(signs(), {})
  child.api.nvim_win_set_cursor(0, { 2, 0 })
  child.type_keys("A", "  # mine", "<Esc>")
  helpers.wait_for("the sign", function()
    return vim.tbl_contains(signs(), "+")
  end)
end

T["lenses say nothing of work that has ended"] = function()
  open(THREE, { code_lens = true })
  synthesize_all()
  helpers.wait_for("lenses without work", function()
    local found = titles()
    return #found > 0 and not vim.tbl_contains(found, "Cancel") and vim.tbl_contains(found, "Regenerate")
  end)
end

T["wrong options of turns are named"] = function()
  child.lua("require('codegen').setup(...)", { { trusted = "yes", settings = { synthesis = { verify = "always" } } } })
  local message = child.lua_get("_G.messages[1]")
  expect.equality(message.text:find("`trusted` is \"yes\"", 1, true) ~= nil, true)
  expect.equality(message.text:find("`settings.synthesis.verify` is \"always\"", 1, true) ~= nil, true)
end

return T
