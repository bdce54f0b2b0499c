// vocabulary — the closed words. Spellings are those of the database, the JSON and the sheets;
// parse_* is the inverse of to_string and gives nullopt for a word that is not in the list.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace qingdan::model {

// What we hold of a port (scanning.md, lesson 17). Only open_verified and open_acked enter the 清单.
enum class Verdict : std::uint8_t {
  open,           // "open": a handshake, nothing more known (sweep by connect)
  open_verified,  // "open-verified": the peer sent bytes or finished a protocol's handshake
  open_acked,     // "open-acked": full handshake, it took our data or our connection and kept quiet
  open_synack,    // "open-synack": half-open only
  suspect_proxy,  // "suspect-proxy": the host says open on ports nobody listens on
  tarpit,         // "tarpit": talks or holds without end
  closed,         // "closed": it refused
  filtered,       // "filtered": silence or an administrative no
  open_filtered   // "open|filtered": UDP silence
};
// True for the verdicts that count as a service in the list.
[[nodiscard]] bool is_listed(Verdict verdict);
// True for any verdict that starts with open, suspect-proxy and tarpit.
[[nodiscard]] bool is_open(Verdict verdict);

// What came of asking one address in one run (sheet 05, 本批覆盖结果).
enum class HostOutcome : std::uint8_t {
  answered,     // "应答": something came back from it
  silent,       // "静默": every port asked as planned, nothing came back
  skipped,      // "跳过": not asked, or not all that was planned (excluded, window closed, stopped)
  unreachable,  // "不可达": the network said so
  error         // "出错": we could not ask
};

enum class RunKind : std::uint8_t { census, rescan };                  // "census" "rescan"
enum class RunState : std::uint8_t { running, paused, finished, stopped, failed };
enum class Presence : std::uint8_t { online, suspect, missing, uncovered };  // 在线 疑似离线 失联 未覆盖
// What kind of packet left; the words of the probe ledger.
enum class SendKind : std::uint8_t {
  tcp_connect,   // "tcp-connect": a handshake of the sweep, by the kernel
  tcp_syn,       // "tcp-syn": a raw SYN
  udp,           // "udp": a datagram
  conversation,  // "conversation": a connection of an interview or to a canary port
  icmp,          // "icmp"
  arp            // "arp": also neighbour solicitation
};
enum class PortState : std::uint8_t { open, closed, unseen };  // unseen: covered, silent, not yet gone
enum class Registration : std::uint8_t { unregistered, pending, registered, cancelled, excluded };
// 未备案 待确认 已备案 已注销 已排除
enum class FactState : std::uint8_t { automatic, manual, conflict, review };  // auto manual conflict review
enum class Cause : std::uint8_t { observed, imported, manual, rules, policy, merge };
// 实测 导入 人工 指纹库更新 策略更新 合并拆分

enum class ChangeType : std::uint8_t {
  asset_new,          // 新增资产
  asset_suspect,      // 疑似离线
  asset_missing,      // 失联
  asset_back,         // 恢复
  address_changed,    // 地址变更
  address_reused,     // IP复用
  port_opened,        // 新增端口
  port_closed,        // 关闭端口
  component_changed,  // 组件变化
  certificate_replaced,   // 证书更换
  certificate_expiring,   // 证书临期
  owner_changed,      // 归属变更
  importance_changed, // 重要性变化
  key_entered,        // 重点入库
  key_left,           // 重点出库
  coverage_gap,       // 覆盖缺口
  prefix_anomaly,     // 网段级异常
  correction_review,  // 修正需复核
  duplicate_suspected,// 疑似重复
  launch_mismatch,    // 上线不符
  field_changed       // 属性变化: any other fact (名称, 操作系统 …)
};

enum class IdentifierType : std::uint8_t {
  ssh_host_key,    // strong: SHA-256 of the key blob
  tls_spki,        // strong: SHA-256 of the certificate's SubjectPublicKeyInfo
  snmp_engine_id,  // strong
  mac,             // strong where seen on the same link
  serial,          // strong
  host_name,       // medium: FQDN, NTLM computer name, SNMP sysName
  smb_guid         // strong: server GUID of the SMB2 negotiate response
};
enum class Strength : std::uint8_t { weak, medium, strong };
[[nodiscard]] Strength strength_of(IdentifierType type);

// How much of a version we know (sheet 07, 版本精度): 精确 到次版本 区间 未知.
enum class Precision : std::uint8_t { exact, minor, range, unknown };

template <class T> std::optional<T> parse(std::string_view text);
#define QD_WORDS(Type)                                       \
  [[nodiscard]] std::string_view to_string(Type value);      \
  template <> std::optional<Type> parse<Type>(std::string_view text);
QD_WORDS(Verdict)
QD_WORDS(HostOutcome)
QD_WORDS(RunKind)
QD_WORDS(RunState)
QD_WORDS(SendKind)
QD_WORDS(Presence)
QD_WORDS(PortState)
QD_WORDS(Registration)
QD_WORDS(FactState)
QD_WORDS(Cause)
QD_WORDS(ChangeType)
QD_WORDS(IdentifierType)
QD_WORDS(Precision)
#undef QD_WORDS

}  // namespace qingdan::model
