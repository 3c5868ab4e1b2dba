#include "pantile/result.h"

namespace pantile {

std::string_view code_name(Code code) {
  switch (code) {
    case Code::invalid: return "invalid";
    case Code::not_found: return "not_found";
    case Code::foreign: return "foreign";
    case Code::conflict: return "conflict";
    case Code::corrupt: return "corrupt";
    case Code::out_of_space: return "out_of_space";
    case Code::out_of_memory: return "out_of_memory";
    case Code::io: return "io";
    case Code::cancelled: return "cancelled";
    case Code::internal: return "internal";
  }
  return "internal";
}

}  // namespace pantile
