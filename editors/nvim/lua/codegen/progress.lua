--- The server's progress reports, shown in the command line.

local M = {}

--- A report in one line of at most `width` columns.
---@param value table a `WorkDoneProgress`
---@param width integer
---@return string
function M.line(value, width)
  local words = {}
  for _, word in ipairs({ value.title or false, value.message or false }) do
    if word then
      table.insert(words, word)
    end
  end
  local text = value.kind == "end" and (value.message or "done") or table.concat(words, ": ")
  return vim.fn.strcharpart("codegen: " .. text:gsub("%s*\n%s*", " "), 0, width)
end

--- Shows the reports from now on, as long as the option says so.
---@param group integer an autocommand group
function M.watch(group)
  vim.api.nvim_create_autocmd("LspProgress", {
    group = group,
    callback = function(event)
      if not require("codegen.config").current().progress then
        return
      end
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      local value = event.data.params and event.data.params.value
      if client and client.name == require("codegen.client").NAME and type(value) == "table" then
        -- One screen line at most, because Neovim would wait for a key otherwise.
        local text = M.line(value, math.max(vim.o.columns - 15, 10))
        vim.api.nvim_echo({ { text } }, false, {})
      end
    end,
  })
end

return M
