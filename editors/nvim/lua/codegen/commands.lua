--- `:Codegen` and its subcommands, and the commands of one word that came before it.

local client_of = require("codegen.client")

local M = {}

--- A subcommand: what it does, with the words behind its name and the arguments of `nvim_create_user_command`, and the
--- completions of its first word.
---@class codegen.Subcommand
---@field desc string
---@field run fun(words: string[], arguments: table)
---@field complete? fun(lead: string): string[]
---@field most? integer of words, none by default

local function turns()
  return require("codegen.turns")
end

local function codegen()
  return require("codegen")
end

local function wrong(usage)
  client_of.notify("usage: :Codegen " .. usage, vim.log.levels.ERROR)
end

--- A whole number among the words, nil if there is none; false if it is something else.
local function whole(word)
  if word == nil then
    return nil
  end
  return word:match("^%d+$") and tonumber(word) or false
end

local function starting_with(words)
  return function(lead)
    return vim.tbl_filter(function(word)
      return vim.startswith(word, lead)
    end, words)
  end
end

local function set_enabled(on)
  return function(words)
    if words[1] and words[1] ~= "buffer" then
      return wrong((on and "enable" or "disable") .. " [buffer]")
    end
    codegen().enable(on, words[1] and 0 or nil)
  end
end

local EAGERNESS = { "eager", "calm", "onDemand" }

---@type table<string, codegen.Subcommand>
M.subcommands = {
  synthesize = {
    desc = "Write the code for the comment prompt at the cursor, or for those in the range",
    run = function(_, arguments)
      if arguments.range > 0 then
        turns().synthesize_all(arguments.line1, arguments.line2)
      else
        turns().synthesize()
      end
    end,
  },
  all = {
    desc = "Write the code for every comment prompt that has none",
    run = function()
      turns().synthesize_all()
    end,
  },
  from = {
    desc = "Write the code for every comment prompt from the cursor on that has none",
    run = function()
      turns().synthesize_from()
    end,
  },
  regenerate = {
    desc = "Write the generated code at the cursor anew; with !, that of later turns, too",
    run = function(_, arguments)
      turns().regenerate(arguments.bang)
    end,
  },
  replace = {
    desc = "Replace the lines directly below the prompt at the cursor by generated code",
    run = function()
      turns().replace()
    end,
  },
  candidates = {
    desc = "Choose among several candidates for the code at the cursor",
    most = 1,
    run = function(words, arguments)
      local count = whole(words[1])
      if count == false then
        return wrong("candidates [COUNT]")
      end
      turns().candidates(count or arguments.count > 0 and arguments.count or nil)
    end,
  },
  next = {
    desc = "Take the next candidate for the code at the cursor",
    run = function()
      turns().choose("next")
    end,
  },
  previous = {
    desc = "Take the previous candidate for the code at the cursor",
    run = function()
      turns().choose("previous")
    end,
  },
  cancel = {
    desc = "End the work on the turn at the cursor; with !, all work",
    run = function(_, arguments)
      turns().cancel(arguments.bang)
    end,
  },
  explain = {
    desc = "Show what the model is shown for the turn at the cursor",
    run = function()
      turns().explain()
    end,
  },
  why = {
    desc = "Say what came of the last request for a suggestion on this line",
    run = function()
      turns().why()
    end,
  },
  status = {
    desc = "Show the state of the server",
    run = function()
      require("codegen.window").below(codegen().status())
    end,
  },
  stats = {
    desc = "Show what suggestions were worth in the last days",
    most = 1,
    run = function(words)
      local days = whole(words[1])
      if days == false then
        return wrong("stats [DAYS]")
      end
      require("codegen.stats").show(days)
    end,
  },
  messages = {
    desc = "Show what the plugin and the server have said",
    run = function()
      require("codegen.messages").show()
    end,
  },
  model = {
    desc = "Have the server go on with another model",
    most = 1,
    run = function(words)
      if not words[1] then
        return wrong("model builtin|FILE")
      end
      codegen().use_model(words[1])
    end,
    complete = function(lead)
      return vim.list_extend(starting_with({ "builtin" })(lead), vim.fn.getcompletion(lead, "file"))
    end,
  },
  enable = { desc = "Have suggestions come by themselves", most = 1, run = set_enabled(true), complete = starting_with({ "buffer" }) },
  disable = {
    desc = "Have suggestions come only where they are asked for by hand",
    most = 1,
    run = set_enabled(false),
    complete = starting_with({ "buffer" }),
  },
  snooze = {
    desc = "Put suggestions off for some minutes",
    most = 1,
    run = function(words)
      local minutes = whole(words[1])
      if minutes == false then
        return wrong("snooze [MINUTES]")
      end
      turns().snooze(minutes)
    end,
    complete = starting_with({ "0", "5", "15", "30", "60" }),
  },
  eagerness = {
    desc = "Set when suggestions come by themselves",
    most = 1,
    run = function(words)
      if not vim.tbl_contains(EAGERNESS, words[1]) then
        return wrong("eagerness " .. table.concat(EAGERNESS, "|"))
      end
      codegen().set_eagerness(words[1])
    end,
    complete = starting_with(EAGERNESS),
  },
  log = {
    desc = "Show the file that the server logs to",
    run = function()
      vim.cmd.split(vim.fn.fnameescape(require("codegen.server").log_file()))
      vim.cmd("normal! G")
    end,
  },
  health = {
    desc = "Check what is there and what is missing",
    run = function()
      vim.cmd("checkhealth codegen")
    end,
  },
}

