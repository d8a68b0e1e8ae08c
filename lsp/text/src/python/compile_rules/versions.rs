//! Syntax that is younger than the Python that decides.

use ruff_python_ast::PythonVersion;
use ruff_python_parser::{UnsupportedSyntaxError, UnsupportedSyntaxErrorKind};
use ruff_text_size::Ranged;

use super::Violation;

/// Adds one violation for each version after `version` that the text needs, at the first place that needs it.
pub(super) fn unsupported(errors: &[UnsupportedSyntaxError], version: PythonVersion, found: &mut Vec<Violation>) {
    let needs = |error: &UnsupportedSyntaxError| since(error.kind).map(|since| (since.minor, error.start()));
    let latest = errors.iter().filter_map(needs).map(|(minor, _)| minor).max().unwrap_or_default();
    for minor in version.minor + 1..=latest {
        // In the order of the text, where Ruff's parser may have gone back.
        let first = errors.iter().filter_map(needs).filter(|(since, _)| *since >= minor).map(|(_, at)| at).min();
        found.extend(first.map(|at| Violation::new(at, format!("needs Python {}.{minor}", version.major))));
    }
    // Syntax of Python 2 that was taken away.
    let removed = errors.iter().filter(|error| since(error.kind).is_none());
    found.extend(removed.map(|error| Violation::new(error.start(), error.to_string())));
}

/// The version that brought a piece of syntax; `None` if it was removed.
fn since(kind: UnsupportedSyntaxErrorKind) -> Option<PythonVersion> {
    use UnsupportedSyntaxErrorKind as Kind;
    Some(match kind {
        Kind::ParenthesizedKeywordArgumentName => return None,
        Kind::Walrus | Kind::StarTuple(_) | Kind::PositionalOnlyParameter => PythonVersion::PY38,
        Kind::UnparenthesizedNamedExpr(_)
        | Kind::RelaxedDecorator(_)
        | Kind::ParenthesizedContextManager
        | Kind::UnparenthesizedUnpackInFor => PythonVersion::PY39,
        Kind::Match => PythonVersion::PY310,
        Kind::ExceptStar | Kind::StarExpressionInIndex | Kind::StarAnnotation => PythonVersion::PY311,
        Kind::TypeParameterList | Kind::TypeAliasStatement | Kind::Pep701FString(_) => PythonVersion::PY312,
        Kind::TypeParamDefault => PythonVersion::PY313,
        Kind::UnparenthesizedExceptionTypes | Kind::TemplateStrings => PythonVersion::PY314,
        Kind::LazyImportStatement | Kind::UnpackingInComprehension(_) => PythonVersion::PY315,
    })
}
