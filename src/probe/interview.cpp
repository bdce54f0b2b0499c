// interview — see the header. The plan says what comes next; this file owns connections, limits and
// what is kept of each. A conversation recognised the peer when it yields a channel of its own;
// bytes under unknown.stream only help to choose the next one.
#include "qingdan/probe/interview.h"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "industrial.h"
#include "interview_plan.h"
#include "qingdan/net/sniff.h"
#include "qingdan/net/x509.h"
#include "setting.h"
#include "silence.h"
#include "talk.h"
#include "tls_survey.h"

namespace qingdan::probe {
namespace {

using std::chrono::milliseconds;

// TLS on old boxes with 2048-bit keys takes seconds; where nothing hints at TLS most silence is
// that of a peer that waits for its own protocol.
constexpr milliseconds kHandshake{6000};
constexpr milliseconds kHandshakeGuess{3000};
constexpr std::size_t kHandshakeBytes = 131'072;
constexpr milliseconds kDrain{300};
constexpr milliseconds kShortageRest{200};
// Lesson 22: 3 x RTO; at least a second, as servers look our name up before they greet.
constexpr milliseconds kListenLeast{1000};
// Of one port of a printer or an industrial device: what hints at itself, and one thing more.
constexpr int kGentleConnections = 2;
// Dials that fail after the sweep found the port open, before we give it up.
constexpr int kDialFailures = 2;

struct Visit {
  Attempt attempt;
  std::unique_ptr<Conversation> conversation;
};

class Interview {
 public:
  Interview(Pacer& pacer, TlsContext& tls, Subject subject, InterviewSettings settings)
      : pacer_(pacer),
        tls_(tls),
        subject_(std::move(subject)),
        settings_(settings),
        session_{pacer.now() + settings.session},
        silence_(settings),
        gentle_(pacer.dialer().devices() != nullptr &&
                pacer.dialer().devices()->fragile(subject_.target.ip())),
        plan_(subject_.target.port(), gentle_),
        bytes_left_(settings.bytes) {
    report_.at = subject_.target.endpoint();
    report_.vhost = subject_.vhost;
    plan_.remember(subject_.remembered);
    if (subject_.web != Subject::Web::unknown) plan_.only_web(subject_.web);
  }

  Awaitable<InterviewReport> run();

 private:
  [[nodiscard]] bool may_ask() const;
  [[nodiscard]] bool may_go_on() const;
  [[nodiscard]] bool spent() const;
  void look_again();
  Awaitable<void> visit(Visit& visit);
  Awaitable<void> ask_with_care();
  Awaitable<void> shake_hands();
  Awaitable<Connection> connect(std::string_view what);
  void on_unreached(DialOutcome outcome, SteadyTime begun);
  Awaitable<void> over_tls(Visit& visit, Connection& connection);
  Awaitable<void> over_plain(Visit& visit, Connection& connection);
  Awaitable<void> upgrade(const Visit& visit, Connection& connection);
  [[nodiscard]] bool may_speak_tls() const;
  Awaitable<void> survey();
  Awaitable<bool> ask_hello(const ConversationEntry& entry, TlsSurvey& survey);
  Awaitable<bool> open_tls(PlainPipe& pipe, const Setting& setting);

  [[nodiscard]] TalkLimits limits_of(const Visit& visit) const;
  void on_talk(Visit& visit, const Talk& talk);
  void ask_after(const Visit& visit);
  void on_foreign(BytesView bytes, const Attempt& attempt);
  void on_handshake_failed(const TlsPipe& pipe, const Attempt& attempt);
  void keep_tls(const TlsPipe& pipe, const Attempt& attempt);
  void keep(const Attempt& attempt, std::string channel, Bytes raw, bool truncated);
  void conclude();

