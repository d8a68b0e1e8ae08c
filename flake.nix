{
  description = "A language server for private, local, multi-turn code synthesis with CodeGen";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" ];
      each = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
    in
    {
      packages = each (pkgs: rec {
        default = codegen-lsp;
        codegen-lsp = pkgs.rustPlatform.buildRustPackage {
          pname = "codegen-lsp";
          version = (builtins.fromTOML (builtins.readFile ./Cargo.toml)).workspace.package.version;
          src = self;
          cargoLock.lockFile = ./Cargo.lock;

          # As `cargo xtask dist` builds it: for any processor, with llama.cpp's libraries in lib/codegen-lsp.
          cargoBuildFlags = [ "--package" "codegen-lsp" ];
          buildFeatures = [ "portable" ];
          env.RUSTFLAGS = "-C link-arg=-Wl,--disable-new-dtags -C link-arg=-Wl,-rpath,$ORIGIN/../lib/codegen-lsp";

          nativeBuildInputs = [ pkgs.cmake pkgs.rustPlatform.bindgenHook ];
          # cmake is for a build script.
          dontUseCmakeConfigure = true;

          # `cargo xtask test` takes more than a build has.
          doCheck = false;

          postInstall = ''
            mkdir -p $out/lib/codegen-lsp
            for out_dir in target/*/release/build/llama-cpp-sys-2-*/out; do
              cp $out_dir/lib/lib{llama,ggml,ggml-base}.so $out_dir/backends/libggml-cpu-*.so $out/lib/codegen-lsp/
            done
          '';
          # Makes the list of where libraries are looked for shorter, and would drop what is loaded by name only.
          dontPatchELF = true;

          meta.mainProgram = "codegen-lsp";
        };
      });
    };
}
