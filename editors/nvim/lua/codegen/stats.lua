--- What suggestions were worth, in lines for the user.

local client_of = require("codegen.client")

local M = {}

local function number(value)
  return type(value) == "number" and value or nil
end

local function percent(share)
  return number(share) and ("%.0f %%"):format(share * 100) or "–"
end

local function times(latency)
  if not number(latency.p50) then
    return "–"
  end
  return ("%.0f ms, %.0f ms at the 95th percentile"):format(latency.p50, latency.p95)
end

--- The lines of one report. Pure.
---@param heading string
---@param report table a `Report` of lsp/PROTOCOL.md
---@return string[]
local function lines_of(heading, report)
  local all, characters = report.all, report.characters
  local lines = {
    heading,
    ("  asked for       %d while typing, %d by hand, %d for menus"):format(report.asked.automatic, report.asked.invoked, report.asked.menu),
    ("  suggested       %d, %d of them seen to be shown"):format(all.suggested, all.shown),
    ("  accepted        %d whole, %d in part (%s)"):format(all.accepted, all.partlyAccepted, percent(all.acceptance)),
    ("  kept            %d of %d after two minutes (%s)"):format(all.kept, all.checked, percent(all.retention)),
    ("  time            %s"):format(times(all.latency)),
    ("  characters      %d of the model's, %d typed (%s)"):format(characters.model, characters.hand, percent(characters.share)),
  }
  for _, refusal in ipairs(report.refusals or {}) do
    table.insert(lines, ("  not suggested   %d × %s"):format(refusal.count, refusal.name))
  end
  return lines
end

--- The server's answer to `codegen/stats` in lines. Pure.
---@param result table
---@return string[]
function M.lines(result)
  local lines = lines_of(("Last %d days, since %s"):format(result.days, result.since), result.report)
  table.insert(lines, "")
  vim.list_extend(lines, lines_of("This server", result.session))
  table.insert(lines, "")
  if result.enabled and type(result.folder) == "string" then
    table.insert(lines, "Counted in " .. result.folder .. ", and never sent anywhere.")
  else
    table.insert(lines, "Nothing is kept: `statistics.enabled` is false, or there is no folder to keep it in.")
  end
  return vim.list_extend(lines, result.problems or {})
end

--- Shows them.
---@param days? integer of the report, 30 by default
function M.show(days)
  local server = client_of.running_or_told()
  if not server then
    return
  end
  local params = days and { days = days } or vim.empty_dict()
  client_of.request(server, "codegen/stats", params, function(err, result)
    if err then
      client_of.notify(err.message or vim.inspect(err), vim.log.levels.WARN)
    elseif type(result) == "table" then
      require("codegen.window").below(M.lines(result))
    end
  end)
end

return M
