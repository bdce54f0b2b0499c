// rule_codec — rules and products to bytes and back, for the compiled rule base in the cache.
// Examples are left out. The format has no promise of its own: kCodecVersion is part of the name.
#pragma once

#include <optional>

#include "qingdan/base/bytes.h"
#include "qingdan/identify/rule_set.h"

namespace qingdan::identify {

inline constexpr int kCodecVersion = 31;

void write_rule_set(ByteWriter& out, const RuleSet& set);
// nullopt where the bytes are not what write_rule_set writes.
[[nodiscard]] std::optional<RuleSet> parse_rule_set(ByteReader& in);

}  // namespace qingdan::identify
