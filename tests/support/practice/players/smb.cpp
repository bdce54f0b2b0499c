// smb — SMB2 NEGOTIATE, also when asked by SMB1's multi-protocol request, and the first step of
// SESSION_SETUP, in which the server tells its names and build ([MS-SMB2] 2.2.4, 2.2.6, 3.3.5.3).
#include "../certificates.h"
#include "ber.h"
#include "ntlm.h"
#include "roles.h"

namespace qingdan::practice {
namespace {

constexpr std::size_t kHeader = 64;
constexpr std::string_view kNtlmssp("\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a",
                                    10);  // [MS-NLMP] 1.9
constexpr std::uint16_t kWildcard = 0x02ff, kSmb311 = 0x0311;

struct Words {
  std::uint16_t newest;
  bool signing_required;
  Bytes guid;
  std::uint64_t started;
  NtlmNames names;
};

constexpr std::uint16_t kNegotiate = 0, kSessionSetup = 1;
constexpr std::uint32_t kMoreProcessing = 0xc0000016;  // STATUS_MORE_PROCESSING_REQUIRED
constexpr std::uint32_t kLogonFailure = 0xc000006d;

class Smb final : public Player {
 public:
  explicit Smb(std::shared_ptr<const Words> words) : words_(std::move(words)) {}

  Act on_data(BytesView fresh) override {
    heard_.insert(heard_.end(), fresh.begin(), fresh.end());
    if (heard_.size() < 4) return {};
    ByteReader reader(heard_);
    const auto length = reader.u32be();  // type 0 and 24 bits (MS-SMB2 2.1)
    if (length > 65536 || length < 36) return hang_up();
    if (heard_.size() < 4 + length) return {};
    const Bytes message(heard_.begin() + 4, heard_.begin() + 4 + length);
    heard_.erase(heard_.begin(), heard_.begin() + 4 + length);
    const auto text = as_text(message);
    if (text.starts_with("\xffSMB")) {
      if (text.find("SMB 2.???") != std::string_view::npos) return say(response(kWildcard, 0));
      if (text.find("SMB 2.002") != std::string_view::npos) return say(response(0x0202, 0));
      return hang_up();  // SMB1 alone: switched off
    }
    if (!text.starts_with("\xfeSMB") || message.size() < kHeader + 36) return hang_up();
    return on_smb2(message);
  }

 private:
  Act on_smb2(BytesView message) const {
    ByteReader reader(message);
    reader.skip(12);
    const auto command = reader.u16le();
    reader.skip(10);
    const auto id = reader.u64le();
    if (command == kNegotiate) return negotiate(message, id);
    if (command == kSessionSetup) return session_setup(message, id);
    return hang_up();
  }

  Act negotiate(BytesView message, std::uint64_t id) const {
    ByteReader reader(message);
    reader.skip(kHeader + 2);
    const auto count = reader.u16le();
    reader.skip(32);
    std::uint16_t best = 0;
    for (std::uint16_t i = 0; i < count && reader; ++i) {
      const auto dialect = reader.u16le();
      if (dialect <= words_->newest && dialect > best && dialect != kWildcard) best = dialect;
    }
    return best == 0 ? hang_up() : say(response(best, id));
  }

  // NTLMSSP's first message gets the challenge; whoever goes on to name a user is not let in.
  Act session_setup(BytesView message, std::uint64_t id) const {
    const auto text = as_text(message);
    const auto ntlm = text.find(std::string_view("NTLMSSP\0", 8));
    if (ntlm == std::string_view::npos || message.size() < ntlm + 12) return hang_up();
    const bool first = message[ntlm + 8] == 1;
    Bytes blob;
    if (first) {
      const auto challenge = ntlm_challenge(words_->names, sha256(words_->guid));
      // NegTokenResp: accept-incomplete, NTLMSSP, the token (RFC 4178 4.2.2).
      const auto fields = joined(ber(0xa0, BytesView(ber_number(0x0a, 1))),
                                 ber(0xa1, BytesView(ber(0x06, kNtlmssp))),
                                 ber(0xa2, BytesView(ber(0x04, BytesView(challenge)))));
      blob = ber(0xa1, BytesView(ber(0x30, BytesView(fields))));
    }
    ByteWriter out;
    header(out, kSessionSetup, id, first ? kMoreProcessing : kLogonFailure);
    out.u16le(9).u16le(0).u16le(72).u16le(static_cast<std::uint16_t>(blob.size())).bytes(blob);
    if (blob.empty()) out.u8(0);
    return say(framed(out.view()));
  }

