--- Where ghost text may stand, and how it gets into the buffer: what both kinds of ghost text share.

local M = {}

local api = vim.api

-- Whatever may end insert mode or move the cursor. No one of them comes always: CTRL-C brings no InsertLeave and may bring
-- ModeChanged late, and a click into another window of the same buffer brings neither BufLeave nor ModeChanged.
local EVENTS = {
  "ModeChanged",
  "InsertLeave",
  "CursorMoved",
  "CursorMovedI",
  "TextChanged",
  "TextChangedI",
  -- Another entry of a menu, which need not move the cursor.
  "CompleteChanged",
  "WinEnter",
  "WinLeave",
  "BufEnter",
  "BufLeave",
  "TabLeave",
  "CmdlineEnter",
  "TermEnter",
  -- Right before the next key is waited for.
  "SafeState",
}

--- Whether text is being inserted by typing: not for the one command after CTRL-O, and not in replace mode.
---@return boolean
function M.is_inserting()
  return api.nvim_get_mode().mode:sub(1, 1) == "i"
end

--- Whether the cursor stands where the line has no text: 'virtualedit' lets it, and what is typed there is preceded by
--- spaces that no suggestion reckons with.
---@return boolean
function M.is_past_the_end()
  return vim.o.virtualedit ~= "" and vim.fn.getcurpos()[4] > 0
end

--- Calls `check` whenever insert mode may have ended or the cursor may have moved, in whatever buffer.
---@param name string of the autocommand group
---@param check fun(event: table)
function M.watch(name, check)
  local events = vim.tbl_filter(function(event)
    return vim.fn.exists("##" .. event) == 1
  end, EVENTS)
  local group = api.nvim_create_augroup(name, { clear = true })
  api.nvim_create_autocmd(events, {
    group = group,
    callback = function(event)
      -- Returning true would remove the autocommand.
      check(event)
    end,
  })
end

--- Inserts `piece` at the cursor, which stands behind it afterwards, in place of the `suffix` bytes that follow.
---
--- Pasting inserts it verbatim, whatever 'autoindent', 'textwidth' and mappings there are, and (from Neovim 0.11 on)
--- repeats it with |.| together with what is typed before and after. `vim.paste` may be the user's own, and is passed by.
---@param piece string
---@param suffix integer
function M.insert(piece, suffix)
  if suffix > 0 then
    local cursor = api.nvim_win_get_cursor(0)
    api.nvim_buf_set_text(0, cursor[1] - 1, cursor[2], cursor[1] - 1, cursor[2] + suffix, {})
  end
  local users = vim.paste
  vim.paste = function(lines)
    api.nvim_put(lines, "c", false, true)
    return true
  end
  local ok, message = pcall(api.nvim_paste, piece, false, -1)
  vim.paste = users
  if not ok then
    error(message, 0)
  end
end

return M
