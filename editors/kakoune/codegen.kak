# codegen-lsp in Kakoune with kakoune-lsp: for the kakrc, behind `eval %sh{kak-lsp}`.

# In place of kakoune-lsp's own servers for Python. To have both, write both into lsp_servers.
remove-hooks global lsp-filetype-python
hook -group lsp-filetype-codegen global BufSetOption filetype=python %{
    set-option buffer lsp_servers %{
        [codegen]
        command = "codegen-lsp"
        args = ["--stdio"]
        root_globs = ["pyproject.toml", "setup.py", ".git", ".hg"]
    }
}
hook global WinSetOption filetype=python lsp-enable-window

map global user l ':enter-user-mode lsp<ret>' -docstring 'LSP mode'