--- The names of the subcommands, sorted.
---@return string[]
function M.names()
  local names = vim.tbl_keys(M.subcommands)
  table.sort(names)
  return names
end

--- Runs `:Codegen`.
local function run(arguments)
  local words = vim.deepcopy(arguments.fargs)
  local name = table.remove(words, 1)
  local subcommand = M.subcommands[name]
  if not subcommand then
    local known = "one of " .. table.concat(M.names(), ", ")
    local said = name and ("no subcommand `%s`; there is %s"):format(name, known) or ("say " .. known)
    client_of.notify(":Codegen: " .. said, vim.log.levels.ERROR)
  elseif #words > (subcommand.most or 0) then
    client_of.notify((":Codegen %s: too many words"):format(name), vim.log.levels.ERROR)
  else
    subcommand.run(words, arguments)
  end
end

--- Completes the words of `:Codegen`.
---@param lead string
---@param line string the command line up to the cursor
---@return string[]
function M.complete(lead, line)
  -- A range and a [!] may stand with the command's name.
  local words = vim.split(line:gsub("^.-Codegen!?%s+", ""), "%s+")
  if #words <= 1 then
    return starting_with(M.names())(lead)
  end
  local subcommand = M.subcommands[words[1]]
  return subcommand and subcommand.complete and #words == 2 and subcommand.complete(lead) or {}
end

--- The commands of one word: the subcommand that each stands for, and its attributes.
local ALIASES = {
  Synthesize = { "synthesize", { range = true } },
  SynthesizeAll = { "all", {} },
  Regenerate = { "regenerate", { bang = true } },
  Replace = { "replace", {} },
  Candidates = { "candidates", { count = 0 } },
  Next = { "next", {} },
  Previous = { "previous", {} },
  Cancel = { "cancel", { bang = true } },
  Explain = { "explain", {} },
  Why = { "why", {} },
  Model = { "model", { nargs = 1, complete = "file" } },
  Status = { "status", {} },
}

--- Defines the commands.
function M.define()
  vim.api.nvim_create_user_command("Codegen", run, {
    nargs = "*",
    bang = true,
    range = true,
    complete = function(lead, line, position)
      return M.complete(lead, line:sub(1, position))
    end,
    desc = "CodeGen: code for comment prompts, suggestions, the server",
  })
  for alias, each in pairs(ALIASES) do
    local subcommand = M.subcommands[each[1]]
    vim.api.nvim_create_user_command("Codegen" .. alias, function(arguments)
      subcommand.run(arguments.fargs, arguments)
    end, vim.tbl_extend("force", { desc = subcommand.desc }, each[2]))
  end
end

return M
