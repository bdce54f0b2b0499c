// converter — iconv(3) with its handle owned.
#pragma once

#include <iconv.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>

namespace qingdan {

class Converter {
 public:
  Converter(const char* to, const char* from) : cd_(iconv_open(to, from)) {}
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  ~Converter() {
    if (usable()) iconv_close(cd_);
  }
  [[nodiscard]] bool usable() const { return cd_ != reinterpret_cast<iconv_t>(-1); }

  // The last run stopped at a character whose end is missing.
  [[nodiscard]] bool cut() const { return cut_; }

  // Converts; stops at the first bad sequence and returns how much input it consumed.
  std::size_t run(std::string_view in, std::string& out) {
    char* from = const_cast<char*>(in.data());
    std::size_t left = in.size();
    std::array<char, 4096> buffer;
    cut_ = false;
    while (left > 0) {
      char* to = buffer.data();
      std::size_t room = buffer.size();
      const std::size_t status = iconv(cd_, &from, &left, &to, &room);
      out.append(buffer.data(), buffer.size() - room);
      if (status != static_cast<std::size_t>(-1) || errno == E2BIG) continue;
      cut_ = errno == EINVAL;
      break;
    }
    return in.size() - left;
  }

 private:
  iconv_t cd_;
  bool cut_{false};
};

}  // namespace qingdan
