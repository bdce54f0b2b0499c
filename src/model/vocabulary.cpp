// vocabulary — one table per closed list; both directions read it.
#include "qingdan/model/vocabulary.h"

#include <array>
#include <utility>

namespace qingdan::model {
namespace {

template <class T, std::size_t N>
using Words = std::array<std::pair<T, std::string_view>, N>;

template <class T, std::size_t N>
std::string_view word_of(const Words<T, N>& words, T value) {
  for (const auto& [held, word] : words) {
    if (held == value) return word;
  }
  return {};
}

template <class T, std::size_t N>
std::optional<T> value_of(const Words<T, N>& words, std::string_view text) {
  for (const auto& [held, word] : words) {
    if (word == text) return held;
  }
  return std::nullopt;
}

constexpr Words<Verdict, 9> kVerdict{{{Verdict::open, "open"},
                                      {Verdict::open_verified, "open-verified"},
                                      {Verdict::open_acked, "open-acked"},
                                      {Verdict::open_synack, "open-synack"},
                                      {Verdict::suspect_proxy, "suspect-proxy"},
                                      {Verdict::tarpit, "tarpit"},
                                      {Verdict::closed, "closed"},
                                      {Verdict::filtered, "filtered"},
                                      {Verdict::open_filtered, "open|filtered"}}};
constexpr Words<HostOutcome, 5> kHostOutcome{{{HostOutcome::answered, "应答"},
                                              {HostOutcome::silent, "静默"},
                                              {HostOutcome::skipped, "跳过"},
                                              {HostOutcome::unreachable, "不可达"},
                                              {HostOutcome::error, "出错"}}};
constexpr Words<RunKind, 2> kRunKind{{{RunKind::census, "census"}, {RunKind::rescan, "rescan"}}};
constexpr Words<RunState, 5> kRunState{{{RunState::running, "running"},
                                        {RunState::paused, "paused"},
                                        {RunState::finished, "finished"},
                                        {RunState::stopped, "stopped"},
                                        {RunState::failed, "failed"}}};
constexpr Words<SendKind, 6> kSendKind{{{SendKind::tcp_connect, "tcp-connect"},
                                        {SendKind::tcp_syn, "tcp-syn"},
                                        {SendKind::udp, "udp"},
                                        {SendKind::conversation, "conversation"},
                                        {SendKind::icmp, "icmp"},
                                        {SendKind::arp, "arp"}}};
constexpr Words<Presence, 4> kPresence{{{Presence::online, "在线"},
                                        {Presence::suspect, "疑似离线"},
                                        {Presence::missing, "失联"},
                                        {Presence::uncovered, "未覆盖"}}};
constexpr Words<PortState, 3> kPortState{
    {{PortState::open, "open"}, {PortState::closed, "closed"}, {PortState::unseen, "unseen"}}};
constexpr Words<Registration, 5> kRegistration{{{Registration::unregistered, "未备案"},
                                                {Registration::pending, "待确认"},
                                                {Registration::registered, "已备案"},
                                                {Registration::cancelled, "已注销"},
                                                {Registration::excluded, "已排除"}}};
constexpr Words<FactState, 4> kFactState{{{FactState::automatic, "auto"},
                                          {FactState::manual, "manual"},
                                          {FactState::conflict, "conflict"},
                                          {FactState::review, "review"}}};
constexpr Words<Cause, 6> kCause{{{Cause::observed, "实测"},
                                  {Cause::imported, "导入"},
                                  {Cause::manual, "人工"},
                                  {Cause::rules, "指纹库更新"},
                                  {Cause::policy, "策略更新"},
                                  {Cause::merge, "合并拆分"}}};
constexpr Words<ChangeType, 21> kChangeType{{{ChangeType::asset_new, "新增资产"},
                                             {ChangeType::asset_suspect, "疑似离线"},
                                             {ChangeType::asset_missing, "失联"},
                                             {ChangeType::asset_back, "恢复"},
                                             {ChangeType::address_changed, "地址变更"},
                                             {ChangeType::address_reused, "IP复用"},
                                             {ChangeType::port_opened, "新增端口"},
                                             {ChangeType::port_closed, "关闭端口"},
                                             {ChangeType::component_changed, "组件变化"},
                                             {ChangeType::certificate_replaced, "证书更换"},
                                             {ChangeType::certificate_expiring, "证书临期"},
                                             {ChangeType::owner_changed, "归属变更"},
                                             {ChangeType::importance_changed, "重要性变化"},
                                             {ChangeType::key_entered, "重点入库"},
                                             {ChangeType::key_left, "重点出库"},
                                             {ChangeType::coverage_gap, "覆盖缺口"},
                                             {ChangeType::prefix_anomaly, "网段级异常"},
                                             {ChangeType::correction_review, "修正需复核"},
                                             {ChangeType::duplicate_suspected, "疑似重复"},
                                             {ChangeType::launch_mismatch, "上线不符"},
                                             {ChangeType::field_changed, "属性变化"}}};
constexpr Words<IdentifierType, 7> kIdentifierType{
    {{IdentifierType::ssh_host_key, "ssh_host_key"},
     {IdentifierType::tls_spki, "tls_spki"},
     {IdentifierType::snmp_engine_id, "snmp_engine_id"},
     {IdentifierType::mac, "mac"},
     {IdentifierType::serial, "serial"},
     {IdentifierType::host_name, "host_name"},
     {IdentifierType::smb_guid, "smb_guid"}}};
constexpr Words<Precision, 4> kPrecision{{{Precision::exact, "精确"},
                                          {Precision::minor, "到次版本"},
                                          {Precision::range, "区间"},
                                          {Precision::unknown, "未知"}}};

}  // namespace

#define QD_WORDS(Type, words)                                              \
  std::string_view to_string(Type value) { return word_of(words, value); } \
  template <>                                                              \
  std::optional<Type> parse<Type>(std::string_view text) {                 \
    return value_of(words, text);                                          \
  }
QD_WORDS(Verdict, kVerdict)
QD_WORDS(HostOutcome, kHostOutcome)
QD_WORDS(RunKind, kRunKind)
QD_WORDS(RunState, kRunState)
QD_WORDS(SendKind, kSendKind)
QD_WORDS(Presence, kPresence)
QD_WORDS(PortState, kPortState)
QD_WORDS(Registration, kRegistration)
QD_WORDS(FactState, kFactState)
QD_WORDS(Cause, kCause)
QD_WORDS(ChangeType, kChangeType)
QD_WORDS(IdentifierType, kIdentifierType)
QD_WORDS(Precision, kPrecision)
#undef QD_WORDS

bool is_open(Verdict verdict) {
  return verdict != Verdict::closed && verdict != Verdict::filtered &&
         verdict != Verdict::open_filtered;
}

bool is_listed(Verdict verdict) {
  return verdict == Verdict::open_verified || verdict == Verdict::open_acked;
}

Strength strength_of(IdentifierType type) {
  return type == IdentifierType::host_name ? Strength::medium : Strength::strong;
}

}  // namespace qingdan::model
