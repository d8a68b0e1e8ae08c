;;; codegen-eglot.el --- codegen-lsp for Python with Eglot -*- lexical-binding: t; -*-

;; Emacs 30 or later, which has Eglot built in: (load "/path/to/editors/emacs/codegen-eglot")

;;; Code:

(require 'eglot)

;; Eglot has one server for a buffer.
(add-to-list 'eglot-server-programs '((python-mode python-ts-mode) . ("codegen-lsp" "--stdio")))
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
