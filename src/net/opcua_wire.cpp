// opcua_wire — see the header. Numbers are little-endian; a text is its length and its bytes, -1 =
// none.
#include "qingdan/net/opcua_wire.h"

#include <algorithm>

#include "qingdan/base/contract.h"

namespace qingdan::net {
namespace {

constexpr std::size_t kHeader = 8;  // type, chunk, size
constexpr std::uint32_t kMessageMost = 65'536;
constexpr std::size_t kUrlMost = 4096;  // §7.1.2.3
constexpr std::string_view kNoSecurity = "http://opcfoundation.org/UA/SecurityPolicy#None";
constexpr std::uint16_t kOpenRequest = 446, kOpenReply = 449, kEndpointsRequest = 428,
                        kEndpointsReply = 431, kCloseRequest = 452;
constexpr std::uint32_t kLifetimeMs = 60'000, kPatienceMs = 10'000;
constexpr std::uint32_t kListMost = 64;  // endpoints, and texts within one, that are looked at

void put_text(ByteWriter& out, std::string_view text) {
  out.u32le(static_cast<std::uint32_t>(text.size())).text(text);
}
void put_none(ByteWriter& out) { out.u32le(0xFFFF'FFFF); }

// Four-byte form of a NodeId in namespace 0 (§5.2.2.9).
void put_type(ByteWriter& out, std::uint16_t number) { out.u8(1).u8(0).u16le(number); }

// RequestHeader, OPC 10000-4 §7.33: no session, no time that anybody would need.
void put_request_header(ByteWriter& out, std::uint32_t handle) {
  out.u8(0).u8(0);  // authentication token: null
  out.u64le(0).u32le(handle).u32le(0);
  put_none(out);  // audit entry
  out.u32le(kPatienceMs);
  out.u8(0).u8(0).u8(0);  // nothing further
}

Bytes message(std::string_view type, const ByteWriter& body) {
  ByteWriter out;
  out.text(type).u32le(static_cast<std::uint32_t>(kHeader + body.size())).bytes(body.view());
  return std::move(out).take();
}

BytesView read_bytes(ByteReader& reader) {
  const auto size = reader.u32le();
  return size == 0xFFFF'FFFF ? BytesView() : reader.take(size);
}

std::string read_text(ByteReader& reader) { return std::string(as_text(read_bytes(reader))); }

void skip_texts(ByteReader& reader) {
  const auto count = reader.u32le();
  if (count == 0xFFFF'FFFF) return;
  for (std::uint32_t i = 0; i < count && reader; ++i) read_bytes(reader);
}

// LocalizedText, §5.2.2.14.
std::string read_localized(ByteReader& reader) {
  const auto mask = reader.u8();
  if ((mask & 1) != 0) read_bytes(reader);
  return (mask & 2) != 0 ? read_text(reader) : std::string();
}

// ResponseHeader, OPC 10000-4 §7.34; the result of the service. Diagnostics are never asked for,
// and a reply that brings some is not read further.
std::optional<std::uint32_t> read_response(ByteReader& reader, std::uint16_t type) {
  const bool form = reader.u8() == 1 && reader.u8() == 0 && reader.u16le() == type;
  reader.skip(12);  // time, handle
  const auto result = reader.u32le();
  const auto diagnostics = reader.u8();
  skip_texts(reader);
  const bool bare = reader.u8() == 0 && reader.u8() == 0 && reader.u8() == 0;
  if (!reader || !form || diagnostics != 0 || !bare) return std::nullopt;
  return result;
}

// EndpointDescription, OPC 10000-4 §7.14.
void read_endpoint(ByteReader& reader, bool first, OpcUaServer& out) {
  read_bytes(reader);  // its address as it knows it
  auto uri = read_text(reader);
  auto product = read_text(reader);
  auto name = read_localized(reader);
  reader.skip(4);  // kind of application
  read_bytes(reader);
  read_bytes(reader);
  skip_texts(reader);
  read_bytes(reader);  // certificate
  reader.skip(4);      // mode
  auto policy = read_text(reader);
  const auto tokens = reader.u32le();
  for (std::uint32_t i = 0; tokens != 0xFFFF'FFFF && i < tokens && reader; ++i) {
    read_bytes(reader);
    reader.skip(4);
    for (int part = 0; part < 3; ++part) read_bytes(reader);
  }
  read_bytes(reader);
  reader.skip(1);
  if (!reader) return;
  if (first) {
    out.application_uri = std::move(uri);
    out.product_uri = std::move(product);
    out.application_name = std::move(name);
  }
  policy.erase(0, policy.find('#') + 1);
  const bool known =
      std::find(out.policies.begin(), out.policies.end(), policy) != out.policies.end();
  if (!known && !policy.empty()) out.policies.push_back(std::move(policy));
}

void read_endpoints(BytesView body, OpcUaServer& out) {
  ByteReader reader(body);
  const auto result = read_response(reader, kEndpointsReply);
  if (!result || *result != 0) return;
  const auto count = reader.u32le();
  if (count == 0xFFFF'FFFF) return;
  for (std::uint32_t i = 0; i < std::min(count, kListMost) && reader; ++i) {
    read_endpoint(reader, i == 0, out);
  }
}

}  // namespace

Bytes build_opcua_hello(std::string_view url) {
  ByteWriter body;
  body.u32le(0).u32le(kMessageMost).u32le(kMessageMost).u32le(0).u32le(0);
  put_text(body, url.substr(0, kUrlMost - 1));
  return message("HELF", body);
}

Bytes build_opcua_open_channel() {
  ByteWriter body;
  body.u32le(0);  // no channel yet
  put_text(body, kNoSecurity);
  put_none(body);  // certificates: none
  put_none(body);
  body.u32le(1).u32le(1);  // sequence and request
  put_type(body, kOpenRequest);
  put_request_header(body, 1);
  body.u32le(0).u32le(0).u32le(1);  // version, issue, mode none
  put_none(body);                   // nonce
  body.u32le(kLifetimeMs);
  return message("OPNF", body);
}

Bytes build_opcua_get_endpoints(const OpcUaChannel& channel, std::string_view url) {
  ByteWriter body;
  body.u32le(channel.channel).u32le(channel.token).u32le(2).u32le(2);
  put_type(body, kEndpointsRequest);
  put_request_header(body, 2);
  put_text(body, url.substr(0, kUrlMost - 1));
  put_none(body);  // all languages
  put_none(body);  // all transports
  return message("MSGF", body);
}

Bytes build_opcua_close_channel(const OpcUaChannel& channel) {
  ByteWriter body;
  body.u32le(channel.channel).u32le(channel.token).u32le(3).u32le(3);
  put_type(body, kCloseRequest);
  put_request_header(body, 3);
  return message("CLOF", body);
}

Extent measure_opcua_message(BytesView stream) {
  using State = Extent::State;
  constexpr std::string_view kTypes[] = {"ACK", "ERR", "OPN", "MSG"};
  const auto start = as_text(stream.first(std::min<std::size_t>(stream.size(), 3)));
  const bool ours = std::any_of(std::begin(kTypes), std::end(kTypes), [&](std::string_view type) {
    return type.substr(0, start.size()) == start;
  });
  if (!ours) return {State::foreign, 0};
  if (stream.size() < kHeader) return {State::partial, 0};
  ByteReader reader(stream);
  reader.skip(3);
  const auto chunk = reader.u8();
  const auto size = reader.u32le();
  const bool known = chunk == 'F' || chunk == 'C' || chunk == 'A';
  if (!known || size < kHeader || size > kMessageMost) return {State::foreign, 0};
  return {stream.size() >= size ? State::whole : State::partial, size};
}

OpcUaKind read_opcua_kind(BytesView message) {
  QD_EXPECTS(measure_opcua_message(message).whole());
  const auto type = as_text(message.first(3));
  if (type == "ACK") return OpcUaKind::acknowledge;
  if (type == "ERR" || message[3] == 'A') return OpcUaKind::error;
  if (type == "OPN") return OpcUaKind::channel;
  return message[3] == 'C' ? OpcUaKind::part : OpcUaKind::reply;
}

std::optional<OpcUaChannel> parse_opcua_channel(BytesView message) {
  if (!measure_opcua_message(message).whole() || as_text(message.first(4)) != "OPNF") {
    return std::nullopt;
  }
  ByteReader reader(message);
  reader.skip(kHeader + 4);
  for (int part = 0; part < 3; ++part) read_bytes(reader);  // policy, certificates
  reader.skip(8);
  const auto result = read_response(reader, kOpenReply);
  reader.skip(4);
  OpcUaChannel channel;
  channel.channel = reader.u32le();
  channel.token = reader.u32le();
  if (!reader || !result || *result != 0) return std::nullopt;
  return channel;
}

std::optional<OpcUaServer> parse_opcua_stream(BytesView stream) {
  constexpr std::size_t kSymmetric = kHeader + 16;  // channel, token, sequence, request
  OpcUaServer found;
  Bytes body;
  bool any = false;
  for (auto extent = measure_opcua_message(stream); extent.whole();
       extent = measure_opcua_message(stream)) {
    const auto one = stream.first(extent.size);
    stream = stream.subspan(extent.size);
    any = true;
    const auto kind = read_opcua_kind(one);
    if (kind == OpcUaKind::acknowledge) found.acknowledged = true;
    if (kind == OpcUaKind::error && one.size() >= kHeader + 4) {
      ByteReader reader(one.subspan(kHeader));
      found.error = reader.u32le();
    }
    const bool spoken = kind == OpcUaKind::reply || kind == OpcUaKind::part;
    if (!spoken || one.size() < kSymmetric) continue;
    const auto rest = one.subspan(kSymmetric);
    body.insert(body.end(), rest.begin(), rest.end());
    if (kind == OpcUaKind::reply) read_endpoints(body, found);
  }
  if (!any) return std::nullopt;
  return found;
}

}  // namespace qingdan::net
