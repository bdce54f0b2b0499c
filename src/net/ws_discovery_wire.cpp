// ws_discovery_wire — see the header.
#include "qingdan/net/ws_discovery_wire.h"

#include <algorithm>

#include "net/xml_elements.h"
#include "qingdan/base/text.h"

namespace qingdan::net {

namespace {

constexpr std::size_t kDatagramMax = 65'536;
constexpr std::size_t kWordsMax = 256;

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
      xml::uuid_of(id) +
      "</a:MessageID><a:ReplyTo><a:Address>"
      "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>"
      "<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>"
      "<s:Body><d:Probe>" +
      types + "</d:Probe></s:Body></s:Envelope>");
}

std::optional<WsProbeMatches> parse_ws_probe_matches(BytesView datagram) {
  const auto text = as_text(datagram.first(std::min(datagram.size(), kDatagramMax)));
  if (xml::texts_of(text, "ProbeMatches").empty()) return std::nullopt;
  WsProbeMatches matches;
  const auto related = xml::texts_of(text, "RelatesTo");
  if (!related.empty()) matches.relates_to = std::string(related.front());
  for (const auto types : xml::texts_of(text, "Types")) matches.types.emplace_back(types);
  for (const auto scopes : xml::texts_of(text, "Scopes")) add_words(scopes, matches.scopes);
  for (const auto at : xml::texts_of(text, "XAddrs")) add_words(at, matches.addresses);
  return matches;
}

bool answers_probe(const WsProbeMatches& matches, std::uint64_t id) {
  if (matches.relates_to.empty()) return true;
  return to_lower_ascii(matches.relates_to).find(xml::uuid_of(id)) != std::string::npos;
}

}  // namespace qingdan::net
