use super::*;
use crate::testing::cursor_in;

#[track_caller]
fn check_unit(marked: &str, expected: Unit) {
    let (document, offset) = cursor_in(marked, |text| Document::new(text, 1));
    assert_eq!(Unit::at(&document, offset), expected, "{:?}", &marked[..marked.len().min(200)]);
}

#[test]
fn what_the_client_names_counts_where_the_text_shows_nothing() {
    use Unit::{Spaces, Tabs};
    for (text, named, expected) in [
        ("def f():\n", Tabs, Tabs),
        ("def f():\n", Spaces(2), Spaces(2)),
        ("def f():\n    a\n", Tabs, Spaces(4)),
        ("def f():\n\ta\n", Spaces(2), Tabs),
    ] {
        let mut document = Document::new(text, 1);
        document.set_unit(named);
        // It stays, whatever is typed.
        document.edit(text.len()..text.len(), "\n");
        assert_eq!(Unit::at(&document, document.len()), expected, "{text:?} {named:?}");
    }
    for (size, spaces, unit) in
        [(4, true, Some(Spaces(4))), (8, false, Some(Tabs)), (0, false, Some(Tabs)), (0, true, None), (99, true, None)]
    {
        assert_eq!(Unit::of_options(size, spaces), unit);
    }
}

#[test]
fn the_unit_around_a_place() {
    use Unit::{Spaces, Tabs};
    for (marked, expected) in [
        ("$0", Spaces(4)),
        ("for x in y:$0", Spaces(4)),
        ("x = [\n  1,\n]\n$0", Spaces(4)),
        ("if x:\n    y\n$0", Spaces(4)),
        ("if x:\n  y\n$0", Spaces(2)),
        ("if x:\r\n  y\r\n$0", Spaces(2)),
        ("if x:\r  y\r$0", Spaces(2)),
        ("if x:\n        y\n$0", Spaces(8)),
        ("if x:\n y\n$0", Spaces(1)),
        ("if x:\n   if y:\n      z\n$0", Spaces(3)),
        ("if x:\n\ty\n$0", Tabs),
        ("$0if x:\n\ty\n", Tabs),
        // The step is from the header's first line to the body, whatever is between.
        ("def f(\n        a,\n):\n  b\n$0", Spaces(2)),
        ("def f(a,\n      b):\n  c\n$0", Spaces(2)),
        ("with a as b, \\\n        c as d:\n  e\n$0", Spaces(2)),
        ("def f():  # why:\n\n  # what\n  a\n$0", Spaces(2)),
        ("def f():\n  \"\"\"Docs:\n\n       code\n  \"\"\"\n  a\n$0", Spaces(2)),
        ("x = {\n      'a':\n          1,\n}\nif x:\n  y\n$0", Spaces(2)),
        // A line that is wrong among many.
        ("if x:\n  y\nif x:\n    y\nif x:\n  y\n$0", Spaces(2)),
        // What is typed counts where nothing else does.
        ("def f():\n  $0", Spaces(2)),
        ("def f():\n\t$0", Tabs),
        ("def f():\n $0", Spaces(4)),
        ("def f():\n   $0", Spaces(4)),
        ("def f():\n    a\ndef g():\n  $0", Spaces(4)),
        ("if x:\n\tif y:\n\t\t$0", Tabs),
        // Two units in one file: the nearest one counts.
        ("if x:\n\ty\n\ndef f():\n    a\n    b$0\n", Spaces(4)),
        ("if x:\n    y\n\ndef f():\n\ta\n\tb$0\n", Tabs),
        ("def f():\n\ta\n\tb$0\n\nif x:\n    y\n\nif x:\n    y\n", Tabs),
        ("def f():\n        a\n\nif x:\n  if y:\n    z\n    $0", Spaces(2)),
        // No header is in sight.
        ("\ta = 1\n\tb = 2\n$0", Tabs),
    ] {
        check_unit(marked, expected);
    }
}

#[test]
fn a_large_text_shows_its_unit_at_its_start_or_around_the_place() {
    let plain = "x = 1\n".repeat(20_000);
    let tabs = "if x:\n\ty\n";
    check_unit(&format!("{tabs}{plain}$0"), Unit::Tabs);
    check_unit(&format!("{plain}if x:\n  y\n$0{plain}"), Unit::Spaces(2));
    check_unit(&format!("if x:\n  y\n{plain}{tabs}$0{plain}"), Unit::Tabs);
    let body = "  a = 1\n".repeat(20_000);
    check_unit(&format!("def f():\n{body}  $0"), Unit::Spaces(2));
    // A part that begins inside a string.
    let docs = "      Words: and\n            more words, isn't it\n".repeat(400);
    check_unit(&format!("\"\"\"{docs}\"\"\"\n\ndef f():\n  a\n\n$0"), Unit::Spaces(2));
}

