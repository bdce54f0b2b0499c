// vnc — protocol version and security types (RFC 6143 sections 7.1.1, 7.1.2).
#include "roles.h"

namespace qingdan::practice {
namespace {

constexpr std::size_t kVersionBytes = 12;

class Vnc final : public Player {
 public:
  Vnc(std::string version, Bytes types) : version_(std::move(version)), types_(std::move(types)) {}
  Act on_open() override { return say("RFB " + version_ + "\n"); }

  Act on_data(BytesView fresh) override {
    if (listed_) return {};
    heard_ += as_text(fresh);
    if (!heard_.starts_with(std::string("RFB ").substr(0, heard_.size()))) return hang_up();
    if (heard_.size() < kVersionBytes) return {};
    listed_ = true;
    ByteWriter out;
    if (heard_ < "RFB 003.007") {
      out.u32be(types_.front());  // 3.3: the server decides
    } else {
      out.u8(static_cast<std::uint8_t>(types_.size())).bytes(types_);
    }
    return say(std::move(out).take());
  }

 private:
  std::string version_;
  Bytes types_;
  std::string heard_;
  bool listed_ = false;
};

}  // namespace

PlayerMaker make_vnc(const Settings& settings, const Seat&) {
  const auto version = settings.text("rfb", "003.008");
  Bytes types;
  for (const auto& type : settings.list("security"))
    types.push_back(static_cast<std::uint8_t>(std::atoi(type.c_str())));
  if (types.empty()) types = {2};
  return [=] { return std::make_unique<Vnc>(version, types); };
}

}  // namespace qingdan::practice
