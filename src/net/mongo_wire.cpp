// mongo_wire — see the header. Documents nest; we walk them with a stack of our own, bounded in
// depth and leaves, so that a hostile document costs no more than its length.
#include "qingdan/net/mongo_wire.h"

#include <bit>
#include <cstdio>

#include "qingdan/base/text.h"

namespace qingdan::net {

namespace {

constexpr std::int32_t kOpReply = 1;  // MWP "Opcodes"
constexpr std::int32_t kOpQuery = 2004;
constexpr std::int32_t kOpMsg = 2013;
constexpr std::size_t kHeaderSize = 16;
constexpr std::size_t kMessageMax = 131'072;  // hello and buildInfo are below 8 KiB
constexpr std::size_t kDepthMax = 8;
constexpr std::size_t kLeavesMax = 512;
constexpr std::size_t kRepliesMax = 16;

// BSON 1.1 element types.
constexpr std::uint8_t kDouble = 0x01, kString = 0x02, kDocument = 0x03, kArray = 0x04,
                       kBinary = 0x05, kUndefined = 0x06, kObjectId = 0x07, kBool = 0x08,
                       kDate = 0x09, kNull = 0x0A, kRegex = 0x0B, kDbPointer = 0x0C, kCode = 0x0D,
                       kSymbol = 0x0E, kCodeWithScope = 0x0F, kInt32 = 0x10, kTimestamp = 0x11,
                       kInt64 = 0x12, kDecimal128 = 0x13, kMinKey = 0xFF, kMaxKey = 0x7F;

Bytes one_command(std::string_view name, std::string_view flag, std::string_view database) {
  ByteWriter fields;
  fields.u8(kInt32).text(name).u8(0).u32le(1);
  if (!flag.empty()) fields.u8(kBool).text(flag).u8(0).u8(1);
  if (!database.empty()) {
    fields.u8(kString).text("$db").u8(0);
    fields.u32le(static_cast<std::uint32_t>(database.size() + 1)).text(database).u8(0);
  }
  ByteWriter document;
  document.u32le(static_cast<std::uint32_t>(fields.size() + 5)).bytes(fields.view()).u8(0);
  return std::move(document).take();
}

Bytes message(std::int32_t request_id, std::int32_t op_code, BytesView body) {
  ByteWriter out;
  out.u32le(static_cast<std::uint32_t>(kHeaderSize + body.size()));
  out.u32le(static_cast<std::uint32_t>(request_id)).u32le(0);
  out.u32le(static_cast<std::uint32_t>(op_code)).bytes(body);
  return std::move(out).take();
}

// MWP OP_QUERY: flags, "admin.$cmd", skip 0, and -1: one document, then the cursor is closed.
Bytes query(std::int32_t request_id, BytesView document) {
  ByteWriter body;
  body.u32le(0).text("admin.$cmd").u8(0).u32le(0).u32le(0xFFFF'FFFFU).bytes(document);
  return message(request_id, kOpQuery, body.view());
}

std::string decimal_of(double value) {
  const bool small = value > -1e15 && value < 1e15;  // false for NaN, too
  if (small && value == static_cast<double>(static_cast<std::int64_t>(value))) {
    return std::to_string(static_cast<std::int64_t>(value));
  }
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

// A length-prefixed string with its NUL; false where the length is not plausible.
bool read_string(ByteReader& reader, std::string& text) {
  const auto length = reader.u32le();
  const auto body = length > 0 ? reader.take(length) : BytesView{};
  if (!reader || body.empty()) return false;
  text = std::string(as_text(body.first(body.size() - 1)));
  return true;
}

// The value of a leaf; false where it is cut or of a type BSON does not have.
bool read_leaf(ByteReader& reader, std::uint8_t type, std::string& text) {
  switch (type) {
    case kDouble:
      text = decimal_of(std::bit_cast<double>(reader.u64le()));
      break;
    case kString:
    case kCode:
    case kSymbol:
      return read_string(reader, text);
    case kBinary: {
      const auto length = reader.u32le();
      reader.skip(1);
      text = to_hex(reader.take(length));
      break;
    }
    case kObjectId:
      text = to_hex(reader.take(12));
      break;
    case kBool:
      text = reader.u8() != 0 ? "true" : "false";
      break;
    case kRegex:
      text = std::string(as_text(reader.until(0)));
      reader.until(0);
      break;
    case kDbPointer:
      return read_string(reader, text) && !reader.take(12).empty();
    case kCodeWithScope: {
      const auto length = reader.u32le();
      reader.skip(length >= 4 ? length - 4 : kMessageMax);
      break;
    }
    case kInt32:
      text = std::to_string(static_cast<std::int32_t>(reader.u32le()));
      break;
    case kDate:
    case kInt64:
      text = std::to_string(static_cast<std::int64_t>(reader.u64le()));
      break;
    case kTimestamp:
      text = std::to_string(reader.u64le());
      break;
    case kDecimal128:
      text = to_hex(reader.take(16));
      break;
    case kUndefined:
    case kNull:
    case kMinKey:
    case kMaxKey:
      break;
    default:
      return false;
  }
  return reader.ok();
}

// Reads elements one after another. A nested document is entered by pushing its name; its end is
// the zero byte that closes it, so no length but the outermost is trusted.
class DocumentWalk {
 public:
  explicit DocumentWalk(BytesView elements) : reader_(elements) {}

  std::vector<BsonLeaf> run() {
    while (leaves_.size() < kLeavesMax && step()) {
    }
    return std::move(leaves_);
  }

 private:
  bool step() {
    const auto type = reader_.u8();
    if (!reader_) return false;
    if (type == 0) {
      if (lengths_.empty()) return false;
      path_.resize(lengths_.back());
      lengths_.pop_back();
      return true;
    }
    const auto name = as_text(reader_.until(0));
    if (!reader_) return false;
    const auto before = path_.size();
    if (before + name.size() > kPathMax) return false;
    if (!path_.empty()) path_ += '.';
    path_ += name;
    if (type == kDocument || type == kArray) {
      if (lengths_.size() == kDepthMax) return false;
      lengths_.push_back(before);
      reader_.skip(4);
      return reader_.ok();
    }
    BsonLeaf leaf{path_, type, {}};
    path_.resize(before);
    if (!read_leaf(reader_, type, leaf.text)) return false;
    leaves_.push_back(std::move(leaf));
    return true;
  }

  static constexpr std::size_t kPathMax = 512;
  ByteReader reader_;
  std::vector<BsonLeaf> leaves_;
  std::string path_;
  std::vector<std::size_t> lengths_;  // of path_ at each document we are inside of
};

// The first document of a message body; nullopt where there is none.
std::optional<std::vector<BsonLeaf>> body_document(std::int32_t op_code, BytesView body) {
  ByteReader reader(body);
  if (op_code == kOpReply) {
    reader.skip(20);  // MWP OP_REPLY: flags, cursor, start, count
    return parse_bson(reader.rest());
  }
  reader.skip(4);                                        // MWP OP_MSG: flag bits
  if (reader.u8() != 0 || !reader) return std::nullopt;  // section kind 0: one document
  return parse_bson(reader.rest());
}

}  // namespace

Bytes build_mongo_is_master(std::int32_t request_id) {
  return query(request_id, one_command("isMaster", "helloOk", {}));
}

Bytes build_mongo_build_info(std::int32_t request_id, bool op_msg) {
  if (!op_msg) return query(request_id, one_command("buildInfo", {}, {}));
  ByteWriter body;
  body.u32le(0).u8(0).bytes(one_command("buildInfo", {}, "admin"));
  return message(request_id, kOpMsg, body.view());
}

Extent measure_mongo_message(BytesView stream) {
  using State = Extent::State;
  ByteReader reader(stream);
  const std::size_t length = reader.u32le();
  if (!reader) return {};
  if (length < kHeaderSize || length > kMessageMax) return {State::foreign, 0};
  reader.skip(8);
  const auto op_code = static_cast<std::int32_t>(reader.u32le());
  if (!reader) return {};
  if (op_code != kOpReply && op_code != kOpMsg) return {State::foreign, 0};
  return length <= stream.size() ? Extent{State::whole, length} : Extent{};
}

std::optional<std::vector<BsonLeaf>> parse_bson(BytesView document) {
  ByteReader reader(document);
  const std::size_t length = reader.u32le();
  if (!reader || length < 5 || length > document.size()) return std::nullopt;
  return DocumentWalk(document.subspan(4, length - 4)).run();
}

std::optional<std::string_view> MongoReply::find(std::string_view path) const {
  for (const auto& leaf : document) {
    if (leaf.path == path) return leaf.text;
  }
  return std::nullopt;
}

std::vector<MongoReply> parse_mongo_replies(BytesView stream) {
  std::vector<MongoReply> replies;
  while (replies.size() < kRepliesMax) {
    const auto extent = measure_mongo_message(stream);
    if (!extent.whole()) break;
    ByteReader reader(stream.first(extent.size));
    stream = stream.subspan(extent.size);
    reader.skip(8);
    MongoReply reply;
    reply.response_to = static_cast<std::int32_t>(reader.u32le());
    reply.op_code = static_cast<std::int32_t>(reader.u32le());
    auto document = body_document(reply.op_code, reader.rest());
    if (!document) break;
    reply.document = std::move(*document);
    replies.push_back(std::move(reply));
  }
  return replies;
}

}  // namespace qingdan::net
