# Included by CMake after every project() of llama.cpp's build (CMAKE_PROJECT_INCLUDE in .cargo/config.toml).
#
# On CPUs with AMX, ggml's first quantized matrix product loads a tile configuration from a stack slot that gcc has
# optimised away, and the process dies with SIGSEGV (llama.cpp issue 20824). Without these instruction sets ggml takes
# its AVX-512 path, which is correct. The flags exist on x86 only.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64|i[3-6]86)$")
    add_compile_options(-mno-amx-tile -mno-amx-int8 -mno-amx-bf16)
endif()

# llama.cpp's utilities (downloads, chat templates and the like) are asked for by llama-cpp-sys-2, whose default features
# llama-cpp-2 takes. Nothing here uses them, and they are the longer half of the build.
set(LLAMA_BUILD_COMMON OFF CACHE BOOL "nothing uses them" FORCE)

# Where llama.cpp is libraries beside the program (the feature `portable`), they find each other in their own folder, and have
# one name each: a library's versioned names are links, which archives and wheels do not always keep.
if(GGML_BACKEND_DL)
    set(CMAKE_PLATFORM_NO_VERSIONED_SONAME TRUE)
    if(APPLE)
        set(CMAKE_INSTALL_RPATH "@loader_path")
    else()
        set(CMAKE_INSTALL_RPATH "$ORIGIN")
    endif()
endif()

# ggml's list of the variants of its CPU code for x86 can only be taken whole. Without sapphirerapids, which has the AMX code that
# crashes, and without piledriver, ivybridge, cannonlake and cooperlake: such processors are rare, and run the next best variant. The
# environment may name others, to build fewer for a trial.
if(GGML_BACKEND_DL AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
    set(CODEGEN_CPU_VARIANTS "x64;sse42;sandybridge;haswell;alderlake;skylakex;cascadelake;icelake;zen4")
    if(DEFINED ENV{CODEGEN_CPU_VARIANTS})
        set(CODEGEN_CPU_VARIANTS "$ENV{CODEGEN_CPU_VARIANTS}")
    endif()
    # ggml reads this between the function that adds a variant and its first call. A function that is defined anew leaves the
    # earlier one under its name with an underscore.
    function(codegen_choose_variants)
        if(COMMAND ggml_add_cpu_backend_variant AND NOT COMMAND _ggml_add_cpu_backend_variant)
            function(ggml_add_cpu_backend_variant name)
                if(name IN_LIST CODEGEN_CPU_VARIANTS)
                    _ggml_add_cpu_backend_variant(${name} ${ARGN})
                endif()
            endfunction()
        endif()
    endfunction()
    variable_watch(GGML_CPU_ALL_VARIANTS codegen_choose_variants)
endif()
