// scopes — scope documents for tests, by one line.
#pragma once

#include <string>
#include <vector>

#include "qingdan/targets/scope.h"

namespace qingdan::test {

struct ScopeText {
  std::vector<std::string> allow;  // CIDRs
  std::vector<std::string> exclude;
  std::uint32_t global_pps{0}, prefix_pps{0}, host_pps{0};  // 0 = no cap
  std::string windows;                                      // further TOML
};

// Valid for all of time that tests know.
[[nodiscard]] inline targets::Scope make_scope(const ScopeText& text) {
  std::string toml =
      "[authorisation]\nnumber = \"T-1\"\nissued_by = \"tests\"\n"
      "valid_from = 2000-01-01\nvalid_to = 2100-01-01\n[pace]\n";
  toml += "global_pps = " + std::to_string(text.global_pps) + "\n";
  toml += "prefix_pps = " + std::to_string(text.prefix_pps) + "\n";
  toml += "host_pps = " + std::to_string(text.host_pps) + "\n";
  for (const auto& cidr : text.allow) {
    toml += "[[allow]]\ncidr = \"" + cidr + "\"\nzone = \"z\"\nunit = \"u\"\n";
  }
  for (const auto& cidr : text.exclude) {
    toml += "[[exclude]]\ncidr = \"" + cidr + "\"\nreason = \"test\"\nowner = \"o\"\n";
  }
  auto scope = targets::parse_scope(toml + text.windows, "test.toml");
  if (!scope) contract_broken("test scope", scope.error().text.c_str(), __FILE__, __LINE__);
  return std::move(scope).value();
}

[[nodiscard]] inline targets::Scope make_scope(std::string cidr) {
  return make_scope(ScopeText{{std::move(cidr)}, {}, 0, 0, 0, ""});
}

}  // namespace qingdan::test
