//! The files of a repository at one commit.

use codegen_core::printable;
use serde::Deserialize;

use super::digest::Hash;
use crate::names::Hub;
use crate::store::Cache;
use crate::store::cache::is_commit;

/// A repository at one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// `OWNER/NAME`, as it was asked for.
    pub repository: String,
    /// The commit.
    pub commit: String,
    /// Its files.
    pub files: Vec<RemoteFile>,
}

/// A file of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteFile {
    /// Its path in the repository.
    pub path: String,
    /// Its bytes.
    pub size: u64,
    /// What its hash has to be; `None` of one that is in the cache already.
    pub hash: Option<Hash>,
}

#[derive(Deserialize)]
struct Answer {
    sha: Option<String>,
    siblings: Option<Vec<Sibling>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sibling {
    rfilename: String,
    size: Option<u64>,
    blob_id: Option<String>,
    lfs: Option<Lfs>,
}

#[derive(Deserialize)]
struct Lfs {
    sha256: Option<String>,
    size: Option<u64>,
}

impl Listing {
    /// Reads the Hub's answer to `api/models/REPOSITORY/revision/REVISION?blobs=true`. Files whose names cannot be a path are left
    /// out, as are those without a size and a hash: nothing could be made of them.
    ///
    /// # Errors
    /// It is another answer; the message says what is wrong with it.
    pub fn parse(repository: &str, text: &[u8]) -> Result<Self, String> {
        let answer: Answer =
            serde_json::from_slice(text).map_err(|error| format!("it is not the description of a model: {error}"))?;
        let commit = answer.sha.filter(|sha| is_commit(sha)).ok_or("it names no commit")?;
        let siblings = answer.siblings.ok_or("it lists no files")?;
        let all = siblings.len();
        let files: Vec<_> = siblings.into_iter().filter_map(Sibling::file).collect();
        if files.is_empty() && all > 0 {
            return Err("it gives sizes and hashes of none of its files".to_owned());
        }
        Ok(Self { repository: repository.to_owned(), commit, files })
    }

    /// What the cache has of a repository, at the commit that its revision was last; `None` if that is nothing.
    #[must_use]
    pub fn of_cache(cache: &Cache, name: &Hub) -> Option<Self> {
        let commit = cache.commit(name)?;
        let folder = cache.snapshot(&name.repository, &commit);
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&folder).ok()?.flatten() {
            // What a link leads to counts.
            let about = std::fs::metadata(entry.path()).ok();
            if let (Some(about), Ok(path)) = (about.filter(std::fs::Metadata::is_file), entry.file_name().into_string())
            {
                files.push(RemoteFile { path, size: about.len(), hash: None });
            }
        }
        // A file in a folder of the repository is found by its name alone.
        if let Some(file) = &name.file
            && let Some(path) = cache.file(&name.repository, &commit, file)
            && !files.iter().any(|there| there.path == *file)
        {
            let size = std::fs::metadata(path).ok()?.len();
            files.push(RemoteFile { path: file.clone(), size, hash: None });
        }
        Some(Self { repository: name.repository.clone(), commit, files })
    }

    /// The file of that path.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&RemoteFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The names of some of these files, for a message.
    pub(super) fn some<'a>(files: impl Iterator<Item = &'a RemoteFile>) -> String {
        const SHOWN: usize = 8;
        let names: Vec<_> = files.map(|file| printable::line(&file.path).into_owned()).collect();
        match names.len().checked_sub(SHOWN) {
            Some(more @ 1..) => format!("{} and {more} more", names[..SHOWN].join(", ")),
            _ => names.join(", "),
        }
    }
}

impl Sibling {
    fn file(self) -> Option<RemoteFile> {
        if !crate::names::is_path(&self.rfilename) {
            return None;
        }
        let (size, digits) = match self.lfs {
            Some(lfs) => (lfs.size.or(self.size)?, lfs.sha256?),
            None => (self.size?, self.blob_id?),
        };
        Some(RemoteFile { path: self.rfilename, size, hash: Some(Hash::parse(&digits)?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hub_s_answer_is_read() {
        let (commit, small, large) = ("0".repeat(40), "1".repeat(40), "2".repeat(64));
        let text = format!(
            r#"{{"id": "a/b", "sha": "{commit}", "gated": false, "siblings": [
                {{"rfilename": "config.json", "size": 7, "blobId": "{small}"}},
                {{"rfilename": "x/y.gguf", "size": 9, "blobId": "{small}", "lfs": {{"sha256": "{large}", "size": 9, "pointerSize": 1}}}},
                {{"rfilename": "../../etc/passwd", "size": 7, "blobId": "{small}"}},
                {{"rfilename": "hash.json", "size": 7, "blobId": "../x"}},
                {{"rfilename": "nothing.json"}}]}}"#
        );
        let listing = Listing::parse("a/b", text.as_bytes()).unwrap();
        assert_eq!(listing.commit, commit);
        let files: Vec<_> =
            listing.files.iter().map(|file| (file.path.as_str(), file.size, file.hash.clone())).collect();
        assert_eq!(files, [("config.json", 7, Some(Hash::Git(small))), ("x/y.gguf", 9, Some(Hash::Sha256(large)))]);
    }

    #[test]
    fn another_answer_is_none() {
        for (text, why) in [
            ("<html>", "not the description"),
            ("{}", "no commit"),
            (r#"{"sha": "main", "siblings": []}"#, "no commit"),
            (r#"{"sha": "0000000000000000000000000000000000000000"}"#, "lists no files"),
            (
                r#"{"sha": "0000000000000000000000000000000000000000", "siblings": [{"rfilename": "a"}]}"#,
                "sizes and hashes",
            ),
        ] {
            assert!(Listing::parse("a/b", text.as_bytes()).unwrap_err().contains(why), "{text}");
        }
    }
}
