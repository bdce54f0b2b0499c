// ldap — anonymous bind and the root DSE (RFC 4511 sections 4.2, 4.5; RFC 4512 section 5.1).
#include "ber.h"
#include "roles.h"

namespace qingdan::practice {
namespace {

constexpr std::uint8_t kSequence = 0x30, kInteger = 0x02, kText = 0x04, kEnum = 0x0a, kSet = 0x31;
constexpr std::uint8_t kBindRequest = 0x60, kBindResponse = 0x61, kUnbind = 0x42, kSearch = 0x63;
constexpr std::uint8_t kEntry = 0x64, kDone = 0x65;
constexpr std::uint32_t kNoSuchObject = 32;

// "name: value" lines; a name that comes again adds a value.
using Attributes = std::vector<std::pair<std::string, std::vector<std::string>>>;

Bytes attribute(const std::string& name, const std::vector<std::string>& values) {
  Bytes all;
  for (const auto& value : values) all = joined(all, ber(kText, value));
  return ber(kSequence, joined(ber(kText, name), ber(kSet, BytesView(all))));
}

class Ldap final : public Player {
 public:
  explicit Ldap(std::shared_ptr<const Attributes> root) : root_(std::move(root)) {}

  Act on_data(BytesView fresh) override {
    heard_.insert(heard_.end(), fresh.begin(), fresh.end());
    Act act;
    while (heard_.size() >= 2) {
      if (heard_[0] != kSequence) return hang_up();
      ByteReader reader(heard_);
      const auto message = next_element(reader);
      if (!reader.ok()) return heard_.size() > 65536 ? hang_up() : act;
      ByteReader inside(message.content);
      const auto id = next_element(inside);
      const auto request = next_element(inside);
      if (!inside.ok() || request.tag == kUnbind) return {.send = act.send, .close = true};
      const auto answer = answer_to(id.content, request);
      act.send.insert(act.send.end(), answer.begin(), answer.end());
      heard_.erase(heard_.begin(), heard_.begin() + static_cast<std::ptrdiff_t>(reader.position()));
    }
    return act;
  }

 private:
  static Bytes wrapped(BytesView id, const Bytes& operation) {
    return ber(kSequence, BytesView(joined(ber(kInteger, id), operation)));
  }
  static Bytes result(std::uint8_t tag, std::uint32_t code) {
    return ber(tag, BytesView(joined(ber_number(kEnum, code), ber(kText, ""), ber(kText, ""))));
  }

  Bytes answer_to(BytesView id, const Element& request) const {
    if (request.tag == kBindRequest) return wrapped(id, result(kBindResponse, 0));
    if (request.tag != kSearch) return wrapped(id, result(kDone, 2));  // protocolError
    ByteReader reader(request.content);
    const auto base = next_element(reader);
    if (!base.content.empty()) return wrapped(id, result(kDone, kNoSuchObject));
    Bytes attributes;
    for (const auto& [name, values] : *root_)
      attributes = joined(attributes, attribute(name, values));
    const auto entry =
        ber(kEntry, BytesView(joined(ber(kText, ""), ber(kSequence, BytesView(attributes)))));
    return joined(wrapped(id, entry), wrapped(id, result(kDone, 0)));
  }

  std::shared_ptr<const Attributes> root_;
  Bytes heard_;
};

}  // namespace

PlayerMaker make_ldap(const Settings& settings, const Seat&) {
  const auto root = std::make_shared<Attributes>();
  for (const auto& line : settings.list("root")) {
    const auto colon = line.find(": ");
    if (colon == std::string::npos)
      throw BadDescription(settings.where() + ": root line '" + line + "' has no ': '");
    const auto name = line.substr(0, colon);
    if (root->empty() || root->back().first != name)
      root->emplace_back(name, std::vector<std::string>{});
    root->back().second.push_back(line.substr(colon + 2));
  }
  return [root] { return std::make_unique<Ldap>(root); };
}

}  // namespace qingdan::practice
