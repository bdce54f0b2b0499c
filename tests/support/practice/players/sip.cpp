// sip — OPTIONS over UDP and TCP; a GB/T 28181 platform or a phone exchange (RFC 3261 section 11).
#include "roles.h"
#include "text_request.h"

namespace qingdan::practice {
namespace {

struct Words {
  std::string server, user_agent, tag;
};

// Empty where it is no SIP request.
std::string answer_to(const Words& words, std::string_view head) {
  const auto request = read_text_request(head);
  if (request.version != "SIP/2.0") return {};
  const bool options = request.method == "OPTIONS";
  std::string text = options ? "SIP/2.0 200 OK\r\n" : "SIP/2.0 405 Method Not Allowed\r\n";
  text += "Via: " + request.field("via") + "\r\nFrom: " + request.field("from") +
          "\r\nTo: " + request.field("to");
  if (request.field("to").find("tag=") == std::string::npos) text += ";tag=" + words.tag;
  text +=
      "\r\nCall-ID: " + request.field("call-id") + "\r\nCSeq: " + request.field("cseq") + "\r\n";
  if (!words.server.empty()) text += "Server: " + words.server + "\r\n";
  if (!words.user_agent.empty()) text += "User-Agent: " + words.user_agent + "\r\n";
  return text +
         "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, MESSAGE, SUBSCRIBE, NOTIFY\r\nAccept: "
         "application/sdp\r\n"
         "Content-Length: 0\r\n\r\n";
}

class Sip final : public Player {
 public:
  explicit Sip(Words words) : words_(std::move(words)) {}
  Act on_data(BytesView fresh) override {
    heard_ += as_text(fresh);
    const auto end = heard_.find("\r\n\r\n");
    if (end == std::string::npos) return heard_.size() > 8192 ? hang_up() : Act{};
    const auto answer = answer_to(words_, heard_.substr(0, end));
    heard_.erase(0, end + 4);
    return answer.empty() ? hang_up() : say(answer);
  }

 private:
  Words words_;
  std::string heard_;
};

Words read_words(const Settings& settings, const Seat& seat) {
  return {settings.text("server"), settings.text("user_agent"),
          "practice" + std::to_string(seat.port)};
}

}  // namespace

PlayerMaker make_sip(const Settings& settings, const Seat& seat) {
  const auto words = read_words(settings, seat);
  return [words] { return std::make_unique<Sip>(words); };
}

DatagramPlayer make_sip_datagram(const Settings& settings, const Seat& seat) {
  const auto words = read_words(settings, seat);
  return [words](BytesView asked) { return to_bytes(answer_to(words, as_text(asked))); };
}

}  // namespace qingdan::practice
