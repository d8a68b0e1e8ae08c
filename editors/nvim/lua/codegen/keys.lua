--- Keys that act on ghost text, and otherwise do what they did before.

local claims = require("codegen.claims")
local ghost = require("codegen.ghost")

local M = {}

local OURS = "codegen: "
--- The buffer's own mappings that the plugin's mappings replace, by buffer and key.
---@type table<integer, table<string, table>>
local covered = {}
--- The keys that the plugin has mapped, by buffer.
---@type table<integer, string[]>
local mapped = {}

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

--- What a key does; whether it has done something.
---@param name string of `codegen.Keys`
---@param key string
---@return boolean
local function act(name, key)
  if name == "accept" then
    local indents = vim.api.nvim_replace_termcodes(key, true, true, true) == "\t" and ghost.indents_first()
    return not indents and ghost.accept("all", key)
  elseif name == "accept_word" then
    return ghost.accept("word", key)
  elseif name == "accept_line" then
    return ghost.accept("line", key)
  end
  -- What these do changes text or asks the server, which an `expr` mapping may not.
  if name == "trigger" then
    vim.schedule(ghost.trigger)
    return true
  elseif not ghost.is_visible() then
    return false
  elseif name == "dismiss" then
    vim.schedule(ghost.dismiss)
  else
    vim.schedule(function()
      ghost.cycle(name == "next" and 1 or -1)
    end)
  end
  return true
end

--- Maps the configured keys in `buf`.
---@param keys codegen.Keys
---@param buf integer
function M.map(keys, buf)
  vim.api.nvim_create_autocmd("BufWipeout", {
    buffer = buf,
    once = true,
    callback = function()
      covered[buf], mapped[buf] = nil, nil
    end,
  })
  mapped[buf] = {}
  for name, key in pairs(keys) do
    if key then
      cover(buf, key)
      table.insert(mapped[buf], key)
      vim.keymap.set("i", key, function()
        return not claims.key(key) and act(name, key) and "" or fall_back(key)
      end, { buffer = buf, expr = true, replace_keycodes = false, desc = OURS .. name:gsub("_", " ") })
    end
  end
end

--- Removes the plugin's mappings from `buf`, and puts back those that they covered.
---@param buf integer
function M.unmap(buf)
  local keys = mapped[buf]
  mapped[buf] = nil
  if not keys or not vim.api.nvim_buf_is_valid(buf) then
    return
  end
  for _, key in ipairs(keys) do
    local present = find(vim.api.nvim_buf_get_keymap(buf, "i"), key)
    -- What somebody else has mapped since stays.
    if present and vim.startswith(present.desc or "", OURS) then
      vim.keymap.del("i", key, { buffer = buf })
      local before = (covered[buf] or {})[key]
      if before then
        vim.api.nvim_buf_call(buf, function()
          vim.fn.mapset("i", false, before)
        end)
      end
    end
  end
  covered[buf] = nil
end

return M
