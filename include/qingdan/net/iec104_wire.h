// iec104_wire — is this an IEC 60870-5-104 station? One test frame, which every station must answer
// and which starts no data transfer. Pure.
// Source: IEC 60870-5-104:2006 §5.1 (APDU: start 68H, length 4 to 253), §5.1 figures 6 to 8
// (control fields of formats I, S, U), §5.2 (TESTFR act is answered by TESTFR con, in the stopped
// state too).
//
// Channel iec104.reply = the APDU as it came.
#pragma once

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

[[nodiscard]] Bytes build_iec104_test();
// Of the confirmation; stations that test us at the same time say so first, which is not foreign.
[[nodiscard]] Extent measure_iec104_reply(BytesView stream);
// The stream holds a whole TESTFR con.
[[nodiscard]] bool is_iec104_confirmed(BytesView stream);

}  // namespace qingdan::net
