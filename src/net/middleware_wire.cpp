// middleware_wire — see the header.
#include "qingdan/net/middleware_wire.h"

#include <algorithm>
#include <array>

#include "net/stream_text.h"
#include "qingdan/base/text.h"

namespace qingdan::net {
namespace {

using State = Extent::State;

constexpr std::string_view kZookeeperVersion = "Zookeeper version: ";
constexpr std::string_view kNotAllowed = "srvr is not executed because it is not in the whitelist.";
constexpr std::int32_t kKafkaCorrelation = 0x7164'616E;  // "qdan": the answer repeats it
constexpr std::int16_t kApiVersions = 18;
constexpr std::uint8_t kRmiAck = 0x4E;  // §10.2
constexpr std::size_t kRmiNameMax = 255;

std::string line_after(std::string_view text, std::string_view name) {
  const auto at = text.find(name);
  if (at == std::string_view::npos) return {};
  const auto rest = text.substr(at + name.size());
  return std::string(trim(rest.substr(0, rest.find('\n'))));
}

}  // namespace

Bytes build_zookeeper_srvr() { return to_bytes("srvr"); }

// The last line of srvr is "Node count: …".
Extent measure_zookeeper(BytesView stream) {
  const auto text = as_text(stream);
  if (stream.size() > kMiddlewareReplyMax) return {State::foreign, 0};
  if (!may_begin(text, kZookeeperVersion) && !may_begin(text, kNotAllowed))
    return {State::foreign, 0};
  if (text.starts_with(kNotAllowed)) return {State::whole, stream.size()};
  const auto last = text.find("Node count: ");
  const bool ended =
      last != std::string_view::npos && text.find('\n', last) != std::string_view::npos;
  return ended ? Extent{State::whole, stream.size()} : Extent{};
}

std::optional<ZookeeperReply> parse_zookeeper(BytesView stream) {
  const auto text = as_text(stream).substr(0, kMiddlewareReplyMax);
  if (text.starts_with(kNotAllowed)) return ZookeeperReply{};
  if (!text.starts_with(kZookeeperVersion)) return std::nullopt;
  const auto line = line_after(text, kZookeeperVersion);
  return ZookeeperReply{line.substr(0, line.find(',')), line_after(text, "Mode: ")};
}

Bytes build_t3_hello() { return to_bytes("t3 12.2.1\nAS:255\nHL:19\n\n"); }

Extent measure_t3(BytesView stream) {
  const auto text = as_text(stream);
  const bool ours = may_begin(text, "HELO:") || may_begin(text, "LGIN:") ||
                    may_begin(text, "SERV:") || may_begin(text, "UNAV:") ||
                    may_begin(text, "RESC:");
  if (!ours || stream.size() > kMiddlewareReplyMax) return {State::foreign, 0};
  const auto end = text.find("\n\n");
  if (end != std::string_view::npos) return {State::whole, end + 2};
  return {};
}

std::optional<std::string> parse_t3(BytesView stream) {
  const auto text = as_text(stream).substr(0, kMiddlewareReplyMax);
  if (measure_t3(stream).foreign() || text.size() < 5) return std::nullopt;
  if (!text.starts_with("HELO:")) return "";
  auto version = text.substr(5, text.find('\n') - 5);
  for (const std::string_view flag : {".false", ".true"}) {
    if (version.ends_with(flag)) version.remove_suffix(flag.size());
  }
  const bool digits = std::all_of(version.begin(), version.end(),
                                  [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  return digits ? std::string(version) : "";
}

Bytes build_ajp_cping() { return {0x12, 0x34, 0x00, 0x01, 0x0A}; }

Extent measure_ajp_cpong(BytesView stream) {
  constexpr std::array<std::uint8_t, 5> kPong{'A', 'B', 0x00, 0x01, 0x09};
  const auto size = std::min(stream.size(), kPong.size());
  if (!std::equal(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size),
                  kPong.begin()) ||
      stream.size() > kPong.size()) {
    return {State::foreign, 0};
  }
  return size == kPong.size() ? Extent{State::whole, size} : Extent{};
}

Bytes build_rmi_header() { return {'J', 'R', 'M', 'I', 0x00, 0x02, 0x4B}; }

Extent measure_rmi_ack(BytesView stream) {
  if (!stream.empty() && stream[0] != kRmiAck) return {State::foreign, 0};
  ByteReader reader(stream);
  reader.skip(1);
  const std::size_t size = reader.u16be();
  if (!reader) return {};
  if (size == 0 || size > kRmiNameMax) return {State::foreign, 0};
  const auto name = reader.take(size);
  const auto port = reader.u32be();
  if (!reader) return {};
  const bool text =
      std::all_of(name.begin(), name.end(), [](std::uint8_t c) { return c > 0x20 && c < 0x7F; });
  if (!text || port > 65'535) return {State::foreign, 0};
  return {State::whole, reader.position()};
}

std::optional<std::string> parse_rmi_ack(BytesView stream) {
  if (!measure_rmi_ack(stream).whole()) return std::nullopt;
  ByteReader reader(stream);
  reader.skip(1);
  const auto size = reader.u16be();
  return std::string(as_text(reader.take(size)));
}

Bytes build_kafka_api_versions() {
  constexpr std::string_view kClient = "qingdan";
  ByteWriter out;
  out.u32be(static_cast<std::uint32_t>(2 + 2 + 4 + 2 + kClient.size()));
  out.u16be(kApiVersions).u16be(0).u32be(kKafkaCorrelation);
  out.u16be(static_cast<std::uint16_t>(kClient.size())).text(kClient);
  return std::move(out).take();
}

Extent measure_kafka(BytesView stream) {
  ByteReader reader(stream);
  const std::size_t size = reader.u32be();
  if (!reader) return {};
  if (size < 10 || size > kMiddlewareReplyMax) return {State::foreign, 0};
  const auto correlation = reader.u32be();
  if (reader && correlation != kKafkaCorrelation) return {State::foreign, 0};
  return stream.size() < size + 4 ? Extent{} : Extent{State::whole, size + 4};
}

std::optional<std::vector<KafkaApi>> parse_kafka_api_versions(BytesView stream) {
  const auto extent = measure_kafka(stream);
  if (!extent.whole()) return std::nullopt;
  ByteReader reader(stream.first(extent.size));
  reader.skip(8);
  const auto error = reader.u16be();
  const auto count = reader.u32be();
  if (!reader || error != 0 || count == 0 || count > kKafkaApisMax) return std::nullopt;
  std::vector<KafkaApi> apis;
  for (std::uint32_t i = 0; i < count; ++i) {
    KafkaApi api;
    api.key = static_cast<std::int16_t>(reader.u16be());
    api.least = static_cast<std::int16_t>(reader.u16be());
    api.most = static_cast<std::int16_t>(reader.u16be());
    if (!reader || api.key < 0 || api.least < 0 || api.most < api.least) return std::nullopt;
    apis.push_back(api);
  }
  return apis;
}

}  // namespace qingdan::net
