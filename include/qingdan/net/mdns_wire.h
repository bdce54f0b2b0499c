// mdns_wire — multicast DNS asked of one host, and what it tells of itself. Pure, bounded.
// Sources: RFC 6762 §5.3 (several questions), §6.7 (legacy unicast), RFC 6763 §4, §6, §9
// (services).
//
// Channel mdns.reply = net/frames.h messages: each answering datagram as it came.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/net/address.h"
#include "qingdan/net/dns_wire.h"

namespace qingdan::net {

// "1.2.0.192.in-addr.arpa", or the name below ip6.arpa (RFC 3596 §2.5).
[[nodiscard]] std::string reverse_name(const Address& ip);

// One message with all of them. Names are spelt as parse_dns_message spells them (\DDD); those that
// cannot be names of DNS are left out.
[[nodiscard]] Bytes build_mdns_query(const std::vector<DnsQuestion>& questions, std::uint16_t id);

// With the escapes of DNS turned back into the bytes they stand for.
[[nodiscard]] std::string unescape_dns_name(std::string_view name);

struct MdnsInstance {
  std::string name;  // "三楼打印机", as bytes
  std::string type;  // "_ipp._tcp"
};
struct MdnsText {
  std::string name;                  // the instance's, as bytes
  std::string type;                  // "_ipp._tcp", "_device-info._tcp"
  std::vector<std::string> entries;  // "ty=…", as sent
};
struct MdnsReply {
  std::uint16_t id{0};
  std::vector<std::string> types;  // what it offers: "_http._tcp"
  std::vector<MdnsInstance> instances;
  std::vector<MdnsText> texts;
  std::string host;  // "printer.local"; "" where it does not say
};
// nullopt where it is no response, or one without a word of the domain "local".
[[nodiscard]] std::optional<MdnsReply> parse_mdns_reply(BytesView datagram);

// What is worth asking next of the host that said this: the instances of what it offers (eight
// types at most) and its device-info. Empty where there is nothing.
[[nodiscard]] std::vector<DnsQuestion> next_mdns_questions(const MdnsReply& reply);

}  // namespace qingdan::net
