// json_visit — one list of members per struct, read by the writer and the reader alike, so that the
// two cannot drift apart. Only for src/model/json*.cpp.
#pragma once

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "qingdan/base/clock.h"
#include "qingdan/base/text.h"
#include "qingdan/model/vocabulary.h"
#include "qingdan/net/address.h"
#include "qingdan/net/port_set.h"

namespace qingdan::net {
// In its own namespace, so that argument-dependent lookup finds it.
template <class V>
void visit(V& v, TransportPort& p) {
  v("transport", p.transport), v("port", p.port);
}
}  // namespace qingdan::net

namespace qingdan::model::json_visit {

using Json = nlohmann::json;  // std::map inside: members come out in alphabetical order

template <class T>
concept Word = std::is_enum_v<T> && requires(T t) {
  to_string(t);
};

// ---- writing ----
template <class T>
Json written(const T& value);

class Writer {
 public:
  template <class T>
  void operator()(const char* name, const T& value) {
    Json made = written(value);
    // Empty members say nothing; leaving them out keeps texts short and digests stable when a
    // member is added later.
    const bool silent = made.is_null() ||
                        (made.is_string() && made.get_ref<const std::string&>().empty()) ||
                        ((made.is_array() || made.is_object()) && made.empty()) ||
                        (made.is_number() && made == 0) || made == Json(false);
    if (!silent) json[name] = std::move(made);
  }
  Json json = Json::object();
};

// ---- reading ----
class Reader {
 public:
  explicit Reader(const Json& from) : from_(from) {}
  template <class T>
  void operator()(const char* name, T& value) {
    if (!from_.is_object()) {
      failed = failed.empty() ? "not an object" : failed;
      return;
    }
    const auto found = from_.find(name);
    if (found == from_.end()) return;
    if (!read(*found, value) && failed.empty())
      failed = std::string("bad value of \"") + name + '"';
  }
  std::string failed;

  template <class T>
  static bool read(const Json& json, T& value);

 private:
  const Json& from_;
};

// ---- leaves ----
inline Json written_leaf(const std::string& value) {
  return is_utf8(value) ? value : to_utf8(as_bytes(value), "utf-8");
}
inline Json written_leaf(const Bytes& value) { return to_base64(value); }
inline Json written_leaf(const net::Address& value) { return value.to_string(); }
inline Json written_leaf(UnixMillis value) { return value.value; }

inline bool read_leaf(const Json& json, std::string& value) {
  if (!json.is_string()) return false;
  value = json.get<std::string>();
  return true;
}
inline bool read_leaf(const Json& json, Bytes& value) {
  if (!json.is_string()) return false;
  auto bytes = from_base64(json.get_ref<const std::string&>());
  if (!bytes) return false;
  value = std::move(*bytes);
  return true;
}
inline bool read_leaf(const Json& json, net::Address& value) {
  if (!json.is_string()) return false;
  auto address = net::parse_address(json.get_ref<const std::string&>());
  if (!address) return false;
  value = *address;
  return true;
}
inline bool read_leaf(const Json& json, UnixMillis& value) {
  if (!json.is_number_integer()) return false;
  value.value = json.get<std::int64_t>();
  return true;
}

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsStringMap : std::false_type {};
template <class T>
struct IsStringMap<std::map<std::string, T>> : std::true_type {};

template <class T>
concept Leaf = requires(const T& t) {
  written_leaf(t);
};

template <class T>
Json written(const T& value) {
  if constexpr (Leaf<T>) {
    return written_leaf(value);
  } else if constexpr (std::is_same_v<T, net::Transport>) {
    return std::string(net::to_string(value));
  } else if constexpr (std::is_enum_v<T>) {
    return std::string(to_string(value));
  } else if constexpr (std::is_arithmetic_v<T>) {
    return value;
  } else if constexpr (IsVector<T>::value) {
    Json list = Json::array();
    for (const auto& item : value) list.push_back(written(item));
    return list;
  } else if constexpr (IsOptional<T>::value) {
    return value ? written(*value) : Json();
  } else if constexpr (IsStringMap<T>::value) {
    Json map = Json::object();
    for (const auto& [key, item] : value) map[key] = written(item);
    return map;
  } else {
    Writer writer;
    visit(writer, const_cast<T&>(value));
    return std::move(writer.json);
  }
}

template <class T>
bool Reader::read(const Json& json, T& value) {
  if constexpr (Leaf<T>) {
    return read_leaf(json, value);
  } else if constexpr (std::is_same_v<T, net::Transport>) {
    if (json != "tcp" && json != "udp") return false;
    value = json == "tcp" ? net::Transport::tcp : net::Transport::udp;
    return true;
  } else if constexpr (std::is_enum_v<T>) {
    if (!json.is_string()) return false;
    const auto parsed = parse<T>(json.get_ref<const std::string&>());
    if (parsed) value = *parsed;
    return parsed.has_value();
  } else if constexpr (std::is_same_v<T, bool>) {
    if (json.is_boolean()) value = json.get<bool>();
    return json.is_boolean();
  } else if constexpr (std::is_arithmetic_v<T>) {
    if (json.is_number()) value = json.get<T>();
    return json.is_number();
  } else if constexpr (IsVector<T>::value) {
    if (!json.is_array()) return false;
    for (const auto& item : json) {
      if (!read(item, value.emplace_back())) return false;
    }
    return true;
  } else if constexpr (IsOptional<T>::value) {
    return read(json, value.emplace());
  } else if constexpr (IsStringMap<T>::value) {
    if (!json.is_object()) return false;
    for (const auto& [key, item] : json.items()) {
      if (!read(item, value[key])) return false;
    }
    return true;
  } else {
    Reader reader(json);
    visit(reader, value);
    return reader.failed.empty();
  }
}

template <class T>
std::string text_of(const T& value) {
  return written(value).dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <class T>
Result<T> value_from(std::string_view text, const char* what) {
  const Json json = Json::parse(text, nullptr, false);
  T value{};
  if (json.is_discarded()) {
    return Error{
        ErrorCode::input,
        std::string("not JSON where ") + what + " is expected: " + escape_untrusted(text, 60), ""};
  }
  if (!Reader::read(json, value)) {
    return Error{ErrorCode::input,
                 std::string("this JSON is not ") + what + ": " + escape_untrusted(text, 60), ""};
  }
  return value;
}

}  // namespace qingdan::model::json_visit
