// mdns_wire — replies, and the question that is built of whatever they name.
#include "qingdan/net/mdns_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto reply = qingdan::net::parse_mdns_reply(bytes);
  if (!reply) return 0;
  const auto questions = qingdan::net::next_mdns_questions(*reply);
  if (questions.size() > 9) std::abort();
  const auto query = qingdan::net::build_mdns_query(questions, 1);
  const auto message = qingdan::net::parse_dns_message(query);
  if (!message || message->malformed || message->questions.size() > questions.size()) std::abort();
  return 0;
}
