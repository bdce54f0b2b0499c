// sweeps — what a sweep is given and gives: a plain source, and a sink that remembers everything.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "qingdan/probe/sweep.h"

namespace qingdan::test {

// Every port of every address, hosts interleaved.
class Grid final : public probe::TargetSource {
 public:
  Grid(const targets::Scope& scope, std::string_view ports)
      : scope_(scope), ports_(net::parse_ports(ports).value()) {}
  std::uint64_t size() const override { return scope_.address_count() * ports_.size(); }
  std::optional<targets::ApprovedTarget> at(std::uint64_t position) const override {
    const auto address = scope_.address_at(position % scope_.address_count());
    const auto& port = ports_.order()[position / scope_.address_count()];
    return scope_.approve(address, port.transport, port.port);
  }
  std::optional<std::uint64_t> position_of(const net::Address& ip,
                                           net::TransportPort port) const override {
    const auto& order = ports_.order();
    const auto index = std::find(order.begin(), order.end(), port);
    const auto address = scope_.index_of(ip);
    if (index == order.end() || !address) return std::nullopt;
    return static_cast<std::uint64_t>(index - order.begin()) * scope_.address_count() + *address;
  }

 private:
  const targets::Scope& scope_;
  net::PortSet ports_;
};

struct Found final : probe::SweepSink {
  void on_port(const targets::ApprovedTarget&, const model::PortResult& result) override {
    const bool first = verdicts.emplace(result.at, result.verdict).second;
    if (!first) ++twice;
    results.push_back(result);
    if (on_result) on_result();
  }
  void on_observations(std::vector<model::Observation> seen) override {
    for (auto& one : seen) observations.push_back(std::move(one));
  }
  std::size_t count(model::Verdict verdict) const {
    return static_cast<std::size_t>(
        std::count_if(results.begin(), results.end(),
                      [&](const auto& result) { return result.verdict == verdict; }));
  }
  std::map<model::Endpoint, model::Verdict> verdicts;
  std::vector<model::PortResult> results;
  std::vector<model::Observation> observations;
  std::function<void()> on_result;
  int twice{0};
};

}  // namespace qingdan::test
