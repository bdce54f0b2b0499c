// qingdan-city — plays every host of a city in a network namespace from one process, so that a
// sweep or a census of a whole /16 meets real TCP and faithful servers. What is played is the plan
// of plan.h; which packets reach it is decided by the rules of tests/support/netns/city.py.
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <iostream>
#include <map>

#include "desk.h"

namespace qingdan::city {
namespace {

using practice::BadDescription;
using practice::Loop;

constexpr std::string_view kUsage =
    "usage: qingdan-city --plan FILE.json --listen PORT [--log FILE.json] [--max-seconds N]\n"
    "  --listen       where the tproxy rule sends connections\n"
    "  --log          writes what each host received, at the end\n"
    "  --max-seconds  ends by itself after so long (600)\n"
    "says \"ready\"; ends with its standard input, SIGTERM or SIGINT\n";

std::map<std::string, std::string> options_of(int argc, char** argv) {
  std::map<std::string, std::string> options{{"--log", ""}, {"--max-seconds", "600"}};
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    if (name != "--plan" && name != "--listen" && !options.contains(name))
      throw BadDescription("unknown option '" + name + "'");
    if (i + 1 == argc) throw BadDescription(name + " needs a value");
    options[name] = argv[i + 1];
  }
  if (!options.contains("--plan") || !options.contains("--listen"))
    throw BadDescription("--plan and --listen are needed");
  return options;
}

int number(const std::string& name, const std::string& text, int most) {
  const int value = std::atoi(text.c_str());
  if (value < 1 || value > most) throw BadDescription(name + " cannot be '" + text + "'");
  return value;
}

// Standard input that ends, or a signal: whoever started us is done.
class End final : public Loop::Handler {
 public:
  End(Loop& loop, UniqueFd watched, bool is_signal)
      : loop_(loop), watched_(std::move(watched)), is_signal_(is_signal) {
    watch_ = loop_.watch(watched_, EPOLLIN, *this);
  }
  ~End() override { loop_.forget(watched_, watch_); }
  End(const End&) = delete;
  End& operator=(const End&) = delete;
  void on_ready(std::uint32_t) override {
    std::array<char, 256> ignored{};
    if (is_signal_ || read(watched_.get(), ignored.data(), ignored.size()) <= 0) loop_.stop();
  }

 private:
  Loop& loop_;
  UniqueFd watched_;
  bool is_signal_;
  Loop::Id watch_ = 0;
};

UniqueFd ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT}) sigaddset(&set, signal);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  return UniqueFd(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}

void raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int run(int argc, char** argv) {
  auto options = options_of(argc, argv);
  const auto plan = read_plan(options["--plan"]);
  const int port = number("--listen", options["--listen"], 65535);
  const int seconds = number("--max-seconds", options["--max-seconds"], 86400);
  raise_descriptor_limit();
  auto loop = Loop::open();
  if (!loop) throw BadDescription(loop.error().text);
  practice::Ledger ledger;
  Desk desk(**loop, plan, ledger, static_cast<std::uint16_t>(port));
  End by_signal(**loop, ending_signals(), true);
  End by_input(**loop, UniqueFd(dup(STDIN_FILENO)), false);
  (*loop)->after(std::chrono::seconds(seconds), [&] { (*loop)->stop(); });
  std::cout << "ready" << std::endl;
  (*loop)->run();
  if (!options["--log"].empty()) std::ofstream(options["--log"]) << ledger.report().dump(1);
  return 0;
}

}  // namespace
}  // namespace qingdan::city

int main(int argc, char** argv) {
  try {
    if (argc == 2 && std::string_view(argv[1]) == "--help") {
      std::cout << qingdan::city::kUsage;
      return 0;
    }
    return qingdan::city::run(argc, argv);
  } catch (const std::exception& bad) {
    std::cerr << "qingdan-city: " << bad.what() << "\n";
    return 2;
  }
}
