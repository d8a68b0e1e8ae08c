--- Keys that act on ghost text, and do what they did before where there is none.

local M = {}

--- The mapping that `key` has outside of this buffer. (Neovim itself maps <Tab> from 0.11 on.)
local function global_mapping(key)
  local wanted = vim.api.nvim_replace_termcodes(key, true, true, true)
  for _, mapping in ipairs(vim.api.nvim_get_keymap("i")) do
    if mapping.lhsraw == wanted then
      return mapping
    end
  end
end

local function feed(keys, mode)
  vim.api.nvim_feedkeys(keys, mode, false)
end

--- Does what `key` would do without this plugin. Called from an `expr` mapping, whose result it returns.
local function fall_back(key)
  local mapping = global_mapping(key)
  local plain = vim.api.nvim_replace_termcodes(key, true, true, true)
  if not mapping then
    return plain
  end
  local is_expr = mapping.expr == 1
  if mapping.callback and not is_expr then
    vim.schedule(mapping.callback)
    return ""
  end
  local keys
  if mapping.callback then
    keys = mapping.callback() or ""
  elseif is_expr then
    keys = vim.api.nvim_eval(mapping.rhs)
  else
    keys = vim.api.nvim_replace_termcodes(mapping.rhs or "", true, true, true)
  end
  if is_expr and mapping.replace_keycodes == 1 then
    keys = vim.api.nvim_replace_termcodes(keys, true, true, true)
  end
  if mapping.noremap == 1 or keys == plain then
    return keys
  end
  feed(keys, "mi")
  return ""
end

--- Maps the configured keys in `buf`.
---@param keys table<string, string|false>
---@param buf integer
function M.map(keys, buf)
  local codegen = require("codegen")
  local actions = {
    accept = function()
      return codegen.accept("all")
    end,
    accept_word = function()
      return codegen.accept("word")
    end,
    accept_line = function()
      return codegen.accept("line")
    end,
    dismiss = function()
      local visible = codegen.is_visible()
      if visible then
        vim.schedule(codegen.dismiss)
      end
      return visible
    end,
  }
  for name, action in pairs(actions) do
    local key = keys[name]
    if key then
      vim.keymap.set("i", key, function()
        return action() and "" or fall_back(key)
      end, { buffer = buf, expr = true, replace_keycodes = false, desc = "codegen: " .. name:gsub("_", " ") })
    end
  end
end

return M
