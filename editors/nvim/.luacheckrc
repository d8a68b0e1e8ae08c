-- Neovim's Lua is LuaJIT; `vim` is its API, whose option tables are written to.
std = "luajit"
max_line_length = 140
globals = { "vim" }
-- Interfaces of other plugins pass an object that not every function needs.
self = false
files["tests"] = { globals = { "vim", "MiniTest" } }
