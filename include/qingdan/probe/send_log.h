// send_log — what left since it was last asked, by block and kind: the field's side of the probe
// ledger. Pure; called for every packet, so a raw sweep may pass the time of its batch.
//
// Whoever sends calls count() before or with the send, never after an await: what is in the log may
// not have left, what left is in the log.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "qingdan/base/clock.h"
#include "qingdan/model/checkpoint.h"

namespace qingdan::probe {

class SendLog {
 public:
  // The entry it went to. `from` of a fresh one (packets == the number just counted) is for the
  // caller to fill in; it stays until take().
  model::SentBlock& count(const net::Address& ip, model::SendKind kind, std::uint64_t packets,
                          UnixMillis now);

  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] std::uint64_t packets() const { return packets_; }  // since the beginning
  // Everything since the last call, ordered by block and kind.
  [[nodiscard]] std::vector<model::SentBlock> take();

 private:
  struct Key {
    net::Address block;
    model::SendKind kind;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const {
      return std::hash<net::Address>{}(key.block) * 8 + static_cast<std::size_t>(key.kind);
    }
  };
  // A sweep goes round the blocks: most packets find their entry here, without a search.
  struct Lately {
    Key key;
    model::SentBlock* entry{nullptr};
  };
  [[nodiscard]] static std::size_t slot_of(const Key& key);
  model::SentBlock& find(const Key& key, UnixMillis now);

  static constexpr std::size_t kLately = 1024;
  std::vector<Lately> lately_ = std::vector<Lately>(kLately);
  std::unordered_map<Key, model::SentBlock, Hash> entries_;
  std::uint64_t packets_{0};
};

}  // namespace qingdan::probe
