-- What the user is told: in a line that Neovim does not wait for a key after, once, and to be found again.
local helpers = require("helpers")
local expect = MiniTest.expect
local child = helpers.new_child()
require("scripted").add(child)
local T = helpers.new_set(child)

local messages = require("codegen.messages")

T["a text is fitted into one line"] = function()
  for _, case in ipairs({
    { "short", 20, "short" },
    { "exactly", 7, "exactly" },
    { "first\nsecond", 20, "first …" },
    { "漢字漢字", 8, "漢字漢字" },
    { ("long "):rep(20), 30, "long long… (:Codegen messages)" },
    { ("漢"):rep(40), 30, "漢漢漢漢… (:Codegen messages)" },
    { ("long "):rep(20), 10, "long long " },
  }) do
    expect.equality({ case[1], messages.fitted(case[1], case[2]) }, { case[1], case[3] })
    expect.equality(vim.fn.strdisplaywidth(case[3]) <= case[2], true)
  end
end

--- Runs `code` in the child and waits until it waits for the user: for a command, or for a key after a message. Returns
--- whether it is the latter.
local function waits_for_a_key(code)
  local idle = vim.fn.tempname()
  -- Does not wait for the child, which may wait for a key.
  child.lua_notify(
    [[
    local code, idle = ...
    assert(loadstring(code))()
    -- Behind what the code has scheduled.
    vim.schedule(function()
      vim.schedule(function()
        vim.api.nvim_create_autocmd("SafeState", { once = true, callback = function()
          vim.fn.writefile({}, idle)
        end })
      end)
    end)
  ]],
    { code, idle }
  )
  local what = helpers.wait_for("the child to wait", function()
    return child.is_blocked() and "for a key" or vim.uv.fs_stat(idle) and "for a command"
  end)
  if what == "for a key" then
    -- Otherwise nothing could be asked of it.
    child.api.nvim_input("<CR>")
  end
  return what == "for a key"
end

local LONG = ("a text that does not fit into a line, "):rep(6)

T["no message makes Neovim wait for a key"] = MiniTest.new_set({
  parametrize = {
    -- what is done, and a part of what was said
    { [[vim.cmd("Codegen")]], "snooze" },
    { [[vim.cmd("Codegen write")]], "there is one of" },
    { [[require("codegen").setup({ debouce = 1, keys = { acept = "x" } })]], "did you mean `keys.accept`" },
    { [[require("codegen").setup({ cmd = "no-such-server" }) vim.cmd("edit /tmp/codegen-no-such-file.py")]], "cannot run" },
    {
      ([[server.dispatchers.notification("window/showMessage", { type = 1, message = %q })]]):format(LONG .. "\nand more"),
      "and more",
    },
    { ([[server.dispatchers.notification("window/showMessage", { type = 3, message = %q })]]):format(LONG), "does not fit" },
    { ([[require("codegen.client").notify(%q, vim.log.levels.WARN)]]):format(LONG), "does not fit" },
  },
})
T["no message makes Neovim wait for a key"]["case"] = function(code, part)
  for _, height in ipairs({ 1, 0 }) do
    child.fresh()
    child.script({ "x" }, {})
    child.o.cmdheight = height
    child.show(80, 24)
    expect.equality({ code, height, waits_for_a_key(code) }, { code, height, false })
    child.cmd("Codegen messages")
    child.wait_window(part)
  end
end

T["an error is shown as one, and is among Neovim's messages"] = function()
  child.script({ "x" }, {})
  child.show(80, 24)
  child.lua([[require("codegen.client").notify("it went wrong", vim.log.levels.ERROR)]])
  helpers.wait_for("the message", function()
    child.cmd("redraw")
    return tostring(child.get_screenshot()):find("codegen: it went wrong", 1, true)
  end)
  helpers.contains(child.cmd_capture("messages"), { "codegen: it went wrong" })
end

T["a report of progress or state does not make it wait, either"] = function()
  child.script({ "x" }, {})
  child.show(60, 12)
  local progress = [[server.dispatchers.notification("$/progress", { token = 1, value = { kind = "begin", title = %q } })]]
  for _, code in ipairs({
    progress:format(LONG),
    [[vim.cmd("Codegen status")]],
    [[vim.cmd("Codegen stats")]],
    [[vim.cmd("Codegen log")]],
  }) do
    expect.equality({ code, waits_for_a_key(code) }, { code, false })
  end
end

T["a plugin that shows messages gets the whole text"] = function()
  child.script({ "x" }, {})
  child.lua("require('codegen.client').notify(...)", { LONG })
  expect.equality(child.wait_message("does not fit").text, "codegen: " .. LONG)
end

T["what the server says has one name before it"] = function()
  child.script({ "x" }, {})
  child.lua([[server.dispatchers.notification("window/showMessage", { type = 3, message = "codegen-lsp: line 7: it is so" })]])
  expect.equality(child.wait_message("it is so").text, "codegen: line 7: it is so")
end

--- What Neovim itself has said.
local function errors()
  return child.v.errmsg .. child.cmd_capture("messages")
end

T["a missing server is told once, whichever way it is enabled"] = MiniTest.new_set({
  parametrize = vim.lsp.enable and {
    { "require('codegen').setup({ cmd = { 'no-such-server' } })" },
    { "vim.lsp.config('codegen', { cmd = { 'no-such-server' } }); vim.lsp.enable('codegen')" },
  } or { { "require('codegen').setup({ cmd = { 'no-such-server' } })" } },
})
T["a missing server is told once, whichever way it is enabled"]["by"] = function(code)
  child.lua(code)
  for _ = 1, 3 do
    child.open({ "x = 1" })
  end
  child.wait_message("cannot run `no-such-server`")
  expect.equality(#child.lua_get("_G.messages"), 1)
  expect.equality({ code, errors() }, { code, "" })
  child.cmd("Codegen status")
  child.wait_window("server: not running")
end

T["a missing server is told when Neovim starts with a file"] = function()
  if not vim.lsp.enable then
    return
  end
  local folder = vim.fn.tempname()
  vim.fn.mkdir(folder, "p")
  vim.fn.writefile({ "x = 1" }, folder .. "/x.py")
  vim.fn.writefile({
    ("vim.opt.runtimepath:append(%q)"):format(helpers.plugin),
    "_G.messages = {}",
    "vim.notify = function(text) table.insert(_G.messages, { text = text }) end",
    "vim.env.PATH = '/nowhere'",
    "vim.lsp.enable('codegen')",
  }, folder .. "/init.lua")
  child.restart({ "--clean", "-u", folder .. "/init.lua", folder .. "/x.py" })
  child.wait_message("cannot run `codegen-lsp`; see :checkhealth codegen")
  child.cmd("edit " .. folder .. "/y.py")
  expect.equality(#child.lua_get("_G.messages"), 1)
  expect.equality(child.v.errmsg, "")
end

T[":Codegen messages says so where there were none"] = function()
  child.cmd("runtime plugin/codegen.lua")
  child.cmd("Codegen messages")
  child.wait_window("There were no messages.")
end

return T
