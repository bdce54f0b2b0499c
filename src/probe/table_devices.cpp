// table_devices — the part of the table for wireless controllers (device_questions.cpp).
#include "qingdan/model/channels_devices.h"
#include "service_conversations.h"
#include "table_parts.h"

namespace qingdan::probe {
namespace {

namespace channel = model::channel;

constexpr std::array<std::uint16_t, 1> kCapwap{5246};

constexpr auto kCapwapChannels = words(channel::kCapwap);

constexpr std::array kTable{
    datagram({"capwap",
              kCapwap,
              "A Discovery Request of an access point without radios; nothing is joined.",
              kCapwapChannels,
              {},
              &make_capwap}),
};

}  // namespace

std::span<const ConversationEntry> device_entries() { return kTable; }

}  // namespace qingdan::probe
