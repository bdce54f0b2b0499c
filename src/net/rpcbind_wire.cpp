// rpcbind_wire — see the header.
#include "qingdan/net/rpcbind_wire.h"

#include <algorithm>
#include <array>

namespace qingdan::net {

namespace {

constexpr std::uint32_t kCall = 0, kReply = 1;  // RFC 5531 §9, msg_type
constexpr std::uint32_t kRpcVersion = 2;
constexpr std::uint32_t kPortMapper = 100000;  // RFC 1833 §3
constexpr std::uint32_t kVersion = 2, kDump = 4;
constexpr std::uint32_t kNfsVersionsMost = 16;        // there are four
constexpr std::uint32_t kNfs = 100003;                // RFC 1813 §2
constexpr std::uint32_t kSuccess = 0, kMismatch = 2;  // RFC 5531 §9, accept_stat
constexpr std::uint32_t kAccepted = 0, kDenied = 1;   // RFC 5531 §9, reply_stat
constexpr std::uint32_t kLastFragment = 0x8000'0000;  // §11
constexpr std::size_t kHeaderSize = 24;    // xid to accept_stat, without a verifier's body
constexpr std::size_t kVerifierMax = 400;  // §8.2
constexpr std::size_t kRecordMax = 65'536;
constexpr std::size_t kFragmentsMax = 64;
constexpr std::size_t kMappingsMax = 512;

struct Named {
  std::uint32_t program;
  std::string_view name;
};
// IANA, "Remote Procedure Call (RPC) Program Numbers".
constexpr std::array<Named, 18> kPrograms{{{100000, "portmapper"},
                                           {100001, "rstatd"},
                                           {100002, "rusersd"},
                                           {100003, "nfs"},
                                           {100004, "ypserv"},
                                           {100005, "mountd"},
                                           {100007, "ypbind"},
                                           {100008, "walld"},
                                           {100009, "yppasswdd"},
                                           {100011, "rquotad"},
                                           {100012, "sprayd"},
                                           {100021, "nlockmgr"},
                                           {100024, "status"},
                                           {100083, "ttdbserverd"},
                                           {100227, "nfs_acl"},
                                           {100229, "metad"},
                                           {150001, "pcnfsd"},
                                           {390109, "nsrexec"}}};

Bytes call_of(std::uint32_t xid, std::uint32_t program, std::uint32_t version,
              std::uint32_t procedure) {
  ByteWriter out;
  out.u32be(xid).u32be(kCall).u32be(kRpcVersion).u32be(program).u32be(version).u32be(procedure);
  out.u32be(0).u32be(0).u32be(0).u32be(0);  // credential and verifier: AUTH_NONE, empty
  return std::move(out).take();
}

// The start of a reply: xid, REPLY, accepted or denied.
bool may_be_reply(BytesView message) {
  ByteReader reader(message);
  reader.skip(4);
  return reader.u32be() == kReply && reader.u32be() <= kDenied && reader.ok();
}

struct Head {
  std::uint32_t xid{0};
  std::optional<std::uint32_t> status;  // accept_stat; nullopt: the call was denied
  BytesView results;
};
// nullopt where it is no reply, or ends before it says what became of the call.
std::optional<Head> read_head(BytesView message) {
  if (!may_be_reply(message)) return std::nullopt;
  ByteReader reader(message);
  Head head;
  head.xid = reader.u32be();
  reader.skip(4);
  if (reader.u32be() != kAccepted) return head;
  reader.skip(4);  // the verifier's flavour
  const auto verifier = reader.u32be();
  if (verifier > kVerifierMax) return std::nullopt;
  reader.skip((verifier + 3) & ~3U);
  head.status = reader.u32be();
  if (!reader) return std::nullopt;
  head.results = reader.rest();
  return head;
}

void read_mappings(ByteReader& reader, RpcbindReply& reply) {
  while (reader.u32be() == 1 && reader) {
    RpcMapping mapping;
    mapping.program = reader.u32be();
    mapping.version = reader.u32be();
    mapping.protocol = reader.u32be();
    mapping.port = reader.u32be();
    if (!reader || reply.mappings.size() == kMappingsMax) break;
    reply.mappings.push_back(mapping);
  }
  reply.truncated = !reader || reply.mappings.size() == kMappingsMax;
}

}  // namespace

Bytes build_rpcbind_dump(std::uint32_t xid) { return call_of(xid, kPortMapper, kVersion, kDump); }

Bytes build_nfs_null(std::uint32_t xid) { return call_of(xid, kNfs, 0, 0); }

Bytes build_rpc_record(BytesView call) {
  ByteWriter out;
  out.u32be(kLastFragment | static_cast<std::uint32_t>(call.size())).bytes(call);
  return std::move(out).take();
}

Extent measure_rpc_reply_tcp(BytesView stream) {
  using State = Extent::State;
  ByteReader reader(stream);
  std::size_t total = 0;
  for (std::size_t i = 0; i < kFragmentsMax; ++i) {
    if (reader.remaining() < 4) return {};
    const auto mark = reader.u32be();
    const std::size_t size = mark & ~kLastFragment;
    total += size;
    if (size == 0 || total > kRecordMax) return {State::foreign, 0};
    // The first fragment holds at least the fixed part of a reply in all implementations.
    if (i == 0 && size < kHeaderSize) return {State::foreign, 0};
    if (i == 0 && reader.remaining() >= 12 && !may_be_reply(stream.subspan(4))) {
      return {State::foreign, 0};
    }
    reader.skip(size);
    if (!reader) return {};
    if ((mark & kLastFragment) != 0) return {State::whole, reader.position()};
  }
  return {State::foreign, 0};
}

Bytes join_rpc_record(BytesView stream) {
  Bytes message;
  ByteReader reader(stream);
  for (std::size_t i = 0; i < kFragmentsMax && reader.remaining() >= 4; ++i) {
    const auto mark = reader.u32be();
    const auto part = reader.take(std::min<std::size_t>(mark & ~kLastFragment, reader.remaining()));
    message.insert(message.end(), part.begin(), part.end());
    if ((mark & kLastFragment) != 0) break;
  }
  return message;
}

std::optional<RpcbindReply> parse_rpcbind_reply(BytesView message) {
  const auto head = read_head(message);
  if (!head) return std::nullopt;
  RpcbindReply reply;
  reply.xid = head->xid;
  reply.accepted = head->status == kSuccess;
  ByteReader results(head->results);
  if (reply.accepted) read_mappings(results, reply);
  return reply;
}

std::optional<NfsReply> parse_nfs_reply(BytesView message) {
  const auto head = read_head(message);
  if (!head || (head->status != kSuccess && head->status != kMismatch)) return std::nullopt;
  NfsReply reply;
  reply.xid = head->xid;
  if (head->status == kSuccess) return reply;
  ByteReader range(head->results);
  reply.least = range.u32be();
  reply.most = range.u32be();
  if (!range || reply.least > reply.most || reply.most > kNfsVersionsMost) return std::nullopt;
  return reply;
}

std::string_view rpc_program_name(std::uint32_t program) {
  const auto found = std::find_if(kPrograms.begin(), kPrograms.end(),
                                  [program](const Named& one) { return one.program == program; });
  return found == kPrograms.end() ? std::string_view{} : found->name;
}

}  // namespace qingdan::net
