// syn_looks — see the header.
#include "app/syn_looks.h"

#include <limits>

namespace qingdan::app {
namespace {

constexpr std::string_view kProbe = "syn";
// No conversation has so many exchanges; the same in every run, so that what is heard again is not
// kept twice.
constexpr auto kExchange = std::numeric_limits<std::uint32_t>::max();

}  // namespace

void SynLooks::keep(const model::PortResult& result) {
  if (!result.look.empty()) looks_[result.at] = {result.look, result.time};
}

void SynLooks::hand_over(probe::InterviewReport& report, bool plain) {
  const auto seen = looks_.extract(report.at);
  if (seen.empty() || !plain || report.observations.empty()) return;
  const auto& [text, time] = seen.mapped();
  model::Observation look;
  look.at = report.at;
  look.probe = kProbe;
  look.channel = model::channel::kSynAck;
  look.exchange = kExchange;
  look.raw.assign(text.begin(), text.end());
  look.time = time;
  report.observations.push_back(std::move(look));
}

}  // namespace qingdan::app
