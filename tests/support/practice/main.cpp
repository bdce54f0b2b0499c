// qingdan-practice — plays a fictitious city's network on 127.66.0.0/16, so that a census has
// something to find whose truth is known to the last byte. See README.md beside this file.
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <optional>

#include "ledger.h"
#include "loop.h"
#include "stage.h"
#include "truth.h"

namespace qingdan::practice {
namespace {

constexpr std::string_view kUsage =
    "usage: qingdan-practice --network FILE.toml [--epoch N] [--truth FILE.json] [--scope "
    "FILE.toml]\n"
    "                        [--log FILE.json] [--ready FILE] [--max-seconds N] [--detached]\n"
    "       qingdan-practice --network FILE.toml --print-ports\n"
    "  --truth      truth of the epoch played, written again at each change; with {epoch} in the\n"
    "               name, one file for each epoch\n"
    "  --scope      writes the scope document that allows a census of this network\n"
    "  --log        writes what each host received, at the end and on 'report'\n"
    "  --ready      a file that appears when all ports are open\n"
    "  --max-seconds  ends by itself after so long (600)\n"
    "  --detached   does not end with standard input\n"
    "lines on standard input: epoch N | report | quit; SIGUSR1 goes on to the next epoch\n";

struct Options {
  std::string network, truth, scope, log, ready;
  int epoch = 1;
  int max_seconds = 600;
  bool print_ports = false, detached = false;
};

int whole_number(const std::string& option, const std::string& text) {
  int value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || value < 1) {
    throw BadDescription(option + " needs a number from 1, not '" + text + "'");
  }
  return value;
}

Options read_options(int argc, char** argv) {
  Options options;
  const std::vector<std::string> words(argv + 1, argv + argc);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    if (word == "--print-ports") {
      options.print_ports = true;
    } else if (word == "--detached") {
      options.detached = true;
    } else if (i + 1 == words.size()) {
      throw BadDescription("unknown option or missing value: '" + word + "'");
    } else if (word == "--epoch") {
      options.epoch = whole_number(word, words[++i]);
    } else if (word == "--max-seconds") {
      options.max_seconds = whole_number(word, words[++i]);
    } else {
      const std::array<std::pair<std::string_view, std::string*>, 5> files{
          {{"--network", &options.network},
           {"--truth", &options.truth},
           {"--scope", &options.scope},
           {"--log", &options.log},
           {"--ready", &options.ready}}};
      const auto* found = std::find_if(files.begin(), files.end(),
                                       [&](const auto& file) { return file.first == word; });
      if (found == files.end()) throw BadDescription("unknown option '" + word + "'");
      *found->second = words[++i];
    }
  }
  if (options.network.empty()) throw BadDescription("--network is missing");
  return options;
}

// Whoever waits for a file must never read half of it.
void write_file(const std::string& path, const std::string& text) {
  const auto draft = path + ".part";
  std::ofstream out(draft, std::ios::binary);
  out << text;
  out.close();
  if (!out || rename(draft.c_str(), path.c_str()) != 0)
    throw BadDescription("cannot write " + path);
}

void raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

class Show final : public Loop::Handler {
 public:
  Show(Options options, Network network, Loop& loop)
      : options_(std::move(options)),
        network_(std::move(network)),
        truth_(network_),
        loop_(loop),
        stage_(loop, network_, ledger_),
        input_(dup(STDIN_FILENO)) {}
  ~Show() override {
    loop_.forget(signals_, signal_watch_);
    loop_.forget(input_, input_watch_);
  }

  void start() {
    catch_signals();
    if (!options_.scope.empty()) write_file(options_.scope, scope_document(network_));
    const auto slot = options_.truth.find("{epoch}");
    for (int epoch = 1; slot != std::string::npos && epoch <= network_.epochs; ++epoch) {
      auto path = options_.truth;
      write_file(path.replace(slot, 7, std::to_string(epoch)), truth_.of(epoch).dump(1));
    }
    go_to(options_.epoch);
    if (!options_.ready.empty()) write_file(options_.ready, "ready\n");
    loop_.after(std::chrono::seconds(options_.max_seconds), [this] {
      std::cerr << "qingdan-practice: --max-seconds is over\n";
      loop_.stop();
    });
    if (!options_.detached) listen_to_input();
  }

