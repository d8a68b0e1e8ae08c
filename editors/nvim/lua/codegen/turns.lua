--- Commands on turns: comment prompts and the code below them.

local client_of = require("codegen.client")

local M = {}

--- The argument of every command on the turn at the cursor.
local function at_cursor(server, more)
  local params = vim.lsp.util.make_position_params(0, server.offset_encoding)
  return vim.tbl_extend("force", { uri = params.textDocument.uri, position = params.position }, more or {})
end

--- Asks the server to run a command; `done` is called with its result, if there is one.
local function execute(server, command, argument, done)
  client_of.execute(server, { command = command, arguments = { argument } }, function(err, result)
    if err then
      client_of.notify(err.message or vim.inspect(err), vim.log.levels.WARN)
    elseif done and type(result) == "table" then
      done(result)
    end
  end)
end

--- Runs a command on the turn at the cursor.
local function on_turn(command, more, done)
  local server = client_of.attached_or_told()
  if server then
    execute(server, command, at_cursor(server, more), done)
  end
end

--- Writes code for the prompt at the cursor. Code that was not generated is kept; see |:Codegen|, `replace`.
function M.synthesize()
  on_turn("codegen.synthesize")
end

--- Writes the code of every turn that has none, in the whole buffer or between two lines (counted from 1, both
--- included).
---@param first? integer
---@param last? integer
function M.synthesize_all(first, last)
  local server = client_of.attached_or_told()
  if not server then
    return
  end
  local argument = { uri = vim.uri_from_bufnr(0) }
  if first and last then
    argument.range = { start = { line = first - 1, character = 0 }, ["end"] = { line = last, character = 0 } }
    if last >= vim.api.nvim_buf_line_count(0) then
      local text = vim.api.nvim_buf_get_lines(0, last - 1, last, false)[1] or ""
      local column = require("codegen.encoding").length(text, server.offset_encoding)
      argument.range["end"] = { line = last - 1, character = column }
    end
  end
  execute(server, "codegen.synthesizeAll", argument)
end

--- Writes the code of every turn that has none, from the turn at the cursor to the end of the buffer.
function M.synthesize_from()
  local line = vim.api.nvim_win_get_cursor(0)[1]
  M.synthesize_all(line, vim.api.nvim_buf_line_count(0))
end

--- Writes the generated code of the turn at the cursor anew.
---@param following? boolean that of every later generated turn of its block, too
function M.regenerate(following)
  on_turn("codegen.regenerate", { following = following or false })
end

--- Replaces the lines directly below the prompt at the cursor by generated code, also the user's own. The server's
--- message says how many lines were replaced.
function M.replace()
  on_turn("codegen.replace")
end

--- Writes the next or the previous candidate of the turn at the cursor.
---@param which? "next"|"previous"|integer an alternative's index, or where to go from the present one
function M.choose(which)
  on_turn("codegen.accept", { index = which or "next" })
end

--- Ends the work on the turn at the cursor.
---@param everything? boolean all work, in whatever buffer
function M.cancel(everything)
  local server = client_of.attached_or_told()
  if server then
    execute(server, "codegen.cancel", everything and vim.empty_dict() or at_cursor(server), function(result)
      client_of.notify(result.cancelled == 0 and "there is nothing to cancel here" or "cancelled")
    end)
  end
end

--- Samples candidates for the turn at the cursor and lets the user choose.
---@param count? integer how many
function M.candidates(count)
  local server = client_of.attached_or_told()
  if not server then
    return
  end
  local buf = vim.api.nvim_get_current_buf()
  local argument = at_cursor(server, { count = count })
  execute(server, "codegen.candidates", argument, function(result)
    local list = result.candidates or {}
    -- Why there is none the server has said itself.
    if #list == 0 or not vim.api.nvim_buf_is_valid(buf) then
      return
    end
    -- The number of the user's own lines that a candidate would replace.
    local replaces = result.replaces or 0
    require("codegen.candidates").choose(buf, list, replaces, function(candidate)
      if vim.api.nvim_buf_is_valid(buf) then
        local chosen = { uri = argument.uri, position = argument.position, index = candidate.index }
        if replaces > 0 then
          chosen.lines = replaces
        end
        execute(server, replaces > 0 and "codegen.replace" or "codegen.accept", chosen)
      end
    end)
  end)
end

--- Shows the prompt that the model is shown for the turn at the cursor, and the generation that made its code.
function M.explain()
  on_turn("codegen.explainTurn", nil, function(result)
    require("codegen.window").below(require("codegen.explain").lines(result))
  end)
end

--- Has the server say what came of the last request for a suggestion on the cursor's line, or near it.
function M.why()
  on_turn("codegen.why")
end

--- Has suggestions put off, so that they come only where they are asked for by hand.
---@param minutes? integer 5 by default; 0 ends it
function M.snooze(minutes)
  local server = client_of.running_or_told()
  if not server then
    return
  end
  execute(server, "codegen.snooze", { minutes = minutes or 5 }, function(result)
    require("codegen.status").snoozed(result.seconds)
    if result.seconds > 0 then
      client_of.notify(("no suggestions by themselves for %d min"):format(math.ceil(result.seconds / 60)))
    else
      client_of.notify("suggestions come by themselves again")
    end
  end)
end

return M
