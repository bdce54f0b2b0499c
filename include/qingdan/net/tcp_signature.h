// tcp_signature — how the TCP stack of a peer looks in the packet by which it accepts a connection,
// in the notation in which such signatures are published (p0f 3, README section 5):
//
//   ver:ttl:olen:mss:wsize,scale:olayout:quirks:pclass
//   4:57+7:0:1460:64240,7:mss,nop,nop,sok,nop,ws:df:0
//
// ver 4 or 6; ttl as received, and the hops to the next initial value in use (64+0 = a neighbour);
// olen bytes of IPv4 options or IPv6 extension headers; mss and scale `*` where not told; wsize as
// sent; olayout the options in order; pclass 0 = no payload, + = some. Of the quirks those of the
// IPv4 header alone: df, id+ (an id though it may not be fragmented), id- (none though it may).
// Pure.
#pragma once

#include <cstdint>
#include <string>

#include "qingdan/net/frame.h"

namespace qingdan::net {

// The least of 32, 64, 128 and 255 (in use as initial values, RFC 1700 and p0f) that is not below.
[[nodiscard]] std::uint8_t initial_hop_limit(std::uint8_t received);

// EXPECTS a TCP packet. Printable ASCII without spaces, at most 300 bytes whatever the options
// hold.
[[nodiscard]] std::string tcp_signature(const Packet& packet);

}  // namespace qingdan::net
