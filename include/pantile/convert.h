#pragma once
/// \file
/// `convert` and `preview`: an image on disk becomes another file. And `info`.

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
  std::string input;    ///< A job folder, an .ome.zarr, a .tif/.tiff or a .png.
  std::string output;   ///< Ends in .ome.zarr, .tif, .tiff or .png; decides the format.
  std::optional<Rect> region;   ///< Level-0 pixels; none: everything.
  RecolourOptions colour;
  std::int64_t tile_px = 0, shard_px = 0;  ///< As in GenerateOptions.
  int zstd_level = 1;
  TiffOptions tiff;
};
Result<JobSummary> run_convert(const ConvertOptions& options, const RunOptions& run);

struct PreviewOptions {
  std::string input;            ///< As ConvertOptions::input.
  std::string output;           ///< A .png; empty: previews/preview-<width>.png in a job folder,
                                ///< else "<input stem>-<width>.png" beside the input.
  std::int64_t width = 1024, height = 0;  ///< Fits into; 0: no limit on that side.
  std::optional<Rect> region;
  RecolourOptions colour;
};
Result<JobSummary> run_preview(const PreviewOptions& options, const RunOptions& run);

/// What `info` prints of an image or a job folder.
struct ImageInfo {
  std::string path, format;     ///< "OME-Zarr 0.5", "OME-BigTIFF", "PNG", …
  ImageSpec spec;
  std::int64_t chunk_px = 0, shard_px = 0;
  std::string codec;
  std::int64_t disk_bytes = 0;
  std::string job_json;         ///< Text of job.json when `path` is a job folder.
  std::string state;            ///< Of a job folder: "complete", "12 of 40 shards", …
  std::vector<std::string> outputs;  ///< Of a job folder: what lies in it.
};
Result<ImageInfo> read_info(const std::string& path);

}  // namespace pantile
