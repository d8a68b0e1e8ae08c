--- The server's lenses, which say how turns stand: asked for once whenever that may have changed, for the signs and for the
--- lenses over prompts. From 0.12 on Neovim keeps the latter up to date itself.

local client_of = require("codegen.client")
local features = require("codegen.features")
local signs_of = require("codegen.signs")

local M = {}

local api = vim.api
local codelens = vim.lsp.codelens
-- Milliseconds in which changes are awaited before they are asked about, all at once.
local DELAY = 100

--- A buffer whose lenses are asked for.
---@class codegen.Asking
---@field signs codegen.Signs|false
---@field lenses boolean whether Neovim shows what was asked for
---@field asked integer how often
---@field due boolean whether it will soon be asked

---@type table<integer, codegen.Asking>
local asking = {}

local function group_of(buf)
  return "codegen.lenses." .. buf
end

local function forget(buf)
  asking[buf] = nil
  pcall(api.nvim_del_augroup_by_name, group_of(buf))
end

local ask_soon

--- Asks for a buffer's lenses. Of several answers the one to the last question counts.
local function ask(buf)
  local state, client = asking[buf], client_of.attached(buf)
  if not client or not api.nvim_buf_is_loaded(buf) then
    return
  end
  state.asked = state.asked + 1
  local mine, tick = state.asked, api.nvim_buf_get_changedtick(buf)
  local params = { textDocument = vim.lsp.util.make_text_document_params(buf) }
  client_of.request(client, "textDocument/codeLens", params, function(err, lenses)
    if err or asking[buf] ~= state or mine ~= state.asked or not api.nvim_buf_is_loaded(buf) then
      return
    elseif tick ~= api.nvim_buf_get_changedtick(buf) then
      ask_soon(buf)
      return
    end
    lenses = type(lenses) == "table" and lenses or {}
    if state.signs then
      signs_of.draw(buf, state.signs, lenses)
    end
    if state.lenses then
      codelens.on_codelens(nil, lenses, { method = "textDocument/codeLens", bufnr = buf, client_id = client.id })
    end
  end, buf)
end

function ask_soon(buf)
  local state = asking[buf]
  if not state or state.due then
    return
  end
  state.due = true
  vim.defer_fn(function()
    state.due = false
    if asking[buf] == state then
      ask(buf)
    end
  end, DELAY)
end

--- The buffers that the plugin has turned lenses on in; where the user has, they stay when it turns its own off.
---@type table<integer, true>
local turned_on = {}
--- The buffers where only this server's were turned off.
---@type table<integer, true>
local hidden = {}

--- Has Neovim show the lenses of one server in a buffer, or not.
local function switch(client, buf, on)
  if on then
    if not codelens.is_enabled({ bufnr = buf }) then
      turned_on[buf] = true
      codelens.enable(true, { bufnr = buf })
    end
    if hidden[buf] then
      hidden[buf] = nil
      local both = { client_id = client.id, bufnr = buf }
      codelens.enable(false, both)
      codelens.enable(true, both)
    end
    return
  end
  if hidden[buf] then
    return
  end
  hidden[buf] = true
  features.turn_off(codelens, client, buf)
  if turned_on[buf] then
    turned_on[buf] = nil
    codelens.enable(false, { bufnr = buf })
  end
end

--- Shows signs and lenses in a buffer and keeps them up to date, or removes them.
---@param client vim.lsp.Client
---@param buf integer
---@param signs codegen.Signs|false
---@param on boolean whether there are lenses over prompts
function M.set(client, buf, signs, on)
  local asks = on and not codelens.enable
  if codelens.enable then
    switch(client, buf, on)
  elseif not on and asking[buf] and asking[buf].lenses then
    codelens.clear(client.id, buf)
  end
  if not signs then
    signs_of.clear(buf)
  end
  if not signs and not asks then
    forget(buf)
    return
  end
  local state = asking[buf] or { asked = 0, due = false }
  asking[buf], state.signs, state.lenses = state, signs, asks
  api.nvim_create_autocmd({ "BufEnter", "InsertLeave", "TextChanged" }, {
    group = api.nvim_create_augroup(group_of(buf), { clear = true }),
    buffer = buf,
    callback = function()
      ask_soon(buf)
    end,
  })
  ask_soon(buf)
end

--- Removes what a server that the buffer is detached from has said.
---@param client vim.lsp.Client
---@param buf integer
function M.detach(client, buf)
  if turned_on[buf] then
    codelens.enable(false, { bufnr = buf })
  elseif asking[buf] and asking[buf].lenses then
    codelens.clear(client.id, buf)
  end
  turned_on[buf], hidden[buf] = nil, nil
  signs_of.clear(buf)
  forget(buf)
end

--- Asks for all lenses again, because the server says that they have changed.
function M.refresh()
  for buf in pairs(asking) do
    ask_soon(buf)
  end
end

return M
