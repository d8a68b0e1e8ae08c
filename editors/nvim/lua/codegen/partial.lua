--- Code that is still being written, shown below its prompt until it is in the buffer.

local M = {}

local namespace = vim.api.nvim_create_namespace("codegen.partial")
-- More lines would push the rest of the buffer off the screen.
local MOST_LINES = 20

--- The loaded buffer of a document, or nil.
local function buffer_of(uri)
  local buf = vim.uri_to_bufnr(uri)
  return vim.api.nvim_buf_is_loaded(buf) and buf or nil
end

--- An extmark id for each candidate that is written at the same time.
local function mark_id(params)
  local candidate = type(params.candidate) == "number" and params.candidate or 0
  return params.id * 32 + candidate + 1
end

--- The last line of each document's prompt that code was generated for last, counted from 0.
---@type table<integer, integer>
local prompts = {}

--- The last line of a prompt. Its range may end at the start of the line below.
local function last_line(range)
  local below = range["end"].character == 0 and range["end"].line > range.start.line
  return range["end"].line - (below and 1 or 0)
end

--- Handles the server's `codegen/partial`.
---@param params table
---@param preview boolean whether the code is shown
function M.receive(params, preview)
  local buf = buffer_of(params.uri)
  if not buf then
    return
  end
  prompts[buf] = last_line(params.range)
  if preview then
    M.show(params)
  end
end

--- The last line of the prompt that code was generated for last in a buffer, counted from 0.
---@param buf integer
---@return integer?
function M.prompt(buf)
  return prompts[buf]
end

--- Shows what has been written so far.
---@param params table
function M.show(params)
  local buf = buffer_of(params.uri)
  if not buf then
    return
  end
  local id = mark_id(params)
  if params.done then
    vim.api.nvim_buf_del_extmark(buf, namespace, id)
    return
  end
  local lines = vim.split((params.text:gsub("%s+$", "")), "\n")
  local shown = {}
  for index = math.max(#lines - MOST_LINES + 1, 1), #lines do
    table.insert(shown, { { lines[index], "CodegenGhost" } })
  end
  local row = math.min(last_line(params.range), vim.api.nvim_buf_line_count(buf) - 1)
  vim.api.nvim_buf_set_extmark(buf, namespace, row, 0, { id = id, virt_lines = shown })
end

--- Removes all shown code, because the server will send no last notification.
function M.clear()
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buf) then
      vim.api.nvim_buf_clear_namespace(buf, namespace, 0, -1)
    end
  end
end

return M
