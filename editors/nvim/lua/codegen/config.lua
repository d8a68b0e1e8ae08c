--- The plugin's options: their defaults, their values, and the messages about wrong ones. The server's own options are
--- described by the server, in `codegen.schema`.

local M = {}

--- Insert-mode keys; false maps none. See |codegen-keys|.
---@class codegen.KeyOptions
---@field accept? string|false inserts all that is shown
---@field accept_word? string|false inserts its first word; the rest stays
---@field accept_line? string|false inserts its first line; the rest stays
---@field next? string|false shows the next alternative
---@field previous? string|false shows the previous alternative
---@field dismiss? string|false hides it until the next key
---@field trigger? string|false asks for suggestions by hand

--- Those with the defaults filled in.
---@class codegen.Keys: codegen.KeyOptions
---@field accept string|false
---@field accept_word string|false
---@field accept_line string|false
---@field next string|false
---@field previous string|false
---@field dismiss string|false
---@field trigger string|false

--- The texts of signs in the gutter, at most two columns wide.
---@class codegen.SignOptions
---@field stale? string the code was generated for another prompt, or below other turns
---@field failed? string the last attempt to write code failed
---@field edited? string generated code that was changed by hand

--- Those with the defaults filled in.
---@class codegen.Signs: codegen.SignOptions
---@field stale string
---@field failed string
---@field edited string

--- What `setup` takes: every field may be missing. See |codegen-options|.
---@class codegen.Options
---@field cmd? string|string[]|fun(dispatchers: table, config: table): table
---@field filetypes? string[]
---@field root_markers? string[]
---@field model? string
---@field settings? table<string, any>
---@field ghost? "auto"|"own"|"builtin"|false
---@field debounce? integer milliseconds
---@field show_with_menu? boolean
---@field omnifunc? boolean
---@field progress? boolean
---@field preview? boolean
---@field code_lens? boolean
---@field signs? codegen.SignOptions|false
---@field candidates? "window"|"select"
---@field trusted? boolean|string[]
---@field keys? codegen.KeyOptions
---@field should_attach? fun(buf: integer): boolean
---@field on_attach? fun(client: vim.lsp.Client, buf: integer)

--- Options with their defaults filled in.
---@class codegen.Config: codegen.Options
---@field cmd string[]|fun(dispatchers: table, config: table): table
---@field filetypes string[]
---@field root_markers string[]
---@field settings table<string, any>
---@field ghost "auto"|"own"|"builtin"|false
---@field debounce integer
---@field signs codegen.Signs|false
---@field candidates "window"|"select"
---@field trusted boolean|string[]
---@field keys codegen.Keys

---@type codegen.Config
M.defaults = {
  cmd = { "codegen-lsp" },
  filetypes = { "python" },
  root_markers = { "pyproject.toml", "setup.py", "setup.cfg", ".git" },
  model = nil,
  settings = {},
  ghost = "auto",
  debounce = 75,
  show_with_menu = false,
  omnifunc = false,
  progress = true,
  preview = true,
  code_lens = false,
  signs = { stale = "~", failed = "!", edited = "+" },
  candidates = "window",
  trusted = false,
  keys = {
    accept = "<Tab>",
    accept_word = false,
    accept_line = false,
    next = false,
    previous = false,
    dismiss = false,
    trigger = false,
  },
  should_attach = nil,
  on_attach = nil,
}

---@type codegen.Config?
local current
--- The options that some `setup` has named.
---@type table<string, true>
local named = {}

local function is_string_list(value)
  if type(value) ~= "table" or not vim.islist(value) then
    return false
  end
  for _, item in ipairs(value) do
    if type(item) ~= "string" then
      return false
    end
  end
  return true
end

local function is_filled_list(value)
  return is_string_list(value) and #value > 0
end

local function one_of(...)
  local choices = { ... }
  return function(value)
    return vim.tbl_contains(choices, value)
  end
end

local function whole(least)
  return function(value)
    return type(value) == "number" and value >= least and value == math.floor(value)
  end
end

