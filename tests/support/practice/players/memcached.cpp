// memcached — the text protocol: version, stats, quit (memcached doc/protocol.txt).
#include "lines.h"
#include "roles.h"

namespace qingdan::practice {
namespace {

class Memcached final : public LinePlayer {
 public:
  explicit Memcached(std::string version) : version_(std::move(version)) {}

 protected:
  Act on_line(const std::string& line) override {
    if (line == "version") return say("VERSION " + version_ + "\r\n");
    if (line == "stats") {
      return say("STAT pid 412\r\nSTAT uptime 7200\r\nSTAT version " + version_ +
                 "\r\nSTAT pointer_size 64\r\nSTAT curr_connections 2\r\nEND\r\n");
    }
    if (line == "quit") return hang_up();
    return say("ERROR\r\n");
  }

 private:
  std::string version_;
};

}  // namespace

PlayerMaker make_memcached(const Settings& settings, const Seat&) {
  const auto version = settings.text("version");
  return [version] { return std::make_unique<Memcached>(version); };
}

}  // namespace qingdan::practice
