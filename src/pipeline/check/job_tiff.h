#pragma once
/// \file
/// What of a target's TIFF there is to check: the file, or the fragments it will be made of.

#include <cstdint>
#include <memory>

#include "pipeline/check/fragments.h"
#include "pipeline/check/target.h"
#include "pipeline/check/tiff.h"

namespace pantile {

/// At most one of the two.
struct TiffToCheck {
  std::unique_ptr<TiffCheck> file;
  std::unique_ptr<FragmentCheck> fragments;
  std::int64_t files = 0;  ///< That were looked at.
};

/// True when the job's record names an output `name`, or there is no record.
bool records_output(const CheckTarget& target, const std::string& name);

/// Checks all of the TIFF, or of its fragments, but their tiles. Errors: foreign (a TIFF alone that
/// is not ours), io.
Result<TiffToCheck> open_tiff(const CheckTarget& target, FindingLog& log);

}  // namespace pantile
