// text — character sets and the escaping of hostile bytes. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/base/result.h"

namespace qingdan {

[[nodiscard]] bool is_utf8(std::string_view text);

// Converts to UTF-8. `charset` as in Content-Type, any case ("gbk", "gb2312" and "gb18030" are all
// read as GB18030, "big5" as Big5-HKSCS, their supersets; "iso-8859-1" …). Bytes that do not
// belong, and a last character that is cut, become U+FFFD. A declared GB or Big5 is passed over
// where the bytes are UTF-8 and read as well so. An unknown charset is treated as "".  "" = detect:
// BOM, then UTF-8, then GB18030 or Big5 by which of them gives the more usual characters (GB18030
// where that does not decide), then Latin-1.
[[nodiscard]] std::string to_utf8(BytesView bytes, std::string_view charset = {});

// UTF-8 to GB18030. An error names the first character that cannot be written.
[[nodiscard]] Result<std::string> to_gb18030(std::string_view utf8);

// Replaces control characters and invalid UTF-8 so that the text is safe in a log, a terminal, a
// sheet: \r \n \t as such escapes, others as \xNN. At most `max_bytes` of output, cut at a
// character boundary and then ended by "…".
[[nodiscard]] std::string escape_untrusted(std::string_view text, std::size_t max_bytes = 512);

[[nodiscard]] std::string to_lower_ascii(std::string_view text);
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);
[[nodiscard]] std::string_view trim(std::string_view text);  // spaces, tabs, CR, LF
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

[[nodiscard]] std::string to_hex(BytesView bytes);
[[nodiscard]] Result<Bytes> from_hex(std::string_view hex);
[[nodiscard]] std::string to_base64(BytesView bytes);
[[nodiscard]] Result<Bytes> from_base64(std::string_view base64);  // white space is ignored

}  // namespace qingdan
