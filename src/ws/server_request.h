// What a client's request head must be before anything in it is believed (RFC 9112, RFC 9110).
#pragma once

#include <string>
#include <string_view>

namespace wscope::ws {

/// What is wrong with the request, with the RFC's section; "" when nothing is: a field line that
/// is none or has white space before its colon, NUL or a CR within a line, more than one Host or
/// one that is none, a fragment in the target, a Content-Length that is none or not the only one.
/// `head` ends with the empty line; lines may end with a bare LF.
std::string fault_of_request(std::string_view head);

/// A target in absolute-form, which every server takes (RFC 9112 3.2.2), in origin-form: its path,
/// at least "/", and its query; any other as it is.
std::string origin_form(std::string_view target);

}  // namespace wscope::ws