  void on_ready(std::uint32_t) override {
    std::array<char, 512> buffer{};
    const auto count = read(input_.get(), buffer.data(), buffer.size());
    if (count <= 0) return loop_.stop();
    heard_.append(buffer.data(), static_cast<std::size_t>(count));
    for (std::size_t end = 0; (end = heard_.find('\n')) != std::string::npos;) {
      const auto line = heard_.substr(0, end);
      heard_.erase(0, end + 1);
      obey(line);
    }
  }

  void report() {
    if (!options_.log.empty()) write_file(options_.log, ledger_.report().dump(1));
  }

 private:
  void catch_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) sigaddset(&set, signal);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    signals_ = UniqueFd(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
    signal_watch_ = loop_.watch(signals_, EPOLLIN, on_signal_);
  }

  // A file of commands is obeyed at once, and its end is the end.
  void listen_to_input() {
    input_watch_ = loop_.watch(input_, EPOLLIN, *this);
    if (input_watch_ == 0)
      loop_.after(std::chrono::milliseconds(0), [this] { read_file_of_commands(); });
  }

  void read_file_of_commands() {
    on_ready(EPOLLIN);
    loop_.after(std::chrono::milliseconds(0), [this] { read_file_of_commands(); });
  }

  void go_to(int epoch) {
    if (epoch < 1 || epoch > network_.epochs) {
      throw BadDescription("there are epochs 1 to " + std::to_string(network_.epochs));
    }
    const auto played = stage_.play(epoch);
    if (!played) throw BadDescription(played.error().text);
    if (!options_.truth.empty() && options_.truth.find("{epoch}") == std::string::npos) {
      write_file(options_.truth, truth_.of(epoch).dump(1));
    }
    std::cout << "epoch " << epoch << " ready" << std::endl;
  }

  void obey(const std::string& line) {
    try {
      if (line.starts_with("epoch ")) {
        go_to(whole_number("epoch", line.substr(6)));
      } else if (line == "report") {
        report();
        std::cout << "report ready" << std::endl;
      } else if (line == "quit") {
        loop_.stop();
      } else if (!line.empty()) {
        std::cout << "unknown: " << line << std::endl;
      }
    } catch (const BadDescription& bad) {
      std::cout << "error: " << bad.what() << std::endl;
    }
  }

  class OnSignal final : public Loop::Handler {
   public:
    explicit OnSignal(Show& show) : show_(show) {}
    void on_ready(std::uint32_t) override {
      signalfd_siginfo info{};
      if (read(show_.signals_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info))
        return;
      if (info.ssi_signo != SIGUSR1) return show_.loop_.stop();
      show_.obey("epoch " + std::to_string(show_.stage_.epoch() + 1));
    }

   private:
    Show& show_;
  };

  Options options_;
  Network network_;
  Truth truth_;
  Loop& loop_;
  Ledger ledger_;
  Stage stage_;
  UniqueFd input_, signals_;
  Loop::Id input_watch_ = 0, signal_watch_ = 0;
  OnSignal on_signal_{*this};
  std::string heard_;
};

int run(int argc, char** argv) {
  auto options = read_options(argc, argv);
  auto network = read_network(options.network);
  if (options.print_ports) {
    std::cout << network.ports << "\n";
    return 0;
  }
  raise_descriptor_limit();
  auto loop = Loop::open();
  if (!loop) throw BadDescription(loop.error().text);
  Show show(std::move(options), std::move(network), **loop);
  show.start();
  (*loop)->run();
  show.report();
  return 0;
}

}  // namespace
}  // namespace qingdan::practice

int main(int argc, char** argv) {
  try {
    if (argc == 2 && std::string_view(argv[1]) == "--help") {
      std::cout << qingdan::practice::kUsage;
      return 0;
    }
    return qingdan::practice::run(argc, argv);
  } catch (const std::exception& bad) {
    std::cerr << "qingdan-practice: " << bad.what() << "\n";
    return 2;
  }
}
