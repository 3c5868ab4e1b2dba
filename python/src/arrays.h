#pragma once
/// \file
/// Between NumPy's arrays and views.

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "pantile/view.h"

namespace pantile::python {

namespace nb = nanobind;

/// Anything that speaks the buffer or DLPack protocol, in host memory.
using ReadableArray = nb::ndarray<nb::ro, nb::device::cpu>;
using WritableArray = nb::ndarray<nb::device::cpu>;

/// The DType of an array's samples; bool is u8. Throws TypeError: complex and such.
DType dtype_of_array(const nb::dlpack::dtype& dtype);

/// Where the samples of an array's first plane lie. `axes`: what its dimensions are, any order of
/// y, x and some of t, c, z. Throws ValueError: another number of dimensions.
Layout layout_of(const ReadableArray& array, std::string_view axes);
/// How many planes it has along axis 't' or 'z', and the bytes from one to the next; 1 and 0 where
/// it has no such axis.
std::pair<std::int64_t, std::ptrdiff_t> planes_along(const ReadableArray& array,
                                                     std::string_view axes, char axis);

/// The view as an array of axes c, y, x, or y, x where it has one channel and `flat`; valid as long
/// as the view. Read-only unless `writable`. Needs the interpreter lock.
nb::object array_of(const View& view, bool flat, bool writable);
/// `n` images whose channels lie one behind the other, as an array of axes n, c, y, x (n, y, x).
nb::object arrays_of(const View& view, int n, bool flat, bool writable);

/// An array of one dimension that owns its values.
template <class T> nb::object owned_array(std::vector<T> values) {
  auto kept = std::make_unique<std::vector<T>>(std::move(values));
  const nb::capsule owner(kept.get(),
                          [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  std::vector<T>* const held = kept.release();
  return nb::cast(nb::ndarray<nb::numpy, T>(held->data(), {held->size()}, owner));
}

}  // namespace pantile::python
