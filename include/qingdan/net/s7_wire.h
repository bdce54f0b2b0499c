// s7_wire — who a Siemens S7 controller is: a transport connection, one communication setup, one
// read of the system status list. Pure.
// Sources: RFC 1006 §6 (TPKT), ISO/IEC 8073 §13.3, §13.4, §13.7 (CR, CC, DT of class 0); Siemens
// "System Software for S7-300/400, System and Standard Functions", A5E02789976, ch. 34: SSL-ID
// W#16#xy1C (component identification) and its records. The S7 header itself was never published by
// its maker; its form is that of the s7comm dissector of Wireshark, which all tools of the field
// share.
//
// Channel s7.reply = the TPKT frames as they came.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

// Connection request to rack 0, slot 2, where the CPU of a 300 or 400 sits; a 1200 or 1500 does not
// look at the slot.
[[nodiscard]] Bytes build_s7_connect();
[[nodiscard]] Bytes build_s7_setup();
[[nodiscard]] Bytes build_s7_read_identification();

// Of one TPKT frame.
[[nodiscard]] Extent measure_tpkt(BytesView stream);

enum class S7Frame : std::uint8_t {
  other,      // of the protocol, but no answer to us
  confirmed,  // the transport connection stands
  refused,    // it does not (DR or ER)
  setup,      // communication is set up
  list,       // a reply to the read, be it an error
};
// nullopt: not one whole TPKT frame with an ISO 8073 header.
[[nodiscard]] std::optional<S7Frame> read_s7_frame(BytesView frame);

struct S7Identity {
  bool confirmed{false}, s7{false};  // ISO transport; S7 on it
  // By index of the list: 1 name of the station, 2 of the module, 3 plant, 5 serial number, 7
  // module type, 8 serial number of the card, 9 maker and profile. Trailing spaces and zeros taken
  // off, empty ones left out.
  std::vector<std::pair<std::uint16_t, std::string>> records;
};
// Of all frames in a stream; what follows the last whole one is left aside. nullopt: not one is.
[[nodiscard]] std::optional<S7Identity> parse_s7_stream(BytesView stream);

}  // namespace qingdan::net
