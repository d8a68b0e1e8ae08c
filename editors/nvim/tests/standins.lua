--- Stand-ins for blink.cmp and nvim-cmp, which no package registry has: they do with a source what those do, as far as a
--- source can tell. Written from blink.cmp's `sources/lib/provider`, `lib/text_edits` and `completion/accept` at 73ea297,
--- and nvim-cmp's `source`, `entry` and `core` at a1d5048.

local M = {}

-- Runs inside the child.
M.blink = [[
  local blink = { items = {}, contexts = 0 }
  _G.blink = blink
  local module = "codegen.blink"
  blink.source = require(module).new({}, { name = "CodeGen", module = module, async = true })

  -- What blink.cmp takes for the word before the cursor; a hyphen is a part of it.
  local function bounds(line, col)
    local word = line:sub(1, col):match("[%w_\128-\255-]*$"):gsub("^%-+", "")
    return { line_number = vim.fn.line("."), start_col = col - #word + 1, length = #word }
  end

  function blink.context(kind)
    blink.contexts = blink.contexts + 1
    local cursor = vim.api.nvim_win_get_cursor(0)
    local line = vim.api.nvim_get_current_line()
    return {
      id = blink.contexts,
      mode = "default",
      bufnr = vim.api.nvim_get_current_buf(),
      cursor = cursor,
      line = line,
      bounds = bounds(line, cursor[2]),
      trigger = { initial_kind = kind, kind = kind },
    }
  end

  -- The first answer counts also where it is empty; items of later ones are added.
  function blink.show(kind)
    if blink.cancel then
      blink.cancel()
    end
    blink.items, blink.answers = {}, 0
    local context = blink.context(kind)
    blink.cancel = blink.source:get_completions(context, function(response)
      blink.answers = blink.answers + 1
      response = response or { items = {}, is_incomplete_forward = true, is_incomplete_backward = true }
      assert(response.is_incomplete_forward ~= nil and response.is_incomplete_backward ~= nil)
      for _, item in ipairs(response.items) do
        item.cursor_column = item.cursor_column or context.cursor[2]
        item.source_id = "codegen"
        table.insert(blink.items, item)
      end
    end)
    assert(blink.cancel == nil or type(blink.cancel) == "function")
  end

  -- The items that match the word before the cursor. blink.cmp's matching is fuzzy; every prefix matches.
  function blink.matching()
    local context = blink.context("keyword")
    local keyword = context.line:sub(context.bounds.start_col, context.cursor[2])
    return vim.tbl_filter(function(item)
      return vim.startswith(item.filterText or item.label, keyword)
    end, blink.items)
  end

  function blink.accept(index)
    local item = vim.deepcopy(blink.matching()[index])
    local cursor = vim.api.nvim_win_get_cursor(0)
    local range = item.textEdit.range
    range["end"].character = range["end"].character + cursor[2] - item.cursor_column
    assert(vim.lsp.get_client_by_id(item.client_id or -1) == nil, "positions are in bytes")
    local done = false
    blink.source:execute(blink.context("keyword"), item, function()
      done = true
    end, function()
      vim.lsp.util.apply_text_edits({ item.textEdit }, vim.api.nvim_get_current_buf(), "utf-8")
      local lines = vim.split(item.textEdit.newText, "\n")
      local column = #lines[#lines] + (#lines == 1 and range.start.character or 0)
      vim.api.nvim_win_set_cursor(0, { range["end"].line + #lines, column })
    end)
    assert(done, "execute has to call back")
  end
]]

-- Runs inside the child.
M.cmp = [[
  local cmp = { entries = {}, sources = {} }
  _G.cmp = cmp
  package.loaded["cmp"] = cmp
  function cmp.register_source(name, source)
    cmp.sources[name] = source
    return #vim.tbl_keys(cmp.sources)
  end
  function cmp.visible()
    return false
  end
  require("codegen.cmp").register()
  local source = cmp.sources.codegen

  local function context(reason)
    local cursor = vim.api.nvim_win_get_cursor(0)
    local line = vim.api.nvim_get_current_line()
    return {
      option = { reason = reason },
      get_reason = function()
        return reason
      end,
      bufnr = vim.api.nvim_get_current_buf(),
      cursor = { row = cursor[1], col = cursor[2] + 1 },
      cursor_line = line,
      cursor_before_line = line:sub(1, cursor[2]),
    }
  end

  -- Whether it asks: by hand, behind a trigger character, or where the pattern says that a keyword begins.
  function cmp.complete(reason)
    local now = context(reason)
    local pattern = "\\%(" .. source:get_keyword_pattern() .. "\\)\\m$"
    local match = vim.regex(pattern):match_str(now.cursor_before_line)
    local offset = match and match + 1 or now.cursor.col
    local before = now.cursor_before_line:sub(-1)
    local triggers = vim.tbl_contains(source:get_trigger_characters(), before)
    if not source:is_available() or not (reason == "manual" or triggers or offset < now.cursor.col) then
      return false
    end
    cmp.context, cmp.entries, cmp.answers = now, {}, 0
    source:complete({ offset = offset, context = now, completion_context = { triggerKind = 1 } }, function(response)
      if cmp.context == now then
        cmp.answers = cmp.answers + 1
        cmp.entries = vim.deepcopy((response or {}).items or {})
        cmp.incomplete = (response or {}).isIncomplete
      end
    end)
    return true
  end

  -- Where an entry begins: at its range, white space aside.
  local function entry_offset(entry)
    local first = math.min(entry.textEdit.range.start.character + 1, cmp.context.cursor.col)
    for index = first, cmp.context.cursor.col do
      local byte = cmp.context.cursor_line:sub(index, index)
      if not byte:match("%s") then
        return index
      end
    end
    return cmp.context.cursor.col
  end

  function cmp.matching()
    local line = context("auto").cursor_before_line
    return vim.tbl_filter(function(entry)
      return vim.startswith(entry.filterText or vim.trim(entry.label), line:sub(entry_offset(entry)))
    end, cmp.entries)
  end

  -- The line is put back to what it was at the request, and the entry inserted there: into its own range, or, where
  -- that is to be replaced and ends at the cursor, from the entry's beginning on.
  function cmp.confirm(index, replace)
    assert(source:get_position_encoding_kind() == "utf-8")
    local entry = vim.deepcopy(cmp.matching()[index])
    local row = cmp.context.cursor.row
    vim.api.nvim_buf_set_lines(0, row - 1, row, false, { cmp.context.cursor_line })
    vim.api.nvim_win_set_cursor(0, { row, cmp.context.cursor.col - 1 })
    local range = entry.textEdit.range
    if replace and range["end"].character == cmp.context.cursor.col - 1 then
      range.start.character = entry_offset(entry) - 1
    end
    vim.lsp.util.apply_text_edits({ entry.textEdit }, vim.api.nvim_get_current_buf(), "utf-8")
    local lines = vim.split(entry.textEdit.newText, "\n")
    vim.api.nvim_win_set_cursor(0, { row + #lines - 1, #lines[#lines] + (#lines == 1 and range.start.character or 0) })
    local done = false
    source:execute(entry, function()
      done = true
    end)
    assert(done, "execute has to call back")
  end
]]

return M
