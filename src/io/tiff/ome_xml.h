#pragma once
/// \file
/// OME-XML 2016-06 for one image of one plane.

#include <optional>
#include <string>
#include <string_view>

#include "pantile/image_spec.h"
#include "pantile/result.h"

namespace pantile::tiff {

/// The OME document of `spec`'s level 0: one interleaved channel whose samples are spec.channels.
/// 7-bit ASCII (other characters as references), no ids that vary, no times.
/// Errors: invalid when OME has no such sample type (64-bit integers, half floats).
Result<std::string> ome_xml(const ImageSpec& spec);

/// OME's symbol for a UDUNITS-2 length name: "micrometer" gives "µm". None for other units.
std::optional<std::string_view> ome_length_unit(std::string_view udunits);

/// Metres in one of the named length units. None for other units.
std::optional<double> metres_per_unit(std::string_view udunits);

/// Metres in a length unit by OME's symbol ("µm"). None for other units.
std::optional<double> metres_per_ome_unit(std::string_view symbol);

}  // namespace pantile::tiff
