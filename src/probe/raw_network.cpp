// raw_network — the machine's own network for raw probes.
#include <netinet/in.h>
#include <sys/socket.h>

#include <utility>

#include "probe/packet_link.h"
#include "probe/ways.h"
#include "qingdan/base/contract.h"
#include "qingdan/base/handle.h"

namespace qingdan::probe {
namespace {

class MachineNetwork final : public RawNetwork {
 public:
  MachineNetwork(Executor executor, const Clock& clock, const targets::Scope& scope)
      : executor_(std::move(executor)), clock_(clock), scope_(scope), ways_(clock) {}

  Result<Way> find_way(const net::Address& ip) override {
    auto way = ways_.find(ip);
    if (way && !way->on_link) gateways_->insert(way->next_hop);
    return way;
  }

  Result<std::unique_ptr<RawLink>> open_link(const Way& way, std::uint16_t first_port,
                                             std::uint16_t last_port) override {
    QD_EXPECTS(first_port <= last_port);
    auto sender = open_frame_sender(way);
    if (!sender) return sender.error();
    auto bell = std::make_shared<Bell>(executor_);
    auto link = std::make_unique<PacketLink>(
        scope_, way.ethernet, PacketLink::Parts{*std::move(sender), gateways_, bell, [way] {
                                                  return open_sender_pair(way);
                                                }});
    auto capture = open_capture({way.interface, {first_port, last_port}, way.ethernet}, clock_,
                                link->inbox(), [bell] { Bell::ring(bell); });
    if (!capture) return capture.error();
    link->hear(*std::move(capture));
    return std::unique_ptr<RawLink>(std::move(link));
  }

 private:
  Executor executor_;
  const Clock& clock_;
  const targets::Scope& scope_;
  Ways ways_;
  std::shared_ptr<Gateways> gateways_ = std::make_shared<Gateways>();
};

}  // namespace

std::unique_ptr<RawNetwork> make_raw_network(Executor executor, const Clock& clock,
                                             const targets::Scope& scope) {
  return std::make_unique<MachineNetwork>(std::move(executor), clock, scope);
}

// Asked by trying: capabilities alone do not say which network namespace they hold in.
bool can_send_raw() {
  return static_cast<bool>(UniqueFd(::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW)));
}

}  // namespace qingdan::probe
