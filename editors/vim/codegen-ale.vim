" codegen-lsp in Vim with ALE: source this file, or put it into the vimrc. ALE tells the server that it applies no edits, so there are
" entries of the completion menu, and no code is written for prompts.

" In words entries come by themselves, elsewhere with CTRL-X CTRL-O.
let g:ale_completion_enabled = 1
autocmd FileType python setlocal omnifunc=ale#completion#OmniFunc

" Has the server's messages shown, which say why nothing was done.
let g:ale_lsp_show_message_severity = 'information'

" ALE runs but its own choice of linters unless some are named: name the others that you want here, too.
let g:ale_linters = extend(get(g:, 'ale_linters', {}), {'python': ['codegen']})

call ale#linter#Define('python', {
  \ 'name': 'codegen',
  \ 'lsp': 'stdio',
  \ 'executable': 'codegen-lsp',
  \ 'command': '%e --stdio',
  \ 'language': 'python',
  \ 'project_root': {buffer -> fnamemodify(bufname(buffer), ':p:h')},
  \ })
