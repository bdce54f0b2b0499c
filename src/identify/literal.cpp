// literal — which of the texts that conditions cannot do without tell most; what those are:
// pattern_needs.cpp.
#include "identify/literal.h"

#include <algorithm>
#include <tuple>

#include "identify/window.h"

namespace qingdan::identify {
namespace {

using Requirements = std::vector<Literals>;

// The shortest decides how much a set of alternatives tells.
std::size_t worth(const Literals& set) {
  std::size_t shortest = set.empty() ? 0 : set.front().size();
  for (const auto& text : set) shortest = std::min(shortest, text.size());
  return shortest;
}

}  // namespace

void LiteralChooser::add(const Requirements& requirements) {
  ++conditions_;
  for (const auto& set : requirements) {
    for (const auto& text : set) {
      for (std::size_t i = 0; i + kWindow <= text.size(); ++i) {
        auto& seen = seen_[hash_of_window(window_at(&text[i])) % kSeen];
        if (seen.condition == conditions_) continue;
        seen = {conditions_, seen.count + 1};
      }
    }
  }
}

std::uint32_t LiteralChooser::count(const std::string& text) const {
  auto least = conditions_;
  for (std::size_t i = 0; i + kWindow <= text.size(); ++i)
    least = std::min(least, seen_[hash_of_window(window_at(&text[i])) % kSeen].count);
  return least;
}

Literals LiteralChooser::choose(const Requirements& requirements) const {
  const Literals* best = nullptr;
  auto best_key = std::tuple<std::uint32_t, std::size_t, std::size_t>();
  for (const auto& set : requirements) {
    std::uint32_t total = 0;
    for (const auto& text : set) total += count(text) - 1;        // it is one of those itself
    const auto key = std::tuple(total, set.size(), ~worth(set));  // of equals the longer one
    if (best != nullptr && !(key < best_key)) continue;
    best = &set;
    best_key = key;
  }
  return best == nullptr ? Literals() : *best;
}

std::string as_expression(std::string_view literal) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const char c : literal) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= 'a' && byte <= 'z') || byte == ' ' || byte == '_';
    if (plain) {
      out += c;
    } else {
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

}  // namespace qingdan::identify