#[test]
fn to_models_and_back() {
    use Unit::{Spaces, Tabs};
    for (unit, own, shown) in [
        (Tabs, "if x:\n\tif y:\n\t\tz\n\n\tw\n", "if x:\n    if y:\n        z\n\n    w\n"),
        (Spaces(2), "if x:\n  if y:\n    z\n\n  w\n", "if x:\n    if y:\n        z\n\n    w\n"),
        (Spaces(8), "if x:\n        if y:\n                z\n", "if x:\n    if y:\n        z\n"),
        (Spaces(3), "if x:\n   y\n", "if x:\n    y\n"),
        (Spaces(4), "if x:\n    y\n", "if x:\n    y\n"),
        // Half a level.
        (Spaces(2), "if x:\n   y\n", "if x:\n     y\n"),
        (Spaces(8), "if x:\n    y\n", "if x:\n  y\n"),
        // In brackets: whole levels, or the distance from the statement.
        (Tabs, "\tf(\n\t\ta,\n\t)\n", "    f(\n        a,\n    )\n"),
        (Tabs, "\tf(a,\n\t  b)\n", "    f(a,\n      b)\n"),
        (Tabs, "\t\"\"\"a\n\tb\n\t\"\"\"\n", "    \"\"\"a\n    b\n    \"\"\"\n"),
    ] {
        assert_eq!(unit.to_model(own), shown, "{unit:?} {own:?}");
        assert_eq!(unit.from_model("", shown).as_deref(), Some(own), "{unit:?} {shown:?}");
    }
    // A string's value is what the model wrote.
    let text = "x = '''a\n    b'''\nif x:\n    y";
    assert_eq!(Tabs.from_model("", text).as_deref(), Some("x = '''a\n    b'''\nif x:\n\ty"));
    // Mixed files lose no depth.
    assert_eq!(Tabs.to_model("    x\n\t    y\n    \tz"), "    x\n        y\n        z");
    assert_eq!(Spaces(4).to_model("\tx\n    y\tz"), "    x\n    y\tz");
    assert_eq!(Spaces(2).to_model("\tx\r\n  y\r\n"), "    x\r\n    y\r\n");
    assert_eq!(Tabs.to_model("\u{feff}\tx\n\t\u{c}\ty"), "\u{feff}    x\n\t\u{c}    y");
}

#[test]
fn a_text_goes_on_with_the_line_at_its_left() {
    for (unit, left, text, expected) in [
        (Unit::Tabs, "    ", "x\n        y", Some("x\n\t\ty")),
        (Unit::Tabs, "    ", "    x", Some("\tx")),
        (Unit::Tabs, "", "    x", Some("\tx")),
        (Unit::Tabs, "x =", "    1\n    y", Some("    1\n\ty")),
        (Unit::Tabs, "    f(", "a,\n      b)", Some("a,\n\t  b)")),
        (Unit::Tabs, "if x:", "\r\n    y\r\n        z", Some("\r\n\ty\r\n\t\tz")),
        (Unit::Spaces(2), "    ", "    x", Some("  x")),
        (Unit::Spaces(2), " ", "   x", Some(" x")),
        (Unit::Spaces(8), "  ", "  x", Some("    x")),
        (Unit::Tabs, "  ", "  x", None),
        (Unit::MODEL, "  ", "  x", Some("  x")),
    ] {
        assert_eq!(unit.from_model(left, text).as_deref(), expected, "{unit:?} {left:?} {text:?}");
    }
}

#[test]
fn what_is_typed_begins_what_models_write() {
    for (unit, marked, typed, expected) in [
        (Unit::Tabs, "if x:$0", "\n\ty", "\n    y"),
        (Unit::Tabs, "if x:$0", "\r\n\ty", "\n    y"),
        (Unit::Tabs, "if x:$0", "\n", "\n"),
        (Unit::Tabs, "x = $0", "\t1", "\t1"),
        (Unit::Tabs, "if x:\n\t$0", "\ty", "    y"),
        (Unit::Spaces(2), "if x:\n $0", " y", "   y"),
        (Unit::Spaces(8), "if x:\n$0", "    ", "  "),
        (Unit::MODEL, "if x:$0", "\n    y", "\n    y"),
    ] {
        let (document, offset) = cursor_in(marked, |text| Document::new(text, 1));
        let origin = Origin::new(document.rope(), offset, unit);
        assert_eq!(origin.to_model(typed), expected, "{marked:?} {typed:?}");
    }
}

#[test]
fn what_is_shown_of_a_part_begins_what_is_shown_of_the_whole() {
    let text = "if x:\n  \ty\n \t  z\n\t   \tw\n       v\n   \u{c} \tu";
    for unit in [Unit::Tabs, Unit::MODEL, Unit::Spaces(1), Unit::Spaces(2), Unit::Spaces(3), Unit::Spaces(8)] {
        for end in 0..=text.len() {
            // A page's end within white space makes no difference to Python, and takes back what is left of it.
            let shown = unit.to_model(&text[..end]).into_owned();
            let page = text[end..].starts_with([' ', '\u{c}']) && text[end..].contains('\u{c}') && end > text.len() - 7;
            assert!(page || unit.to_model(text).starts_with(&shown), "{unit:?} {end}");
        }
    }
}
