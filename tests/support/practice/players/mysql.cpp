// mysql — the initial handshake V10 and what follows a login without password; MySQL, MariaDB and
// their kin differ in version text, plugin and character set (MySQL Internals, Connection Phase).
#include "../certificates.h"
#include "roles.h"

namespace qingdan::practice {
namespace {

// Capability flags of a server of our days, without CLIENT_SSL (0x0800).
constexpr std::uint32_t kCapabilities = 0xdfffffff & ~0x0800U;
constexpr std::uint32_t kMariaDbCapabilities = 0x81bff7feU;

struct Words {
  std::string version, plugin, denies, user_denied;
  std::uint8_t charset;
  bool mariadb;
  std::string seed;
};

Bytes packet(std::uint8_t sequence, BytesView payload) {
  ByteWriter out;
  out.u24le(static_cast<std::uint32_t>(payload.size())).u8(sequence).bytes(payload);
  return std::move(out).take();
}

class Mysql final : public Player {
 public:
  Mysql(Words words, std::uint32_t thread) : words_(std::move(words)), thread_(thread) {}

  Act on_open() override {
    if (!words_.denies.empty()) {
      // Before the handshake there is no SQL state in an error packet.
      ByteWriter error;
      error.u8(0xff).u16le(1130).text(words_.denies);
      return {.send = packet(0, error.view()), .close = true};
    }
    return say(handshake());
  }

  Act on_data(BytesView fresh) override {
    heard_.insert(heard_.end(), fresh.begin(), fresh.end());
    if (heard_.size() < 4) return {};
    ByteReader reader(heard_);
    const auto length = reader.u24le();
    const auto sequence = reader.u8();
    ByteWriter error;
    if (sequence != 1 || length < 32 || length > 4096) {
      error.u8(0xff).u16le(1156).text("#08S01Got packets out of order");
      return {.send = packet(2, error.view()), .close = true};
    }
    if (heard_.size() < 4 + length) return {};
    error.u8(0xff).u16le(1045).text("#28000" + words_.user_denied);
    return {.send = packet(2, error.view()), .close = true};
  }

 private:
  Bytes handshake() const {
    auto salt = sha256(as_bytes(words_.seed + std::to_string(thread_)));
    for (auto& byte : salt)
      byte = static_cast<std::uint8_t>(0x21 + byte % 0x5d);  // printable, no zero
    const auto capabilities = words_.mariadb ? kMariaDbCapabilities & ~0x0800U : kCapabilities;
    ByteWriter out;
    out.u8(10).text(words_.version).u8(0).u32le(thread_);
    out.bytes(BytesView(salt).first(8)).u8(0);
    out.u16le(static_cast<std::uint16_t>(capabilities)).u8(words_.charset).u16le(2);
    out.u16le(static_cast<std::uint16_t>(capabilities >> 16)).u8(21);
    // MariaDB keeps its extended capabilities in the last four of the reserved bytes.
    out.fill(6).u32le(words_.mariadb ? 0x0000001fU : 0);
    out.bytes(BytesView(salt).subspan(8, 12)).u8(0).text(words_.plugin).u8(0);
    return packet(0, out.view());
  }

  Words words_;
  std::uint32_t thread_;
  Bytes heard_;
};

}  // namespace

PlayerMaker make_mysql(const Settings& settings, const Seat& seat) {
  const Words words{settings.text("version_text"),
                    settings.text("plugin", "mysql_native_password"),
                    settings.text("denies"),
                    "Access denied for user ''@'127.0.0.1' (using password: NO)",
                    static_cast<std::uint8_t>(settings.number("charset_id", 255)),
                    settings.flag("mariadb"),
                    seat.ip};
  const auto threads =
      std::make_shared<std::uint32_t>(static_cast<std::uint32_t>(settings.number("thread", 30)));
  return [words, threads] { return std::make_unique<Mysql>(words, ++*threads); };
}

}  // namespace qingdan::practice
