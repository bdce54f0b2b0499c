#include "qingdan/net/rpcbind_wire.h"

#include <catch2/catch.hpp>

#include "unit/net/hostile.h"
#include "unit/seed.h"

using namespace qingdan;
using namespace qingdan::net;
using qingdan::test::seed;

namespace {

Bytes dump_reply(std::uint32_t xid) {
  ByteWriter out;
  out.u32be(xid).u32be(1).u32be(0).u32be(0).u32be(0).u32be(0);
  out.u32be(1).u32be(100000).u32be(2).u32be(17).u32be(111);
  out.u32be(1).u32be(100003).u32be(3).u32be(6).u32be(2049);
  out.u32be(0);
  return std::move(out).take();
}

Bytes in_record(BytesView message, std::size_t first) {
  ByteWriter out;
  out.u32be(static_cast<std::uint32_t>(first)).bytes(message.first(first));
  const auto rest = message.subspan(first);
  out.u32be(0x8000'0000U | static_cast<std::uint32_t>(rest.size())).bytes(rest);
  return std::move(out).take();
}

}  // namespace

TEST_CASE("DUMP is a call of version 2 without credential", "[net][rpcbind]") {
  const auto call = build_rpcbind_dump(7);
  CHECK(call.size() == 40);
  CHECK(call[15] == 0xA0);
  CHECK(call[23] == 4);
  CHECK_FALSE(parse_rpcbind_reply(call));  // an echo
  CHECK(build_rpc_record(build_rpcbind_dump(7)).size() == 44);
}

TEST_CASE("a reply lists programs with version, transport and port", "[net][rpcbind]") {
  const auto reply = parse_rpcbind_reply(dump_reply(7));
  REQUIRE(reply);
  CHECK(reply->xid == 7);
  CHECK(reply->accepted);
  CHECK_FALSE(reply->truncated);
  REQUIRE(reply->mappings.size() == 2);
  CHECK(reply->mappings[1].program == 100003);
  CHECK(reply->mappings[1].protocol == 6);
  CHECK(reply->mappings[1].port == 2049);
  CHECK(rpc_program_name(100003) == "nfs");
  CHECK(rpc_program_name(4711).empty());
  const auto cut = parse_rpcbind_reply(BytesView(dump_reply(7)).first(50));
  REQUIRE(cut);
  CHECK(cut->truncated);
  CHECK(cut->mappings.size() == 1);
}

TEST_CASE("a refusal answers too", "[net][rpcbind]") {
  ByteWriter denied;
  denied.u32be(7).u32be(1).u32be(1).u32be(1).u32be(1);
  const auto reply = parse_rpcbind_reply(denied.view());
  REQUIRE(reply);
  CHECK_FALSE(reply->accepted);
}

TEST_CASE("NFS is called to do nothing in a version that nobody has, and tells its own",
          "[net][rpcbind]") {
  const auto call = build_nfs_null(7);
  ByteReader words(call);
  words.skip(4);
  for (const std::uint32_t word : {0U, 2U, 100003U, 0U, 0U, 0U, 0U, 0U, 0U}) {
    CHECK(words.u32be() == word);
  }
  CHECK(words.ok());
  CHECK(words.at_end());
  CHECK_FALSE(parse_nfs_reply(call));
  const auto range = parse_nfs_reply(seed("rpcbind_wire/nfs_mismatch"));
  REQUIRE(range);
  CHECK(range->xid == 7);
  CHECK(range->least == 2);
  CHECK(range->most == 4);
  const auto served = parse_nfs_reply(seed("rpcbind_wire/nfs_served"));
  REQUIRE(served);
  CHECK(served->most == 0);
  // An RPC server without NFS, one that lets nobody in, half a range, and one that cannot be.
  CHECK_FALSE(parse_nfs_reply(seed("rpcbind_wire/nfs_unavailable")));
  CHECK_FALSE(parse_nfs_reply(seed("rpcbind_wire/denied")));
  auto reply = seed("rpcbind_wire/nfs_mismatch");
  CHECK_FALSE(parse_nfs_reply(BytesView(reply).first(30)));
  reply[27] = 5;
  CHECK_FALSE(parse_nfs_reply(reply));
  test::parse_damaged(seed("rpcbind_wire/nfs_mismatch"), parse_nfs_reply);
}

TEST_CASE("a record of several fragments is measured and joined", "[net][rpcbind]") {
  const auto message = dump_reply(7);
  const auto record = in_record(message, 28);
  CHECK(measure_rpc_reply_tcp(record).size == record.size());
  CHECK(join_rpc_record(record) == message);
  for (std::size_t size = 0; size < record.size(); ++size) {
    CHECK(measure_rpc_reply_tcp(BytesView(record).first(size)).state == Extent::State::partial);
  }
  CHECK(measure_rpc_reply_tcp(as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n")).foreign());
  CHECK(measure_rpc_reply_tcp(build_rpc_record(build_rpcbind_dump(7))).foreign());
  test::parse_damaged(record, [](BytesView bytes) {
    const auto extent = measure_rpc_reply_tcp(bytes);
    if (extent.whole()) CHECK(join_rpc_record(bytes).size() < extent.size);
  });
}
