--- Macros: a recording holds the text that was accepted in place of the key, which would do something else when it is
--- replayed. A mark is recorded behind the key, and both are replaced once the recording ends.

local M = {}

local api = vim.api

local MARK = "<Plug>(codegen-accepted)"

--- What was accepted during this recording, in order.
---@type {key: string, text?: string, replaced?: integer}[]
local accepted = {}

local function raw(keys)
  return api.nvim_replace_termcodes(keys, true, true, true)
end

--- The forms in which a key may have been recorded.
local function forms(key)
  local found = { raw(key) }
  local mapping = vim.fn.maparg(key, "i", false, true)
  for _, name in ipairs({ "lhsraw", "lhsrawalt" }) do
    if mapping[name] then
      table.insert(found, mapping[name])
    end
  end
  return found
end

--- The keys that insert a text as it is, whatever options and mappings there are.
---@param inserted string
---@param replaced integer the characters behind the cursor that it replaces
---@return string
function M.keys(inserted, replaced)
  local quoted = inserted:gsub("[\\\"]", "\\%0"):gsub("\n", "\\n"):gsub("\t", "\\t"):gsub("\r", "\\r")
  local last = ""
  if inserted:sub(-1) == "\n" then
    -- The expression register would make whole lines of it.
    quoted, last = quoted:sub(1, -3), raw("<CR>")
  end
  return raw("<C-g>u") .. raw("<Del>"):rep(replaced) .. raw("<C-r><C-o>=") .. "\"" .. quoted .. "\"" .. raw("<CR>") .. last .. raw("<C-g>u")
end

--- A recording with the accepted texts in place of keys and marks. Pure, but for the forms of keys.
---@param recording string
---@param list {key: string, text?: string, replaced?: integer}[]
---@return string
function M.rewrite(recording, list)
  local mark = raw(MARK)
  local done, from = {}, 1
  for _, each in ipairs(list) do
    local first, last = recording:find(mark, from, true)
    if not first then
      break
    end
    local before = recording:sub(from, first - 1)
    if each.text then
      for _, form in ipairs(forms(each.key)) do
        if vim.endswith(before, form) then
          before = before:sub(1, #before - #form) .. M.keys(each.text, each.replaced or 0)
          break
        end
      end
    end
    table.insert(done, before)
    from = last + 1
  end
  table.insert(done, recording:sub(from))
  return table.concat(done)
end

local function on_leave(register)
  local list = accepted
  accepted = {}
  if #list == 0 then
    return
  end
  -- Neovim writes the register after this event.
  vim.schedule(function()
    local recording = vim.fn.getreg(register, 1)
    if type(recording) == "string" then
      vim.fn.setreg(register, M.rewrite(recording, list), "v")
    end
  end)
end

local watching = false

local function watch()
  if watching then
    return
  end
  watching = true
  -- Replayed before it is replaced, the mark does nothing.
  vim.keymap.set({ "i", "n", "x", "s", "o", "c", "t" }, MARK, "<Nop>", { desc = "codegen: what was accepted in a macro" })
  api.nvim_create_autocmd("RecordingLeave", {
    group = api.nvim_create_augroup("codegen.macro", { clear = true }),
    callback = function()
      on_leave(vim.v.event.regname == "" and "\"" or vim.v.event.regname:lower())
    end,
  })
end

--- Marks that `key` accepts, if a macro is being recorded.
---@param key string
function M.accepted(key)
  if vim.fn.reg_recording() == "" then
    return
  end
  watch()
  table.insert(accepted, { key = key })
  -- As if typed: only that is recorded.
  api.nvim_feedkeys(raw(MARK), "it", false)
end

--- Remembers what the last such key has inserted.
---@param inserted string
---@param replaced integer the characters behind the cursor that it has replaced
function M.inserted(inserted, replaced)
  local last = accepted[#accepted]
  if last and not last.text then
    last.text, last.replaced = inserted, replaced
  end
end

return M
