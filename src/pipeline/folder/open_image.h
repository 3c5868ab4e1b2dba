#pragma once
/// \file
/// Any image on disk as a source.

#include <memory>
#include <string>

#include "pantile/tile_source.h"

namespace pantile {

/// What the extension of a path says.
enum class FileFormat { zarr, tiff, png, unknown };
FileFormat format_of(const std::string& path);

/// An image that was opened, and what its file says besides pixels.
struct OpenImage {
  std::shared_ptr<const TileSource> source;
  std::string path;               ///< Of the image itself, also when a job's folder was given.
  std::string format;             ///< "OME-Zarr 0.5", "OME-BigTIFF", "PNG" …
  std::string codec;              ///< In words.
  std::string layout;             ///< How it is cut up, in words; empty: it is not.
  std::string facts_json = "{}";  ///< What pantile recorded in it.
  std::int64_t chunk_px = 0, shard_px = 0;  ///< 0: not in square tiles; not in shards.
};

/// Opens a job's folder (its store), an .ome.zarr or .zarr, a .tif, .tiff or .btf, a .png.
/// Errors: not_found; foreign (not one of these, with what was expected); corrupt; io.
Result<OpenImage> open_image(const std::string& path);

/// True when `path` is a folder that holds a job.json.
bool is_job_folder(const std::string& path);

/// The folder of the job that made the image under `path`, which may be that folder itself; empty
/// when there is none.
std::string job_folder_of(const std::string& path);

/// An error met while `path` was read; of a damaged output of a job it says what helps.
Error with_repair_advice(const Error& error, const std::string& path);

}  // namespace pantile
