//! Reads one file's code: the modules in it, their names, and the paths that they mention.

use proc_macro2::{Spacing, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, Meta, UseTree};

use super::program::{Module, ModuleId, Name, Path};

/// A module that is declared by `mod name;`, with its code in another file.
#[derive(Debug)]
pub struct Pending {
    pub parent: ModuleId,
    pub name: String,
    pub line: usize,
    /// What `#[path = "…"]` says.
    pub path: Option<String>,
    /// The modules of this file around the declaration, outermost first.
    pub within: Vec<String>,
    /// Whether only tests have it.
    pub test: bool,
}

/// Fills the module `id` with the contents of the text, adds the modules inside it, and returns those that are in other
/// files.
pub fn read(text: &str, id: ModuleId, modules: &mut Vec<Module>) -> syn::Result<Vec<Pending>> {
    let file = syn::parse_file(text)?;
    let mut reader = Reader { modules, module: id, within: Vec::new(), pending: Vec::new() };
    reader.items(&file.items);
    Ok(reader.pending)
}

struct Reader<'a> {
    modules: &'a mut Vec<Module>,
    /// The module that is being read.
    module: ModuleId,
    within: Vec<String>,
    pending: Vec<Pending>,
}

impl Reader<'_> {
    fn items(&mut self, items: &[Item]) {
        for item in items {
            if !is_test_only(attributes(item))
                && let Some(name) = defined(item)
            {
                self.name(name, Name::Item);
            }
            self.visit_item(item);
        }
    }

    fn name(&mut self, name: String, stands_for: Name) {
        self.modules[self.module].names.entry(name).or_default().push(stands_for);
    }

    fn mention(&mut self, path: Path) {
        self.modules[self.module].mentions.push(path);
    }

    /// Records the names of a `use` below `before`.
    fn imports(&mut self, tree: &UseTree, before: &Path) {
        let with = |ident: &syn::Ident| {
            let mut path = before.clone();
            path.segments.push(plain(ident));
            path.line = ident.span().start().line;
            path
        };
        match tree {
            UseTree::Path(further) => self.imports(&further.tree, &with(&further.ident)),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.imports(tree, before)),
            UseTree::Glob(_) => self.modules[self.module].globs.push(before.clone()),
            UseTree::Name(leaf) if leaf.ident == "self" => self.import(before.clone(), None),
            UseTree::Name(leaf) => self.import(with(&leaf.ident), None),
            UseTree::Rename(leaf) if leaf.ident == "self" => self.import(before.clone(), Some(plain(&leaf.rename))),
            UseTree::Rename(leaf) => self.import(with(&leaf.ident), Some(plain(&leaf.rename))),
        }
    }

    fn import(&mut self, path: Path, name: Option<String>) {
        if let Some(name) = name.or_else(|| path.segments.last().cloned()) {
            self.name(name, Name::Use(path.clone()));
        }
        self.mention(path);
    }

    fn declare(&mut self, module: &syn::ItemMod, test: bool) {
        self.pending.push(Pending {
            parent: self.module,
            name: plain(&module.ident),
            line: module.ident.span().start().line,
            path: module.attrs.iter().find_map(told_path),
            within: self.within.clone(),
            test,
        });
    }

    /// Finds the paths in the tokens of a macro or an attribute; in an attribute a string may be a path, as for serde.
    fn tokens(&mut self, tokens: TokenStream, texts: bool) {
        let mut scan = Scan::default();
        for token in tokens {
            if let Some(path) = scan.take(&token) {
                self.mention(path);
            }
            match token {
                TokenTree::Group(group) => self.tokens(group.stream(), texts),
                TokenTree::Literal(literal) if texts => {
                    let path = syn::parse_str::<syn::LitStr>(&literal.to_string()).ok();
                    if let Some(path) = path.and_then(|text| text.parse::<syn::Path>().ok()) {
                        let mut path = written(&path);
                        path.line = literal.span().start().line;
                        self.mention(path);
                    }
                }
                _ => {}
            }
        }
        if let Some(path) = scan.end() {
            self.mention(path);
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let test = is_test_only(attributes(item));
        match item {
            Item::Mod(module) if module.content.is_none() => self.declare(module, test),
            _ if test => {}
            _ => visit::visit_item(self, item),
        }
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        let Some((_, items)) = &module.content else { return };
        let id = self.modules.len();
        let file = self.modules[self.module].file.clone();
        self.modules.push(Module::new(Some(self.module), &file));
        self.name(plain(&module.ident), Name::Module(id));
        let outer = std::mem::replace(&mut self.module, id);
        self.within.push(plain(&module.ident));
        self.items(items);
        self.within.pop();
        self.module = outer;
    }

    // Includes a `use` in a function's body, whose names count as the module's.
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let start = Path { segments: Vec::new(), absolute: item.leading_colon.is_some(), line: 0 };
        self.imports(&item.tree, &start);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !is_test_only(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.mention(written(path));
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        self.visit_path(&called.path);
        self.tokens(called.tokens.clone(), false);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.tokens(list.tokens.clone(), true);
        }
    }
}

/// Finds paths in a row of tokens.
#[derive(Default)]
struct Scan {
    path: Option<Path>,
    /// Colons since the path's last segment.
    colons: usize,
    /// Whether the token before was a dot: a field or a method follows, not a path.
    after_dot: bool,
}

