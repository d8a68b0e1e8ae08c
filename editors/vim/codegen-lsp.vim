" codegen-lsp in Vim with yegappan/lsp (Vim 9.0 or later): put this behind `packadd lsp` in the vimrc.

function! s:ignore(server, notification) abort
endfunction

call LspAddServer([#{
  \ name: 'codegen',
  \ filetype: ['python'],
  \ path: 'codegen-lsp',
  \ args: ['--stdio'],
  \ customNotificationHandlers: {
  \   'codegen/status': function('s:ignore'),
  \   'codegen/partial': function('s:ignore'),
  \ },
  \ }])
