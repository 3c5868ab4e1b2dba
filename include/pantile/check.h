#pragma once
/// \file
/// `check`: is what lies on disk whole? `repair`: make whole what is not.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pantile/geometry.h"
#include "pantile/job.h"
#include "pantile/options.h"
#include "pantile/result.h"
#include "pantile/tile_sink.h"

namespace pantile {

/// What is wrong with a file or a part of it.
enum class FindingKind : std::uint8_t {
  missing,         ///< A file that should be there is not.
  truncated,       ///< A file is shorter or longer than it says itself.
  checksum,        ///< Bytes do not match their checksum, or a table contradicts itself.
  unreadable,      ///< The operating system gives an error instead of the bytes.
  undecodable,     ///< Bytes match their checksum but do not give the pixels of a chunk.
  wrong_pixels,    ///< Pixels are not those of the level below, of the store, or not zero outside.
  wrong_metadata,  ///< Metadata are not what the job's record, or the file itself, says.
  foreign,         ///< A file that Pantile did not put there.
  leftover,        ///< A temporary file that a dead process left.
};
template <> std::span<const Word<FindingKind>> words_of();

/// One thing that is wrong, by name.
struct Finding {
  FindingKind kind = FindingKind::missing;
  std::string file;             ///< Relative to the folder that was checked, or its own name.
  std::optional<UnitId> shard;  ///< Where it concerns one shard, or a chunk in it.
  std::optional<ChunkId> chunk;
  std::optional<Rect> rect;  ///< Pixels of that chunk's level.
  std::string text;          ///< One sentence without the file's name.
};

/// How far the thing that was checked is.
enum class CheckState : std::uint8_t {
  complete,
  /// An interrupted job: what is not there yet is no finding, nor are temporary files, which its
  /// next run removes. What is there is checked, also the parts that the TIFF will be made of.
  unfinished,
  being_written,  ///< Another process holds its lock; the same.
};
template <> std::span<const Word<CheckState>> words_of();

struct CheckOptions {
  std::string path;   ///< A job's folder, an .ome.zarr, or a TIFF with its .sums beside it.
  bool fast = false;  ///< Names, sizes, metadata and indices only; no pixels.
};

struct CheckReport {
  bool fast = false;  ///< No pixels were read: CheckOptions::fast.
  static constexpr std::size_t kMostKept = 4096;
  CheckState state = CheckState::complete;
  std::int64_t finding_count = 0;
  std::map<FindingKind, std::int64_t> by_kind;
  std::vector<Finding> findings;   ///< The first kMostKept of them.
  std::int64_t files = 0;          ///< That were looked at.
  std::int64_t decoded_bytes = 0;  ///< Of pixels that are sound.
  std::int64_t removed_files = 0;  ///< By repair: what it made anew.
  /// Of an unfinished job: shards of the store that are not there yet, and temporary files of a
  /// dead process.
  std::int64_t shards_to_come = 0, leftovers = 0;
  /// What to do about findings, or to go on, in words; empty where all is whole and complete.
  std::string advice;
  JobSummary summary;  ///< Stages, time, memory.

  bool whole() const { return finding_count == 0; }
};

/// Looks at everything that lies under `options.path`: metadata against what the job's record says
/// they must be, every checksum, every level against the level below, the TIFF and the previews
/// against the store, and names that do not belong there. Writes nothing; holds no lock. What is
/// wrong is a finding, not an error: each goes to run.listener as it is found. A chunk that is
/// wrong is reported itself, not the levels above that follow from it.
///
/// Pixels of level 0 are bound by their checksums; whether they are those of the formula is not
/// asked here. Of a store or a TIFF without a job, what is expected follows from the file itself,
/// so a change that leaves it consistent is not noticed. Memory: a few chunks a thread, the budget
/// of run.memory_bytes; findings beyond CheckReport::kMostKept are only counted.
///
/// Errors: not_found; foreign (nothing that Pantile wrote); invalid (a budget too small);
/// cancelled; io; out_of_memory. Thread-safe.
Result<CheckReport> run_check(const CheckOptions& options, const RunOptions& run);

/// Checks the job's folder `path`, removes what is wrong, has the job make it again, and checks
/// once more. Removed are only whole units (shards, metadata files, the TIFF with its checksums,
/// previews); what is right stays as it is, foreign files are left alone. The report is the last
/// check's: whole() unless foreign files are left.
///
/// Errors besides run_check's and run_generate's: conflict (the folder is being written; job.json
/// is of another picture than the store); corrupt (job.json is lost or damaged beyond one bit: the
/// message says what to do; or still wrong afterwards); invalid (not a job's folder).
/// Thread-safe for different folders.
Result<CheckReport> run_repair(const std::string& path, const RunOptions& run);

}  // namespace pantile
