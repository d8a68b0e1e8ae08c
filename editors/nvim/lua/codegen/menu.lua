--- Completion menus: whether one is open at the cursor, and when that changes.

local others = require("codegen.others")

local M = {}

--- Whether Neovim's own menu, blink.cmp's or nvim-cmp's is open.
---@return boolean
function M.is_open()
  return vim.fn.pumvisible() == 1
    or others.says(package.loaded["blink.cmp"], "is_menu_visible")
    or others.says(package.loaded["cmp"], "visible")
end

--- An entry that is selected in Neovim's own menu, inserted already or not.
---@class codegen.Entry
---@field text string
---@field start? integer the byte offset in the cursor's line where it begins; nil if what stands there is not its beginning

--- Where an entry of this text begins in `before`, the line up to the cursor: at a word's start, and what follows is its
--- beginning; nil if there is no such place. Pure.
---@param before string
---@param text string
---@return integer?
function M.start_of(before, text)
  for length = math.min(#before, #text), 0, -1 do
    local start = #before - length
    if before:sub(start + 1) == text:sub(1, length) then
      -- Otherwise it would replace more than that.
      local inside = before:sub(start, start):find("[%w_\128-\255]") and text:find("^[%w_\128-\255]")
      return not inside and start or nil
    end
  end
end

--- The item that is selected in Neovim's own menu. A menu may have thousands, which are not all copied where Neovim can
--- give one.
local function selected_item()
  local index = vim.fn.complete_info({ "selected" }).selected
  if index < 0 then
    return nil
  end
  -- From 0.11 on.
  local item = vim.fn.complete_info({ "completed" }).completed
  return item or (vim.fn.complete_info({ "items" }).items or {})[index + 1]
end

--- The entry that is selected in Neovim's own menu; nil if none is.
---@return codegen.Entry?
function M.selected()
  local item = vim.fn.pumvisible() == 1 and selected_item()
  if not item then
    return nil
  end
  local before = vim.api.nvim_get_current_line():sub(1, vim.api.nvim_win_get_cursor(0)[2])
  return { text = item.word, start = M.start_of(before, item.word) }
end

--- Whether a text behind the cursor goes on from the selected entry. Where none is selected, every text may stand there.
---@param rest string
---@return boolean
function M.is_continued_by(rest)
  local entry = M.selected()
  if not entry then
    return true
  elseif not entry.start then
    return false
  end
  local before = vim.api.nvim_get_current_line():sub(entry.start + 1, vim.api.nvim_win_get_cursor(0)[2])
  return #before + #rest > #entry.text and vim.startswith(before .. rest, entry.text)
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
