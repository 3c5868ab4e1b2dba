#include "pantile/boundary.h"

namespace pantile {

std::string_view boundary_name(Boundary boundary) {
  switch (boundary) {
    case Boundary::reflect: return "reflect";
    case Boundary::nearest: return "nearest";
    case Boundary::constant: return "constant";
    case Boundary::wrap: return "wrap";
  }
  return "";
}

std::int64_t inside(std::int64_t i, std::int64_t n, Boundary boundary) {
  if (i >= 0 && i < n) return i;
  switch (boundary) {
    case Boundary::nearest: return i < 0 ? 0 : n - 1;
    case Boundary::constant: return -1;
    case Boundary::wrap: return ((i % n) + n) % n;
    case Boundary::reflect: break;
  }
  const std::int64_t at = ((i % (2 * n)) + 2 * n) % (2 * n);
  return at < n ? at : 2 * n - 1 - at;
}

}  // namespace pantile
