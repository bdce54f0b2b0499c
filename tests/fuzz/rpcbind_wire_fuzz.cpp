// rpcbind_wire — DUMP replies, whole and in record fragments; replies of NFS.
#include "qingdan/net/rpcbind_wire.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const qingdan::BytesView bytes(data, size);
  const auto extent = qingdan::net::measure_rpc_reply_tcp(bytes);
  if (extent.whole() && extent.size > size) std::abort();
  if (qingdan::net::join_rpc_record(bytes).size() > size) std::abort();
  const auto reply = qingdan::net::parse_rpcbind_reply(bytes);
  if (reply && reply->mappings.size() * 20 > size) std::abort();
  const auto nfs = qingdan::net::parse_nfs_reply(bytes);
  if (nfs && (nfs->least > nfs->most || !reply)) std::abort();
  return 0;
}
