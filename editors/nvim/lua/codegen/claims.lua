--- Who else wants a key: menus, snippets and other plugins' ghost text come first.

local ghost = require("codegen.ghost")
local menu = require("codegen.menu")
local others = require("codegen.others")

local M = {}

--- The keys that choose from menus and leave them.
local OF_MENUS = { "<Tab>", "<S-Tab>", "<CR>", "<C-y>", "<C-e>", "<C-n>", "<C-p>", "<Up>", "<Down>" }

local function raw(key)
  return vim.api.nvim_replace_termcodes(key, true, true, true)
end

local function is_one_of(key, keys)
  for _, each in ipairs(keys) do
    if raw(each) == raw(key) then
      return true
    end
  end
  return false
end

--- Whether a snippet is being filled in, and `step` leads to another of its places.
---@param step 1|-1
local function in_snippet(step)
  local mini = package.loaded["mini.snippets"]
  return others.says(vim.snippet, "active", { direction = step })
    or others.says(package.loaded["luasnip"], "locally_jumpable", step)
    or others.says(type(mini) == "table" and mini.session, "get")
end

--- Whether Neovim draws another server's ghost text here. Where it draws this plugin's, too, which is whose cannot be told.
local function is_drawn_by_neovim()
  if not vim.lsp.inline_completion or ghost.is_builtin() then
    return false
  end
  local namespace = vim.api.nvim_create_namespace("nvim.lsp.inline_completion")
  return #vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { limit = 1 }) > 0
end

--- Whether ghost text of another plugin is shown: copilot.lua's, copilot.vim's, or of another server by Neovim itself.
local function other_ghost_text()
  if others.says(package.loaded["copilot.suggestion"], "is_visible") or is_drawn_by_neovim() then
    return true
  end
  if vim.fn.exists("*copilot#GetDisplayedSuggestion") == 1 then
    local ok, displayed = pcall(vim.fn["copilot#GetDisplayedSuggestion"])
    return ok and type(displayed) == "table" and (displayed.text or "") ~= ""
  end
  return false
end

--- Whether something else claims the key now.
---@param key string as it is mapped, such as "<Tab>"
---@return boolean
function M.key(key)
  if is_one_of(key, OF_MENUS) and menu.is_open() then
    return true
  end
  if is_one_of(key, { "<Tab>" }) then
    return in_snippet(1) or other_ghost_text()
  end
  return is_one_of(key, { "<S-Tab>" }) and in_snippet(-1)
end

return M
