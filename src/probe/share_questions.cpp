// share_questions — shares, proxies, streams and chat. svnserve and rsync introduce themselves, so
// nothing is sent to them; the others hear the first message of a client, and are left before a
// login, a session or a request. A broker that lets us in is told that we leave.
#include "probe/conversations.h"
#include "probe/one_reply.h"
#include "probe/rounds.h"
#include "probe/service_conversations.h"
#include "qingdan/net/irc_wire.h"
#include "qingdan/net/iscsi_wire.h"
#include "qingdan/net/relay_wire.h"
#include "qingdan/net/share_wire.h"
#include "qingdan/net/stomp_wire.h"

namespace qingdan::probe {
namespace {

bool is_svn(BytesView stream) { return net::parse_svn(stream).has_value(); }
bool is_rsync(BytesView stream) { return net::parse_rsync(stream).has_value(); }
bool is_socks(BytesView stream) { return net::parse_socks(stream).has_value(); }
bool is_fastcgi(BytesView stream) { return net::parse_fastcgi(stream).has_value(); }
bool is_irc(BytesView stream) { return net::parse_irc(stream).any; }
bool is_rtmp(BytesView stream) { return net::parse_rtmp(stream).has_value(); }

// The bouncer ZNC tells its version on its pages alone, which it serves at the same port.
class Irc final : public Conversation {
 public:
  explicit Irc(const Setting& setting)
      : setting_(setting),
        question_(net::build_irc_question(), net::measure_irc, is_irc, model::channel::kIrc) {}

  Step on_open() override { return question_.on_open(); }
  Step on_received(BytesView received) override {
    has_pages_ = has_pages_ || net::parse_irc(received).server == "irc.znc.in";
    return question_.on_received(received);
  }
  std::vector<Heard> take() override { return question_.take(); }
  std::vector<std::unique_ptr<Conversation>> follow_ups() override {
    std::vector<std::unique_ptr<Conversation>> next;
    if (has_pages_) next.push_back(make_http(setting_));
    return next;
  }

 private:
  Setting setting_;
  OneReply question_;
  bool has_pages_{false};
};

ServiceConversation ask(Bytes request, OneReply::Measure measure, OneReply::Recognise recognise,
                        std::string_view channel) {
  return std::make_unique<OneReply>(std::move(request), measure, recognise, channel);
}

// After ERROR the broker closes by itself.
Rounds::Turn leave_broker(BytesView frame) {
  const auto answer = net::parse_stomp(frame);
  if (!answer) return {};
  return {true, true, answer->connected ? net::build_stomp_disconnect() : Bytes{}};
}

Rounds::Turn discover_targets(BytesView pdu) {
  auto turn = net::answer_iscsi(pdu);
  return {turn.ours, turn.last, std::move(turn.send)};
}

// As does git after ERR.
Rounds::Turn leave_git(BytesView message) {
  const auto reply = net::parse_git(message);
  if (!reply) return {};
  return {true, true, reply->error.empty() ? net::build_git_flush() : Bytes{}};
}

}  // namespace

ServiceConversation make_stomp(const Setting&) {
  return std::make_unique<Rounds>(net::build_stomp_connect(), net::measure_stomp, leave_broker,
                                  model::channel::kStomp);
}

ServiceConversation make_svn(const Setting&) {
  return ask({}, net::measure_svn, is_svn, model::channel::kSvn);
}

ServiceConversation make_rsync(const Setting&) {
  return ask({}, net::measure_rsync, is_rsync, model::channel::kRsync);
}

ServiceConversation make_git(const Setting& setting) {
  return std::make_unique<Rounds>(net::build_git_request(setting.host), net::measure_git, leave_git,
                                  model::channel::kGit);
}

ServiceConversation make_iscsi(const Setting&) {
  return std::make_unique<Rounds>(net::build_iscsi_login(), net::measure_iscsi, discover_targets,
                                  model::channel::kIscsi);
}

ServiceConversation make_socks(const Setting&) {
  return ask(net::build_socks_greeting(), net::measure_socks, is_socks, model::channel::kSocks);
}

ServiceConversation make_fastcgi(const Setting&) {
  return ask(net::build_fastcgi_get_values(), net::measure_fastcgi, is_fastcgi,
             model::channel::kFastcgi);
}

ServiceConversation make_rtmp(const Setting&) {
  return ask(net::build_rtmp_hello(), net::measure_rtmp, is_rtmp, model::channel::kRtmp);
}

ServiceConversation make_irc(const Setting& setting) { return std::make_unique<Irc>(setting); }

}  // namespace qingdan::probe