local function is(kind)
  return function(value)
    return type(value) == kind
  end
end

local function is_key(value)
  return value == false or (type(value) == "string" and value ~= "")
end

local key = { is_key, "a key such as \"<Tab>\", or false for none" }

local sign = {
  function(value)
    return type(value) == "string" and value ~= "" and vim.fn.strdisplaywidth(value) <= 2
  end,
  "a text of one or two columns",
}

-- Whether a value has a form that the server's schema names.
local function has_form(value, form)
  if form.null then
    return value == vim.NIL
  elseif form.boolean then
    return type(value) == "boolean"
  elseif form.word then
    return value == form.word
  elseif form.whole then
    return whole(form.whole[1])(value) and value <= form.whole[2]
  elseif form.number then
    local above = form.number.above
    return type(value) == "number" and value <= form.number.most and (above == nil or value > above)
  elseif form.text then
    return type(value) == "string" and value ~= "" and (form.text ~= "marker" or value:find("^#[^\r\n]*$") ~= nil)
  end
  return is_string_list(value)
end

-- A rule for an option of the server, in the form of the rules below.
local function server_rule(option)
  return {
    function(value)
      for _, form in ipairs(option.forms) do
        if has_form(value, form) then
          return true
        end
      end
      return false
    end,
    option.expected,
  }
end

