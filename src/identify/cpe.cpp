// cpe — CPE 2.3 formatted strings.
#include <algorithm>

#include "identify/combine.h"

namespace qingdan::identify {
namespace {

// Update, edition, language, software edition, target software and hardware, other: any.
constexpr std::string_view kAnyTail = ":*:*:*:*:*:*:*";

// NISTIR 7695 §6.2.2: letters, digits, "_", "-" and "." stand for themselves, others are escaped;
// bytes beyond ASCII cannot stand in a CPE at all. A lone "-" would mean "not applicable".
void append_bound(std::string& out, std::string_view text) {
  if (text == "-") {
    out += "\\-";
    return;
  }
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto run = i;
    while (i < text.size() && is_plain(text[i])) ++i;
    out.append(text.substr(run, i - run));
    if (i == text.size()) return;
    const char c = text[i];
    if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c | 0x20);
    } else if (c == ' ') {
      out += '_';
    } else if (static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7F) {
      out += {'\\', c};
    }
  }
}

}  // namespace

std::string make_cpe_head(std::string_view part, std::string_view vendor_product) {
  const auto colon = vendor_product.find(':');
  if (colon == std::string_view::npos) return {};
  std::string out = "cpe:2.3:";
  out.append(part).append(":");
  append_bound(out, vendor_product.substr(0, colon));
  out += ':';
  append_bound(out, vendor_product.substr(colon + 1));
  out += ':';
  return out;
}

void finish_cpe(std::string_view head, std::string_view version, std::string& out) {
  out.clear();
  if (head.empty()) return;
  out.reserve(head.size() + version.size() + kAnyTail.size() + 8);
  out.append(head);
  append_bound(out, version);
  if (out.size() == head.size()) out += '*';
  out.append(kAnyTail);
}

std::string finish_cpe(std::string_view head, std::string_view version) {
  std::string out;
  finish_cpe(head, version, out);
  return out;
}

std::string make_cpe(std::string_view part, std::string_view name, std::string_view version) {
  // A product name of the dictionary may hold a colon only escaped, so a second one ends it.
  const auto product = name.find(':');
  const auto end = product == std::string_view::npos ? product : name.find(':', product + 1);
  const auto head = make_cpe_head(part, name.substr(0, end));
  if (end == std::string_view::npos) return finish_cpe(head, version);
  const auto own = name.substr(end + 1);
  const auto update = own.find(':');
  auto out = finish_cpe(head, own.substr(0, update));
  if (update == std::string_view::npos || out.empty()) return out;
  std::string bound;
  append_bound(bound, own.substr(update + 1));
  if (!bound.empty()) out.replace(out.size() - kAnyTail.size() + 1, 1, bound);
  return out;
}

}  // namespace qingdan::identify
