//! Which files of a repository make a model.

use codegen_core::printable;

use super::listing::{Listing, RemoteFile};
use crate::error::HubError;
use crate::names::{Hub, is_gguf};

/// What is taken of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// A GGUF file, used as it is.
    Gguf(RemoteFile),
    /// A checkpoint, which is to be converted.
    Checkpoint {
        /// Its configuration and tokenizer.
        about: Vec<RemoteFile>,
        /// Its weights.
        weights: Vec<RemoteFile>,
    },
}

impl Choice {
    /// The bytes of all files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Gguf(file) => file.size,
            Self::Checkpoint { about, weights } => about.iter().chain(weights).map(|file| file.size).sum(),
        }
    }

    /// The file, or the first file of the weights.
    #[must_use]
    pub fn source(&self) -> &str {
        match self {
            Self::Gguf(file) => &file.path,
            Self::Checkpoint { weights, .. } => weights.first().map_or("", |file| &file.path),
        }
    }
}

/// What a checkpoint may have beside its weights.
const ABOUT: [&str; 8] = [
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
];
/// The largest file of Python code beside a checkpoint; CodeGen2's says how its matrices are laid out, and is read, never run.
const MOST_CODE: u64 = 4 << 20;

/// The files to take. Of several GGUFs, the one whose name has the type that was asked for, or the first of `types` that one of them
/// has.
///
/// # Errors
/// There are none, or several that could be meant.
pub fn choose(listing: &Listing, name: &Hub, asked: Option<&str>, types: &[&str]) -> Result<Choice, HubError> {
    let ggufs: Vec<&RemoteFile> = listing.files.iter().filter(|file| is_model(&file.path)).collect();
    if let Some(path) = &name.file {
        return match listing.file(path) {
            Some(file) if is_part_of_several(&file.path) => Err(unusable(
                name,
                "that file is one of several parts, which are not joined here; choose a file that is whole",
            )),
            Some(file) => Ok(Choice::Gguf(file.clone())),
            None if ggufs.is_empty() => Err(unusable(name, "the repository has no such file, and no other GGUF")),
            None => Err(unusable(
                name,
                &format!("the repository has no such file; its GGUFs are {}", Listing::some(ggufs.into_iter())),
            )),
        };
    }
    if !ggufs.is_empty() {
        return gguf(&ggufs, name, asked, types).map(|file| Choice::Gguf(file.clone()));
    }
    checkpoint(listing, name)
}

fn gguf<'a>(
    ggufs: &[&'a RemoteFile],
    name: &Hub,
    asked: Option<&str>,
    types: &[&str],
) -> Result<&'a RemoteFile, HubError> {
    let of = |kind: &str| ggufs.iter().filter(|file| has_type(&file.path, kind)).copied().collect::<Vec<_>>();
    let problem = match asked {
        None if ggufs.len() == 1 => return Ok(ggufs[0]),
        None => match types.iter().map(|kind| of(kind)).find(|found| found.len() == 1).as_deref() {
            Some([one]) => return Ok(one),
            _ => "it is not clear which of its GGUFs is meant".to_owned(),
        },
        Some(kind) => match of(kind).as_slice() {
            [one] => return Ok(one),
            [] => format!("none of its GGUFs says that it is {kind}"),
            _ => format!("several of its GGUFs say that they are {kind}"),
        },
    };
    let (files, first) = (Listing::some(ggufs.iter().copied()), ggufs.first().map_or("", |file| &file.path));
    Err(unusable(name, &format!("{problem}; name one of {files}, as in {name}:{}", printable::line(first))))
}

/// Whether a file is a whole GGUF with a language model in it, by its name.
fn is_model(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    is_gguf(path)
        && !is_part_of_several(path)
        && !["mmproj", "imatrix", "vocab-"].iter().any(|other| file.contains(other))
}

