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
  const bool all = std::all_of(batch.begin(), batch.end(), [&](const Outgoing& frame) {
    return guard_.permits(frame, ethernet_);
  });
  if (!all) abandon();
  return all;
}

bool PacketLink::push(FrameSender& sender, std::span<const Outgoing> batch, std::size_t& done) {
  const auto result = sender.send(batch);
  sent_ += result.sent;
  done += result.sent;
  switch (result.outcome) {
    case FrameSender::Outcome::sent:
      return true;
    case FrameSender::Outcome::later:
      ++retries_;
      return false;
    case FrameSender::Outcome::never:
      ++failures_;
      ++done;
      return true;
    case FrameSender::Outcome::no_link:
      link_gone_ = true;
      return false;
  }
  return false;
}

std::size_t PacketLink::send(std::span<const Outgoing> frames) {
  std::size_t done = 0;
  while (done < frames.size() && !is_shut()) {
    const auto batch =
        frames.subspan(done, std::min(FrameSender::kBatchMost, frames.size() - done));
    if (!permits(batch)) return 0;
    if (!push(*parts_.sender, batch, done)) break;
  }
  return done;
}

// Asked for once: what could not be opened now cannot be opened for the next frame either.
void PacketLink::open_lane() {
  if (!parts_.open_pair) return;
  auto pair = std::exchange(parts_.open_pair, nullptr)();
  if (!pair) return;
  beside_lane_ = std::move(pair->owners);
  lane_ = std::make_unique<SendingLane>(std::move(pair->lanes));
}

std::size_t PacketLink::post(std::span<const Outgoing> frames) {
  if (!lane_) open_lane();
  if (!lane_) return send(frames);
  std::size_t done = 0;
  while (done < frames.size() && !is_shut()) {
    const auto batch =
        frames.subspan(done, std::min(FrameSender::kBatchMost, frames.size() - done));
    if (!permits(batch)) return 0;
    if (lane_->offer(batch)) {
      done += batch.size();
    } else if (!push(*beside_lane_, batch, done)) {
      break;
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
  LinkCounters sum{sent_, retries_, failures_, inbox_.received(), inbox_.dropped() + lost};
  if (lane_) {
    sum.sent += lane_->sent();
    sum.send_retries += lane_->retries();
    sum.send_failures += lane_->failures();
  }
  return sum;
}

Result<void> PacketLink::health() const {
  if (const auto breach = guard_.breach(); !breach) return breach;
  if (is_shut()) {
    return Error{ErrorCode::io, "the interface of raw probes is gone or down", "probe: raw link"};
  }
  return capture_ ? capture_->health() : Result<void>{};
}

}  // namespace qingdan::probe
