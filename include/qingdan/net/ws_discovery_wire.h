// ws_discovery_wire — a probe of WS-Discovery sent to one host, and the matches it names. Pure,
// linear, bounded; no XML document is built.
// Sources: WS-Discovery (2005/04) §2.4, §5.2, §5.3, SOAP 1.2, ONVIF Core §7.3.
//
// Channel onvif.probematch = the datagram as it came, XML.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

// `id` becomes the UUID by which the answer shows that it answers us. Devices of every type are
// asked; `onvif` asks for network video transmitters alone, as some cameras answer nothing else.
[[nodiscard]] Bytes build_ws_probe(std::uint64_t id, bool onvif);

struct WsProbeMatches {
  std::string relates_to;              // the message it answers
  std::vector<std::string> types;      // of each match, as sent: prefixed names
  std::vector<std::string> scopes;     // of all matches, each by itself
  std::vector<std::string> addresses;  // XAddrs, each by itself
};
// nullopt where it holds no ProbeMatches.
[[nodiscard]] std::optional<WsProbeMatches> parse_ws_probe_matches(BytesView datagram);
// That the answer relates to the probe of this `id`; some devices leave the relation out.
[[nodiscard]] bool answers_probe(const WsProbeMatches& matches, std::uint64_t id);

}  // namespace qingdan::net
