--- Completion menus: whether one is open at the cursor, and when that changes.

local M = {}

--- Calls a function of a loaded module; false if there is none, or it fails: it is another plugin's.
local function ask(module, name)
  local loaded = package.loaded[module]
  local asked = type(loaded) == "table" and loaded[name]
  if type(asked) ~= "function" then
    return false
  end
  local ok, answer = pcall(asked)
  return ok and answer and true or false
end

--- Whether Neovim's own menu, blink.cmp's or nvim-cmp's is open.
---@return boolean
function M.is_open()
  return vim.fn.pumvisible() == 1 or ask("blink.cmp", "is_menu_visible") or ask("cmp", "visible")
end

--- Whether nvim-cmp has been asked to tell.
local hooked = false

local function hook_cmp(changed)
  local cmp = package.loaded["cmp"]
  if hooked or type(cmp) ~= "table" or type(cmp.event) ~= "table" then
    return
  end
  hooked = pcall(function()
    cmp.event:on("menu_opened", changed)
    cmp.event:on("menu_closed", changed)
  end)
end

--- Calls `changed` when a menu of blink.cmp or nvim-cmp opens or closes.
---@param changed fun()
function M.watch(changed)
  local group = vim.api.nvim_create_augroup("codegen.menu", { clear = true })
  vim.api.nvim_create_autocmd("User", {
    group = group,
    pattern = { "BlinkCmpMenuOpen", "BlinkCmpMenuClose" },
    callback = function()
      -- Whether it is open is known once it has been drawn.
      vim.schedule(changed)
    end,
  })
  hook_cmp(vim.schedule_wrap(changed))
  -- It may be loaded late.
  vim.api.nvim_create_autocmd("InsertEnter", {
    group = group,
    callback = function()
      hook_cmp(vim.schedule_wrap(changed))
    end,
  })
end

return M
