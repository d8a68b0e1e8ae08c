//! The bill of materials, in CycloneDX's form.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::packages::Package;

/// Returns the document: the program, the packages it is made of and who needs whom, llama.cpp, the built-in model by its
/// SHA-256 sum, and the archive's files by theirs. The same input gives the same bytes, so it has no date and no serial number.
pub fn document(
    own: &Package,
    others: &[Package],
    edges: &BTreeMap<&str, Vec<&str>>,
    model: &str,
    files: &[(String, String)],
) -> Value {
    let mut components: Vec<Value> = others.iter().map(component).collect();
    components.push(json!({
        "type": "library", "bom-ref": "llama.cpp", "name": "llama.cpp", "version": llama_version(others),
        "description": "llama.cpp and ggml, as llama-cpp-sys-2 carries them",
        "licenses": [{ "license": { "id": "MIT" } }],
    }));
    components.push(json!({
        "type": "machine-learning-model", "bom-ref": "builtin-model", "name": "codegen-builtin-33m",
        "version": own.version, "licenses": [{ "license": { "id": "Apache-2.0" } }], "hashes": [sum(model)],
    }));
    for (name, digest) in files {
        components
            .push(json!({ "type": "file", "bom-ref": format!("file:{name}"), "name": name, "hashes": [sum(digest)] }));
    }
    let mut program = component(own);
    program["type"] = json!("application");
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": program },
        "components": components,
        "dependencies": dependencies(own, others, edges),
    })
}

fn component(package: &Package) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": reference(package),
        "name": package.name,
        "version": package.version,
        "purl": reference(package),
        "licenses": [{ "expression": package.licence }],
    });
    if let Some(checksum) = &package.checksum {
        component["hashes"] = json!([sum(checksum)]);
    }
    if let Some(repository) = &package.repository {
        component["externalReferences"] = json!([{ "type": "vcs", "url": repository }]);
    }
    component
}

/// A package's name as a package URL.
fn reference(package: &Package) -> String {
    // What stands behind a plus has to be escaped there.
    format!("pkg:cargo/{}@{}", package.name, package.version.replace('+', "%2B"))
}

fn sum(digest: &str) -> Value {
    json!({ "alg": "SHA-256", "content": digest })
}

/// The crate's version, since llama.cpp itself counts builds that the crate does not tell.
fn llama_version(others: &[Package]) -> String {
    let sys = others.iter().find(|package| package.name == "llama-cpp-sys-2");
    sys.map_or_else(|| "unknown".to_owned(), |package| format!("as in llama-cpp-sys-2 {}", package.version))
}

/// Who needs whom. What is not among the packages only runs while compiling.
fn dependencies(own: &Package, others: &[Package], edges: &BTreeMap<&str, Vec<&str>>) -> Vec<Value> {
    let references: BTreeMap<&str, String> =
        std::iter::once(own).chain(others).map(|package| (package.id.as_str(), reference(package))).collect();
    let of = |package: &Package| {
        let mut needs: Vec<&String> =
            edges.get(package.id.as_str()).into_iter().flatten().filter_map(|id| references.get(id)).collect();
        needs.sort();
        needs.dedup();
        let mut needs = json!(needs);
        if let (Some(needs), true) = (needs.as_array_mut(), package.name == "llama-cpp-sys-2") {
            needs.push(json!("llama.cpp"));
        }
        if let (Some(needs), true) = (needs.as_array_mut(), package.id == own.id) {
            needs.push(json!("builtin-model"));
        }
        json!({ "ref": reference(package), "dependsOn": needs })
    };
    std::iter::once(own).chain(others).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::packages;

    #[test]
    fn packages_and_files_are_listed_with_their_sums() {
        let metadata = packages::tests::metadata();
        let sums = BTreeMap::from([(("b".into(), "1.0.0".into()), "abc".into())]);
        let (own, others) = packages::of(&metadata, &sums).unwrap();
        let files = [("libllama.so".to_owned(), "f00".to_owned())];
        let bom = document(&own, &others, &packages::edges(&metadata), "0123", &files);
        assert_eq!(bom["metadata"]["component"]["type"], "application");
        let names: Vec<&str> =
            bom["components"].as_array().unwrap().iter().filter_map(|c| c["name"].as_str()).collect();
        assert_eq!(names, ["a", "b", "llama.cpp", "codegen-builtin-33m", "libllama.so"]);
        assert_eq!(bom["components"][1]["hashes"][0]["content"], "abc");
        assert_eq!(bom["components"][0]["licenses"][0]["expression"], "MIT OR Apache-2.0");
        let depends = |index: usize| &bom["dependencies"][index]["dependsOn"];
        assert_eq!(depends(0), &json!(["pkg:cargo/a@1.0.0", "builtin-model"]));
        assert_eq!(depends(1), &json!(["pkg:cargo/b@1.0.0"]));
        assert_eq!(depends(2), &json!([]));
    }
}