-- The rules of all of the server's options; a dot in a name leads into a table.
local function server_rules()
  local rules = {}
  for _, option in ipairs(require("codegen.schema")) do
    local keys = vim.split(option.name, ".", { plain = true })
    local inside = rules
    for index = 1, #keys - 1 do
      inside[keys[index]] = inside[keys[index]] or { inside = {} }
      inside = inside[keys[index]].inside
    end
    inside[keys[#keys]] = server_rule(option)
  end
  return rules
end

local server = server_rules()

-- The rule of each option: a test and its description, or the options inside it. `settings` holds the server's own
-- options, sent unchanged; they are checked here too so that a misspelt one is named before the server starts.
local rules_of_all = {
  cmd = {
    function(value)
      return (type(value) == "string" and value ~= "") or is_filled_list(value) or type(value) == "function"
    end,
    "a program's name, a list of it and its arguments, or a function as vim.lsp.start() takes it",
  },
  filetypes = { is_filled_list, "a list of file types" },
  root_markers = { is_filled_list, "a list of file names" },
  model = server.model,
  ghost = { one_of("auto", "own", "builtin", false), "\"auto\", \"own\", \"builtin\" or false" },
  debounce = { whole(0), "a whole number of milliseconds" },
  show_with_menu = { is("boolean"), "true or false" },
  omnifunc = { is("boolean"), "true or false" },
  progress = { is("boolean"), "true or false" },
  preview = { is("boolean"), "true or false" },
  code_lens = { is("boolean"), "true or false" },
  signs = { inside = { stale = sign, failed = sign, edited = sign }, off = true },
  candidates = { one_of("window", "select"), "\"window\" or \"select\"" },
  trusted = server.trusted,
  should_attach = { is("function"), "a function of the buffer's number" },
  on_attach = { is("function"), "a function of the client and the buffer's number" },
  keys = {
    inside = {
      accept = key,
      accept_word = key,
      accept_line = key,
      next = key,
      previous = key,
      dismiss = key,
      trigger = key,
    },
  },
  settings = { inside = server },
}

--- The known name most like `name`, for a misspelt option; nil if none is similar.
local function nearest(name, known)
  local best, best_distance = nil, 3
  for candidate in pairs(known) do
    local row = {}
    for j = 0, #candidate do
      row[j] = j
    end
    for i = 1, #name do
      local diagonal = row[0]
      row[0] = i
      for j = 1, #candidate do
        local cost = name:sub(i, i) == candidate:sub(j, j) and 0 or 1
        diagonal, row[j] = row[j], math.min(row[j] + 1, row[j - 1] + 1, diagonal + cost)
      end
    end
    if row[#candidate] < best_distance then
      best, best_distance = candidate, row[#candidate]
    end
  end
  return best
end

local function check(options, rules, path, problems)
  local names = vim.tbl_keys(options)
  table.sort(names, function(a, b)
    return tostring(a) < tostring(b)
  end)
  for _, name in ipairs(names) do
    local value, rule = options[name], rules[name]
    local full = path .. tostring(name)
    if not rule then
      local like = nearest(tostring(name), rules)
      table.insert(problems, ("unknown option `%s`%s"):format(full, like and ("; did you mean `%s%s`?"):format(path, like) or ""))
    elseif rule.inside then
      if type(value) == "table" then
        check(value, rule.inside, full .. ".", problems)
      elseif not (rule.off and value == false) then
        local expected = rule.off and "a table, or false" or "a table"
        table.insert(problems, ("`%s` is %s, but must be %s"):format(full, vim.inspect(value), expected))
      end
    elseif not rule[1](value) then
      table.insert(problems, ("`%s` is %s, but must be %s"):format(full, vim.inspect(value), rule[2]))
    end
  end
end

--- The options with their defaults filled in, and a list of the problems in them (empty if there are none).
---@param options? table
---@return codegen.Config?, string[]
function M.resolve(options)
  if options ~= nil and type(options) ~= "table" then
    return nil, { ("setup takes a table of options, not %s"):format(vim.inspect(options)) }
  end
  local problems = {}
  check(options or {}, rules_of_all, "", problems)
  if #problems > 0 then
    return nil, problems
  end
  local config = vim.tbl_deep_extend("force", vim.deepcopy(M.defaults), options or {})
  if type(config.cmd) == "string" then
    config.cmd = { config.cmd }
  end
  if config.ghost == "builtin" and not vim.lsp.inline_completion then
    return nil, { "`ghost` is \"builtin\", but this Neovim has no vim.lsp.inline_completion (0.12 has it)" }
  end
  return config, problems
end

--- The configuration: that of the last `setup`, or the defaults.
---@return codegen.Config
function M.current()
  current = current or assert(M.resolve({}))
  return current
end

--- Makes a configuration the present one.
---@param config codegen.Config
---@param options? codegen.Options what the user named of it
function M.set(config, options)
  current = config
  for name in pairs(options or {}) do
    named[name] = true
  end
end

--- Whether the user has named this option in a `setup`.
---@param name string
---@return boolean
function M.is_named(name)
  return named[name] or false
end

--- The kind of ghost text in a buffer: "auto" gives way to Neovim's own where the user has turned that on.
---@param config codegen.Config
---@param buf integer
---@return "own"|"builtin"|false
function M.ghost_kind(config, buf)
  if config.ghost ~= "auto" then
    return config.ghost --[[@as "own"|"builtin"|false]]
  end
  return vim.lsp.inline_completion and require("codegen.ghost.builtin").is_users(buf) and "builtin" or "own"
end

--- The program that is run as the server; nil if a function starts it.
---@param config codegen.Config
---@return string?
function M.program(config)
  local cmd = config.cmd
  return type(cmd) == "table" and cmd[1] or nil
end

-- The options without sections that say nothing: as JSON, an empty table is a list.
local function without_empty_sections(options, rules)
  local kept = {}
  for name, value in pairs(options) do
    local inside = rules[name] and rules[name].inside
    if inside then
      value = without_empty_sections(value, inside)
    end
    if not inside or next(value) ~= nil then
      kept[name] = value
    end
  end
  return kept
end

--- The server's `initializationOptions`.
---@param config codegen.Config
---@return table<string, any>
function M.init_options(config)
  local options = vim.deepcopy(without_empty_sections(config.settings, server))
  options.model = config.model or options.model
  -- A user who attaches the server to other file types wants it to answer there.
  if options.languages == nil and not vim.deep_equal(config.filetypes, M.defaults.filetypes) then
    options.languages = config.filetypes
  end
  if config.trusted then
    options.trusted = config.trusted
  end
  return vim.tbl_isempty(options) and vim.empty_dict() or options
end

return M
