--- A server without a model, inside the child Neovim: it suggests what a test says, at once or when the test says so,
--- and remembers what it was sent.

local helpers = require("helpers")

local M = {}

--- The score of a candidate that nothing speaks against.
M.SCORE = { parses = true, missing = {}, shadows = {}, drops = {}, meanLogprob = -0.5, run = false, raised = vim.NIL }

--- A lens over a line.
function M.lens(line, title)
  local range = { start = { line = line, character = 0 }, ["end"] = { line = line, character = 1 } }
  return { range = range, command = { title = title, command = "codegen.explainTurn", arguments = {} } }
end

-- Runs inside the child.
local code = [[
function _G.new_server()
  local server = { log = {}, suggestions = {}, answers = {}, held = {}, hold = false, ids = 0 }

  server.capabilities = {
    positionEncoding = "utf-8",
    textDocumentSync = { openClose = true, change = 2 },
    inlineCompletionProvider = true,
    codeLensProvider = { resolveProvider = false },
    executeCommandProvider = { commands = { "codegen.accepted" } },
    experimental = { codegenUserOptions = true },
  }

  -- Suggestions are whole texts from a line's start on. As the real server does, it goes on with what was typed.
  server.answers["textDocument/inlineCompletion"] = function(params)
    local buf = vim.uri_to_bufnr(params.textDocument.uri)
    local row, col = params.position.line, params.position.character
    local line = vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or ""
    local entry, from = params.context.selectedCompletionInfo, 0
    if entry then
      from = entry.range.start.character
      line = line:sub(1, from) .. entry.text
    end
    local items = {}
    for number, text in ipairs(server.suggestions) do
      local known = entry and #line or col
      if #text > known and text:sub(1, known) == line:sub(1, known) then
        table.insert(items, {
          insertText = text:sub(from + 1),
          range = { start = { line = row, character = from }, ["end"] = { line = row, character = col } },
          command = { title = "", command = "codegen.accepted", arguments = { number, { confidence = 0.9 } } },
        })
      end
    end
    if params.context.triggerKind ~= 1 then
      items = { items[1] }
    end
    return { items = items }
  end
  server.answers["textDocument/codeLens"] = {}
  server.answers["shutdown"] = vim.NIL

  function server.cmd(dispatchers)
    server.dispatchers = dispatchers
    local closing = false
    local function leave()
      if not closing then
        closing = true
        dispatchers.on_exit(0, 0)
      end
    end
    return {
      request = function(method, params, callback, notify)
        server.ids = server.ids + 1
        local id = server.ids
        table.insert(server.log, { method = method, params = params, id = id })
        local function reply()
          local answer = server.answers[method]
          if type(answer) == "function" then
            answer = answer(params)
          end
          if method == "initialize" then
            answer = { capabilities = server.capabilities, serverInfo = { name = "codegen-lsp" } }
          end
          vim.schedule(function()
            if notify then
              notify(id)
            end
            callback(nil, answer)
          end)
        end
        if server.hold == method or server.hold == true and method == "textDocument/inlineCompletion" then
          table.insert(server.held, reply)
        else
          reply()
        end
        return true, id
      end,
      notify = function(method, params)
        table.insert(server.log, { method = method, params = params })
        if method == "exit" then
          vim.schedule(leave)
        end
        return true
      end,
      is_closing = function()
        return closing
      end,
      terminate = leave,
    }
  end

  function server.release()
    local held = server.held
    server.hold, server.held = false, {}
    for _, reply in ipairs(held) do
      reply()
    end
  end

  function server.sent(method)
    return vim.tbl_filter(function(message)
      return message.method == method
    end, server.log)
  end

  return server
end

_G.server = new_server()
_G.events = {}
vim.api.nvim_create_autocmd("User", { pattern = "Codegen*", callback = function(event)
  local data = vim.deepcopy(event.data or {})
  data.event = event.match
  table.insert(_G.events, data)
end })
]]

--- Gives a child functions for the scripted server.
function M.add(child)
  --- Makes the scripted server, `server` in the child, and `new_server`, which makes others.
  function child.write_server()
    child.lua(code)
  end

  --- Sets the plugin up with the scripted server, opens a Python file, and waits until it is attached.
  function child.script(lines, suggestions, options)
    if child.lua_get("_G.server == nil") then
      child.write_server()
    end
    child.lua("server.suggestions = ...", { suggestions or {} })
    child.lua(
      [[
      local options = ...
      options.cmd = server.cmd
      require("codegen").setup(options)
    ]],
      { vim.tbl_extend("force", { debounce = 0, ghost = "own" }, options or {}) }
    )
    child.open(lines)
    child.wait_attached()
  end

  --- Attaches a scripted server of another plugin, `other` in the child, to the current buffer.
  function child.attach_other(suggestions, lenses)
    child.lua(
      [[
      _G.other = new_server()
      other.suggestions, other.answers["textDocument/codeLens"] = ...
      vim.lsp.start({ name = "other", cmd = other.cmd })
    ]],
      { suggestions or {}, lenses or {} }
    )
    helpers.wait_for("the other server", function()
      return child.lua_get("#vim.lsp.get_clients({ name = 'other', bufnr = 0 }) == 1")
    end)
  end

  --- The parameters of all messages of a method.
  function child.sent(method)
    return child.lua_get([[vim.tbl_map(function(message) return message.params end, server.sent(...))]], { method })
  end

  --- The events of a name, or all of them.
  function child.events(name)
    return vim.tbl_filter(function(event)
      return name == nil or event.event == name
    end, child.lua_get("_G.events"))
  end
end

return M
