// rtsp — OPTIONS and DESCRIBE of a camera that wants a password (RFC 2326 sections 10.1, 10.2).
#include "roles.h"
#include "text_request.h"

namespace qingdan::practice {
namespace {

struct Words {
  std::string server, realm, methods;
};

class Rtsp final : public Player {
 public:
  explicit Rtsp(Words words) : words_(std::move(words)) {}

  Act on_data(BytesView fresh) override {
    heard_ += as_text(fresh);
    Act act;
    for (std::size_t end = 0; (end = heard_.find("\r\n\r\n")) != std::string::npos;) {
      const auto request = read_text_request(heard_.substr(0, end));
      heard_.erase(0, end + 4);
      if (!request.version.starts_with("RTSP/")) return hang_up("RTSP/1.0 400 Bad Request\r\n\r\n");
      const auto answer = to_bytes(answer_to(request));
      act.send.insert(act.send.end(), answer.begin(), answer.end());
    }
    if (heard_.size() > 8192) return hang_up();
    return act;
  }

 private:
  std::string answer_to(const TextRequest& request) const {
    std::string status = "200 OK";
    std::string more;
    if (request.method == "OPTIONS") {
      more = "Public: " + words_.methods + "\r\n";
    } else if (request.method == "DESCRIBE") {
      status = "401 Unauthorized";
      more = "WWW-Authenticate: Digest realm=\"" + words_.realm +
             "\", nonce=\"5f3a1c0e9b7d2468\", stale=\"FALSE\"\r\n";
    } else {
      status = "454 Session Not Found";
    }
    return "RTSP/1.0 " + status + "\r\nCSeq: " + request.field("cseq") + "\r\n" +
           (words_.server.empty() ? "" : "Server: " + words_.server + "\r\n") + more +
           "Date: Sun, Nov 22 2026 02:00:00 GMT\r\n\r\n";
  }

  Words words_;
  std::string heard_;
};

}  // namespace

PlayerMaker make_rtsp(const Settings& settings, const Seat&) {
  const Words words{
      settings.text("server"), settings.text("realm"),
      settings.text(
          "methods",
          "OPTIONS, DESCRIBE, PLAY, PAUSE, SETUP, TEARDOWN, SET_PARAMETER, GET_PARAMETER")};
  return [words] { return std::make_unique<Rtsp>(words); };
}

}  // namespace qingdan::practice
