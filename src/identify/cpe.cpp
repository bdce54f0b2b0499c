// cpe — CPE 2.3 formatted strings.
#include <algorithm>

#include "identify/combine.h"
#include "qingdan/base/text.h"

namespace qingdan::identify {
namespace {

// NISTIR 7695 §6.2.2: letters, digits, "_", "-" and "." stand for themselves, others are escaped;
// bytes beyond ASCII cannot stand in a CPE at all.
std::string bound(std::string_view text) {
  std::string out;
  for (const char c : to_lower_ascii(text)) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    if (plain) {
      out += c;
    } else if (c == ' ') {
      out += '_';
    } else if (static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7F) {
      out += {'\\', c};
    }
  }
  // A lone "-" would mean "not applicable".
  return out == "-" ? "\\-" : out;
}

}  // namespace

std::string make_cpe(std::string_view part, std::string_view vendor_product,
                     std::string_view version) {
  const auto colon = vendor_product.find(':');
  if (colon == std::string_view::npos) return {};
  const auto bound_version = bound(version);
  return "cpe:2.3:" + std::string(part) + ":" + bound(vendor_product.substr(0, colon)) + ":" +
         bound(vendor_product.substr(colon + 1)) + ":" +
         (bound_version.empty() ? "*" : bound_version) + ":*:*:*:*:*:*:*";
}

}  // namespace qingdan::identify
