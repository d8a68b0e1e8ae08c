--- Windows for what the user only reads.

local M = {}

local api = vim.api

--- A buffer that is gone with its window.
---@param lines string[]
---@param filetype? string
---@return integer buf
function M.scratch(lines, filetype)
  local buf = api.nvim_create_buf(false, true)
  vim.bo[buf].bufhidden = "wipe"
  vim.bo[buf].swapfile = false
  api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  vim.bo[buf].modifiable = false
  if filetype then
    vim.bo[buf].filetype = filetype
  end
  return buf
end

--- Replaces the lines of such a buffer.
---@param buf integer
---@param lines string[]
function M.write(buf, lines)
  vim.bo[buf].modifiable = true
  api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  vim.bo[buf].modifiable = false
end

--- Shows lines in a window below, which `q` closes.
---@param lines string[]
---@return integer buf
function M.below(lines)
  local buf = M.scratch(lines)
  vim.cmd("botright split")
  api.nvim_win_set_buf(0, buf)
  api.nvim_win_set_height(0, math.min(#lines, math.max(math.floor(vim.o.lines / 2), 1)))
  vim.keymap.set("n", "q", "<Cmd>close<CR>", { buffer = buf, desc = "codegen: close" })
  return buf
end

return M
