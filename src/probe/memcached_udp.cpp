// memcached_udp — "version" in one datagram, as over TCP. Nothing is asked that answers with more
// than a line: the protocol's large answers over UDP have served floods.
#include "probe/conversations.h"
#include "probe/cookie.h"
#include "probe/datagrams.h"
#include "qingdan/net/memcached_wire.h"

namespace qingdan::probe {

namespace {

// The frame's header is ours and tells nothing: what is kept is the line, as over TCP.
class MemcachedDatagram final : public Conversation {
 public:
  explicit MemcachedDatagram(std::uint16_t request) : request_(request) {}

  Step on_open() override { return {net::build_memcached_version_udp(request_), false, false}; }

  Step on_received(BytesView datagram) override {
    const auto line = net::find_memcached_udp(datagram, request_);
    if (line && net::parse_memcached_reply(*line)) {
      line_.assign(line->begin(), line->end());
      return {{}, true, false};
    }
    stray_.assign(datagram.begin(), datagram.end());
    return {{}, ++strays_ == kStraysMost, false};
  }

  std::vector<Heard> take() override {
    if (!line_.empty()) return {{std::string(model::channel::kMemcached), std::move(line_), false}};
    if (stray_.empty()) return {};
    return {{std::string(model::channel::kUnknown), std::move(stray_), false}};
  }

 private:
  static constexpr int kStraysMost = 16;
  std::uint16_t request_;
  Bytes line_;
  Bytes stray_;
  int strays_ = 0;
};

}  // namespace

std::unique_ptr<Conversation> make_memcached_udp(const Setting& setting) {
  return std::make_unique<MemcachedDatagram>(static_cast<std::uint16_t>(cookie_of(setting)));
}

}  // namespace qingdan::probe
