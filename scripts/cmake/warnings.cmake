add_library(qingdan_warnings INTERFACE)
target_compile_options(qingdan_warnings INTERFACE
  -Wall -Wextra -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-align
  -Woverloaded-virtual -Wimplicit-fallthrough -Wunused)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports false positives of these two inside inlined std::string and Asio code; and of
  # the others where std::string comes from a precompiled header.
  target_compile_options(qingdan_warnings INTERFACE -Wduplicated-cond -Wlogical-op
    -Wno-restrict -Wno-maybe-uninitialized)
  if(QINGDAN_PCH)
    target_compile_options(qingdan_warnings INTERFACE
      -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds)
  endif()
endif()
if(QINGDAN_SANITIZE)
  # The instrumentation confuses GCC 12's flow analysis (coroutine frames "freed with an offset");
  # dev and release hold the code to its warnings.
  target_compile_options(qingdan_warnings INTERFACE -Wno-error)
  add_compile_options(-fsanitize=${QINGDAN_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${QINGDAN_SANITIZE})
endif()
if(QINGDAN_FUZZ)
  add_compile_options(-fsanitize=address,undefined,fuzzer-no-link)
  add_link_options(-fsanitize=address,undefined)
endif()
# Asio is compiled once, in src/base/asio.cpp.
add_compile_definitions(BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED SPDLOG_FMT_EXTERNAL
  TOML_HEADER_ONLY=0)
