--- Commands on turns: comment prompts and the code below them.

local M = {}

local function notify(message, level)
  vim.notify("codegen: " .. message, level or vim.log.levels.INFO)
end

--- The client attached to the current buffer; shows a message if there is none.
local function attached()
  local server = require("codegen.client").attached(0)
  if not server then
    notify("no server runs for this buffer; see :checkhealth codegen", vim.log.levels.ERROR)
  end
  return server
end

--- The argument of every command on the turn at the cursor.
local function at_cursor(server, more)
  local params = vim.lsp.util.make_position_params(0, server.offset_encoding)
  return vim.tbl_extend("force", { uri = params.textDocument.uri, position = params.position }, more or {})
end

--- Asks the server to run a command; `done` is called with its result, if there is one.
local function execute(server, command, argument, done)
  require("codegen.client").execute(server, { command = command, arguments = { argument } }, function(err, result)
    if err then
      notify(err.message or vim.inspect(err), vim.log.levels.WARN)
    elseif done and type(result) == "table" then
      done(result)
    end
  end)
end

--- Runs a command on the turn at the cursor.
local function on_turn(command, more, done)
  local server = attached()
  if server then
    execute(server, command, at_cursor(server, more), done)
  end
end

--- Writes code for the prompt at the cursor. Code that was not generated is kept; see |:CodegenReplace|.
function M.synthesize()
  on_turn("codegen.synthesize")
end

--- Writes the code of every turn that has none, in the whole buffer or between two lines (counted from 1, both
--- included).
---@param first? integer
---@param last? integer
function M.synthesize_all(first, last)
  local server = attached()
  if not server then
    return
  end
  local argument = { uri = vim.uri_from_bufnr(0) }
  if first and last then
    argument.range = { start = { line = first - 1, character = 0 }, ["end"] = { line = last, character = 0 } }
    if last >= vim.api.nvim_buf_line_count(0) then
      local text = vim.api.nvim_buf_get_lines(0, last - 1, last, false)[1] or ""
      local column = vim.str_utfindex(text, server.offset_encoding, #text, false)
      argument.range["end"] = { line = last - 1, character = column }
    end
  end
  execute(server, "codegen.synthesizeAll", argument)
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
  local server = attached()
  if server then
    execute(server, "codegen.cancel", everything and vim.empty_dict() or at_cursor(server), function(result)
      notify(result.cancelled == 0 and "there is nothing to cancel here" or "cancelled")
    end)
  end
end

--- A candidate's score, in a few words.
local function verdict(candidate)
  local score = candidate.score
  local words = {}
  if not score.parses then
    table.insert(words, "does not parse")
  end
  if type(score.raised) == "string" then
    table.insert(words, "raises " .. score.raised)
  end
  for _, kind in ipairs({ "missing", "shadows", "drops" }) do
    if #score[kind] > 0 then
      table.insert(words, kind .. " " .. table.concat(score[kind], ", "))
    end
  end
  if #words == 0 then
    table.insert(words, score.run and "runs" or "parses")
  end
  if candidate.copies > 1 then
    table.insert(words, candidate.copies .. " times")
  end
  return ("%.2f  %s"):format(score.meanLogprob, table.concat(words, "; "))
end

local function first_line(text)
  local lines = vim.split(vim.trim(text), "\n")
  return lines[1] .. (#lines > 1 and (" … +%d"):format(#lines - 1) or "")
end

--- Samples candidates for the turn at the cursor and lets the user choose.
---@param count? integer how many
function M.candidates(count)
  local server = attached()
  if not server then
    return
  end
  local buf = vim.api.nvim_get_current_buf()
  local argument = at_cursor(server, { count = count })
  execute(server, "codegen.candidates", argument, function(result)
    if #(result.candidates or {}) == 0 then
      return
    end
    -- The number of the user's own lines that a candidate would replace.
    local replaces = result.replaces or 0
    local prompt = "Code for this prompt:"
    if replaces > 0 then
      prompt = ("Code for this prompt, in place of %d %s of yours:"):format(replaces, replaces == 1 and "line" or "lines")
    end
    vim.ui.select(result.candidates, {
      prompt = prompt,
      kind = "codegen",
      format_item = function(candidate)
        local mark = candidate.current and "* " or "  "
        return ("%s%s   %s"):format(mark, first_line(candidate.text), verdict(candidate))
      end,
    }, function(candidate)
      if candidate and vim.api.nvim_buf_is_valid(buf) then
        local chosen = { uri = argument.uri, position = argument.position, index = candidate.index }
        if replaces > 0 then
          chosen.lines = replaces
        end
        execute(server, replaces > 0 and "codegen.replace" or "codegen.accept", chosen)
      end
    end)
  end)
end

local function optional(value)
  return value ~= nil and value ~= vim.NIL and value or nil
end

--- The server's explanation of a turn, in lines for the user.
local function explained(result)
  local lines = { "Prompt:   " .. (result.prompt:gsub("\n", " ")), "State:    " .. result.state }
  local function add(name, value)
    if optional(value) then
      table.insert(lines, ("%-9s %s"):format(name .. ":", tostring(value)))
    end
  end
  add("Failure", result.failure)
  local made = optional(result.made)
  if made then
    local sampling = made.sampling
    local how = sampling.temperature == 0 and "the most likely text"
      or ("temperature %.2f, top-p %.2f, seed %d"):format(sampling.temperature, sampling.topP, sampling.seed)
    local stats = made.stats
    add("Model", made.model)
    add("Sampling", how)
    add("Tokens", ("%d of prompt (%d reused), %d generated"):format(stats.promptTokens, stats.reusedTokens, stats.generatedTokens))
    add("Time", ("%.0f ms for the prompt, %.0f ms for the code"):format(stats.prefillMs, stats.decodeMs))
    add("Log-prob.", ("%.3f per token"):format(stats.meanLogprob))
    add("Raises", made.raised)
  end
  local history = optional(result.history)
  if history then
    add("History", ("%d turns shown, %d left out"):format(#history.kept, #history.dropped))
    for _, prompt in ipairs(history.dropped) do
      table.insert(lines, "  left out: " .. (prompt:gsub("\n", " ")))
    end
    if history.preambleCut then
      table.insert(lines, "  what stands before the first turn was shortened, too")
    end
  end
  local text = optional(result.promptText)
  table.insert(lines, "")
  if text then
    table.insert(lines, ("What the model is shown (%d tokens):"):format(result.promptTokens))
    table.insert(lines, "")
    vim.list_extend(lines, vim.split(text, "\n"))
  else
    table.insert(lines, "No model is loaded.")
  end
  return lines
end

--- Shows the prompt that the model is shown for the turn at the cursor, and the generation that made its code.
function M.explain()
  on_turn("codegen.explainTurn", nil, function(result)
    local lines = explained(result)
    vim.cmd("botright new")
    local buf = vim.api.nvim_get_current_buf()
    vim.bo[buf].buftype = "nofile"
    vim.bo[buf].bufhidden = "wipe"
    vim.bo[buf].swapfile = false
    vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
    vim.bo[buf].modifiable = false
    vim.api.nvim_win_set_height(0, math.min(#lines, math.max(math.floor(vim.o.lines / 2), 1)))
    vim.keymap.set("n", "q", "<Cmd>close<CR>", { buffer = buf, desc = "codegen: close" })
  end)
end

return M
