// table_middleware — the part of the table for remote-call middleware, graph databases and key
// distribution (rpc_questions.cpp).
#include "qingdan/model/channels_middleware.h"
#include "service_conversations.h"
#include "table_parts.h"

namespace qingdan::probe {
namespace {

namespace channel = model::channel;

constexpr std::array<std::uint16_t, 1> kDubbo{20880};
// The name server, and a broker's two doors.
constexpr std::array<std::uint16_t, 3> kRocketmq{9876, 10911, 10909};
constexpr std::array<std::uint16_t, 1> kBolt{7687};
constexpr std::array<std::uint16_t, 2> kOpenwire{61616, 61617};
constexpr std::array<std::uint16_t, 1> kKerberos{88};

constexpr auto kDubboChannels = words(channel::kDubbo);
constexpr auto kRocketmqChannels = words(channel::kRocketmq);
constexpr auto kBoltChannels = words(channel::kBolt);
constexpr auto kOpenwireChannels = words(channel::kOpenwire);
constexpr auto kKerberosChannels = words(channel::kKerberos);

constexpr auto kOpenwireKinds = words("openwire");
constexpr auto kKerberosKinds = words("kerberos");

constexpr std::string_view kAsReq = "An AS-REQ of a realm that cannot exist; no account is named.";

constexpr std::array kTable{
    entry({"dubbo", kDubbo, "A heartbeat; nothing is called.", kDubboChannels, {}, &make_dubbo}),
    entry({"rocketmq",
           kRocketmq,
           "A query for the cluster's brokers; no topic is named.",
           kRocketmqChannels,
           {},
           &make_rocketmq}),
    entry({"bolt",
           kBolt,
           "The versions a client speaks; no login follows.",
           kBoltChannels,
           {},
           &make_bolt}),
    entry({"openwire", kOpenwire, "Nothing; it reads what the broker begins with.",
           kOpenwireChannels, kOpenwireKinds, &make_openwire, "", true, true}),
    datagram({"kerberos", kKerberos, kAsReq, kKerberosChannels, {}, &make_kerberos_udp}),
    // Web servers on 88 are many more than centres that have no UDP.
    entry({"kerberos",
           {},
           kAsReq,
           kKerberosChannels,
           kKerberosKinds,
           &make_kerberos_tcp,
           "",
           false,
           false,
           kKerberos}),
};

}  // namespace

std::span<const ConversationEntry> middleware_entries() { return kTable; }

}  // namespace qingdan::probe
