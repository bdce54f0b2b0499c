// capwap_wire — the question by which an access point looks for its controller, and what the
// controller answers. Pure, bounded.
// Sources: RFC 5415 §4.1, §4.3 (headers), §4.5.1 (control messages), §4.6 (elements), §5.1, §5.2
// (discovery); RFC 5416 §6.25 (the element of 802.11).
//
// Channel capwap.discovery = the datagram as it came.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

// Discovery Request with every element it must have, of a device of one radio that is off. A
// controller answers whoever asks and keeps nothing: only a Join, over DTLS, makes a session
// (§2.3). `sequence` comes back in the answer.
[[nodiscard]] Bytes build_capwap_discovery(std::uint8_t sequence);

struct CapwapAnswer {
  std::uint8_t sequence{0};
  std::uint32_t vendor{0};  // enterprise number of who says the versions, 0 = nobody
  std::string hardware;     // as text, or four numbers with dots, or hex
  std::string software;
  std::string name;                             // of the controller
  std::uint16_t access_points{0}, stations{0};  // joined to it now
  std::uint16_t access_points_max{0};           // it is licensed for
};
inline constexpr std::size_t kCapwapTextMax = 512;
// nullopt where it is no Discovery Response in the clear that describes its controller.
[[nodiscard]] std::optional<CapwapAnswer> parse_capwap_answer(BytesView datagram);

}  // namespace qingdan::net
