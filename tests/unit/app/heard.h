// heard — a stage's register with bytes in it: services as a census hears them, judged by the
// stage's rules.
#pragma once

#include <string>
#include <vector>

#include "qingdan/identify/identifier.h"
#include "unit/app/stage.h"

namespace qingdan::app::test {

struct Heard {
  std::string ip;
  std::uint16_t port{22};
  std::string_view channel{model::channel::kSsh};
  std::string raw;
  bool kept{true};  // the bytes are in the register too
};

inline std::shared_ptr<const identify::RuleBase> rules_of(const Stage& stage,
                                                          const std::string& directory) {
  return take(identify::RuleBase::open({stage.file(directory)}, ""));
}

// One run over 192.0.2.0/24 that hears these, into the register.
inline Judged hear(Stage& stage, const std::vector<Heard>& all) {
  identify::Identifier identifier(rules_of(stage, "fingerprints"));
  stage.pass_time();
  auto store = stage.open();
  const auto run = take(store.begin_run(registry::test::sample_run()));
  auto coverage = registry::test::sample_coverage();
  for (auto& outcome : coverage.blocks[0].outcomes) outcome = model::HostOutcome::silent;
  for (const auto& one : all) {
    const auto endpoint = at(one.ip, one.port);
    coverage.blocks[0].outcomes[std::stoul(one.ip.substr(one.ip.rfind('.') + 1))] =
        model::HostOutcome::answered;
    model::Observation seen;
    seen.at = endpoint;
    seen.probe = "test";
    seen.channel = one.channel;
    seen.raw = to_bytes(one.raw);
    seen.time = stage.clock().now();
    done(store.add(run, std::vector{model::PortResult{endpoint, model::Verdict::open_verified, 0.5,
                                                      1, stage.clock().now()}}));
    if (one.kept) done(store.add(run, std::vector{seen}));
    done(store.add(run, std::vector{identifier.identify(std::vector{seen})}));
  }
  done(store.record(run, coverage));
  done(store.finish_run(run, model::RunState::finished));
  return take(judge_run(stage.settings(), store, run));
}

}  // namespace qingdan::app::test
