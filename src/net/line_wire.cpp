// line_wire — one pass over the lines of a stream.
#include "qingdan/net/line_wire.h"

#include <algorithm>
#include <optional>

#include "qingdan/base/text.h"

namespace qingdan::net {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trim_right(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  return text;
}

// The three digits that open a coded line; they are followed by ' ', '-' or the line's end.
std::optional<int> read_code(std::string_view line) {
  const bool coded = line.size() >= 3 && is_digit(line[0]) && is_digit(line[1]) &&
                     is_digit(line[2]) && (line.size() == 3 || line[3] == ' ' || line[3] == '-');
  if (!coded) return std::nullopt;
  return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

void add_text(LineReply& reply, std::string_view text) {
  if (reply.texts.size() < kLineTextsMax) {
    reply.texts.emplace_back(trim_right(text.substr(0, kLineMax)));
  }
}

class Splitter {
 public:
  explicit Splitter(LineStyle style) : style_(style) {}

  void on_line(std::string_view line, bool ended) {
    switch (style_) {
      case LineStyle::coded:
        return on_coded(line, ended);
      case LineStyle::pop3:
        return on_pop3(line, ended);
      case LineStyle::imap:
        return on_imap(line, ended);
    }
  }
  [[nodiscard]] bool full() const { return replies_.size() >= kLineRepliesMax && !open_; }
  std::vector<LineReply> take() && { return std::move(replies_); }

 private:
  // RFC 959 §4.2: lines between the first and the last may look like anything, so only the same
  // code with a space ends a reply.
  void on_coded(std::string_view line, bool ended) {
    const auto code = read_code(line);
    const bool goes_on = code && line.size() > 3 && line[3] == '-';
    if (!open_) {
      replies_.emplace_back();
      if (code) {
        replies_.back().code = *code;
        replies_.back().status = std::string(line.substr(0, 3));
      }
    }
    auto& reply = replies_.back();
    const bool mine = code && *code == reply.code;
    add_text(reply, mine    ? line.substr(std::min<std::size_t>(4, line.size()))
                    : open_ ? std::string_view(trim(line))
                            : line);
    open_ = open_ ? !mine || goes_on : goes_on;
    reply.complete = !open_ && ended;
  }

  void on_pop3(std::string_view line, bool ended) {
    const bool good = line.starts_with("+OK");
    const bool starts = good || line.starts_with("-ERR");
    if (starts || replies_.empty()) {
      replies_.emplace_back();
      auto& reply = replies_.back();
      const std::size_t prefix = !starts ? 0 : good ? 3 : 4;
      reply.status = std::string(line.substr(0, prefix));
      add_text(reply, trim(line.substr(prefix)));
      reply.complete = ended;
      return;
    }
    auto& reply = replies_.back();
    const bool dot = line == ".";
    if (!dot) add_text(reply, line.starts_with("..") ? line.substr(1) : line);
    reply.complete = dot && ended;
  }

  void on_imap(std::string_view line, bool ended) {
    LineReply reply;
    const auto tag_end = line.find(' ');
    auto rest = tag_end == std::string_view::npos ? std::string_view{} : line.substr(tag_end + 1);
    const auto word = rest.substr(0, rest.find(' '));
    constexpr std::string_view kStates[] = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
    const bool has_state = std::any_of(std::begin(kStates), std::end(kStates), [&](auto state) {
      return equals_ignoring_case(word, state);
    });
    if (has_state) {
      reply.status = std::string(line.substr(0, tag_end + 1 + word.size()));
      add_text(reply, trim(rest.substr(word.size())));
    } else if (line.starts_with("* ")) {
      reply.status = "*";
      add_text(reply, rest);
    } else {
      add_text(reply, line);
    }
    reply.complete = ended;
    replies_.push_back(std::move(reply));
  }

  LineStyle style_;
  std::vector<LineReply> replies_;
  bool open_ = false;  // a coded reply goes on
};

}  // namespace

std::string LineReply::text() const {
  std::string joined;
  for (const auto& line : texts) {
    if (&line != &texts.front()) joined += '\n';
    joined += line;
  }
  return joined;
}

std::vector<LineReply> split_replies(BytesView stream, LineStyle style) {
  const auto text = as_text(stream);
  Splitter splitter(style);
  for (std::size_t at = 0; at < text.size() && !splitter.full();) {
    const auto end = text.find('\n', at);
    const bool ended = end != std::string_view::npos;
    auto line = text.substr(at, ended ? end - at : std::string_view::npos);
    if (line.ends_with('\r')) line.remove_suffix(1);
    splitter.on_line(line, ended);
    at = ended ? end + 1 : text.size();
  }
  return std::move(splitter).take();
}

std::size_t count_complete_replies(BytesView stream, LineStyle style) {
  const auto replies = split_replies(stream, style);
  return static_cast<std::size_t>(std::count_if(
      replies.begin(), replies.end(), [](const LineReply& reply) { return reply.complete; }));
}

}  // namespace qingdan::net
