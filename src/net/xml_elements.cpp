// xml_elements — see the header. Elements are found by their local names, whatever prefix the
// device gave the namespace.
#include "net/xml_elements.h"

#include "qingdan/base/bytes.h"
#include "qingdan/base/text.h"

namespace qingdan::net::xml {

namespace {

std::string hex16(std::uint64_t value) {
  ByteWriter out;
  out.u64be(value);
  return to_hex(out.view());
}

}  // namespace

// RFC 4122 §4.4: version 4 and variant bits set; the rest is our number, twice.
std::string uuid_of(std::uint64_t id) {
  const auto text = hex16(id);
  const auto mirror = hex16(~id);
  return text.substr(0, 8) + "-" + text.substr(8, 4) + "-4" + text.substr(13, 3) + "-8" +
         mirror.substr(1, 3) + "-" + mirror.substr(4, 12);
}

// Linear: the search goes on behind each '>', so no byte is looked at twice.
std::vector<std::string_view> texts_of(std::string_view xml, std::string_view name) {
  std::vector<std::string_view> texts;
  std::size_t close = 0;
  for (auto at = xml.find('<'); at != xml.npos && texts.size() < kElementsMax;
       at = xml.find('<', close)) {
    close = xml.find('>', at);
    if (close == xml.npos) break;
    auto tag = xml.substr(at + 1, close - at - 1);
    if (tag.empty() || tag[0] == '/' || tag.back() == '/') continue;
    tag = tag.substr(0, tag.find_first_of(" \t\r\n"));
    const auto colon = tag.find(':');
    if (colon != tag.npos) tag.remove_prefix(colon + 1);
    if (tag != name) continue;
    const auto end = xml.find('<', close);
    if (end == xml.npos) break;
    texts.push_back(trim(xml.substr(close + 1, end - close - 1)));
  }
  return texts;
}

std::string_view text_of(std::string_view xml, std::string_view name) {
  const auto texts = texts_of(xml, name);
  return texts.empty() ? std::string_view() : texts.front();
}

}  // namespace qingdan::net::xml
