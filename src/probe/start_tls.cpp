// start_tls — the words by which a protocol's own connection becomes TLS: STARTTLS of SMTP (RFC
// 3207) and IMAP (RFC 9051 §6.2.1), STLS of POP3 (RFC 2595 §4), AUTH TLS of FTP (RFC 4217 §4), the
// StartTLS operation of LDAP (RFC 4511 §4.14), the SSL request of MySQL. Said only where the server
// offered it; nothing is said inside but the hello, so there is no login and no transaction. What
// was heard is known from the conversation before, so nothing of it is kept.
#include "probe/conversations.h"
#include "qingdan/net/ldap_wire.h"
#include "qingdan/net/line_wire.h"
#include "qingdan/net/mysql_wire.h"

namespace qingdan::probe {
namespace {

// Request by request, each after the whole answer to the one before.
struct Dialogue {
  using Agrees = bool (*)(const net::LineReply& reply);
  struct Turn {
    Agrees agrees;          // what the reply before must be
    std::string_view says;  // "" = TLS begins
  };
  net::LineStyle style{net::LineStyle::coded};
  std::vector<Turn> turns;
};

class LineStartTls final : public Conversation {
 public:
  explicit LineStartTls(Dialogue dialogue) : dialogue_(std::move(dialogue)) {}

  Step on_open() override { return {}; }

  Step on_received(BytesView received) override {
    if (turn_ == dialogue_.turns.size()) return {{}, true, false};
    auto replies = net::split_replies(received, dialogue_.style);
    // IMAP's untagged lines may come between (RFC 9051 §7).
    std::erase_if(replies, [](const auto& reply) { return reply.status == "*"; });
    if (replies.size() <= turn_ || !replies[turn_].complete) return {};
    const auto& turn = dialogue_.turns[turn_];
    if (!turn.agrees(replies[turn_])) return {{}, true, false};
    ++turn_;
    // Whoever sends more than the answer before TLS begins is not to be trusted with it.
    if (turn.says.empty()) return {{}, replies.size() > turn_, replies.size() == turn_};
    return {to_bytes(turn.says), false, false};
  }

  std::vector<Heard> take() override { return {}; }

 private:
  Dialogue dialogue_;
  std::size_t turn_{0};
};

template <int Code>
bool says_code(const net::LineReply& reply) {
  return reply.code == Code;
}
bool is_ok(const net::LineReply& reply) { return reply.status == "+OK"; }
bool greets(const net::LineReply& reply) { return reply.status == "* OK"; }
bool agrees_tagged(const net::LineReply& reply) { return reply.status == "a1 OK"; }

// One request, one reply.
class PacketStartTls final : public Conversation {
 public:
  using Agrees = bool (*)(BytesView reply);
  PacketStartTls(bool peer_first, net::Extent (*measure)(BytesView), Agrees agrees,
                 Bytes (*request)(BytesView greeting))
      : peer_first_(peer_first), measure_(measure), agrees_(agrees), request_(request) {}

  Step on_open() override { return {peer_first_ ? Bytes{} : request_({}), false, false}; }

  Step on_received(BytesView received) override {
    const auto extent = measure_(received);
    if (extent.foreign()) return {{}, true, false};
    if (!extent.whole()) return {};
    if (!agrees_(received)) return {{}, true, false};
    return {peer_first_ ? request_(received) : Bytes{}, false, true};
  }

  std::vector<Heard> take() override { return {}; }

 private:
  bool peer_first_;
  net::Extent (*measure_)(BytesView);
  Agrees agrees_;
  Bytes (*request_)(BytesView);
};

bool ldap_agrees(BytesView reply) {
  const auto answer = net::parse_ldap_answer(reply);
  return answer && answer->result_code == 0;
}
Bytes ldap_request(BytesView) { return net::build_ldap_start_tls(); }

bool mysql_agrees(BytesView greeting) {
  const auto parsed = net::parse_mysql_greeting(greeting);
  return parsed && parsed->handshake && parsed->handshake->offers_tls();
}
Bytes mysql_request(BytesView greeting) {
  const auto parsed = net::parse_mysql_greeting(greeting);
  return net::build_mysql_ssl_request(parsed->handshake->charset);
}

ConversationPtr lines(Dialogue dialogue) {
  return std::make_unique<LineStartTls>(std::move(dialogue));
}

}  // namespace

ConversationPtr make_smtp_start_tls(const Setting&) {
  return lines({net::LineStyle::coded,
                {{&says_code<220>, "EHLO qingdan.invalid\r\n"},
                 {&says_code<250>, "STARTTLS\r\n"},
                 {&says_code<220>, ""}}});
}

ConversationPtr make_imap_start_tls(const Setting&) {
  return lines({net::LineStyle::imap, {{&greets, "a1 STARTTLS\r\n"}, {&agrees_tagged, ""}}});
}

ConversationPtr make_pop3_start_tls(const Setting&) {
  return lines({net::LineStyle::pop3, {{&is_ok, "STLS\r\n"}, {&is_ok, ""}}});
}

ConversationPtr make_ftp_start_tls(const Setting&) {
  return lines({net::LineStyle::coded, {{&says_code<220>, "AUTH TLS\r\n"}, {&says_code<234>, ""}}});
}

ConversationPtr make_ldap_start_tls(const Setting&) {
  return std::make_unique<PacketStartTls>(false, &net::measure_ldap_answer, &ldap_agrees,
                                          &ldap_request);
}

ConversationPtr make_mysql_start_tls(const Setting&) {
  return std::make_unique<PacketStartTls>(true, &net::mysql_extent, &mysql_agrees, &mysql_request);
}

}  // namespace qingdan::probe
