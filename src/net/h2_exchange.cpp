// h2_exchange — see the header. The only user of nghttp2.
#include "qingdan/net/h2_exchange.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "qingdan/base/contract.h"
#include "qingdan/base/text.h"

namespace qingdan::net {
namespace {

constexpr std::uint32_t kHeaderListMost = kHttpHeadMax;

template <auto Free>
struct Deleter {
  template <typename Thing>
  void operator()(Thing* thing) const {
    Free(thing);
  }
};
using Session = std::unique_ptr<nghttp2_session, Deleter<&nghttp2_session_del>>;
using Callbacks =
    std::unique_ptr<nghttp2_session_callbacks, Deleter<&nghttp2_session_callbacks_del>>;

// Its fields are not const, though the library copies what they point to.
nghttp2_nv field_of(std::string& name, std::string& value) {
  const auto bytes = [](std::string& text) {
    return static_cast<std::uint8_t*>(static_cast<void*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

// The same request as over HTTP/1.1, taken from its bytes: what can stand there was decided there.
struct Plain {
  std::string path, host, agent;
};
Plain plain_of(const HttpRequest& request) {
  const auto bytes = build_get(request);
  const auto text = as_text(bytes);
  Plain plain;
  const auto from = text.find(' ') + 1;
  plain.path = text.substr(from, text.find(' ', from) - from);
  for (const auto& header : parse_header_lines(text.substr(text.find('\n') + 1))) {
    if (header.name == "Host") plain.host = header.value;
    if (header.name == "User-Agent") plain.agent = header.value;
  }
  return plain;
}

}  // namespace

struct H2Exchange::State {
  Session session;
  std::int32_t stream{-1};
  std::string head;
  std::string status;
  std::size_t headers{0};
  Bytes body, outgoing;
  bool settings{false}, any_frame{false};
  bool head_done{false};  // the final answer's headers are there: later ones are trailers
  bool ended{false};      // END_STREAM came
  bool over{false};       // reset, refused, or more than we take

  static State& of(void* self) { return *static_cast<State*>(self); }
  [[nodiscard]] bool is_ours(std::int32_t id) const { return id == stream; }
  void start_head();
  void add_header(std::string_view name, std::string_view value);
  void on_frame(const nghttp2_frame& frame);
  void on_data(BytesView data);
  void fill_outgoing();
};

// Of an interim answer (RFC 9110 §15.2) nothing stays.
void H2Exchange::State::start_head() {
  if (head_done) return;
  head.clear();
  status.clear();
  headers = 0;
}

void H2Exchange::State::add_header(std::string_view name, std::string_view value) {
  if (head_done) return;
  if (name == ":status") status = value;
  if (name.starts_with(':')) return;
  if (++headers > kHttpHeadersMax || head.size() + name.size() + value.size() > kHttpHeadMax) {
    over = true;
    return;
  }
  head.append(name).append(": ").append(value).append("\r\n");
}

void H2Exchange::State::on_frame(const nghttp2_frame& frame) {
  const bool first = !std::exchange(any_frame, true);
  if (first && frame.hd.type == NGHTTP2_SETTINGS && (frame.hd.flags & NGHTTP2_FLAG_ACK) == 0) {
    settings = true;
  }
  if (frame.hd.type == NGHTTP2_GOAWAY) over = true;
  if (!is_ours(frame.hd.stream_id)) return;
  if (frame.hd.type == NGHTTP2_RST_STREAM) over = true;
  if (frame.hd.type == NGHTTP2_HEADERS && !status.starts_with('1')) head_done = true;
  if ((frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) ended = true;
}

void H2Exchange::State::fill_outgoing() {
  const std::uint8_t* data = nullptr;
  while (true) {
    const auto size = nghttp2_session_mem_send(session.get(), &data);
    if (size <= 0) return;
    outgoing.insert(outgoing.end(), data, data + size);
  }
}

void H2Exchange::State::on_data(BytesView data) {
  const auto room = kH2BodyMax - body.size();
  const auto taken = data.first(std::min(room, data.size()));
  body.insert(body.end(), taken.begin(), taken.end());
  if (data.size() > room) over = true;
}

namespace {

// The library's callbacks are plain functions that are handed State as a void pointer. 0: go on.
Callbacks make_callbacks() {
  nghttp2_session_callbacks* made = nullptr;
  const bool done = nghttp2_session_callbacks_new(&made) == 0;
  QD_ENSURES(done);  // out of memory
  return Callbacks(made);
}

}  // namespace

H2Exchange::H2Exchange(const HttpRequest& request) : state_(std::make_unique<State>()) {
  const auto callbacks = make_callbacks();
  nghttp2_session_callbacks_set_on_begin_headers_callback(
      callbacks.get(), [](nghttp2_session*, const nghttp2_frame* frame, void* self) {
        auto& state = State::of(self);
        if (state.is_ours(frame->hd.stream_id)) state.start_head();
        return 0;
      });
  nghttp2_session_callbacks_set_on_header_callback(
      callbacks.get(),
      [](nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t size,
         const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* self) {
        auto& state = State::of(self);
        if (!state.is_ours(frame->hd.stream_id)) return 0;
        state.add_header(as_text({name, size}), as_text({value, value_size}));
        return 0;
      });
  nghttp2_session_callbacks_set_on_frame_recv_callback(
      callbacks.get(), [](nghttp2_session*, const nghttp2_frame* frame, void* self) {
        State::of(self).on_frame(*frame);
        return 0;
      });
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
      callbacks.get(), [](nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                          std::size_t size, void* self) {
        if (State::of(self).is_ours(id)) State::of(self).on_data({data, size});
        return 0;
      });
  nghttp2_session* session = nullptr;
  const bool made = nghttp2_session_client_new(&session, callbacks.get(), state_.get()) == 0;
  QD_ENSURES(made);  // out of memory
  state_->session.reset(session);

  const std::array<nghttp2_settings_entry, 2> settings{
      {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
       {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, kHeaderListMost}}};
  const bool said =
      nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), settings.size()) == 0;
  QD_ENSURES(said);
  auto plain = plain_of(request);
  std::array<std::pair<std::string, std::string>, 6> lines{
      {{":method", "GET"},
       {":scheme", request.tls ? "https" : "http"},
       {":authority", plain.host},
       {":path", plain.path},
       {"user-agent", plain.agent},
       {"accept", "*/*"}}};
  std::array<nghttp2_nv, lines.size()> fields{};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    fields[i] = field_of(lines[i].first, lines[i].second);
  }
  state_->stream =
      nghttp2_submit_request(session, nullptr, fields.data(), fields.size(), nullptr, nullptr);
  QD_ENSURES(state_->stream > 0);
}

H2Exchange::~H2Exchange() = default;

Bytes H2Exchange::take_outgoing() {
  state_->fill_outgoing();
  return std::exchange(state_->outgoing, {});
}

bool H2Exchange::on_received(BytesView bytes) {
  auto& state = *state_;
  if (state.over || state.ended) return false;
  const auto read = nghttp2_session_mem_recv(state.session.get(), bytes.data(), bytes.size());
  // The library gives up with the GOAWAY that it has written out.
  state.fill_outgoing();
  if (read < 0 || nghttp2_session_want_read(state.session.get()) == 0) state.over = true;
  return !state.over && !state.ended;
}

bool H2Exchange::spoke_h2() const { return state_->settings; }
bool H2Exchange::whole() const { return state_->head_done && state_->ended; }

Bytes H2Exchange::response() const {
  const auto& state = *state_;
  if (!state.head_done || state.status.empty()) return {};
  auto out = to_bytes("HTTP/2 " + state.status + "\r\n" + state.head + "\r\n");
  out.insert(out.end(), state.body.begin(), state.body.end());
  return out;
}

}  // namespace qingdan::net
