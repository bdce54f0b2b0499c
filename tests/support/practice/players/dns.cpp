// dns — version.bind, id.server in class CHAOS; anything else is refused (RFC 1035 section 4,
// RFC 4892).
#include "qingdan/base/text.h"
#include "roles.h"

namespace qingdan::practice {
namespace {

constexpr std::uint16_t kChaos = 3, kTxt = 16;
constexpr std::uint16_t kResponse = 0x8000, kRefused = 5, kAuthoritative = 0x0400;
constexpr std::size_t kHeader = 12;

struct Words {
  std::string version, id;
};

std::string read_name(ByteReader& reader) {
  std::string name;
  for (std::size_t size = reader.u8(); reader && size != 0 && size < 64; size = reader.u8()) {
    name += (name.empty() ? "" : ".") + to_lower_ascii(as_text(reader.take(size)));
  }
  return name;
}

Bytes answer_to(const Words& words, BytesView asked) {
  ByteReader reader(asked);
  const auto id = reader.u16be();
  const auto flags = reader.u16be();
  const auto questions = reader.u16be();
  reader.skip(6);
  const auto name = read_name(reader);
  const auto type = reader.u16be();
  const auto klass = reader.u16be();
  if (!reader || questions != 1 || (flags & kResponse) != 0) return {};
  const auto question = asked.subspan(kHeader, reader.position() - kHeader);
  std::string text;
  if (klass == kChaos && type == kTxt) {
    if (name == "version.bind" || name == "version.server") text = words.version;
    if (name == "id.server" || name == "hostname.bind") text = words.id;
  }
  ByteWriter out;
  const auto code = static_cast<std::uint16_t>(text.empty() ? kRefused : kAuthoritative);
  out.u16be(id).u16be(static_cast<std::uint16_t>(kResponse | (flags & 0x0100) | code));
  out.u16be(1).u16be(text.empty() ? 0 : 1).u16be(0).u16be(0).bytes(question);
  if (!text.empty()) {
    out.u16be(0xc00c).u16be(kTxt).u16be(kChaos).u32be(0);
    out.u16be(static_cast<std::uint16_t>(text.size() + 1))
        .u8(static_cast<std::uint8_t>(text.size()))
        .text(text);
  }
  return std::move(out).take();
}

class Dns final : public Player {
 public:
  explicit Dns(Words words) : words_(std::move(words)) {}
  Act on_data(BytesView fresh) override {
    heard_.insert(heard_.end(), fresh.begin(), fresh.end());
    Act act;
    while (heard_.size() >= 2) {
      const auto length = static_cast<std::size_t>(heard_[0] << 8 | heard_[1]);  // RFC 1035 4.2.2
      if (heard_.size() < 2 + length) break;
      const auto answer = answer_to(words_, BytesView(heard_).subspan(2, length));
      if (answer.empty()) return hang_up();
      ByteWriter out;
      out.u16be(static_cast<std::uint16_t>(answer.size())).bytes(answer);
      act.send.insert(act.send.end(), out.view().begin(), out.view().end());
      heard_.erase(heard_.begin(), heard_.begin() + static_cast<std::ptrdiff_t>(2 + length));
    }
    return act;
  }

 private:
  Words words_;
  Bytes heard_;
};

Words read_words(const Settings& settings) {
  return {settings.text("version_bind"), settings.text("id_server")};
}

}  // namespace

PlayerMaker make_dns(const Settings& settings, const Seat&) {
  const auto words = read_words(settings);
  return [words] { return std::make_unique<Dns>(words); };
}

DatagramPlayer make_dns_datagram(const Settings& settings, const Seat&) {
  const auto words = read_words(settings);
  return [words](BytesView asked) { return answer_to(words, asked); };
}

}  // namespace qingdan::practice
