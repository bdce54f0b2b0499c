// redis — RESP and inline commands: PING, INFO, AUTH wanted, protected mode (Redis protocol spec).
#include "lines.h"
#include "roles.h"

namespace qingdan::practice {
namespace {

struct Words {
  std::string version, os, mode;
  std::string guard;  // "" "auth" "protected"
};

class Redis final : public LinePlayer {
 public:
  explicit Redis(Words words) : words_(std::move(words)) {}

  Act on_open() override {
    if (words_.guard != "protected") return {};
    return hang_up(
        "-DENIED Redis is running in protected mode because protected mode is enabled and no "
        "password "
        "is set for the default user. In this mode connections are only accepted from the loopback "
        "interface.\r\n");
  }

 protected:
  // An array of bulk strings comes as lines too: "*1", "$4", "INFO".
  Act on_line(const std::string& line) override {
    if (line.empty()) return {};
    if (line[0] == '*') {
      awaited_ = std::atoi(line.c_str() + 1);
      words_heard_.clear();
      return {};
    }
    if (awaited_ > 0 && line[0] == '$') return {};
    if (awaited_ > 0) {
      words_heard_.push_back(line);
      if (--awaited_ > 0) return {};
      return command();
    }
    words_heard_.clear();
    for (const auto word : split(line, ' ')) words_heard_.emplace_back(word);
    return command();
  }

 private:
  Act command() {
    const auto verb = verb_of(words_heard_.front());
    if (verb == "POST" || verb == "HOST:") return hang_up();  // Redis takes it for an attack
    if (verb == "QUIT") return hang_up("+OK\r\n");
    if (words_.guard == "auth") return say("-NOAUTH Authentication required.\r\n");
    if (verb == "PING") return say("+PONG\r\n");
    if (verb == "INFO") return say(info());
    if (verb == "GET") return say("-ERR wrong number of arguments for 'get' command\r\n");
    return say("-ERR unknown command '" + words_heard_.front() +
               "', with args beginning with: \r\n");
  }

  std::string info() const {
    const std::string text =
        "# Server\r\nredis_version:" + words_.version +
        "\r\nredis_git_sha1:00000000\r\nredis_git_dirty:0\r\n"
        "redis_build_id:6f2c8a6d1f8b04c1\r\nredis_mode:" +
        words_.mode + "\r\nos:" + words_.os +
        "\r\narch_bits:64\r\nmultiplexing_api:epoll\r\ngcc_version:12.2.0\r\nprocess_id:731\r\n"
        "tcp_port:6379\r\nuptime_in_seconds:86400\r\nuptime_in_days:1\r\n\r\n# "
        "Clients\r\nconnected_clients:1\r\n";
    return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
  }

  Words words_;
  int awaited_ = 0;
  std::vector<std::string> words_heard_;
};

}  // namespace

PlayerMaker make_redis(const Settings& settings, const Seat&) {
  const Words words{settings.text("version"),
                    settings.text("kernel", "Linux 6.1.0-18-amd64 x86_64"),
                    settings.text("mode", "standalone"), settings.text("guard")};
  return [words] { return std::make_unique<Redis>(words); };
}

}  // namespace qingdan::practice
