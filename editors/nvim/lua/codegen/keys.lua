--- Keys that act on ghost text, and otherwise do what they did before.

local M = {}

local OURS = "codegen: "
--- The buffer's own mappings that the plugin's mappings replace, by buffer and key.
---@type table<integer, table<string, table>>
local covered = {}

--- The mapping for `key` among `mappings`.
local function find(mappings, key)
  local wanted = vim.api.nvim_replace_termcodes(key, true, true, true)
  for _, mapping in ipairs(mappings) do
    if mapping.lhsraw == wanted then
      return mapping
    end
  end
end

--- Remembers the effect of `key` in the buffer before it is mapped. The plugin's own mapping is not remembered.
local function cover(buf, key)
  local mapping = find(vim.api.nvim_buf_get_keymap(buf, "i"), key)
  if not (mapping and vim.startswith(mapping.desc or "", OURS)) then
    covered[buf] = covered[buf] or {}
    covered[buf][key] = mapping
  end
end

--- The mapping of `key` without the plugin: the buffer's own, or else the global one. (Neovim maps <Tab> from 0.11 on.)
local function earlier_mapping(key)
  local own = covered[vim.api.nvim_get_current_buf()] or {}
  return own[key] or find(vim.api.nvim_get_keymap("i"), key)
end

local function feed(keys, mode)
  vim.api.nvim_feedkeys(keys, mode, false)
end

--- Returns the keys that an `expr` mapping has to type for the effect that `key` has without this plugin.
local function fall_back(key)
  local mapping = earlier_mapping(key)
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
  local tab = vim.api.nvim_replace_termcodes("<Tab>", true, true, true)
  local accepts_by_tab = keys.accept and vim.api.nvim_replace_termcodes(keys.accept, true, true, true) == tab
  local actions = {
    accept = function()
      return not (accepts_by_tab and codegen.indents_first()) and codegen.accept("all")
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
  vim.api.nvim_create_autocmd("BufWipeout", {
    buffer = buf,
    once = true,
    callback = function()
      covered[buf] = nil
    end,
  })
  for name, action in pairs(actions) do
    local key = keys[name]
    if key then
      cover(buf, key)
      vim.keymap.set("i", key, function()
        return action() and "" or fall_back(key)
      end, { buffer = buf, expr = true, replace_keycodes = false, desc = OURS .. name:gsub("_", " ") })
    end
  end
end

return M
