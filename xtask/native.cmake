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
