// rule_codec — one visiting function per struct, used in both directions so that writing and
// reading cannot disagree.
#include "identify/rule_codec.h"

#include <algorithm>

namespace qingdan::identify {
namespace {

constexpr std::uint32_t kMaxItems = 1'000'000;

class Writer {
 public:
  explicit Writer(ByteWriter& out) : out_(out) {}
  void operator()(const std::string& text) {
    out_.u32be(static_cast<std::uint32_t>(text.size())).text(text);
  }
  void operator()(int number) { out_.u32be(static_cast<std::uint32_t>(number)); }
  void operator()(std::uint8_t bits) { out_.u8(bits); }
  void operator()(const Template& text) { (*this)(text.text()); }
  template <class E>
  requires std::is_enum_v<E>
  void operator()(E value) { out_.u8(static_cast<std::uint8_t>(value)); }
  template <class T, class Each>
  void list(const std::vector<T>& items, Each each) {
    out_.u32be(static_cast<std::uint32_t>(items.size()));
    for (const auto& item : items) each(item);
  }
  void maps(const ValueMaps& maps) {
    out_.u32be(static_cast<std::uint32_t>(maps.size()));
    for (const auto& [name, values] : maps) {
      (*this)(name);
      out_.u32be(static_cast<std::uint32_t>(values.size()));
      for (const auto& [from, to] : values) {
        (*this)(from);
        (*this)(to);
      }
    }
  }

 private:
  ByteWriter& out_;
};

class Reader {
 public:
  explicit Reader(ByteReader& in) : in_(in) {}
  void operator()(std::string& text) { text.assign(as_text(in_.take(in_.u32be()))); }
  void operator()(int& number) { number = static_cast<int>(in_.u32be()); }
  void operator()(std::uint8_t& bits) { bits = in_.u8(); }
  void operator()(Template& text) {
    const auto raw = as_text(in_.take(in_.u32be()));
    if (raw.empty()) return;  // most are
    auto parsed = Template::parse(raw);
    if (parsed) {
      text = std::move(*parsed);
    } else {
      good_ = false;
    }
  }
  template <class E>
  requires std::is_enum_v<E>
  void operator()(E& value) { value = static_cast<E>(in_.u8()); }
  template <class T, class Each>
  void list(std::vector<T>& items, Each each) {
    const auto count = in_.u32be();
    if (count > kMaxItems) good_ = false;
    if (ok()) items.reserve(std::min<std::size_t>(count, in_.remaining()));
    for (std::uint32_t i = 0; i < count && ok(); ++i) each(items.emplace_back());
  }
  void maps(ValueMaps& maps) {
    const auto count = in_.u32be();
    for (std::uint32_t i = 0; i < count && ok(); ++i) {
      std::string name;
      (*this)(name);
      auto& values = maps[name];
      const auto pairs = in_.u32be();
      for (std::uint32_t j = 0; j < pairs && ok(); ++j) {
        std::string from;
        (*this)(from);
        (*this)(values[from]);
      }
    }
  }
  [[nodiscard]] bool ok() const { return good_ && in_.ok(); }

 private:
  ByteReader& in_;
  bool good_ = true;
};

template <class V, class P>
void visit_place(V& v, P& place) {
  v(place.file);
  v(place.line);
}

template <class V, class P>
void visit_product(V& v, P& p) {
  v(p.id), v(p.vendor), v(p.vendor_zh), v(p.product), v(p.product_zh), v(p.category);
  v(p.xinchuang), v(p.device_class), v(p.cpe_part), v(p.cpe), v(p.os), v(p.hw), v(p.is_a);
  v(p.protocol), v(p.role);
  visit_place(v, p.place);
}

template <class V, class C>
void visit_claim(V& v, C& claim) {
  v(claim.product), v(claim.version), v(claim.name), v(claim.model), v(claim.cpe);
}

template <class V, class R>
void visit_rule(V& v, R& r) {
  v(r.id);
  v.list(r.parts, [&v](auto& part) {
    v(part.input), v(part.kind);
    v.list(part.texts, [&v](auto& text) { v(text); });
  });
  visit_claim(v, r.service), visit_claim(v, r.os), visit_claim(v, r.hw);
  v.list(r.also, [&v](auto& also) { v(also.product), v(also.version); });
  v(r.package), v(r.host_name), v(r.protocol), v(r.device_class), v(r.source), v(r.precision);
  v(r.trust), v(r.settles), v(r.last_resort);
  v.list(r.beats, [&v](auto& text) { v(text); });
  v.maps(r.maps);
  visit_place(v, r.place);
}

template <class V, class S>
void visit_set(V& v, S& set) {
  v.list(set.products, [&v](auto& product) { visit_product(v, product); });
  v.list(set.rules, [&v](auto& rule) { visit_rule(v, rule); });
}

}  // namespace

void write_rule_set(ByteWriter& out, const RuleSet& set) {
  Writer writer(out);
  visit_set(writer, set);
}

std::optional<RuleSet> parse_rule_set(ByteReader& in) {
  Reader reader(in);
  RuleSet set;
  visit_set(reader, set);
  if (!reader.ok()) return std::nullopt;
  return set;
}

}  // namespace qingdan::identify
