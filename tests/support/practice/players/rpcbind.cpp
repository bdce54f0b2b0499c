// rpcbind — the port mapper's NULL and DUMP, version 2 (RFC 1833 section 3), over UDP and TCP
// (RFC 5531 sections 9 and 11). `programs` are lines "100003 3 tcp 2049".
#include "qingdan/base/text.h"
#include "roles.h"

namespace qingdan::practice {
namespace {

constexpr std::uint32_t kProgram = 100000, kDump = 4;

Bytes mapping_of(const std::string& line, const std::string& where) {
  const auto words = split(line, ' ');
  if (words.size() != 4) throw BadDescription(where + ": '" + line + "' is no mapping");
  const auto number = [&](std::size_t i) {
    return static_cast<std::uint32_t>(std::stoul(std::string(words[i])));
  };
  ByteWriter out;
  out.u32be(1).u32be(number(0)).u32be(number(1)).u32be(words[2] == "tcp" ? 6 : 17).u32be(number(3));
  return std::move(out).take();
}

Bytes read_list(const Settings& settings) {
  ByteWriter out;
  for (const auto& line : settings.list("programs")) out.bytes(mapping_of(line, settings.where()));
  out.u32be(0);
  return std::move(out).take();
}

Bytes answer_to(BytesView call, const Bytes& list) {
  ByteReader reader(call);
  const auto xid = reader.u32be();
  const auto type = reader.u32be();
  const auto rpc = reader.u32be();
  const auto program = reader.u32be();
  const auto version = reader.u32be();
  const auto procedure = reader.u32be();
  reader.skip(16);
  if (!reader || type != 0 || rpc != 2) return {};
  ByteWriter out;
  out.u32be(xid).u32be(1).u32be(0).u32be(0).u32be(0);
  if (program != kProgram || version != 2) {
    out.u32be(2).u32be(2).u32be(2);  // PROG_MISMATCH, versions 2 to 2
  } else if (procedure == kDump) {
    out.u32be(0).bytes(list);
  } else {
    out.u32be(procedure == 0 ? 0 : 3);  // PROC_UNAVAIL
  }
  return std::move(out).take();
}

class Rpcbind final : public Player {
 public:
  explicit Rpcbind(Bytes list) : list_(std::move(list)) {}
  Act on_data(BytesView fresh) override {
    heard_.insert(heard_.end(), fresh.begin(), fresh.end());
    if (heard_.size() < 4) return {};
    const std::size_t size = static_cast<std::size_t>(heard_[1]) << 16 |
                             static_cast<std::size_t>(heard_[2]) << 8 | heard_[3];
    if ((heard_[0] & 0x80) == 0 || size > 4096) return hang_up();
    if (heard_.size() < 4 + size) return {};
    const auto answer = answer_to(BytesView(heard_).subspan(4, size), list_);
    heard_.clear();
    if (answer.empty()) return hang_up();
    ByteWriter out;
    out.u32be(0x80000000U | static_cast<std::uint32_t>(answer.size())).bytes(answer);
    return say(std::move(out).take());
  }

 private:
  Bytes list_;
  Bytes heard_;
};

}  // namespace

PlayerMaker make_rpcbind(const Settings& settings, const Seat&) {
  const auto list = read_list(settings);
  return [list] { return std::make_unique<Rpcbind>(list); };
}

DatagramPlayer make_rpcbind_datagram(const Settings& settings, const Seat&) {
  const auto list = read_list(settings);
  return [list](BytesView asked) { return answer_to(asked, list); };
}

}  // namespace qingdan::practice