impl Scan {
    /// Takes a token; returns the path that ended before it.
    fn take(&mut self, token: &TokenTree) -> Option<Path> {
        let after_dot = std::mem::take(&mut self.after_dot);
        match token {
            TokenTree::Ident(ident) => {
                let (name, line) = (plain(ident), ident.span().start().line);
                if let (Some(path), 2) = (&mut self.path, self.colons) {
                    path.segments.push(name);
                    self.colons = 0;
                    return None;
                }
                let absolute = self.path.is_none() && self.colons == 2;
                let ended = self.end();
                if !after_dot {
                    self.path = Some(Path { segments: vec![name], absolute, line });
                }
                ended
            }
            TokenTree::Punct(colon) if colon.as_char() == ':' => {
                let joined = colon.spacing() == Spacing::Joint || self.colons == 1;
                self.colons = if joined { self.colons + 1 } else { 0 };
                if joined { None } else { self.end() }
            }
            TokenTree::Punct(other) => {
                self.after_dot = other.as_char() == '.';
                self.end()
            }
            _ => self.end(),
        }
    }

    fn end(&mut self) -> Option<Path> {
        self.colons = 0;
        self.path.take()
    }
}

fn written(path: &syn::Path) -> Path {
    Path {
        segments: path.segments.iter().map(|segment| plain(&segment.ident)).collect(),
        absolute: path.leading_colon.is_some(),
        line: path.segments.first().map_or(0, |segment| segment.ident.span().start().line),
    }
}

/// The name without `r#`.
fn plain(ident: &syn::Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}

fn told_path(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    match &pair.value {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(path), .. }) if pair.path.is_ident("path") => {
            Some(path.value())
        }
        _ => None,
    }
}

/// Whether `cfg` restricts the item with these attributes to tests.
fn is_test_only(attributes: &[Attribute]) -> bool {
    let condition = |attribute: &Attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => list.parse_args::<Meta>().ok(),
        _ => None,
    };
    attributes.iter().filter_map(condition).any(|meta| needs_test(&meta))
}

fn needs_test(condition: &Meta) -> bool {
    let Meta::List(list) = condition else { return condition.path().is_ident("test") };
    let inner = list.parse_args_with(syn::punctuated::Punctuated::<Meta, syn::Token![,]>::parse_terminated);
    let Ok(inner) = inner else { return false };
    match list.path.get_ident().map(ToString::to_string).as_deref() {
        Some("all") => inner.iter().any(needs_test),
        Some("any") => !inner.is_empty() && inner.iter().all(needs_test),
        _ => false,
    }
}

/// The name that an item other than a module or a `use` gives to something.
fn defined(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::TraitAlias(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(plain(ident))
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mentions(text: &str) -> Vec<String> {
        let mut modules = vec![Module::new(None, "a.rs")];
        read(text, 0, &mut modules).unwrap();
        let mut paths: Vec<_> = modules.iter().flat_map(|module| &module.mentions).map(shown).collect();
        paths.sort();
        paths.dedup();
        paths
    }

    fn shown(path: &Path) -> String {
        format!("{}{}", if path.absolute { "::" } else { "" }, path.segments.join("::"))
    }

    #[test]
    fn paths_are_found_wherever_they_stand() {
        for (text, expected) in [
            ("use a::{b, c::{self, d as e}};", &["a::b", "a::c", "a::c::d"][..]),
            ("use ::a::b;", &["::a::b"]),
            ("pub(in crate::x) struct S(a::T<b::U>);", &["a::T", "b::U", "crate::x"]),
            ("fn f() { let a::B { .. } = <c::D as e::F>::g(); }", &["a::B", "c::D", "e::F::g"]),
            ("fn f() { use x::y; x::z(); }", &["x::y", "x::z"]),
            ("fn f() { m!(a::b(c::d), x.e::<g::H>()) }", &["a::b", "c::d", "g::H", "m", "x"]),
            ("fn f() { m!(::a::b => 1, x: y, p::q) }", &["::a::b", "m", "p::q", "x", "y"]),
            ("macro_rules! m { () => { $crate::a::b() } }", &["crate::a::b", "macro_rules"]),
            ("#[serde(with = \"a::b\")] struct S;", &["a::b", "with"]),
            ("impl a::T for S { #[cfg(test)] fn t() { b::c() } }", &["S", "a::T"]),
            ("#[cfg(test)] mod tests { use a::b; } #[cfg(test)] use c::d;", &[]),
            ("/// See [`a::b`].\nfn f() { \"a::b\"; /* a::b */ }", &[]),
        ] {
            assert_eq!(mentions(text), expected, "{text}");
        }
    }

    #[test]
    fn a_condition_on_tests_is_understood() {
        for (condition, test) in [
            ("test", true),
            ("all(test, unix)", true),
            ("any(test, feature = \"x\")", false),
            ("any(test, all(test, unix))", true),
            ("not(test)", false),
            ("unix", false),
        ] {
            let item: Item = syn::parse_str(&format!("#[cfg({condition})] fn f() {{}}")).unwrap();
            assert_eq!(is_test_only(attributes(&item)), test, "{condition}");
        }
    }
}
