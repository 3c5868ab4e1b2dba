#pragma once
/// \file
/// An image becomes one file or store: what convert and process have in common.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "io/store/byte_store.h"
#include "pantile/fingerprint.h"
#include "pantile/job.h"
#include "pantile/output_options.h"
#include "pipeline/drain/image_job.h"
#include "pipeline/folder/job_record.h"
#include "pipeline/folder/open_image.h"

namespace pantile {

/// What has to be known of the whole image before a pixel of the result can be made.
class Settling {
 public:
  virtual ~Settling() = default;
  /// The most that settle() takes with that many threads.
  virtual std::int64_t memory_bytes(int threads) const = 0;
  /// Finds it out and returns the image to be written, of the same spec as before. What it found
  /// is kept in `parts`, and looked for there first; null: there is no such place. Errors: those of
  /// the source; invalid; cancelled; io.
  virtual Result<std::shared_ptr<const TileSource>> settle(ByteStore* parts, int threads,
                                                           const RunOptions& run,
                                                           std::vector<StageSummary>& stages) = 0;
};

/// The folder of parts keeps what was settled below this key.
inline constexpr char kSettledPrefix[] = "settled";

struct FileJob {
  std::string command;                     ///< As job.json and the stage name it: "convert".
  std::string input;                       ///< As the user gave it; empty: it is no file.
  OpenImage image;                         ///< What is written; its path is the input's.
  std::optional<Fingerprint> read_from;    ///< Of the file at that path, when it was opened.
  std::string output;                      ///< From file_output().
  PixelSettings pixels;                    ///< What decides its pixels; tile and shard are added.
  std::string facts_json = "{}";           ///< For a store's attributes.
  std::int64_t tile_px = 0, shard_px = 0;  ///< As in OutputOptions.
  int zstd_level = 1;
  TiffOptions tiff;
  std::unique_ptr<Settling> settling;  ///< Null: image.source is final. Of a PNG: null.
};

/// `name` without a slash at its end. Errors: invalid (the name of no format that is written);
/// conflict (a PNG that is there, without run.restart).
Result<std::string> file_output(std::string name, const RunOptions& run);

/// The input's own chunk edge where a store or TIFF of ours could have it, else 0.
std::int64_t usable_tile(std::int64_t chunk_px);

/// A rectangle as a setting: "x,y,width,height".
std::string region_text(const Rect& region);

/// Writes it: a store or a TIFF shard by shard, by way of `<output>.parts`, so that it can be
/// resumed; a PNG at once. As include/pantile/convert.h says. Errors: those of run_convert().
Result<JobSummary> run_file_job(FileJob job, const RunOptions& run);

}  // namespace pantile
