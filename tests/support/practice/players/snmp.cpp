// snmp — the report that answers SNMPv3 engine discovery (RFC 3412 section 6, RFC 3414 section 4);
// other versions get no answer, as the community is not known.
#include "../certificates.h"
#include "ber.h"
#include "qingdan/base/text.h"
#include "roles.h"

namespace qingdan::practice {
namespace {

constexpr std::uint8_t kInteger = 0x02, kOctets = 0x04, kOid = 0x06, kSequence = 0x30,
                       kCounter = 0x41, kReport = 0xa8;
constexpr std::string_view kUnknownEngineIds("\x2b\x06\x01\x06\x03\x0f\x01\x01\x04\x00",
                                             10);  // 1.3.6.1.6.3.15.1.1.4.0

std::uint32_t number_of(BytesView content) {
  std::uint32_t value = 0;
  for (const auto byte : content) value = value << 8 | byte;
  return value;
}

struct Asked {
  std::uint32_t version{0}, message_id{0};
  bool ok{false};
};

Asked read_asked(BytesView bytes) {
  Asked asked;
  ByteReader outer(bytes);
  const auto message = next_element(outer);
  ByteReader inside(message.content);
  asked.version = number_of(next_element(inside).content);
  const auto global = next_element(inside);
  ByteReader data(global.content);
  asked.message_id = number_of(next_element(data).content);
  asked.ok = outer.ok() && inside.ok() && data.ok() && message.tag == kSequence;
  return asked;
}

Bytes sequence(const Bytes& content) { return ber(kSequence, BytesView(content)); }

Bytes report(const Asked& asked, const Bytes& engine, std::uint32_t boots) {
  const auto variable = sequence(joined(ber(kOid, kUnknownEngineIds), ber_number(kCounter, 17)));
  const auto pdu = ber(kReport, BytesView(joined(ber_number(kInteger, 0), ber_number(kInteger, 0),
                                                 ber_number(kInteger, 0), sequence(variable))));
  const auto scoped = sequence(joined(ber(kOctets, BytesView(engine)), ber(kOctets, ""), pdu));
  const auto security = sequence(joined(ber(kOctets, BytesView(engine)),
                                        ber_number(kInteger, boots), ber_number(kInteger, 86400),
                                        ber(kOctets, ""), ber(kOctets, ""), ber(kOctets, "")));
  const auto global =
      sequence(joined(ber_number(kInteger, asked.message_id), ber_number(kInteger, 65507),
                      ber(kOctets, std::string_view("\0", 1)), ber_number(kInteger, 3)));
  return sequence(
      joined(ber_number(kInteger, 3), global, ber(kOctets, BytesView(security)), scoped));
}

}  // namespace

// engine = [enterprise number with the top bit][format 3: MAC address] (RFC 3411 section 5).
DatagramPlayer make_snmp(const Settings& settings, const Seat& seat) {
  ByteWriter engine;
  engine.u32be(0x80000000U | static_cast<std::uint32_t>(settings.number("enterprise", 8072))).u8(3);
  const auto maker = from_hex(settings.text("mac_prefix", "001122"));
  if (!maker) throw BadDescription(settings.where() + ": mac_prefix must be six hex digits");
  engine.bytes(*maker).bytes(BytesView(sha256(as_bytes("engine " + seat.ip))).first(3));
  const Bytes id = std::move(engine).take();
  const auto boots = static_cast<std::uint32_t>(settings.number("boots", 5));
  return [id, boots](BytesView bytes) -> Bytes {
    const auto asked = read_asked(bytes);
    if (!asked.ok || asked.version != 3) return {};
    return report(asked, id, boots);
  };
}

}  // namespace qingdan::practice
