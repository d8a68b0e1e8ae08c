;;; codegen-eglot.el --- codegen-lsp for Python with Eglot -*- lexical-binding: t; -*-

;; Emacs 30 or later, which has Eglot built in: (load "/path/to/editors/emacs/codegen-eglot")

;;; Code:

(require 'eglot)

(defclass codegen-eglot-server (eglot-lsp-server) ()
  :documentation "The connection to codegen-lsp.")

(cl-defmethod eglot-execute ((server codegen-eglot-server) action)
  "Have SERVER run ACTION, and go on meanwhile.
Eglot by itself waits for the end, at most ten seconds, and reports no
change of a buffer before that, while the server waits for that report."
  (let ((command (if (stringp (plist-get action :command)) action (plist-get action :command))))
    (jsonrpc-async-request
     server :workspace/executeCommand
     (list :command (plist-get command :command) :arguments (plist-get command :arguments))
     ;; After the buffer's last changes.
     :deferred :workspace/executeCommand
     :timeout 3600
     ;; What did not go as asked is told by the server.
     :success-fn #'ignore
     :error-fn (lambda (failure) (message "[codegen] %s" (plist-get failure :message))))))

;; Eglot has one server for a buffer.
(add-to-list 'eglot-server-programs
             '((python-mode python-ts-mode) . (codegen-eglot-server . ("codegen-lsp" "--stdio"))))
(add-hook 'python-base-mode-hook #'eglot-ensure)

(defun codegen-run (title)
  "Run the first code action at point whose title begins with TITLE."
  (let* ((actions (eglot-code-actions (point) (point) "refactor.rewrite"))
         (chosen (seq-find (lambda (action) (string-prefix-p title (plist-get action :title))) actions)))
    (if chosen
        (eglot-execute (eglot-current-server) chosen)
      (user-error "There is no \"%s\" here" title))))

(defun codegen-write ()
  "Write the code of the comment prompt at point."
  (interactive)
  (codegen-run "Write code"))

(defun codegen-regenerate ()
  "Write the code of the turn at point anew."
  (interactive)
  (codegen-run "Regenerate this turn"))

(defun codegen-cancel ()
  "End the work on the turn at point."
  (interactive)
  (codegen-run "Cancel"))

(provide 'codegen-eglot)
;;; codegen-eglot.el ends here
