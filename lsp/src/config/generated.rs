//! Files whose text is generated from the declared options. With `CODEGEN_BLESS` set, as `cargo xtask generate` does,
//! the files are written anew; otherwise a stale file fails the test.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;

use super::tables;

/// A file, or a part of one, that is generated from the options.
struct Made {
    /// The path from the repository's root.
    file: &'static str,
    /// Texts in the line before the generated part and in the line behind it; `None` for a whole file.
    between: Option<(&'static str, &'static str)>,
    text: String,
}

fn made() -> Vec<Made> {
    let markdown = Some((
        "<!-- made by `cargo xtask generate` from lsp/src/config/options.rs -->",
        "<!-- end of what is made -->",
    ));
    vec![
        Made { file: "docs/OPTIONS.md", between: markdown, text: tables::markdown() },
        Made { file: "docs/TURNS.md", between: markdown, text: tables::markdown_section("synthesis") },
        Made {
            file: "editors/nvim/doc/codegen.txt",
            between: Some(("*codegen-server-options*", "*codegen-option-ghost*")),
            text: format!("{}\n", tables::vim_help()),
        },
        Made { file: "editors/nvim/lua/codegen/schema.lua", between: None, text: tables::lua() },
    ]
}

impl Made {
    /// The file's text with the generated part in its place.
    fn put(&self, file: &str) -> String {
        let Some((before, behind)) = self.between else { return self.text.clone() };
        let lines: Vec<&str> = file.split_inclusive('\n').collect();
        let at = |what: &str| {
            let found: Vec<_> = (0..lines.len()).filter(|index| lines[*index].contains(what)).collect();
            let &[line] = found.as_slice() else { panic!("{}: {what:?} stands in {} lines", self.file, found.len()) };
            line
        };
        let (before, behind) = (at(before), at(behind));
        format!("{}{}{}", lines[..=before].concat(), self.text, lines[behind..].concat())
    }
}

#[test]
fn files_say_of_the_options_what_is_declared() {
    let bless = std::env::var_os("CODEGEN_BLESS").is_some();
    for made in made() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(made.file);
        let old = std::fs::read_to_string(&path).unwrap_or_default();
        let new = made.put(&old);
        if bless && old != new {
            std::fs::write(&path, &new).unwrap();
        }
        // Not `assert_eq`, which would print the whole file twice.
        assert!(bless || old == new, "{} is stale: run `cargo xtask generate`", made.file);
    }
}

#[test]
fn a_part_is_put_in_its_place_and_the_rest_stays() {
    let made = Made { file: "f", between: Some(("<a>", "<b>")), text: "new\n".to_owned() };
    assert_eq!(made.put("1\n<a>\nold\nold\n<b> 2\n3"), "1\n<a>\nnew\n<b> 2\n3");
    assert_eq!(made.put("<a>\n<b>\n"), "<a>\nnew\n<b>\n");
}
