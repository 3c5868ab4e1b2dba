#pragma once
/// \file
/// How much memory there is, and how much the process has used.

#include <cstdint>

namespace pantile {

/// Bytes this process may use: the machine's, or its control group's limit if that is less.
std::int64_t memory_limit_bytes();

/// The part of memory_limit_bytes() that is free now.
std::int64_t memory_available_bytes();

/// Peak resident set of this process so far.
std::int64_t peak_resident_bytes();

}  // namespace pantile
