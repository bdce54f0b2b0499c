// rtsp — asks for the server's methods by the URI a player would use and reads the response.
// DESCRIBE would tell more of a camera, but begins the use of its stream and may want a login.
#include "probe/conversations.h"
#include "probe/one_reply.h"
#include "qingdan/net/sip_wire.h"

namespace qingdan::probe {

namespace {
bool is_response(BytesView stream) { return !net::parse_text_responses(stream).empty(); }
}  // namespace

std::unique_ptr<Conversation> make_rtsp(const Setting& setting) {
  return std::make_unique<OneReply>(net::build_rtsp_options(setting.host, setting.port),
                                    net::measure_text_response, is_response, model::channel::kRtsp);
}

}  // namespace qingdan::probe
