#pragma once
/// \file
/// What has to be known of a whole image before pixels can be made of it.

#include <cstdint>
#include <vector>

#include "io/store/byte_store.h"
#include "pantile/job.h"

namespace pantile {

/// Found out once, for all who read. Thread-safe.
class Prepared {
 public:
  virtual ~Prepared() = default;
  /// Most bytes that prepare() takes with that many threads.
  virtual std::int64_t preparing_bytes(int threads) const = 0;
  /// Finds it out, as stages of a job, unless that is done; others that read meanwhile wait. What
  /// can be kept for a resume is kept in `parts`, and looked for there first; null: nothing is.
  /// Errors: those of the source; invalid; cancelled; io.
  virtual Status prepare(ByteStore* parts, int threads, const RunOptions& run,
                         std::vector<StageSummary>& stages) const = 0;
};

}  // namespace pantile
