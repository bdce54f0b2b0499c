// netbios_wire — NetBIOS name service: the node status request and its answer. Pure, bounded.
// Sources: RFC 1002 §4.2.1.1 (header), §4.2.17 (request), §4.2.18 (response), RFC 1001 §14.1
// (names).
//
// Channel netbios.status = the datagram as it came.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

// Asks for all names of the node ("*"); every client may.
[[nodiscard]] Bytes build_netbios_status_request(std::uint16_t id);

struct NetbiosName {
  std::string name;  // 15 bytes at most, trailing spaces taken off; the OEM character set
  std::uint8_t suffix{
      0};  // 0x00 workstation or domain, 0x20 file server, 0x1C domain controllers …
  bool group{false};
};
struct NetbiosStatus {
  std::uint16_t id{0};
  std::vector<NetbiosName> names;
  Bytes unit_id;  // six bytes, the adapter's address; empty where the statistics are cut
  bool truncated{false};
  // The machine's own name: the unique one of the workstation, else of the file server; "" = none.
  [[nodiscard]] std::string computer() const;
  // The workgroup or domain: the group name of the workstation service; "" = none.
  [[nodiscard]] std::string group() const;
};
// nullopt where it is no positive node status response.
[[nodiscard]] std::optional<NetbiosStatus> parse_netbios_status(BytesView datagram);

}  // namespace qingdan::net
