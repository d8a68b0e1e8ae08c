//! What tree-sitter-python says of a document, as byte ranges. Knows nothing of prompts, models or protocols.
