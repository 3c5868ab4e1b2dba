#pragma once
/// \file
/// `validate`: is what would be rendered right?

#include <string>
#include <utility>
#include <vector>

#include "pantile/generate.h"
#include "pantile/job.h"
#include "pantile/result.h"

namespace pantile {

/// What one check found.
struct ValidateCheck {
  std::string name;  ///< "coordinates", "tiles", "borders", "targets", "proof"
  bool passed = false;
  std::string sentence;                                 ///< What was done and found.
  std::vector<std::pair<std::string, double>> numbers;  ///< The same to compute with.
};

struct ValidateReport {
  std::vector<ValidateCheck> checks;

  bool passed() const;
  /// An error (corrupt: a check failed) that names the checks, unless all passed.
  Status status() const;
  /// The report as report.json holds it. The same on every run of the same job, seed and machine.
  std::string json() const;
};

/// Checks the pixels that generate(`options`) would make, as options.validate says:
///   coordinates  a pattern of positions, through a store, at every pixel of a smaller picture with
///                odd sides, and around corners of the job's own tiles and shards
///   tiles        tiles rendered alone, and through a store, against the same pixels in one piece
///   borders      differences across tile borders against those beside them
///   targets      every SIMD target of this machine against plain code
///   proof        random pixels of the job recomputed in arbitrary precision: how many differ, and
///                whether the documented errors of f64 (f32) arithmetic explain each
/// Writes report.json and report.png into options.validate.out, if it is not empty; nothing else.
/// A failed check is no error, see ValidateReport::passed(). Errors: those of plan_generate;
/// invalid (a size or a number of samples out of range); conflict (the folder is a job's);
/// cancelled; out_of_space; io. Of `run`, threads, cancel and listener are used; memory follows
/// from options.validate.size. Thread-safe for different folders.
Result<ValidateReport> run_validate(const GenerateOptions& options, const RunOptions& run);

}  // namespace pantile
