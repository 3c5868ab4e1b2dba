#pragma once
/// \file
/// A group of threads that runs one function to its end.

#include <cfenv>
#include <functional>

#include "pantile/result.h"

namespace pantile {

/// Cores this process may use: those of its affinity mask, or what its control group's quota of CPU
/// time is worth, rounded up, if that is less; at least 1.
int available_cores();

/// Sets round-to-nearest and turns flush-to-zero off for the calling thread, whatever the program
/// around us has set: pixels must not depend on it.
void set_float_environment();

/// set_float_environment() until the end of the scope, then what was there before. Whatever works
/// on its caller's thread begins with one.
class FloatEnvironmentScope {
 public:
  FloatEnvironmentScope();
  ~FloatEnvironmentScope();
  FloatEnvironmentScope(const FloatEnvironmentScope&) = delete;
  FloatEnvironmentScope& operator=(const FloatEnvironmentScope&) = delete;

 private:
  std::fenv_t before_{};
};

/// Runs body(0) … body(count − 1), each on a thread of its own with the float environment set,
/// and waits for all. Returns the error of the lowest-numbered failed body, if any. A body that
/// throws (std::bad_alloc) counts as failed with out_of_memory.
Status run_workers(int count, const std::function<Status(int worker)>& body);

}  // namespace pantile
