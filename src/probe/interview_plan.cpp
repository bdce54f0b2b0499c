// interview_plan — see the header.
#include "interview_plan.h"

#include <algorithm>
#include <array>

#include "qingdan/base/contract.h"
#include "qingdan/net/tls_wire.h"

namespace qingdan::probe {
namespace {

const ConversationEntry* tcp_entry(std::string_view name) {
  const auto* entry = find_conversation(name, net::Transport::tcp);
  QD_ENSURES(entry != nullptr);
  return entry;
}

std::vector<const ConversationEntry*> by_yield() {
  std::vector<const ConversationEntry*> entries;
  for (const auto& entry : conversations()) {
    if (entry.transport == net::Transport::tcp && entry.yield > 0) entries.push_back(&entry);
  }
  std::sort(entries.begin(), entries.end(),
            [](const auto* a, const auto* b) { return a->yield < b->yield; });
  return entries;
}

}  // namespace

InterviewPlan::InterviewPlan(std::uint16_t port, bool gentle) : port_(port), gentle_(gentle) {
  const auto usual = hinted({net::Transport::tcp, port});
  const bool tls_first = hints_tls(port);
  for (const auto* entry : usual) {
    // A device that is asked with care is asked what its port means first, and no more.
    const bool second = entry != usual.front();
    if (!second || !gentle) append({tls_first, entry, true, second});
    // In their own words or inside TLS: neither tells the other from silence.
    if (entry->anonymous && !gentle) append({true, entry, true, second});
  }
  if (tls_first && usual.empty()) append({true, tcp_entry("http"), true});
  if (!tls_first && usual.empty()) append({false, tcp_entry("listen")});
  if (gentle) return;
  // Inside TLS whoever speaks first is heard at the start of any conversation, so HTTP goes first.
  if (!tls_first) append({true, tcp_entry("http")});
  append({false, tcp_entry("http")});
  for (const auto* entry : by_yield()) append({false, entry});
}

void InterviewPlan::remember(const Remembered& remembered) {
  const auto* entry = gentle_ ? nullptr : conversation_of(remembered.protocol);
  if (entry == nullptr) return;
  // What can also begin TLS in its own words is asked by these.
  const bool inside = remembered.tls && entry->with_tls && start_tls_after(entry->name) == nullptr;
  const bool hints = std::any_of(queue_.begin(), queue_.end(), [&](const Attempt& a) {
    return a.hinted && a.tls == inside && a.entry == entry;
  });
  insert_first(inside, entry);
  queue_.front().remembered = !hints;
}

void InterviewPlan::only_web(Subject::Web web) {
  QD_EXPECTS(web != Subject::Web::unknown);
  const bool tls = web == Subject::Web::tls || web == Subject::Web::h2;
  const bool frames = web == Subject::Web::h2 || web == Subject::Web::h2c;
  const auto* entry = tcp_entry(frames ? "http2" : "http");
  queue_.clear();
  // As if heard: no other protocol is worth trying.
  heard_ = gentle_ = true;
  insert_first(tls, entry);
  queue_ = {{tls, entry, true}};
}

std::optional<Attempt> InterviewPlan::next() {
  if (queue_.empty()) return std::nullopt;
  const auto attempt = queue_.front();
  queue_.pop_front();
  return attempt;
}

void InterviewPlan::append(const Attempt& attempt) {
  if (used_.insert({attempt.tls, attempt.entry}).second) queue_.push_back(attempt);
}

// Not tried, only given up for now: what it said may yet name this very conversation.
void InterviewPlan::drop(bool (*unwanted)(const Attempt&)) {
  std::erase_if(queue_, [&](const Attempt& a) {
    const bool dropped = unwanted(a);
    if (dropped) used_.erase({a.tls, a.entry});
    return dropped;
  });
}

void InterviewPlan::insert_first(bool tls, const ConversationEntry* entry) {
  const auto same = [&](const Attempt& a) { return a.tls == tls && a.entry == entry; };
  const auto queued = std::find_if(queue_.begin(), queue_.end(), same);
  const bool waits = queued != queue_.end();
  // Tried before: its answer is known.
  if (!waits && used_.contains({tls, entry})) return;
  if (waits) queue_.erase(queued);
  used_.insert({tls, entry});
  queue_.push_front({tls, entry, true});
}

// What it speaks is known by its words: the port need not mean anything else.
void InterviewPlan::drop_second() {
  drop([](const Attempt& a) { return a.second; });
}

void InterviewPlan::on_heard(std::string_view kind, bool inside_tls) {
  if (!kind.empty()) drop_second();
  if (!heard_) {
    heard_ = true;
    // It speaks: requests of protocols that would have answered in their own words are not worth
    // more connections. TLS and HTTP still are, as both draw out a name.
    drop([](const Attempt& a) { return !a.hinted && a.entry->yield > 0; });
  }
  if (kind == "tls" && !inside_tls) on_wants_tls();
  for (const auto& entry : conversations()) {
    if (entry.transport != net::Transport::tcp || kind.empty()) continue;
    const bool means = std::find(entry.kinds.begin(), entry.kinds.end(), kind) != entry.kinds.end();
    if (means) insert_first(inside_tls, &entry);
  }
}

void InterviewPlan::on_gentle() {
  gentle_ = true;
  std::erase_if(queue_, [](const Attempt& a) { return !a.hinted || a.second || a.remembered; });
}

void InterviewPlan::on_tls() {
  if (speaks_tls_) return;
  speaks_tls_ = true;
  std::erase_if(queue_, [](const Attempt& a) { return !a.tls; });
  append({true, tcp_entry("http")});
  if (gentle_) return;
  append({true, tcp_entry("http2")});
  append({true, tcp_entry("listen")});
  for (const auto* entry : by_yield()) {
    if (entry->with_tls) append({true, entry});
  }
}

bool InterviewPlan::on_refused(const Attempt& attempt, int alert) {
  constexpr int kHandshakeFailure = 40;  // RFC 5246 §7.2.2
  if (alert == net::kTlsNoApplicationProtocol) {
    // It speaks TLS, and within it something else than what was offered.
    on_tls();
    return true;
  }
  if (alert != kHandshakeFailure || !attempt.entry->anonymous || attempt.anonymous) return false;
  queue_.push_front(attempt);
  queue_.front().anonymous = true;
  return true;
}

void InterviewPlan::on_wants_tls() {
  drop_second();
  const auto usual = hinted({net::Transport::tcp, port_});
  const bool with = !usual.empty() && usual.front()->with_tls;
  insert_first(true, with ? usual.front() : tcp_entry("http"));
}

std::string_view alpn_of(const ConversationEntry& entry) {
  if (entry.name == "http2") return kAlpnHttp2;
  return entry.name == "http" ? "http/1.1" : "";
}

bool asks_for_tls(std::string_view http_response) {
  constexpr std::array<std::string_view, 5> kWords{
      "plain HTTP request was sent to HTTPS port",          // nginx, Tengine
      "speaking plain HTTP to an SSL-enabled server port",  // Apache httpd
      "Client sent an HTTP request to an HTTPS server",     // Go net/http
      "This combination of host and port requires TLS",     // Apache Tomcat
      "illegal plain HTTP request"};
  const auto head = http_response.substr(0, 4096);
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](auto words) { return head.find(words) != std::string_view::npos; });
}

}  // namespace qingdan::probe
