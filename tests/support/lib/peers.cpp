// peers — see the header.
#include "support/lib/peers.h"

#include <utility>

namespace qingdan::test::peers {
namespace {

class Scripted final : public Peer {
 public:
  Scripted(std::string greeting, std::vector<Answer> answers)
      : greeting_(std::move(greeting)), answers_(std::move(answers)) {}
  Turn on_open() override { return {to_bytes(greeting_), false, false}; }
  Turn on_received(BytesView received) override {
    for (const auto& answer : answers_) {
      if (as_text(received).find(answer.to) == std::string_view::npos) continue;
      return {to_bytes(answer.reply), answer.close, false};
    }
    return {};
  }

 private:
  std::string greeting_;
  std::vector<Answer> answers_;
};

class Leaving final : public Peer {
 public:
  explicit Leaving(bool reset) : reset_(reset) {}
  Turn on_open() override { return {{}, !reset_, reset_}; }

 private:
  bool reset_;
};

class Trickling final : public Peer {
 public:
  Trickling(std::string text, std::chrono::nanoseconds gap) : text_(std::move(text)), gap_(gap) {}
  std::optional<Words> next_words() override {
    const auto byte = static_cast<std::uint8_t>(text_[at_++ % text_.size()]);
    return Words{gap_, Bytes{byte}};
  }

 private:
  std::string text_;
  std::chrono::nanoseconds gap_;
  std::size_t at_{0};
};

class Endless final : public Peer {
 public:
  explicit Endless(std::string line) {
    while (block_.size() < 16'384) block_ += line;
  }
  std::optional<Words> next_words() override {
    return Words{std::chrono::microseconds(100), to_bytes(block_)};
  }

 private:
  std::string block_;
};

}  // namespace

MakePeer silent() {
  return [] { return std::make_unique<Scripted>("", std::vector<Answer>{}); };
}

MakePeer greets(std::string text) { return scripted(std::move(text), {}); }

MakePeer scripted(std::string greeting, std::vector<Answer> answers) {
  return [greeting = std::move(greeting), answers = std::move(answers)] {
    return std::make_unique<Scripted>(greeting, answers);
  };
}

MakePeer closes() {
  return [] { return std::make_unique<Leaving>(false); };
}

MakePeer resets() {
  return [] { return std::make_unique<Leaving>(true); };
}

MakePeer trickles(std::string text, std::chrono::nanoseconds gap) {
  return [text = std::move(text), gap] { return std::make_unique<Trickling>(text, gap); };
}

MakePeer endless(std::string line) {
  return [line = std::move(line)] { return std::make_unique<Endless>(line); };
}

MakePeer web(std::string body, std::string headers) {
  const auto length = std::to_string(body.size());
  auto page = "HTTP/1.1 200 OK\r\n" + headers +
              "Content-Type: text/html\r\nContent-Length: " + length + "\r\n\r\n" + body;
  auto bad = std::string("HTTP/1.1 400 Bad Request\r\n") + headers + "Content-Length: 0\r\n\r\n";
  return scripted("", {{"GET ", std::move(page), true}, {"", std::move(bad), true}});
}

}  // namespace qingdan::test::peers
