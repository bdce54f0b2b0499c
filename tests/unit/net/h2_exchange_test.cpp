// h2_exchange — on the answer of nghttpd 1.52 (tests/fuzz/corpus/h2_exchange) and on frames laid
// out after RFC 9113.
#include "qingdan/net/h2_exchange.h"

#include <catch2/catch.hpp>

#include "unit/seed.h"

using namespace qingdan;
using namespace qingdan::net;
using test::seed;

namespace {

constexpr std::uint8_t kData = 0, kHeaders = 1, kReset = 3, kSettings = 4, kGoaway = 7;
constexpr std::uint8_t kEndStream = 1, kEndHeaders = 4;

Bytes frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, BytesView payload) {
  ByteWriter out;
  out.u24be(static_cast<std::uint32_t>(payload.size())).u8(type).u8(flags).u32be(stream);
  return std::move(out.bytes(payload)).take();
}

// RFC 7541 §6.2.2: a literal that is not indexed, with a name of its own.
Bytes literal(std::string_view name, std::string_view value) {
  ByteWriter out;
  out.u8(0).u8(static_cast<std::uint8_t>(name.size())).text(name);
  out.u8(static_cast<std::uint8_t>(value.size())).text(value);
  return std::move(out).take();
}

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

struct Heard {
  H2Exchange exchange{{"192.0.2.7", 8080, false, "/"}};
  bool more{true};
  explicit Heard(const Bytes& said, std::size_t piece = 7) {
    static_cast<void>(exchange.take_outgoing());
    for (std::size_t at = 0; more && at < said.size(); at += piece) {
      more = exchange.on_received(BytesView(said).subspan(at, std::min(piece, said.size() - at)));
    }
  }
  [[nodiscard]] std::string text() const { return std::string(as_text(exchange.response())); }
};

const Bytes kHello = frame(kSettings, 0, 0, {});

}  // namespace

TEST_CASE("an HTTP/2 exchange begins with preface, settings and one request", "[net][h2]") {
  H2Exchange exchange({"192.0.2.7", 8080, false, "/"});
  const auto sent = exchange.take_outgoing();
  CHECK(as_text(sent).starts_with("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  CHECK(as_text(sent).find("192.0.2.7:8080") == std::string_view::npos);  // compressed
  CHECK(sent.size() < 200);
  CHECK(exchange.take_outgoing().empty());
}

TEST_CASE("the answer reads as one of HTTP/1.1", "[net][h2]") {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{9}, std::size_t{4096}}) {
    const Heard heard(seed("h2_exchange/nghttpd"), piece);
    CHECK_FALSE(heard.more);
    CHECK(heard.exchange.spoke_h2());
    CHECK(heard.exchange.whole());
    const auto response = parse_response(heard.exchange.response());
    REQUIRE(response);
    CHECK(response->version == "2");
    CHECK(response->status == 200);
    CHECK(response->find_header("server") == "nghttpd nghttp2/1.52.0");
    CHECK(as_text(response->body).find("<title>") != std::string_view::npos);
  }
}

TEST_CASE("interim answers are left out, and trailers are no headers", "[net][h2]") {
  const Heard heard(joined(
      {kHello, frame(kHeaders, kEndHeaders, 1, literal(":status", "103")),
       frame(kHeaders, kEndHeaders, 1, joined({literal(":status", "404"), literal("server", "x")})),
       frame(kData, 0, 1, to_bytes("no")),
       frame(kHeaders, kEndHeaders | kEndStream, 1, literal("late", "1"))}));
  CHECK(heard.text() == "HTTP/2 404\r\nserver: x\r\n\r\nno");
  CHECK(heard.exchange.whole());
}

TEST_CASE("a refusal ends the exchange with what came until then", "[net][h2]") {
  const auto headers = frame(kHeaders, kEndHeaders, 1, literal(":status", "200"));
  const Heard reset(joined({kHello, headers, frame(kReset, 0, 1, Bytes{0, 0, 0, 2})}));
  CHECK_FALSE(reset.more);
  CHECK_FALSE(reset.exchange.whole());
  CHECK(reset.text() == "HTTP/2 200\r\n\r\n");
  const Heard gone(joined({kHello, frame(kGoaway, 0, 0, Bytes{0, 0, 0, 0, 0, 0, 0, 1})}));
  CHECK_FALSE(gone.more);
  CHECK(gone.text().empty());
  CHECK(gone.exchange.spoke_h2());
}

TEST_CASE("what is no HTTP/2 is given up at once", "[net][h2]") {
  const Heard other(to_bytes("HTTP/1.1 400 Bad Request\r\n\r\n"), 64);
  CHECK_FALSE(other.more);
  CHECK_FALSE(other.exchange.spoke_h2());
  CHECK(other.text().empty());
}

TEST_CASE("more headers and more body than we take are not kept", "[net][h2]") {
  Bytes said = joined({kHello, frame(kHeaders, kEndHeaders, 1, literal(":status", "200"))});
  const Bytes chunk(16'000, 'x');
  for (int i = 0; i < 20; ++i) {
    const auto data = frame(kData, 0, 1, chunk);
    said.insert(said.end(), data.begin(), data.end());
  }
  const Heard endless(said, 4096);
  CHECK(endless.exchange.response().size() <= kH2BodyMax + 64);
  Bytes block = literal(":status", "200");
  for (int i = 0; i < 300; ++i) {
    const auto line = literal("h", "v");
    block.insert(block.end(), line.begin(), line.end());
  }
  const Heard many(joined({kHello, frame(kHeaders, kEndHeaders | kEndStream, 1, block)}), 4096);
  CHECK(many.exchange.response().size() < kHttpHeadersMax * 8);
}
