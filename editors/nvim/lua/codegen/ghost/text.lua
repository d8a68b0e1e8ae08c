--- The rest of a suggestion, and parts of it. Pure.

local M = {}

--- The text with `\n` as its only line end: LSP texts may end lines in three ways, and a Neovim buffer's lines hold
--- none.
function M.normalise(text)
  return (text:gsub("\r\n?", "\n"))
end

--- The rest of `text` after `typed`; nil if `text` does not begin with it.
---@return string?
function M.rest(text, typed)
  if #typed < #text and vim.startswith(text, typed) then
    return text:sub(#typed + 1)
  end
end

--- The part of `rest` that one key accepts.
---@param part "all"|"word"|"line"
function M.portion(rest, part)
  if part == "word" then
    -- Bytes of characters beyond ASCII count as letters, so no character is cut.
    return rest:match("^%s*[%w_\128-\255]+") or rest:match("^%s*[^%w_%s\128-\255]+") or rest
  elseif part == "line" then
    return rest:match("^\n*[^\n]*")
  end
  return rest
end

return M
