#pragma once
/// \file
/// Whose picture a store holds, and which of two chunks that contradict each other is wrong: asked
/// of the source.

#include <string>

#include "pantile/job.h"
#include "pipeline/check/target.h"
#include "pipeline/repair/damage.h"

namespace pantile {

/// Asks the source of a job about the chunks in its folder. `job` and `run` outlive it.
class Probe {
 public:
  Probe(const std::string& folder, const FolderJob& job, const RunOptions& run)
      : folder_(folder), job_(job), run_(run) {}

  /// Refuses a store whose own metadata are sound but of another picture. Errors: conflict, io.
  Status check_group() const;
  /// Computes anew some sound chunks of level 0, the first time, and those that level 1 or the
  /// TIFF contradicts, or, where a preview does, all; adds to `damage` what turns out wrong.
  /// `store` is what a check expects there. Errors: conflict (the store holds another picture), io,
  /// and those of the source.
  Status ask(ExpectedStore store, Damage& damage);

 private:
  Error other_picture(const std::string& why) const;
  Status ask_sound_chunks(StoreCheck& store, Damage& damage) const;
  Status settle_tiff(StoreCheck& store, Damage& damage) const;
  Status settle_previews(StoreCheck& store, Damage& damage) const;
  /// True when the stored chunk is what the source gives, or is not there.
  Result<bool> is_of_source(StoreCheck& store, ChunkId id) const;

  const std::string folder_;
  const FolderJob& job_;
  const RunOptions& run_;
  bool asked_ = false;
};

}  // namespace pantile
