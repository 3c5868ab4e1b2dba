#pragma once
/// \file
/// A job's previews held against what its store gives now.

#include "pantile/tile_source.h"
#include "pipeline/check/target.h"

namespace pantile {

/// Recorded previews that are not there. Of a job that is not finished, they are to come.
Status find_missing_previews(const CheckTarget& target, FindingLog& log);

/// Makes every recorded preview again, in the system's folder for temporary files, and compares the
/// bytes. The store is whole. Errors: cancelled, io, out_of_space.
Status compare_previews(const CheckTarget& target, int threads, const CancelToken* cancel,
                        FindingLog& log);

/// How many previews the record names that are there, and the width of the widest.
struct RecordedPreviews {
  std::int64_t count = 0, widest = 0;
};
RecordedPreviews recorded_previews(const CheckTarget& target);

}  // namespace pantile
