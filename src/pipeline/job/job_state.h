#pragma once
/// \file
/// How far a job is, and what of its folder is not whole, by names and sizes.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/store/byte_store.h"
#include "pantile/result.h"
#include "pantile/tile_sink.h"
#include "pipeline/folder/job_record.h"

namespace pantile {

struct JobState {
  std::string parts_of;                          ///< The command whose parts these are, if any.
  std::optional<SinkPlan> plan;                  ///< Of the picture; none until it is known.
  std::int64_t shards_done = 0, shards_all = 0;  ///< Of the store, at all levels.
  std::int64_t pixels_done = 0, pixels_all = 0;  ///< Of level 0, as a run counts them.
  std::vector<std::string> done;     ///< Outputs that are there and, as far as one sees, whole.
  std::vector<std::string> to_come;  ///< Outputs that are not there.
  std::vector<std::string> flaws;    ///< What is there but not whole, a sentence each.

  /// "complete", or how far it is and what to do, in words.
  std::string words() const;
};

/// Looks at the folder of the job that `record`, its job.json, describes. Reads no pixels and a few
/// bytes of each output, takes no lock. Errors: corrupt (a record of settings that no job has), io.
Result<JobState> look_at_job(const std::string& folder, const JobRecord& record);

/// What a generate job records of its picture: sizes, layout and levels. Errors: corrupt.
Result<SinkPlan> plan_of_record(const JobRecord& record);

/// The shards of one store.
struct StoreState {
  std::int64_t shards_done = 0, shards_all = 0;
  std::int64_t pixels_done = 0, pixels_all = 0;  ///< Of level 0.
  std::vector<std::string> flaws;
};
/// Counts the shards of the image of `plan` in `store`. Flaws are shards whose size or index cannot
/// be right and, in a store that is `finished`, those that are missing; they begin with `name`.
/// Errors: io.
Result<StoreState> look_at_store(const ByteStore& store, const SinkPlan& plan, bool finished,
                                 const std::string& name);

}  // namespace pantile
