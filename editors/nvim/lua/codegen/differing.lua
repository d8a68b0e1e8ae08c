--- Short names for texts of several lines, which show where each differs from the others. Pure.

local M = {}

-- Characters of a line that are shown.
local WIDTH = 56
-- Characters of the first line that are shown where another line tells the texts apart.
local FIRST = 28
-- Characters that are shown before the first that differs.
local BEFORE = 12

--- How many items two lists have in common at their starts.
local function in_common(one, other)
  local count = 0
  while count < #one and one[count + 1] == other[count + 1] do
    count = count + 1
  end
  return count
end

local function characters(line)
  return vim.fn.split(line, "\\zs")
end

--- A line in at most `width` characters, among them those at `from`.
local function cut(line, from, width)
  local all = characters(line)
  if #all <= width then
    return line
  end
  local skipped = from > width - BEFORE and math.min(from - BEFORE, #all - width + 1) or 0
  local last = math.min(skipped + width - (skipped > 0 and 1 or 0), #all)
  if last < #all then
    last = last - 1
  end
  local shown = table.concat(all, "", skipped + 1, last)
  return (skipped > 0 and "…" or "") .. shown .. (last < #all and "…" or "")
end

--- The first line of `lines` that no other text with the same lines above it has, and how many of its characters one of
--- those has, too. The line is one past the end where another text goes on from it.
local function differing(lines, all, index)
  local most, shared = 0, 0
  for place, others in ipairs(all) do
    if place ~= index then
      local common = in_common(lines, others)
      local next_line, their_next = lines[common + 1], others[common + 1]
      local alike = next_line and their_next and in_common(characters(next_line), characters(their_next)) or 0
      if common > most then
        most, shared = common, alike
      elseif common == most then
        shared = math.max(shared, alike)
      end
    end
  end
  return most + 1, shared
end

--- A name of one line for each text.
---@param texts string[]
---@return string[]
function M.labels(texts)
  local all = vim.tbl_map(function(text)
    return vim.split(vim.trim(text), "\n", { plain = true })
  end, texts)
  local labels = {}
  for index, lines in ipairs(all) do
    local which, shared = differing(lines, all, index)
    local more = #lines - which
    local label
    if which == 1 then
      label = cut(lines[1], shared, WIDTH)
    elseif which > #lines then
      label, more = cut(lines[1], 0, FIRST) .. (#lines > 1 and (" … +%d, then ends"):format(#lines - 1) or ", then ends"), 0
    else
      local indented = #lines[which]:match("^%s*")
      local line = cut(vim.trim(lines[which]), math.max(shared - indented, 0), WIDTH - FIRST)
      label = ("%s %s %s"):format(cut(lines[1], 0, FIRST), which == 2 and "⏎" or "…", line)
    end
    labels[index] = label .. (more > 0 and (" … +%d"):format(more) or "")
  end
  return labels
end

return M
