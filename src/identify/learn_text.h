// learn_text — a proposed rule and its product as TOML, as fingerprints/README.md wants them.
#pragma once

#include <string>

#include "qingdan/identify/rule.h"

namespace qingdan::identify {

[[nodiscard]] std::string rule_text(const Rule& rule, Role role);
[[nodiscard]] std::string product_text(const Product& product);

}  // namespace qingdan::identify
