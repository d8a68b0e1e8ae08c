--- Who else wants a key: menus, snippets and other plugins' ghost text come first.

local menu = require("codegen.menu")

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

--- Calls a function of another plugin, and gives false if it fails: not every version has the same.
local function ask(asked, ...)
  if type(asked) ~= "function" then
    return false
  end
  local ok, answer = pcall(asked, ...)
  return ok and answer and true or false
end

--- Whether a snippet is being filled in, and `step` leads to another of its places.
---@param step 1|-1
local function in_snippet(step)
  if vim.snippet and ask(vim.snippet.active, { direction = step }) then
    return true
  end
  local luasnip = package.loaded["luasnip"]
  if type(luasnip) == "table" and ask(luasnip.locally_jumpable, step) then
    return true
  end
  local mini = package.loaded["mini.snippets"]
  return type(mini) == "table" and type(mini.session) == "table" and ask(mini.session.get)
end

--- Whether ghost text of another plugin is shown: copilot.lua's, copilot.vim's, or of another server by Neovim itself.
local function other_ghost_text()
  local copilot = package.loaded["copilot.suggestion"]
  if type(copilot) == "table" and ask(copilot.is_visible) then
    return true
  end
  if vim.fn.exists("*copilot#GetDisplayedSuggestion") == 1 then
    local ok, displayed = pcall(vim.fn["copilot#GetDisplayedSuggestion"])
    if ok and type(displayed) == "table" and (displayed.text or "") ~= "" then
      return true
    end
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
