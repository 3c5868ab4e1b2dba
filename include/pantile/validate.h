#pragma once
/// \file
/// `validate`: is what would be rendered right?

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pantile/generate.h"
#include "pantile/geometry.h"
#include "pantile/job.h"
#include "pantile/result.h"

namespace pantile {

/// Where a check found something wrong.
struct ValidatePlace {
  bool of_job = true;  ///< `rect` is in pixels of the job; false: of the smaller picture.
  Rect rect;           ///< Holds the pixels that are wrong.
  std::string text;    ///< What is wrong there, a sentence without end.
};

/// What one check found.
struct ValidateCheck {
  static constexpr std::size_t kMostPlaces = 32;
  std::string name;  ///< "coordinates", "tiles", "borders", "targets", "devices", "proof"
  bool passed = false;
  std::string sentence;                                 ///< What was done and found.
  std::vector<std::pair<std::string, double>> numbers;  ///< The same to compute with.
  std::vector<ValidatePlace> places;  ///< Of what is wrong, the first kMostPlaces.

  /// A member of `numbers`; 0 where there is none of that name.
  double number(std::string_view key) const;
};

/// What was checked.
struct ValidateSubject {
  GenerateOptions job;  ///< Resolved, with options.validate as it was asked for.
  std::string version;  ///< Of the library.
  std::string simd_target;
  std::string device;  ///< As asked for, in device_words().
  /// The smaller picture: the same part of the plane.
  std::int64_t width = 0, height = 0, tile_px = 0;
  double scale = 0;
};

struct ValidateReport {
  /// A check that was not made: neither passed nor failed.
  struct NotMade {
    std::string name, reason;
  };

  ValidateSubject subject;
  std::vector<ValidateCheck> checks;
  std::vector<NotMade> not_made;
  /// Of the job, as plan_generate() has them; notes also of its GPUs.
  std::vector<std::string> notes, warnings;
  std::string folder;  ///< Where report.json and report.png were written; empty: nowhere.

  bool passed() const;  ///< All checks that were made.
  /// The check of that name; null: it was not made.
  const ValidateCheck* check(std::string_view name) const;
  /// An error (corrupt: a check failed) that names the checks and the report, unless all passed.
  Status status() const;
  /// The report as report.json holds it. The same on every run of the same program, job, seed and
  /// machine.
  std::string json() const;
};

/// Checks the pixels that generate(`options`) would make, as options.validate says:
///   coordinates  a pattern of positions, through a store, at every pixel of a smaller picture with
///                odd sides, and around corners of the job's own tiles and shards; the coordinates
///                that the formula is given there
///   tiles        tiles rendered alone, and through a store, against the same pixels in one piece
///   borders      differences across tile borders against those beside them
///   targets      every SIMD target of this machine against plain code
///   devices      random tiles of the job, its corners and edges among them, drawn by each GPU that
///                run.device means, against the CPU's; without a GPU it is not made
///   proof        random pixels of the job recomputed in arbitrary precision: how many differ, and
///                whether the documented errors of f64 (f32) arithmetic explain each
/// Writes report.json and report.png into options.validate.out, if it is not empty; nothing else.
/// A failed check is no error, see ValidateReport::passed(). Each check is a stage of the listener,
/// "validate/coordinates" and so on. Errors: those of plan_generate; those of
/// run_generate that concern GPUs (named but not there); invalid (a size or a number of
/// samples out of range; a budget too small); conflict (the folder is a job's); cancelled;
/// out_of_space; io. Of `run`, device, cuda, threads, memory_bytes, cancel and listener
/// are used. Thread-safe for
/// different folders.
Result<ValidateReport> run_validate(const GenerateOptions& options, const RunOptions& run);

}  // namespace pantile
