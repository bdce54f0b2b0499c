// agent_questions — what agents on a host say to anybody of its power supply, its Erlang nodes or
// themselves: the questions of apcaccess, epmd -names, zabbix_get and check_nrpe.
#include "probe/heard_stream.h"
#include "probe/one_reply.h"
#include "probe/service_conversations.h"
#include "qingdan/model/channels_agents.h"
#include "qingdan/net/agent_wire.h"

namespace qingdan::probe {
namespace {

bool is_apcupsd(BytesView stream) { return net::parse_apcupsd(stream).has_value(); }
bool is_nrpe(BytesView stream) { return net::parse_nrpe(stream).has_value(); }
bool is_zabbix(BytesView stream) { return net::parse_zabbix(stream).has_value(); }

// The answer has no end but that of the connection.
class EpmdNames final : public Conversation {
 public:
  Step on_open() override { return {net::build_epmd_names(), false, false}; }
  Step on_received(BytesView received) override {
    heard_.keep(received);
    heard_.note(net::measure_epmd(heard_.all()));
    return {{}, heard_.over(), false};
  }
  void on_end(End end) override { closed_ = end == End::closed; }
  std::vector<Heard> take() override {
    if (!heard_.over() && net::parse_epmd(heard_.all())) {
      if (closed_) heard_.mark_complete();
      heard_.understand(heard_.all().size());
    }
    return heard_.take(model::channel::kEpmd);
  }

 private:
  HeardStream heard_;
  bool closed_{false};
};

}  // namespace

ServiceConversation make_apcupsd(const Setting&) {
  return std::make_unique<OneReply>(net::build_apcupsd_status(), net::measure_apcupsd, is_apcupsd,
                                    model::channel::kApcupsd);
}

ServiceConversation make_epmd(const Setting&) { return std::make_unique<EpmdNames>(); }

ServiceConversation make_zabbix(const Setting&) {
  return std::make_unique<OneReply>(net::build_zabbix_version(), net::measure_zabbix, is_zabbix,
                                    model::channel::kZabbix);
}

ServiceConversation make_nrpe(const Setting&) {
  return std::make_unique<OneReply>(net::build_nrpe_version(), net::measure_nrpe, is_nrpe,
                                    model::channel::kNrpe);
}

}  // namespace qingdan::probe
