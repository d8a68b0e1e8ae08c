--- The rest of a suggestion, and parts of it. Pure.

local M = {}

--- The text with `\n` as its only line end: LSP texts may end lines in three ways, and a Neovim buffer's lines hold
--- none.
---@param text string
---@return string
function M.normalise(text)
  return (text:gsub("\r\n?", "\n"))
end

--- The rest of `text` after `typed`; nil if `text` does not begin with it, or nothing is left.
---@param text string
---@param typed string
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

local function column(line, tabstop)
  return width(line:match("^[ \t]*"), tabstop)
end

--- The column of the members of the class that the last of `lines` is in; nil if it is in none. Two blank lines at the
--- end are taken to end the class, as Python programs are laid out.
---@param lines string[] those above the cursor's
---@param tabstop integer
---@return integer?
function M.member_column(lines, tabstop)
  local last = #lines
  while last > 0 and lines[last]:match("^%s*$") do
    last = last - 1
  end
  if last == 0 or #lines - last >= 2 then
    return nil
  end
  local member = column(lines[last], tabstop)
  for number = last - 1, 1, -1 do
    local line = lines[number]
    local own = column(line, tabstop)
    if own < member and not line:match("^%s*$") then
      if line:match("^%s*class%f[^%w_]") then
        return member
      end
      member = own
    end
  end
end

--- Whether <Tab> should indent rather than accept: only white space stands before the cursor, and the line will need
--- more of it, because `rest` begins with some, or because members of the class stand further to the right. Accepting
--- is what <Tab> does once the cursor is where the line begins.
---@param before string the line up to the cursor
---@param rest string the suggestion's text from the cursor on
---@param tabstop integer
---@param member? integer the column of the class's members
---@return boolean
function M.indents_first(before, rest, tabstop, member)
  if before:find("[^ \t]") or rest:sub(1, 1) == "\n" then
    return false
  end
  local needed = column(before .. rest, tabstop)
  return math.max(needed, member or 0) > width(before, tabstop)
end

--- The part of `rest` that one key accepts.
---@param rest string
---@param part codegen.Part
---@return string
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
