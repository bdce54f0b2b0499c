// packet_link — see the header.
#include "probe/packet_link.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

namespace qingdan::probe {

void Bell::ring(const std::shared_ptr<Bell>& bell) {
  if (bell->rung_.exchange(true)) return;
  boost::asio::post(bell->executor_, [bell] {
    // Before the call: what comes during it rings again.
    bell->rung_ = false;
    const auto wake = bell->wake_;  // a copy: it may replace itself
    if (wake) wake();
  });
}

PacketLink::PacketLink(const targets::Scope& scope, bool ethernet, Parts parts)
    : ethernet_(ethernet), parts_(std::move(parts)), guard_(scope, *parts_.gateways) {}

PacketLink::~PacketLink() { parts_.bell->answer_by({}); }

bool PacketLink::permits(std::span<const Outgoing> batch) {
  return std::all_of(batch.begin(), batch.end(),
                     [&](const Outgoing& frame) { return guard_.permits(frame, ethernet_); });
}

void PacketLink::note_left(std::span<const Outgoing> left) { sent_ += left.size(); }

std::size_t PacketLink::send(std::span<const Outgoing> frames) {
  std::size_t done = 0;
  while (done < frames.size() && !guard_.is_closed() && !link_gone_) {
    const auto batch =
        frames.subspan(done, std::min(FrameSender::kBatchMost, frames.size() - done));
    if (!permits(batch)) return 0;
    const auto result = parts_.sender->send(batch);
    note_left(batch.first(result.sent));
    done += result.sent;
    switch (result.outcome) {
      case FrameSender::Outcome::sent:
        break;
      case FrameSender::Outcome::later:
        ++retries_;
        return done;
      case FrameSender::Outcome::never:
        ++failures_;
        ++done;
        break;
      case FrameSender::Outcome::no_link:
        link_gone_ = true;
        return done;
    }
  }
  return done;
}

std::size_t PacketLink::receive(const OnFrame& on_frame, std::size_t most) {
  return inbox_.take(on_frame, ethernet_, most);
}

void PacketLink::on_arrival(std::function<void()> wake) {
  parts_.bell->answer_by(std::move(wake));
  if (!inbox_.empty()) Bell::ring(parts_.bell);
}

LinkCounters PacketLink::counters() const {
  const auto lost = capture_ ? capture_->dropped() : 0;
  return {sent_, retries_, failures_, inbox_.received(), inbox_.dropped() + lost};
}

Result<void> PacketLink::health() const {
  if (const auto breach = guard_.breach(); !breach) return breach;
  if (link_gone_) {
    return Error{ErrorCode::io, "the interface of raw probes is gone or down", "probe: raw link"};
  }
  return capture_ ? capture_->health() : Result<void>{};
}

}  // namespace qingdan::probe
