// industrial — see the header; and the conversations of that kind, which are one request and one
// reply each.
#include "industrial.h"

#include "conversations.h"
#include "one_reply.h"
#include "qingdan/net/enip_wire.h"
#include "qingdan/net/modbus_wire.h"
#include "setting.h"
#include "talk.h"

namespace qingdan::probe {
namespace {

bool is_modbus(BytesView stream) { return net::measure_modbus_reply(stream).whole(); }
bool is_enip(BytesView stream) { return net::measure_enip_reply(stream).whole(); }

}  // namespace

std::unique_ptr<Conversation> make_modbus(const Setting&) {
  return std::make_unique<OneReply>(net::build_modbus_identify(), net::measure_modbus_reply,
                                    is_modbus, model::channel::kModbus);
}

std::unique_ptr<Conversation> make_enip(const Setting&) {
  return std::make_unique<OneReply>(net::build_enip_list_identity(), net::measure_enip_reply,
                                    is_enip, model::channel::kEnip);
}

Awaitable<std::vector<model::Observation>> ask_industrial(Pacer& pacer, Connection& connection,
                                                          targets::ApprovedTarget target) {
  std::vector<model::Observation> seen;
  const auto* entry = industrial_entry({target.transport(), target.port()});
  const bool allowed =
      entry != nullptr && target.ot_readonly() && pacer.class_of(target) == PortClass::ot_readonly;
  if (!allowed) co_return seen;
  const auto conversation = entry->make(make_setting(target, "", false));
  PlainPipe pipe(connection);
  const TalkLimits limits{entry->limits, Deadline{pacer.now() + entry->limits.session},
                          entry->limits.bytes};
  auto talked = co_await talk(pipe, *conversation, pacer.dialer().clock(), limits);
  if (talked.heard.empty()) co_return seen;
  for (auto& heard : conversation->take()) {
    model::Observation one;
    one.at = target.endpoint();
    one.probe = entry->name;
    one.channel = std::move(heard.channel);
    one.exchange = 1;
    one.truncated = heard.truncated;
    one.raw = std::move(heard.raw);
    one.time = pacer.dialer().clock().now();
    seen.push_back(std::move(one));
  }
  co_return seen;
}

}  // namespace qingdan::probe
