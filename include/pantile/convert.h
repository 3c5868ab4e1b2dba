#pragma once
/// \file
/// `convert` and `preview`: an image on disk becomes another file. And `info`.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pantile/generate.h"
#include "pantile/geometry.h"
#include "pantile/image_spec.h"
#include "pantile/job.h"
#include "pantile/result.h"

namespace pantile {

/// How a value image is given colours; unset members keep what the job that made it recorded.
struct RecolourOptions {
  std::optional<std::string> colormap;
  std::optional<double> range_lo, range_hi;
  std::optional<Rgb8> nan_color, neg_inf_color, pos_inf_color;
  bool any() const {
    return colormap || range_lo || range_hi || nan_color || neg_inf_color || pos_inf_color;
  }
};

struct ConvertOptions {
  std::string input;           ///< A job folder, an .ome.zarr, a .tif/.tiff or a .png.
  std::string output;          ///< Ends in .ome.zarr, .tif, .tiff or .png; decides the format.
  std::optional<Rect> region;  ///< Level-0 pixels; none: everything.
  RecolourOptions colour;
  std::int64_t tile_px = 0, shard_px = 0;  ///< As in GenerateOptions.
  int zstd_level = 1;
  TiffOptions tiff;
};

/// Writes the image, or a rectangle of it, in another format or in other colours. Only images of
/// one plane are converted.
///
/// A store or a TIFF is written shard by shard and can be resumed: `<output>.parts` beside the
/// output holds the record of the conversion (its settings, the identity of the input's pixels)
/// and the output so far, which takes its name when it is complete; then the parts are removed.
/// The same call goes on where an earlier one was stopped or failed. A PNG is written at once,
/// under its name when it is complete. With run.share_count > 1 only a share of a store or TIFF is
/// written, and a last call without shares completes it.
///
/// With run.restart a store (only if it is one) or a TIFF that is there, and what an earlier run
/// left, are removed first; a PNG is replaced.
///
/// Errors: invalid (an output of no known format, or that is, lies inside or contains the input; a
/// region outside the image; a layout, level, colour or budget that cannot be); not_found (no
/// input); foreign (an
/// input that is not read here or cannot be what is asked for; a folder in the output's place);
/// conflict (an output that is there without run.restart; parts of another conversion, the
/// differing settings named; a second writer); corrupt (the input, or parts); out_of_space
/// (foreseen before anything is written, or met); out_of_memory; io; cancelled (what is committed
/// stays).
/// Different outputs may be written at the same time, from any threads.
Result<JobSummary> run_convert(const ConvertOptions& options, const RunOptions& run);

struct PreviewOptions {
  std::string input;  ///< As ConvertOptions::input.
  /// A .png; empty: previews/preview-<width>.png in a job folder, else
  /// "<input stem>-preview-<width>.png" beside the input; with a region or colours
  /// "view-<width>…" in place of "preview-<width>".
  std::string output;
  std::int64_t width = 1024, height = 0;  ///< Fits into; 0: no limit on that side.
  std::optional<Rect> region;
  RecolourOptions colour;
};

/// Writes a PNG that shows all of the image, or of a rectangle of it, shrunk by area averaging from
/// the smallest level that is large enough; never enlarged, which is noted to run.listener. Values
/// are shown in colours. A PNG that is there already is replaced, atomically; nothing else is
/// touched. There is nothing to resume: what is stopped leaves no file.
/// run.restart and run.share_* mean nothing here.
///
/// Errors: invalid (an output not named .png, or inside the input; a region outside the image; a
/// negative size; a colour or budget that cannot be); conflict (an output that is there and is no
/// PNG); not_found (no input, or a job's picture that is not complete); foreign; corrupt;
/// out_of_space; out_of_memory; io; cancelled. Thread-safe for different outputs.
Result<JobSummary> run_preview(const PreviewOptions& options, const RunOptions& run);

/// What `info` prints of an image or a job folder.
struct ImageInfo {
  std::string path, format;  ///< "OME-Zarr 0.5", "OME-BigTIFF, levels in SubIFDs", "PNG", …
  ImageSpec spec;
  std::int64_t chunk_px = 0, shard_px = 0;  ///< 0: not in square tiles; not in shards.
  std::string layout;                       ///< "chunks of 512 px in shards of 4096 px", …
  std::string codec;
  std::int64_t disk_bytes = 0;
  /// What the stored values 0 and 65535 stand for, in the formula's units, in a value-u16 image.
  std::optional<std::array<double, 2>> value_range;
  std::string job_json;              ///< Text of job.json when `path` is a job folder.
  std::string state;                 ///< Of a job folder: "complete", or how far it is, in words.
  std::vector<std::string> outputs;  ///< Of a job folder: what lies in it and looks whole.
  std::int64_t shards_done = 0, shards_all = 0;  ///< Of a store of ours.
  std::vector<std::string> flaws;  ///< What is there but not whole: a sentence each, without end.
};

/// Describes an image, or a job folder and the image in it, by its metadata, and says what of it
/// cannot be whole by names and sizes: no pixels of a store or a TIFF are read; a PNG is decoded.
/// Writes nothing, takes no lock, so it can look at a job that runs; of one whose picture is not
/// complete, the record tells sizes and levels. Thread-safe.
///
/// Errors: not_found (nothing is there); foreign (not an image or folder of ours); corrupt
/// (job.json or the image's metadata); io; out_of_memory (a PNG too large to decode).
Result<ImageInfo> read_info(const std::string& path);

}  // namespace pantile
