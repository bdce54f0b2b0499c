// hostile — peers that waste a scanner's time or memory: tarpit, endless talker, a blob, doors
// that slam.
#include "../certificates.h"
#include "roles.h"

namespace qingdan::practice {
namespace {

using namespace std::chrono_literals;

class Tarpit final : public Player {
 public:
  explicit Tarpit(std::chrono::milliseconds pause) : pause_(pause) {}
  Act on_open() override { return {.wake = pause_}; }
  Act on_data(BytesView) override { return {}; }
  Act on_wake() override {
    return {.send = {static_cast<std::uint8_t>('a' + letter_++ % 26)}, .wake = pause_};
  }

 private:
  std::chrono::milliseconds pause_;
  int letter_ = 0;
};

class Endless final : public Player {
 public:
  Act on_open() override { return say(block()); }
  Act on_data(BytesView) override { return {}; }
  Act on_drained() override { return say(block()); }

 private:
  static Bytes block() {
    Bytes bytes(16384);
    std::uint32_t state = 0x2545f491;
    for (auto& byte : bytes) {
      state ^= state << 13;
      state ^= state >> 17;
      state ^= state << 5;
      byte = static_cast<std::uint8_t>(state);
    }
    return bytes;
  }
};

class Says final : public Player {
 public:
  Says(Bytes words, bool at_once, bool close)
      : words_(std::move(words)), at_once_(at_once), close_(close) {}
  Act on_open() override { return at_once_ ? Act{.send = words_, .close = close_} : Act{}; }
  Act on_data(BytesView) override {
    return at_once_ ? Act{} : Act{.send = words_, .close = close_};
  }

 private:
  Bytes words_;
  bool at_once_, close_;
};

class Slams final : public Player {
 public:
  explicit Slams(bool reset) : reset_(reset) {}
  Act on_open() override { return {.close = !reset_, .reset = reset_}; }
  Act on_data(BytesView) override { return {}; }

 private:
  bool reset_;
};

}  // namespace

PlayerMaker make_tarpit(const Settings& settings, const Seat&) {
  const std::chrono::milliseconds pause(settings.number("pause_ms", 3000));
  return [pause] { return std::make_unique<Tarpit>(pause); };
}

PlayerMaker make_endless(const Settings&, const Seat&) {
  return [] { return std::make_unique<Endless>(); };
}

PlayerMaker make_blob(const Settings& settings, const Seat&) {
  Bytes blob;
  const auto size = static_cast<std::size_t>(settings.number("bytes", 1 << 20));
  for (int block = 0; blob.size() < size; ++block) {
    const auto part = sha256(as_bytes("blob " + std::to_string(block)));
    blob.insert(blob.end(), part.begin(), part.end());
  }
  blob.resize(size);
  blob[0] = 0x01;  // must not look like a TLS record or text by chance
  return [blob] { return std::make_unique<Says>(blob, true, true); };
}

PlayerMaker make_closes(const Settings&, const Seat&) {
  return [] { return std::make_unique<Slams>(false); };
}

PlayerMaker make_resets(const Settings&, const Seat&) {
  return [] { return std::make_unique<Slams>(true); };
}

// A service nobody knows: the same bytes to everyone, at once or after the first request.
PlayerMaker make_says(const Settings& settings, const Seat&) {
  const auto words = to_bytes(settings.text("text"));
  const bool at_once = settings.flag("at_once", true);
  const bool close = settings.flag("close");
  return [words, at_once, close] { return std::make_unique<Says>(words, at_once, close); };
}

}  // namespace qingdan::practice
