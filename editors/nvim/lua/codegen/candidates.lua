--- Choosing among candidates for a turn's code: in a window with what each would change, or by `vim.ui.select`.

local window = require("codegen.window")

local M = {}

local api = vim.api

--- A candidate of the server's answer; see lsp/PROTOCOL.md.
---@class codegen.Candidate
---@field index integer
---@field text string
---@field copies integer
---@field current boolean
---@field score table
---@field stats table

--- A candidate's score, in a few words. Pure.
---@param candidate codegen.Candidate
---@return string
function M.verdict(candidate)
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

--- The candidates in one line each: the first line of its code, and that which tells it from the others. Pure.
---@param list codegen.Candidate[]
---@return string[]
function M.lines(list)
  local texts = vim.tbl_map(function(candidate)
    return candidate.text
  end, list)
  local lines = {}
  for index, label in ipairs(require("codegen.differing").labels(texts)) do
    local candidate = list[index]
    lines[index] = ("%s%s   %s"):format(candidate.current and "* " or "  ", label, M.verdict(candidate))
  end
  return lines
end

--- A text's lines, without those that are blank at its start and its end.
local function trimmed(text)
  return (text:gsub("^[ \t]*\n", ""):gsub("%s+$", "")) .. "\n"
end

--- What a candidate changes, in the lines of a unified diff; its own lines if nothing stands there. Pure.
---@param before string what it would replace
---@param candidate codegen.Candidate
---@return string[]
function M.diff(before, candidate)
  local after = trimmed(candidate.text)
  before = vim.trim(before) == "" and "" or trimmed(before)
  if before == after then
    return { " it stands there already" }
  end
  local diff = vim.diff(before, after, { result_type = "unified", ctxlen = 100 })
  local lines = {}
  for _, line in
    ipairs(vim.split(diff --[[@as string]], "\n"))
  do
    -- There is one hunk, whose line numbers are no lines of the buffer's.
    if line ~= "" and not vim.startswith(line, "@@") and not vim.startswith(line, "\\") then
      table.insert(lines, line)
    end
  end
  return lines
end

--- What the candidates would replace: generated code, or the user's own lines below the prompt.
local function replaced(buf, list, own_lines)
  for _, candidate in ipairs(list) do
    if candidate.current then
      return candidate.text
    end
  end
  local prompt = require("codegen.partial").prompt(buf)
  if own_lines > 0 and prompt then
    return table.concat(api.nvim_buf_get_lines(buf, prompt + 1, prompt + 1 + own_lines, false), "\n")
  end
  return ""
end

local function title(own_lines)
  if own_lines == 0 then
    return "Code for this prompt"
  end
  return ("Code for this prompt, in place of %d %s of yours"):format(own_lines, own_lines == 1 and "line" or "lines")
end

--- Opens two floating windows: the list, and below it what the candidate at its cursor changes.
local function open(list, before, heading, chosen)
  local lines = M.lines(list)
  local width = math.max(math.min(vim.o.columns - 4, 100), 20)
  local height = math.min(#list, math.max(math.floor(vim.o.lines / 3), 1))
  local left = math.max(math.floor((vim.o.columns - width) / 2) - 1, 0)
  local below = math.max(vim.o.lines - height - 8, 3)
  local list_buf, diff_buf = window.scratch(lines), window.scratch({}, "diff")
  local function float(buf, row, rows, enter, more)
    local place = { relative = "editor", row = row, col = left, width = width, height = rows }
    return api.nvim_open_win(buf, enter, vim.tbl_extend("force", place, { style = "minimal", border = "rounded", zindex = 60 }, more))
  end
  local diff_win = float(diff_buf, height + 2, below, false, { focusable = false })
  local keys = " <CR> takes it, q leaves "
  local list_win = float(list_buf, 0, height, true, { title = " " .. heading .. " ", footer = keys })
  vim.wo[list_win].cursorline = true
  vim.wo[list_win].wrap = false

  local function close()
    for _, win in ipairs({ list_win, diff_win }) do
      if api.nvim_win_is_valid(win) then
        api.nvim_win_close(win, true)
      end
    end
  end
  local function show()
    local diff = M.diff(before, list[api.nvim_win_get_cursor(list_win)[1]])
    window.write(diff_buf, diff)
    api.nvim_win_set_height(diff_win, math.max(math.min(#diff, below), 1))
  end
  api.nvim_create_autocmd("CursorMoved", { buffer = list_buf, callback = show })
  api.nvim_create_autocmd("WinLeave", { buffer = list_buf, once = true, callback = vim.schedule_wrap(close) })
  local function map(key, action)
    vim.keymap.set("n", key, action, { buffer = list_buf, nowait = true, desc = "codegen: candidates" })
  end
  map("<CR>", function()
    local candidate = list[api.nvim_win_get_cursor(list_win)[1]]
    close()
    chosen(candidate)
  end)
  map("q", close)
  map("<Esc>", close)
  for index, candidate in ipairs(list) do
    if candidate.current then
      api.nvim_win_set_cursor(list_win, { index, 0 })
    end
  end
  show()
end

--- Lets the user choose.
---@param buf integer the buffer of the turn
---@param list codegen.Candidate[] not empty
---@param own_lines integer how many of the user's own lines the chosen one will replace
---@param chosen fun(candidate: codegen.Candidate)
function M.choose(buf, list, own_lines, chosen)
  local heading = title(own_lines)
  if require("codegen.config").current().candidates == "select" then
    local lines = {}
    for index, line in ipairs(M.lines(list)) do
      lines[list[index]] = line
    end
    local options = {
      prompt = heading .. ":",
      kind = "codegen",
      format_item = function(candidate)
        return lines[candidate]
      end,
    }
    vim.ui.select(list, options, function(candidate)
      if candidate then
        chosen(candidate)
      end
    end)
  else
    open(list, replaced(buf, list, own_lines), heading, chosen)
  end
end

return M
