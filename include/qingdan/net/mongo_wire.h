// mongo_wire — MongoDB's isMaster and buildInfo, and the BSON that answers them. Pure, linear,
// bounded. Sources: MongoDB Wire Protocol (MWP), BSON specification 1.1, MongoDB Handshake
// specification (MHS).
//
// Channel mongodb.reply = the stream as it came. Messages carry their own length (MWP "Standard
// Message Header"): parse_mongo_replies() takes them apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

// {isMaster: 1, helloOk: true} to admin.$cmd by OP_QUERY: what MHS prescribes for a client that
// does not yet know the server; every version up to now answers it.
[[nodiscard]] Bytes build_mongo_is_master(std::int32_t request_id);
// {buildInfo: 1} to admin, by OP_MSG (maxWireVersion >= kMongoOpMsgWireVersion) or by OP_QUERY.
inline constexpr std::int64_t kMongoOpMsgWireVersion = 6;  // MWP OP_MSG: MongoDB 3.6
[[nodiscard]] Bytes build_mongo_build_info(std::int32_t request_id, bool op_msg);

[[nodiscard]] Extent measure_mongo_message(BytesView stream);

// One leaf of a document: "version" → "7.0.5", "modules.0" → "enterprise", "ok" → "1".
struct BsonLeaf {
  std::string path;      // names joined by dots, array elements by their index
  std::uint8_t type{0};  // BSON element type: 0x01 double, 0x02 string, 0x08 bool, 0x10 int32 …
  std::string text;      // strings as they are, numbers in decimal, true/false, bytes in hex
};
// The leaves in document order; what lies beyond the bounds (depth 8, 512 leaves) is left out.
// nullopt where the bytes do not begin with a whole BSON document.
[[nodiscard]] std::optional<std::vector<BsonLeaf>> parse_bson(BytesView document);

struct MongoReply {
  std::int32_t response_to{0};
  std::int32_t op_code{0};         // 1 OP_REPLY, 2013 OP_MSG
  std::vector<BsonLeaf> document;  // the first one
  [[nodiscard]] std::optional<std::string_view> find(std::string_view path) const;
};
// Whole messages in order, up to the first that is cut or foreign.
[[nodiscard]] std::vector<MongoReply> parse_mongo_replies(BytesView stream);

}  // namespace qingdan::net
