// bacnet_wire — who a BACnet/IP device is: single properties of its device object, or its I-Am.
// Pure. Source: ANSI/ASHRAE 135-2016 annex J.2 (BVLL), §6.2 (NPDU), §20.1.2 to §20.1.7 (APDUs),
// §20.2 (encoding of tags, object identifiers, character strings), §15.5 (ReadProperty), §16.10
// (Who-Is), §21 (numbers of properties). Instance 4194303 of a device object means the device that
// is asked (§12.11.1, since addendum 135-2008h); those that do not know it answer with an error,
// which names them as well.
//
// Channel bacnet.reply = the datagrams as they came, framed (net/frames.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

enum class BacnetProperty : std::uint8_t {
  none = 0,
  model_name = 70,
  object_name = 77,
  vendor_name = 121
};
[[nodiscard]] Bytes build_bacnet_read(BacnetProperty property);
[[nodiscard]] Bytes build_bacnet_who_is();

struct BacnetReply {
  enum class Kind : std::uint8_t { value, error, i_am };  // error: also reject and abort
  Kind kind{Kind::error};
  BacnetProperty property{
      BacnetProperty::none};  // of `value`, and what the request was for in `error`
  std::string text;           // of `value`, UTF-8 only
  std::uint32_t instance{0};  // of `i_am`
  std::uint16_t vendor{0};
};
// nullopt: not an answer to one of our requests.
[[nodiscard]] std::optional<BacnetReply> parse_bacnet_reply(BytesView datagram);

}  // namespace qingdan::net
