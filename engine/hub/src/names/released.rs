//! The CodeGens that Salesforce has released and that can be run here.

/// A released CodeGen. Sizes are those of its `config.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Released {
    /// The name, without its publisher: `codegen-350M-mono`.
    pub name: &'static str,
    /// Blocks.
    pub layers: u64,
    /// Width of the residual stream.
    pub width: u64,
    /// What it was trained on, in a few words.
    pub about: &'static str,
}

const NATURAL: &str = "English and some code";
const MULTI: &str = "C, C++, Go, Java, JavaScript and Python";
const MONO: &str = "Python";
const TWO: &str = "twelve languages; fills in gaps";

const fn released(name: &'static str, layers: u64, width: u64, about: &'static str) -> Released {
    Released { name, layers, width, about }
}

/// All of them, the smallest first. CodeGen2 of 7 and 16 billion parameters, and CodeGen2.5, which is a Llama, are not among them.
pub const RELEASED: [Released; 14] = [
    released("codegen-350M-mono", 20, 1024, MONO),
    released("codegen-350M-multi", 20, 1024, MULTI),
    released("codegen-350M-nl", 20, 1024, NATURAL),
    released("codegen2-1B", 16, 2048, TWO),
    released("codegen-2B-mono", 32, 2560, MONO),
    released("codegen-2B-multi", 32, 2560, MULTI),
    released("codegen-2B-nl", 32, 2560, NATURAL),
    released("codegen2-3_7B", 16, 4096, TWO),
    released("codegen-6B-mono", 33, 4096, MONO),
    released("codegen-6B-multi", 33, 4096, MULTI),
    released("codegen-6B-nl", 33, 4096, NATURAL),
    released("codegen-16B-mono", 34, 6144, MONO),
    released("codegen-16B-multi", 34, 6144, MULTI),
    released("codegen-16B-nl", 34, 6144, NATURAL),
];

/// Rows of the embedding and of the LM head: 50,257 tokens of GPT-2, 38 of white space, and rows without a token.
const VOCABULARY: u64 = 51_200;
/// Tokens of context.
const CONTEXT: u64 = 2048;

impl Released {
    /// The release that `name` means, with or without its publisher, in any case.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        let name = name.strip_prefix("Salesforce/").unwrap_or(name);
        RELEASED.iter().find(|release| release.name.eq_ignore_ascii_case(name))
    }

    /// Its repository on the Hub.
    #[must_use]
    pub fn repository(&self) -> String {
        format!("Salesforce/{}", self.name)
    }

    /// The number of its weights.
    #[must_use]
    pub fn parameters(&self) -> u64 {
        let width = self.width;
        // Attention has four square matrices, the MLP eight times as much and five biases' worth, a norm two vectors.
        let block = 12 * width * width + 5 * width + 2 * width;
        self.layers * block + 2 * width + 2 * VOCABULARY * width + VOCABULARY
    }

    /// The bytes of its files on the Hub, about: weights of 16 bits, and of each block a square of the context's length, which attention's
    /// mask was saved as.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        2 * self.parameters() + self.layers * CONTEXT * CONTEXT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_found_by_any_spelling() {
        for name in ["codegen-350M-mono", "Salesforce/codegen-350M-mono", "CODEGEN-350m-MONO"] {
            assert_eq!(Released::find(name).unwrap().repository(), "Salesforce/codegen-350M-mono", "{name}");
        }
        for name in ["codegen-7B-mono", "codegen", "", "Salesforce/", "other/codegen-350M-mono"] {
            assert_eq!(Released::find(name), None, "{name}");
        }
    }

    #[test]
    fn parameters_are_what_the_names_say() {
        // The smallest has 357 million; the others are named by theirs, rounded.
        for (name, least, most) in [
            ("codegen-350M-mono", 356_000_000, 358_000_000),
            ("codegen2-1B", 1_000_000_000, 1_050_000_000),
            ("codegen-2B-multi", 2_700_000_000, 2_800_000_000),
            ("codegen2-3_7B", 3_600_000_000, 3_700_000_000),
            ("codegen-6B-nl", 7_000_000_000, 7_100_000_000),
            ("codegen-16B-mono", 16_000_000_000, 16_100_000_000),
        ] {
            let parameters = Released::find(name).unwrap().parameters();
            assert!((least..most).contains(&parameters), "{name}: {parameters}");
        }
        assert!((797_000_000..799_000_000).contains(&RELEASED[0].bytes()), "{}", RELEASED[0].bytes());
    }
}
