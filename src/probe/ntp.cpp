// ntp — asks for the time (48 bytes for 48 bytes), and only of a server that answered for its
// system variables (mode 6, 12 bytes), which name version, processor and operating system. Most
// servers refuse or ignore the second; the first is kept then. Mode 7 (monlist) is never sent.
#include "probe/conversations.h"
#include "probe/cookie.h"
#include "qingdan/model/observation.h"
#include "qingdan/net/frames.h"
#include "qingdan/net/ntp_wire.h"

namespace qingdan::probe {

namespace {

constexpr std::size_t kFragmentsMax = 16;

class Ntp final : public Conversation {
 public:
  explicit Ntp(const Setting& setting)
      : cookie_(cookie_of(setting)), sequence_(static_cast<std::uint16_t>(cookie_)) {}

  Step on_open() override { return {net::build_ntp_client_request(cookie_), false, false}; }

  Step on_received(BytesView datagram) override {
    if (!asked_variables_) return on_time(datagram);
    const auto control = net::parse_ntp_control(datagram);
    if (!control || !control->response || control->sequence != sequence_) return {};
    net::append_message(framed_, datagram);
    fragments_.push_back(*control);
    complete_ = control->error || net::join_ntp_control(fragments_).has_value();
    return {{}, complete_ || fragments_.size() == kFragmentsMax, false};
  }

  std::vector<Heard> take() override {
    if (framed_.empty() && stray_.empty()) return {};
    if (framed_.empty()) {
      return {{std::string(model::channel::kUnknown), std::move(stray_), false}};
    }
    const bool cut = !fragments_.empty() && !complete_;
    return {{std::string(model::channel::kNtp), std::move(framed_), cut}};
  }

 private:
  Step on_time(BytesView datagram) {
    const auto time = net::parse_ntp_time(datagram);
    if (!time) stray_.assign(datagram.begin(), datagram.end());
    if (!time || answers_ == kFragmentsMax) return {};
    ++answers_;
    net::append_message(framed_, datagram);
    // A time that does not answer ours is kept, for it says who is there, but earns no second
    // question.
    if (time->origin != cookie_) return {};
    asked_variables_ = true;
    return {net::build_ntp_read_variables(sequence_), false, false};
  }

  std::uint64_t cookie_;
  std::uint16_t sequence_;
  Bytes framed_;
  Bytes stray_;
  std::size_t answers_ = 0;
  std::vector<net::NtpControl> fragments_;
  bool asked_variables_ = false;
  bool complete_ = false;
};

}  // namespace

std::unique_ptr<Conversation> make_ntp(const Setting& setting) {
  return std::make_unique<Ntp>(setting);
}

}  // namespace qingdan::probe
