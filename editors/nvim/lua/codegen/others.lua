--- Asking other plugins, and what not every Neovim has.

local M = {}

--- Whether a function of a module says yes; false if there is no such module or function, or it fails: versions differ.
---@param module any such as `package.loaded` has it
---@param name string of the function
---@param ... any its arguments
---@return boolean
function M.says(module, name, ...)
  local asked = type(module) == "table" and module[name]
  if type(asked) ~= "function" then
    return false
  end
  local ok, answer = pcall(asked, ...)
  return ok and answer and true or false
end

return M
