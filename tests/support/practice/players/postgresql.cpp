// postgresql — SSLRequest, startup, authentication request or error; the kin (KingbaseES,
// openGauss) differ in words, routines and methods (PostgreSQL manual, 55.2 and 55.7).
#include "../certificates.h"
#include "roles.h"

namespace qingdan::practice {
namespace {

constexpr std::uint32_t kSslRequest = 80877103;
constexpr std::uint32_t kGssRequest = 80877104;
constexpr std::uint32_t kCancelRequest = 80877102;
constexpr std::uint32_t kVersion3 = 3U << 16;
constexpr std::uint32_t kMostStartupBytes = 10000;  // MAX_STARTUP_PACKET_LENGTH

struct Fault {
  std::string code, message, file, line, routine;
};

struct Words {
  std::string answer;  // "error" "md5" "scram" "gauss-sha256"
  Fault refusal, unsupported;
  std::string severity;
  bool nonlocalized;  // field V, since 9.6
  bool tls;
  std::string seed;
};

Bytes message(char type, BytesView payload) {
  ByteWriter out;
  out.u8(static_cast<std::uint8_t>(type))
      .u32be(static_cast<std::uint32_t>(payload.size() + 4))
      .bytes(payload);
  return std::move(out).take();
}

class Postgresql final : public Player {
 public:
  explicit Postgresql(std::shared_ptr<const Words> words) : words_(std::move(words)) {}

  Act on_data(BytesView fresh) override {
    heard_.insert(heard_.end(), fresh.begin(), fresh.end());
    if (heard_.size() < 8) return {};
    ByteReader reader(heard_);
    const auto length = reader.u32be();
    const auto code = reader.u32be();
    if (started_) return {.send = error(named(words_->refusal)), .close = true};
    if (length < 8 || length > kMostStartupBytes)
      return hang_up();  // "invalid length of startup packet"
    if (heard_.size() < length) return {};
    const Bytes packet(heard_.begin() + 8, heard_.begin() + length);
    heard_.erase(heard_.begin(), heard_.begin() + length);
    if (code == kSslRequest) {
      auto act = say(words_->tls ? "S" : "N");
      act.start_tls = words_->tls;
      return act;
    }
    if (code == kGssRequest) return say("N");
    if (code == kCancelRequest) return hang_up();
    if (code >> 16 != kVersion3 >> 16) return {.send = error(unsupported(code)), .close = true};
    started_ = true;
    read_names(packet);
    return startup();
  }

 private:
  // Pairs of texts, each ended by zero; the database is the user's where none is named.
  void read_names(BytesView packet) {
    ByteReader reader(packet);
    while (reader) {
      const auto key = as_text(reader.until(0));
      if (key.empty()) break;
      const auto value = std::string(as_text(reader.until(0)));
      if (key == "user") user_ = value;
      if (key == "database") database_ = value;
    }
    if (database_.empty()) database_ = user_;
  }

  Fault named(Fault fault) const {
    const std::pair<std::string_view, const std::string&> names[] = {{"%user", user_},
                                                                     {"%database", database_}};
    for (const auto& [mark, name] : names) {
      const auto at = fault.message.find(mark);
      if (at != std::string::npos) fault.message.replace(at, mark.size(), name);
    }
    return fault;
  }

  Act startup() const {
    const auto& how = words_->answer;
    ByteWriter payload;
    if (how == "error") return {.send = error(named(words_->refusal)), .close = true};
    if (how == "md5") payload.u32be(5).bytes(BytesView(sha256(as_bytes(words_->seed))).first(4));
    if (how == "scram") payload.u32be(10).text("SCRAM-SHA-256").u8(0).u8(0);
    if (how == "gauss-sha256") {
      // openGauss, AUTH_REQ_SHA256: stored method, 64 hex digits, 8 of a token, iterations.
      const auto salt = sha256(as_bytes(words_->seed));
      payload.u32be(10).u32be(2);
      for (const auto byte : salt)
        payload.u8("0123456789abcdef"[byte >> 4]).u8("0123456789abcdef"[byte & 15]);
      for (const auto byte : BytesView(salt).first(4))
        payload.u8("0123456789abcdef"[byte >> 4]).u8("0123456789abcdef"[byte & 15]);
      payload.u32be(10000);
    }
    return say(message('R', payload.view()));
  }

  Fault unsupported(std::uint32_t code) const {
    auto fault = words_->unsupported;
    const auto at = fault.message.find('%');
    if (at != std::string::npos) {
      fault.message.replace(at, 1,
                            std::to_string(code >> 16) + "." + std::to_string(code & 0xffff));
    }
    return fault;
  }

  Bytes error(const Fault& fault) const {
    ByteWriter payload;
    const auto field = [&payload](char key, const std::string& value) {
      if (!value.empty()) payload.u8(static_cast<std::uint8_t>(key)).text(value).u8(0);
    };
    field('S', words_->severity);
    if (words_->nonlocalized) field('V', "FATAL");
    field('C', fault.code);
    field('M', fault.message);
    field('F', fault.file);
    field('L', fault.line);
    field('R', fault.routine);
    payload.u8(0);
    return message('E', payload.view());
  }

  std::shared_ptr<const Words> words_;
  Bytes heard_;
  std::string user_, database_;
  bool started_ = false;
};

}  // namespace

PlayerMaker make_postgresql(const Settings& settings, const Seat& seat) {
  const auto words = std::make_shared<const Words>(Words{
      settings.text("answer", "error"),
      {settings.text("code", "28P01"),
       settings.text("message", "password authentication failed for user \"%user\""),
       settings.text("file", "auth.c"), settings.text("line", "543"),
       settings.text("routine", "ClientAuthentication")},
      {"0A000",
       settings.text("unsupported", "unsupported frontend protocol %: server supports 3.0 to 3.0"),
       "postmaster.c", settings.text("unsupported_line", "2195"), "ProcessStartupPacket"},
      settings.text("severity", "FATAL"),
      settings.flag("field_v", true),
      settings.flag("offers_tls"),
      seat.ip});
  return [words] { return std::make_unique<Postgresql>(words); };
}

}  // namespace qingdan::practice
