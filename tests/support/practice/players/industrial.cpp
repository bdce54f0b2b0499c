// industrial — controllers with few connection slots: Modbus device identification, and the COTP
// confirm in front of S7 (Modbus application protocol 6.21; RFC 1006, RFC 905).
#include "roles.h"

namespace qingdan::practice {
namespace {

class Modbus final : public Player {
 public:
  explicit Modbus(std::vector<std::string> objects) : objects_(std::move(objects)) {}

  Act on_data(BytesView fresh) override {
    ByteReader reader(fresh);
    const auto transaction = reader.u16be();
    const auto protocol = reader.u16be();
    reader.skip(2);
    const auto unit = reader.u8();
    const auto function = reader.u8();
    if (!reader || protocol != 0) return hang_up();
    constexpr std::uint8_t kDeviceIdentification = 0x2b;
    ByteWriter pdu;
    if (function == kDeviceIdentification) {
      pdu.u8(function).u8(0x0e).u8(1).u8(1).u8(0).u8(0).u8(
          static_cast<std::uint8_t>(objects_.size()));
      for (std::size_t i = 0; i < objects_.size(); ++i) {
        pdu.u8(static_cast<std::uint8_t>(i))
            .u8(static_cast<std::uint8_t>(objects_[i].size()))
            .text(objects_[i]);
      }
    } else {
      pdu.u8(static_cast<std::uint8_t>(function | 0x80)).u8(1);  // illegal function
    }
    ByteWriter out;
    out.u16be(transaction)
        .u16be(0)
        .u16be(static_cast<std::uint16_t>(pdu.size() + 1))
        .u8(unit)
        .bytes(pdu.view());
    return say(std::move(out).take());
  }

 private:
  std::vector<std::string> objects_;  // vendor, product code, revision
};

class IsoTsap final : public Player {
 public:
  Act on_data(BytesView fresh) override {
    constexpr std::uint8_t kTpktVersion = 3, kConnectionRequest = 0xe0;
    if (fresh.size() < 11 || fresh[0] != kTpktVersion || fresh[5] != kConnectionRequest)
      return hang_up();
    ByteWriter out;
    out.u8(kTpktVersion)
        .u8(0)
        .u16be(11)
        .u8(6)
        .u8(0xd0)
        .bytes(fresh.subspan(8, 2))
        .u16be(0x0044)
        .u8(0);
    return say(std::move(out).take());
  }
};

}  // namespace

PlayerMaker make_modbus(const Settings& settings, const Seat&) {
  const auto objects = settings.list("objects");
  return [objects] { return std::make_unique<Modbus>(objects); };
}

PlayerMaker make_iso_tsap(const Settings&, const Seat&) {
  return [] { return std::make_unique<IsoTsap>(); };
}

}  // namespace qingdan::practice
