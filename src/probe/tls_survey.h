// tls_survey — which versions a TLS server takes and which kinds of certificate it has, by as few
// hellos as the protocol allows. Pure: the driver asks what it says and tells it what came.
//
// A server answers a hello with the highest version it knows that is not above the one offered
// (RFC 5246 §E.1), so one goes down from the version agreed on, one step below each answer, until
// it says protocol_version: there is nothing further down.
//   Y1  a server that keeps silent is asked nothing more
#pragma once

#include <deque>
#include <optional>
#include <string_view>

#include "qingdan/net/tls_wire.h"
#include "qingdan/probe/table.h"

namespace qingdan::probe {

// What the ordinary handshake told.
struct TlsAgreed {
  std::optional<net::TlsVersion> version;  // nullopt: there was none
  int alert{-1};                           // by which the server ended it; -1 = by none
  std::string_view key;                    // of the leaf: "RSA", "ECC" …, "" = not seen
};

class TlsSurvey {
 public:
  explicit TlsSurvey(const TlsAgreed& agreed);

  // The next question, an entry of the table; nullptr: nothing is left to ask.
  [[nodiscard]] const ConversationEntry* next();
  // `raw` of the channel tls.answer.
  void on_answer(BytesView raw);
  // A server answered in TLS or TLCP, be it with an alert.
  [[nodiscard]] bool spoke() const { return spoke_; }

 private:
  std::optional<net::TlsVersion> below_;  // the next to offer on the way down
  bool ask_tlcp_{true};
  bool ask_keys_{false};
  std::string_view key_;
  bool classic_{false};  // takes 1.2 or lower: shows certificates in the clear
  bool spoke_{false};
};

}  // namespace qingdan::probe
