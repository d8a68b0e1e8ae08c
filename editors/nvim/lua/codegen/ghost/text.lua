--- What of a suggestion is left, and parts of it. Pure.

local M = {}

--- LSP texts may end lines in three ways; a Neovim buffer's lines hold none of them.
function M.normalise(text)
  return (text:gsub("\r\n?", "\n"))
end

--- What of `text` is still to come when `typed` of it is there already; nil if something else was typed.
---@return string?
function M.rest(text, typed)
  if #typed < #text and vim.startswith(text, typed) then
    return text:sub(#typed + 1)
  end
end

--- The beginning of `rest` that one key accepts.
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
