#pragma once
/// \file
/// The checks of `validate`, one function each. All of them are deterministic.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ops/formula/formula_source.h"
#include "pantile/tile_source.h"
#include "pantile/validate.h"
#include "pipeline/job/folder_setup.h"
#include "pipeline/validate/pixels.h"

namespace pantile::validate {

/// What the checks work on; nothing is owned but the smaller picture.
struct Subject {
  const formula::Program* program = nullptr;
  formula::FormulaImage image;             ///< Of the job, in full size.
  const TileSource* source = nullptr;      ///< The job's pixels.
  std::int64_t tile_px = 0, shard_px = 0;  ///< The job's.
  formula::FormulaImage small_image;       ///< The smaller picture: the same part of the plane.
  std::shared_ptr<const TileSource> small;
  std::int64_t small_tile_px = 0;   ///< Shards are twice as wide.
  const JobLanes* lanes = nullptr;  ///< GPUs that draw the job's pixels; null: none.
  ValidateOptions options;
  int threads = 1;
  const CancelToken* cancel = nullptr;
  JobListener* listener = nullptr;

  const LevelInfo& full_level() const { return source->spec().levels.front(); }
  const LevelInfo& small_level() const { return small->spec().levels.front(); }
};

/// The subject of a job. Errors: those of FormulaSource::make.
Result<Subject> make_subject(const formula::Program& program, const formula::FormulaImage& image,
                             const TileSource& source, std::int64_t tile_px, std::int64_t shard_px,
                             const ValidateOptions& options);

/// The most memory that the checks take with that many threads, besides what the program takes
/// before it does anything. Errors: those of plan_layout.
Result<std::int64_t> memory_of_checks(const Subject& subject, int threads);

/// The part of it that the lanes and check_devices take.
std::int64_t memory_of_devices(const Subject& subject, int threads);

/// A line between two tiles of the smaller picture, for the report's picture.
struct BorderLine {
  bool vertical = true;
  std::int64_t at = 0;    ///< Between pixels at - 1 and at.
  double rank = 0;        ///< 0: smoother than all lines beside it, 1: rougher than all of them.
  bool explained = true;  ///< Rendered in one piece it ranks the same.
};

/// A proven pixel, for the report's picture.
struct ProvenPixel {
  std::int64_t x = 0, y = 0;
  int outcome = 0;   ///< proof::Outcome
  std::string text;  ///< What is wrong with it; empty: nothing.
};

/// Pixels of `rect` that are not the built-in formula `gradient` by plain arithmetic: red across,
/// green down, blue (column + row) mod 256.
Result<Found> find_misplaced(const TileSource& gradient, const Rect& rect,
                             const CancelToken* cancel);

Result<ValidateCheck> check_coordinates(const Subject& subject);
Result<ValidateCheck> check_tiles(const Subject& subject);
Result<ValidateCheck> check_borders(const Subject& subject, std::vector<BorderLine>* lines);
/// `tables`: what is compared with plain code; empty: all that this machine can run.
Result<ValidateCheck> check_targets(const Subject& subject,
                                    const std::vector<formula::FormulaTables>& tables = {});
/// Of a subject with lanes. One that is lost on the way fails the check.
Result<ValidateCheck> check_devices(const Subject& subject);
/// Adds at most `most_pixels` to `pixels`, those that are not as they should be first.
Result<ValidateCheck> check_proof(const Subject& subject, std::size_t most_pixels,
                                  std::vector<ProvenPixel>* pixels);

}  // namespace pantile::validate
