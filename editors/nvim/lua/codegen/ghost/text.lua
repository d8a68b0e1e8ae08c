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

--- The column that white space at the start of a line reaches.
local function width(white, tabstop)
  local column = 0
  for char in white:gmatch(".") do
    column = char == "\t" and column - column % tabstop + tabstop or column + 1
  end
  return column
end

--- Whether <Tab> should indent rather than accept: only white space stands before the cursor, and the line will need
--- more of it, because `rest` begins with some. Accepting is what <Tab> does once the cursor is where the line begins.
---@param before string the line up to the cursor
---@param rest string the suggestion's text from the cursor on
---@param tabstop integer
function M.indents_first(before, rest, tabstop)
  local white = rest:match("^[ \t]+")
  if not white or before:find("[^ \t]") then
    return false
  end
  return width(before .. white, tabstop) > width(before, tabstop)
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
