--- Signs in the gutter beside prompts whose code is stale, was edited, or could not be written. What the server says of a
--- turn's state is in its lenses.

local M = {}

local namespace = vim.api.nvim_create_namespace("codegen.signs")

local HIGHLIGHTS = { stale = "CodegenStale", failed = "CodegenFailed", edited = "CodegenEdited" }

--- What a lens says of its turn's state; nil if that needs no sign. Pure.
---@param title string
---@return "stale"|"failed"|"edited"|nil
function M.state(title)
  for _, state in ipairs({ "stale", "failed" }) do
    if title:match("^" .. state .. "%f[^%a]") then
      return state
    end
  end
  return title:match("^edited by hand") and "edited" or nil
end

--- Removes the signs of a buffer.
---@param buf integer
function M.clear(buf)
  if vim.api.nvim_buf_is_valid(buf) then
    vim.api.nvim_buf_clear_namespace(buf, namespace, 0, -1)
  end
end

--- Shows the signs that a buffer's lenses call for, in place of those that are there.
---@param buf integer
---@param signs codegen.Signs
---@param lenses table[] as the server has them
function M.draw(buf, signs, lenses)
  M.clear(buf)
  local last = vim.api.nvim_buf_line_count(buf)
  for _, lens in ipairs(lenses) do
    local state = lens.command and M.state(lens.command.title)
    if state and lens.range.start.line < last then
      vim.api.nvim_buf_set_extmark(buf, namespace, lens.range.start.line, 0, {
        sign_text = signs[state],
        sign_hl_group = HIGHLIGHTS[state],
      })
    end
  end
end

return M
