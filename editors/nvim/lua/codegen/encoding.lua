--- Positions as LSP counts them, in Neovims of every version.

local M = {}

local NEW = vim.fn.has("nvim-0.11") == 1

--- A position's character as a byte offset in its line.
---@param line string
---@param character integer
---@param encoding "utf-8"|"utf-16"|"utf-32"
---@return integer
function M.byte_offset(line, character, encoding)
  if NEW then
    return vim.str_byteindex(line, encoding, character, false)
  end
  return vim.lsp.util._str_byteindex_enc(line, character, encoding)
end

--- The length of a text in units of the encoding.
---@param text string
---@param encoding "utf-8"|"utf-16"|"utf-32"
---@return integer
function M.length(text, encoding)
  if NEW then
    return vim.str_utfindex(text, encoding)
  end
  return vim.lsp.util._str_utfindex_enc(text, nil, encoding)
end

return M
