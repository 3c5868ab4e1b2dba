#pragma once
/// \file
/// Gives value images their colours: those that the job recorded, or the user's.

#include <memory>
#include <string>

#include "ops/colormap/colour_source.h"
#include "pantile/recolour.h"
#include "pantile/tile_source.h"

namespace pantile {

/// `name` is what messages call the image. `image` itself when it has colours already (rgb, rgba)
/// and `wish` names none; else its first channel through a colour map. `facts_json` is what the
/// store's attributes say (formula range, map, colours; "{}" for others' files, whose channel
/// window serves as the range). Errors: invalid (recolouring an image that is in colours already,
/// an unknown map, a range that cannot be used).
Result<std::shared_ptr<const TileSource>> colour_values(std::shared_ptr<const TileSource> image,
                                                        const std::string& name,
                                                        const std::string& facts_json,
                                                        const RecolourOptions& wish,
                                                        ColourSource::Levels levels);

}  // namespace pantile
