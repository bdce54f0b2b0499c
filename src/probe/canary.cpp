// canary — see the header.
#include "qingdan/probe/canary.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "qingdan/base/contract.h"

namespace qingdan::probe {
namespace {

constexpr std::chrono::milliseconds kDrain{300};

// Lines that differ from answer to answer of one and the same server.
bool is_volatile(std::string_view line) {
  constexpr std::array<std::string_view, 5> kNames{
      "date:", "set-cookie:", "etag:", "expires:", "last-modified:"};
  const auto starts = [&](std::string_view name) {
    if (line.size() < name.size()) return false;
    return std::equal(name.begin(), name.end(), line.begin(), [](char a, char b) {
      return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
    });
  };
  return std::any_of(kNames.begin(), kNames.end(), starts);
}

// What was said with everything that counts, dates or numbers folded: two answers of one middlebox
// are of one shape, those of two services are not.
std::string shape(const model::Observation& seen) {
  std::string text = seen.channel + "\n";
  const auto raw = as_text(seen.raw);
  std::size_t at = 0;
  while (at < raw.size()) {
    const auto end = std::min(raw.find('\n', at), raw.size() - 1) + 1;
    const auto line = raw.substr(at, end - at);
    at = end;
    if (is_volatile(line)) continue;
    for (const char c : line) {
      const bool digit = c >= '0' && c <= '9';
      if (!digit) text += c;
      if (digit && text.back() != '#') text += '#';
    }
  }
  return text;
}

std::set<std::string> shapes(const InterviewReport& report) {
  std::set<std::string> all;
  for (const auto& seen : report.observations) {
    // Each hello of a server is random; the certificate says what it is.
    if (seen.channel != model::channel::kTlsAnswer) all.insert(shape(seen));
  }
  return all;
}

}  // namespace

std::uint64_t shape_of(const InterviewReport& report) {
  if (report.observations.empty()) return 0;
  std::uint64_t digest = 0xCBF29CE484222325ULL;  // FNV-1a
  for (const auto& text : shapes(report)) {
    for (const char c : text) {
      digest = (digest ^ static_cast<std::uint8_t>(c)) * 0x100000001B3ULL;
    }
  }
  return digest == 0 ? 1 : digest;
}

std::array<std::uint16_t, 3> choose_canaries(Rng& rng, const net::PortSet& asked) {
  std::vector<std::uint16_t> left;
  for (unsigned port = kCanaryFirst; port <= kCanaryLast; ++port) {
    const auto candidate = static_cast<std::uint16_t>(port);
    if (!asked.contains({net::Transport::tcp, candidate})) left.push_back(candidate);
  }
  // "all" asks the whole band: then any three of it do, as nobody listens there either way.
  if (left.size() < 3) {
    for (unsigned port = kCanaryFirst; port <= kCanaryLast; ++port) {
      left.push_back(static_cast<std::uint16_t>(port));
    }
  }
  std::array<std::uint16_t, 3> chosen{};
  for (auto& port : chosen) {
    const auto index = static_cast<std::ptrdiff_t>(rng.below(left.size()));
    port = left[static_cast<std::size_t>(index)];
    std::erase(left, port);
  }
  return chosen;
}

Awaitable<CanaryFindings> ask_canaries(Pacer& pacer, TlsContext& tls, net::Address ip,
                                       std::array<std::uint16_t, 3> ports,
                                       InterviewSettings settings) {
  CanaryFindings found;
  found.ip = ip;
  std::vector<targets::ApprovedTarget> open;
  for (const auto port : ports) {
    const auto target = pacer.dialer().scope().approve(ip, net::Transport::tcp, port);
    if (!target) break;
    auto leave = co_await pacer.admit(*target);
    if (leave != Leave::granted) {
      found.complete = false;
      co_return found;
    }
    const Deadline by{pacer.now() + settings.dial};
    auto connection = co_await pacer.dialer().dial(*target, by, model::SendKind::conversation);
    ++found.asked;
    ++found.sent;
    if (connection.outcome() == DialOutcome::aborted) found.complete = false;
    if (!connection.connected()) continue;
    ++found.open;
    open.push_back(*target);
    const Deadline drained{pacer.now() + kDrain};
    co_await connection.finish(drained);
  }
  if (!found.suspect()) co_return found;
  for (std::size_t i = 0; i < 2; ++i) {
    Subject subject{open[i], std::chrono::nanoseconds(-1), ""};
    auto report = co_await interview(pacer, tls, std::move(subject), settings);
    found.sent += report.sent;
    found.complete = found.complete && report.complete;
    found.said.push_back(std::move(report));
  }
  const auto first = shapes(found.said[0]);
  const auto second = shapes(found.said[1]);
  found.fabricates = !first.empty() && !second.empty() && first != second;
  co_return found;
}

model::Verdict judge(const InterviewReport& report, const CanaryFindings& canaries) {
  if (!canaries.suspect() || !model::is_open(report.verdict)) return report.verdict;
  if (report.verdict == model::Verdict::tarpit) return report.verdict;
  if (canaries.fabricates || report.observations.empty()) return model::Verdict::suspect_proxy;
  const auto told = shapes(report);
  for (const auto& canary : canaries.said) {
    if (shapes(canary) == told) return model::Verdict::suspect_proxy;
  }
  return report.verdict;
}

}  // namespace qingdan::probe
