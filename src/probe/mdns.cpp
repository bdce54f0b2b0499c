// mdns — asks one host what it offers (DNS-SD's list of services) and what it is called, then of
// one that answered the instances of up to eight services and its device-info. Asked from another
// port than 5353, so the host answers us alone (RFC 6762 §6.7) and nothing is multicast.
#include "probe/conversations.h"
#include "probe/cookie.h"
#include "probe/datagrams.h"
#include "qingdan/net/mdns_wire.h"

namespace qingdan::probe {

namespace {

std::vector<net::DnsQuestion> first_questions(std::string host) {
  std::vector<net::DnsQuestion> questions{
      {"_services._dns-sd._udp.local", net::kDnsTypePtr, net::kDnsClassIn}};
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  const auto ip = net::parse_address(host);
  if (ip) questions.push_back({net::reverse_name(*ip), net::kDnsTypePtr, net::kDnsClassIn});
  return questions;
}

class Rule {
 public:
  explicit Rule(std::uint16_t id) : id_(id) {}

  // Some responders leave the id zero, as multicast wants it (RFC 6762 §18.1).
  Ruling operator()(BytesView datagram) {
    const auto reply = net::parse_mdns_reply(datagram);
    if (!reply || (reply->id != 0 && reply->id != id_ && reply->id != second())) return {};
    if (asked_second_) return {true, reply->id == second()};
    const auto questions = net::next_mdns_questions(*reply);
    if (questions.empty()) return {true, true};
    asked_second_ = true;
    return {true, false, net::build_mdns_query(questions, second())};
  }

 private:
  [[nodiscard]] std::uint16_t second() const { return static_cast<std::uint16_t>(id_ ^ 1U); }
  std::uint16_t id_;
  bool asked_second_ = false;
};

}  // namespace

std::unique_ptr<Conversation> make_mdns(const Setting& setting) {
  const auto id = static_cast<std::uint16_t>(cookie_of(setting) | 2U);  // neither it nor its twin 0
  return std::make_unique<Datagrams>(net::build_mdns_query(first_questions(setting.host), id),
                                     Rule(id), model::channel::kMdns, Datagrams::Keep::framed);
}

}  // namespace qingdan::probe
