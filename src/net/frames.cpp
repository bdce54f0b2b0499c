// frames — see the header.
#include "qingdan/net/frames.h"

namespace qingdan::net {

void append_message(Bytes& framed, BytesView message) {
  ByteWriter length;
  length.u32be(static_cast<std::uint32_t>(message.size()));
  framed.insert(framed.end(), length.view().begin(), length.view().end());
  framed.insert(framed.end(), message.begin(), message.end());
}

Bytes frame_messages(const std::vector<Bytes>& messages) {
  Bytes framed;
  for (const auto& message : messages) append_message(framed, message);
  return framed;
}

SplitMessages split_messages(BytesView framed) {
  SplitMessages split;
  ByteReader reader(framed);
  while (!reader.at_end()) {
    const auto length = reader.u32be();
    if (!reader || length > reader.remaining() || split.messages.size() == kFramesMax) {
      split.truncated = true;
      return split;
    }
    split.messages.push_back(reader.take(length));
  }
  return split;
}

}  // namespace qingdan::net
