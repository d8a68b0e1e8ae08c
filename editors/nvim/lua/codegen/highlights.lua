--- The plugin's highlight groups. See |codegen-highlights|.

local M = {}

local LINKS = {
  CodegenGhost = "Comment",
  CodegenGhostCount = "NonText",
  CodegenKind = "CodegenGhost",
  CodegenStale = "DiagnosticSignWarn",
  CodegenFailed = "DiagnosticSignError",
  CodegenEdited = "DiagnosticSignHint",
}

--- Defines those that neither the user nor a colour scheme has defined.
function M.define()
  for group, link in pairs(LINKS) do
    vim.api.nvim_set_hl(0, group, { link = link, default = true })
  end
end

return M
