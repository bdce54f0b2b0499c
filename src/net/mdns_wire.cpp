// mdns_wire — see the header.
#include "qingdan/net/mdns_wire.h"

#include <algorithm>
#include <array>
#include <utility>

#include "qingdan/base/text.h"

namespace qingdan::net {

namespace {

constexpr std::string_view kServices = "_services._dns-sd._udp.local";  // RFC 6763 §9
constexpr std::string_view kLocal = ".local";
constexpr std::string_view kDeviceInfo = "._device-info._tcp.local";
constexpr std::size_t kLabelMax = 63;  // RFC 1035 §2.3.4
constexpr std::size_t kNameMax = 253;
constexpr std::size_t kTypesAsked = 8;  // what one answer of 1500 bytes may still hold
constexpr std::size_t kEntriesMax = 64;
constexpr char kHexDigits[] = "0123456789abcdef";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Labels as bytes, escapes undone.
std::vector<std::string> labels_of(std::string_view name) {
  std::vector<std::string> labels(1);
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool escape = name[i] == '\\' && i + 3 < name.size() && is_digit(name[i + 1]) &&
                        is_digit(name[i + 2]) && is_digit(name[i + 3]);
    if (escape) {
      const int value = (name[i + 1] - '0') * 100 + (name[i + 2] - '0') * 10 + name[i + 3] - '0';
      labels.back() += static_cast<char>(value);
      i += 3;
    } else if (name[i] == '.') {
      labels.emplace_back();
    } else {
      labels.back() += name[i];
    }
  }
  return labels;
}

bool put_name(ByteWriter& out, std::string_view name) {
  const auto labels = labels_of(name);
  std::size_t size = 1;
  for (const auto& label : labels) {
    if (label.empty() || label.size() > kLabelMax) return false;
    size += label.size() + 1;
  }
  if (size > kNameMax + 2) return false;
  for (const auto& label : labels) out.u8(static_cast<std::uint8_t>(label.size())).text(label);
  out.u8(0);
  return true;
}

bool ends_with_local(std::string_view name) {
  return name.size() > kLocal.size() &&
         equals_ignoring_case(name.substr(name.size() - kLocal.size()), kLocal);
}

// "Printer._ipp._tcp.local" -> {"Printer", "_ipp._tcp"}; the name is "" for a bare type.
std::optional<MdnsInstance> split_instance(std::string_view name) {
  if (!ends_with_local(name)) return std::nullopt;
  name.remove_suffix(kLocal.size());
  const auto transport = name.rfind('.');
  if (transport == name.npos || name.substr(transport + 1, 1) != "_") return std::nullopt;
  const auto before = name.substr(0, transport).rfind('.');
  const auto type = name.substr(before == name.npos ? 0 : before + 1);
  if (!type.starts_with('_')) return std::nullopt;
  return MdnsInstance{unescape_dns_name(name.substr(0, before == name.npos ? 0 : before)),
                      to_lower_ascii(type)};
}

std::vector<std::string> entries_of(BytesView data) {
  std::vector<std::string> entries;
  ByteReader reader(data);
  while (!reader.at_end() && entries.size() < kEntriesMax) {
    const auto length = reader.u8();
    const auto entry = reader.take(length);
    if (reader && !entry.empty()) entries.emplace_back(as_text(entry));
  }
  return entries;
}

void add_pointer(const DnsRecord& record, MdnsReply& reply) {
  if (equals_ignoring_case(record.name, kServices)) {
    const auto type = split_instance(record.text);
    const bool known =
        type && std::find(reply.types.begin(), reply.types.end(), type->type) != reply.types.end();
    if (type && !known) reply.types.push_back(type->type);
    return;
  }
  if (to_lower_ascii(record.name).ends_with(".arpa")) {
    if (ends_with_local(record.text)) reply.host = unescape_dns_name(record.text);
    return;
  }
  const auto instance = split_instance(record.text);
  if (instance && !instance->name.empty()) reply.instances.push_back(*instance);
}

void add_record(const DnsRecord& record, MdnsReply& reply) {
  if (record.type == kDnsTypePtr) add_pointer(record, reply);
  if (record.type == kDnsTypeSrv && reply.host.empty() && ends_with_local(record.text)) {
    reply.host = unescape_dns_name(record.text);
  }
  if (record.type != kDnsTypeTxt) return;
  const auto instance = split_instance(record.name);
  auto entries = entries_of(record.data);
  if (!instance || entries.empty()) return;
  reply.texts.push_back({instance->name, instance->type, std::move(entries)});
}

}  // namespace

std::string reverse_name(const Address& ip) {
  std::string name;
  if (ip.is_v4()) {
    for (int shift = 0; shift < 32; shift += 8) {
      name += std::to_string(ip.v4_value() >> shift & 0xFF) + ".";
    }
    return name + "in-addr.arpa";
  }
  const auto bytes = ip.v6_bytes();
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
    for (const int half : {*byte & 15, *byte >> 4}) {
      name += kHexDigits[half];
      name += '.';
    }
  }
  return name + "ip6.arpa";
}

Bytes build_mdns_query(const std::vector<DnsQuestion>& questions, std::uint16_t id) {
  ByteWriter out;
  std::uint16_t count = 0;
  for (const auto& question : questions) {
    if (!put_name(out, question.name)) continue;
    out.u16be(question.type).u16be(question.dns_class);
    ++count;
  }
  ByteWriter message;
  message.u16be(id).u16be(0).u16be(count).u16be(0).u16be(0).u16be(0).bytes(out.view());
  return std::move(message).take();
}

std::string unescape_dns_name(std::string_view name) {
  std::string text;
  for (const auto& label : labels_of(name)) text += (text.empty() ? "" : ".") + label;
  return text;
}

std::optional<MdnsReply> parse_mdns_reply(BytesView datagram) {
  const auto message = parse_dns_message(datagram);
  if (!message || !message->response || message->rcode != 0) return std::nullopt;
  MdnsReply reply;
  reply.id = message->id;
  for (const auto* section : {&message->answers, &message->additionals}) {
    for (const auto& record : *section) add_record(record, reply);
  }
  const bool empty = reply.types.empty() && reply.instances.empty() && reply.texts.empty();
  if (empty && reply.host.empty()) return std::nullopt;
  return reply;
}

std::vector<DnsQuestion> next_mdns_questions(const MdnsReply& reply) {
  std::vector<DnsQuestion> questions;
  for (const auto& type : reply.types) {
    if (questions.size() == kTypesAsked) break;
    questions.push_back({type + std::string(kLocal), kDnsTypePtr, kDnsClassIn});
  }
  const auto label = reply.host.substr(0, reply.host.find('.'));
  // A label with a backslash would be read as an escape; none that hosts give themselves has one.
  if (!label.empty() && label.find('\\') == label.npos) {
    questions.push_back({label + std::string(kDeviceInfo), kDnsTypeTxt, kDnsClassIn});
  }
  return questions;
}

}  // namespace qingdan::net
