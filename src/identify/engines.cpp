// engines — see engines.h; what matcher.h promises of patterns.
#include "identify/engines.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "qingdan/base/text.h"
#include "qingdan/identify/matcher.h"
#include "qingdan/identify/rule.h"

namespace qingdan::identify {
namespace {

constexpr std::size_t kCaptureMaxBytes = 200;  // longest value that a claim may hold
constexpr std::uint32_t kMatchLimit = 100'000;
constexpr std::uint32_t kHeapLimitKiB = 1024;
constexpr std::uint32_t kUsesBeforeJit = 4;  // translating costs what some ten plain matches cost

Code compile_captures(const std::string& pattern, std::string* fault) {
  int number = 0;
  PCRE2_SIZE offset = 0;
  Code code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                          PCRE2_NEVER_BACKSLASH_C, &number, &offset, nullptr));
  if (code == nullptr && fault != nullptr) {
    std::array<PCRE2_UCHAR, 160> message{};
    pcre2_get_error_message(number, message.data(), message.size());
    *fault = std::string(reinterpret_cast<const char*>(message.data())) + " (at byte " +
             std::to_string(offset) + ")";
  }
  return code;
}

void prepare(Captor& captor, const std::string& pattern) {
  captor.code = compile_captures(pattern, nullptr);
  if (captor.code == nullptr) return;
  for (auto& name : capture_names(pattern)) {
    const int group = pcre2_substring_number_from_name(captor.code.get(),
                                                       reinterpret_cast<PCRE2_SPTR>(name.c_str()));
    if (group > 0) captor.groups.emplace_back(static_cast<std::uint32_t>(group), std::move(name));
  }
}

}  // namespace

std::string engine_version() {
  return std::string("vectorscan ") + hs_version() + ", PCRE2 " + std::to_string(PCRE2_MAJOR) +
         "." + std::to_string(PCRE2_MINOR);
}

std::optional<std::string> find_pattern_fault(const std::string& pattern) {
  hs_expr_info_t* info = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_expression_info(pattern.c_str(), HS_FLAG_SINGLEMATCH, &info, &error) != HS_SUCCESS) {
    std::string text = error == nullptr ? "refused" : error->message;
    hs_free_compile_error(error);
    return "vectorscan: " + text;
  }
  const bool may_be_empty = info->min_width == 0;
  std::free(info);
  if (may_be_empty) return "matches the empty text";
  std::string fault;
  if (compile_captures(pattern, &fault) == nullptr) return "PCRE2: " + fault;
  return std::nullopt;
}

std::optional<std::size_t> find_limit(const std::string& pattern,
                                      std::span<const std::string> values) {
  const auto code = compile_captures(pattern, nullptr);
  if (code == nullptr) return std::nullopt;
  pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);
  const std::unique_ptr<pcre2_match_context, MatchContextDeleter> context(
      pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(context.get(), kMatchLimit);
  pcre2_set_heap_limit(context.get(), kHeapLimitKiB);
  const std::unique_ptr<pcre2_match_data, MatchDataDeleter> data(
      pcre2_match_data_create(32, nullptr));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int status =
        pcre2_match(code.get(), reinterpret_cast<PCRE2_SPTR>(values[i].data()),
                    std::min(values[i].size(), kCaptureCap), 0, 0, data.get(), context.get());
    if (status == PCRE2_ERROR_MATCHLIMIT || status == PCRE2_ERROR_HEAPLIMIT ||
        status == PCRE2_ERROR_DEPTHLIMIT || status == PCRE2_ERROR_JIT_STACKLIMIT) {
      return i;
    }
  }
  return std::nullopt;
}

Engines make_engines(hs_scratch_t* scratch, std::size_t captors) {
  Engines engines;
  engines.scratch.reset(scratch);
  engines.context.reset(pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(engines.context.get(), kMatchLimit);
  pcre2_set_heap_limit(engines.context.get(), kHeapLimitKiB);
  engines.data.reset(pcre2_match_data_create(32, nullptr));
  engines.captors.resize(captors);
  return engines;
}

bool cut_captures(std::string_view value, const Captor& captor, const Engines& engines,
                  Captures& out) {
  const auto* subject = reinterpret_cast<PCRE2_SPTR>(value.data());
  const auto length = std::min(value.size(), kCaptureCap);
  auto* data = engines.data.get();
  // The short way into translated code does not look whether there is any.
  const auto run = captor.uses > kUsesBeforeJit ? pcre2_jit_match : pcre2_match;
  if (run(captor.code.get(), subject, length, 0, 0, data, engines.context.get()) <= 0) {
    return false;
  }
  const auto* offsets = pcre2_get_ovector_pointer(data);
  const auto pairs = pcre2_get_ovector_count(data);
  std::size_t count = 0;
  for (const auto& [group, name] : captor.groups) {
    if (group >= pairs) continue;
    const auto from = offsets[2 * group];
    const auto to = offsets[2 * group + 1];
    if (from == PCRE2_UNSET || to <= from) continue;
    put_capture(out, count++, name, value.substr(from, to - from));
  }
  out.resize(count);
  return true;
}

void put_capture(Captures& out, std::size_t at, std::string_view name, std::string_view bytes) {
  if (at == out.size()) out.emplace_back();
  out[at].first = name;
  auto text = trim(bytes);
  if (text.size() > kCaptureMaxBytes) text = text.substr(0, kCaptureMaxBytes);
  if (is_utf8(text)) {
    out[at].second.assign(text);
  } else {
    out[at].second = to_utf8(as_bytes(text));
  }
}

const Captor* ready_captor(Captor& captor, const std::string& pattern) {
  if (captor.code == nullptr) prepare(captor, pattern);
  if (captor.code == nullptr) return nullptr;
  if (captor.uses < kUsesBeforeJit) ++captor.uses;
  if (captor.uses == kUsesBeforeJit) {
    const bool translated = pcre2_jit_compile(captor.code.get(), PCRE2_JIT_COMPLETE) == 0;
    captor.uses = translated ? kUsesBeforeJit + 1 : 0;
  }
  return &captor;
}

}  // namespace qingdan::identify
