// tlcp — the first flight of a server of TLCP (GB/T 38636-2020 §6.4.5): hello, the certificates for
// signing and for encrypting, its key exchange, its end; to hellos of TLS an alert. Nobody gets
// further, as nobody here can.
#include <algorithm>

#include "../certificates.h"
#include "roles.h"

namespace qingdan::practice {
namespace {

constexpr std::uint8_t kAlert = 21, kHandshake = 22;
constexpr std::uint16_t kTlcp = 0x0101;          // §6.3.3.2
constexpr std::uint16_t kEccSm4CbcSm3 = 0xE013;  // table 2
constexpr std::uint8_t kProtocolVersion = 70, kHandshakeFailure = 40;

Bytes record(std::uint8_t type, BytesView body) {
  ByteWriter out;
  out.u8(type).u16be(kTlcp).u16be(static_cast<std::uint16_t>(body.size())).bytes(body);
  return std::move(out).take();
}

Bytes message(std::uint8_t type, BytesView body) {
  ByteWriter out;
  out.u8(type).u24be(static_cast<std::uint32_t>(body.size())).bytes(body);
  return std::move(out).take();
}

class Tlcp final : public Player {
 public:
  Tlcp(const std::vector<Bytes>& certificates, std::string seed)
      : certificates_(certificates), seed_(std::move(seed)) {}

  Act on_data(BytesView fresh) override {
    heard_.insert(heard_.end(), fresh.begin(), fresh.end());
    if (heard_.size() < 5) return {};
    if (heard_[0] == kAlert) return hang_up();
    const std::size_t length = static_cast<std::size_t>(heard_[3]) << 8 | heard_[4];
    if (heard_[0] != kHandshake || length > 4096) return hang_up();
    if (heard_.size() < 5 + length) return {};
    if (answered_) {
      heard_.erase(heard_.begin(), heard_.begin() + static_cast<std::ptrdiff_t>(5 + length));
      return {};
    }
    if (heard_[1] != 1 || heard_[2] != 1) return refuse(kProtocolVersion);
    if (!offers_our_suite(length)) return refuse(kHandshakeFailure);
    answered_ = true;
    heard_.clear();
    return say(flight());
  }

 private:
  static Act refuse(std::uint8_t why) {
    const Bytes body{2, why};
    return {.send = record(kAlert, body), .close = true};
  }

  bool offers_our_suite(std::size_t length) const {
    ByteReader reader(BytesView(heard_).subspan(5, length));
    const auto type = reader.u8();
    reader.skip(3 + 2 + 32);
    reader.skip(reader.u8());
    ByteReader suites(reader.take(reader.u16be()));
    while (type == 1 && suites.remaining() >= 2) {
      if (suites.u16be() == kEccSm4CbcSm3) return true;
    }
    return false;
  }

  Bytes flight() const {
    const auto random = sha256(as_bytes("hello " + seed_)), session = sha256(as_bytes(seed_));
    ByteWriter hello;
    hello.u16be(kTlcp).bytes(random).u8(32).bytes(session).u16be(kEccSm4CbcSm3).u8(0);
    ByteWriter list;
    for (const auto& der : certificates_) {
      list.u24be(static_cast<std::uint32_t>(der.size())).bytes(der);
    }
    ByteWriter chain;
    chain.u24be(static_cast<std::uint32_t>(list.size())).bytes(list.view());
    // An SM2 signature, r and s as DER (GB/T 35276 §7.3); no client here verifies it.
    ByteWriter exchange;
    exchange.u16be(70).u8(0x30).u8(68).u8(2).u8(32).u8(0x11).bytes(BytesView(random).first(31));
    exchange.u8(2).u8(32).u8(0x22).bytes(BytesView(session).first(31));
    Bytes out;
    for (const auto& part : {message(2, hello.view()), message(11, chain.view()),
                             message(12, exchange.view()), message(14, {})}) {
      const auto bytes = record(kHandshake, part);
      out.insert(out.end(), bytes.begin(), bytes.end());
    }
    return out;
  }

  const std::vector<Bytes>& certificates_;  // owned by the maker, which outlives its players
  std::string seed_;
  Bytes heard_;
  bool answered_ = false;
};

}  // namespace

PlayerMaker make_tlcp(const Settings& settings, const Seat& seat) {
  const auto place = seat.ip + " " + std::to_string(seat.port);
  const auto pair = std::make_shared<const std::vector<Bytes>>(
      make_tlcp_chain(certificate_spec(settings, place)));
  return [pair, place] { return std::make_unique<Tlcp>(*pair, place); };
}

}  // namespace qingdan::practice
