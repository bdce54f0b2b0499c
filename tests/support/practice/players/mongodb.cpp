// mongodb — hello and buildInfo by OP_MSG and OP_QUERY, replies in BSON (MongoDB wire protocol,
// bsonspec.org 1.1).
#include "roles.h"

namespace qingdan::practice {
namespace {

constexpr std::uint32_t kOpReply = 1, kOpQuery = 2004, kOpMsg = 2013;
constexpr std::uint32_t kHeader = 16;
constexpr std::uint32_t kMostMessageBytes = 48000000;

class Bson {
 public:
  Bson& text(std::string_view key, std::string_view value) {
    named(0x02, key).u32le(static_cast<std::uint32_t>(value.size() + 1)).text(value).u8(0);
    return *this;
  }
  Bson& real(std::string_view key, double value) {
    std::uint64_t bits = 0;
    static_assert(sizeof bits == sizeof value);
    std::memcpy(&bits, &value, sizeof bits);
    named(0x01, key).u64le(bits);
    return *this;
  }
  Bson& flag(std::string_view key, bool value) {
    named(0x08, key).u8(value ? 1 : 0);
    return *this;
  }
  Bson& number(std::string_view key, std::uint32_t value) {
    named(0x10, key).u32le(value);
    return *this;
  }
  Bson& list(std::string_view key, const std::vector<std::uint32_t>& values) {
    Bson items;
    for (std::size_t i = 0; i < values.size(); ++i) items.number(std::to_string(i), values[i]);
    named(0x04, key).bytes(items.finished());
    return *this;
  }
  [[nodiscard]] Bytes finished() const {
    ByteWriter out;
    out.u32le(static_cast<std::uint32_t>(body_.size() + 5)).bytes(body_.view()).u8(0);
    return std::move(out).take();
  }

 private:
  ByteWriter& named(std::uint8_t type, std::string_view key) {
    return body_.u8(type).text(key).u8(0);
  }
  ByteWriter body_;
};

class Mongodb final : public Player {
 public:
  Mongodb(std::string version, std::uint32_t wire) : version_(std::move(version)), wire_(wire) {}

  Act on_data(BytesView fresh) override {
    heard_.insert(heard_.end(), fresh.begin(), fresh.end());
    Act act;
    while (heard_.size() >= kHeader) {
      ByteReader reader(heard_);
      const auto length = reader.u32le();
      if (length < kHeader + 5 || length > kMostMessageBytes) return hang_up(not_http());
      if (heard_.size() < length) break;
      const auto answer = answer_to(BytesView(heard_).first(length));
      act.send.insert(act.send.end(), answer.begin(), answer.end());
      heard_.erase(heard_.begin(), heard_.begin() + length);
    }
    return act;
  }

 private:
  // MongoDB answers a web browser in these words; "GET " read as a length is far beyond the limit.
  std::string_view not_http() const {
    if (!as_text(heard_).starts_with("GET ")) return {};
    return "HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: "
           "85\r\n\r\n"
           "It looks like you are trying to access MongoDB over HTTP on the native driver "
           "port.\r\n";
  }

  Bytes answer_to(BytesView message) {
    ByteReader reader(message);
    reader.skip(4);
    const auto request = reader.u32le();
    reader.skip(4);
    const auto code = reader.u32le();
    reader.skip(4);  // flags
    if (code == kOpMsg && reader.u8() != 0) return {};
    if (code == kOpQuery) {
      reader.until(0);  // collection
      reader.skip(8);
    }
    if (code != kOpMsg && code != kOpQuery) return {};
    reader.skip(5);  // length of the document, type of its first element
    const auto document = reply_to(std::string(as_text(reader.until(0))));
    ByteWriter body;
    if (code == kOpMsg) {
      body.u32le(0).u8(0).bytes(document);
    } else {
      body.u32le(8).u64le(0).u32le(0).u32le(1).bytes(document);
    }
    ByteWriter out;
    out.u32le(static_cast<std::uint32_t>(kHeader + body.size())).u32le(++last_id_).u32le(request);
    out.u32le(code == kOpMsg ? kOpMsg : kOpReply).bytes(body.view());
    return std::move(out).take();
  }

  Bytes reply_to(const std::string& command) const {
    Bson reply;
    if (command == "hello" || command == "isMaster" || command == "ismaster") {
      reply.flag(command == "hello" ? "isWritablePrimary" : "ismaster", true).flag("helloOk", true);
      reply.number("maxBsonObjectSize", 16777216).number("maxMessageSizeBytes", 48000000);
      reply.number("maxWriteBatchSize", 100000).number("connectionId", 12);
      reply.number("minWireVersion", 0).number("maxWireVersion", wire_).flag("readOnly", false);
    } else if (command == "buildInfo" || command == "buildinfo") {
      std::vector<std::uint32_t> parts;
      for (std::size_t at = 0; parts.size() < 3; at = version_.find('.', at) + 1) {
        parts.push_back(static_cast<std::uint32_t>(std::atoi(version_.c_str() + at)));
      }
      parts.push_back(0);
      reply.text("version", version_)
          .text("gitVersion", "1c1c76aeca21c5983dc178920f5052c298db616c");
      reply.list("versionArray", parts)
          .text("javascriptEngine", "mozjs")
          .text("sysInfo", "deprecated");
      reply.number("bits", 64).flag("debug", false).number("maxBsonObjectSize", 16777216);
    } else {
      reply.text("errmsg", "command " + command + " requires authentication").number("code", 13);
      reply.text("codeName", "Unauthorized").real("ok", 0);
      return reply.finished();
    }
    reply.real("ok", 1);
    return reply.finished();
  }

  std::string version_;
  std::uint32_t wire_;
  std::uint32_t last_id_ = 0;
  Bytes heard_;
};

}  // namespace

PlayerMaker make_mongodb(const Settings& settings, const Seat&) {
  const auto version = settings.text("version");
  const auto wire = static_cast<std::uint32_t>(settings.number("wire", 17));
  return [version, wire] { return std::make_unique<Mongodb>(version, wire); };
}

}  // namespace qingdan::practice
