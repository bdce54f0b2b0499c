// sim_packet — see the header.
#include "support/lib/sim_packet.h"

#include <algorithm>

#include "qingdan/base/contract.h"

namespace qingdan::test {

namespace {

constexpr std::uint8_t kProtocolIcmp = 1, kProtocolTcp = 6, kProtocolUdp = 17, kProtocolIcmp6 = 58;
constexpr std::size_t kArpSize = 28;                               // RFC 826, Ethernet and IPv4
constexpr std::uint8_t kSolicitation = 135, kAdvertisement = 136;  // RFC 4861 §4.3, §4.4
// What routers quote: IP header and 8 bytes at least (RFC 792); the world gives no more, so that
// nobody comes to rely on more.
constexpr std::size_t kQuotedBeyondHeader = 8;

void write_address(ByteWriter& out, const net::Address& ip) {
  if (ip.is_v4()) {
    out.u32be(ip.v4_value());
  } else {
    out.bytes(ip.v6_bytes());
  }
}

net::Address read_address(ByteReader& in, bool six) {
  if (!six) return net::Address::v4(in.u32be());
  std::array<std::uint8_t, 16> bytes{};
  const auto taken = in.take(bytes.size());
  std::copy(taken.begin(), taken.end(), bytes.begin());
  return net::Address::v6(bytes);
}

// RFC 9293 §3.1 and RFC 8200 §8.1.
std::uint32_t pseudo_sum(const SimPacket& packet, std::uint8_t protocol, std::size_t length) {
  ByteWriter pseudo;
  write_address(pseudo, packet.source);
  write_address(pseudo, packet.target);
  pseudo.u32be(static_cast<std::uint32_t>(length)).u32be(protocol);
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < pseudo.size(); i += 2) {
    sum += static_cast<std::uint32_t>(pseudo.view()[i] << 8 | pseudo.view()[i + 1]);
  }
  return sum;
}

std::uint8_t protocol_of(const SimPacket& packet) {
  if (packet.kind == SimKind::tcp) return kProtocolTcp;
  if (packet.kind == SimKind::udp) return kProtocolUdp;
  return packet.target.is_v6() ? kProtocolIcmp6 : kProtocolIcmp;
}

// Where in the transport header the checksum stands.
std::size_t checksum_at(std::uint8_t protocol) {
  if (protocol == kProtocolTcp) return 16;
  return protocol == kProtocolUdp ? 6 : 2;
}

Bytes write_tcp(const SimPacket& packet) {
  QD_EXPECTS(packet.options.size() % 4 == 0 && packet.options.size() <= 40);
  ByteWriter out;
  const auto words = 5 + packet.options.size() / 4;
  out.u16be(packet.source_port).u16be(packet.target_port).u32be(packet.seq).u32be(packet.ack);
  out.u8(static_cast<std::uint8_t>(words << 4)).u8(packet.flags).u16be(packet.window).u32be(0);
  out.bytes(packet.options).bytes(packet.payload);
  return std::move(out).take();
}

Bytes write_icmp(const SimPacket& packet) {
  const bool six = packet.target.is_v6();
  ByteWriter out;
  if (packet.kind == SimKind::echo) {
    const auto request = six ? 128 : 8, reply = six ? 129 : 0;
    out.u8(static_cast<std::uint8_t>(packet.reply ? reply : request)).u8(0).u16be(0);
    out.u16be(packet.id).u16be(packet.sequence).bytes(packet.payload);
  } else if (packet.kind == SimKind::timestamp) {
    out.u8(packet.reply ? 14 : 13).u8(0).u16be(0).u16be(packet.id).u16be(packet.sequence).fill(12);
  } else if (packet.kind == SimKind::error) {
    out.u8(packet.icmp_type).u8(packet.icmp_code).u16be(0).u32be(0).bytes(packet.quoted);
  } else {
    const auto& subject = packet.reply ? packet.source : packet.target;
    out.u8(packet.reply ? kAdvertisement : kSolicitation).u8(0).u16be(0);
    out.u32be(packet.reply ? 0x6000'0000U : 0U);  // solicited, override
    write_address(out, subject);
    out.u8(packet.reply ? 2 : 1).u8(1).bytes(packet.mac.bytes);
  }
  return std::move(out).take();
}

Bytes write_transport(const SimPacket& packet) {
  Bytes bytes;
  if (packet.kind == SimKind::tcp) {
    bytes = write_tcp(packet);
  } else if (packet.kind == SimKind::udp) {
    ByteWriter out;
    out.u16be(packet.source_port).u16be(packet.target_port);
    out.u16be(static_cast<std::uint16_t>(8 + packet.payload.size())).u16be(0).bytes(packet.payload);
    bytes = std::move(out).take();
  } else {
    bytes = write_icmp(packet);
  }
  const auto protocol = protocol_of(packet);
  const bool pseudo = protocol != kProtocolIcmp;  // RFC 792 sums the message alone
  const auto sum =
      internet_checksum(bytes, pseudo ? pseudo_sum(packet, protocol, bytes.size()) : 0);
  bytes[checksum_at(protocol)] = static_cast<std::uint8_t>(sum >> 8);
  bytes[checksum_at(protocol) + 1] = static_cast<std::uint8_t>(sum);
  return bytes;
}

Bytes write_arp(const SimPacket& packet) {
  ByteWriter out;
  out.u16be(1).u16be(net::kEtherIpv4).u8(6).u8(4).u16be(packet.reply ? 2 : 1);
  out.bytes(packet.mac.bytes);
  write_address(out, packet.source);
  out.fill(6);
  write_address(out, packet.target);
  return std::move(out).take();
}

bool read_tcp(ByteReader in, SimPacket& packet) {
  packet.kind = SimKind::tcp;
  packet.source_port = in.u16be();
  packet.target_port = in.u16be();
  packet.seq = in.u32be();
  packet.ack = in.u32be();
  const std::size_t header = std::size_t{in.u8()} >> 4 << 2;
  packet.flags = in.u8();
  packet.window = in.u16be();
  in.skip(4);
  if (!in || header < 20) return false;
  const auto options = in.take(header - 20);
  const auto payload = in.rest();
  if (!in) return false;
  packet.options.assign(options.begin(), options.end());
  packet.payload.assign(payload.begin(), payload.end());
  return true;
}

bool read_udp(ByteReader in, SimPacket& packet) {
  packet.kind = SimKind::udp;
  packet.source_port = in.u16be();
  packet.target_port = in.u16be();
  const std::size_t length = in.u16be();
  in.skip(2);
  const auto payload = in.rest();
  if (!in || length != payload.size() + 8) return false;
  packet.payload.assign(payload.begin(), payload.end());
  return true;
}

// Requests of ours: the world hears no errors and replies from the scanner.
bool read_icmp(ByteReader in, bool six, SimPacket& packet) {
  const auto type = in.u8();
  const auto code = in.u8();
  in.skip(2);
  if (six && type == kSolicitation) {
    packet.kind = SimKind::neighbour;
    in.skip(4);
    packet.target = read_address(in, true);
    if (in.u8() != 1 || in.u8() != 1) return false;
    const auto mac = in.take(6);
    std::copy(mac.begin(), mac.end(), packet.mac.bytes.begin());
    return in.ok();
  }
  const bool echo = type == (six ? 128 : 8);
  if ((!echo && (six || type != 13)) || code != 0) return false;
  packet.kind = echo ? SimKind::echo : SimKind::timestamp;
  packet.id = in.u16be();
  packet.sequence = in.u16be();
  const auto payload = in.rest();
  packet.payload.assign(payload.begin(), payload.end());
  return in.ok() && (echo || packet.payload.size() == 12);
}

bool read_transport(BytesView bytes, std::uint8_t protocol, SimPacket& packet) {
  const bool pseudo = protocol != kProtocolIcmp;
  if (internet_checksum(bytes, pseudo ? pseudo_sum(packet, protocol, bytes.size()) : 0) != 0) {
    return false;
  }
  if (protocol == kProtocolTcp) return read_tcp(ByteReader(bytes), packet);
  if (protocol == kProtocolUdp) return read_udp(ByteReader(bytes), packet);
  return read_icmp(ByteReader(bytes), protocol == kProtocolIcmp6, packet);
}

bool read_ip(BytesView bytes, SimPacket& packet) {
  ByteReader in(bytes);
  const auto version = in.u8();
  std::uint8_t protocol = 0;
  if (version == 0x45) {  // no options: we send none
    if (internet_checksum(bytes.first(std::min<std::size_t>(bytes.size(), 20))) != 0) return false;
    in.skip(1);
    if (in.u16be() != bytes.size()) return false;
    in.skip(4);
    packet.hop_limit = in.u8();
    protocol = in.u8();
    in.skip(2);
  } else if (version >> 4 == 6) {
    in.skip(3);
    if (in.u16be() + 40U != bytes.size()) return false;
    protocol = in.u8();
    packet.hop_limit = in.u8();
  } else {
    return false;
  }
  const bool six = version >> 4 == 6;
  packet.source = read_address(in, six);
  packet.target = read_address(in, six);
  const bool ours = protocol == kProtocolTcp || protocol == kProtocolUdp ||
                    protocol == (six ? kProtocolIcmp6 : kProtocolIcmp);
  const auto rest = in.rest();
  return in.ok() && ours && packet.hop_limit > 0 && read_transport(rest, protocol, packet);
}

bool read_arp(BytesView bytes, SimPacket& packet) {
  ByteReader in(bytes);
  const bool frame = in.u16be() == 1 && in.u16be() == net::kEtherIpv4 && in.u16be() == 0x0604;
  packet.kind = SimKind::neighbour;
  if (!frame || in.u16be() != 1) return false;
  const auto mac = in.take(6);
  if (!in) return false;
  std::copy(mac.begin(), mac.end(), packet.mac.bytes.begin());
  packet.source = read_address(in, false);
  in.skip(6);
  packet.target = read_address(in, false);
  return in.ok();
}

}  // namespace

std::uint16_t internet_checksum(BytesView bytes, std::uint32_t sum) {
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    const auto low = i + 1 < bytes.size() ? bytes[i + 1] : std::uint8_t{0};
    sum += static_cast<std::uint32_t>(bytes[i] << 8 | low);
  }
  while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

net::Mac mac_of(const net::Address& ip) {
  const auto number = static_cast<std::uint64_t>(ip.number());
  net::Mac mac{{0x02, 0, 0, 0, 0, 0}};
  for (std::size_t i = 1; i < 6; ++i) {
    mac.bytes[i] = static_cast<std::uint8_t>(number >> (8 * (5 - i)));
  }
  return mac;
}

SimPacket answer_to(const SimPacket& packet, SimKind kind) {
  SimPacket answer;
  answer.kind = kind;
  answer.source = packet.target;
  answer.target = packet.source;
  answer.source_port = packet.target_port;
  answer.target_port = packet.source_port;
  return answer;
}

SimPacket tcp_answer(const SimPacket& packet, std::uint8_t flags, std::uint32_t seq) {
  auto answer = answer_to(packet, SimKind::tcp);
  const auto counted = ((packet.flags & net::kSyn) != 0) + ((packet.flags & net::kFin) != 0);
  answer.seq = seq;
  answer.flags = flags;
  if ((flags & net::kAck) != 0) {
    answer.ack = packet.seq + static_cast<std::uint32_t>(packet.payload.size()) +
                 static_cast<std::uint32_t>(counted);
  }
  return answer;
}

SimPacket complaint(const SimPacket& packet, Complaint what, const net::Address& from) {
  const bool six = packet.target.is_v6();
  auto answer = answer_to(packet, SimKind::error);
  answer.source = from;
  answer.icmp_type = six ? 1 : 3;
  if (what == Complaint::port) answer.icmp_code = six ? 4 : 3;
  if (what == Complaint::host) answer.icmp_code = six ? 3 : 1;
  if (what == Complaint::prohibited) answer.icmp_code = six ? 1 : 13;
  answer.quoted = write_ip(packet);
  const std::size_t most = (six ? 40 : 20) + kQuotedBeyondHeader;
  if (answer.quoted.size() > most) answer.quoted.resize(most);
  return answer;
}

Bytes write_ip(const SimPacket& packet) {
  const auto transport = write_transport(packet);
  const auto protocol = protocol_of(packet);
  ByteWriter out;
  if (packet.target.is_v6()) {
    out.u32be(0x6000'0000U).u16be(static_cast<std::uint16_t>(transport.size()));
    // RFC 4861 §4.4: 255, so that no packet from beyond a router passes for a neighbour's.
    out.u8(protocol).u8(packet.kind == SimKind::neighbour ? 255 : packet.hop_limit);
  } else {
    out.u8(0x45).u8(0).u16be(static_cast<std::uint16_t>(20 + transport.size())).u32be(0);
    out.u8(packet.hop_limit).u8(protocol).u16be(0);
  }
  write_address(out, packet.source);
  write_address(out, packet.target);
  if (packet.target.is_v4()) out.patch_u16be(10, internet_checksum(out.view()));
  out.bytes(transport);
  return std::move(out).take();
}

Bytes write_frame(const SimPacket& packet, bool ethernet, const net::Mac& to) {
  if (!ethernet) return write_ip(packet);
  const bool arp = packet.kind == SimKind::neighbour && packet.target.is_v4();
  const auto type = packet.target.is_v6() ? net::kEtherIpv6 : net::kEtherIpv4;
  ByteWriter out;
  out.bytes(to.bytes).bytes(mac_of(packet.source).bytes).u16be(arp ? net::kEtherArp : type);
  out.bytes(arp ? write_arp(packet) : write_ip(packet));
  return std::move(out).take();
}

std::optional<ReadFrame> read_frame(BytesView frame, bool ethernet) {
  ReadFrame read;
  auto type = !frame.empty() && frame[0] >> 4 == 6 ? net::kEtherIpv6 : net::kEtherIpv4;
  if (ethernet) {
    ByteReader in(frame);
    const auto to = in.take(6), from = in.take(6);
    type = in.u16be();
    if (!in) return std::nullopt;
    std::copy(to.begin(), to.end(), read.to.bytes.begin());
    std::copy(from.begin(), from.end(), read.from.bytes.begin());
    frame = in.rest();
  }
  if (type == net::kEtherArp) {
    // Frames shorter than 60 bytes are padded on the wire.
    const auto arp = frame.first(std::min(frame.size(), kArpSize));
    if (!read_arp(arp, read.packet)) return std::nullopt;
  } else if (!read_ip(frame, read.packet)) {
    return std::nullopt;
  }
  const bool right = (type == net::kEtherIpv6) == read.packet.target.is_v6();
  return right ? std::optional(std::move(read)) : std::nullopt;
}

}  // namespace qingdan::test
