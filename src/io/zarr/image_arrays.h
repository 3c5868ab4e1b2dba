#pragma once
/// \file
/// Finds out what lies in a store: an OME-Zarr group or an array, of v3 or v2.

#include <memory>
#include <string>
#include <vector>

#include "io/zarr/array_reader.h"
#include "io/zarr/level_axes.h"
#include "pantile/image_spec.h"

namespace pantile::zarr {

/// Everything that is known of an image before a chunk is read. arrays[i] is level i; all have
/// the same axes and data type.
struct ImageArrays {
  ImageSpec spec;
  LevelAxes axes;
  std::vector<std::unique_ptr<ArrayReader>> arrays;
  std::vector<std::string> metadata_texts;  ///< As read, for the fingerprint.
  std::string pantile_json = "{}";
  std::string format;  ///< "OME-Zarr 0.5", "Zarr v3"
};

/// Errors: not_found (neither metadata is there), foreign, corrupt, io.
Result<ImageArrays> open_root(const std::shared_ptr<const ByteStore>& store);
/// Arrays "0", "1", … of a v3 image whose group is not written yet; `spec` is what it will say.
Result<ImageArrays> open_arrays(const std::shared_ptr<const ByteStore>& store,
                                const ImageSpec& spec);

}  // namespace pantile::zarr
