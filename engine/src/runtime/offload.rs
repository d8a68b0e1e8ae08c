//! How many of a model's layers fit on its devices: arithmetic, without llama.cpp.
