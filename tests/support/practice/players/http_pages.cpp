// http_pages — see http_pages.h.
#include "http_pages.h"

#include <iconv.h>
#include <openssl/evp.h>

#include <array>
#include <cstring>
#include <map>

#include "../certificates.h"
#include "qingdan/base/text.h"

namespace qingdan::practice {
namespace {

std::string titled(int status) {
  return std::to_string(status) + " " + std::string(reason_of(status));
}

std::string nginx_page(std::string_view server, int status) {
  return "<html>\r\n<head><title>" + titled(status) + "</title></head>\r\n<body>\r\n<center><h1>" +
         titled(status) + "</h1></center>\r\n<hr><center>" + std::string(server) +
         "</center>\r\n</body>\r\n</html>\r\n";
}

std::string apache_page(std::string_view server, int status) {
  return "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n<title>" +
         titled(status) + "</title>\n</head><body>\n<h1>" + std::string(reason_of(status)) +
         "</h1>\n<p>The requested URL was not found on this server.</p>\n<hr>\n<address>" +
         std::string(server) + " Server</address>\n</body></html>\n";
}

std::string tomcat_page(int status) {
  const auto title =
      "HTTP Status " + std::to_string(status) + " – " + std::string(reason_of(status));
  return "<!doctype html><html lang=\"en\"><head><title>" + title +
         "</title><style type=\"text/css\">body "
         "{font-family:Tahoma,Arial,sans-serif;}</style></head><body><h1>" +
         title + "</h1></body></html>";
}

std::string iis_page(int status) {
  return "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML "
         "4.01//EN\"\"http://www.w3.org/TR/html4/strict.dtd\">\r\n"
         "<HTML><HEAD><TITLE>" +
         std::string(reason_of(status)) + "</TITLE></HEAD>\r\n<BODY><h2>" +
         std::string(reason_of(status)) + "</h2>\r\n<hr><p>HTTP Error " + std::to_string(status) +
         ".</p>\r\n</BODY></HTML>\r\n";
}

std::uint32_t rotated(std::uint32_t value, int bits) {
  return value << bits | value >> (32 - bits);
}

std::uint32_t crc32(std::string_view bytes) {  // RFC 1952, section 8
  std::uint32_t crc = 0xffffffff;
  for (const char c : bytes) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320U : crc >> 1;
  }
  return ~crc;
}

}  // namespace