/// Whether a file's name ends as `-00001-of-00003.gguf`.
fn is_part_of_several(path: &str) -> bool {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let Some((rest, of)) = stem.rsplit_once("-of-") else { return false };
    let number = rest.rsplit('-').next().unwrap_or_default();
    [number, of].iter().all(|digits| digits.len() == 5 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a file's name has a type in it, as a word of its own.
fn has_type(path: &str, kind: &str) -> bool {
    let (path, kind) = (path.to_ascii_lowercase(), kind.to_ascii_lowercase());
    let word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    path.match_indices(&kind)
        .any(|(at, _)| !word(path[..at].chars().next_back()) && !word(path[at + kind.len()..].chars().next()))
}

fn checkpoint(listing: &Listing, name: &Hub) -> Result<Choice, HubError> {
    let sharded = |start: &str, end: &str| {
        let is = |file: &&RemoteFile| {
            file.path
                .strip_prefix(start)
                .and_then(|rest| rest.strip_suffix(end))
                .is_some_and(|rest| rest.contains("-of-"))
        };
        listing.files.iter().filter(is).cloned().collect::<Vec<_>>()
    };
    let mut weights = Vec::new();
    // Safetensors before pickles, whole before sharded.
    for (whole, index, start, end) in [
        ("model.safetensors", "model.safetensors.index.json", "model-", ".safetensors"),
        ("pytorch_model.bin", "pytorch_model.bin.index.json", "pytorch_model-", ".bin"),
    ] {
        if let Some(file) = listing.file(whole) {
            weights = vec![file.clone()];
        } else if let Some(index) = listing.file(index) {
            weights = sharded(start, end);
            weights.push(index.clone());
        }
        if !weights.is_empty() {
            break;
        }
    }
    if listing.file("adapter_config.json").is_some() && weights.is_empty() {
        let what = "it is an adapter; download it (`hf download`), convert it with `codegen-lsp model convert` and name the file as `lora`";
        return Err(unusable(name, what));
    }
    if weights.is_empty() || listing.file("config.json").is_none() {
        let there = match listing.files.is_empty() {
            true => "nothing".to_owned(),
            false => Listing::some(listing.files.iter()),
        };
        return Err(unusable(
            name,
            &format!(
                "there is neither a GGUF nor a checkpoint (config.json with model.safetensors or pytorch_model.bin) in it, but {there}"
            ),
        ));
    }
    let is_about = |file: &&RemoteFile| {
        ABOUT.contains(&file.path.as_str())
            || file.path.ends_with(".py") && !file.path.contains('/') && file.size <= MOST_CODE
    };
    Ok(Choice::Checkpoint { about: listing.files.iter().filter(is_about).cloned().collect(), weights })
}

fn unusable(name: &Hub, why: &str) -> HubError {
    HubError::Unusable(format!("{name} cannot be used as a model: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::Name;

    fn chosen(name: &str, files: &str, asked: Option<&str>) -> Result<String, String> {
        let Name::Hub(name) = Name::parse(name).unwrap().unwrap() else { panic!("{name}") };
        let file = |path: &str| RemoteFile { path: path.to_owned(), size: 1, hash: None };
        let listing = Listing {
            repository: name.repository.clone(),
            commit: "0".repeat(40),
            files: files.split_whitespace().map(file).collect(),
        };
        let paths = |files: &[RemoteFile]| files.iter().map(|file| file.path.clone()).collect::<Vec<_>>().join(" ");
        match choose(&listing, &name, asked, &["Q8_0", "Q4_K_M"]) {
            Ok(Choice::Gguf(file)) => Ok(file.path),
            Ok(Choice::Checkpoint { about, weights }) => Ok(format!("{} | {}", paths(&about), paths(&weights))),
            Err(problem) => Err(problem.to_string()),
        }
    }

    #[test]
    fn a_model_s_files_are_found() {
        let released = "README.md added_tokens.json config.json merges.txt pytorch_model.bin special_tokens_map.json tokenizer.json \
                        tokenizer_config.json vocab.json";
        let about = "added_tokens.json config.json merges.txt special_tokens_map.json tokenizer.json tokenizer_config.json vocab.json";
        assert_eq!(chosen("codegen-350M-mono", released, None).unwrap(), format!("{about} | pytorch_model.bin"));
        for (files, asked, expected) in [
            ("config.json pytorch_model.bin model.safetensors", None, "config.json | model.safetensors"),
            (
                "config.json pytorch_model.bin.index.json pytorch_model-00001-of-00002.bin pytorch_model-00002-of-00002.bin x-1-of-2.bin",
                None,
                "config.json | pytorch_model-00001-of-00002.bin pytorch_model-00002-of-00002.bin pytorch_model.bin.index.json",
            ),
            (
                "config.json modeling_codegen.py sub/x.py model.safetensors",
                None,
                "config.json modeling_codegen.py | model.safetensors",
            ),
            ("only.gguf config.json pytorch_model.bin", None, "only.gguf"),
            ("m.Q4_K_M.gguf m.Q8_0.gguf m.F16.gguf", None, "m.Q8_0.gguf"),
            ("m-q4_k_m.gguf m-f16.gguf mmproj-q8_0.gguf", None, "m-q4_k_m.gguf"),
            ("m.Q4_K_M.gguf m.Q8_0.gguf", Some("Q4_K_M"), "m.Q4_K_M.gguf"),
            ("m.Q4_K.gguf m.Q4_K_M.gguf", Some("Q4_K"), "m.Q4_K.gguf"),
        ] {
            assert_eq!(chosen("hf:a/b", files, asked).as_deref(), Ok(expected), "{files}");
        }
        assert_eq!(chosen("hf:a/b:x/y.gguf", "x/y.gguf z.gguf", None).unwrap(), "x/y.gguf");
    }

    #[test]
    fn what_is_no_model_is_refused_with_what_there_is() {
        for (name, files, asked, why) in [
            ("hf:a/b", "", None, "but nothing"),
            ("hf:a/b", "README.md model.onnx", None, "but README.md, model.onnx"),
            ("hf:a/b", "config.json", None, "neither a GGUF nor a checkpoint"),
            ("hf:a/b", "pytorch_model.bin", None, "neither a GGUF nor a checkpoint"),
            ("hf:a/b", "adapter_config.json adapter_model.safetensors", None, "it is an adapter"),
            ("hf:a/b", "a.gguf b.gguf", None, "name one of a.gguf, b.gguf, as in hf:a/b:a.gguf"),
            ("hf:a/b", "a.Q8_0.gguf b.Q8_0.gguf", None, "it is not clear"),
            ("hf:a/b", "a.Q8_0.gguf b.Q8_0.gguf", Some("Q8_0"), "several of its GGUFs"),
            ("hf:a/b", "a.Q8_0.gguf", Some("Q6_K"), "none of its GGUFs says that it is Q6_K"),
            ("hf:a/b:c.gguf", "a.gguf", None, "its GGUFs are a.gguf"),
            ("hf:a/b:c.gguf", "config.json", None, "no other GGUF"),
            (
                "hf:a/b:m-00001-of-00002.gguf",
                "m-00001-of-00002.gguf m-00002-of-00002.gguf",
                None,
                "one of several parts",
            ),
        ] {
            let said = chosen(name, files, asked).unwrap_err();
            assert!(said.contains(why), "{name} {files}: {said}");
        }
    }
}
