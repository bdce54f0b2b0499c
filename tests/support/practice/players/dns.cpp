// dns — version.bind, id.server in class CHAOS (RFC 4892), and the names of addresses ("192.0.2.1
// www.example"; RFC 1035 section 3.5) where it is told any: of others it says that there is no such
// name. Anything else is refused.
#include <map>

#include "qingdan/base/text.h"
#include "roles.h"

namespace qingdan::practice {
namespace {

constexpr std::uint16_t kInternet = 1, kChaos = 3, kPtr = 12, kTxt = 16;
constexpr std::uint16_t kResponse = 0x8000, kRefused = 5, kNoSuchName = 3, kAuthoritative = 0x0400;
constexpr std::uint16_t kRecursionAvailable = 0x0080;
constexpr std::size_t kHeader = 12;

struct Words {
  std::string version, id;
  std::map<std::string, std::string> pointers;  // "1.2.0.192.in-addr.arpa" -> "www.example"
};

struct Said {
  std::uint16_t code{kRefused};
  Bytes data;  // of one record; empty = none
};

Bytes character_string(std::string_view text) {
  ByteWriter out;
  out.u8(static_cast<std::uint8_t>(text.size())).text(text);
  return std::move(out).take();
}

Bytes labels(std::string_view name) {
  ByteWriter out;
  for (const auto label : split(name, '.')) {
    out.u8(static_cast<std::uint8_t>(label.size())).text(label);
  }
  out.u8(0);
  return std::move(out).take();
}

Said reply(const Words& words, const std::string& name, std::uint16_t type, std::uint16_t klass) {
  if (klass == kChaos && type == kTxt) {
    const bool version = name == "version.bind" || name == "version.server";
    const bool id = name == "id.server" || name == "hostname.bind";
    const auto& text = version ? words.version : id ? words.id : std::string();
    if (!text.empty()) return {kAuthoritative, character_string(text)};
  }
  if (klass == kInternet && type == kPtr && !words.pointers.empty()) {
    const auto found = words.pointers.find(name);
    if (found == words.pointers.end()) return {kRecursionAvailable | kNoSuchName, {}};
    return {kRecursionAvailable, labels(found->second)};
  }
  return {};
}

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
  const auto said = reply(words, name, type, klass);
  ByteWriter out;
  out.u16be(id).u16be(static_cast<std::uint16_t>(kResponse | (flags & 0x0100) | said.code));
  out.u16be(1).u16be(said.data.empty() ? 0 : 1).u16be(0).u16be(0).bytes(question);
  if (!said.data.empty()) {
    out.u16be(0xc00c).u16be(type).u16be(klass).u32be(0);
    out.u16be(static_cast<std::uint16_t>(said.data.size())).bytes(said.data);
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
  Words words{settings.text("version_bind"), settings.text("id_server"), {}};
  for (const auto& line : settings.list("pointers")) {
    const auto parts = split(line, ' ');
    if (parts.size() != 2)
      throw BadDescription(settings.where() + ": pointers: not \"ADDRESS NAME\": " + line);
    std::string name = "in-addr.arpa";
    for (const auto part : split(parts[0], '.')) name = std::string(part) + "." + name;
    words.pointers.emplace(std::move(name), parts[1]);
  }
  return words;
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
