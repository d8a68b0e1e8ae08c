-- Neovim's Lua is LuaJIT; `vim` is its API, whose option tables are written to.
std = "luajit"
max_line_length = 140
globals = { "vim" }
files["tests"] = { globals = { "vim", "MiniTest" } }
