--- What the user is told, in a form for which Neovim need not wait for a key: it does so after every message that does
--- not fit into the command line. The whole texts are kept for |:Codegen| messages.

local M = {}

-- Enough to find what was missed.
local MOST = 100

---@type string[]
local told = {}

--- Whether `vim.notify` is Neovim's own, which writes into the command line, and not that of a plugin with windows.
local function writes_below()
  if type(vim.notify) ~= "function" then
    return false
  end
  -- Neovim's own modules are named by no whole path, and from 0.12 on not at all.
  local source = debug.getinfo(vim.notify, "S").source
  return source == "?" or vim.startswith(source, "@vim/")
end

--- A text in at most `width` columns of one line: the whole, or its beginning and where the rest is. Pure.
---@param text string
---@param width integer
---@return string
function M.fitted(text, width)
  local first, more = text:match("^([^\n]*)(.*)$")
  local function fits(line)
    return vim.fn.strdisplaywidth(line) <= width
  end
  if more == "" and fits(first) then
    return first
  elseif fits(first .. " …") then
    return first .. " …"
  end
  local rest = "… (:Codegen messages)"
  local length = vim.fn.strchars(first)
  while length > 0 and not fits(vim.fn.strcharpart(first, 0, length) .. rest) do
    length = length - 1
  end
  return length > 0 and vim.fn.strcharpart(first, 0, length) .. rest or vim.fn.strcharpart(first, 0, width)
end

--- Tells the user something by `vim.notify`.
---@param text string
---@param level integer of `vim.log.levels`
function M.tell(text, level)
  table.insert(told, os.date("%H:%M:%S ") .. text)
  if #told > MOST then
    table.remove(told, 1)
  end
  if not writes_below() then
    vim.notify(text, level)
    return
  end
  -- Within an autocommand or a command, Neovim would make an exception of an error, and show where it was raised.
  vim.schedule(function()
    local line = M.fitted(text, vim.v.echospace)
    if level == vim.log.levels.ERROR then
      -- As an error, Neovim would wait for a key after it where 'cmdheight' is 0.
      vim.api.nvim_echo({ { line, "ErrorMsg" } }, true, {})
    else
      vim.notify(line, level)
    end
  end)
end

--- Shows all that was told, the latest last.
function M.show()
  local lines = {}
  for _, text in ipairs(told) do
    vim.list_extend(lines, vim.split(text, "\n", { plain = true }))
  end
  require("codegen.window").below(#lines > 0 and lines or { "There were no messages." })
  vim.cmd("normal! G")
end

return M
