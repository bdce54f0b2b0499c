// ws_discovery_wire — see the header. Elements are found by their local names, whatever prefix the
// device gave the namespace.
#include "qingdan/net/ws_discovery_wire.h"

#include <algorithm>

#include "qingdan/base/text.h"

namespace qingdan::net {

namespace {

constexpr std::size_t kDatagramMax = 65'536;
constexpr std::size_t kElementsMax = 32;
constexpr std::size_t kWordsMax = 256;

std::string hex16(std::uint64_t value) {
  ByteWriter out;
  out.u64be(value);
  return to_hex(out.view());
}

// RFC 4122 §4.4: version 4 and variant bits set; the rest is our number, twice.
std::string uuid_of(std::uint64_t id) {
  const auto text = hex16(id);
  const auto mirror = hex16(~id);
  return text.substr(0, 8) + "-" + text.substr(8, 4) + "-4" + text.substr(13, 3) + "-8" +
         mirror.substr(1, 3) + "-" + mirror.substr(4, 12);
}

// The texts of all elements of this local name, in order. Linear: the search goes on behind each
// '>', so no byte is looked at twice.
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

void add_words(std::string_view text, std::vector<std::string>& words) {
  std::size_t at = 0;
  while (words.size() < kWordsMax) {
    const auto begin = text.find_first_not_of(" \t\r\n", at);
    if (begin == text.npos) return;
    at = std::min(text.find_first_of(" \t\r\n", begin), text.size());
    words.emplace_back(text.substr(begin, at - begin));
  }
}

}  // namespace

Bytes build_ws_probe(std::uint64_t id, bool onvif) {
  const std::string types = onvif ? "<d:Types xmlns:dn=\"http://www.onvif.org/ver10/network/wsdl\">"
                                    "dn:NetworkVideoTransmitter</d:Types>"
                                  : "";
  return to_bytes(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\""
      " xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\""
      " xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\">"
      "<s:Header><a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>"
      "<a:MessageID>urn:uuid:" +
      uuid_of(id) +
      "</a:MessageID><a:ReplyTo><a:Address>"
      "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>"
      "<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>"
      "<s:Body><d:Probe>" +
      types + "</d:Probe></s:Body></s:Envelope>");
}

std::optional<WsProbeMatches> parse_ws_probe_matches(BytesView datagram) {
  const auto xml = as_text(datagram.first(std::min(datagram.size(), kDatagramMax)));
  if (texts_of(xml, "ProbeMatches").empty()) return std::nullopt;
  WsProbeMatches matches;
  const auto related = texts_of(xml, "RelatesTo");
  if (!related.empty()) matches.relates_to = std::string(related.front());
  for (const auto text : texts_of(xml, "Types")) matches.types.emplace_back(text);
  for (const auto text : texts_of(xml, "Scopes")) add_words(text, matches.scopes);
  for (const auto text : texts_of(xml, "XAddrs")) add_words(text, matches.addresses);
  return matches;
}

bool answers_probe(const WsProbeMatches& matches, std::uint64_t id) {
  if (matches.relates_to.empty()) return true;
  return to_lower_ascii(matches.relates_to).find(uuid_of(id)) != std::string::npos;
}

}  // namespace qingdan::net
