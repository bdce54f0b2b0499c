// snmp_wire — see the header.
#include "qingdan/net/snmp_wire.h"

#include <algorithm>
#include <array>

#include "net/ber.h"
#include "qingdan/base/text.h"
#include "qingdan/net/address.h"

namespace qingdan::net {

namespace {

constexpr std::int64_t kVersion3 = 3;           // RFC 3412 §6
constexpr std::int64_t kUserSecurityModel = 3;  // RFC 3411 §5, SnmpSecurityModel
constexpr std::int64_t kMaxSize = 65'507;       // RFC 3417 §3: what UDP over IPv4 carries
constexpr std::uint8_t kReportable = 0x04;      // RFC 3412 §6.4
constexpr std::uint8_t kPrivacy = 0x02;
constexpr std::uint8_t kGetRequest = 0xA0;  // RFC 3416 §3
constexpr std::uint8_t kReport = 0xA8;
constexpr std::uint8_t kTrapV1 = 0xA4;  // RFC 1157 §4.1.6: another layout
constexpr std::uint8_t kIpAddress = 0x40, kCounter = 0x41, kGauge = 0x42, kTicks = 0x43,
                       kCounter64 = 0x46;  // RFC 2578 §7.1
constexpr std::size_t kValuesMax = 256;

std::string value_text(std::uint8_t type, BytesView body) {
  switch (type) {
    case ber::kInteger: {
      const auto number = ber::to_integer(body);
      return number ? std::to_string(*number) : std::string();
    }
    case kCounter:
    case kGauge:
    case kTicks:
    case kCounter64: {
      const auto number = ber::to_unsigned(body);
      return number ? std::to_string(*number) : std::string();
    }
    case ber::kOid:
      return ber::to_oid(body).value_or("");
    case kIpAddress: {
      ByteReader reader(body);
      return body.size() == 4 ? Address::v4(reader.u32be()).to_string() : std::string();
    }
    default:
      return std::string(as_text(body));
  }
}

void read_values(BytesView list, SnmpMessage& message) {
  ByteReader reader(list);
  while (message.values.size() < kValuesMax) {
    const auto pair = ber::next(reader, ber::kSequence);
    if (!pair) return;
    ByteReader inside(*pair);
    const auto name = ber::next(inside, ber::kOid);
    const auto value = name ? ber::next(inside) : std::nullopt;
    const auto oid = name ? ber::to_oid(*name) : std::nullopt;
    if (!value || !oid) return;
    message.values.push_back({*oid, value->tag, value_text(value->tag, value->body)});
  }
}

std::optional<std::int64_t> read_integer(ByteReader& reader) {
  const auto body = ber::next(reader, ber::kInteger);
  return body ? ber::to_integer(*body) : std::nullopt;
}

bool read_pdu(ByteReader& reader, SnmpMessage& message) {
  const auto pdu = ber::next(reader);
  if (!pdu || pdu->tag < kGetRequest || pdu->tag > kReport || pdu->tag == kTrapV1) return false;
  message.pdu = pdu->tag;
  ByteReader inside(pdu->body);
  const auto request_id = read_integer(inside);
  const auto status = request_id ? read_integer(inside) : std::nullopt;
  const auto index = status ? read_integer(inside) : std::nullopt;
  const auto list = index ? ber::next(inside, ber::kSequence) : std::nullopt;
  if (!list) return false;
  message.request_id = *request_id;
  message.error_status = *status;
  read_values(*list, message);
  return true;
}

// RFC 3414 §2.4: six fields inside an octet string.
bool read_usm(BytesView parameters, SnmpMessage& message) {
  ByteReader outer(parameters);
  const auto content = ber::next(outer, ber::kSequence);
  if (!content) return false;
  ByteReader reader(*content);
  const auto engine_id = ber::next(reader, ber::kOctetString);
  const auto boots = engine_id ? read_integer(reader) : std::nullopt;
  const auto time = boots ? read_integer(reader) : std::nullopt;
  const auto user = time ? ber::next(reader, ber::kOctetString) : std::nullopt;
  if (!user) return false;
  message.engine_id = Bytes(engine_id->begin(), engine_id->end());
  message.engine_boots =
      static_cast<std::uint32_t>(std::clamp<std::int64_t>(*boots, 0, 0x7FFFFFFF));
  message.engine_time = static_cast<std::uint32_t>(std::clamp<std::int64_t>(*time, 0, 0x7FFFFFFF));
  message.user = std::string(as_text(*user));
  return true;
}

bool read_v3(ByteReader& reader, SnmpMessage& message) {
  const auto global = ber::next(reader, ber::kSequence);
  if (!global) return false;
  ByteReader header(*global);
  const auto id = read_integer(header);
  const auto size = id ? read_integer(header) : std::nullopt;
  const auto flags = size ? ber::next(header, ber::kOctetString) : std::nullopt;
  const auto model = flags && flags->size() == 1 ? read_integer(header) : std::nullopt;
  const auto security = model ? ber::next(reader, ber::kOctetString) : std::nullopt;
  if (!security) return false;
  message.message_id = *id;
  if (*model == kUserSecurityModel && !read_usm(*security, message)) return false;
  message.encrypted = ((*flags)[0] & kPrivacy) != 0;
  if (message.encrypted) return true;
  const auto scoped = ber::next(reader, ber::kSequence);
  if (!scoped) return false;
  ByteReader inside(*scoped);
  const auto context_engine = ber::next(inside, ber::kOctetString);
  const auto context = context_engine ? ber::next(inside, ber::kOctetString) : std::nullopt;
  return context && read_pdu(inside, message);
}

std::string mac_text(BytesView bytes) {
  std::string text;
  for (const auto byte : bytes) text += (text.empty() ? "" : ":") + to_hex({&byte, 1});
  return text;
}

void read_engine_body(BytesView body, SnmpEngineId& id) {
  using Format = SnmpEngineId::Format;
  id.text = to_hex(body);
  if (id.format_octet == 1 && body.size() == 4) {
    id.format = Format::ipv4;
    id.text = value_text(kIpAddress, body);
  } else if (id.format_octet == 2 && body.size() == 16) {
    std::array<std::uint8_t, 16> address{};
    std::copy(body.begin(), body.end(), address.begin());
    id.format = Format::ipv6;
    id.text = Address::v6(address).to_string();
  } else if (id.format_octet == 3 && body.size() >= 6) {
    // RFC 3411 says six octets; agents that pad the MAC with zeros are met in the field.
    id.format = Format::mac;
    id.text = mac_text(body.first(6));
  } else if (id.format_octet == 4) {
    id.format = Format::text;
    id.text = std::string(as_text(body));
  } else if (id.format_octet >= 128) {
    id.format = Format::enterprise_specific;
  }
}

}  // namespace

Bytes build_snmp_engine_discovery(std::int32_t message_id) {
  const auto none = ber::element(ber::kOctetString, BytesView{});
  const Bytes reportable = {kReportable};
  const auto header =
      ber::element(ber::kSequence,
                   {ber::integer(message_id), ber::integer(kMaxSize),
                    ber::element(ber::kOctetString, reportable), ber::integer(kUserSecurityModel)});
  // RFC 3414 §4: engine id and user name of zero length, boots and time zero.
  const auto usm =
      ber::element(ber::kSequence, {none, ber::integer(0), ber::integer(0), none, none, none});
  const auto pdu =
      ber::element(kGetRequest, {ber::integer(message_id), ber::integer(0), ber::integer(0),
                                 ber::element(ber::kSequence, BytesView{})});
  return ber::element(ber::kSequence,
                      {ber::integer(kVersion3), header, ber::element(ber::kOctetString, usm),
                       ber::element(ber::kSequence, {none, none, pdu})});
}

std::string_view SnmpMessage::find_text(std::string_view oid) const {
  for (const auto& value : values) {
    if (value.oid == oid) return value.text;
  }
  return {};
}

std::optional<SnmpMessage> parse_snmp_message(BytesView datagram) {
  ByteReader outer(datagram);
  const auto content = ber::next(outer, ber::kSequence);
  if (!content) return std::nullopt;
  ByteReader reader(*content);
  const auto version = read_integer(reader);
  if (!version || (*version != 0 && *version != 1 && *version != kVersion3)) return std::nullopt;
  SnmpMessage message;
  message.version = static_cast<int>(*version);
  if (*version == kVersion3) {
    if (!read_v3(reader, message)) return std::nullopt;
    return message;
  }
  const auto community = ber::next(reader, ber::kOctetString);
  if (!community) return std::nullopt;
  message.community = std::string(as_text(*community));
  if (!read_pdu(reader, message)) return std::nullopt;
  return message;
}

std::optional<SnmpEngineId> parse_snmp_engine_id(BytesView bytes) {
  if (bytes.size() < 5 || bytes.size() > 32) return std::nullopt;
  const auto all = [bytes](std::uint8_t value) {
    return std::all_of(bytes.begin(), bytes.end(), [value](auto b) { return b == value; });
  };
  if (all(0) || all(0xFF)) return std::nullopt;
  ByteReader reader(bytes);
  SnmpEngineId id;
  const auto first = reader.u32be();
  id.enterprise = first & 0x7FFF'FFFFU;
  if ((first & 0x8000'0000U) == 0) {  // RFC 1910: twelve octets, the last eight are the vendor's
    id.format = SnmpEngineId::Format::old;
    id.text = to_hex(reader.rest());
    return id;
  }
  id.format_octet = reader.u8();
  read_engine_body(reader.rest(), id);
  return id;
}

}  // namespace qingdan::net
