// combine — several hints, one answer, reasons kept. Pure.
//
//   B1  all words of a statement (version, model, package) come from one hint
//   B2  hints from different fields add confidence; the same field says a thing once
//   B3  a hint at a general OS or device supports the special one that is a kind of it
//   B4  hints at different systems take confidence from each other; near ties stay below kDoubt
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "identify/judge.h"
#include "qingdan/model/claim.h"

namespace qingdan::identify {

inline constexpr int kDoubt = 50;  // below: 待核实
inline constexpr int kMostCertain = 99;

// A statement with the bytes that it rests on.
struct Held {
  model::ProductStatement statement;
  const Product* product{nullptr};
  Rank rank;
  std::string evidence;  // SHA-256
  std::string source;    // what may support it only once: field, or endpoint
  bool implied{false};
};

struct Combined {
  std::optional<Held> service;
  std::vector<Held> also;
  std::optional<Held> os, hardware;
};

[[nodiscard]] Combined combine(const RuleBase& base, const std::vector<Candidate>& candidates);

// Of several hints at one thing (an OS, a device) the one that holds, with B2 to B4 applied.
[[nodiscard]] std::optional<Held> choose_one(const RuleBase& base, std::vector<Held> hints);

// "cpe:2.3:a:f5:nginx:1.20.1:*:*:*:*:*:*:*" (NISTIR 7695 §6.2); "" where vendor_product is.
[[nodiscard]] std::string make_cpe(std::string_view part, std::string_view vendor_product,
                                   std::string_view version);

}  // namespace qingdan::identify
