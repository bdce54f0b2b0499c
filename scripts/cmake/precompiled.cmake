# The standard library as nearly every file includes it, parsed once: a fifth of the build. A file
# still names what it uses, so that it compiles without; the dev preset does.
set(QINGDAN_STANDARD_HEADERS
  <algorithm> <array> <atomic> <charconv> <chrono> <cstdint> <cstring> <deque> <filesystem>
  <functional> <map> <memory> <mutex> <optional> <set> <span> <sstream> <string> <string_view>
  <unordered_map> <unordered_set> <utility> <variant> <vector>)

# The first target that asks owns the header, those after it use the same one.
function(qingdan_precompile target)
  get_property(owner GLOBAL PROPERTY QINGDAN_PCH_OWNER)
  if(NOT QINGDAN_PCH)
    return()
  elseif(owner)
    target_precompile_headers(${target} REUSE_FROM ${owner})
  else()
    target_precompile_headers(${target} PRIVATE ${QINGDAN_STANDARD_HEADERS})
    set_property(GLOBAL PROPERTY QINGDAN_PCH_OWNER ${target})
  endif()
endfunction()
