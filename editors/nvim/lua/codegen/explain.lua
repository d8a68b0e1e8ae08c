--- What the model is shown for a turn, in lines for the user. Pure.

local M = {}

local function optional(value)
  return value ~= nil and value ~= vim.NIL and value or nil
end

--- The server's answer to `codegen.explainTurn` in lines.
---@param result table
---@return string[]
function M.lines(result)
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
    add("Log-prob", ("%.3f per token"):format(stats.meanLogprob))
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

return M