  static void header(ByteWriter& out, std::uint16_t command, std::uint64_t id,
                     std::uint32_t status) {
    constexpr std::uint32_t kServerToClient = 1;
    out.text("\xfeSMB").u16le(64).u16le(0).u32le(status).u16le(command).u16le(1);
    out.u32le(kServerToClient).u32le(0).u64le(id).u32le(0).u32le(0);
    out.u64le(command == kSessionSetup ? 0x0000040000000041ULL : 0).fill(16);
  }

  static Bytes framed(BytesView message) {
    ByteWriter out;
    out.u32be(static_cast<std::uint32_t>(message.size())).bytes(message);
    return std::move(out).take();
  }

  // NegTokenInit with NTLMSSP as the only mechanism (RFC 4178 4.2.1, MS-SPNG).
  static Bytes security_blob() {
    constexpr std::string_view kSpnego("\x2b\x06\x01\x05\x05\x02", 6);
    const auto mechanisms = ber(0xa0, BytesView(ber(0x30, BytesView(ber(0x06, kNtlmssp)))));
    const auto token = ber(0xa0, BytesView(ber(0x30, BytesView(mechanisms))));
    return ber(0x60, BytesView(joined(ber(0x06, kSpnego), token)));
  }

  Bytes response(std::uint16_t dialect, std::uint64_t message_id) const {
    const auto blob = security_blob();
    ByteWriter out;
    header(out, kNegotiate, message_id, 0);
    out.u16le(65).u16le(words_->signing_required ? 3 : 1).u16le(dialect);
    out.u16le(dialect == kSmb311 ? 1 : 0).bytes(words_->guid);
    out.u32le(dialect >= 0x0300 && dialect != kWildcard ? 0x2f : 0x07);
    out.u32le(8388608).u32le(8388608).u32le(8388608);
    out.u64le(words_->started + 36000000000ULL).u64le(0);
    out.u16le(128).u16le(static_cast<std::uint16_t>(blob.size()));
    const auto padded = (blob.size() + 7) / 8 * 8;
    out.u32le(dialect == kSmb311 ? static_cast<std::uint32_t>(128 + padded) : 0).bytes(blob);
    if (dialect == kSmb311) {
      // Pre-authentication integrity with SHA-512 and a salt (MS-SMB2 2.2.4.1.1).
      out.fill(padded - blob.size()).u16le(1).u16le(38).u32le(0).u16le(1).u16le(32).u16le(1);
      out.bytes(sha256(words_->guid));
    }
    return framed(out.view());
  }

  std::shared_ptr<const Words> words_;
  Bytes heard_;
};

}  // namespace

PlayerMaker make_smb(const Settings& settings, const Seat& seat) {
  auto guid = sha256(as_bytes("smb guid " + seat.ip));
  guid.resize(16);
  // 2026-01-01 as a FILETIME (100 ns since 1601).
  constexpr std::uint64_t kStarted = 134116992000000000ULL;
  const NtlmNames names{settings.text("computer", "FILESERVER"),
                        settings.text("domain", "WORKGROUP"),
                        settings.text("dns_computer"),
                        settings.text("dns_domain"),
                        static_cast<std::uint8_t>(settings.number("os_major", 10)),
                        static_cast<std::uint8_t>(settings.number("os_minor", 0)),
                        static_cast<std::uint16_t>(settings.number("os_build", 20348)),
                        kStarted + 36000000000ULL};
  const auto words = std::make_shared<const Words>(
      Words{static_cast<std::uint16_t>(settings.number("newest_dialect", kSmb311)),
            settings.flag("signing_required"), guid, kStarted, names});
  return [words] { return std::make_unique<Smb>(words); };
}

}  // namespace qingdan::practice
