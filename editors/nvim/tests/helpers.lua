--- A child Neovim with the plugin, and waiting for what it shows.

local M = {}

local tests = vim.fn.fnamemodify(debug.getinfo(1, "S").source:sub(2), ":p:h")
M.plugin = vim.fn.fnamemodify(tests, ":h")
M.server = assert(os.getenv("CODEGEN_LSP"), "CODEGEN_LSP is not set")

-- Generous, because a loaded machine loads the model slowly; nothing waits longer than it has to. While a test is being
-- written less will do.
local LIMIT_MS = 1000 * tonumber(os.getenv("CODEGEN_TEST_SECONDS") or 120)

--- The kinds of ghost text that this Neovim can show.
M.kinds = vim.lsp.inline_completion and { "own", "builtin" } or { "own" }

--- Those as the parameters of a set of tests.
M.per_kind = vim.tbl_map(function(kind)
  return { kind }
end, M.kinds)

--- A set of one test for both kinds of ghost text, where there are two.
function M.of_both_kinds()
  return MiniTest.new_set({ parametrize = M.per_kind })
end

--- Lines where the built-in model, which is small, knows to say a name of several letters; no test looks at which one.
M.POINT = { "class Point:", "    def __init__(self, name, value):", "        self.name =" }

--- Fails unless a text has all these parts.
function M.contains(text, parts)
  for _, part in ipairs(parts) do
    if not text:find(part, 1, true) then
      error(("%q is not in %q"):format(part, text), 2)
    end
  end
end

--- Polls until `probe` gives something true, and returns that.
function M.wait_for(what, probe)
  local deadline = vim.uv.hrtime() + LIMIT_MS * 1e6
  while vim.uv.hrtime() < deadline do
    local value = probe()
    if value then
      return value
    end
    vim.uv.sleep(20)
  end
  error(("waited %d s in vain for %s"):format(LIMIT_MS / 1000, what), 2)
end

--- Polls until `probe` gives what is expected, and fails with what it gave last.
function M.wait_equal(what, probe, expected)
  local last
  local ok = pcall(M.wait_for, what, function()
    last = probe()
    return vim.deep_equal(last, expected)
  end)
  if not ok then
    MiniTest.expect.equality({ what, last }, { what, expected })
  end
end

-- Runs inside the child, before anything else.
local prelude = [[
  vim.opt.runtimepath:prepend((...))
  vim.o.swapfile = false
  _G.messages = {}
  _G.neovims_notify = vim.notify
  vim.notify = function(text, level)
    table.insert(_G.messages, { text = text, level = level })
  end
]]

