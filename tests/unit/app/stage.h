// stage — what the tests of app stand on: a directory with settings, a few rules and a register,
// and what a command wrote to standard output and standard error.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "app/judgement.h"
#include "qingdan/app/invocation.h"
#include "qingdan/base/handle.h"
#include "unit/registry/fixture.h"

namespace qingdan::app::test {

using registry::test::at;
using registry::test::done;
using registry::test::slurp;
using registry::test::take;
using registry::test::TempDir;

inline void write_file(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

// While it lives, what is written to a descriptor goes to a file.
class Redirected {
 public:
  Redirected(int descriptor, const std::string& path) : descriptor_(descriptor) {
    flush();
    saved_ = UniqueFd(::dup(descriptor));
    const UniqueFd file(::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600));
    REQUIRE(file.get() >= 0);
    REQUIRE(::dup2(file.get(), descriptor) == descriptor);
  }
  Redirected(const Redirected&) = delete;
  Redirected& operator=(const Redirected&) = delete;
  ~Redirected() {
    flush();
    std::cout.clear();  // a full disk is the matter of one test
    std::clearerr(stdout);
    ::dup2(saved_.get(), descriptor_);
  }

 private:
  static void flush() {
    std::cout.flush();
    std::fflush(stdout);
    std::fflush(stderr);
  }
  int descriptor_;
  UniqueFd saved_;
};

struct Said {
  int status{-1};
  std::string out, err;
};

// A rule base of one product and one rule, sound by its own self-test.
inline const std::string kProducts = R"([[product]]
id = "openssh"
vendor = "OpenBSD"
product = "OpenSSH"
category = "远程登录"
protocol = "ssh"
)";
inline const std::string kRules = R"([[rule]]
id = "ssh.openssh"
input = "ssh.banner"
pattern = '^OpenSSH_(?P<version>\d+\.\d+p\d+)'
service = "openssh"
trust = 95
source = "test"
[[rule.accept]]
text = 'OpenSSH_9.2p1 Debian-2'
expect = { service_version = "9.2p1" }
[[rule.reject]]
text = 'dropbear_2022.83'
why = "another product"
)";

// One address of 192.0.2.0/24 with SSH on port 22, as a census would find it.
struct SeenHost {
  std::string ip;
  std::string version{"9.2p1"};
};

class Stage {
 public:
  Stage() {
    write_file(dir_.file("fingerprints/products/test.toml"), kProducts);
    write_file(dir_.file("fingerprints/ssh/rules.toml"), kRules);
    write_file(dir_.file("settings.toml"), "cache = \"" + dir_.file("cache") + "\"\nrules = [\"" +
                                               dir_.file("fingerprints") + "\"]\n");
  }

  [[nodiscard]] std::string file(const std::string& name) const { return dir_.file(name); }
  [[nodiscard]] std::string path() const { return dir_.file("r.db"); }

  [[nodiscard]] Settings settings() const {
    Settings made;
    made.register_path = path();
    made.rule_directories = {dir_.file("fingerprints")};
    return made;
  }

  [[nodiscard]] Invocation invocation(Command command) const {
    Invocation made;
    made.register_path = path();
    made.config = file("settings.toml");
    made.command = std::move(command);
    return made;
  }
  [[nodiscard]] Said run(const Invocation& invocation) const {
    return said([&] { return app::run(invocation); });
  }
  [[nodiscard]] Said run(Command command) const { return run(invocation(std::move(command))); }
  [[nodiscard]] Said said(const std::function<int()>& act) const {
    Said said;
    {
      const Redirected out(STDOUT_FILENO, file("out"));
      const Redirected err(STDERR_FILENO, file("err"));
      said.status = act();
    }
    said.out = slurp(file("out"));
    said.err = slurp(file("err"));
    return said;
  }

  [[nodiscard]] registry::Store open() { return take(registry::Store::open(path(), clock_, rng_)); }

  // A run over 192.0.2.0/24 that ended; not judged yet.
  model::RunId observe(registry::Store& store, const std::vector<SeenHost>& hosts) {
    pass_time();
    const auto run = take(store.begin_run(registry::test::sample_run()));
    auto coverage = registry::test::sample_coverage();
    for (auto& outcome : coverage.blocks[0].outcomes) outcome = model::HostOutcome::silent;
    for (const auto& host : hosts) {
      const auto ssh = at(host.ip, 22);
      coverage.blocks[0].outcomes[host_number(host.ip)] = model::HostOutcome::answered;
      const model::PortResult open{ssh, model::Verdict::open_verified, 0.5, 1, clock_.now()};
      done(store.add(run, std::vector{open}));
      model::Finding finding;
      finding.at = ssh;
      auto claim = registry::test::claim(model::field::kProduct,
                                         registry::test::product("OpenSSH", host.version), run);
      claim.source.clear();  // the store writes whose claim it is
      claim.asserted_at = clock_.now();
      finding.service_claims = {claim};
      done(store.add(run, std::vector{finding}));
    }
    done(store.record(run, coverage));
    done(store.finish_run(run, model::RunState::finished));
    return run;
  }
  // The same, judged, and the register closed again.
  Judged census(const std::vector<SeenHost>& hosts) {
    auto store = open();
    return take(judge_run(settings(), store, observe(store, hosts)));
  }

  [[nodiscard]] const VirtualClock& clock() const { return clock_; }
  // Between two runs.
  void pass_time() { clock_.advance(std::chrono::seconds(10)); }

 private:
  static std::size_t host_number(const std::string& ip) {
    return static_cast<std::size_t>(std::stoul(ip.substr(ip.rfind('.') + 1)));
  }

  TempDir dir_;
  // An hour ago by the machine's clock, which the commands read.
  VirtualClock clock_{SystemClock().now() + std::chrono::hours(-1)};
  Rng rng_{7};
};

inline std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}
inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace qingdan::app::test
