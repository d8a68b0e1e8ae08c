"""The weights by which a suggestion is judged (lsp/text/src/completion/confidence): learned from parts of suggestions and the files' own texts."""
