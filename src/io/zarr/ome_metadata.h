#pragma once
/// \file
/// The metadata that makes a group of arrays an OME-Zarr image.

#include <string>
#include <string_view>
#include <vector>

#include "pantile/image_spec.h"
#include "pantile/result.h"

namespace pantile::zarr {

/// One level as the group tells it; its arrays tell the rest.
struct OmeDataset {
  std::string path;
  std::vector<double> scale, translation;  ///< One per axis.
};

struct OmeImage {
  std::string name;
  std::string version;               ///< "0.5", "0.4"
  std::vector<std::string> axes;     ///< "t", "c", "z", "y", "x" in the arrays' order.
  std::string unit, t_unit, z_unit;  ///< Of x, t and z; empty: none.
  std::vector<OmeDataset> datasets;
  std::vector<ChannelInfo> channels;  ///< From omero; empty when there is none.
  std::string pantile_json = "{}";    ///< Text of attributes.pantile.
};

/// zarr.json of the group: OME-Zarr 0.5 with arrays "0", "1", … of axes c, y, x, or
/// t, c, z, y, x where there is more than one plane.
/// `pantile_json` is an object; `kind` is added to it. Errors: invalid (it is none).
Result<std::string> write_ome_group(const ImageSpec& spec, std::string_view pantile_json);

/// The attributes of a group, as text. `where` names the file in messages. Errors: corrupt,
/// foreign (no OME image, another version, axes of other names).
Result<OmeImage> parse_ome_attributes(std::string_view attributes_json, const std::string& where);

/// What the samples mean: as attributes.pantile says, else by the channels' colours.
Kind kind_of(const OmeImage& image, int channels, DType dtype);

}  // namespace pantile::zarr
