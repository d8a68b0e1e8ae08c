--- The server's options, and what each may be. Made by `cargo xtask generate` from what the server declares;
--- changes belong into lsp/src/config/options.rs.
return {
  {
    name = "model",
    forms = { { text = "any" } },
    expected = "a model's name or the path of a GGUF file",
  },
  {
    name = "lora",
    forms = { { text = "any" } },
    expected = "the path of a GGUF file of an adapter",
  },
  {
    name = "threads",
    forms = { { word = "auto" }, { whole = { 1, 512 } } },
    expected = "\"auto\" or a whole number from 1 to 512",
  },
  {
    name = "context",
    forms = { { whole = { 64, 1048576 } } },
    expected = "a whole number of tokens from 64 to 1048576",
  },
  {
    name = "batch",
    forms = { { whole = { 1, 65536 } } },
    expected = "a whole number of tokens from 1 to 65536",
  },
  {
    name = "slots",
    forms = { { whole = { 1, 64 } } },
    expected = "a whole number from 1 to 64",
  },
  {
    name = "gpuLayers",
    forms = { { word = "auto" }, { word = "all" }, { whole = { 0, 10000 } } },
    expected = "\"auto\", \"all\" or a whole number of layers",
  },
  {
    name = "mainDevice",
    forms = { { whole = { 0, 1024 } } },
    expected = "a device's number, as `codegen-lsp doctor` lists them",
  },
  {
    name = "flashAttention",
    forms = { { word = "auto" }, { boolean = true } },
    expected = "\"auto\", true or false",
  },
  {
    name = "mmap",
    forms = { { boolean = true } },
    expected = "true or false",
  },
  {
    name = "idleUnloadSeconds",
    forms = { { word = "auto" }, { whole = { 0, 604800 } } },
    expected = "\"auto\" or a whole number up to 604800, of which 0 is never",
  },
  {
    name = "engine.process",
    forms = { { boolean = true } },
    expected = "true or false",
  },
  {
    name = "languages",
    forms = { { list = "any" } },
    expected = "a list of languages' names",
  },
  {
    name = "maxFileBytes",
    forms = { { whole = { 1, 1000000000 } } },
    expected = "a whole number of bytes from 1 to 1000000000",
  },
  {
    name = "inline.enabled",
    forms = { { boolean = true } },
    expected = "true or false",
  },
  {
    name = "inline.maxTokens",
    forms = { { whole = { 1, 4096 } } },
    expected = "a whole number from 1 to 4096",
  },
  {
    name = "inline.minConfidence",
    forms = { { null = true }, { number = { above = 0, most = 1 } } },
    expected = "null or a number above 0 and up to 1",
  },
  {
    name = "inline.minLogprob",
    forms = { { null = true }, { number = { most = 0 } } },
    expected = "null or a number of at most 0",
  },
  {
    name = "inline.eagerness",
    forms = { { word = "eager" }, { word = "calm" }, { word = "onDemand" } },
    expected = "\"eager\", \"calm\" or \"onDemand\"",
  },
  {
    name = "inline.debounceMs",
    forms = { { word = "auto" }, { whole = { 0, 5000 } } },
    expected = "\"auto\" or a whole number of milliseconds up to 5000",
  },
  {
    name = "inline.patienceMs",
    forms = { { whole = { 0, 60000 } } },
    expected = "a whole number of milliseconds up to 60000",
  },
  {
    name = "inline.prepareNext",
    forms = { { boolean = true } },
    expected = "true or false",
  },
  {
    name = "inline.context",
    forms = { { word = "off" }, { word = "imports" }, { word = "all" } },
    expected = "\"off\", \"imports\" or \"all\"",
  },
  {
    name = "inline.contextShare",
    forms = { { whole = { 1, 50 } } },
    expected = "a whole number from 1 to 50",
  },
  {
    name = "inline.ignore",
    forms = { { list = "any" } },
    expected = "a list of globs",
  },
  {
    name = "inline.languages",
    forms = { { list = "any" } },
    expected = "a list of languages' names",
  },
  {
    name = "completion.enabled",
    forms = { { word = "auto" }, { boolean = true } },
    expected = "\"auto\", true or false",
  },
  {
    name = "prompt.marker",
    forms = { { null = true }, { text = "marker" } },
    expected = "null or the text that starts a prompt",
  },
  {
    name = "synthesis.maxTokens",
    forms = { { whole = { 1, 4096 } } },
    expected = "a whole number from 1 to 4096",
  },
  {
    name = "synthesis.candidates",
    forms = { { whole = { 1, 16 } } },
    expected = "a whole number from 1 to 16",
  },
  {
    name = "synthesis.temperature",
    forms = { { number = { above = 0, most = 2 } } },
    expected = "a number above 0 and up to 2",
  },
  {
    name = "synthesis.topP",
    forms = { { number = { above = 0, most = 1 } } },
    expected = "a number above 0 and up to 1",
  },
  {
    name = "synthesis.verify",
    forms = { { word = "parse" }, { word = "run" } },
    expected = "\"parse\" or \"run\"",
  },
  {
    name = "synthesis.codeLens",
    forms = { { word = "auto" }, { word = "all" }, { word = "off" } },
    expected = "\"auto\", \"all\" or \"off\"",
  },
  {
    name = "synthesis.python",
    forms = { { text = "any" } },
    expected = "a program's name in PATH or its absolute path",
  },
  {
    name = "synthesis.runSeconds",
    forms = { { whole = { 1, 600 } } },
    expected = "a whole number from 1 to 600",
  },
  {
    name = "synthesis.isolation",
    forms = { { word = "limits" }, { word = "folder" }, { word = "folder+network" }, { word = "folder+network+processes" } },
    expected = "\"limits\", \"folder\", \"folder+network\" or \"folder+network+processes\"",
  },
  {
    name = "statistics.enabled",
    forms = { { boolean = true } },
    expected = "true or false",
  },
  {
    name = "trusted",
    forms = { { boolean = true }, { list = "any" } },
    expected = "true, false or a list of folders",
  },
}
