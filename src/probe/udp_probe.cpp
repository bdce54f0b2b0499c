// udp_probe — see the header. Never an empty or generic datagram: a port without a conversation of
// its own is not asked, as stray payloads have ended services (lesson 12).
#include "udp_probe.h"

#include <algorithm>

#include "qingdan/base/contract.h"
#include "qingdan/probe/table.h"
#include "setting.h"

namespace qingdan::probe {
namespace {

void keep(UdpFindings& findings, const ConversationEntry& entry,
          const targets::ApprovedTarget& target, Conversation& conversation, UnixMillis time) {
  for (auto& heard : conversation.take()) {
    model::Observation seen;
    seen.at = target.endpoint();
    seen.probe = entry.name;
    seen.channel = std::move(heard.channel);
    seen.exchange = 1;
    seen.truncated = heard.truncated;
    seen.raw = std::move(heard.raw);
    seen.time = time;
    findings.observations.push_back(std::move(seen));
  }
}

End end_of(DatagramOutcome outcome) {
  return outcome == DatagramOutcome::timeout ? End::silence : End::closed;
}

}  // namespace

Awaitable<UdpFindings> probe_udp(Pacer& pacer, targets::ApprovedTarget target,
                                 std::chrono::nanoseconds patience, int attempt) {
  UdpFindings findings;
  const auto* chosen = datagram_entry(target.port(), target.ot_readonly());
  QD_EXPECTS(chosen != nullptr);
  const auto& entry = *chosen;
  auto setting = make_setting(target, "", false);
  setting.attempt = attempt;
  auto conversation = entry.make(setting);
  patience = std::max<std::chrono::nanoseconds>(patience, entry.limits.silence);
  const auto begun = pacer.now();
  const auto session = begun + entry.limits.session;
  auto exchange = pacer.dialer().open_udp(target, entry.answers_from);
  auto step = conversation->on_open();
  findings.outcome = exchange.send(step.send);
  if (findings.outcome != DatagramOutcome::bytes) co_return findings;

  findings.outcome = DatagramOutcome::timeout;
  bool heard = false;
  while (!step.finished) {
    const Deadline by{std::min(pacer.now() + patience, session)};
    auto datagram = co_await exchange.receive(by);
    if (datagram.outcome != DatagramOutcome::bytes) {
      if (!heard) findings.outcome = datagram.outcome;
      conversation->on_end(end_of(datagram.outcome));
      break;
    }
    if (!heard) findings.rtt = pacer.now() - begun;
    heard = true;
    findings.outcome = DatagramOutcome::bytes;
    step = conversation->on_received(datagram.bytes);
    if (step.send.empty()) continue;
    auto leave = co_await pacer.admit(target);
    if (leave != Leave::granted) break;
    ++findings.further_sends;
    if (exchange.send(step.send) != DatagramOutcome::bytes) break;
  }
  if (heard) keep(findings, entry, target, *conversation, pacer.dialer().clock().now());
  co_return findings;
}

}  // namespace qingdan::probe
