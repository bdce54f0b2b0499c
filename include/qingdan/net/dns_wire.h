// dns_wire — questions of DNS and messages that answer them, names decompressed. Pure, bounded.
// Sources: RFC 1035 §4 (messages), RFC 4892 (id.server, CHAOS class), RFC 7766 §8 (TCP).
//
// Channel dns.reply = frames.h messages, each a DNS message without TCP's length: the answer to
// version.bind, then the one to id.server (told apart by their question).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

inline constexpr std::uint16_t kDnsTypePtr = 12;    // RFC 1035 §3.2.2
inline constexpr std::uint16_t kDnsTypeTxt = 16;    // RFC 1035 §3.2.2
inline constexpr std::uint16_t kDnsTypeSrv = 33;    // RFC 2782
inline constexpr std::uint16_t kDnsClassIn = 1;     // RFC 1035 §3.2.4
inline constexpr std::uint16_t kDnsClassChaos = 3;  // RFC 1035 §3.2.4

inline constexpr std::uint8_t kDnsNoSuchName = 3;   // RFC 1035 §4.1.1, NXDOMAIN

// `desired`: the RD bit of RFC 1035 §4.1.1, for a server that is to ask others.
enum class Recursion : std::uint8_t { none, desired };
// One question. EXPECTS labels of 1 to 63 bytes and at most 253 in all.
[[nodiscard]] Bytes build_dns_query(std::string_view name, std::uint16_t type,
                                    std::uint16_t dns_class, std::uint16_t id,
                                    Recursion recursion = Recursion::none);
// RFC 7766 §8: the message with its length in front, as TCP wants it.
[[nodiscard]] Bytes build_dns_tcp(BytesView message);
// Of a TCP message with its length in front.
[[nodiscard]] Extent measure_dns_tcp(BytesView stream);

struct DnsQuestion {
  std::string name;  // dotted, no dot at the end; odd bytes as \DDD
  std::uint16_t type{0};
  std::uint16_t dns_class{0};
};
struct DnsRecord {
  std::string name;
  std::uint16_t type{0};
  std::uint16_t dns_class{0};
  std::uint32_t ttl{0};
  Bytes data;        // as it came
  std::string text;  // TXT: its strings joined; NS, CNAME, PTR, SRV: the name; else ""
};
struct DnsMessage {
  std::uint16_t id{0};
  bool response{false};
  std::uint8_t opcode{0};
  bool authoritative{false};
  bool truncated{false};  // the TC bit
  bool recursion_desired{false};
  bool recursion_available{false};
  std::uint8_t rcode{0};  // 0 no error, 3 no such name, 4 not implemented, 5 refused
  std::vector<DnsQuestion> questions;
  std::vector<DnsRecord> answers;
  std::vector<DnsRecord> authorities;
  std::vector<DnsRecord> additionals;
  bool malformed{false};  // cut, or a name that cannot be; what came before it is kept
};
// What an answer to the PTR question for `name` says: the name, "" where there is none (NXDOMAIN, or
// no such record), nullopt where it says neither (refused, failed, cut, or an answer to something
// else). Follows aliases within the message (RFC 2317); of several names the first by alphabet, so
// that a server that rotates them says the same every time. Lower case.
[[nodiscard]] std::optional<std::string> pointer_of(const DnsMessage& message,
                                                    std::string_view name);

// nullopt where there is no whole header.
[[nodiscard]] std::optional<DnsMessage> parse_dns_message(BytesView message);

}  // namespace qingdan::net
