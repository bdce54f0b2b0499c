// interview_plan — which conversation comes next on an open port, from what was heard so far. Pure:
// the driver does what it says and tells it what came of it.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "qingdan/probe/interview.h"
#include "qingdan/probe/table.h"

namespace qingdan::probe {

struct Attempt {
  bool tls{false};
  const ConversationEntry* entry{nullptr};
  bool hinted{false};      // by the port, or by what was heard
  bool second{false};      // by the port, where what it hints at first stays without an answer
  bool remembered{false};  // by nothing but the register
  bool anonymous{false};   // TLS without certificates, as an ordinary handshake was refused
  auto operator<=>(const Attempt&) const = default;
};

class InterviewPlan {
 public:
  // `gentle`: for a device that takes unexpected requests badly: only what the port, or what it
  // said, hints at (lesson 28).
  explicit InterviewPlan(std::uint16_t port, bool gentle = false);

  // What it spoke when it was last heard goes first; not with what is `gentle`, as the register may
  // be wrong. Before the first next().
  void remember(const Remembered& remembered);

  // It is known to be a web server: nothing but HTTP is asked. EXPECTS not unknown.
  void only_web(Subject::Web web);

  // nullopt: nothing is left that is worth a connection.
  [[nodiscard]] std::optional<Attempt> next();

  // Bytes came that look like `kind` (a word of net::sniff, "" = like nothing we know).
  void on_heard(std::string_view kind, bool inside_tls);
  // The device turned out to be one of that kind: what nothing hints at is dropped.
  void on_gentle();
  // It speaks TLS: plain attempts are dropped, the same order begins inside.
  void on_tls();
  // It refused a handshake by this alert; whether there is another way to be let in.
  [[nodiscard]] bool on_refused(const Attempt& attempt, int alert);
  // Says by itself that it wants TLS (an HTTP server's 400).
  void on_wants_tls();

 private:
  void append(const Attempt& attempt);
  void drop(bool (*unwanted)(const Attempt&));
  void drop_second();
  void insert_first(bool tls, const ConversationEntry* entry);

  std::uint16_t port_;
  bool gentle_;
  std::deque<Attempt> queue_;
  std::set<std::pair<bool, const ConversationEntry*>> used_;
  bool speaks_tls_{false};
  bool heard_{false};
};

// What to offer by ALPN before this conversation, "" = nothing (RFC 7301 §6, RFC 9113 §3.1). Who
// does not take HTTP/2 by it does not speak it (RFC 9113 §3.2).
inline constexpr std::string_view kAlpnHttp2 = "h2";
[[nodiscard]] std::string_view alpn_of(const ConversationEntry& entry);

// "400 The plain HTTP request was sent to HTTPS port" in the words of the common servers.
[[nodiscard]] bool asks_for_tls(std::string_view http_response);

}  // namespace qingdan::probe
