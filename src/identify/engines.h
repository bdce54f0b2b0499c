// engines — vectorscan and PCRE2 as values that clean up after themselves, and captures cut out of
// a value under limits. Only matcher.cpp and field_plan.cpp use it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <hs/hs.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "identify/marks.h"
#include "identify/program.h"
#include "qingdan/identify/template.h"

namespace qingdan::identify {

// What PCRE2 may look at: captures stand near their mark, and its time grows with the input.
inline constexpr std::size_t kCaptureCap = 64 * 1024;

struct DatabaseDeleter {
  void operator()(hs_database_t* db) const { hs_free_database(db); }
};
using Database = std::unique_ptr<hs_database_t, DatabaseDeleter>;
struct CodeDeleter {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
using Code = std::unique_ptr<pcre2_code, CodeDeleter>;
struct MatchDataDeleter {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct MatchContextDeleter {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};
struct HsScratchDeleter {
  void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
};

struct Captor {
  Code code;                                                  // compiled when first needed
  std::vector<std::pair<std::uint32_t, std::string>> groups;  // number, name
  std::uint32_t uses{0};
};

// Working memory of both engines.
struct Engines {
  std::unique_ptr<hs_scratch_t, HsScratchDeleter> scratch;
  std::unique_ptr<pcre2_match_context, MatchContextDeleter> context;
  std::unique_ptr<pcre2_match_data, MatchDataDeleter> data;
  std::vector<Captor> captors;  // by Field::captors
  ProgramRoom program_room;
  // Kept between calls for their room alone.
  Subject subject;
  std::vector<char> room;
  std::vector<std::uint32_t> found;
  MarksSeen marks;
};

// `scratch` is taken over. Room for `captors` patterns, which are compiled when first needed.
[[nodiscard]] Engines make_engines(hs_scratch_t* scratch, std::size_t captors);

// The pattern's captor, its own among Engines::captors, translated to machine code where it is used
// often; null where PCRE2 refuses the pattern, which `rules check` would have said.
[[nodiscard]] const Captor* ready_captor(Captor& captor, const std::string& pattern);

// Cuts the captures, if any, out of `value` over those in `out`, whose texts are reused; false
// where PCRE2 finds no match within its limits.
[[nodiscard]] bool cut_captures(std::string_view value, const Captor& captor,
                                const Engines& engines, Captures& out);

// Writes what a group caught, number `at` of those in `out`: trimmed, cut, as UTF-8.
void put_capture(Captures& out, std::size_t at, std::string_view name, std::string_view bytes);

}  // namespace qingdan::identify
