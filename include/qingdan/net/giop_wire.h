// giop_wire — whether an ORB knows the object "NameService", and what it says of it: the question
// of any CORBA client before its first call. Pure, bounded. Sources: CORBA 3.3 part 2 §9.4.1
// (header), §9.4.5, §9.4.6 (LocateRequest, LocateReply), §7.6.2 (IOR), §7.6.6.1 (ORB type), §9.7.2
// (IIOP profile), §9.3 (CDR).
//
// Channel iiop.locate = the message as it came.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

// LocateRequest of GIOP 1.2. Nothing is called; the ORB says whether and where the object is.
[[nodiscard]] Bytes build_giop_locate();

inline constexpr std::size_t kGiopMax = 65'536;
inline constexpr std::size_t kGiopTextMax = 1024;  // of each text; longer ones are left out
enum class GiopKind : std::uint8_t { locate_reply = 4, close = 5, error = 6 };
struct GiopAnswer {
  GiopKind kind{};
  int major{0}, minor{0};
  int status{-1};         // of a reply: 0 unknown, 1 here, 2 and 3 elsewhere, 4 an exception
  std::string exception;  // "IDL:omg.org/CORBA/OBJECT_NOT_EXIST:1.0"
  std::uint32_t minor_code{0};
  std::string type_id;  // of the reference, "IDL:omg.org/CosNaming/NamingContextExt:1.0"
  std::string host;     // of its first IIOP profile
  std::uint16_t port{0};
  Bytes key;                  // at most kGiopTextMax of it
  std::uint32_t orb_type{0};  // 0 = not said
};
// Whole: an answer that is a LocateReply, a MessageError or a CloseConnection.
[[nodiscard]] Extent measure_giop(BytesView stream);
[[nodiscard]] std::optional<GiopAnswer> parse_giop(BytesView stream);

}  // namespace qingdan::net
