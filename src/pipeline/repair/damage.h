#pragma once
/// \file
/// What a check found, as far as a repair wants to know.

#include <map>
#include <set>
#include <string>

#include "pantile/check.h"
#include "pantile/tile_sink.h"

namespace pantile {

struct Damage {
  std::set<std::string> files;  ///< To be made anew.
  std::set<ChunkId> chunks;     ///< Of level 0, that are wrong or whose shard is.
  std::set<UnitId> units;       ///< Of level 0.
  /// Level-1 chunks that do not follow from level 0, and their files: either may be the wrong one.
  std::map<ChunkId, std::string> doubtful;
  /// Level-0 chunks that the TIFF's tiles contradict, sound as both are: either may be wrong.
  std::set<ChunkId> disputed;
  /// A sound preview that the store does not give: whose pixels are wrong, nobody says.
  std::set<std::string> disputed_previews;
  bool missing = false;  ///< Something is not there.
  bool leftovers = false;

  bool any() const {
    return !files.empty() || !doubtful.empty() || !disputed.empty() || !disputed_previews.empty() ||
           missing || leftovers;
  }
  /// Adds what `finding` says. The record and foreign files are no concern of it.
  void add(const Finding& finding);
  /// The TIFF is to be made anew.
  void add_tiff();
};

}  // namespace pantile