// nginx's own words; other servers say much the same.
std::string plain_on_tls_page(const std::string& server) {
  const std::string body =
      "<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS "
      "port</title></head>\r\n<body>\r\n"
      "<center><h1>400 Bad Request</h1></center>\r\n<center>The plain HTTP request was sent to "
      "HTTPS port</center>\r\n"
      "</body>\r\n</html>\r\n";
  return "HTTP/1.1 400 Bad Request\r\n" + (server.empty() ? "" : "Server: " + server + "\r\n") +
         "Content-Type: text/html\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

std::string_view reason_of(int status) {
  static const std::map<int, std::string_view> kReasons{{200, "OK"},
                                                        {301, "Moved Permanently"},
                                                        {302, "Found"},
                                                        {400, "Bad Request"},
                                                        {401, "Unauthorized"},
                                                        {403, "Forbidden"},
                                                        {404, "Not Found"},
                                                        {405, "Method Not Allowed"},
                                                        {500, "Internal Server Error"},
                                                        {503, "Service Unavailable"}};
  const auto found = kReasons.find(status);
  return found == kReasons.end() ? "Unknown" : found->second;
}

std::string error_page(std::string_view server, int status, std::string_view) {
  if (server.starts_with("nginx") || server.starts_with("openresty") ||
      server.starts_with("Tengine")) {
    return nginx_page(server, status);
  }
  if (server.starts_with("Apache/") || server == "Apache") return apache_page(server, status);
  if (server.starts_with("Microsoft-IIS") || server.starts_with("Microsoft-HTTPAPI"))
    return iis_page(status);
  if (server.empty() || server.starts_with("Apache-Coyote")) return tomcat_page(status);
  return "<html><head><title>" + titled(status) + "</title></head><body><h1>" + titled(status) +
         "</h1></body></html>\n";
}

std::string in_charset(const std::string& utf8, const std::string& charset) {
  if (charset == "utf-8" || charset.empty()) return utf8;
  const iconv_t converter = iconv_open(charset == "gb2312" ? "gbk" : charset.c_str(), "UTF-8");
  if (converter == reinterpret_cast<iconv_t>(-1))
    throw BadDescription("charset '" + charset + "' is unknown");
  std::string converted(utf8.size() * 4 + 16, '\0');
  auto* from = const_cast<char*>(utf8.data());
  auto* to = converted.data();
  std::size_t from_left = utf8.size();
  std::size_t to_left = converted.size();
  const auto outcome = iconv(converter, &from, &from_left, &to, &to_left);
  iconv_close(converter);
  if (outcome == static_cast<std::size_t>(-1))
    throw BadDescription("a page cannot be written in " + charset);
  converted.resize(converted.size() - to_left);
  return converted;
}

std::string gzipped(std::string_view body) {
  ByteWriter out;
  out.u16be(0x1f8b).u8(8).u8(0).u32le(0).u8(0).u8(
      3);                                     // RFC 1952 2.3: deflate, no flags, no time, Unix
  constexpr std::size_t kMostStored = 65535;  // RFC 1951 3.2.4
  std::size_t at = 0;
  do {
    const auto part = body.substr(at, kMostStored);
    at += part.size();
    const auto size = static_cast<std::uint16_t>(part.size());
    out.u8(at == body.size() ? 1 : 0)
        .u16le(size)
        .u16le(static_cast<std::uint16_t>(~size))
        .text(part);
  } while (at < body.size());
  out.u32le(crc32(body)).u32le(static_cast<std::uint32_t>(body.size()));
  return std::string(as_text(out.view()));
}

std::string chunked(std::string_view body) {  // RFC 9112, section 7.1
  std::string out;
  for (std::size_t at = 0; at < body.size(); at += 200) {
    const auto part = body.substr(at, 200);
    std::array<char, 16> size{};
    snprintf(size.data(), size.size(), "%zx\r\n", part.size());
    out += size.data();
    out += part;
    out += "\r\n";
  }
  return out + "0\r\n\r\n";
}

std::string icon_named(const std::string& name) {
  constexpr std::uint32_t kSide = 16;
  const auto colours = sha256(as_bytes("icon " + name));
  const std::uint32_t image = 40 + kSide * kSide * 4 + kSide * 4;
  ByteWriter out;
  out.u16le(0).u16le(1).u16le(1);  // ICONDIR: one icon
  out.u8(kSide).u8(kSide).u8(0).u8(0).u16le(1).u16le(32).u32le(image).u32le(22);
  out.u32le(40).u32le(kSide).u32le(kSide * 2).u16le(1).u16le(32).fill(24);  // BITMAPINFOHEADER
  for (std::uint32_t pixel = 0; pixel < kSide * kSide; ++pixel) {
    const auto square = (pixel / kSide / 4 * 4 + pixel % kSide / 4) % 16;
    out.u8(colours[square]).u8(colours[square + 1]).u8(colours[square + 2]).u8(255);
  }
  out.fill(kSide * 4);
  return std::string(as_text(out.view()));
}

std::int32_t favicon_mmh3(std::string_view icon) {
  const auto base64 = to_base64(as_bytes(icon));
  std::string lines;
  for (std::size_t at = 0; at < base64.size(); at += 76) lines += base64.substr(at, 76) + "\n";
  std::uint32_t hash = 0;
  const auto mixed = [](std::uint32_t block) {
    return rotated(block * 0xcc9e2d51U, 15) * 0x1b873593U;
  };
  std::size_t at = 0;
  for (; at + 4 <= lines.size(); at += 4) {
    std::uint32_t block = 0;
    std::memcpy(&block, lines.data() + at, 4);
    hash = rotated(hash ^ mixed(block), 13) * 5 + 0xe6546b64U;
  }
  std::uint32_t tail = 0;
  for (std::size_t i = lines.size(); i-- > at;)
    tail = tail << 8 | static_cast<std::uint8_t>(lines[i]);
  if (at < lines.size()) hash ^= mixed(tail);
  hash ^= static_cast<std::uint32_t>(lines.size());
  hash = (hash ^ hash >> 16) * 0x85ebca6bU;
  hash = (hash ^ hash >> 13) * 0xc2b2ae35U;
  return static_cast<std::int32_t>(hash ^ hash >> 16);
}

std::string md5_hex(std::string_view bytes) {
  Bytes digest(16);
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_md5(), nullptr);
  return to_hex(digest);
}

}  // namespace qingdan::practice
