// rpcbind_wire — the port mapper's DUMP: which RPC programs a host offers, and where. Pure,
// bounded. Sources: RFC 5531 §9 (messages), §11 (record marks over TCP), RFC 1833 §3 (version 2 of
// the port mapper, procedure 4), RFC 4506 (XDR).
//
// Channel rpcbind.dump = the reply message, over TCP without its record marks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

// Version 2, as the mappers of every system still answer it; 40 bytes, no credential (AUTH_NONE).
[[nodiscard]] Bytes build_rpcbind_dump(std::uint32_t xid);
// The same as one record of a TCP stream.
[[nodiscard]] Bytes build_rpcbind_dump_tcp(std::uint32_t xid);

// Of a reply in one or more record fragments; `foreign` where it is no RPC reply or longer than
// 64 KiB.
[[nodiscard]] Extent measure_rpc_reply_tcp(BytesView stream);
// The message of a whole reply, its record marks taken out.
[[nodiscard]] Bytes join_rpc_record(BytesView stream);

struct RpcMapping {
  std::uint32_t program{0};
  std::uint32_t version{0};
  std::uint32_t protocol{0};  // 6 TCP, 17 UDP
  std::uint32_t port{0};
};
struct RpcbindReply {
  std::uint32_t xid{0};
  bool accepted{false};  // false: the mapper refused, which is an answer too
  std::vector<RpcMapping> mappings;
  bool truncated{false};
};
[[nodiscard]] std::optional<RpcbindReply> parse_rpcbind_reply(BytesView message);

// "nfs", "mountd" …; "" for those few people know by number.
[[nodiscard]] std::string_view rpc_program_name(std::uint32_t program);

}  // namespace qingdan::net