--- A child Neovim whose functions are added to by those below.
function M.new_child()
  local child = MiniTest.new_child_neovim()

  --- Starts anew, without any server.
  function child.fresh()
    child.restart({ "--clean" })
    child.lua(prelude, { M.plugin })
    child.bo.expandtab = true
  end

  --- Calls setup with the real server and the built-in model, changed by `options`.
  function child.setup(options)
    child.lua("require('codegen').setup(...)", { vim.tbl_extend("force", { cmd = { M.server } }, options or {}) })
  end

  --- Opens a new Python file of these lines, the cursor on the last.
  function child.open(lines)
    local path = vim.fn.tempname() .. ".py"
    vim.fn.writefile(lines, path)
    child.cmd("edit " .. vim.fn.fnameescape(path))
    child.cmd("filetype on | set filetype=python expandtab shiftwidth=4 softtabstop=4 noautoindent indentexpr=")
    child.cmd("normal! G$")
    return path
  end

  --- Waits until the server has answered `initialize` and has the buffer.
  function child.wait_attached()
    -- One wait is enough to learn that the server is broken.
    assert(not M.no_server, "the server did not come up in an earlier test")
    M.no_server = true
    M.wait_for("the server", function()
      return child.lua_get([[(function()
        local client = vim.lsp.get_clients({ name = "codegen", bufnr = 0 })[1]
        return client ~= nil and client.initialized == true
      end)()]])
    end)
    M.no_server = false
  end

  --- The ghost text in a buffer (the current one by default), lines joined; nil if there is none.
  function child.ghost(buf)
    local marks = child.lua_get(
      [[(function(buf)
      local found = {}
      for _, name in ipairs({ "codegen.ghost", "nvim.lsp.inline_completion" }) do
        local namespace = vim.api.nvim_create_namespace(name)
        vim.list_extend(found, vim.api.nvim_buf_get_extmarks(buf, namespace, 0, -1, { details = true }))
      end
      return found
    end)(...)]],
      { buf or 0 }
    )
    if #marks == 0 then
      return nil
    end
    assert(#marks == 1, "ghost text shown twice: " .. vim.inspect(marks))
    local function joined(chunks)
      local text = ""
      for _, chunk in ipairs(chunks or {}) do
        text = text .. chunk[1]
      end
      return text
    end
    local details = marks[1][4]
    local lines = { joined(details.virt_text) }
    for _, chunks in ipairs(details.virt_lines or {}) do
      table.insert(lines, joined(chunks))
    end
    return table.concat(lines, "\n"), marks[1][2], marks[1][3]
  end

  --- Whether the mode is insert.
  function child.is_inserting()
    return child.api.nvim_get_mode().mode == "i"
  end

  --- The ghost text if it stands at the cursor.
  function child.ghost_at_cursor()
    local text, row, col = child.ghost()
    local cursor = child.api.nvim_win_get_cursor(0)
    return row == cursor[1] - 1 and col == cursor[2] and text or nil
  end

  --- Waits for ghost text at the cursor, and returns it.
  function child.wait_ghost()
    return M.wait_for("ghost text", child.ghost_at_cursor)
  end

  --- Waits until this ghost text, nil for none, is at the cursor.
  function child.expect_ghost(expected)
    M.wait_equal("the ghost text", child.ghost_at_cursor, expected)
  end

  --- Waits until no ghost text is left.
  function child.wait_no_ghost()
    M.wait_for("the ghost text to go", function()
      return not child.ghost()
    end)
  end

  --- The buffer's text.
  function child.text()
    return table.concat(child.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
  end

  --- Waits until the buffer's text is this.
  function child.expect_text(expected)
    M.wait_equal("the text", child.text, expected)
  end

  --- Waits until what the child has put off to a moment later is done, such as a request after a pause in typing.
  function child.wait_timers()
    child.lua("_G.later = false; vim.defer_fn(function() _G.later = true end, 300)")
    M.wait_for("a later timer", function()
      return child.lua_get("_G.later")
    end)
  end

  --- Attaches a user interface of this size, whose screen Neovim draws, and for which it waits for keys. Messages go where
  --- they go without the tests.
  function child.show(columns, lines)
    child.api.nvim_ui_attach(columns, lines, { rgb = true })
    child.lua("vim.notify = _G.neovims_notify")
  end

  --- Waits until the text of some window's buffer holds `part`, and returns that text.
  function child.wait_window(part)
    return M.wait_for("a window with " .. part, function()
      for _, win in ipairs(child.api.nvim_list_wins()) do
        local text = table.concat(child.api.nvim_buf_get_lines(child.api.nvim_win_get_buf(win), 0, -1, false), "\n")
        if text:find(part, 1, true) then
          return text
        end
      end
    end)
  end

  --- Waits until a message holding `part` was shown, and returns it.
  function child.wait_message(part)
    return M.wait_for("a message with " .. part, function()
      for _, message in ipairs(child.lua_get("_G.messages")) do
        if message.text:find(part, 1, true) then
          return message
        end
      end
    end)
  end

  return child
end

--- A test set whose cases get a fresh child each.
function M.new_set(child, options)
  return MiniTest.new_set(vim.tbl_deep_extend("force", {
    hooks = { pre_case = child.fresh, post_once = child.stop },
  }, options or {}))
end

return M
