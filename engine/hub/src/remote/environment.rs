//! Where the Hub is, who asks, and what the user's environment forbids: the variables that `huggingface_hub` reads.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::error::HubError;
use crate::store::Cache;

/// The variable that names the folder of the Hub's cache and token.
pub const HOME: &str = "HF_HOME";
/// The Hub's address.
const ENDPOINT: &str = "https://huggingface.co";
/// The time without a byte after which a connection counts as ended.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest such time that can be asked for.
const MOST_PATIENCE: u64 = 3600;

/// What is read of the user's environment.
#[derive(Debug, Clone)]
pub struct Environment {
    /// The Hub's address or a mirror's, without a slash at its end (`HF_ENDPOINT`).
    pub endpoint: String,
    /// What shows who asks (`HF_TOKEN`, or the file of it).
    pub token: Option<String>,
    /// The file that a token is kept in (`HF_TOKEN_PATH`).
    pub token_file: PathBuf,
    /// The Hub's cache (`HF_HUB_CACHE`, or in `HF_HOME`).
    pub cache: Cache,
    /// The variable that forbids all connections, if one does (`HF_HUB_OFFLINE`, `TRANSFORMERS_OFFLINE`).
    pub offline: Option<&'static str>,
    /// The proxy (`HTTPS_PROXY`, `ALL_PROXY`, `HTTP_PROXY`, `NO_PROXY`).
    pub proxy: Option<ureq::Proxy>,
    /// The time without a byte after which a connection counts as ended (`HF_HUB_DOWNLOAD_TIMEOUT`, in seconds).
    pub patience: Duration,
    /// A file and a folder of certificates that are trusted instead of the system's (`SSL_CERT_FILE`, `SSL_CERT_DIR`).
    pub certificates: [Option<PathBuf>; 2],
}

impl Environment {
    /// That of this process.
    ///
    /// # Errors
    /// There is no folder for the cache.
    pub fn of_process() -> Result<Self, HubError> {
        let home = directories::BaseDirs::new().map(|folders| folders.home_dir().to_owned());
        let mut environment = Self::read(&|name| std::env::var_os(name), home)?;
        environment.proxy = ureq::Proxy::try_from_env();
        Ok(environment)
    }

    /// That of these variables, without a proxy.
    ///
    /// # Errors
    /// There is no folder for the cache.
    pub fn read(variable: &dyn Fn(&str) -> Option<OsString>, home: Option<PathBuf>) -> Result<Self, HubError> {
        let path = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let text = |name: &str| {
            let text = variable(name)?.to_string_lossy().trim().to_owned();
            Some(text).filter(|text| !text.is_empty())
        };
        let is_set = |name: &&str| {
            text(name).is_some_and(|text| ["1", "on", "yes", "true"].contains(&text.to_ascii_lowercase().as_str()))
        };
        // Of Python's too: in the user's own cache folder, whatever the system.
        let base = path(HOME)
            .or_else(|| path("XDG_CACHE_HOME").map(|cache| cache.join("huggingface")))
            .or_else(|| home.map(|home| home.join(".cache/huggingface")));
        let cache = path("HF_HUB_CACHE")
            .or_else(|| path("HUGGINGFACE_HUB_CACHE"))
            .or_else(|| base.as_ref().map(|base| base.join("hub")))
            .ok_or(HubError::NoFolder(HOME))?;
        let token_file = path("HF_TOKEN_PATH").or_else(|| Some(base?.join("token"))).unwrap_or_default();
        let token = (!is_set(&"HF_HUB_DISABLE_IMPLICIT_TOKEN"))
            .then(|| {
                let file = || std::fs::read_to_string(&token_file).ok();
                let token = text("HF_TOKEN").or_else(|| text("HUGGING_FACE_HUB_TOKEN")).or_else(file)?;
                Some(token.trim().to_owned()).filter(|token| !token.is_empty())
            })
            .flatten();
        let patience = text("HF_HUB_DOWNLOAD_TIMEOUT").and_then(|text| text.parse::<u64>().ok());
        Ok(Self {
            endpoint: text("HF_ENDPOINT")
                .map_or_else(|| ENDPOINT.to_owned(), |text| text.trim_end_matches('/').to_owned()),
            token,
            token_file,
            cache: Cache::new(cache),
            offline: ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"].into_iter().find(|name| is_set(name)),
            proxy: None,
            certificates: ["SSL_CERT_FILE", "SSL_CERT_DIR"].map(path),
            patience: patience.map_or(PATIENCE, |seconds| Duration::from_secs(seconds.clamp(1, MOST_PATIENCE))),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn read(variables: &[(&str, &str)]) -> Environment {
        let find = |name: &str| variables.iter().find(|(there, _)| *there == name).map(|(_, value)| value.into());
        Environment::read(&find, Some("/home/me".into())).unwrap()
    }

    #[test]
    fn the_variables_of_the_hub_s_own_tools_are_read() {
        let plain = read(&[]);
        assert_eq!(plain.endpoint, "https://huggingface.co");
        assert_eq!(plain.cache.folder(), Path::new("/home/me/.cache/huggingface/hub"));
        assert_eq!((plain.token, plain.offline, plain.patience), (None, None, PATIENCE));
        for (variables, cache) in [
            (vec![("HF_HOME", "/hf")], "/hf/hub"),
            (vec![("HF_HOME", "/hf"), ("HF_HUB_CACHE", "/c")], "/c"),
            (vec![("HUGGINGFACE_HUB_CACHE", "/old")], "/old"),
            (vec![("XDG_CACHE_HOME", "/xdg")], "/xdg/huggingface/hub"),
            (vec![("HF_HOME", "")], "/home/me/.cache/huggingface/hub"),
        ] {
            assert_eq!(read(&variables).cache.folder(), Path::new(cache), "{variables:?}");
        }
        assert_eq!(read(&[("HF_ENDPOINT", "https://mirror.example/hf/")]).endpoint, "https://mirror.example/hf");
        for (variables, expected) in [
            (("HF_HUB_OFFLINE", "1"), Some("HF_HUB_OFFLINE")),
            (("HF_HUB_OFFLINE", "TRUE"), Some("HF_HUB_OFFLINE")),
            (("HF_HUB_OFFLINE", "0"), None),
            (("HF_HUB_OFFLINE", ""), None),
            (("TRANSFORMERS_OFFLINE", "yes"), Some("TRANSFORMERS_OFFLINE")),
        ] {
            assert_eq!(read(&[variables]).offline, expected, "{variables:?}");
        }
        for (text, seconds) in [("5", 5), ("0", 1), ("x", 30), ("999999999", 3600)] {
            assert_eq!(read(&[("HF_HUB_DOWNLOAD_TIMEOUT", text)]).patience.as_secs(), seconds);
        }
    }

    #[test]
    fn a_token_comes_from_the_environment_or_its_file() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), "hf_file\n").unwrap();
        let home = folder.path().to_str().unwrap();
        let token = |variables: &[(&str, &str)]| read(&[&[("HF_HOME", home)], variables].concat()).token;
        assert_eq!(token(&[]).as_deref(), Some("hf_file"));
        assert_eq!(token(&[("HF_TOKEN", " hf_own ")]).as_deref(), Some("hf_own"));
        assert_eq!(token(&[("HF_TOKEN_PATH", "/nowhere")]), None);
        assert_eq!(token(&[("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"), ("HF_TOKEN", "x")]), None);
    }

    #[test]
    fn without_a_home_a_variable_is_asked_for() {
        let said = Environment::read(&|_| None, None).unwrap_err().to_string();
        assert!(said.contains("HF_HOME"), "{said}");
    }
}
