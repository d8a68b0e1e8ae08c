//! Finds out which documents are Python. Editors attach a server to other files, too: `.env` files, JSON, commit
//! messages. Pure.

/// Language ids of Python and its extensions: VS Code, Neovim (`pyrex` is Cython, `sage` too), JupyterLab (`ipython`)
/// and marimo (`mo-python`).
pub const LANGUAGES: [&str; 9] =
    ["python", "python2", "python3", "py", "ipython", "mo-python", "cython", "pyrex", "sage"];

/// Language ids of editors that know no language for a file.
const UNKNOWN: [&str; 4] = ["", "plaintext", "text", "unknown"];
/// File name extensions of Python.
const ENDINGS: [&str; 3] = [".py", ".pyi", ".pyw"];

/// The reason why the server does not answer for a document; `None` if its language is one of `languages`.
///
/// The client's language id decides, in any case of letters, and so does each dot-separated part of it (Vim's
/// `python.django`). Where the client knows no language, the file's extension decides, so that suggestions do not begin
/// only with a new buffer's first save.
#[must_use]
pub fn unserved(language: &str, uri: &str, languages: &[String]) -> Option<String> {
    let listed = |name: &str| languages.iter().any(|listed| listed.eq_ignore_ascii_case(name));
    let unknown = UNKNOWN.iter().any(|name| name.eq_ignore_ascii_case(language.trim()));
    let path = uri.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let python = listed("python") && ENDINGS.iter().any(|ending| path.ends_with(ending));
    if listed(language.trim()) || language.split('.').any(listed) || (unknown && python) {
        return None;
    }
    let name = if unknown { "of no language that the editor knows" } else { &format!("of the language {language:?}") };
    let listed = languages.join(", ");
    Some(format!("{uri} is {name}, and only documents of {listed} are answered (the option codegen.languages)"))
}

/// What the server does for a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Service {
    /// All of it: the document is read as Python.
    Python,
    /// Suggestions only, of plain text: nothing is known of the document's grammar.
    Text,
    /// Nothing, for this reason.
    Nothing(String),
}

/// What the server does for a document, with the options `languages` and `inline.languages`. A client that knows no language
/// means none of the latter.
#[must_use]
pub fn service(language: &str, uri: &str, languages: &[String], further: &[String]) -> Service {
    let listed = |name: &str| further.iter().any(|listed| listed.eq_ignore_ascii_case(name));
    match unserved(language, uri, languages) {
        None => Service::Python,
        Some(_) if listed(language.trim()) || language.split('.').any(listed) => Service::Text,
        Some(reason) => Service::Nothing(reason),
    }
}

/// [`LANGUAGES`], as an option's value.
#[must_use]
pub fn default_languages() -> Vec<String> {
    LANGUAGES.map(str::to_owned).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_is_served_and_nothing_else() {
        let default = default_languages();
        for (language, uri, served) in [
            ("python", "file:///a.py", true),
            ("python", "file:///COMMIT_EDITMSG", true),
            ("Python", "untitled:Untitled-1", true),
            ("python3", "file:///a", true),
            ("python.django", "file:///a.py", true),
            ("django.python", "file:///a.py", true),
            ("python", "vscode-notebook-cell:/a.ipynb#W0", true),
            ("ipython", "file:///a.ipynb", true),
            ("cython", "file:///a.pyx", true),
            ("", "file:///a.py", true),
            ("plaintext", "file:///a.PYI", true),
            ("text", "file:///a.pyw#x", true),
            ("", "untitled:Untitled-1", false),
            ("", "file:///a.py.txt", false),
            ("", "file:///py", false),
            ("plaintext", "file:///notes.txt", false),
            ("dotenv", "file:///p/.env", false),
            ("shellscript", "file:///p/.env", false),
            ("json", "file:///a.json", false),
            ("markdown", "file:///a.md", false),
            ("gitcommit", "file:///COMMIT_EDITMSG", false),
            ("rust", "file:///main.rs", false),
            ("rust", "file:///main.py", false),
            ("html.django", "file:///a.html", false),
            ("pip-requirements", "file:///requirements.txt", false),
            ("pythonx", "file:///a", false),
        ] {
            assert_eq!(unserved(language, uri, &default).is_none(), served, "{language} {uri}");
        }
    }

    #[test]
    fn the_list_is_the_user_s() {
        let languages = ["starlark".to_owned()];
        assert_eq!(unserved("Starlark", "file:///BUILD", &languages), None);
        assert!(unserved("python", "file:///a.py", &languages).is_some());
        assert!(unserved("", "file:///a.py", &languages).is_some());
    }

    #[test]
    fn further_languages_get_suggestions_of_plain_text() {
        let languages = default_languages();
        let further = ["c", "cpp", "Go", "python", "plaintext"].map(str::to_owned);
        for (language, uri, expected) in [
            ("c", "file:///a.c", Service::Text),
            ("C", "file:///a.h", Service::Text),
            ("cpp.doxygen", "file:///a.cpp", Service::Text),
            ("go", "file:///a.go", Service::Text),
            ("plaintext", "file:///notes.txt", Service::Text),
            // What is Python stays Python.
            ("python", "file:///a.py", Service::Python),
            ("plaintext", "file:///a.py", Service::Python),
        ] {
            assert_eq!(service(language, uri, &languages, &further), expected, "{language} {uri}");
            let alone = service(language, uri, &languages, &[]);
            assert_eq!(alone == Service::Python, expected == Service::Python, "{language} {uri}");
        }
        for (language, uri) in [("rust", "file:///a.rs"), ("", "file:///a.c"), ("ccc", "file:///a")] {
            let reason = unserved(language, uri, &languages).unwrap();
            assert_eq!(service(language, uri, &languages, &further), Service::Nothing(reason), "{language} {uri}");
        }
        assert_eq!(service("python", "file:///a.py", &[], &further), Service::Text);
    }

    #[test]
    fn the_reason_is_in_words() {
        let languages = ["python".to_owned(), "py".to_owned()];
        let reason = unserved("json", "file:///a.json", &languages);
        let expected = "file:///a.json is of the language \"json\", and only documents of python, py are answered \
                        (the option codegen.languages)";
        assert_eq!(reason.as_deref(), Some(expected));
        let reason = unserved("", "untitled:a", &languages).unwrap_or_default();
        assert!(reason.starts_with("untitled:a is of no language that the editor knows, and only"), "{reason}");
    }
}
