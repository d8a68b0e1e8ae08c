--- Keys that act on ghost text, and otherwise do what they did before.

local claims = require("codegen.claims")
local ghost = require("codegen.ghost")

local M = {}

local OURS = "codegen: "
--- The mapping that a key had before, while it is run.
local BEFORE = "<Plug>(codegen-before)"
--- The buffer's own mappings that the plugin's mappings replace, by buffer and key.
---@type table<integer, table<string, table>>
local covered = {}
--- The keys that the plugin has mapped, by buffer.
---@type table<integer, string[]>
local mapped = {}

vim.api.nvim_create_autocmd("BufWipeout", {
  group = vim.api.nvim_create_augroup("codegen.keys", { clear = true }),
  callback = function(event)
    covered[event.buf], mapped[event.buf] = nil, nil
  end,
})

local function raw(keys)
  return vim.api.nvim_replace_termcodes(keys, true, true, true)
end

--- The mapping for `key` among `mappings`, in the form that `mapset()` takes. A key such as <C-y> has two raw forms, and
--- not every Neovim tells both.
local function find(mappings, key)
  local wanted = raw(key)
  for _, mapping in ipairs(mappings) do
    if raw(mapping.lhs) == wanted then
      mapping.lhsrawalt = mapping.lhsraw ~= wanted and wanted or nil
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

--- Has keys come before all others that wait, and be mapped.
local function feed(keys)
  vim.api.nvim_feedkeys(keys, "mi", true)
end

--- The keys that a mapping stands for.
local function keys_of(mapping)
  if mapping.expr ~= 1 then
    return raw(mapping.rhs)
  end
  local keys
  if mapping.callback then
    keys = mapping.callback() or ""
  else
    -- In the form for keys, a byte 0x80 stands with two more.
    keys = vim.api.nvim_eval((raw(mapping.rhs):gsub("\128\254X", "\128")))
  end
  keys = tostring(keys)
  return mapping.replace_keycodes == 1 and raw(keys) or keys
end

--- Does what `key` does without this plugin: returns keys that an `expr` mapping has to type for it, and feeds others.
local function fall_back(key)
  local plain, mapping = raw(key), earlier_mapping(key)
  if not mapping then
    return plain
  end
  if mapping.noremap ~= 0 or (mapping.callback and mapping.expr ~= 1) then
    -- Neovim runs it itself, in its turn among the keys of a macro.
    mapping = vim.tbl_extend("force", mapping, { lhs = BEFORE, lhsraw = raw(BEFORE), buffer = 1 })
    mapping.lhsrawalt = nil
    vim.fn.mapset("i", false, mapping)
    feed(raw(BEFORE))
    return ""
  end
  -- Its keys are mapped again, but for the key itself where it comes first: that would lead here again and again.
  local keys = keys_of(mapping)
  if vim.startswith(keys, plain) then
    feed(keys:sub(#plain + 1))
    return plain
  end
  feed(keys)
  return ""
end

--- What a key does; whether it has done something.
---@param name string of `codegen.Keys`
---@param key string
---@return boolean
local function act(name, key)
  if name == "accept" then
    local indents = raw(key) == "\t" and ghost.indents_first()
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
  pcall(vim.keymap.del, "i", BEFORE, { buffer = buf })
end

return M
