// http_pages — bodies, error pages and encodings of the web servers we play.
#pragma once

#include <string>
#include <string_view>

#include "qingdan/base/bytes.h"

namespace qingdan::practice {

// The error page that the server of this Server header sends.
[[nodiscard]] std::string error_page(std::string_view server, int status, std::string_view path);
// What a web server of this Server header says to plain HTTP on its TLS port.
[[nodiscard]] std::string plain_on_tls_page(const std::string& server);
[[nodiscard]] std::string_view reason_of(int status);
// UTF-8 to another charset; throws BadDescription where a character has no place in it.
[[nodiscard]] std::string in_charset(const std::string& utf8, const std::string& charset);
// RFC 1952 around stored blocks of RFC 1951: valid for every client, no library.
[[nodiscard]] std::string gzipped(std::string_view body);
[[nodiscard]] std::string chunked(std::string_view body);
// A 16 x 16 icon (ICO) in colours derived from the name.
[[nodiscard]] std::string icon_named(const std::string& name);
// Shodan's favicon hash: MurmurHash3 x86_32, seed 0, over base64 with a line break every 76.
[[nodiscard]] std::int32_t favicon_mmh3(std::string_view icon);
[[nodiscard]] std::string md5_hex(std::string_view bytes);

}  // namespace qingdan::practice
