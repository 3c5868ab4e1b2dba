#pragma once
/// \file
/// Moving the elements of an array that a mask names to its front, and back.

#include <cstddef>

namespace pantile::formula {

/// How many elements of `mask` are not 0; NaN is not. n is a multiple of 16, here and below.
template <class T> std::size_t count_where(const T* mask, std::size_t n);

/// Writes the elements of `from` where `mask` is not 0, in order, to `to`, which has room for
/// n + 16 elements; what follows them there is undefined.
template <class T> void pack_where(const T* mask, const T* from, T* to, std::size_t n);

/// The reverse: spreads `from` over the elements of `to` where `mask` is not 0 and leaves the
/// others as they are. `to` may be `mask`. `from` may be read up to 16 elements too far.
template <class T> void unpack_where(const T* mask, const T* from, T* to, std::size_t n);

}  // namespace pantile::formula
