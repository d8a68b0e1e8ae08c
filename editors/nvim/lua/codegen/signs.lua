--- Signs in the gutter beside prompts whose code is stale, was edited, or could not be written. What the server says of a
--- turn's state is in its lenses.

local client_of = require("codegen.client")

local M = {}

local namespace = vim.api.nvim_create_namespace("codegen.signs")

--- The signs of each buffer that has some.
---@type table<integer, codegen.Signs>
local signs_of = {}

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

local function draw(buf, lenses)
  vim.api.nvim_buf_clear_namespace(buf, namespace, 0, -1)
  local last = vim.api.nvim_buf_line_count(buf)
  for _, lens in ipairs(lenses) do
    local state = lens.command and M.state(lens.command.title)
    if state and lens.range.start.line < last then
      vim.api.nvim_buf_set_extmark(buf, namespace, lens.range.start.line, 0, {
        sign_text = signs_of[buf][state],
        sign_hl_group = HIGHLIGHTS[state],
      })
    end
  end
end

local function ask(buf)
  local client = client_of.attached(buf)
  if not client then
    return
  end
  local params = { textDocument = vim.lsp.util.make_text_document_params(buf) }
  local tick = vim.api.nvim_buf_get_changedtick(buf)
  client_of.request(client, "textDocument/codeLens", params, function(err, lenses)
    if err or type(lenses) ~= "table" or not signs_of[buf] or not vim.api.nvim_buf_is_loaded(buf) then
      return
    end
    if tick == vim.api.nvim_buf_get_changedtick(buf) then
      draw(buf, lenses)
    else
      ask(buf)
    end
  end, buf)
end

--- Shows signs in a buffer, or removes them.
---@param buf integer
---@param signs codegen.Signs|false
function M.set(buf, signs)
  if signs then
    signs_of[buf] = signs
    ask(buf)
  elseif signs_of[buf] then
    signs_of[buf] = nil
    if vim.api.nvim_buf_is_valid(buf) then
      vim.api.nvim_buf_clear_namespace(buf, namespace, 0, -1)
    end
  end
end

--- Asks for all states again, because the server says that they have changed.
function M.refresh()
  for buf in pairs(signs_of) do
    if vim.api.nvim_buf_is_loaded(buf) then
      ask(buf)
    else
      signs_of[buf] = nil
    end
  end
end

return M
