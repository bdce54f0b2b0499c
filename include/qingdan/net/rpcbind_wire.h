// rpcbind_wire — the port mapper's DUMP: which RPC programs a host offers, and where; and which
// versions of NFS a server speaks. Pure, bounded. Sources: RFC 5531 §9 (messages), §11 (record
// marks over TCP), RFC 1833 §3 (version 2 of the port mapper, procedure 4), RFC 4506 (XDR).
//
// Channels rpcbind.dump, nfs.versions = the reply message, over TCP without its record marks.
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
// Procedure NULL of NFS, which does nothing (RFC 1813 §3.3.0), in version 0, which nobody has: as
// rpcinfo(8) asks for the range of versions (RFC 5531 §9, PROG_MISMATCH). No credential.
[[nodiscard]] Bytes build_nfs_null(std::uint32_t xid);
// A call as one record of a TCP stream.
[[nodiscard]] Bytes build_rpc_record(BytesView call);

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

struct NfsReply {
  std::uint32_t xid{0};
  std::uint32_t least{0}, most{0};  // versions; both 0 where it took the one that nobody has
};
// nullopt where it is no reply of a server that has NFS.
[[nodiscard]] std::optional<NfsReply> parse_nfs_reply(BytesView message);

// "nfs", "mountd" …; "" for those few people know by number.
[[nodiscard]] std::string_view rpc_program_name(std::uint32_t program);

}  // namespace qingdan::net
