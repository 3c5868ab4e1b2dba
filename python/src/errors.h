#pragma once
/// \file
/// Errors become exceptions of pantile._errors.

#include "pantile/result.h"

namespace pantile::python {

/// Throws the exception that fits `error`. Needs the interpreter lock.
[[noreturn]] void raise(const Error& error);

/// The value, or the exception that fits its error.
template <class T> T value_or_raise(Result<T> result) {
  if (!result.ok()) raise(result.error());
  return *std::move(result);
}
inline void raise_if(const Status& status) {
  if (!status.ok()) raise(status.error());
}

}  // namespace pantile::python
