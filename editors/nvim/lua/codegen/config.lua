--- Every option: its default, what it may be, and what a wrong one is told.

local M = {}

---@class codegen.Config
M.defaults = {
  cmd = { "codegen-lsp" },
  filetypes = { "python" },
  root_markers = { "pyproject.toml", "setup.py", "setup.cfg", ".git" },
  model = nil,
  settings = {},
  ghost = "auto",
  debounce = 75,
  progress = true,
  preview = true,
  code_lens = false,
  trusted = false,
  keys = {
    accept = "<Tab>",
    accept_word = false,
    accept_line = false,
    dismiss = false,
  },
  on_attach = nil,
}

local function is_string_list(value)
  if type(value) ~= "table" or #value == 0 then
    return false
  end
  for _, item in ipairs(value) do
    if type(item) ~= "string" then
      return false
    end
  end
  return true
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

-- What each option may be: a test and the words for it, or the options inside it. `settings` holds the server's own
-- options, sent as they are; they are checked here too so that a misspelt one is named before the server starts.
local schema = {
  cmd = {
    function(value)
      return (type(value) == "string" and value ~= "") or is_string_list(value)
    end,
    "a program's name or a list of it and its arguments",
  },
  filetypes = { is_string_list, "a list of file types" },
  root_markers = { is_string_list, "a list of file names" },
  model = { is("string"), "\"builtin\" or the path of a GGUF file" },
  ghost = { one_of("auto", "own", "builtin", false), "\"auto\", \"own\", \"builtin\" or false" },
  debounce = { whole(0), "a whole number of milliseconds" },
  progress = { is("boolean"), "true or false" },
  preview = { is("boolean"), "true or false" },
  code_lens = { is("boolean"), "true or false" },
  trusted = {
    function(value)
      return type(value) == "boolean" or is_string_list(value)
    end,
    "true, false or a list of folders",
  },
  on_attach = { is("function"), "a function of the client and the buffer's number" },
  keys = { inside = { accept = key, accept_word = key, accept_line = key, dismiss = key } },
  settings = {
    inside = {
      model = { is("string"), "\"builtin\" or the path of a GGUF file" },
      lora = { is("string"), "the path of a GGUF file of an adapter" },
      threads = {
        function(value)
          return value == "auto" or whole(1)(value)
        end,
        "\"auto\" or a whole number of at least 1",
      },
      context = { whole(1), "a whole number of tokens" },
      batch = { whole(1), "a whole number of tokens" },
      slots = { whole(1), "a whole number of at least 1" },
      gpuLayers = {
        function(value)
          return value == "auto" or value == "all" or whole(0)(value)
        end,
        "\"auto\", \"all\" or a whole number",
      },
      mainDevice = { whole(0), "a device's number" },
      flashAttention = { one_of("auto", true, false), "\"auto\", true or false" },
      mmap = { is("boolean"), "true or false" },
      maxFileBytes = { whole(1), "a whole number of bytes" },
      languages = { is_string_list, "a list of file types" },
      inline = {
        inside = {
          enabled = { is("boolean"), "true or false" },
          maxTokens = { whole(1), "a whole number of tokens" },
          minLogprob = { is("number"), "a number" },
        },
      },
      synthesis = {
        inside = {
          maxTokens = { whole(1), "a whole number of tokens" },
          candidates = { whole(1), "a whole number from 1 to 16" },
          temperature = { is("number"), "a number above 0 and up to 2" },
          topP = { is("number"), "a number above 0 and up to 1" },
          verify = { one_of("parse", "run"), "\"parse\" or \"run\"" },
          codeLens = { one_of("auto", "all", "off"), "\"auto\", \"all\" or \"off\"" },
          python = { is("string"), "a program's name or path" },
          runSeconds = { whole(1), "a whole number of seconds" },
          isolation = {
            one_of("limits", "folder", "folder+network", "folder+network+processes"),
            "\"limits\", \"folder\", \"folder+network\" or \"folder+network+processes\"",
          },
        },
      },
      prompt = { inside = { marker = { is("string"), "the text that prompts start with, such as \"#>\"" } } },
    },
  },
}

--- The known name most like `name`, for a misspelt option; nil if none is near.
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
      table.insert(
        problems,
        ("unknown option `%s`%s"):format(full, like and ("; did you mean `%s%s`?"):format(path, like) or "")
      )
    elseif rule.inside then
      if type(value) == "table" then
        check(value, rule.inside, full .. ".", problems)
      else
        table.insert(problems, ("`%s` is %s, but must be a table"):format(full, vim.inspect(value)))
      end
    elseif not rule[1](value) then
      table.insert(problems, ("`%s` is %s, but must be %s"):format(full, vim.inspect(value), rule[2]))
    end
  end
end

--- The options with their defaults filled in, and a list of what is wrong with them (empty if all is well).
---@param options? table
---@return codegen.Config?, string[]
function M.resolve(options)
  if options ~= nil and type(options) ~= "table" then
    return nil, { ("setup takes a table of options, not %s"):format(vim.inspect(options)) }
  end
  local problems = {}
  check(options or {}, schema, "", problems)
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

--- Which ghost text to use: "own", "builtin" or false.
---@param config codegen.Config
function M.ghost_kind(config)
  if config.ghost ~= "auto" then
    return config.ghost
  end
  return vim.lsp.inline_completion and "builtin" or "own"
end

--- What the server is sent as `initializationOptions`.
---@param config codegen.Config
function M.init_options(config)
  local options = vim.deepcopy(config.settings)
  options.model = config.model or options.model
  -- Whoever attaches the server to other buffers wants it to answer there.
  if options.languages == nil and not vim.deep_equal(config.filetypes, M.defaults.filetypes) then
    options.languages = config.filetypes
  end
  if config.trusted then
    options.trusted = config.trusted
  end
  return vim.tbl_isempty(options) and vim.empty_dict() or options
end

return M
