// snmp_wire — SNMPv3 engine discovery and the reading of SNMP messages v1, v2c and v3 (without
// privacy). Pure, bounded. Sources: RFC 1157, RFC 3416 (v1, v2c), RFC 3412 §6, RFC 3414 §2.4, §4
// (v3, USM, discovery), RFC 3411 §5 (SnmpEngineID), RFC 3417 §8 (BER).
//
// Channels snmp.engine (the report) and snmp.reply (a response) = one datagram as it came.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

// RFC 3414 §4: a reportable get-request of no variables, no user, no engine id. Any SNMPv3 engine
// answers with a Report that names itself; nothing is read and nobody is authenticated.
[[nodiscard]] Bytes build_snmp_engine_discovery(std::int32_t message_id);

struct SnmpValue {
  std::string oid;       // 1.3.6.1.2.1.1.1.0
  std::uint8_t type{0};  // BER tag: 0x02 integer, 0x04 octets, 0x06 oid, 0x41 counter, 0x43 ticks,
                         // 0x80 noSuchObject, 0x81 noSuchInstance, 0x82 endOfMibView …
  std::string text;      // octets as they are; oid, addresses and numbers as text
};
struct SnmpMessage {
  int version{0};              // 0 = v1, 1 = v2c, 3 = v3: as in the message
  std::string community;       // v1, v2c
  std::int64_t message_id{0};  // v3
  Bytes engine_id;             // v3, msgAuthoritativeEngineID
  std::uint32_t engine_boots{0};
  std::uint32_t engine_time{0};  // seconds since the last boot of the engine
  std::string user;              // v3
  bool encrypted{false};         // v3, the rest is not readable
  std::uint8_t pdu{0};           // 0xA2 response, 0xA8 report
  std::int64_t request_id{0};
  std::int64_t error_status{0};
  std::vector<SnmpValue> values;                                         // at most 256
  [[nodiscard]] std::string_view find_text(std::string_view oid) const;  // "" where absent
};
[[nodiscard]] std::optional<SnmpMessage> parse_snmp_message(BytesView datagram);

// What an engine id says of its bearer (RFC 3411 §5).
struct SnmpEngineId {
  enum class Format : std::uint8_t { old, ipv4, ipv6, mac, text, octets, enterprise_specific };
  Format format{Format::octets};
  std::uint32_t enterprise{
      0};            // IANA private enterprise number: 8072 net-snmp, 9 Cisco, 2011 Huawei
  std::string text;  // the address, the MAC aa:bb:cc:dd:ee:ff, the text, or hex octets
  std::uint8_t format_octet{0};  // as it stands; 128 and above are the enterprise's own
};
// nullopt where it is shorter than 5 or longer than 32 octets, all zeros, or all 0xFF.
[[nodiscard]] std::optional<SnmpEngineId> parse_snmp_engine_id(BytesView engine_id);

}  // namespace qingdan::net