  Pacer& pacer_;
  TlsContext& tls_;
  const Subject subject_;
  const InterviewSettings settings_;
  Deadline session_;
  Silence silence_;
  bool gentle_;  // a printer, an industrial device, a camera
  InterviewPlan plan_;
  InterviewReport report_;
  std::deque<Visit> follow_ups_;
  std::set<const ConversationEntry*> asked_after_;
  std::optional<model::Observation> unknown_;  // the first bytes nobody claimed
  std::size_t bytes_left_;
  std::uint32_t exchange_{0};
  int failures_{0};
  bool connected_{false};
  bool heard_{false};
  bool recognised_{false};
  bool tarpit_{false};
  bool chain_kept_{false};
  TlsAgreed agreed_;
  std::string key_;                            // of the leaf; agreed_.key looks into it
  const ConversationEntry* opening_{nullptr};  // TLS comes after this one's words; nullptr: at once
};

bool Interview::spent() const {
  const auto* devices = pacer_.dialer().devices();
  return devices != nullptr && devices->spent(subject_.target.ip());
}

bool Interview::may_ask() const {
  return !spent() && report_.complete && !tarpit_ && failures_ < kDialFailures && bytes_left_ > 0 &&
         pacer_.now() < session_.at;
}

bool Interview::may_go_on() const {
  if (pacer_.class_of(subject_.target) != PortClass::normal) return false;
  if (gentle_ && report_.connections >= kGentleConnections) return false;
  return may_ask() && report_.connections < silence_.most(connected_ && !heard_);
}

// What another port said may have told meanwhile that the host is fragile.
void Interview::look_again() {
  const auto* devices = pacer_.dialer().devices();
  if (gentle_ || devices == nullptr || !devices->fragile(subject_.target.ip())) return;
  gentle_ = true;
  plan_.on_gentle();
}

Awaitable<InterviewReport> Interview::run() {
  if (pacer_.class_of(subject_.target) != PortClass::normal) {
    co_await ask_with_care();
    co_return std::move(report_);
  }
  for (look_again(); may_go_on(); look_again()) {
    Visit next;
    if (!follow_ups_.empty()) {
      next = std::move(follow_ups_.front());
      follow_ups_.pop_front();
    } else if (recognised_) {
      break;
    } else {
      const auto attempt = plan_.next();
      if (!attempt) break;
      next.attempt = *attempt;
      next.conversation =
          attempt->entry->make(make_setting(subject_.target, subject_.vhost, attempt->tls));
    }
    co_await visit(next);
  }
  co_await survey();
  conclude();
  co_return std::move(report_);
}

// I1: raw printing gets no byte; an industrial port one question, where allowed and not yet asked.
Awaitable<void> Interview::ask_with_care() {
  const auto& target = subject_.target;
  report_.verdict = model::Verdict::open_acked;
  const auto* devices = pacer_.dialer().devices();
  const auto* entry = industrial_entry({net::Transport::tcp, target.port()});
  const bool ask = entry != nullptr && target.ot_readonly() && devices != nullptr &&
                   pacer_.class_of(target) == PortClass::ot_readonly &&
                   !devices->connected_before(target.ip(), target.port()) && !spent();
  if (!ask) {
    if (subject_.half_open) co_await shake_hands();
    co_return;
  }
  auto connection = co_await connect(entry->name);
  if (!connection.connected()) co_return;
  auto said = co_await ask_industrial(pacer_, connection, target);
  report_.observations = std::move(said);
  if (!report_.observations.empty()) {
    report_.verdict = model::Verdict::open_verified;
    report_.service = entry->name;
  }
  const Deadline drained{pacer_.now() + kDrain};
  co_await connection.finish(drained);
}

// A SYN-ACK alone proves no open port: a handshake and a FIN do, and are nothing to print.
Awaitable<void> Interview::shake_hands() {
  report_.verdict = model::Verdict::open_synack;
  if (spent()) co_return;
  auto connection = co_await connect("handshake");
  if (!connection.connected()) co_return;
  report_.verdict = model::Verdict::open_acked;
  const Deadline drained{pacer_.now() + kDrain};
  co_await connection.finish(drained);
}

// Dials under a permit; waits out our own shortage.
Awaitable<Connection> Interview::connect(std::string_view what) {
  Event rest(pacer_.dialer().sockets().executor(), pacer_.dialer().sockets().alarms());
  while (true) {
    const Errand errand{what};
    auto leave = co_await pacer_.admit(subject_.target, errand);
    // A host that was held back meanwhile may have cost the whole session.
    if (leave != Leave::granted || pacer_.now() >= session_.at) {
      report_.complete = false;
      co_return Connection();
    }
    const Deadline by{std::min(pacer_.now() + settings_.dial, session_.at)};
    ++report_.sent;
    const auto begun = pacer_.now();
    auto connection =
        co_await pacer_.dialer().dial(subject_.target, by, model::SendKind::conversation);
    if (connection.outcome() != DialOutcome::exhausted) {
      ++report_.connections;
      if (connection.connected()) {
        connected_ = true;
      } else {
        ++failures_;
        on_unreached(connection.outcome(), begun);
      }
      if (connection.outcome() == DialOutcome::aborted) report_.complete = false;
      co_return connection;
    }
    --report_.sent;
    if (pacer_.now() >= session_.at) {
      report_.complete = false;
      co_return connection;
    }
    co_await rest.wait_until(pacer_.now() + kShortageRest);
  }
}

// The sweep found the port open: silence now is the guard's business.
void Interview::on_unreached(DialOutcome outcome, SteadyTime begun) {
  auto* guard = pacer_.dialer().guard();
  const bool silent = outcome == DialOutcome::timeout || outcome == DialOutcome::unreachable;
  if (guard != nullptr && silent) guard->on_surprise(subject_.target.ip(), begun);
}

Awaitable<void> Interview::visit(Visit& visit) {
  auto connection = co_await connect(visit.attempt.entry->name);
  if (!connection.connected()) co_return;
  ++exchange_;
  if (visit.attempt.tls) {
    co_await over_tls(visit, connection);
  } else {
    co_await over_plain(visit, connection);
  }
  if (!heard_ && !gentle_) session_.at += silence_.on_silence(report_.connections);
  const Deadline drained{pacer_.now() + kDrain};
  co_await connection.finish(drained);
  if (pacer_.stopped()) report_.complete = false;
}

TalkLimits Interview::limits_of(const Visit& visit) const {
  TalkLimits limits{visit.attempt.entry->limits, session_, bytes_left_};
  if (visit.attempt.entry->name == "listen" || silence_.is_long()) {
    const auto trip = std::max<std::chrono::nanoseconds>(4 * subject_.rtt, milliseconds(100));
    const auto wait = std::chrono::duration_cast<milliseconds>(3 * trip);
    limits.own.silence =
        std::clamp(wait, std::min(kListenLeast, settings_.listen), settings_.listen);
  }
  return limits;
}

Awaitable<void> Interview::over_plain(Visit& visit, Connection& connection) {
  PlainPipe pipe(connection);
  const auto limits = limits_of(visit);
  const auto begun = pacer_.now();
  auto talked = co_await talk(pipe, *visit.conversation, pacer_.dialer().clock(), limits);
  on_talk(visit, talked);
  auto* guard = pacer_.dialer().guard();
  const bool quiet = talked.heard.empty() && talked.end == End::silence;
  // Who only listens expects nothing.
  if (guard != nullptr && quiet && visit.attempt.entry->name != "listen") {
    guard->on_quiet(subject_.target.ip(), begun);
  }
  if (talked.wants_tls) co_await upgrade(visit, connection);
}

Awaitable<void> Interview::over_tls(Visit& visit, Connection& connection) {
  const TlsWish wish{subject_.vhost, alpn_of(*visit.attempt.entry), visit.attempt.anonymous};
  TlsPipe pipe(connection, tls_, wish);
  const auto patience = visit.attempt.hinted ? kHandshake : kHandshakeGuess;
  const Deadline by{std::min(pacer_.now() + patience, session_.at)};
  const auto most = std::min(bytes_left_, kHandshakeBytes);
  auto established = co_await pipe.handshake(by, most);
  bytes_left_ -= std::min(bytes_left_, pipe.raw().size());
  if (!established) {
    on_handshake_failed(pipe, visit.attempt);
    co_return;
  }
  keep_tls(pipe, visit.attempt);
  plan_.on_tls();
  if (wish.alpn == kAlpnHttp2 && pipe.engine().alpn() != wish.alpn) co_return;
  const auto limits = limits_of(visit);
  auto talked = co_await talk(pipe, *visit.conversation, pacer_.dialer().clock(), limits);
  on_talk(visit, talked);
  const Deadline closed{pacer_.now() + kDrain};
  co_await pipe.close(closed);
}

// The peer agreed to TLS in the middle of its own protocol: its certificate is worth the handshake.
Awaitable<void> Interview::upgrade(const Visit& visit, Connection& connection) {
  const TlsWish wish{subject_.vhost};
  TlsPipe pipe(connection, tls_, wish);
  const Deadline by{std::min(pacer_.now() + kHandshake, session_.at)};
  auto established = co_await pipe.handshake(by, kHandshakeBytes);
  const bool alerted = pipe.engine().spoke_tls() && pipe.engine().alert() >= 0;
  if (!established && !alerted) co_return;
  opening_ = visit.attempt.entry;
  keep_tls(pipe, visit.attempt);
  if (!established) co_return;
  const Deadline closed{pacer_.now() + kDrain};
  co_await pipe.close(closed);
}

// A server that has TLCP alone may hang up on other hellos without a word.
bool Interview::may_speak_tls() const {
  return report_.tls || (!recognised_ && connected_ && hints_tls(subject_.target.port()));
}

// By address only: whichever name is asked for, versions and kinds of key are the server's.
Awaitable<void> Interview::survey() {
  if (!may_speak_tls() || gentle_ || !subject_.vhost.empty()) co_return;
  agreed_.key = key_;
  TlsSurvey survey(agreed_);
  for (int left = settings_.tls_questions; left > 0 && may_ask(); --left) {
    const auto* entry = survey.next();
    if (entry == nullptr) break;
    auto asked = co_await ask_hello(*entry, survey);
    if (!asked) break;
  }
}

Awaitable<bool> Interview::ask_hello(const ConversationEntry& entry, TlsSurvey& survey) {
  auto connection = co_await connect(entry.name);
  if (!connection.connected()) co_return false;
  ++exchange_;
  PlainPipe pipe(connection);
  auto setting = make_setting(subject_.target, subject_.vhost, false);
  setting.web = report_.service == "http";
  auto opened = co_await open_tls(pipe, setting);
  if (opened) {
    auto hello = entry.make(setting);
    const TalkLimits limits{entry.limits, session_, bytes_left_};
    auto talked = co_await talk(pipe, *hello, pacer_.dialer().clock(), limits);
    bytes_left_ -= std::min(bytes_left_, talked.heard.size());
    auto heard = std::move(hello->take().front());
    survey.on_answer(heard.raw);
    if (survey.spoke() && !report_.tls) {
      report_.tls = recognised_ = heard_ = true;
      report_.service = "tls";
    }
    if (report_.tls) keep({false, &entry, true}, heard.channel, heard.raw, heard.truncated);
  }
  const Deadline drained{pacer_.now() + kDrain};
  co_await connection.finish(drained);
  if (pacer_.stopped()) report_.complete = false;
  co_return opened;
}

// The words of the protocol that TLS is inside of, where it is; false: they no longer work.
Awaitable<bool> Interview::open_tls(PlainPipe& pipe, const Setting& setting) {
  if (opening_ == nullptr) co_return true;
  auto opening = opening_->make(setting);
  const TalkLimits limits{opening_->limits, session_, bytes_left_};
  auto talked = co_await talk(pipe, *opening, pacer_.dialer().clock(), limits);
  bytes_left_ -= std::min(bytes_left_, talked.heard.size());
  co_return talked.wants_tls;
}

void Interview::keep(const Attempt& attempt, std::string channel, Bytes raw, bool truncated) {
  model::Observation seen;
  seen.at = report_.at;
  seen.probe = attempt.entry->name;
  seen.channel = std::move(channel);
  seen.vhost = subject_.vhost;
  seen.inside_tls = attempt.tls;
  seen.exchange = exchange_;
  seen.truncated = truncated;
  seen.raw = std::move(raw);
  seen.time = pacer_.dialer().clock().now();
  if (seen.channel != model::channel::kUnknown) {
    report_.observations.push_back(std::move(seen));
  } else if (!unknown_) {
    unknown_ = std::move(seen);
  }
}

void Interview::keep_tls(const TlsPipe& pipe, const Attempt& attempt) {
  report_.tls = true;
  heard_ = true;
  if (report_.service.empty()) report_.service = "tls";
  if (std::exchange(chain_kept_, !pipe.engine().chain().empty())) return;
  const Attempt outside{false, attempt.entry, attempt.hinted};
  keep(outside, std::string(model::channel::kTls), to_bytes(pipe.engine().session_text()), false);
  agreed_ = {pipe.engine().version(), pipe.engine().alert(), {}};
  auto chain = pipe.engine().chain();
  const auto leaf = chain.empty() ? std::nullopt : net::parse_certificate(chain.front());
  if (leaf) key_ = leaf->key_algorithm;
  for (auto& der : chain) {
    keep(outside, std::string(model::channel::kCertificate), std::move(der), false);
  }
}

// An alert says "I speak TLS"; anything else is a greeting or an error of another protocol.
void Interview::on_handshake_failed(const TlsPipe& pipe, const Attempt& attempt) {
  const auto text = pipe.engine().session_text();
  if (pipe.engine().spoke_tls() && !text.empty()) {
    keep_tls(pipe, attempt);
    recognised_ = !plan_.on_refused(attempt, pipe.engine().alert());
    return;
  }
  if (pipe.raw().empty()) return;
  if (pipe.raw().size() > kHandshakeBytes) tarpit_ = true;
  on_foreign(pipe.raw(), {false, attempt.entry, attempt.hinted});
}

void Interview::on_foreign(BytesView bytes, const Attempt& attempt) {
  heard_ = true;
  keep(attempt, std::string(model::channel::kUnknown), Bytes(bytes.begin(), bytes.end()), false);
  plan_.on_heard(net::sniff(bytes), attempt.tls);
}

void Interview::on_talk(Visit& visit, const Talk& talk) {
  bytes_left_ -= std::min(bytes_left_, talk.heard.size());
  bool own = false;
  for (auto& heard : visit.conversation->take()) {
    own = own || heard.channel != model::channel::kUnknown;
    keep(visit.attempt, std::move(heard.channel), std::move(heard.raw), heard.truncated);
  }
  heard_ = heard_ || !talk.heard.empty();
  if (own) {
    // A server that says "this is an HTTPS port" is known better from inside.
    const bool https = !visit.attempt.tls && asks_for_tls(as_text(talk.heard));
    if (https) plan_.on_wants_tls();
    // What is asked after another is not what the port is.
    if (visit.attempt.entry->after.empty()) report_.service = visit.attempt.entry->name;
    recognised_ = !https;
    auto further = visit.conversation->follow_ups();
    if (https) further.clear();
    for (auto& next : further) follow_ups_.push_back({visit.attempt, std::move(next)});
    ask_after(visit);
    const auto* opening = start_tls_after(visit.attempt.entry->name);
    if (!visit.attempt.tls && opening != nullptr && visit.conversation->offers_tls()) {
      auto begun = opening->make(make_setting(subject_.target, subject_.vhost, false));
      follow_ups_.push_back({{false, opening, true}, std::move(begun)});
    }
  } else if (!talk.heard.empty() && !recognised_) {
    on_foreign(talk.heard, visit.attempt);
    tarpit_ = talk.endless() || talk.trickled();
  } else if (talk.heard.empty() && visit.attempt.hinted) {
    // Hung up on without a word: a conversation may know a newer way to ask (SMB 2 after SMB 1).
    for (auto& next : visit.conversation->follow_ups()) {
      follow_ups_.push_back({visit.attempt, std::move(next)});
    }
  }
}

void Interview::ask_after(const Visit& visit) {
  if (visit.attempt.tls || gentle_ || !subject_.vhost.empty()) return;
  const net::TransportPort port{net::Transport::tcp, subject_.target.port()};
  for (const auto* entry : asked_after(visit.attempt.entry->name, port)) {
    if (!asked_after_.insert(entry).second) continue;
    auto begun = entry->make(make_setting(subject_.target, subject_.vhost, false));
    follow_ups_.push_back({{false, entry, true}, std::move(begun)});
  }
}

void Interview::conclude() {
  if (!recognised_ && unknown_) report_.observations.push_back(std::move(*unknown_));
  if (tarpit_) {
    report_.verdict = model::Verdict::tarpit;
  } else if (heard_) {
    report_.verdict = model::Verdict::open_verified;
  } else if (connected_ || spent()) {
    // Not asked out of care: the sweep's handshake stands.
    report_.verdict = model::Verdict::open_acked;
  }
}

}  // namespace

Awaitable<InterviewReport> interview(Pacer& pacer, TlsContext& tls, Subject subject,
                                     InterviewSettings settings) {
  Interview one(pacer, tls, std::move(subject), settings);
  auto report = co_await one.run();
  co_return report;
}

}  // namespace qingdan::probe
