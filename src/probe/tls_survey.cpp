// tls_survey — see the header.
#include "tls_survey.h"

#include "qingdan/base/contract.h"

namespace qingdan::probe {
namespace {

using net::TlsVersion;

std::optional<TlsVersion> step_down(TlsVersion from) {
  switch (from) {
    case TlsVersion::tls13:
      return TlsVersion::tls12;
    case TlsVersion::tls12:
      return TlsVersion::tls11;
    case TlsVersion::tls11:
      return TlsVersion::tls10;
    default:
      break;
  }
  return std::nullopt;
}

const ConversationEntry* entry_of(std::string_view name) {
  const auto* entry = find_conversation(name, net::Transport::tcp);
  QD_ENSURES(entry != nullptr);
  return entry;
}

const ConversationEntry* entry_of(TlsVersion version) {
  switch (version) {
    case TlsVersion::tls13:
      return entry_of("tls-1.3");
    case TlsVersion::tls12:
      return entry_of("tls-1.2");
    case TlsVersion::tls11:
      return entry_of("tls-1.1");
    case TlsVersion::tls10:
      return entry_of("tls-1.0");
    default:
      break;
  }
  return entry_of("tlcp");
}

}  // namespace

TlsSurvey::TlsSurvey(const TlsAgreed& agreed) : key_(agreed.key) {
  ask_keys_ = key_ == "RSA" || key_ == "ECC";
  if (agreed.version) {
    below_ = step_down(*agreed.version);
    classic_ = *agreed.version != TlsVersion::tls13;
  } else if (agreed.alert >= 0 && agreed.alert != net::kTlsProtocolVersion) {
    // Something else displeased it (a name or a certificate of ours is missing): all versions.
    below_ = TlsVersion::tls13;
  }
}

const ConversationEntry* TlsSurvey::next() {
  if (below_) return entry_of(*below_);
  if (ask_tlcp_) return entry_of(TlsVersion::tlcp);
  if (ask_keys_ && classic_) return entry_of(key_ == "RSA" ? "tls-ecc" : "tls-rsa");
  return nullptr;
}

void TlsSurvey::on_answer(BytesView raw) {
  const auto record = net::read_tls_record(raw);
  QD_EXPECTS(record.has_value());
  const auto answer = net::parse_tls_answer(record->stream);
  spoke_ = spoke_ || answer.has_value();
  if (record->end == net::TlsEnd::silent) {  // Y1
    below_.reset();
    ask_tlcp_ = ask_keys_ = false;
    return;
  }
  const auto chosen = answer ? net::tls_version_of(answer->version) : std::nullopt;
  if (record->asked == TlsVersion::tlcp) {
    ask_tlcp_ = false;
  } else if (record->keys != net::TlsKeys::any) {
    ask_keys_ = false;
  } else if (chosen && *chosen <= record->asked && *chosen != TlsVersion::tlcp) {
    classic_ = classic_ || *chosen != TlsVersion::tls13;
    below_ = step_down(*chosen);
  } else if (answer && answer->alert == net::kTlsProtocolVersion &&
             record->asked != TlsVersion::tls13) {
    below_.reset();
  } else {
    below_ = step_down(record->asked);
  }
}

}  // namespace qingdan::probe
