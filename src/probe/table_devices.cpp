// table_devices — the part of the table for wireless controllers and cameras
// (device_questions.cpp).
#include "qingdan/model/channels_devices.h"
#include "service_conversations.h"
#include "table_parts.h"

namespace qingdan::probe {
namespace {

namespace channel = model::channel;

constexpr std::array<std::uint16_t, 1> kCapwap{5246};
constexpr std::array<std::uint16_t, 1> kDahua{37810};
constexpr std::array<std::uint16_t, 1> kSadp{37020};

constexpr auto kCapwapChannels = words(channel::kCapwap);
constexpr auto kDahuaChannels = words(channel::kDahua);
constexpr auto kSadpChannels = words(channel::kSadp);

constexpr std::array kTable{
    datagram({"capwap",
              kCapwap,
              "A Discovery Request of an access point without radios; nothing is joined.",
              kCapwapChannels,
              {},
              &make_capwap}),
    datagram({"dahua",
              kDahua,
              "DHDiscover.search, as the maker's tool asks; no login.",
              kDahuaChannels,
              {},
              &make_dahua}),
    datagram({"sadp",
              kSadp,
              "An inquiry of SADP, as the maker's tool asks; no login.",
              kSadpChannels,
              {},
              &make_sadp}),
};

}  // namespace

std::span<const ConversationEntry> device_entries() { return kTable; }

}  // namespace qingdan::probe
