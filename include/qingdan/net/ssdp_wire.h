// ssdp_wire — UPnP's search, asked of one host, and the answers to it. Pure, linear, bounded.
// Sources: UPnP Device Architecture 1.1 §1.3.2 (M-SEARCH, unicast too), §1.3.3 (response).
//
// Channel ssdp.reply = net/frames.h messages: each answering datagram as it came.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

// Asks for root devices: one answer for each, where ssdp:all would bring one for each service.
// `host` as it stands in a URI (IPv6 in brackets).
[[nodiscard]] Bytes build_ssdp_search(std::string_view host, std::uint16_t port);

struct SsdpAnswer {
  std::vector<std::pair<std::string, std::string>> headers;  // in order, as sent, trimmed
  // The first of this name, any case; "" where absent.
  [[nodiscard]] std::string_view find_header(std::string_view name) const;
};
// nullopt where it is no "200 OK" to a search: HTTP answers alike, but names no search target.
[[nodiscard]] std::optional<SsdpAnswer> parse_ssdp_answer(BytesView datagram);

}  // namespace qingdan::net
