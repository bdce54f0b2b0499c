#include "qingdan/net/mongo_wire.h"

#include <catch2/catch.hpp>

#include "qingdan/base/text.h"
#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

Bytes document_of(const ByteWriter& fields) {
  ByteWriter out;
  out.u32le(static_cast<std::uint32_t>(fields.size() + 5)).bytes(fields.view()).u8(0);
  return std::move(out).take();
}

ByteWriter& text_field(ByteWriter& out, std::string_view name, std::string_view value) {
  out.u8(2).text(name).u8(0).u32le(static_cast<std::uint32_t>(value.size() + 1));
  return out.text(value).u8(0);
}

// {version: "7.0.5", ok: 1.0, maxWireVersion: 21, isWritablePrimary: true,
//  topologyVersion: {processId: ObjectId}, modules: ["enterprise"]}
Bytes sample_document() {
  ByteWriter inner;
  inner.u8(7).text("processId").u8(0).fill(12, 0xAB);
  ByteWriter modules;
  text_field(modules, "0", "enterprise");
  ByteWriter fields;
  text_field(fields, "version", "7.0.5");
  fields.u8(1).text("ok").u8(0).u64le(0x3FF0'0000'0000'0000U);
  fields.u8(16).text("maxWireVersion").u8(0).u32le(21);
  fields.u8(8).text("isWritablePrimary").u8(0).u8(1);
  fields.u8(3).text("topologyVersion").u8(0).bytes(document_of(inner));
  fields.u8(4).text("modules").u8(0).bytes(document_of(modules));
  return document_of(fields);
}

Bytes op_reply(BytesView document) {
  ByteWriter out;
  out.u32le(static_cast<std::uint32_t>(36 + document.size())).u32le(9).u32le(7).u32le(1);
  out.u32le(8).u64le(0).u32le(0).u32le(1).bytes(document);
  return std::move(out).take();
}

Bytes op_msg(BytesView document) {
  ByteWriter out;
  out.u32le(static_cast<std::uint32_t>(21 + document.size())).u32le(10).u32le(8).u32le(2013);
  out.u32le(0).u8(0).bytes(document);
  return std::move(out).take();
}

}  // namespace

TEST_CASE("the requests are well-formed commands", "[net][mongo]") {
  const auto hello = build_mongo_is_master(7);
  CHECK(to_hex(hello) ==
        "440000000700000000000000d407000000000000"
        "61646d696e2e24636d64000000000"
        "0ffffffff"
        "1d0000001069734d6173746572000100000008"
        "68656c6c6f4f6b000100");
  const auto build_info = build_mongo_build_info(8, true);
  ByteReader reader(build_info);
  CHECK(reader.u32le() == build_info.size());
  reader.skip(8);
  CHECK(reader.u32le() == 2013);
  reader.skip(5);
  const auto document = parse_bson(reader.rest());
  REQUIRE(document);
  REQUIRE(document->size() == 2);
  CHECK((*document)[0].path == "buildInfo");
  CHECK((*document)[1].path == "$db");
  CHECK((*document)[1].text == "admin");
  CHECK(as_text(build_mongo_build_info(8, false)).find("admin.$cmd") != std::string_view::npos);
}

TEST_CASE("documents become leaves with dotted paths", "[net][mongo]") {
  const auto replies = parse_mongo_replies(op_reply(sample_document()));
  REQUIRE(replies.size() == 1);
  CHECK(replies[0].response_to == 7);
  CHECK(replies[0].op_code == 1);
  CHECK(replies[0].find("version") == "7.0.5");
  CHECK(replies[0].find("ok") == "1");
  CHECK(replies[0].find("maxWireVersion") == "21");
  CHECK(replies[0].find("isWritablePrimary") == "true");
  CHECK(replies[0].find("topologyVersion.processId") == "abababababababababababab");
  CHECK(replies[0].find("modules.0") == "enterprise");
  CHECK_FALSE(replies[0].find("absent"));
}

TEST_CASE("a stream holds several messages, the cut one is left out", "[net][mongo]") {
  auto stream = op_reply(sample_document());
  const auto second = op_msg(sample_document());
  stream.insert(stream.end(), second.begin(), second.end());
  CHECK(parse_mongo_replies(stream).size() == 2);
  stream.pop_back();
  CHECK(parse_mongo_replies(stream).size() == 1);
}

TEST_CASE("nesting and the number of leaves are bounded", "[net][mongo]") {
  Bytes nested = document_of(ByteWriter());
  for (int depth = 0; depth < 500; ++depth) {
    ByteWriter fields;
    fields.u8(3).text("d").u8(0).bytes(nested);
    nested = document_of(fields);
  }
  CHECK(parse_bson(nested)->empty());
  ByteWriter many;
  for (int i = 0; i < 5000; ++i) many.u8(10).text("n").u8(0);
  CHECK(parse_bson(document_of(many))->size() == 512);
}

TEST_CASE("what is not MongoDB is foreign, what is cut is partial", "[net][mongo]") {
  const auto whole = op_msg(sample_document());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK(measure_mongo_message(BytesView(whole).first(size)).state == Extent::State::partial);
  }
  CHECK(measure_mongo_message(whole).size == whole.size());
  CHECK(measure_mongo_message(as_bytes("HTTP/1.0 200 OK\r\n")).foreign());
  CHECK(measure_mongo_message(*from_hex("100000000000000000000000d5070000")).foreign());
}

TEST_CASE("damaged MongoDB messages are survived", "[net][mongo]") {
  test::parse_damaged(op_msg(sample_document()),
                      [](BytesView bytes) { (void)parse_mongo_replies(bytes); });
}
