;;; codegen-lsp-mode.el --- codegen-lsp for Python with lsp-mode -*- lexical-binding: t; -*-

;; lsp-mode 10 or later, which has inline completion: (load "/path/to/editors/emacs/codegen-lsp-mode")

;;; Code:

(require 'lsp-mode)
(require 'lsp-inline-completion)

(defun codegen-lsp-mode-run (command)
  "Have the server run COMMAND, and go on meanwhile.
lsp-mode by itself waits for the end, at most `lsp-response-timeout'."
  ;; What did not go as asked is told by the server.
  (lsp-request-async "workspace/executeCommand"
                     (list :command (lsp:command-command command) :arguments (lsp:command-arguments? command))
                     #'ignore
                     :mode 'detached))

(lsp-register-client
 (make-lsp-client
  :server-id 'codegen
  :new-connection (lsp-stdio-connection '("codegen-lsp" "--stdio"))
  :activation-fn (lsp-activate-on "python")
  ;; Runs beside the server of the language.
  :add-on? t
  :action-handlers
  (let ((handlers (make-hash-table :test #'equal)))
    (dolist (command '("synthesize" "synthesizeAll" "regenerate" "replace" "accept" "candidates") handlers)
      (puthash (concat "codegen." command) #'codegen-lsp-mode-run handlers)))
  ;; What they tell is shown as progress, too.
  :notification-handlers (ht ("codegen/status" #'ignore) ("codegen/partial" #'ignore))))

;; Suggestions come this many seconds after the last key. Few terminals tell of lsp-mode's own key for accepting, C-RET.
(setq lsp-inline-completion-idle-delay 0.2)
(define-key lsp-inline-completion-active-map (kbd "TAB") #'lsp-inline-completion-accept)

(add-hook 'python-base-mode-hook #'lsp-deferred)

(provide 'codegen-lsp-mode)
;;; codegen-lsp-mode.el ends here
