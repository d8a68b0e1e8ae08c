-- :Codegen and what it shows: candidates, signs, status, counts.
local helpers = require("helpers")
local expect = MiniTest.expect
local child = helpers.new_child()
local scripted = require("scripted")
scripted.add(child)
local T = helpers.new_set(child)

local contains = helpers.contains

--- What the server was asked to run last.
local function last_command()
  local sent = child.sent("workspace/executeCommand")
  return sent[#sent]
end

T["completes its subcommands and their words"] = function()
  child.script({ "x" }, {})
  local function completed(line)
    return child.fn.getcompletion(line, "cmdline")
  end
  local all = completed("Codegen ")
  for _, name in ipairs({
    "all",
    "candidates",
    "cancel",
    "disable",
    "eagerness",
    "enable",
    "explain",
    "from",
    "health",
    "log",
    "messages",
    "model",
    "next",
    "previous",
    "regenerate",
    "replace",
    "snooze",
    "stats",
    "status",
    "synthesize",
    "why",
  }) do
    expect.equality({ name, vim.tbl_contains(all, name) }, { name, true })
  end
  expect.equality(completed("Codegen s"), { "snooze", "stats", "status", "synthesize" })
  expect.equality(completed("1,2Codegen! reg"), { "regenerate" })
  expect.equality(completed("Codegen eagerness c"), { "calm" })
  expect.equality(completed("Codegen enable b"), { "buffer" })
  expect.equality(completed("Codegen model bui"), { "builtin" })
  expect.equality(completed("Codegen why x"), {})
end

T["says what there is, and what is wrong"] = function()
  child.script({ "x" }, {})
  child.cmd("Codegen")
  contains(child.wait_message(":Codegen: say one of").text, { "synthesize", "snooze" })
  child.cmd("Codegen write")
  child.wait_message("no subcommand `write`")
  child.cmd("Codegen why now")
  child.wait_message(":Codegen why: too many words")
  child.cmd("Codegen eagerness never")
  child.wait_message("usage: :Codegen eagerness eager|calm|onDemand")
  child.cmd("Codegen snooze long")
  child.wait_message("usage: :Codegen snooze [MINUTES]")
end

T["runs the server's commands"] = function()
  child.script({ "# a", "", "# b", "" }, {})
  child.lua([[server.answers["workspace/executeCommand"] = { outcome = "done", turns = {} }]])
  child.api.nvim_win_set_cursor(0, { 3, 0 })
  for _, case in ipairs({
    { "Codegen synthesize", "codegen.synthesize" },
    { "1,3Codegen synthesize", "codegen.synthesizeAll" },
    { "Codegen all", "codegen.synthesizeAll" },
    { "Codegen from", "codegen.synthesizeAll" },
    { "Codegen regenerate", "codegen.regenerate" },
    { "Codegen! regenerate", "codegen.regenerate" },
    { "Codegen replace", "codegen.replace" },
    { "Codegen next", "codegen.accept" },
    { "Codegen previous", "codegen.accept" },
    { "Codegen cancel", "codegen.cancel" },
    { "Codegen! cancel", "codegen.cancel" },
    { "Codegen why", "codegen.why" },
    { "CodegenWhy", "codegen.why" },
  }) do
    child.cmd(case[1])
    expect.equality({ case[1], last_command().command }, { case[1], case[2] })
  end
  child.cmd("Codegen from")
  expect.equality(last_command().arguments[1].range.start.line, 2)
  child.cmd("Codegen! regenerate")
  expect.equality(last_command().arguments[1].following, true)
end

T["cancel is for the turn at the cursor, or for everything"] = function()
  child.script({ "# a", "", "# b", "" }, {})
  child.lua([[
    server.answers["workspace/executeCommand"] = function(params)
      return { cancelled = params.arguments[1].uri and 0 or 2 }
    end
  ]])
  child.api.nvim_win_set_cursor(0, { 3, 0 })
  child.cmd("Codegen cancel")
  expect.equality(last_command().arguments[1].position.line, 2)
  child.wait_message("there is nothing to cancel here")
  child.cmd("CodegenCancel!")
  expect.equality(child.lua_get("vim.json.encode(server.sent('workspace/executeCommand')[2].params.arguments)"), "[{}]")
  child.wait_message("codegen: cancelled")
end

T["explain shows what the server explains"] = function()
  child.script({ "# a" }, {})
  child.lua([[server.answers["workspace/executeCommand"] = { prompt = "a", state = "failed", failure = "it did not end", made = vim.NIL,
    history = { kept = { "b" }, dropped = { "c" }, preambleCut = true }, promptText = "# b\n\n# a\n", promptTokens = 7 }]])
  child.cmd("Codegen explain")
  local text = child.wait_window("What the model is shown (7 tokens):")
  expect.equality(last_command().command, "codegen.explainTurn")
  contains(
    text,
    { "Prompt:   a", "failed", "it did not end", "1 turns shown, 1 left out", "left out: c", "was shortened, too", "# b\n\n# a" }
  )
end

T["enable and disable are for all buffers, or for this one"] = function()
  child.script({ "x" }, {})
  local function on()
    local others = child.lua_get("require('codegen').is_enabled(_G.first)")
    return { child.lua_get("require('codegen').is_enabled()"), others }
  end
  child.lua("_G.first = vim.api.nvim_get_current_buf()")
  child.open({ "y" })
  for _, case in ipairs({
    { "Codegen disable buffer", { false, true } },
    { "Codegen disable", { false, false } },
    { "Codegen enable buffer", { true, false } },
    { "Codegen enable", { true, true } },
  }) do
    child.cmd(case[1])
    expect.equality({ case[1], on() }, { case[1], case[2] })
  end
  child.cmd("Codegen disable window")
  child.wait_message("usage: :Codegen disable [buffer]")
end

T["model tells the server, and loads the same anew when it is named again"] = function()
  child.script({ "x" }, {})
  child.lua("_G.first = require('codegen.client').running().id")
  child.cmd("Codegen model ./other.gguf")
  local path = child.fn.fnamemodify("./other.gguf", ":p")
  expect.equality(child.sent("codegen/userOptions"), { { settings = { model = path } } })
  expect.equality(child.lua_get("require('codegen.client').running().id == _G.first"), true)
  child.cmd("Codegen model ./other.gguf")
  helpers.wait_for("another server", function()
    return #child.sent("initialize") == 2
  end)
  expect.equality(child.sent("initialize")[2].initializationOptions, { model = path })
  child.cmd("Codegen model")
  child.wait_message("usage: :Codegen model builtin|FILE")
end

T["snooze puts suggestions off, and the status line says so"] = function()
  child.script({ "x" }, {})
  child.lua([[
    server.answers["workspace/executeCommand"] = function(params)
      return { seconds = params.arguments[1].minutes * 60 }
    end
    server.dispatchers.notification("codegen/status", { busy = false, kind = "Normal", message = "", model = "small", device = "CPU" })
  ]])
  child.cmd("Codegen snooze")
  child.wait_message("no suggestions by themselves for 5 min")
  expect.equality(child.lua_get("require('codegen').statusline()"), "codegen off 5 min")
  child.cmd("Codegen snooze 0")
  child.wait_message("suggestions come by themselves again")
  expect.equality(child.lua_get("require('codegen').statusline()"), "codegen")
end

T["status tells what the server has told"] = function()
  child.script({ "x" }, {})
  child.lua([[server.dispatchers.notification("codegen/status", {
    busy = true, kind = "Error", message = "no such file: /m.gguf", model = vim.NIL, device = vim.NIL })]])
  helpers.wait_for("the status", function()
    return child.lua_get("require('codegen').statusline()") == "codegen: no model"
  end)
  expect.equality(#child.events("CodegenStatus") > 0, true)
  child.cmd("Codegen status")
  contains(child.wait_window(", running"), { "running, but without a model", "error: no such file: /m.gguf", "ghost text: own" })
  child.cmd("enew")
  expect.equality(child.lua_get("require('codegen').statusline()"), "")
end

T["stats shows the counts"] = function()
  child.script({ "x" }, {})
  child.lua([[
    local report = {
      asked = { automatic = 10, invoked = 2, menu = 3 },
      all = { suggested = 8, shown = 7, accepted = 3, partlyAccepted = 1, acceptance = 0.5, checked = 2, kept = 1,
        retention = 0.5, latency = { answers = 8, p50 = 30, p95 = 90 } },
      kinds = {}, sources = {}, refusals = { { name = "unsure", count = 4 } },
      characters = { model = 50, hand = 150, other = 0, share = 0.25 },
    }
    local session = vim.deepcopy(report)
    session.all.latency = { answers = 0, p50 = vim.NIL, p95 = vim.NIL }
    server.answers["codegen/stats"] = { enabled = true, folder = "/somewhere", days = 7, since = "2026-01-01", report = report,
      session = session, problems = { "cannot read /somewhere/x" } }
  ]])
  child.cmd("Codegen stats 7")
  helpers.wait_for("the window", function()
    return child.text():find("Last 7 days", 1, true)
  end)
  contains(child.text(), { "3 whole, 1 in part (50 %)", "30 ms, 90 ms", "4 × unsure", "/somewhere", "cannot read" })
  expect.equality(child.sent("codegen/stats"), { { days = 7 } })
  child.type_keys("q")
  expect.equality(child.text(), "x")
end

local CANDIDATES = {
  { index = 0, text = "total = 0\nfor x in xs:\n    total += x\n", copies = 1, current = true, score = scripted.SCORE, stats = {} },
  { index = 2, text = "total = sum(xs)\n", copies = 3, current = false, score = scripted.SCORE, stats = {} },
}

local function candidates(replaces, list)
  child.script({ "# Sum xs.", "mine = 1" }, {}, { candidates = "window" })
  child.lua(
    [[
    local replaces, list = ...
    server.answers["workspace/executeCommand"] = function(params)
      if params.command == "codegen.candidates" then
        server.dispatchers.notification("codegen/partial", {
          id = 1, uri = params.arguments[1].uri, prompt = "Sum xs.", candidate = 0, text = "x", tokens = 1, done = true,
          range = { start = { line = 0, character = 0 }, ["end"] = { line = 0, character = 9 } },
        })
        return { outcome = "done", candidates = list, replaces = replaces }
      end
      return { outcome = "done", turns = {} }
    end
  ]],
    { replaces, list or CANDIDATES }
  )
  child.api.nvim_win_set_cursor(0, { 1, 0 })
  child.cmd("Codegen candidates 3")
  helpers.wait_for("the windows", function()
    return #child.api.nvim_list_wins() == 3
  end)
end

--- The lines of the window below the list.
local function shown_diff()
  return child.lua_get([[(function()
    for _, win in ipairs(vim.api.nvim_list_wins()) do
      local buf = vim.api.nvim_win_get_buf(win)
      if vim.bo[buf].filetype == "diff" then
        return vim.api.nvim_buf_get_lines(buf, 0, -1, false)
      end
    end
  end)()]])
end

T["candidates stand in a window with what each would change"] = function()
  candidates(0)
  expect.equality(child.sent("workspace/executeCommand")[1].arguments[1].count, 3)
  expect.equality(child.api.nvim_get_current_line(), "* total = 0 … +2   -0.50  parses")
  expect.equality(shown_diff(), { " it stands there already" })
  child.type_keys("j")
  helpers.wait_for("the difference", function()
    return #shown_diff() > 1
  end)
  expect.equality(shown_diff(), { "-total = 0", "-for x in xs:", "-    total += x", "+total = sum(xs)" })
  child.cmd("redraw")
  local screen = tostring(child.get_screenshot())
  contains(screen, { "Code for this prompt", "total = sum(xs)   -0.50  parses; 3 times", "-for x in xs:", "<CR> takes it, q leaves" })
  child.type_keys("<CR>")
  helpers.wait_for("the windows to close", function()
    return #child.api.nvim_list_wins() == 1
  end)
  expect.equality(last_command().command, "codegen.accept")
  expect.equality(last_command().arguments[1].index, 2)
end

T["candidates in place of the user's own lines say so"] = function()
  candidates(1, { vim.tbl_extend("force", CANDIDATES[2], {}) })
  expect.equality(shown_diff(), { "-mine = 1", "+total = sum(xs)" })
  child.cmd("redraw")
  contains(tostring(child.get_screenshot()), { "in place of 1 line of yours" })
  child.type_keys("<CR>")
  helpers.wait_for("the windows to close", function()
    return #child.api.nvim_list_wins() == 1
  end)
  expect.equality(last_command().command, "codegen.replace")
  expect.equality(last_command().arguments[1].lines, 1)
end

T["leaving the candidates changes nothing"] = function()
  candidates(0)
  local sent = #child.sent("workspace/executeCommand")
  child.type_keys("q")
  expect.equality(#child.api.nvim_list_wins(), 1)
  expect.equality(#child.sent("workspace/executeCommand"), sent)
end

local lens = scripted.lens

local function signs()
  return child.lua_get([[vim.tbl_map(function(mark)
    return { mark[2], vim.trim(mark[4].sign_text), mark[4].sign_hl_group }
  end, vim.api.nvim_buf_get_extmarks(0, vim.api.nvim_create_namespace("codegen.signs"), 0, -1, { details = true }))]])
end

T["signs stand beside turns that are stale, failed or edited"] = function()
  child.script({ "# a", "", "# b", "", "# c", "", "# d" }, {}, { signs = { failed = "✗" } })
  expect.equality(signs(), {})
  child.lua("server.answers['textDocument/codeLens'] = ...", {
    {
      lens(0, "Regenerate"),
      lens(0, "stale: its prompt changed"),
      lens(2, "failed: it did not end"),
      lens(4, "edited by hand"),
      lens(6, "generated"),
    },
  })
  child.lua([[server.dispatchers.server_request("workspace/codeLens/refresh", vim.NIL)]])
  helpers.wait_equal("the signs", signs, { { 0, "~", "CodegenStale" }, { 2, "✗", "CodegenFailed" }, { 4, "+", "CodegenEdited" } })
  child.lua("require('codegen').setup({ cmd = server.cmd, ghost = 'own', signs = false })")
  expect.equality(signs(), {})
end

T["signs follow what the user edits"] = MiniTest.new_set({
  parametrize = { { "x" }, { "A!<Esc>" }, { "<Cmd>call setline(2, 'a = 2')<CR>" } },
})
T["signs follow what the user edits"]["by"] = function(keys)
  child.script({ "# a", "a = 1" }, {})
  child.lua("server.answers['textDocument/codeLens'] = ...", { { lens(0, "generated") } })
  child.api.nvim_win_set_cursor(0, { 2, 0 })
  -- What was asked on attaching is over.
  child.wait_timers()
  local asked = #child.sent("textDocument/codeLens")
  child.lua("server.answers['textDocument/codeLens'] = ...", { { lens(0, "edited by hand") } })
  child.type_keys(keys)
  helpers.wait_equal("the sign", signs, { { 0, "+", "CodegenEdited" } })
  -- Asked for once, however many are told.
  child.wait_timers()
  expect.equality(#child.sent("textDocument/codeLens"), asked + 1)
end

T["signs and lenses share their questions"] = function()
  if vim.lsp.codelens.enable then
    -- Neovim asks for its lenses itself.
    return
  end
  child.script({ "# a", "a = 1" }, {}, { code_lens = true })
  child.lua("server.answers['textDocument/codeLens'] = ...", { { lens(0, "edited by hand") } })
  child.wait_timers()
  local asked = #child.sent("textDocument/codeLens")
  child.lua([[server.dispatchers.server_request("workspace/codeLens/refresh", vim.NIL)]])
  child.wait_timers()
  expect.equality(#child.sent("textDocument/codeLens"), asked + 1)
  expect.equality(signs(), { { 0, "+", "CodegenEdited" } })
  child.cmd("redraw")
  contains(tostring(child.get_screenshot()), { "edited by hand" })
end

T["lenses follow a state that changes while they are asked for"] = function()
  child.script({ "# a", "", "x = 1" }, {}, { code_lens = true, signs = false })
  child.lua(
    [[
    server.answers["textDocument/codeLens"] = ...
    server.hold = "textDocument/codeLens"
    server.dispatchers.server_request("workspace/codeLens/refresh", vim.NIL)
  ]],
    { { lens(0, "Cancel") } }
  )
  local function held(count)
    helpers.wait_for(count .. " questions", function()
      return child.lua_get("#server.held") >= count
    end)
  end
  held(1)
  -- The work ends before the answer is there.
  child.lua([[server.dispatchers.server_request("workspace/codeLens/refresh", vim.NIL)]])
  held(2)
  child.lua(
    [[
    local first, ended = table.remove(server.held, 1), ...
    first()
    server.answers["textDocument/codeLens"] = ended
    server.release()
  ]],
    { { lens(0, "Regenerate") } }
  )
  helpers.wait_for("the lens", function()
    child.cmd("redraw")
    local screen = tostring(child.get_screenshot())
    return screen:find("Regenerate", 1, true) and not screen:find("Cancel", 1, true)
  end)
end

T["what the server writes is told"] = function()
  child.script({ "# a" }, {})
  child.lua([[
    local uri = vim.uri_from_bufnr(0)
    server.dispatchers.server_request("workspace/applyEdit", { edit = { documentChanges = { {
      textDocument = { uri = uri, version = vim.lsp.util.buf_versions[vim.api.nvim_get_current_buf()] },
      edits = { { range = { start = { line = 1, character = 0 }, ["end"] = { line = 1, character = 0 } }, newText = "b = 1\n" } },
    } } } })
  ]])
  helpers.wait_for("the event", function()
    return #child.events("CodegenTurnWritten") == 1
  end)
  expect.equality(vim.trim(child.text()), "# a\nb = 1")
  expect.equality(child.events("CodegenTurnWritten")[1].buf, child.api.nvim_get_current_buf())
end

T["log and health show what they say"] = function()
  child.script({ "x" }, {})
  child.cmd("Codegen log")
  expect.equality(child.fn.expand("%:t"), "lsp.log")
  child.cmd("bwipeout")
  child.cmd("Codegen health")
  contains(child.text(), { "codegen: server", "the server is started by a function" })
end

T["log shows the file that the command names"] = MiniTest.new_set({
  parametrize = {
    { { "codegen-lsp", "--log", "/tmp/codegen its.log" } },
    { { "codegen-lsp", "--log=/tmp/codegen its.log", "--stdio" } },
  },
})
T["log shows the file that the command names"]["as"] = function(cmd)
  child.lua("require('codegen').setup({ cmd = ... })", { cmd })
  child.cmd("Codegen log")
  expect.equality(child.fn.expand("%:p"), "/tmp/codegen its.log")
end

local status = require("codegen.status")
local signs_of = require("codegen.signs")

T["the status line's words"] = function()
  local function words(changes, on, snoozed)
    return status.words(vim.tbl_extend("force", { busy = false, kind = "Normal", message = "" }, changes), on ~= false, snoozed)
  end
  expect.equality(words({}), "codegen")
  expect.equality(words({ busy = true }), "codegen…")
  expect.equality(words({ busy = true, percent = 40 }), "codegen loads 40%")
  expect.equality(words({ kind = "Error" }), "codegen: no model")
  expect.equality(words({ kind = "Warning" }), "codegen: out of step")
  expect.equality(words({ kind = "Inactive" }), "codegen off")
  expect.equality(words({}, false), "codegen off")
  expect.equality(words({}, true, 61), "codegen off 2 min")
  expect.equality(status.words(nil, true), "codegen starts")
end

T["the states that lenses tell"] = function()
  expect.equality(signs_of.state("stale"), "stale")
  expect.equality(signs_of.state("stale: a turn before it changed, raises NameError"), "stale")
  expect.equality(signs_of.state("failed: x"), "failed")
  expect.equality(signs_of.state("edited by hand"), "edited")
  expect.equality(signs_of.state("written by hand"), nil)
  expect.equality(signs_of.state("staleness"), nil)
  expect.equality(signs_of.state("Regenerate"), nil)
end

return T
