// mdns — a responder asked by legacy unicast (RFC 6762 section 6.7): it repeats id and questions
// and answers what it knows: its services, its name, and with an instance also SRV and TXT.
#include "qingdan/base/text.h"
#include "roles.h"

namespace qingdan::practice {
namespace {

constexpr std::uint16_t kPtr = 12, kTxt = 16, kSrv = 33;

struct Responder {
  std::string host;      // without ".local"
  std::string type;      // "_ipp._tcp"
  std::string instance;  // a label, dots and all
  std::string reverse;   // of its address
  std::vector<std::string> entries, device_info;
  std::uint16_t port{0};
};

// A dotted name; `first` is a label of its own, put in front where not empty.
Bytes name_of(const std::string& first, const std::string& dotted) {
  ByteWriter out;
  if (!first.empty()) out.u8(static_cast<std::uint8_t>(first.size())).text(first);
  for (const auto label : split(dotted, '.')) {
    out.u8(static_cast<std::uint8_t>(label.size())).text(label);
  }
  out.u8(0);
  return std::move(out).take();
}

struct Answers {
  ByteWriter records;
  std::uint16_t answers{0}, more{0};
};

void add(Answers& all, bool answer, const Bytes& name, std::uint16_t type, const Bytes& data) {
  constexpr std::uint32_t kLegacyTtl = 10;  // section 6.7
  all.records.bytes(name).u16be(type).u16be(1).u32be(kLegacyTtl);
  all.records.u16be(static_cast<std::uint16_t>(data.size())).bytes(data);
  ++(answer ? all.answers : all.more);
}

Bytes strings_of(const std::vector<std::string>& entries) {
  ByteWriter out;
  for (const auto& entry : entries) out.u8(static_cast<std::uint8_t>(entry.size())).text(entry);
  return std::move(out).take();
}

void answer_one(const Responder& self, const std::string& asked, Answers& all) {
  const auto type_local = self.type + ".local";
  if (asked == "_services._dns-sd._udp.local") {
    add(all, true, name_of("", asked), kPtr, name_of("", type_local));
  } else if (asked == self.reverse) {
    add(all, true, name_of("", asked), kPtr, name_of("", self.host + ".local"));
  } else if (asked == self.host + "._device-info._tcp.local" && !self.device_info.empty()) {
    add(all, true, name_of("", asked), kTxt, strings_of(self.device_info));
  } else if (asked == type_local) {
    add(all, true, name_of("", asked), kPtr, name_of(self.instance, type_local));
  }
}

void add_instance(const Responder& self, Answers& all) {
  const auto name = name_of(self.instance, self.type + ".local");
  ByteWriter service;
  service.u16be(0).u16be(0).u16be(self.port).bytes(name_of("", self.host + ".local"));
  add(all, false, name, kSrv, std::move(service).take());
  add(all, false, name, kTxt, strings_of(self.entries));
}

// The questions' names, dotted; none of ours holds an odd byte. Leaves the reader behind them.
std::vector<std::string> names_asked(ByteReader& reader, int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count && reader; ++i) {
    std::string name;
    for (auto size = reader.u8(); reader && size != 0 && size < 64; size = reader.u8()) {
      name += (name.empty() ? "" : ".") + std::string(as_text(reader.take(size)));
    }
    reader.skip(4);
    names.push_back(name);
  }
  return names;
}

Bytes answer_to(const Responder& self, BytesView asked) {
  ByteReader reader(asked);
  const auto id = reader.u16be();
  const auto flags = reader.u16be();
  const auto count = reader.u16be();
  reader.skip(6);
  if (!reader || (flags & 0x8000) != 0 || count == 0 || count > 16) return {};
  const auto names = names_asked(reader, count);
  if (!reader) return {};
  Answers all;
  for (const auto& name : names) answer_one(self, name, all);
  for (const auto& name : names) {
    if (name == self.type + ".local") add_instance(self, all);
  }
  if (all.answers == 0) return {};
  ByteWriter out;
  out.u16be(id).u16be(0x8400).u16be(count).u16be(all.answers).u16be(0).u16be(all.more);
  out.bytes(asked.subspan(12, reader.position() - 12)).bytes(all.records.view());
  return std::move(out).take();
}

}  // namespace

DatagramPlayer make_mdns(const Settings& settings, const Seat& seat) {
  Responder self;
  self.host = settings.text("host");
  self.type = settings.text("service");
  self.instance = settings.text("instance");
  self.entries = settings.list("txt");
  self.device_info = settings.list("device_info");
  self.port = static_cast<std::uint16_t>(settings.number("service_port", 631));
  for (const auto part : split(seat.ip, '.')) self.reverse = std::string(part) + "." + self.reverse;
  self.reverse += "in-addr.arpa";
  return [self](BytesView asked) { return answer_to(self, asked); };
}

}  // namespace qingdan::practice
