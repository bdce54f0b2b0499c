// camera_wire — see the header.
#include "qingdan/net/camera_wire.h"

#include <algorithm>

#include "net/json_members.h"
#include "net/xml_elements.h"
#include "qingdan/base/text.h"

namespace qingdan::net {

namespace {

// DHIP: the header's size, the word DHIP, session and request (both zero before a login), then the
// length of the text, twice, each followed by four bytes of zero; numbers in little endian.
constexpr std::size_t kDhipHeader = 32, kDhipLengthAt = 16;
constexpr std::uint32_t kDhipWord = 0x44484950;  // "DHIP"

std::string bounded(std::string_view text) {
  return text.size() > kCameraTextMax ? std::string() : std::string(trim(text));
}

std::string_view text_of_datagram(BytesView datagram) {
  return as_text(datagram.first(std::min(datagram.size(), kCameraDatagramMax)));
}

}  // namespace

Bytes build_dahua_search() {
  constexpr std::string_view kSearch =
      "{ \"method\" : \"DHDiscover.search\", \"params\" : { \"mac\" : \"\", \"uni\" : 1 } }\n";
  ByteWriter out;
  out.u32le(kDhipHeader).u32be(kDhipWord).u64le(0);
  out.u32le(kSearch.size()).u32le(0).u32le(kSearch.size()).u32le(0).text(kSearch);
  return std::move(out).take();
}

std::optional<CameraAnswer> parse_dahua_device(BytesView datagram) {
  ByteReader reader(datagram);
  const auto header = reader.u32le();
  const auto word = reader.u32be();
  reader.skip(kDhipLengthAt - reader.position());
  const std::size_t length = reader.u32le();
  reader.skip(kDhipHeader - kDhipLengthAt - 4);
  if (!reader || header != kDhipHeader || word != kDhipWord) return std::nullopt;
  const auto body = reader.take(std::min(reader.remaining(), length));
  const auto text = text_of_datagram(body);
  if (json::text_of(text, "method") != "client.notifyDevInfo") return std::nullopt;
  CameraAnswer answer;
  answer.kind = bounded(json::text_of(text, "DeviceClass"));
  answer.model = bounded(json::text_of(text, "DeviceType"));
  answer.version = bounded(json::text_of(text, "Version"));
  answer.serial = bounded(json::text_of(text, "SerialNo"));
  answer.mac = bounded(json::text_of(text, "mac"));
  answer.name = bounded(json::text_of(text, "MachineName"));
  answer.maker = bounded(json::text_of(text, "Vendor"));
  return answer;
}

Bytes build_sadp_inquiry(std::uint64_t id) {
  return to_bytes("<?xml version=\"1.0\" encoding=\"utf-8\"?><Probe><Uuid>" + xml::uuid_of(id) +
                  "</Uuid><Types>inquiry</Types></Probe>");
}

std::optional<CameraAnswer> parse_sadp_device(BytesView datagram) {
  const auto text = text_of_datagram(datagram);
  if (xml::texts_of(text, "ProbeMatch").empty()) return std::nullopt;
  const auto value = [&](std::string_view name) { return bounded(xml::text_of(text, name)); };
  CameraAnswer answer;
  answer.kind = value("DeviceType");
  answer.model = value("DeviceDescription");
  answer.version = value("SoftwareVersion");
  answer.serial = value("DeviceSN");
  answer.mac = value("MAC");
  return answer;
}

bool answers_inquiry(BytesView datagram, std::uint64_t id) {
  const auto text = text_of_datagram(datagram);
  return to_lower_ascii(xml::text_of(text, "Uuid")) == xml::uuid_of(id);
}

}  // namespace qingdan::net
